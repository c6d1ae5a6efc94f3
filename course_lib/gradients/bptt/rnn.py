"""Back-propagation through time: by hand in NumPy, and cut into windows in PyTorch.

One sweep over the steps, last to first, turns the gradients of all steps' losses into
the gradients of the parameters. Everything here is a sum over the batch and over time;
nothing is averaged. The parameters are `RNNParams`, here of float64 arrays.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course_lib.cells import RNNParams, rnn_forward
from course_lib.shapes import ShapeError, check_sequence, check_shape


class StepCache(NamedTuple):
    """What the backward pass needs to know of one forward step.

    Attributes:
        x_t: (batch, input) the step's input.
        h_prev: (batch, hidden) the state before it.
        h_t: (batch, hidden) the state after it, tanh applied.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
    """

    x_t: np.ndarray
    h_prev: np.ndarray
    h_t: np.ndarray
    params: RNNParams


class StepGrads(NamedTuple):
    """Gradients of the loss through one step, each shaped as its variable."""

    dx_t: np.ndarray
    dh_prev: np.ndarray
    dW_xh: np.ndarray
    dW_hh: np.ndarray
    db_h: np.ndarray


class RNNGrads(NamedTuple):
    """Gradients of the loss through all steps, each shaped as its variable."""

    dx: np.ndarray
    dh_0: np.ndarray
    dW_xh: np.ndarray
    dW_hh: np.ndarray
    db_h: np.ndarray


def rnn_step_cached(
    x_t: np.ndarray, h_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, StepCache]:
    """Advance by one time step and keep what the way back needs.

        h_t = tanh(x_t W_xh + h_prev W_hh + b_h)

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        h_t: (batch, hidden).
        cache: the step's `StepCache`.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    input_size, hidden_size = params.W_xh.shape
    batch, _ = check_shape("x_t", x_t, "batch input", input=input_size)
    check_shape("h_prev", h_prev, "batch hidden", batch=batch, hidden=hidden_size)
    h_t = np.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)
    return h_t, StepCache(x_t, h_prev, h_t, params)


