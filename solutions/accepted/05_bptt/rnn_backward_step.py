"""Right answers to `rnn_backward_step`, written in other ways."""

import warnings

import numpy as np

from course_lib.gradients.bptt.rnn import StepGrads


def with_einsum(dh, cache):
    slope = (1 - cache.h_t) * (1 + cache.h_t)
    da_t = slope * dh
    return StepGrads(
        np.einsum("bh,ih->bi", da_t, cache.params.W_xh),
        np.einsum("bh,kh->bk", da_t, cache.params.W_hh),
        np.einsum("bi,bh->ih", cache.x_t, da_t),
        np.einsum("bk,bh->kh", cache.h_prev, da_t),
        np.einsum("bh->h", da_t),
    )


def from_the_preactivation(dh, cache):
    x_t, h_prev, _, (W_xh, W_hh, b_h) = cache
    da_t = dh / np.cosh(x_t @ W_xh + h_prev @ W_hh + b_h) ** 2
    return (
        (W_xh @ da_t.T).T,
        (W_hh @ da_t.T).T,
        np.dot(x_t.T, da_t),
        (da_t.T @ h_prev).T,
        np.ones(len(dh)) @ da_t,
    )


def example_by_example(dh, cache):
    da_t = dh - dh * cache.h_t**2
    dW_xh, dW_hh = np.zeros_like(cache.params.W_xh), np.zeros_like(cache.params.W_hh)
    for x_row, h_row, da_row in zip(cache.x_t, cache.h_prev, da_t, strict=True):
        dW_xh += np.outer(x_row, da_row)
        dW_hh += np.outer(h_row, da_row)
    dx_t, dh_prev = da_t @ cache.params.W_xh.T, da_t @ cache.params.W_hh.T
    return StepGrads(dx_t, dh_prev, dW_xh, dW_hh, np.add.reduce(da_t))


def one_product_for_all(dh, cache):
    """Treat [x_t, h_prev, 1] as one input of one stacked matrix."""
    warnings.warn("a right answer may warn", stacklevel=1)
    D = cache.x_t.shape[1]
    W = np.concatenate([cache.params.W_xh, cache.params.W_hh, [cache.params.b_h]])
    into = np.concatenate([cache.x_t, cache.h_prev, np.ones((len(dh), 1))], axis=1)
    da_t = dh * (1 - np.square(cache.h_t))
    d_into, dW = da_t @ W.T, into.T @ da_t
    return StepGrads(d_into[:, :D], d_into[:, D:-1], dW[:D], dW[D:-1], dW[-1])
