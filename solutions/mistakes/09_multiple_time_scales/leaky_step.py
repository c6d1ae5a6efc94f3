"""Wrong answers to `leaky_step`, each with what it is and a hint."""

import torch

from course_lib.cells import rnn_step


def shares_exchanged(x_t, h_prev, alpha, params):
    """α and 1 - α exchanged

    α is the share that is kept: it multiplies h_prev.
    """
    return (1 - alpha) * h_prev + alpha * rnn_step(x_t, h_prev, params)


def new_in_full(x_t, h_prev, alpha, params):
    """a new value that enters in full

    The new value is let in with the rest of the share, 1 - α.
    """
    return alpha * h_prev + rnn_step(x_t, h_prev, params)


def old_in_full(x_t, h_prev, alpha, params):
    """an old state that stays in full

    Only the share α of the state is kept.
    """
    return h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


def alpha_twice(x_t, h_prev, alpha, params):
    """a new value weighted with α as well

    The two shares are α and 1 - α; together they are 1.
    """
    return alpha * (h_prev + rnn_step(x_t, h_prev, params))


def no_leak(x_t, h_prev, alpha, params):
    """a plain RNN, without the leak

    The formula has two terms; the first keeps a share of h_prev.
    """
    return rnn_step(x_t, h_prev, params)


def leak_inside(x_t, h_prev, alpha, params):
    """a leak inside the tanh

    The share that is kept stands outside of the tanh, untouched by it.
    """
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return torch.tanh(alpha * h_prev + (1 - alpha) * a_t)


def tanh_of_the_mixture(x_t, h_prev, alpha, params):
    """a mixture that passes through one more tanh

    The sum of the two shares is the new state as it is.
    """
    return torch.tanh(alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params))


def no_tanh(x_t, h_prev, alpha, params):
    """a new value without its tanh

    The new value is that of the plain RNN, tanh included.
    """
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return alpha * h_prev + (1 - alpha) * a_t


def sigmoid_for_tanh(x_t, h_prev, alpha, params):
    """a logistic σ instead of tanh

    The new value is that of the plain RNN: tanh.
    """
    a_t = x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h
    return alpha * h_prev + (1 - alpha) * torch.sigmoid(a_t)


def mean_alpha(x_t, h_prev, alpha, params):
    """one α for all units, their mean

    Each unit has its own α: multiply elementwise.
    """
    kept = alpha.mean() if isinstance(alpha, torch.Tensor) else alpha
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


def sigmoid_of_alpha(x_t, h_prev, alpha, params):
    """an α that goes through a sigmoid

    This α is a share already, between 0 and 1; the sigmoid comes in task 9.4.
    """
    kept = torch.as_tensor(alpha).to(h_prev).sigmoid()
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


def alpha_must_be_a_tensor(x_t, h_prev, alpha, params):
    """an α that must be a tensor

    A plain number must do as well: use it in products, call no method of it.
    """
    kept = alpha.unsqueeze(0)
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


def alpha_along_the_batch(x_t, h_prev, alpha, params):
    """an α laid along the batch, not along the units

    alpha has one number a unit, and units are the last axis: no [:, None] is needed.
    """
    if isinstance(alpha, torch.Tensor) and alpha.ndim:
        alpha = alpha[:, None]
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


def alpha_clamped(x_t, h_prev, alpha, params):
    """an α kept away from 0 and 1

    α = 0 and α = 1 are allowed: nothing needs to be clamped.
    """
    if isinstance(alpha, torch.Tensor):
        alpha = alpha.clamp(0.01, 0.99)
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)


def alpha_as_time_constant(x_t, h_prev, alpha, params):
    """a time constant taken for α

    alpha is the share itself; 1 - 1/τ turns a time constant into a share.
    """
    kept = 1 - 1 / torch.as_tensor(alpha).to(h_prev)
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


def reads_the_leaked_state(x_t, h_prev, alpha, params):
    """a new value computed from the state that leaked

    W_hh reads the whole of h_prev; α weighs what is kept, not what is read.
    """
    kept = alpha * h_prev
    return kept + (1 - alpha) * rnn_step(x_t, kept, params)


def state_not_read(x_t, h_prev, alpha, params):
    """a new value that does not read the state

    h_prev @ W_hh is part of the tanh's argument.
    """
    new = torch.tanh(x_t @ params.W_xh + params.b_h)
    return alpha * h_prev + (1 - alpha) * new


def leaky_matrix_transposed(x_t, h_prev, alpha, params):
    """W_hh transposed

    Row vectors: h_prev @ W_hh, without .T. A square matrix hides the slip.
    """
    turned = params._replace(W_hh=params.W_hh.T)
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, turned)


def leaky_bias_omitted(x_t, h_prev, alpha, params):
    """a step without its bias

    The formula has a third term, b_h.
    """
    new = torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)
    return alpha * h_prev + (1 - alpha) * new


def leaky_bias_outside(x_t, h_prev, alpha, params):
    """a bias that does not leak

    b_h is part of the tanh's argument, so its effect is weighted by 1 - α.
    """
    new = torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh)
    return alpha * h_prev + (1 - alpha) * new + params.b_h


def state_overwritten(x_t, h_prev, alpha, params):
    """a new state written over the old one

    `*=`, lerp_ and other methods that end in _ change the caller's tensor.
    """
    new = rnn_step(x_t, h_prev, params)
    return h_prev.mul_(alpha).add_((1 - alpha) * new)


def alpha_detached(x_t, h_prev, alpha, params):
    """an α cut off from the graph

    detach() and .data stop the gradient; α must be able to learn.
    """
    kept = alpha.detach() if isinstance(alpha, torch.Tensor) else alpha
    return kept * h_prev + (1 - kept) * rnn_step(x_t, h_prev, params)


def kept_state_detached(x_t, h_prev, alpha, params):
    """a kept state cut off from its past

    The path through α is what carries the gradient: do not detach it.
    """
    return alpha * h_prev.detach() + (1 - alpha) * rnn_step(x_t, h_prev, params)


def cast_to_float32(x_t, h_prev, alpha, params):
    """a result cast to float32

    Let the result keep the dtype of its inputs: no .float() is needed.
    """
    return (alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)).float()