def rnn_forward_cached(
    x: np.ndarray, h_0: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, list[StepCache]]:
    """Run over a batch of sequences and keep a cache a step.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        hs: (batch, time, hidden) the state after every step.
        caches: the steps' `StepCache`s, first step first.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    check_sequence(x, {}, params.W_xh, params.W_hh)
    h_t, hs, caches = h_0, [], []
    for x_t in x.swapaxes(0, 1):
        h_t, cache = rnn_step_cached(x_t, h_t, params)
        hs.append(h_t)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def rnn_backward_step(dh: np.ndarray, cache: StepCache) -> StepGrads:
    """Take the gradient of the loss back through one step.

        da_t    = dh ⊙ (1 - h_t²)
        dx_t    = da_t W_xhᵀ        dh_prev = da_t W_hhᵀ
        dW_xh   = x_tᵀ da_t         dW_hh   = h_prevᵀ da_t       db_h = Σ_batch da_t

    Args:
        dh: (batch, hidden) ∂L/∂h_t, over all paths from h_t to the loss.
        cache: what the forward step kept.

    Returns:
        The `StepGrads`; those of parameters are summed over the batch.

    Raises:
        ShapeError: `dh` is not shaped as the state.
    """
    batch, hidden = cache.h_t.shape
    check_shape("dh", dh, "batch hidden", batch=batch, hidden=hidden)
    da_t = dh * (1 - cache.h_t**2)
    return StepGrads(
        dx_t=da_t @ cache.params.W_xh.T,
        dh_prev=da_t @ cache.params.W_hh.T,
        dW_xh=cache.x_t.T @ da_t,
        dW_hh=cache.h_prev.T @ da_t,
        db_h=da_t.sum(axis=0),
    )


def rnn_backward(dstates: np.ndarray, caches: Sequence[StepCache]) -> RNNGrads:
    """Take the gradients of all steps' losses back through all steps, in one sweep.

        dh_t = dstates_t + (dh_{t+1} taken back through step t + 1)

    Args:
        dstates: (batch, time, hidden) ∂E_t/∂h_t: what each step's own loss asks of its
            state, later steps left out.
        caches: one a step, first step first.

    Returns:
        The `RNNGrads` of L = Σ_t E_t; those of parameters are summed over batch and
        time.

    Raises:
        ShapeError: `dstates` does not have one gradient for each state.
    """
    if not caches:
        raise ShapeError("caches is empty, expected one of each step, first step first")
    batch, hidden = caches[0].h_t.shape
    sizes = {"batch": batch, "time": len(caches), "hidden": hidden}
    check_shape("dstates", dstates, "batch time hidden", **sizes)
    dh_next = np.zeros((batch, hidden))
    steps = []
    for dstate, cache in zip(dstates.swapaxes(0, 1)[::-1], caches[::-1], strict=True):
        steps.append(rnn_backward_step(dstate + dh_next, cache))
        dh_next = steps[-1].dh_prev
    return RNNGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=dh_next,
        dW_xh=reduce(add, (step.dW_xh for step in steps)),
        dW_hh=reduce(add, (step.dW_hh for step in steps)),
        db_h=reduce(add, (step.db_h for step in steps)),
    )


def path_terms(dh_t: np.ndarray, caches: Sequence[StepCache]) -> list[np.ndarray]:
    """Return the terms of dE_t/dW_hh, one for each step that used W_hh.

        term_k = h_{k-1}ᵀ [(dh_t J_tᵀ … J_{k+1}ᵀ) ⊙ (1 - h_k²)],
        J_j = ∂h_j/∂h_{j-1} = W_hh diag(1 - h_j²)

    It multiplies whole Jacobians, as the formula does: right, and slow.

    Args:
        dh_t: (hidden,) ∂E_t/∂h_t for one sequence.
        caches: steps 1 … t of that sequence, a batch of one.

    Returns:
        t matrices (hidden, hidden), for k = 1 to t.
    """
    terms = []
    product = np.eye(len(dh_t))  # ∂h_t/∂h_k
    for cache in caches[::-1]:
        slope = 1 - cache.h_t[0] ** 2
        terms.append(np.outer(cache.h_prev[0], (dh_t @ product.T) * slope))
        product = (cache.params.W_hh * slope) @ product
    return terms[::-1]


def truncated_bptt(
    x: Tensor, targets: Tensor, h_0: Tensor, params: RNNParams, window: int
) -> tuple[RNNParams, Tensor]:
    """Sum the gradients of consecutive windows; the state goes on, the gradient stops.

        L = ½ Σ (h_t - y_t)²

    Args:
        x: (batch, time, input) inputs.
        targets: (batch, time, hidden) what the states should be.
        h_0: (batch, hidden) state before the first step.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,), all of
            which require gradients.
        window: steps a window; the last one may be shorter.

    Returns:
        grads: `RNNParams` of gradients, summed over batch, time and windows.
        h_T: (batch, hidden) the last state, outside any graph.

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: the window holds no step.

    Source: Williams and Peng (1990), with windows that do not overlap.
    """
    if window < 1:
        raise ValueError(f"window is {window}, expected 1 step or more")
    batch, time = check_sequence(x, {"h_0": h_0}, params.W_xh, params.W_hh)
    sizes = {"batch": batch, "time": time, "hidden": params.W_hh.shape[0]}
    check_shape("targets", targets, "batch time hidden", **sizes)
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    pairs = zip(x.split(window, dim=1), targets.split(window, dim=1), strict=True)
    for x_part, y_part in pairs:
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        loss = ((hs - y_part) ** 2).sum() / 2
        grads = torch.autograd.grad(loss, params)
        total = [old + new for old, new in zip(total, grads, strict=True)]
    return RNNParams(*total), h_t.detach()
