"""Wrong answers to `delayed_rnn`, each with what it is and a hint."""

import torch

from course_lib.cells import rnn_step


def _delayed(x, h_0, params, d, skipped=None, new=None):
    """Run the recurrence; `skipped(t, hs, h_0)` and `new(…)` replace parts of it."""
    if h_0 is None:
        h_0 = x.new_zeros(x.shape[0], params.W_hh.shape[0])
    hs = []
    for t, x_t in enumerate(x.unbind(dim=1)):
        h_prev = hs[t - 1] if t >= 1 else h_0
        if skipped is not None:
            h_delayed = skipped(t, hs, h_0)
        else:
            h_delayed = hs[t - d] if t >= d else h_0
        if new is not None:
            hs.append(new(x_t, h_prev, h_delayed))
            continue
        recurrent = h_prev @ params.W_hh + h_delayed @ params.W_dh
        hs.append(torch.tanh(x_t @ params.W_xh + recurrent + params.b_h))
    return torch.stack(hs, dim=1), hs[-1]


def wraps_around(x, h_0, params, d):
    """a skip that wraps around at the start

    A negative index counts from the end of the list: ask whether t - d is negative.
    """

    def skipped(t, hs, h_0):
        states = [h_0, *hs]
        return states[(t + 1 - d) % len(states)]

    return _delayed(x, h_0, params, d, skipped)


def leaves_the_list(x, h_0, params, d):
    """an index that leaves the list at the start

    For the first d steps there is no state with index t - d: take h_0.
    """
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - d] if t else h_0)


def zeros_before_the_start(x, h_0, params, d):
    """a skip that reads zeros before the start

    h_0 stands for every state before the first step, also for the skip.
    """
    return _delayed(
        x,
        h_0,
        params,
        d,
        lambda t, hs, h_0: hs[t - d] if t >= d else torch.zeros_like(h_0),
    )


def clamped_to_the_first(x, h_0, params, d):
    """a skip that reads the first state for want of an older one

    Where t - d is negative, the state is h_0, not the state with index 0.
    """
    return _delayed(
        x, h_0, params, d, lambda t, hs, h_0: hs[max(t - d, 0)] if hs else h_0
    )


def skip_of_one(x, h_0, params, d):
    """a skip that always reads the state before

    W_dh multiplies the state of d steps ago, not that of the last step.
    """
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - 1] if hs else h_0)


def one_step_too_short(x, h_0, params, d):
    """a skip one step too short

    With index t for the new state, the delayed one has index t - d.
    """

    def skipped(t, hs, h_0):
        back = max(d - 1, 1)
        return hs[t - back] if t >= back else h_0

    return _delayed(x, h_0, params, d, skipped)


def one_step_too_long(x, h_0, params, d):
    """a skip one step too long

    With index t for the new state, the delayed one has index t - d.
    """
    return _delayed(
        x, h_0, params, d, lambda t, hs, h_0: hs[t - d - 1] if t > d else h_0
    )


def one_h_0_too_many(x, h_0, params, d):
    """h_0 still read at step d

    At t = d the state with index 0 exists: the condition is t >= d.
    """
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - d] if t > d else h_0)


def skip_omitted(x, h_0, params, d):
    """a run without the skip

    The formula has two recurrent terms; W_dh is the second.
    """
    return _delayed(
        x, h_0, params, d, new=lambda x_t, h_prev, _: rnn_step(x_t, h_prev, params)
    )


def one_step_omitted(x, h_0, params, d):
    """a run with the skip alone

    The state before still counts: the term with W_hh is missing.
    """

    def new(x_t, _, h_delayed):
        return torch.tanh(x_t @ params.W_xh + h_delayed @ params.W_dh + params.b_h)

    return _delayed(x, h_0, params, d, new=new)


