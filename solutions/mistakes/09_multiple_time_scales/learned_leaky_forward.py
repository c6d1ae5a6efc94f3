"""Wrong answers to `learned_leaky_forward`, each with what it is and a hint."""

import torch

from course_lib.cells import rnn_step


def _zeros(x, params):
    return x.new_zeros(x.shape[0], params.W_hh.shape[0])


def _leak(x, h_t, params, alpha):
    """Run leaky units with any share."""
    h_t = _zeros(x, params) if h_t is None else h_t
    hs = []
    for x_t in x.unbind(dim=1):
        new = rnn_step(x_t, h_t, params)
        h_t = alpha * h_t + (1 - alpha) * new
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def raw_as_alpha(x, h_0, params):
    """raw taken for α

    raw may be any number; σ(raw) lies between 0 and 1.
    """
    return _leak(x, h_0, params, params.raw)


def raw_clamped(x, h_0, params):
    """raw cut off at 0 and 1

    Beyond the ends a clamp has no gradient, and the unit cannot learn: use σ.
    """
    return _leak(x, h_0, params, params.raw.clamp(0, 1))


def tanh_of_raw(x, h_0, params):
    """α = tanh(raw), which may be negative

    A share lies between 0 and 1: use σ.
    """
    return _leak(x, h_0, params, torch.tanh(params.raw))


def share_of_the_new(x, h_0, params):
    """α = 1 - σ(raw)

    α, the share that is kept, is σ(raw) itself.
    """
    return _leak(x, h_0, params, 1 - torch.sigmoid(params.raw))


def softmax_of_raw(x, h_0, params):
    """shares that add up to 1 over the units

    Each unit has a share of its own: σ of each raw, no softmax.
    """
    return _leak(x, h_0, params, torch.softmax(params.raw, dim=0))


def exponential_of_raw(x, h_0, params):
    """α = exp(-raw)

    The formula has 1 + exp(-raw) in the denominator: that is torch.sigmoid.
    """
    return _leak(x, h_0, params, torch.exp(-params.raw))


def softplus_of_raw(x, h_0, params):
    """α = softplus(raw), which may exceed 1

    A share lies between 0 and 1: use σ.
    """
    return _leak(x, h_0, params, torch.nn.functional.softplus(params.raw))


def sigmoid_twice(x, h_0, params):
    """a sigmoid taken twice

    σ(raw) is α; a second σ would squeeze it between 0.5 and 0.73.
    """
    return _leak(x, h_0, params, params.raw.sigmoid().sigmoid())


def mean_of_raw(x, h_0, params):
    """one α for all units, from the mean of raw

    Each unit has its own raw and its own α.
    """
    return _leak(x, h_0, params, params.raw.mean().sigmoid())


def raw_detached(x, h_0, params):
    """an α that never learns

    detach(), .data and no_grad cut raw off from the loss.
    """
    return _leak(x, h_0, params, params.raw.detach().sigmoid())


def raw_as_time_constant(x, h_0, params):
    """raw taken for a time constant

    Here α = σ(raw), not 1 - 1/raw.
    """
    return _leak(x, h_0, params, 1 - 1 / params.raw)


def alpha_drifts(x, h_0, params):
    """an α that goes through σ again at every step

    α is the same at all steps: compute it once, before the loop.
    """
    alpha = params.raw
    h_t, hs = (_zeros(x, params) if h_0 is None else h_0), []
    for x_t in x.unbind(dim=1):
        alpha = torch.sigmoid(alpha)
        h_t = alpha * h_t + (1 - alpha) * rnn_step(x_t, h_t, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def plain_run(x, h_0, params):
    """a run of the plain RNN

    The new value is let in with 1 - α; a share α of the state is kept.
    """
    return _leak(x, h_0, params, 0.0)


def leaky_h_0_ignored(x, h_0, params):
    """a run that ignores h_0

    Zeros are for h_0 = None only; when a state is given, start from it.
    """
    return _leak(x, None, params, params.raw.sigmoid())


def leaky_h_0_required(x, h_0, params):
    """a run that cannot do without h_0

    When h_0 is None, begin with zeros of shape (batch, hidden).
    """
    hs = []
    for x_t in x.unbind(dim=1):
        h_0 = leaky_step(x_t, h_0, params.raw.sigmoid(), params)
        hs.append(h_0)
    return torch.stack(hs, dim=1), h_0


def state_not_carried(x, h_0, params):
    """a state that is not carried on

    Each step starts from the state that the step before returned.
    """
    start = _zeros(x, params) if h_0 is None else h_0
    alpha = params.raw.sigmoid()
    hs = [leaky_step(x_t, start, alpha, params) for x_t in x.unbind(dim=1)]
    return torch.stack(hs, dim=1), hs[-1]


def leaky_states_before(x, h_0, params):
    """states shifted by one step

    hs[:, t] is the state after input t; append after the step, not before it.
    """
    hs, h_T = _leak(x, h_0, params, params.raw.sigmoid())
    start = _zeros(x, params) if h_0 is None else h_0
    return torch.cat([start[:, None], hs[:, :-1]], dim=1), h_T


def leaky_time_first(x, h_0, params):
    """states stacked along the wrong axis

    The result is (batch, time, hidden): time is axis 1.
    """
    hs, h_T = _leak(x, h_0, params, params.raw.sigmoid())
    return hs.transpose(0, 1), h_T


def leaky_default_zeros(x, h_0, params):
    """zeros made on the default device

    torch.zeros(...) is float32 on the CPU whatever x is: x.new_zeros follows x.
    """
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    return _leak(x, h_0, params, params.raw.sigmoid())
