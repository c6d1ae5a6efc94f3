"""Wrong answers to exercise 5. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import numpy as np
import torch

from course_lib.cells import RNNParams, rnn_forward
from course_lib.checks import mistake
from course_lib.gradients.bptt.rnn import RNNGrads, StepGrads

# --- rnn_backward_step ----------------------------------------------------------------


def _from_da(da_t, cache):
    """Return the gradients of a step from the gradient before the tanh."""
    return StepGrads(
        dx_t=da_t @ cache.params.W_xh.T,
        dh_prev=da_t @ cache.params.W_hh.T,
        dW_xh=cache.x_t.T @ da_t,
        dW_hh=cache.h_prev.T @ da_t,
        db_h=da_t.sum(axis=0),
    )


def _da(dh, cache):
    """Return the gradient before the tanh."""
    return dh * (1 - cache.h_t**2)


@mistake(
    "rnn_backward_step",
    "a step back that leaves out the tanh",
    "Between h_t and a_t stands the tanh; multiply dh by its derivative first.",
)
def tanh_forgotten(dh, cache):
    return _from_da(dh, cache)


@mistake(
    "rnn_backward_step",
    "the derivative of tanh taken at h_t instead of a_t",
    "h_t is tanh(a_t) already: the derivative is 1 - h_t², without another tanh.",
)
def tanh_of_the_state(dh, cache):
    return _from_da(dh * (1 - np.tanh(cache.h_t) ** 2), cache)


@mistake(
    "rnn_backward_step",
    "the derivative of a logistic σ",
    "h (1 - h) belongs to σ; the derivative of tanh is 1 - tanh².",
)
def derivative_of_sigmoid(dh, cache):
    return _from_da(dh * cache.h_t * (1 - cache.h_t), cache)


@mistake(
    "rnn_backward_step",
    "a slope 1 - h without the square",
    "The derivative of tanh is 1 - tanh².",
)
def square_forgotten(dh, cache):
    return _from_da(dh * (1 - cache.h_t), cache)


@mistake(
    "rnn_backward_step",
    "a slope 1 + h²",
    "The derivative of tanh is 1 - tanh², at most 1.",
)
def sign_of_the_square(dh, cache):
    return _from_da(dh * (1 + cache.h_t**2), cache)


@mistake(
    "rnn_backward_step",
    "the slope of the step before",
    "The tanh of this step made h_t, not h_prev.",
)
def slope_at_the_previous_state(dh, cache):
    return _from_da(dh * (1 - cache.h_prev**2), cache)


@mistake(
    "rnn_backward_step",
    "the derivative of a ReLU",
    "Not a switch: tanh's derivative is 1 - tanh², a number for each unit.",
)
def derivative_of_relu(dh, cache):
    return _from_da(dh * (cache.h_t > 0), cache)


@mistake(
    "rnn_backward_step",
    "a gradient divided by the slope",
    "The chain rule multiplies by the derivative.",
)
def divided_by_the_slope(dh, cache):
    return _from_da(dh / (1 - cache.h_t**2), cache)


@mistake(
    "rnn_backward_step",
    "the slope applied twice",
    "Multiply by the derivative of tanh once; all five gradients use that da_t.",
)
def slope_twice(dh, cache):
    return _from_da(_da(_da(dh, cache), cache), cache)


@mistake(
    "rnn_backward_step",
    "W_hh not transposed",
    "Forward it was h_prev @ W_hh; back it is da_t @ W_hh.T. A square hides the slip.",
)
def recurrent_matrix_not_transposed(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dh_prev=da_t @ cache.params.W_hh)


@mistake(
    "rnn_backward_step",
    "W_xh not transposed",
    "da_t is (batch, hidden) and dx_t (batch, input): da_t @ W_xh.T.",
)
def input_matrix_not_transposed(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dx_t=da_t @ cache.params.W_xh)


@mistake(
    "rnn_backward_step",
    "dh_prev without the slope of the tanh",
    "dh goes through the tanh before it goes through W_hh: use da_t.",
)
def state_gradient_from_dh(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dh_prev=dh @ cache.params.W_hh.T)


@mistake(
    "rnn_backward_step",
    "gradients of the parameters without the slope of the tanh",
    "The parameters act before the tanh: their gradients use da_t too.",
)
def parameter_gradients_from_dh(dh, cache):
    right, without = _from_da(_da(dh, cache), cache), _from_da(dh, cache)
    return StepGrads(right.dx_t, right.dh_prev, *without[2:])


@mistake(
    "rnn_backward_step",
    "a bias gradient without the slope of the tanh",
    "The bias acts before the tanh: sum da_t, not dh.",
)
def bias_gradient_from_dh(dh, cache):
    return _from_da(_da(dh, cache), cache)._replace(db_h=dh.sum(axis=0))


@mistake(
    "rnn_backward_step",
    "a dh_prev to which dh itself is added",
    "h_prev reaches the loss through h_t only; there is no path around the step.",
)
def shortcut_around_the_step(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dh_prev=grads.dh_prev + dh)


@mistake(
    "rnn_backward_step",
    "dW_hh computed from the new state",
    "W_hh was multiplied with h_prev in this step, not with h_t.",
)
def new_state_for_old(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dW_hh=cache.h_t.T @ da_t)


@mistake(
    "rnn_backward_step",
    "x_t and h_prev exchanged in the gradients of the matrices",
    "W_xh met x_t and W_hh met h_prev; so do their gradients.",
)
def inputs_exchanged(dh, cache):
    da_t = _da(dh, cache)
    grads = _from_da(da_t, cache)
    return grads._replace(dW_xh=grads.dW_hh, dW_hh=grads.dW_xh)


@mistake(
    "rnn_backward_step",
    "W_xh and W_hh exchanged on the way back",
    "dx_t goes back through W_xh, dh_prev through W_hh.",
)
def matrices_exchanged(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dx_t=grads.dh_prev, dh_prev=grads.dx_t)


@mistake(
    "rnn_backward_step",
    "gradients of the matrices that are transposed",
    "A gradient has its parameter's shape: x_t.T @ da_t is (input, hidden).",
)
def both_weight_gradients_transposed(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dW_xh=grads.dW_xh.T, dW_hh=grads.dW_hh.T)


@mistake(
    "rnn_backward_step",
    "a dW_hh that is transposed",
    "h_prev.T @ da_t has rows for the old state; a square shape does not tell.",
)
def recurrent_gradient_transposed(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dW_hh=grads.dW_hh.T)


@mistake(
    "rnn_backward_step",
    "a bias gradient kept for each example",
    "b_h was added to every row of the batch: sum da_t over the batch axis.",
)
def bias_gradient_not_summed(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t)


@mistake(
    "rnn_backward_step",
    "a bias gradient of shape (1, hidden)",
    "b_h has one axis; leave out keepdims.",
)
def bias_gradient_with_two_axes(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.sum(axis=0, keepdims=True))


@mistake(
    "rnn_backward_step",
    "a bias gradient summed over the units",
    "Axis 0 is the batch, axis 1 the units; each unit has a bias of its own.",
)
def bias_gradient_over_units(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.sum(axis=1))


@mistake(
    "rnn_backward_step",
    "a bias gradient averaged over the batch",
    "Gradients here are sums over the batch.",
)
def bias_gradient_averaged(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.mean(axis=0))


@mistake(
    "rnn_backward_step",
    "parameter gradients averaged over the batch",
    "Gradients here are sums over the batch: no division.",
)
def averaged_over_the_batch(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    means = [grad / len(dh) for grad in grads[2:]]
    return StepGrads(grads.dx_t, grads.dh_prev, *means)


@mistake(
    "rnn_backward_step",
    "an outer product of the first example alone",
    "x_t.T @ da_t is the sum of the outer products of all examples.",
)
def first_example_only(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(
        dW_xh=np.outer(cache.x_t[0], da_t[0]),
        dW_hh=np.outer(cache.h_prev[0], da_t[0]),
    )


@mistake(
    "rnn_backward_step",
    "outer products of examples that do not belong together",
    "Example b's input meets example b's gradient only: x_t.T @ da_t pairs them.",
)
def sums_before_the_product(dh, cache):
    da_t = _da(dh, cache)
    rows = da_t.sum(axis=0)
    return _from_da(da_t, cache)._replace(
        dW_xh=np.outer(cache.x_t.sum(axis=0), rows),
        dW_hh=np.outer(cache.h_prev.sum(axis=0), rows),
    )


@mistake(
    "rnn_backward_step",
    "matrix gradients kept for each example",
    "Sum the outer products over the batch: x_t.T @ da_t does it.",
)
def weight_gradients_not_summed(dh, cache):
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(
        dW_xh=cache.x_t[:, :, None] * da_t[:, None, :],
        dW_hh=cache.h_prev[:, :, None] * da_t[:, None, :],
    )


@mistake(
    "rnn_backward_step",
    "a dh that is overwritten",
    "`dh *= …` changes the caller's array; give the product a name of its own.",
)
def gradient_overwritten(dh, cache):
    dh *= 1 - cache.h_t**2
    return _from_da(dh, cache)


@mistake(
    "rnn_backward_step",
    "a result in float32",
    "Stay in float64: a gradient check needs all its digits.",
)
def step_in_float32(dh, cache):
    grads = _from_da(_da(dh, cache), cache)
    return StepGrads(*(grad.astype(np.float32) for grad in grads))


# --- rnn_backward ---------------------------------------------------------------------


def _sweep(dstates, caches, before=None, after=None):
    """Return the steps' gradients, last step first.

    Args:
        dstates: (batch, time, hidden).
        caches: one a step.
        before: before(dstate, dh_next) makes the gradient of a state.
        after: after(grads, dh) makes what goes on to the step before.
    """
    dh_next = np.zeros_like(caches[0].h_t)
    steps = []
    for t in reversed(range(len(caches))):
        dh = before(dstates[:, t], dh_next) if before else dstates[:, t] + dh_next
        steps.append(rnn_backward_step(dh, caches[t]))
        dh_next = after(steps[-1], dh) if after else steps[-1].dh_prev
    return steps


def _summed(steps, dh_0=None):
    """Put the steps of a sweep together: sums, and inputs in the order of time."""
    return RNNGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=steps[-1].dh_prev if dh_0 is None else dh_0,
        dW_xh=sum(step.dW_xh for step in steps),
        dW_hh=sum(step.dW_hh for step in steps),
        db_h=sum(step.db_h for step in steps),
    )


@mistake(
    "rnn_backward",
    "a sweep that forgets what the next step sends back",
    "h_t matters to later losses too: add the dh_prev of step t + 1 to dstates[:, t].",
)
def carry_forgotten(dstates, caches):
    return _summed(_sweep(dstates, caches, before=lambda own, later: own))


@mistake(
    "rnn_backward",
    "a sweep that starts from the last step's loss only",
    "Every step has a loss: dstates[:, t] joins the sum at its own step.",
)
def last_loss_only(dstates, caches):
    only_last = np.zeros_like(dstates)
    only_last[:, -1] = dstates[:, -1]
    return _summed(_sweep(only_last, caches))


@mistake(
    "rnn_backward",
    "a carried gradient that is added twice",
    "dh_t is dstates[:, t] plus dh_prev of step t + 1, each once.",
)
def carry_twice(dstates, caches):
    return _summed(_sweep(dstates, caches, lambda own, later: own + 2 * later))


@mistake(
    "rnn_backward",
    "a gradient carried past the step instead of through it",
    "Hand on the step's dh_prev, which went through the tanh and W_hh, not dh.",
)
def carry_unchanged(dstates, caches):
    return _summed(_sweep(dstates, caches, after=lambda step, dh: dh))


@mistake(
    "rnn_backward",
    "a gradient that goes back by one step only",
    "What is handed on must contain all later losses: dh_prev of the whole sum.",
)
def one_step_of_memory(dstates, caches):
    alone = [
        rnn_backward_step(dstates[:, t], cache).dh_prev
        for t, cache in enumerate(caches)
    ]
    later = [*alone[1:], np.zeros_like(alone[0])]
    steps = [
        rnn_backward_step(dstates[:, t] + later[t], cache)
        for t, cache in enumerate(caches)
    ]
    return _summed(steps[::-1])


@mistake(
    "rnn_backward",
    "a sweep from the first step to the last",
    "The gradient of h_t needs that of h_{t+1}: begin at the last step.",
)
def from_the_wrong_end(dstates, caches):
    dh_next, steps = np.zeros_like(caches[0].h_t), []
    for t, cache in enumerate(caches):
        steps.append(rnn_backward_step(dstates[:, t] + dh_next, cache))
        dh_next = steps[-1].dh_prev
    return _summed(steps[::-1], dh_0=dh_next)


@mistake(
    "rnn_backward",
    "losses met in the wrong order",
    "Going back, step t takes dstates[:, t]: turn both around, or neither.",
)
def losses_reversed(dstates, caches):
    return _summed(_sweep(dstates[:, ::-1], caches))


@mistake(
    "rnn_backward",
    "caches met in the wrong order",
    "Going back, step t takes caches[t]: turn both around, or neither.",
)
def caches_reversed(dstates, caches):
    return _summed(_sweep(dstates, caches[::-1]))


@mistake(
    "rnn_backward",
    "the parameter gradients of the first step alone",
    "`dW = …` overwrites; all steps used the same matrix, so add: `dW += …`.",
)
def only_the_first_use(dstates, caches):
    steps = _sweep(dstates, caches)
    first, summed = steps[-1], _summed(steps)
    return RNNGrads(summed.dx, summed.dh_0, *first[2:])


@mistake(
    "rnn_backward",
    "the parameter gradients of the last step alone",
    "All steps used the same parameters: their gradients add up over time.",
)
def only_the_last_use(dstates, caches):
    steps = _sweep(dstates, caches)
    summed = _summed(steps)
    return RNNGrads(summed.dx, summed.dh_0, *steps[0][2:])


@mistake(
    "rnn_backward",
    "parameter gradients averaged over time",
    "The loss is a sum over time, and so is its gradient: no division.",
)
def averaged_over_time(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    means = [grad / len(caches) for grad in grads[2:]]
    return RNNGrads(grads.dx, grads.dh_0, *means)


@mistake(
    "rnn_backward",
    "parameter gradients averaged over the batch",
    "Gradients here are sums over the batch: no division.",
)
def sweep_averaged_over_batch(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    means = [grad / len(dstates) for grad in grads[2:]]
    return RNNGrads(grads.dx, grads.dh_0, *means)


@mistake(
    "rnn_backward",
    "a dh_0 that is left at zero",
    "h_0 went into the first step: its gradient is that step's dh_prev.",
)
def no_gradient_of_h_0(dstates, caches):
    steps = _sweep(dstates, caches)
    return _summed(steps, dh_0=np.zeros_like(steps[-1].dh_prev))


@mistake(
    "rnn_backward",
    "a gradient of h_1 in place of h_0",
    "One step more: dh_0 is what the first step returns, not what it was given.",
)
def gradient_of_h_1(dstates, caches):
    later = []
    steps = _sweep(dstates, caches, lambda own, dh: later.append(own + dh) or own + dh)
    return _summed(steps, dh_0=later[-1])


@mistake(
    "rnn_backward",
    "a dh_0 to which the first step's loss is added again",
    "E_1 has reached h_1 already; nothing asks anything of h_0 itself.",
)
def first_loss_twice(dstates, caches):
    steps = _sweep(dstates, caches)
    return _summed(steps, dh_0=steps[-1].dh_prev + dstates[:, 0])


@mistake(
    "rnn_backward",
    "a dx in the order in which the sweep met it",
    "You met the last step first: turn the list around before you stack it.",
)
def inputs_reversed(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx[:, ::-1].copy())


@mistake(
    "rnn_backward",
    "a dx stacked time first",
    "dx is (batch, time, input): time is axis 1.",
)
def inputs_time_first(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=np.swapaxes(grads.dx, 0, 1).copy())


@mistake(
    "rnn_backward",
    "a dx summed over time",
    "Each x_t is an input of its own and keeps its own gradient.",
)
def inputs_summed(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx.sum(axis=1))


@mistake(
    "rnn_backward",
    "a sweep that stops before the first step",
    "range(T - 1, 0, -1) ends at 1; reversed(range(T)) ends at 0.",
)
def first_step_left_out(dstates, caches):
    return _summed(_sweep(dstates[:, 1:], caches[1:]))


@mistake(
    "rnn_backward",
    "one cache used for all steps",
    "Each step has a cache of its own, caches[t].",
)
def same_cache_reused(dstates, caches):
    return _summed(_sweep(dstates, [caches[-1]] * len(caches)))


@mistake(
    "rnn_backward",
    "a dstates that is overwritten",
    "`dstates[:, t] += …` changes the caller's array; add into a new one.",
)
def dstates_overwritten(dstates, caches):
    result = _summed(_sweep(dstates, caches))
    for t in reversed(range(1, len(caches))):
        dstates[:, t - 1] += rnn_backward_step(dstates[:, t], caches[t]).dh_prev
    return result


@mistake(
    "rnn_backward",
    "sums kept in float32",
    "np.zeros(…) is float64 unless told otherwise; let it be.",
)
def sweep_in_float32(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return RNNGrads(*grads[:2], *(grad.astype(np.float32) for grad in grads[2:]))


# --- gradient_check -------------------------------------------------------------------


def _central(f, theta, eps):
    """Return the central differences of f, element by element."""
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        numeric[index] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return numeric


def _errors(grad, numeric):
    """Return the relative errors, element by element."""
    return abs(grad - numeric) / np.maximum(np.maximum(abs(grad), abs(numeric)), 1e-8)


def _moved(f, theta, eps):
    """Return f with each element moved up by eps in turn."""
    values = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        values[index] = f(theta + step)
    return values


@mistake(
    "gradient_check",
    "one-sided differences, forward",
    "Move each element up and down: the two sides cancel the curvature.",
)
def forward_differences(f, grad, theta, eps):
    numeric = (_moved(f, theta, eps) - f(theta)) / eps
    return float(_errors(grad, numeric).max())


@mistake(
    "gradient_check",
    "one-sided differences, backward",
    "Move each element up and down: the two sides cancel the curvature.",
)
def backward_differences(f, grad, theta, eps):
    numeric = (f(theta) - _moved(f, theta, -eps)) / eps
    return float(_errors(grad, numeric).max())


@mistake(
    "gradient_check",
    "central differences divided by ε",
    "From θ - ε to θ + ε it is two steps: divide by 2ε.",
)
def divided_by_eps(f, grad, theta, eps):
    return float(_errors(grad, 2 * _central(f, theta, eps)).max())


@mistake(
    "gradient_check",
    "central differences multiplied by ε/2 in place of divided by 2ε",
    "`/ 2 * eps` divides by 2 and multiplies by eps; write `/ (2 * eps)`.",
)
def precedence(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, eps) * eps * eps).max())


@mistake(
    "gradient_check",
    "differences with the sign turned round",
    "f(θ + ε) comes first, f(θ - ε) is taken from it.",
)
def sign_turned(f, grad, theta, eps):
    return float(_errors(grad, -_central(f, theta, eps)).max())


@mistake(
    "gradient_check",
    "a fixed ε in place of the argument",
    "eps is an argument; use it.",
)
def eps_ignored(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, 1e-5)).max())


@mistake(
    "gradient_check",
    "an absolute error",
    "An error of 0.1 is large for a gradient of 0.1 and small for one of 1000: divide.",
)
def absolute_error(f, grad, theta, eps):
    return float(abs(grad - _central(f, theta, eps)).max())


@mistake(
    "gradient_check",
    "an error relative to the claimed gradient alone",
    "Divide by the larger of the two, |g| or |n|.",
)
def relative_to_the_claim(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(grad), 1e-8)).max())


@mistake(
    "gradient_check",
    "an error relative to the differences alone",
    "Divide by the larger of the two, |g| or |n|.",
)
def relative_to_the_differences(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(numeric), 1e-8)).max())


@mistake(
    "gradient_check",
    "an error relative to the sum of the two sizes",
    "The formula divides by the larger of the two, not by their sum.",
)
def relative_to_the_sum(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad) + abs(numeric), 1e-8)
    return float((abs(grad - numeric) / size).max())


@mistake(
    "gradient_check",
    "an error relative to the norm of the whole gradient",
    "Divide element by element; a norm lets a large element hide a small wrong one.",
)
def relative_to_the_norm(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    size = max(np.linalg.norm(grad), np.linalg.norm(numeric), 1e-8)
    return float(np.linalg.norm(grad - numeric) / size)


@mistake(
    "gradient_check",
    "a difference between two norms",
    "Gradients of equal length can point anywhere; compare them element by element.",
)
def norms_compared(f, grad, theta, eps):
    ours, theirs = np.linalg.norm(grad), np.linalg.norm(_central(f, theta, eps))
    return float(abs(ours - theirs) / max(ours, theirs, 1e-8))


@mistake(
    "gradient_check",
    "a signed error",
    "Take the absolute value first, or the largest error may be a negative one.",
)
def signed_error(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    size = np.maximum(np.maximum(abs(grad), abs(numeric)), 1e-8)
    return float(((grad - numeric) / size).max())


@mistake(
    "gradient_check",
    "a mean of the errors",
    "One wrong element among many must show: return the largest error.",
)
def mean_error(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, eps)).mean())


@mistake(
    "gradient_check",
    "the norm of all errors",
    "Return the largest single error; a norm grows with the number of elements.",
)
def norm_of_errors(f, grad, theta, eps):
    return float(np.linalg.norm(_errors(grad, _central(f, theta, eps))))


@mistake(
    "gradient_check",
    "the smallest error",
    "One wrong element must show: return the largest error.",
)
def smallest_error(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, eps)).min())


@mistake(
    "gradient_check",
    "a check of the first element alone",
    "Every element has a gradient: move each in turn.",
)
def first_element_only(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, eps)).reshape(-1)[0])


@mistake(
    "gradient_check",
    "a check of the last element alone",
    "Keep the largest error of all elements, not the latest one.",
)
def last_element_only(f, grad, theta, eps):
    return float(_errors(grad, _central(f, theta, eps)).reshape(-1)[-1])


@mistake(
    "gradient_check",
    "a whole row moved at once",
    "theta[i] of a matrix is a row; np.ndindex(theta.shape) gives single elements.",
)
def rows_moved(f, grad, theta, eps):
    worst = 0.0
    for i in range(len(theta)):
        step = np.zeros(theta.shape)
        step[i] = eps
        numeric = (f(theta + step) - f(theta - step)) / (2 * eps)
        worst = max(worst, float(_errors(grad[i], numeric).max()))
    return worst


@mistake(
    "gradient_check",
    "all elements moved at once",
    "Move one element at a time, or you get the sum of all their gradients.",
)
def all_moved(f, grad, theta, eps):
    numeric = (f(theta + eps) - f(theta - eps)) / (2 * eps)
    return float(_errors(grad, numeric).max())


@mistake(
    "gradient_check",
    "elements that are not put back after they were moved",
    "After both sides of an element, restore it, or the next one starts elsewhere.",
)
def moves_pile_up(f, grad, theta, eps):
    theta, worst = theta.copy(), 0.0
    for index in np.ndindex(theta.shape):
        theta[index] += eps
        above = f(theta)
        theta[index] -= 2 * eps
        numeric = (above - f(theta)) / (2 * eps)
        worst = max(worst, float(_errors(grad[index], numeric)))
    return worst


@mistake(
    "gradient_check",
    "a theta that is left moved",
    "`theta[index] += eps` changes the caller's array; work on a copy.",
)
def theta_left_moved(f, grad, theta, eps):
    worst = float(_errors(grad, _central(f, theta, eps)).max())
    theta -= eps
    return worst


@mistake(
    "gradient_check",
    "differences computed in float32",
    "float32 has 7 digits, and the subtraction loses most of them; use float64.",
)
def in_float32(f, grad, theta, eps):
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        above, below = theta.astype(np.float32), theta.astype(np.float32)
        above[index] += eps
        below[index] -= eps
        numeric[index] = (f(above) - f(below)) / (2 * eps)
    return float(_errors(grad, numeric).max())


@mistake(
    "gradient_check",
    "a division of zero by zero",
    "Where both gradients are 0 the quotient is NaN: that is what the 1e-8 is for.",
)
def zero_by_zero(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(grad), abs(numeric))).max())


@mistake(
    "gradient_check",
    "zero for two gradients that are zero, and no 1e-8 otherwise",
    "The 1e-8 is a lower bound of the divisor, for very small gradients too.",
)
def zero_made_special(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad), abs(numeric))
    return float((abs(grad - numeric) / np.where(size == 0, 1.0, size)).max())


@mistake(
    "gradient_check",
    "1e-8 added to the divisor",
    "max(…, 1e-8) leaves ordinary divisors as they are; adding changes them all.",
)
def floor_added(f, grad, theta, eps):
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad), abs(numeric)) + 1e-8
    return float((abs(grad - numeric) / size).max())


@mistake(
    "gradient_check",
    "steps relative to the size of the element",
    "Each element moves by eps itself, whatever its size.",
)
def relative_steps(f, grad, theta, eps):
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps * abs(theta[index])
        above, below = f(theta + step), f(theta - step)
        numeric[index] = (above - below) / (2 * step[index])
    return float(_errors(grad, numeric).max())


@mistake(
    "gradient_check",
    "a flat vector given to f",
    "f takes arrays of theta's shape: reshape back before you call it.",
)
def flat_vector(f, grad, theta, eps):
    flat = theta.reshape(-1)
    numeric = _central(f, flat, eps)
    return float(_errors(grad.reshape(-1), numeric).max())


@mistake(
    "gradient_check",
    "changes written to a copy that reshape made",
    "reshape(-1) is a view only if the array is stored row by row; index theta itself.",
)
def changes_lost_in_a_copy(f, grad, theta, eps):
    moved = np.copy(theta)  # keeps the order in memory
    flat, worst = moved.reshape(-1), 0.0
    for i, claimed in enumerate(grad.reshape(-1)):
        old = flat[i]
        flat[i] = old + eps
        above = f(moved)
        flat[i] = old - eps
        numeric = (above - f(moved)) / (2 * eps)
        flat[i] = old
        worst = max(worst, float(_errors(claimed, numeric)))
    return worst


@mistake(
    "gradient_check",
    "a verdict in place of the error",
    "Return the largest relative error, a number; the caller decides what is small.",
)
def true_or_false(f, grad, theta, eps):
    return bool(_errors(grad, _central(f, theta, eps)).max() < 1e-5)


# --- truncated_bptt -------------------------------------------------------------------


def _windows(x, targets, window):
    """Return the pairs of windows, in order."""
    return list(zip(x.split(window, 1), targets.split(window, 1), strict=True))


def _half_square(hs, y_part):
    """Return the loss of a window."""
    return ((hs - y_part) ** 2).sum() / 2


def _over(pairs, h_0, params, start=None, loss=_half_square, **options):
    """Sum the gradients of windows; `start(h_t)` makes the state a window starts from.

    Args:
        pairs: the windows.
        h_0: the first state.
        params: the parameters.
        start: by default the state is detached.
        loss: loss(hs, y_part).
        **options: for torch.autograd.grad.
    """
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    for x_part, y_part in pairs:
        h_t = start(h_t) if start else h_t.detach()
        hs, h_t = rnn_forward(x_part, h_t, params)
        grads = torch.autograd.grad(loss(hs, y_part), params, **options)
        total = [old + new for old, new in zip(total, grads, strict=True)]
    return RNNParams(*total), h_t.detach()


@mistake(
    "truncated_bptt",
    "a gradient that stops at every step",
    "Inside a window the graph stays whole; detach between windows only.",
)
def detached_at_every_step(x, targets, h_0, params, window):
    return _over(_windows(x, targets, 1), h_0, params)


@mistake(
    "truncated_bptt",
    "a state that is never detached",
    "The second window runs back into the first: detach the state between windows.",
)
def never_detached(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_t)


@mistake(
    "truncated_bptt",
    "full back-propagation, through all windows",
    "retain_graph, or one backward over the sum, goes back to the start; detach.",
)
def graph_retained(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_t, retain_graph=True)


@mistake(
    "truncated_bptt",
    "a state reset to zero at each window",
    "Truncation forgets the gradient, not the state: start from the last state.",
)
def reset_to_zero(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    first, h_t = _over(pairs[:1], h_0, params)
    if len(pairs) == 1:
        return first, h_t
    rest, h_t = _over(pairs[1:], h_0, params, start=torch.zeros_like)
    return RNNParams(*(a + b for a, b in zip(first, rest, strict=True))), h_t


@mistake(
    "truncated_bptt",
    "a state that is zero at each window, the first included",
    "The first window starts from h_0, each later one from the state before it.",
)
def always_from_zero(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=torch.zeros_like)


@mistake(
    "truncated_bptt",
    "every window started from h_0",
    "Only the first window starts from h_0; a later one starts where the last ended.",
)
def always_from_h_0(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, start=lambda h_t: h_0)


@mistake(
    "truncated_bptt",
    "a short last window that is left out",
    "Steps that do not fill a window count too; x.split keeps them.",
)
def short_window_dropped(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    full = [pair for pair in pairs if pair[0].shape[1] == window]
    return _over(full, h_0, params)


@mistake(
    "truncated_bptt",
    "a short last window whose gradient is left out",
    "The last state is right, but the gradient of the last, shorter window counts too.",
)
def short_gradient_dropped(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    full = [pair for pair in pairs if pair[0].shape[1] == window]
    grads, _ = _over(full, h_0, params)
    return grads, _over(pairs, h_0, params)[1]


@mistake(
    "truncated_bptt",
    "windows that are one step too long",
    "The gradient stops one step late: detach before step `window`, counted from 0.",
)
def one_step_late(x, targets, h_0, params, window):
    return _over(_windows(x, targets, window + 1), h_0, params)


@mistake(
    "truncated_bptt",
    "a gradient that goes one step too far back",
    "Detach the state from which the window starts, not the one before it.",
)
def reaches_into_the_window_before(x, targets, h_0, params, window):
    total, h_t = [torch.zeros_like(weight) for weight in params], h_0.detach()
    before = None
    for x_part, y_part in _windows(x, targets, window):
        if before is not None:
            h_t = rnn_forward(before[0], before[1], params)[1]
        states, last = rnn_forward(x_part, h_t, params)
        grads = torch.autograd.grad(_half_square(states, y_part), params)
        total = [old + new for old, new in zip(total, grads, strict=True)]
        chain = [h_t.detach(), *states.detach().unbind(1)]
        before, h_t = (x_part[:, -1:], chain[-2]), last.detach()
    return RNNParams(*total), h_t


@mistake(
    "truncated_bptt",
    "`window` taken for the number of windows",
    "torch.chunk takes how many pieces, torch.split how long they are.",
)
def number_of_windows(x, targets, h_0, params, window):
    pairs = zip(x.chunk(window, 1), targets.chunk(window, 1), strict=True)
    return _over(pairs, h_0, params)


@mistake(
    "truncated_bptt",
    "windows cut from the batch",
    "split works on axis 0 unless told otherwise; time is axis 1.",
)
def batch_split(x, targets, h_0, params, window):
    pairs = zip(x.split(window), targets.split(window), strict=True)
    return _over(pairs, h_0, params)


@mistake(
    "truncated_bptt",
    "the gradient of the last window alone",
    "Add up the windows' gradients; do not replace them.",
)
def last_window_only(x, targets, h_0, params, window):
    *before, last = _windows(x, targets, window)
    return _over([last], _over(before, h_0, params)[1], params)


@mistake(
    "truncated_bptt",
    "a mean over the windows",
    "The loss is a sum over time, so the windows' gradients are added.",
)
def mean_over_windows(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    grads, h_T = _over(pairs, h_0, params)
    return RNNParams(*(grad / len(pairs) for grad in grads)), h_T


@mistake(
    "truncated_bptt",
    "a loss without the factor ½",
    "The loss is half the squared distance.",
)
def half_forgotten(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: ((hs - y) ** 2).sum())


@mistake(
    "truncated_bptt",
    "a loss that is a mean",
    "Sum the squares over batch, time and units; nothing is averaged.",
)
def mean_loss(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: ((hs - y) ** 2).mean() / 2)


@mistake(
    "truncated_bptt",
    "a loss averaged over the batch",
    "Sum the squares over batch, time and units; nothing is averaged.",
)
def mean_over_the_batch(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    loss = lambda hs, y: _half_square(hs, y) / len(hs)  # noqa: E731
    return _over(pairs, h_0, params, loss=loss)


@mistake(
    "truncated_bptt",
    "a loss of each window's last step only",
    "Every step has a target and counts.",
)
def last_step_of_each_window(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    loss = lambda hs, y: _half_square(hs[:, -1], y[:, -1])  # noqa: E731
    return _over(pairs, h_0, params, loss=loss)


@mistake(
    "truncated_bptt",
    "the first window's targets used for all windows",
    "Cut the targets into windows as you cut x.",
)
def same_targets_reused(x, targets, h_0, params, window):
    pairs = [
        (x_part, targets[:, : x_part.shape[1]])
        for x_part, _ in _windows(x, targets, window)
    ]
    return _over(pairs, h_0, params)


@mistake(
    "truncated_bptt",
    "gradients added to those of an earlier call",
    "backward() adds to .grad: set it to None before the first window.",
)
def added_to_old_grad(x, targets, h_0, params, window):
    h_t = h_0
    for x_part, y_part in _windows(x, targets, window):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        _half_square(hs, y_part).backward()
    return RNNParams(*(weight.grad.clone() for weight in params)), h_t.detach()


@mistake(
    "truncated_bptt",
    "a .grad that is added up, although it adds up by itself",
    "After window two, .grad holds both windows: take it once at the end, or reset it.",
)
def grad_counted_again(x, targets, h_0, params, window):
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    for x_part, y_part in _windows(x, targets, window):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        _half_square(hs, y_part).backward()
        total = [old + w.grad for old, w in zip(total, params, strict=True)]
    return RNNParams(*total), h_t.detach()


@mistake(
    "truncated_bptt",
    "an empty window after the last one",
    "Where `window` divides the length, nothing is left over; x.split stops there.",
)
def empty_last_window(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    if x.shape[1] % window == 0:
        pairs.append((x[:, :0], targets[:, :0]))
    return _over(pairs, h_0, params)


@mistake(
    "truncated_bptt",
    "states that are detached before the loss",
    "Detach the state handed to the next window, not the states the loss is made of.",
)
def loss_detached(x, targets, h_0, params, window):
    pairs = _windows(x, targets, window)
    return _over(pairs, h_0, params, loss=lambda hs, y: _half_square(hs.detach(), y))


@mistake(
    "truncated_bptt",
    "the first state in place of the last",
    "Return the state after the last step of the last window.",
)
def initial_state_returned(x, targets, h_0, params, window):
    return _over(_windows(x, targets, window), h_0, params)[0], h_0


@mistake(
    "truncated_bptt",
    "sums that start on the default device",
    "torch.zeros(shape) is float32 on the CPU; torch.zeros_like follows the weight.",
)
def sums_on_the_default_device(x, targets, h_0, params, window):
    grads, h_T = _over(_windows(x, targets, window), h_0, params)
    zeros = [torch.zeros(weight.shape) for weight in params]
    return RNNParams(*(a + b for a, b in zip(zeros, grads, strict=True))), h_T


@mistake(
    "truncated_bptt",
    "a last state in place of both results",
    "Return two things: the gradients and the last state.",
)
def state_only(x, targets, h_0, params, window):
    return _over(_windows(x, targets, window), h_0, params)[1]
