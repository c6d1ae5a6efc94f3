"""Wrong answers to exercise 9. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import torch

from course_lib.cells import rnn_step
from course_lib.checks import mistake

# --- delayed_rnn ----------------------------------------------------------------------


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


@mistake(
    "delayed_rnn",
    "a skip that wraps around at the start",
    "A negative index counts from the end of the list: ask whether t - d is negative.",
)
def wraps_around(x, h_0, params, d):
    def skipped(t, hs, h_0):
        states = [h_0, *hs]
        return states[(t + 1 - d) % len(states)]

    return _delayed(x, h_0, params, d, skipped)


@mistake(
    "delayed_rnn",
    "an index that leaves the list at the start",
    "For the first d steps there is no state with index t - d: take h_0.",
)
def leaves_the_list(x, h_0, params, d):
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - d] if t else h_0)


@mistake(
    "delayed_rnn",
    "a skip that reads zeros before the start",
    "h_0 stands for every state before the first step, also for the skip.",
)
def zeros_before_the_start(x, h_0, params, d):
    return _delayed(
        x,
        h_0,
        params,
        d,
        lambda t, hs, h_0: hs[t - d] if t >= d else torch.zeros_like(h_0),
    )


@mistake(
    "delayed_rnn",
    "a skip that reads the first state for want of an older one",
    "Where t - d is negative, the state is h_0, not the state with index 0.",
)
def clamped_to_the_first(x, h_0, params, d):
    return _delayed(
        x, h_0, params, d, lambda t, hs, h_0: hs[max(t - d, 0)] if hs else h_0
    )


@mistake(
    "delayed_rnn",
    "a skip that always reads the state before",
    "W_dh multiplies the state of d steps ago, not that of the last step.",
)
def skip_of_one(x, h_0, params, d):
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - 1] if hs else h_0)


@mistake(
    "delayed_rnn",
    "a skip one step too short",
    "With index t for the new state, the delayed one has index t - d.",
)
def one_step_too_short(x, h_0, params, d):
    def skipped(t, hs, h_0):
        back = max(d - 1, 1)
        return hs[t - back] if t >= back else h_0

    return _delayed(x, h_0, params, d, skipped)


@mistake(
    "delayed_rnn",
    "a skip one step too long",
    "With index t for the new state, the delayed one has index t - d.",
)
def one_step_too_long(x, h_0, params, d):
    return _delayed(
        x, h_0, params, d, lambda t, hs, h_0: hs[t - d - 1] if t > d else h_0
    )


@mistake(
    "delayed_rnn",
    "h_0 still read at step d",
    "At t = d the state with index 0 exists: the condition is t >= d.",
)
def one_h_0_too_many(x, h_0, params, d):
    return _delayed(x, h_0, params, d, lambda t, hs, h_0: hs[t - d] if t > d else h_0)


@mistake(
    "delayed_rnn",
    "a run without the skip",
    "The formula has two recurrent terms; W_dh is the second.",
)
def skip_omitted(x, h_0, params, d):
    return _delayed(
        x, h_0, params, d, new=lambda x_t, h_prev, _: rnn_step(x_t, h_prev, params)
    )


@mistake(
    "delayed_rnn",
    "a run with the skip alone",
    "The state before still counts: the term with W_hh is missing.",
)
def one_step_omitted(x, h_0, params, d):
    def new(x_t, _, h_delayed):
        return torch.tanh(x_t @ params.W_xh + h_delayed @ params.W_dh + params.b_h)

    return _delayed(x, h_0, params, d, new=new)


@mistake(
    "delayed_rnn",
    "the two recurrent matrices exchanged",
    "W_hh goes with the state before, W_dh with the state of d steps ago.",
)
def matrices_exchanged(x, h_0, params, d):
    swapped = params._replace(W_hh=params.W_dh, W_dh=params.W_hh)
    return _delayed(x, h_0, swapped, d)


@mistake(
    "delayed_rnn",
    "W_dh transposed",
    "Row vectors: h @ W_dh, without .T. A square matrix hides the slip.",
)
def skip_matrix_transposed(x, h_0, params, d):
    return _delayed(x, h_0, params._replace(W_dh=params.W_dh.T), d)


@mistake(
    "delayed_rnn",
    "W_hh transposed",
    "Row vectors: h @ W_hh, without .T. A square matrix hides the slip.",
)
def recurrent_matrix_transposed(x, h_0, params, d):
    return _delayed(x, h_0, params._replace(W_hh=params.W_hh.T), d)


@mistake("delayed_rnn", "a run without the bias", "The formula ends with + b_h.")
def bias_omitted(x, h_0, params, d):
    return _delayed(x, h_0, params._replace(b_h=torch.zeros_like(params.b_h)), d)


@mistake(
    "delayed_rnn",
    "a tanh of each term",
    "Add the terms first; there is one tanh, of their sum.",
)
def tanh_of_each_term(x, h_0, params, d):
    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, h_prev, params) + torch.tanh(h_delayed @ params.W_dh)

    return _delayed(x, h_0, params, d, new=new)


@mistake(
    "delayed_rnn",
    "the mean of the two states that are read",
    "Each state has a matrix of its own, and the two products are added.",
)
def states_averaged(x, h_0, params, d):
    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, (h_prev + h_delayed) / 2, params)

    return _delayed(x, h_0, params, d, new=new)


@mistake(
    "delayed_rnn",
    "a delayed state added outside of the tanh",
    "The delayed state goes through W_dh and into the tanh with the rest.",
)
def added_outside(x, h_0, params, d):
    def new(x_t, h_prev, h_delayed):
        return rnn_step(x_t, h_prev, params) + h_delayed @ params.W_dh

    return _delayed(x, h_0, params, d, new=new)


@mistake(
    "delayed_rnn",
    "an input delayed in place of the state",
    "x_t is the input of this step; what comes d steps late is the state.",
)
def input_delayed(x, h_0, params, d):
    late = torch.cat([torch.zeros_like(x[:, :d]), x], dim=1)[:, : x.shape[1]]
    return _delayed(late, h_0, params, d)


@mistake(
    "delayed_rnn",
    "a run that ignores h_0",
    "Zeros are for h_0 = None only; when a state is given, start from it.",
)
def h_0_ignored(x, h_0, params, d):
    return _delayed(x, None, params, d)


@mistake(
    "delayed_rnn",
    "a run that cannot do without h_0",
    "When h_0 is None, begin with zeros of shape (batch, hidden).",
)
def h_0_required(x, h_0, params, d):
    hs = []
    for t, x_t in enumerate(x.unbind(dim=1)):
        h_prev = hs[t - 1] if t >= 1 else h_0
        h_delayed = hs[t - d] if t >= d else h_0
        recurrent = h_prev @ params.W_hh + h_delayed @ params.W_dh
        hs.append(torch.tanh(x_t @ params.W_xh + recurrent + params.b_h))
    return torch.stack(hs, dim=1), hs[-1]


@mistake(
    "delayed_rnn",
    "zeros made on the default device",
    "torch.zeros(...) is float32 on the CPU whatever x is; see hint 3.",
)
def zeros_on_the_default_device(x, h_0, params, d):
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    return _delayed(x, h_0, params, d)


@mistake(
    "delayed_rnn",
    "a delayed state cut off from its past",
    "detach() and .data stop the gradient, and the skip is there to carry it.",
)
def skip_detached(x, h_0, params, d):
    def skipped(t, hs, h_0):
        return (hs[t - d] if t >= d else h_0).detach()

    return _delayed(x, h_0, params, d, skipped)


@mistake(
    "delayed_rnn",
    "states stacked along the wrong axis",
    "The result is (batch, time, hidden): time is axis 1.",
)
def stacked_time_first(x, h_0, params, d):
    hs, h_T = _delayed(x, h_0, params, d)
    return hs.transpose(0, 1), h_T


@mistake(
    "delayed_rnn",
    "the state of d steps ago returned as the last one",
    "h_T is the state after the last input, whatever the skip.",
)
def delayed_last(x, h_0, params, d):
    hs, _ = _delayed(x, h_0, params, d)
    return hs, hs[:, -min(d, hs.shape[1])] if d > 1 else hs[:, 0]


# --- leaky_step -----------------------------------------------------------------------


@mistake(
    "leaky_step",
    "α and 1 - α exchanged",
    "α is the share that is kept: it multiplies h_prev.",
)
def shares_exchanged(x_t, h_prev, alpha, params):
    return (1 - alpha) * h_prev + alpha * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a new value that enters in full",
    "The new value is let in with the rest of the share, 1 - α.",
)
def new_in_full(x_t, h_prev, alpha, params):
    return alpha * h_prev + rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "an old state that stays in full",
    "Only the share α of the state is kept.",
)
def old_in_full(x_t, h_prev, alpha, params):
    return h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a new value weighted with α as well",
    "The two shares are α and 1 - α; together they are 1.",
)
def alpha_twice(x_t, h_prev, alpha, params):
    return alpha * (h_prev + rnn_step(x_t, h_prev, params))


@mistake(
    "leaky_step",
    "a plain RNN, without the leak",
    "The formula has two terms; the first keeps a share of h_prev.",
)
def no_leak(x_t, h_prev, alpha, params):
    return rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a leak inside the tanh",
    "The share that is kept stands outside of the tanh, untouched by it.",
)
def leak_inside(x_t, h_prev, alpha, params):
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return torch.tanh(alpha * h_prev + (1 - alpha) * a_t)


@mistake(
    "leaky_step",
    "a mixture that passes through one more tanh",
    "The sum of the two shares is the new state as it is.",
)
def tanh_of_the_mixture(x_t, h_prev, alpha, params):
    return torch.tanh(alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params))


@mistake(
    "leaky_step",
    "a new value without its tanh",
    "The new value is that of the plain RNN, tanh included.",
)
def no_tanh(x_t, h_prev, alpha, params):
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return alpha * h_prev + (1 - alpha) * a_t


@mistake(
    "leaky_step",
    "a logistic σ instead of tanh",
    "The new value is that of the plain RNN: tanh.",
)
def sigmoid_for_tanh(x_t, h_prev, alpha, params):
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return alpha * h_prev + (1 - alpha) * torch.sigmoid(a_t)


@mistake(
    "leaky_step",
    "one α for all units, their mean",
    "Each unit has its own α: multiply elementwise.",
)
def mean_alpha(x_t, h_prev, alpha, params):
    kept = alpha.mean() if isinstance(alpha, torch.Tensor) else alpha
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "an α that goes through a sigmoid",
    "This α is a share already, between 0 and 1; the sigmoid comes in task 9.4.",
)
def sigmoid_of_alpha(x_t, h_prev, alpha, params):
    kept = torch.as_tensor(alpha).to(h_prev).sigmoid()
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "an α that must be a tensor",
    "A plain number must do as well: use it in products, call no method of it.",
)
def alpha_must_be_a_tensor(x_t, h_prev, alpha, params):
    kept = alpha.unsqueeze(0)
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "an α laid along the batch, not along the units",
    "alpha has one number a unit, and units are the last axis: no [:, None] is needed.",
)
def alpha_along_the_batch(x_t, h_prev, alpha, params):
    if isinstance(alpha, torch.Tensor) and alpha.ndim:
        alpha = alpha[:, None]
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "an α kept away from 0 and 1",
    "α = 0 and α = 1 are allowed: nothing needs to be clamped.",
)
def alpha_clamped(x_t, h_prev, alpha, params):
    if isinstance(alpha, torch.Tensor):
        alpha = alpha.clamp(0.01, 0.99)
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a time constant taken for α",
    "alpha is the share itself; 1 - 1/τ turns a time constant into a share.",
)
def alpha_as_time_constant(x_t, h_prev, alpha, params):
    kept = 1 - 1 / torch.as_tensor(alpha).to(h_prev)
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a new value computed from the state that leaked",
    "W_hh reads the whole of h_prev; α weighs what is kept, not what is read.",
)
def reads_the_leaked_state(x_t, h_prev, alpha, params):
    kept = alpha * h_prev
    return kept + (1 - alpha) * rnn_step(x_t, kept, params)


@mistake(
    "leaky_step",
    "a new value that does not read the state",
    "h_prev @ W_hh is part of the tanh's argument.",
)
def state_not_read(x_t, h_prev, alpha, params):
    new = torch.tanh(x_t @ params.W_xh + params.b_h)
    return alpha * h_prev + (1 - alpha) * new


@mistake(
    "leaky_step",
    "W_hh transposed",
    "Row vectors: h_prev @ W_hh, without .T. A square matrix hides the slip.",
)
def leaky_matrix_transposed(x_t, h_prev, alpha, params):
    turned = params._replace(W_hh=params.W_hh.T)
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, turned)


@mistake(
    "leaky_step",
    "a step without its bias",
    "The formula has a third term, b_h.",
)
def leaky_bias_omitted(x_t, h_prev, alpha, params):
    new = torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)
    return alpha * h_prev + (1 - alpha) * new


@mistake(
    "leaky_step",
    "a bias that does not leak",
    "b_h is part of the tanh's argument, so its effect is weighted by 1 - α.",
)
def leaky_bias_outside(x_t, h_prev, alpha, params):
    new = torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)
    return alpha * h_prev + (1 - alpha) * new + params.b_h


@mistake(
    "leaky_step",
    "a new state written over the old one",
    "`*=`, lerp_ and other methods that end in _ change the caller's tensor.",
)
def state_overwritten(x_t, h_prev, alpha, params):
    new = rnn_step(x_t, h_prev, params)
    return h_prev.mul_(alpha).add_((1 - alpha) * new)


@mistake(
    "leaky_step",
    "an α cut off from the graph",
    "detach() and .data stop the gradient; α must be able to learn.",
)
def alpha_detached(x_t, h_prev, alpha, params):
    kept = alpha.detach() if isinstance(alpha, torch.Tensor) else alpha
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a kept state cut off from its past",
    "The path through α is what carries the gradient: do not detach it.",
)
def kept_state_detached(x_t, h_prev, alpha, params):
    return alpha * h_prev.detach() + (1 - alpha) * rnn_step(x_t, h_prev, params)


@mistake(
    "leaky_step",
    "a result cast to float32",
    "Let the result keep the dtype of its inputs: no .float() is needed.",
)
def cast_to_float32(x_t, h_prev, alpha, params):
    return (alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)).float()


# --- sample_time_constants ------------------------------------------------------------


@mistake(
    "sample_time_constants",
    "time constants that are uniform on the ordinary scale",
    "u is an exponent: (high / low) ** u.",
)
def uniform_on_the_ordinary_scale(u, low, high):
    return low + (high - low) * u


@mistake(
    "sample_time_constants",
    "time constants from high down to low",
    "u = 0 gives low, and u = 1 gives high.",
)
def high_to_low(u, low, high):
    return high * (low / high) ** u


@mistake(
    "sample_time_constants",
    "a quotient without low in front of it",
    "At u = 0 the power is 1; the result must be low.",
)
def low_forgotten(u, low, high):
    return (high / low) ** u


@mistake(
    "sample_time_constants",
    "a power of high alone",
    "The base is high / low, so that u = 1 gives high.",
)
def power_of_high(u, low, high):
    return low * high**u


@mistake(
    "sample_time_constants",
    "a sum in place of a product",
    "On a logarithmic scale one multiplies: low times the power.",
)
def added_to_low(u, low, high):
    return low + (high / low) ** u


@mistake(
    "sample_time_constants",
    "logarithms of time constants",
    "You have log τ: take exp of it at the end.",
)
def logarithms(u, low, high):
    low, high = (torch.as_tensor(float(v), dtype=torch.float64) for v in (low, high))
    return (low.log() + u * (high / low).log()).to(u.dtype)


@mistake(
    "sample_time_constants",
    "a natural logarithm undone with a power of ten",
    "exp undoes log, and 10 ** undoes log10: keep to one of the pairs.",
)
def mixed_logarithms(u, low, high):
    return low * 10 ** (u * torch.log(torch.tensor(high / low)).item())


@mistake(
    "sample_time_constants",
    "shares α where time constants are asked",
    "Return τ itself; 1 - 1/τ comes later.",
)
def shares_returned(u, low, high):
    return 1 - 1 / (low * (high / low) ** u)


@mistake(
    "sample_time_constants",
    "time constants for a uniform α",
    "It is log τ that is uniform, not 1 - 1/τ.",
)
def uniform_alpha(u, low, high):
    first, last = 1 - 1 / low, 1 - 1 / high
    return 1 / (1 - (first + (last - first) * u))


@mistake(
    "sample_time_constants",
    "time constants rounded to whole steps",
    "A time constant need not be a whole number.",
)
def rounded(u, low, high):
    return (low * (high / low) ** u).round()


@mistake(
    "sample_time_constants",
    "even spacing that does not look at u",
    "The numbers u say where each time constant lies; use them.",
)
def evenly_spaced(u, low, high):
    even = torch.linspace(0, 1, u.numel(), dtype=u.dtype, device=u.device)
    return low * (high / low) ** even.reshape(u.shape)


@mistake(
    "sample_time_constants",
    "time constants in rising order",
    "Each u has its own time constant, in the same place: do not sort.",
)
def sorted_constants(u, low, high):
    return (low * (high / low) ** u).flatten().sort().values.reshape(u.shape)


@mistake(
    "sample_time_constants",
    "u squared in place of an exponent",
    "u is the exponent of high / low.",
)
def squared(u, low, high):
    return low + (high - low) * u**2


@mistake(
    "sample_time_constants",
    "quotients of whole numbers rounded down",
    "`//` throws the remainder away; divide with `/`.",
)
def integer_division(u, low, high):
    return low * (high // low) ** u


@mistake(
    "sample_time_constants",
    "time constants written over u",
    "Methods that end in _ change the caller's tensor; make a new one.",
)
def written_over_u(u, low, high):
    return u.mul_(torch.log(torch.tensor(high / low)).item()).exp_().mul_(low)


@mistake(
    "sample_time_constants",
    "numbers of the default dtype",
    "torch.tensor(...) and .float() make float32; let the result follow u.",
)
def default_dtype(u, low, high):
    return (low * (high / low) ** u).float()


# --- learned_leaky_forward ------------------------------------------------------------


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


@mistake(
    "learned_leaky_forward",
    "raw taken for α",
    "raw may be any number; σ(raw) lies between 0 and 1.",
)
def raw_as_alpha(x, h_0, params):
    return _leak(x, h_0, params, params.raw)


@mistake(
    "learned_leaky_forward",
    "raw cut off at 0 and 1",
    "Beyond the ends a clamp has no gradient, and the unit cannot learn: use σ.",
)
def raw_clamped(x, h_0, params):
    return _leak(x, h_0, params, params.raw.clamp(0, 1))


@mistake(
    "learned_leaky_forward",
    "α = tanh(raw), which may be negative",
    "A share lies between 0 and 1: use σ.",
)
def tanh_of_raw(x, h_0, params):
    return _leak(x, h_0, params, torch.tanh(params.raw))


@mistake(
    "learned_leaky_forward",
    "α = 1 - σ(raw)",
    "α, the share that is kept, is σ(raw) itself.",
)
def share_of_the_new(x, h_0, params):
    return _leak(x, h_0, params, 1 - torch.sigmoid(params.raw))


@mistake(
    "learned_leaky_forward",
    "shares that add up to 1 over the units",
    "Each unit has a share of its own: σ of each raw, no softmax.",
)
def softmax_of_raw(x, h_0, params):
    return _leak(x, h_0, params, torch.softmax(params.raw, dim=0))


@mistake(
    "learned_leaky_forward",
    "α = exp(-raw)",
    "The formula has 1 + exp(-raw) in the denominator: that is torch.sigmoid.",
)
def exponential_of_raw(x, h_0, params):
    return _leak(x, h_0, params, torch.exp(-params.raw))


@mistake(
    "learned_leaky_forward",
    "α = softplus(raw), which may exceed 1",
    "A share lies between 0 and 1: use σ.",
)
def softplus_of_raw(x, h_0, params):
    return _leak(x, h_0, params, torch.nn.functional.softplus(params.raw))


@mistake(
    "learned_leaky_forward",
    "a sigmoid taken twice",
    "σ(raw) is α; a second σ would squeeze it between 0.5 and 0.73.",
)
def sigmoid_twice(x, h_0, params):
    return _leak(x, h_0, params, params.raw.sigmoid().sigmoid())


@mistake(
    "learned_leaky_forward",
    "one α for all units, from the mean of raw",
    "Each unit has its own raw and its own α.",
)
def mean_of_raw(x, h_0, params):
    return _leak(x, h_0, params, params.raw.mean().sigmoid())


@mistake(
    "learned_leaky_forward",
    "an α that never learns",
    "detach(), .data and no_grad cut raw off from the loss.",
)
def raw_detached(x, h_0, params):
    return _leak(x, h_0, params, params.raw.detach().sigmoid())


@mistake(
    "learned_leaky_forward",
    "raw taken for a time constant",
    "Here α = σ(raw), not 1 - 1/raw.",
)
def raw_as_time_constant(x, h_0, params):
    return _leak(x, h_0, params, 1 - 1 / params.raw)


@mistake(
    "learned_leaky_forward",
    "an α that goes through σ again at every step",
    "α is the same at all steps: compute it once, before the loop.",
)
def alpha_drifts(x, h_0, params):
    alpha = params.raw
    h_t, hs = (_zeros(x, params) if h_0 is None else h_0), []
    for x_t in x.unbind(dim=1):
        alpha = torch.sigmoid(alpha)
        h_t = alpha * h_t + (1 - alpha) * rnn_step(x_t, h_t, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


@mistake(
    "learned_leaky_forward",
    "a run of the plain RNN",
    "The new value is let in with 1 - α; a share α of the state is kept.",
)
def plain_run(x, h_0, params):
    return _leak(x, h_0, params, 0.0)


@mistake(
    "learned_leaky_forward",
    "a run that ignores h_0",
    "Zeros are for h_0 = None only; when a state is given, start from it.",
)
def leaky_h_0_ignored(x, h_0, params):
    return _leak(x, None, params, params.raw.sigmoid())


@mistake(
    "learned_leaky_forward",
    "a run that cannot do without h_0",
    "When h_0 is None, begin with zeros of shape (batch, hidden).",
)
def leaky_h_0_required(x, h_0, params):
    hs = []
    for x_t in x.unbind(dim=1):
        h_0 = leaky_step(x_t, h_0, params.raw.sigmoid(), params)
        hs.append(h_0)
    return torch.stack(hs, dim=1), h_0


@mistake(
    "learned_leaky_forward",
    "a state that is not carried on",
    "Each step starts from the state that the step before returned.",
)
def state_not_carried(x, h_0, params):
    start = _zeros(x, params) if h_0 is None else h_0
    alpha = params.raw.sigmoid()
    hs = [leaky_step(x_t, start, alpha, params) for x_t in x.unbind(dim=1)]
    return torch.stack(hs, dim=1), hs[-1]


@mistake(
    "learned_leaky_forward",
    "states shifted by one step",
    "hs[:, t] is the state after input t; append after the step, not before it.",
)
def leaky_states_before(x, h_0, params):
    hs, h_T = _leak(x, h_0, params, params.raw.sigmoid())
    start = _zeros(x, params) if h_0 is None else h_0
    return torch.cat([start[:, None], hs[:, :-1]], dim=1), h_T


@mistake(
    "learned_leaky_forward",
    "states stacked along the wrong axis",
    "The result is (batch, time, hidden): time is axis 1.",
)
def leaky_time_first(x, h_0, params):
    hs, h_T = _leak(x, h_0, params, params.raw.sigmoid())
    return hs.transpose(0, 1), h_T


@mistake(
    "learned_leaky_forward",
    "zeros made on the default device",
    "torch.zeros(...) is float32 on the CPU whatever x is: x.new_zeros follows x.",
)
def leaky_default_zeros(x, h_0, params):
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    return _leak(x, h_0, params, params.raw.sigmoid())


# --- clockwork_mask -------------------------------------------------------------------


@mistake(
    "clockwork_mask",
    "a mask in which slow units read fast ones",
    "Row i is read, column j reads: at [i, j], periods[i] must be the longer one.",
)
def slow_reads_fast(periods):
    return (periods[:, None] <= periods[None, :]).float()


@mistake(
    "clockwork_mask",
    "a mask that leaves out a unit's own group",
    "Units with the same period read each other, and themselves: >=, not >.",
)
def own_group_left_out(periods):
    return (periods[:, None] > periods[None, :]).float()


@mistake(
    "clockwork_mask",
    "a mask in the wrong direction that leaves out a unit's own group",
    "At [i, j], periods[i] must be as long as periods[j] or longer.",
)
def strictly_slow_reads_fast(periods):
    return (periods[:, None] < periods[None, :]).float()


@mistake(
    "clockwork_mask",
    "groups that read only themselves",
    "A unit reads its own group and all slower ones as well.",
)
def own_group_only(periods):
    return (periods[:, None] == periods[None, :]).float()


@mistake(
    "clockwork_mask",
    "groups that do not read themselves",
    "A unit reads units of its own period too, and no faster ones.",
)
def other_groups_only(periods):
    return (periods[:, None] != periods[None, :]).float()


@mistake(
    "clockwork_mask",
    "a mask that lets everybody read everybody",
    "Where the unit that is read has the shorter period there is a 0.",
)
def everything(periods):
    return torch.ones(len(periods), len(periods), device=periods.device)


@mistake(
    "clockwork_mask",
    "a triangle over single units, whatever their periods",
    "Compare the periods, not the places of the units: groups are blocks.",
)
def triangle_of_units(periods):
    return torch.ones(len(periods), len(periods), device=periods.device).tril()


@mistake(
    "clockwork_mask",
    "an upper triangle over single units, whatever their periods",
    "Compare the periods, not the places of the units: groups are blocks.",
)
def upper_triangle_of_units(periods):
    return torch.ones(len(periods), len(periods), device=periods.device).triu()


@mistake(
    "clockwork_mask",
    "a mask for periods in rising order",
    "The periods may come in any order, and the mask keeps that order.",
)
def periods_sorted(periods):
    rising = periods.sort().values
    return (rising[:, None] >= rising[None, :]).float()


@mistake(
    "clockwork_mask",
    "slower groups and each unit itself, without its neighbours",
    "Units with the same period read each other: compare with >=.",
)
def only_oneself_of_the_group(periods):
    mask = (periods[:, None] > periods[None, :]).float()
    return mask + torch.eye(len(periods), device=periods.device)


@mistake(
    "clockwork_mask",
    "a mask by divisibility",
    "Longer is enough: a unit with period 2 also reads one with period 3.",
)
def multiples_only(periods):
    return (periods[:, None] % periods[None, :] == 0).float()


@mistake(
    "clockwork_mask",
    "True and False in place of ones and zeros",
    "Turn the comparison into numbers with .float().",
)
def booleans(periods):
    return periods[:, None] >= periods[None, :]


@mistake(
    "clockwork_mask",
    "whole numbers in place of float32",
    "The mask will be multiplied with weights: .float().",
)
def whole_numbers_in_the_mask(periods):
    return (periods[:, None] >= periods[None, :]).long()


@mistake(
    "clockwork_mask",
    "quotients of periods in place of ones and zeros",
    "A link is there or not: compare the periods, do not divide them.",
)
def quotients(periods):
    return periods[:, None] / periods[None, :]


@mistake(
    "clockwork_mask",
    "a mask of groups, not of units",
    "There is a row and a column for every unit, (hidden, hidden).",
)
def mask_of_groups(periods):
    groups = periods.unique()
    return (groups[:, None] >= groups[None, :]).float()


@mistake(
    "clockwork_mask",
    "minus infinity where there is no link",
    "The mask is multiplied with weights: no link is 0. -inf belongs to a softmax.",
)
def minus_infinity(periods):
    mask = (periods[:, None] >= periods[None, :]).float()
    return mask.masked_fill(mask == 0, -torch.inf)


# --- clockwork_step -------------------------------------------------------------------


def _masked(params, mask):
    return params._replace(W_hh=params.W_hh * mask.to(params.W_hh))


def _tick(x_t, h_prev, params, periods, ticks):
    """Update the units that `ticks` names, with the right mask."""
    new = rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods)))
    return torch.where(ticks, new, h_prev)


@mistake(
    "clockwork_step",
    "a step that updates all units",
    "A unit whose clock does not tick keeps its state: choose with torch.where.",
)
def updates_all(t, x_t, h_prev, params, periods):
    return rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods)))


@mistake(
    "clockwork_step",
    "steps counted from 1",
    "t is given as it is to be used: t % periods == 0.",
)
def counted_from_one(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, (t + 1) % periods == 0)


@mistake(
    "clockwork_step",
    "the remainder of the period by t",
    "It is t that is divided by the period: t % periods.",
)
def modulus_turned_round(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, periods % t == 0)


@mistake(
    "clockwork_step",
    "a clock that ticks once, at t = period",
    "It ticks at every multiple of the period: compare a remainder.",
)
def ticks_once(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, periods == t)


@mistake(
    "clockwork_step",
    "a clock that ticks at all steps from its period on",
    "It ticks at multiples of the period only: compare a remainder.",
)
def ticks_from_its_period_on(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, t >= periods)


@mistake(
    "clockwork_step",
    "updates exactly where the clock does not tick",
    "torch.where takes its second argument where the condition holds.",
)
def choice_turned_round(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, t % periods != 0)


@mistake(
    "clockwork_step",
    "a first step at which nothing is updated",
    "0 is a multiple of every period: at t = 0 all clocks tick.",
)
def nothing_at_zero(t, x_t, h_prev, params, periods):
    return _tick(x_t, h_prev, params, periods, (t % periods == 0) & (t > 0))


@mistake(
    "clockwork_step",
    "zeros in the units that rest",
    "A unit that rests keeps its value, h_prev; it is not switched off.",
)
def resting_units_zero(t, x_t, h_prev, params, periods):
    new = updates_all(t, x_t, h_prev, params, periods)
    return new * (t % periods == 0)


@mistake(
    "clockwork_step",
    "a step without the mask",
    "Multiply params.W_hh with clockwork_mask(periods), elementwise.",
)
def mask_forgotten(t, x_t, h_prev, params, periods):
    return torch.where(t % periods == 0, rnn_step(x_t, h_prev, params), h_prev)


@mistake(
    "clockwork_step",
    "a mask turned round: slow units read fast ones",
    "Use the mask as it is; its rows are read and its columns read.",
)
def mask_transposed(t, x_t, h_prev, params, periods):
    new = rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods).T))
    return torch.where(t % periods == 0, new, h_prev)


@mistake(
    "clockwork_step",
    "a mask on the state in place of the matrix",
    "The mask says which links exist: it is multiplied with W_hh.",
)
def resting_units_not_read(t, x_t, h_prev, params, periods):
    ticks = t % periods == 0
    masked = _masked(params, clockwork_mask(periods))
    return torch.where(ticks, rnn_step(x_t, h_prev * ticks, masked), h_prev)


@mistake(
    "clockwork_step",
    "fast units that read what slow ones have just become",
    "All units read the old state, h_prev, whatever is updated in this step.",
)
def one_group_after_the_other(t, x_t, h_prev, params, periods):
    h_t = h_prev
    for period in periods.unique().flip(0):
        turn = (periods == period) & (t % periods == 0)
        h_t = torch.where(turn, updates_all(t, x_t, h_t, params, periods), h_t)
    return h_t


@mistake(
    "clockwork_step",
    "one clock for all units, the slowest",
    "Each unit has a clock of its own: keep the remainders of all periods.",
)
def slowest_clock(t, x_t, h_prev, params, periods):
    if t % int(periods.max()) == 0:
        return updates_all(t, x_t, h_prev, params, periods)
    return h_prev.clone()


@mistake(
    "clockwork_step",
    "a new value added to the old one",
    "A unit whose clock ticks takes the new value in place of the old one.",
)
def added_to_the_old(t, x_t, h_prev, params, periods):
    return h_prev + resting_units_zero(t, x_t, h_prev, params, periods)


@mistake(
    "clockwork_step",
    "ticks laid along the batch, not along the units",
    "The remainders are one a unit, and units are the last axis: no [:, None].",
)
def ticks_along_the_batch(t, x_t, h_prev, params, periods):
    new = updates_all(t, x_t, h_prev, params, periods)
    return torch.where((t % periods == 0)[:, None], new, h_prev)


@mistake(
    "clockwork_step",
    "an input that only fast units see",
    "At its tick a unit reads the input too: the mask is for W_hh only.",
)
def input_for_the_fast(t, x_t, h_prev, params, periods):
    fast = (periods == 1).to(params.W_xh)
    params = params._replace(W_xh=params.W_xh * fast)
    return _tick(x_t, h_prev, params, periods, t % periods == 0)


@mistake(
    "clockwork_step",
    "a step without its bias",
    "The tanh's argument ends with + b_h.",
)
def clockwork_bias_omitted(t, x_t, h_prev, params, periods):
    params = params._replace(b_h=torch.zeros_like(params.b_h))
    return _tick(x_t, h_prev, params, periods, t % periods == 0)


@mistake(
    "clockwork_step",
    "a step without its tanh",
    "What you have is the tanh's argument.",
)
def clockwork_no_tanh(t, x_t, h_prev, params, periods):
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = x_t @ params.W_xh + h_prev @ W_hh + params.b_h
    return torch.where(t % periods == 0, new, h_prev)


@mistake(
    "clockwork_step",
    "a new state written over the old one",
    "Assigning to h_prev[...] changes the caller's tensor; torch.where does not.",
)
def clockwork_state_overwritten(t, x_t, h_prev, params, periods):
    new = updates_all(t, x_t, h_prev, params, periods)
    return h_prev.copy_(torch.where(t % periods == 0, new, h_prev))


@mistake(
    "clockwork_step",
    "a mask written into W_hh itself",
    "`*=` changes the caller's weights; multiply into a new tensor.",
)
def weights_overwritten(t, x_t, h_prev, params, periods):
    with torch.no_grad():
        params.W_hh.mul_(clockwork_mask(periods).to(params.W_hh))
    return torch.where(t % periods == 0, rnn_step(x_t, h_prev, params), h_prev)


@mistake(
    "clockwork_step",
    "resting units cut off from their past",
    "The gradient travels through the units that rest: do not detach them.",
)
def resting_units_detached(t, x_t, h_prev, params, periods):
    new = updates_all(t, x_t, h_prev, params, periods)
    return torch.where(t % periods == 0, new, h_prev.detach())