def matrices_exchanged(x, h_0, params, d):
    """the two recurrent matrices exchanged

    W_hh goes with the state before, W_dh with the state of d steps ago.
    """
    swapped = params._replace(W_hh=params.W_dh, W_dh=params.W_hh)
    return _delayed(x, h_0, swapped, d)


def skip_matrix_transposed(x, h_0, params, d):
    """W_dh transposed

    Row vectors: h @ W_dh, without .T. A square matrix hides the slip.
    """
    return _delayed(x, h_0, params._replace(W_dh=params.W_dh.T), d)


def recurrent_matrix_transposed(x, h_0, params, d):
    """W_hh transposed

    Row vectors: h @ W_hh, without .T. A square matrix hides the slip.
    """
    return _delayed(x, h_0, params._replace(W_hh=params.W_hh.T), d)


def bias_omitted(x, h_0, params, d):
    """a run without the bias

    The formula ends with + b_h.
    """
    return _delayed(x, h_0, params._replace(b_h=torch.zeros_like(params.b_h)), d)


def tanh_of_each_term(x, h_0, params, d):
    """a tanh of each term

    Add the terms first; there is one tanh, of their sum.
    """

    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, h_prev, params) + torch.tanh(h_delayed @ params.W_dh)

    return _delayed(x, h_0, params, d, new=new)


def states_averaged(x, h_0, params, d):
    """the mean of the two states that are read

    Each state has a matrix of its own, and the two products are added.
    """

    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, (h_prev + h_delayed) / 2, params)

    return _delayed(x, h_0, params, d, new=new)


def added_outside(x, h_0, params, d):
    """a delayed state added outside of the tanh

    The delayed state goes through W_dh and into the tanh with the rest.
    """

    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, h_prev, params) + h_delayed @ params.W_dh

    return _delayed(x, h_0, params, d, new=new)


def input_delayed(x, h_0, params, d):
    """an input delayed in place of the state

    x_t is the input of this step; what comes d steps late is the state.
    """
    late = torch.cat([torch.zeros_like(x[:, :d]), x], dim=1)[:, : x.shape[1]]
    return _delayed(late, h_0, params, d)


def h_0_ignored(x, h_0, params, d):
    """a run that ignores h_0

    Zeros are for h_0 = None only; when a state is given, start from it.
    """
    return _delayed(x, None, params, d)


def h_0_required(x, h_0, params, d):
    """a run that cannot do without h_0

    When h_0 is None, begin with zeros of shape (batch, hidden).
    """
    hs = []
    for t, x_t in enumerate(x.unbind(dim=1)):
        h_prev = hs[t - 1] if t >= 1 else h_0
        h_delayed = hs[t - d] if t >= d else h_0
        recurrent = h_prev @ params.W_hh + h_delayed @ params.W_dh
        hs.append(torch.tanh(x_t @ params.W_xh + recurrent + params.b_h))
    return torch.stack(hs, dim=1), hs[-1]


def zeros_on_the_default_device(x, h_0, params, d):
    """zeros made on the default device

    torch.zeros(...) is float32 on the CPU whatever x is; see hint 3.
    """
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    return _delayed(x, h_0, params, d)


def skip_detached(x, h_0, params, d):
    """a delayed state cut off from its past

    detach() and .data stop the gradient, and the skip is there to carry it.
    """

    def skipped(t, hs, h_0):
        return (hs[t - d] if t >= d else h_0).detach()

    return _delayed(x, h_0, params, d, skipped)


def stacked_time_first(x, h_0, params, d):
    """states stacked along the wrong axis

    The result is (batch, time, hidden): time is axis 1.
    """
    hs, h_T = _delayed(x, h_0, params, d)
    return hs.transpose(0, 1), h_T


def delayed_last(x, h_0, params, d):
    """the state of d steps ago returned as the last one

    h_T is the state after the last input, whatever the skip.
    """
    hs, _ = _delayed(x, h_0, params, d)
    return hs, hs[:, -min(d, hs.shape[1])] if d > 1 else hs[:, 0]
