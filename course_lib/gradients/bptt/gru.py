"""Back-propagation through a GRU by hand, in NumPy: one step, then all of them.

The state goes back along four ways: through both gates, through the candidate, and
straight through, multiplied by the update gate. The last way is the leaky unit's. The
reset gate stands after the product, as in PyTorch. As in `bptt`, gradients of
parameters are sums over the batch and over time.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np

from course_lib.cells import GRUParams
from course_lib.shapes import ShapeError, check_sequence, check_shape


class GRUCache(NamedTuple):
    """What the backward pass needs to know of one forward step.

    Attributes:
        x_t: (batch, input) the step's input.
        h_prev: (batch, hidden) the state before it.
        r, z, n: (batch, hidden) gates and candidate, σ and tanh applied.
        q: (batch, hidden) what r multiplies: h_prev W_hn + b_hn.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).
    """

    x_t: np.ndarray
    h_prev: np.ndarray
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    q: np.ndarray
    params: GRUParams


class GRUStepGrads(NamedTuple):
    """Gradients of the loss through one step, each shaped as its variable."""

    dx_t: np.ndarray
    dh_prev: np.ndarray
    dW_x: np.ndarray
    dW_h: np.ndarray
    db: np.ndarray
    db_hn: np.ndarray


class GRUGrads(NamedTuple):
    """Gradients of the loss through all steps, each shaped as its variable."""

    dx: np.ndarray
    dh_0: np.ndarray
    dW_x: np.ndarray
    dW_h: np.ndarray
    db: np.ndarray
    db_hn: np.ndarray


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(a / 2)) / 2  # exp(-a) would overflow for large negative a


def gru_step_cached(
    x_t: np.ndarray, h_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, GRUCache]:
    """Advance by one time step and keep what the way back needs.

        n   = tanh(x_t W_xn + b_xn + r ⊙ q),    q = h_prev W_hn + b_hn
        h_t = (1 - z) ⊙ n + z ⊙ h_prev

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).

    Returns:
        h_t: (batch, hidden).
        cache: the step's `GRUCache`.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    batch, _ = check_shape("x_t", x_t, "batch input", input=params.W_x.shape[0])
    hidden = params.W_h.shape[0]
    check_shape("h_prev", h_prev, "batch hidden", batch=batch, hidden=hidden)
    r_x, z_x, n_x = np.split(x_t @ params.W_x + params.b, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ params.W_h, 3, axis=1)
    r, z, q = _sigmoid(r_x + r_h), _sigmoid(z_x + z_h), n_h + params.b_hn
    n = np.tanh(n_x + r * q)
    return (1 - z) * n + z * h_prev, GRUCache(x_t, h_prev, r, z, n, q, params)


def gru_forward_cached(
    x: np.ndarray, h_0: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, list[GRUCache]]:
    """Run over a batch of sequences and keep a cache a step.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step.
        params: as for `gru_step_cached`.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        caches: the steps' `GRUCache`s, first step first.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    check_sequence(x, {}, params.W_x, params.W_h)
    h_t, hs, caches = h_0, [], []
    for x_t in x.swapaxes(0, 1):
        h_t, cache = gru_step_cached(x_t, h_t, params)
        hs.append(h_t)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def gru_backward_step(dh: np.ndarray, cache: GRUCache) -> GRUStepGrads:
    """Take the gradient of the loss back through one step.

        da_z = dh ⊙ (h_prev - n) ⊙ z (1 - z)     da_n = dh ⊙ (1 - z) ⊙ (1 - n²)
        da_r = da_n ⊙ q ⊙ r (1 - r)              dq   = da_n ⊙ r
        dx_t = [da_r, da_z, da_n] W_xᵀ
        dh_prev = dh ⊙ z + [da_r, da_z, dq] W_hᵀ

    Args:
        dh: (batch, hidden) ∂L/∂h_t, over all paths from h_t to the loss.
        cache: what the forward step kept.

    Returns:
        The `GRUStepGrads`; those of parameters are summed over the batch.

    Raises:
        ShapeError: `dh` is not shaped as the state.
    """
    batch, hidden = cache.h_prev.shape
    check_shape("dh", dh, "batch hidden", batch=batch, hidden=hidden)
    x_t, h_prev, r, z, n, q, params = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    da_r = da_n * q * r * (1 - r)
    dq = da_n * r
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    by_state = np.concatenate([da_r, da_z, dq], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=dh * z + by_state @ params.W_h.T,
        dW_x=x_t.T @ by_input,
        dW_h=h_prev.T @ by_state,
        db=by_input.sum(axis=0),
        db_hn=dq.sum(axis=0),
    )


def gru_backward(dstates: np.ndarray, caches: Sequence[GRUCache]) -> GRUGrads:
    """Take the gradients of all steps' losses back through all steps, in one sweep.

        dh_t = dstates_t + dh_prev of step t + 1

    Args:
        dstates: (batch, time, hidden) ∂E_t/∂h_t: what each step's own loss asks of its
            state, later steps left out.
        caches: one a step, first step first.

    Returns:
        The `GRUGrads` of L = Σ_t E_t; those of parameters are summed over batch and
        time.

    Raises:
        ShapeError: `dstates` does not have one gradient for each state.
    """
    if not caches:
        raise ShapeError("caches is empty, expected one of each step, first step first")
    batch, hidden = caches[0].h_prev.shape
    sizes = {"batch": batch, "time": len(caches), "hidden": hidden}
    check_shape("dstates", dstates, "batch time hidden", **sizes)
    dh, steps = np.zeros((batch, hidden)), []
    for dstate, cache in zip(dstates.swapaxes(0, 1)[::-1], caches[::-1], strict=True):
        steps.append(gru_backward_step(dstate + dh, cache))
        dh = steps[-1].dh_prev
    return GRUGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=dh,
        dW_x=reduce(add, (step.dW_x for step in steps)),
        dW_h=reduce(add, (step.dW_h for step in steps)),
        db=reduce(add, (step.db for step in steps)),
        db_hn=reduce(add, (step.db_hn for step in steps)),
    )
