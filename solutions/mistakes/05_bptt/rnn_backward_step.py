"""Wrong answers to `rnn_backward_step`, each with what it is and a hint."""

import numpy as np

from course_lib.gradients.bptt.rnn import StepGrads


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


def tanh_forgotten(dh, cache):
    """a step back that leaves out the tanh

    Between h_t and a_t stands the tanh; multiply dh by its derivative first.
    """
    return _from_da(dh, cache)


def tanh_of_the_state(dh, cache):
    """the derivative of tanh taken at h_t instead of a_t

    h_t is tanh(a_t) already: the derivative is 1 - h_t², without another tanh.
    """
    return _from_da(dh * (1 - np.tanh(cache.h_t) ** 2), cache)


def derivative_of_sigmoid(dh, cache):
    """the derivative of a logistic σ

    h (1 - h) belongs to σ; the derivative of tanh is 1 - tanh².
    """
    return _from_da(dh * cache.h_t * (1 - cache.h_t), cache)


def square_forgotten(dh, cache):
    """a slope 1 - h without the square

    The derivative of tanh is 1 - tanh².
    """
    return _from_da(dh * (1 - cache.h_t), cache)


def sign_of_the_square(dh, cache):
    """a slope 1 + h²

    The derivative of tanh is 1 - tanh², at most 1.
    """
    return _from_da(dh * (1 + cache.h_t**2), cache)


def slope_at_the_previous_state(dh, cache):
    """the slope of the step before

    The tanh of this step made h_t, not h_prev.
    """
    return _from_da(dh * (1 - cache.h_prev**2), cache)


def derivative_of_relu(dh, cache):
    """the derivative of a ReLU

    Not a switch: tanh's derivative is 1 - tanh², a number for each unit.
    """
    return _from_da(dh * (cache.h_t > 0), cache)


def divided_by_the_slope(dh, cache):
    """a gradient divided by the slope

    The chain rule multiplies by the derivative.
    """
    return _from_da(dh / (1 - cache.h_t**2), cache)


def slope_twice(dh, cache):
    """the slope applied twice

    Multiply by the derivative of tanh once; all five gradients use that da_t.
    """
    return _from_da(_da(_da(dh, cache), cache), cache)


def recurrent_matrix_not_transposed(dh, cache):
    """W_hh not transposed

    Forward it was h_prev @ W_hh; back it is da_t @ W_hh.T. A square hides the slip.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dh_prev=da_t @ cache.params.W_hh)


def input_matrix_not_transposed(dh, cache):
    """W_xh not transposed

    da_t is (batch, hidden) and dx_t (batch, input): da_t @ W_xh.T.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dx_t=da_t @ cache.params.W_xh)


def state_gradient_from_dh(dh, cache):
    """dh_prev without the slope of the tanh

    dh goes through the tanh before it goes through W_hh: use da_t.
    """
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dh_prev=dh @ cache.params.W_hh.T)


def parameter_gradients_from_dh(dh, cache):
    """gradients of the parameters without the slope of the tanh

    The parameters act before the tanh: their gradients use da_t too.
    """
    right, without = _from_da(_da(dh, cache), cache), _from_da(dh, cache)
    return StepGrads(right.dx_t, right.dh_prev, *without[2:])


def bias_gradient_from_dh(dh, cache):
    """a bias gradient without the slope of the tanh

    The bias acts before the tanh: sum da_t, not dh.
    """
    return _from_da(_da(dh, cache), cache)._replace(db_h=dh.sum(axis=0))


def shortcut_around_the_step(dh, cache):
    """a dh_prev to which dh itself is added

    h_prev reaches the loss through h_t only; there is no path around the step.
    """
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dh_prev=grads.dh_prev + dh)


