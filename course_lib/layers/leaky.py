"""Many leaky networks at once, with a backward pass of their own.

A comparison of cells trains each of them from several seeds. Small networks waste most
of their time between operations, so all runs share one loop: each operation works on a
leading run axis. Written out, the backward pass needs four operations a step, and the
gradients of the weights are one product over all steps.
"""

from typing import Any

import torch
from torch import Tensor


class LeakyRuns(torch.autograd.Function):
    """The recurrence of chapter 9, all of its parts together, for a stack of runs.

        h_t = α_t ⊙ h_{t-1} + (1 - α_t) ⊙ tanh(a_t + h_{t-1} W_hh + h_{t-d} W_dh)

    An α_t of 0 is a plain RNN; one that is 0 at a unit's clock ticks and 1 between them
    is a clockwork. The first runs may have a skip, W_dh. Call it through `leaky_runs`.
    """

    @staticmethod
    def forward(ctx: Any, a: Tensor, W_hh: Tensor, alpha: Tensor, W_dh: Tensor, d: int):
        """Compute the states; see `leaky_runs` for the shapes."""
        time, skips = len(a), len(W_dh)
        hs = a.new_zeros(time + d, *a.shape[1:])  # the first d are h_0 and before
        new = torch.empty_like(a)
        keep = alpha.expand(time, *alpha.shape[1:])
        for t in range(time):
            h_prev = hs[d + t - 1]
            a_t = torch.baddbmm(a[t], h_prev, W_hh, out=new[t])
            if skips:
                a_t[:skips].baddbmm_(hs[t, :skips], W_dh)
            # tanh(a) = 2 σ(2a) - 1: three times as fast on a CPU
            a_t.mul_(2).sigmoid_().mul_(2).sub_(1)
            torch.lerp(a_t, h_prev, keep[t].expand_as(h_prev), out=hs[d + t])
        ctx.save_for_backward(W_hh, alpha, W_dh, hs, new)
        ctx.d = d
        return hs[d:]

    @staticmethod
    def backward(ctx: Any, dhs: Tensor):
        """Sweep from the last step to the first."""
        W_hh, alpha, W_dh, hs, new = ctx.saved_tensors
        d, time, skips = ctx.d, len(new), len(W_dh)
        keep = alpha.expand(time, *alpha.shape[1:])
        slope = (1 - new.square()).mul_(1 - alpha)
        # gradients of the states, h_0 and before included
        total = torch.cat([torch.zeros_like(hs[:d]), dhs])
        da = torch.empty_like(new)
        back, back_skip = W_hh.mT.contiguous(), W_dh.mT.contiguous()
        for t in reversed(range(time)):
            dh_t = total[d + t]
            torch.mul(dh_t, slope[t], out=da[t])
            h_gets = total[d + t - 1].addcmul_(dh_t, keep[t])
            h_gets.baddbmm_(da[t], back)
            if skips:
                total[t, :skips].baddbmm_(da[t, :skips], back_skip)
        dW_hh = _over_time(hs[d - 1 : -1], da)
        dW_dh = _over_time(hs[:time, :skips], da[:, :skips])
        dalpha = None
        if ctx.needs_input_grad[2]:
            dalpha = (total[d:] * (hs[d - 1 : -1] - new)).sum_to_size(alpha.shape)
        return da, dW_hh, dalpha, dW_dh, None


def _over_time(states: Tensor, da: Tensor) -> Tensor:
    """Return Σ_t states_tᵀ da_t for each run, as one product a run."""
    left, right = (part.transpose(0, 1).flatten(1, 2) for part in (states, da))
    return left.mT @ right


def leaky_runs(
    a: Tensor,
    W_hh: Tensor,
    alpha: Tensor,
    W_dh: Tensor | None = None,
    d: int = 1,
) -> Tensor:
    """Run a stack of leaky networks from a state of zeros.

    Args:
        a: (time, run, batch, hidden) what the input and the bias add at each step.
        W_hh: (run, hidden, hidden).
        alpha: (time or 1, run, 1, hidden) the share of the state that is kept.
        W_dh: (skipping run, hidden, hidden) of the first runs; None means no skips.
        d: the length of their skips, in steps.

    Returns:
        hs: (time, run, batch, hidden) the state after every step.
    """
    if W_dh is None:
        W_dh = W_hh.new_empty(0, *W_hh.shape[1:])
    return LeakyRuns.apply(a, W_hh, alpha, W_dh, d)
