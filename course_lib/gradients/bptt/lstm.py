"""Back-propagation through an LSTM by hand, in NumPy: one step, then all of them.

Two gradients travel from step to step, that of h and that of the cell. The cell's is
multiplied by the forget gate and by nothing else, which is the point of the design.
As in `bptt`, gradients of parameters are sums over the batch and over time.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np

from course_lib.cells import LSTMParams
from course_lib.shapes import ShapeError, check_sequence, check_shape


class LSTMArrays(NamedTuple):
    """An `LSTMState` of arrays: h is shown, c is kept; each (batch, hidden)."""

    h: np.ndarray
    c: np.ndarray


class LSTMCache(NamedTuple):
    """What the backward pass needs to know of one forward step.

    Attributes:
        x_t: (batch, input) the step's input.
        h_prev, c_prev: (batch, hidden) the state before it.
        i, f, g, o: (batch, hidden) gates and candidate, σ and tanh applied.
        c_t: (batch, hidden) the cell after it.
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).
    """

    x_t: np.ndarray
    h_prev: np.ndarray
    c_prev: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c_t: np.ndarray
    params: LSTMParams


class LSTMStepGrads(NamedTuple):
    """Gradients of the loss through one step, each shaped as its variable."""

    dx_t: np.ndarray
    dh_prev: np.ndarray
    dc_prev: np.ndarray
    dW_x: np.ndarray
    dW_h: np.ndarray
    db: np.ndarray


class LSTMGrads(NamedTuple):
    """Gradients of the loss through all steps, each shaped as its variable."""

    dx: np.ndarray
    dh_0: np.ndarray
    dc_0: np.ndarray
    dW_x: np.ndarray
    dW_h: np.ndarray
    db: np.ndarray


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(a / 2)) / 2  # exp(-a) would overflow for large negative a


def lstm_step_cached(
    x_t: np.ndarray, state: LSTMArrays, params: LSTMParams
) -> tuple[LSTMArrays, LSTMCache]:
    """Advance by one time step and keep what the way back needs.

        c_t = f ⊙ c_prev + i ⊙ g,    h_t = o ⊙ tanh(c_t)

    Args:
        x_t: (batch, input) input at time t.
        state: h_prev and c_prev, each (batch, hidden).
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).

    Returns:
        state: h_t and c_t, each (batch, hidden).
        cache: the step's `LSTMCache`.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    h_prev, c_prev = state
    batch, _ = check_shape("x_t", x_t, "batch input", input=params.W_x.shape[0])
    sizes = {"batch": batch, "hidden": params.W_h.shape[0]}
    check_shape("state.h", h_prev, "batch hidden", **sizes)
    check_shape("state.c", c_prev, "batch hidden", **sizes)
    a_t = x_t @ params.W_x + h_prev @ params.W_h + params.b
    a_i, a_f, a_g, a_o = np.split(a_t, 4, axis=1)
    i, f, g, o = _sigmoid(a_i), _sigmoid(a_f), np.tanh(a_g), _sigmoid(a_o)
    c_t = f * c_prev + i * g
    cache = LSTMCache(x_t, h_prev, c_prev, i, f, g, o, c_t, params)
    return LSTMArrays(o * np.tanh(c_t), c_t), cache


def lstm_forward_cached(
    x: np.ndarray, state: LSTMArrays, params: LSTMParams
) -> tuple[np.ndarray, list[LSTMCache]]:
    """Run over a batch of sequences and keep a cache a step.

    Args:
        x: (batch, time, input) inputs.
        state: h_0 and c_0, each (batch, hidden).
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).

    Returns:
        hs: (batch, time, hidden) h after every step.
        caches: the steps' `LSTMCache`s, first step first.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    check_sequence(x, {}, params.W_x, params.W_h)
    hs, caches = [], []
    for x_t in x.swapaxes(0, 1):
        state, cache = lstm_step_cached(x_t, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def lstm_backward_step(
    dh: np.ndarray, dc: np.ndarray, cache: LSTMCache
) -> LSTMStepGrads:
    """Take the gradients of h_t and c_t back through one step.

        dc_t    = dc + dh ⊙ o ⊙ (1 - tanh²(c_t))
        da_i    = dc_t ⊙ g ⊙ i (1 - i)          da_f = dc_t ⊙ c_prev ⊙ f (1 - f)
        da_g    = dc_t ⊙ i ⊙ (1 - g²)           da_o = dh ⊙ tanh(c_t) ⊙ o (1 - o)
        dc_prev = dc_t ⊙ f                      dh_prev = da W_hᵀ

    Args:
        dh: (batch, hidden) ∂L/∂h_t, over all paths from h_t to the loss.
        dc: (batch, hidden) ∂L/∂c_t over the paths that do not go through h_t: what the
            step after sends back as its dc_prev.
        cache: what the forward step kept.

    Returns:
        The `LSTMStepGrads`; those of parameters are summed over the batch.

    Raises:
        ShapeError: `dh` or `dc` is not shaped as the state.
    """
    batch, hidden = cache.c_t.shape
    check_shape("dh", dh, "batch hidden", batch=batch, hidden=hidden)
    check_shape("dc", dc, "batch hidden", batch=batch, hidden=hidden)
    x_t, h_prev, c_prev, i, f, g, o, c_t, params = cache
    shown = np.tanh(c_t)
    dc_t = dc + dh * o * (1 - shown**2)
    da_i = dc_t * g * i * (1 - i)
    da_f = dc_t * c_prev * f * (1 - f)
    da_g = dc_t * i * (1 - g**2)
    da_o = dh * shown * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return LSTMStepGrads(
        dx_t=da @ params.W_x.T,
        dh_prev=da @ params.W_h.T,
        dc_prev=dc_t * f,
        dW_x=x_t.T @ da,
        dW_h=h_prev.T @ da,
        db=da.sum(axis=0),
    )


def lstm_backward(dstates: np.ndarray, caches: Sequence[LSTMCache]) -> LSTMGrads:
    """Take the gradients of all steps' losses back through all steps, in one sweep.

        dh_t = dstates_t + dh_prev of step t + 1,    dc_t = dc_prev of step t + 1

    Args:
        dstates: (batch, time, hidden) ∂E_t/∂h_t: what each step's own loss asks of its
            h, later steps left out. No loss reads a cell directly.
        caches: one a step, first step first.

    Returns:
        The `LSTMGrads` of L = Σ_t E_t; those of parameters are summed over batch and
        time.

    Raises:
        ShapeError: `dstates` does not have one gradient for each state.
    """
    if not caches:
        raise ShapeError("caches is empty, expected one of each step, first step first")
    batch, hidden = caches[0].c_t.shape
    sizes = {"batch": batch, "time": len(caches), "hidden": hidden}
    check_shape("dstates", dstates, "batch time hidden", **sizes)
    dh, dc = np.zeros((batch, hidden)), np.zeros((batch, hidden))
    steps = []
    for dstate, cache in zip(dstates.swapaxes(0, 1)[::-1], caches[::-1], strict=True):
        steps.append(lstm_backward_step(dstate + dh, dc, cache))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return LSTMGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=dh,
        dc_0=dc,
        dW_x=reduce(add, (step.dW_x for step in steps)),
        dW_h=reduce(add, (step.dW_h for step in steps)),
        db=reduce(add, (step.db for step in steps)),
    )