def new_state_for_old(dh, cache):
    """dW_hh computed from the new state

    W_hh was multiplied with h_prev in this step, not with h_t.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(dW_hh=cache.h_t.T @ da_t)


def inputs_exchanged(dh, cache):
    """x_t and h_prev exchanged in the gradients of the matrices

    W_xh met x_t and W_hh met h_prev; so do their gradients.
    """
    da_t = _da(dh, cache)
    grads = _from_da(da_t, cache)
    return grads._replace(dW_xh=grads.dW_hh, dW_hh=grads.dW_xh)


def matrices_exchanged(dh, cache):
    """W_xh and W_hh exchanged on the way back

    dx_t goes back through W_xh, dh_prev through W_hh.
    """
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dx_t=grads.dh_prev, dh_prev=grads.dx_t)


def both_weight_gradients_transposed(dh, cache):
    """gradients of the matrices that are transposed

    A gradient has its parameter's shape: x_t.T @ da_t is (input, hidden).
    """
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dW_xh=grads.dW_xh.T, dW_hh=grads.dW_hh.T)


def recurrent_gradient_transposed(dh, cache):
    """a dW_hh that is transposed

    h_prev.T @ da_t has rows for the old state; a square shape does not tell.
    """
    grads = _from_da(_da(dh, cache), cache)
    return grads._replace(dW_hh=grads.dW_hh.T)


def bias_gradient_not_summed(dh, cache):
    """a bias gradient kept for each example

    b_h was added to every row of the batch: sum da_t over the batch axis.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t)


def bias_gradient_with_two_axes(dh, cache):
    """a bias gradient of shape (1, hidden)

    b_h has one axis; leave out keepdims.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.sum(axis=0, keepdims=True))


def bias_gradient_over_units(dh, cache):
    """a bias gradient summed over the units

    Axis 0 is the batch, axis 1 the units; each unit has a bias of its own.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.sum(axis=1))


def bias_gradient_averaged(dh, cache):
    """a bias gradient averaged over the batch

    Gradients here are sums over the batch.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(db_h=da_t.mean(axis=0))


def averaged_over_the_batch(dh, cache):
    """parameter gradients averaged over the batch

    Gradients here are sums over the batch: no division.
    """
    grads = _from_da(_da(dh, cache), cache)
    means = [grad / len(dh) for grad in grads[2:]]
    return StepGrads(grads.dx_t, grads.dh_prev, *means)


def first_example_only(dh, cache):
    """an outer product of the first example alone

    x_t.T @ da_t is the sum of the outer products of all examples.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(
        dW_xh=np.outer(cache.x_t[0], da_t[0]),
        dW_hh=np.outer(cache.h_prev[0], da_t[0]),
    )


def sums_before_the_product(dh, cache):
    """outer products of examples that do not belong together

    Example b's input meets example b's gradient only: x_t.T @ da_t pairs them.
    """
    da_t = _da(dh, cache)
    rows = da_t.sum(axis=0)
    return _from_da(da_t, cache)._replace(
        dW_xh=np.outer(cache.x_t.sum(axis=0), rows),
        dW_hh=np.outer(cache.h_prev.sum(axis=0), rows),
    )


def weight_gradients_not_summed(dh, cache):
    """matrix gradients kept for each example

    Sum the outer products over the batch: x_t.T @ da_t does it.
    """
    da_t = _da(dh, cache)
    return _from_da(da_t, cache)._replace(
        dW_xh=cache.x_t[:, :, None] * da_t[:, None, :],
        dW_hh=cache.h_prev[:, :, None] * da_t[:, None, :],
    )


def gradient_overwritten(dh, cache):
    """a dh that is overwritten

    `dh *= …` changes the caller's array; give the product a name of its own.
    """
    dh *= 1 - cache.h_t**2
    return _from_da(dh, cache)


def step_in_float32(dh, cache):
    """a result in float32

    Stay in float64: a gradient check needs all its digits.
    """
    grads = _from_da(_da(dh, cache), cache)
    return StepGrads(*(grad.astype(np.float32) for grad in grads))
