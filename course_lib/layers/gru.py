"""The GRU in its fast form: the formula of `cells.gru`, and its own backward pass.

`fast_gru` computes what `gru_forward` computes, value and gradient, with the reset gate
after the product; `GRU` makes layers of it, with the features of `nn.GRU`.
`layers.blocks` explains the tricks.

A step works in one buffer of four quarters: hn = h_prev W_hn + b_hn, r, z and n. The
first three take the product with h_prev, the last three the product with x, so that
each is one product. For the first, W_h is put into the order n, r, z.
"""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn

from course_lib.cells.gru import GRUParams, gru_from_torch, init_gru
from course_lib.layers.blocks import (
    add_rows,
    block_size,
    gates,
    in_precision_of,
    minus_product,
    refuse_graph,
    step_gradients,
    with_ones,
)
from course_lib.layers.padding import ends, padding_mask, read_lengths
from course_lib.layers.recurrent import Recurrent
from course_lib.layers.stack import Stack, grid
from course_lib.shapes import check_sequence


def fast_gru(
    x: Tensor,
    state: Tensor | None,
    params: GRUParams,
    lengths: Tensor | Sequence[int] | None = None,
) -> tuple[Tensor, Tensor]:
    """Run a GRU over a batch of sequences, fast; differentiable once.

    Args:
        x: (batch, time, input) inputs.
        state: (batch, hidden) state before the first step; None means zeros.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).
        lengths: real steps of each sequence, or None if there is no padding.

    Returns:
        hs: (batch, time, hidden) the state after every step; zeros in the padding.
        last: (batch, hidden) the state after the last real step.

    Raises:
        ShapeError: an axis has the wrong length, or a length is not in 1 … time.
    """
    hidden = params.W_h.shape[0]
    batch, time = check_sequence(x, {"state": state}, params.W_x, params.W_h)
    if state is None:
        state = params.W_h.new_zeros(batch, hidden)
    inputs = in_precision_of(params.W_h, x, state)
    lengths = read_lengths(lengths, batch, time)
    keep = torch.is_grad_enabled() and any(
        tensor.requires_grad for tensor in (*inputs, *params)
    )
    return _GRU.apply(*inputs, *params, lengths, keep)


class _GRU(torch.autograd.Function):
    """The loop over time, forward and backward."""

    @staticmethod
    def forward(ctx, x, h_0, W_x, W_h, b, b_hn, lengths, keep):
        (batch, time, _), hidden = x.shape, W_h.shape[0]
        kept = time if keep else block_size(batch, time)
        pad = None if lengths is None else padding_mask(lengths, time, x.device)
        xs, W_x1 = with_ones(x, pad), torch.cat([W_x, b[None]])
        a = x.new_empty(kept, batch, 4 * hidden)
        hs = x.new_empty(time + 1, batch, hidden)
        hs[0] = h_0
        last = torch.empty_like(hs[0])
        with torch.inference_mode():
            _read(xs, hs, a, W_x1, W_h.roll(hidden, 1), b_hn, ends(lengths, time), last)
        shown = hs[1:].transpose(0, 1)
        if pad is not None:
            shown.masked_fill_(pad, 0)
        if keep:
            ctx.padding, ctx.ends = pad, ends(lengths, time)
            ctx.save_for_backward(xs, hs, a, W_x, W_h)
            ctx.set_materialize_grads(False)
        return shown, last

    @staticmethod
    def backward(ctx, dhs, d_last):
        refuse_graph("fast_gru", "gru_forward")
        xs, hs, _, W_x, W_h = ctx.saved_tensors
        hidden = len(W_h)
        dxs = xs.new_empty(*xs.shape[:2], len(W_x)) if ctx.needs_input_grad[0] else None
        dW_x1 = W_x.new_zeros(len(W_x) + 1, W_x.shape[1])
        dW_h, dh = torch.zeros_like(W_h), torch.zeros_like(hs[0])
        db4 = W_h.new_zeros(4 * hidden)
        with torch.inference_mode():
            dhs = step_gradients(dhs, hs, ctx.padding)
            _read_back(ctx, dhs, d_last, (dxs, dh, dW_x1, dW_h, db4))
        dx = None if dxs is None else dxs.transpose(0, 1)
        dW_h = dW_h.roll(-hidden, 1)
        db_hn, db = db4.split([hidden, 3 * hidden])
        return dx, dh, dW_x1[:-1], dW_h, db, db_hn, None, None


def _read(xs, hs, a, W_x1, W_h, b_hn, ends, last) -> None:
    """Fill hs, step by step; `a` becomes hn, r, z, n of the steps it can hold.

    Args:
        xs: (time, batch, input + 1) inputs and ones.
        hs: (time + 1, batch, hidden); hs[0] is h_0.
        a: (time, batch, 4·hidden), or of one block only.
        W_x1: (input + 1, 3·hidden) `W_x`, and b as its last row.
        W_h: (hidden, 3·hidden), in the order n, r, z.
        b_hn: (hidden,).
        ends: which rows end at which step.
        last: (batch, hidden), to be filled where a sequence ends.
    """
    (batch, hidden), time = last.shape, len(xs)
    h_ts, a_ts, size = hs.unbind(0), gates(a), block_size(batch, time)
    from_h, sigmoids = (
        a[..., part].unbind(0)
        for part in (slice(3 * hidden), slice(hidden, 3 * hidden))
    )
    for t in range(time):
        k = t % len(a_ts)
        if t % size == 0:  # the inputs of a block of steps, in one product
            now = slice(k, k + min(size, time - t))
            from_x = a[now].flatten(0, 1)[:, hidden:]
            torch.mm(xs[t : t + size].flatten(0, 1), W_x1, out=from_x)
            a[now, :, :hidden] = b_hn
        _, hn, r, z, n = a_ts[k]
        from_h[k].addmm_(h_ts[t], W_h)
        sigmoids[k].sigmoid_()
        n.addcmul_(r, hn).tanh_()
        torch.lerp(n, h_ts[t], z, out=h_ts[t + 1])
        if t in ends:
            last[ends[t]] = h_ts[t + 1][ends[t]]


def _read_back(ctx, dhs, d_last, grads) -> None:
    """Go back over the steps, block by block, and fill or add to the gradients.

    Args:
        ctx: holds the saved tensors, and which rows end at which step.
        dhs: time + 1 gradients (batch, hidden) that arrive at h_0 … h_T from outside.
        d_last: that of the last state, (batch, hidden) or None.
        grads: dxs (time, batch, input) or None, dh (batch, hidden), dW_x1, dW_h and
            db4 (4·hidden,), all zero; dW_h in the order n, r, z.
    """
    xs, hs, a, W_x, W_h = ctx.saved_tensors
    dxs, dh, dW_x1, dW_h, db4 = grads
    time, (batch, hidden) = len(xs), dh.shape
    size = block_size(batch, time)
    W_xT, W_hT = W_x.t().contiguous(), W_h.roll(hidden, 1).t().contiguous()
    da, spare = a.new_empty(size, batch, 4 * hidden), a.new_empty(size, batch, hidden)
    da_ts, from_h = gates(da), da[..., : 3 * hidden].unbind(0)
    dh_block = a.new_empty(size + 1, batch, hidden)
    dh_ts = dh_block.unbind(0)
    dh += dhs[time]
    for start in reversed(range(0, time, size)):
        now = slice(start, min(time, start + size))
        n = now.stop - start
        _slopes(hs[now], a[now], da[:n], spare[:n])
        z = a[now].chunk(4, dim=2)[2].unbind(0)
        dh_ts[n].copy_(dh)
        for k in reversed(range(n)):
            dh_t, (_, da_hn, da_r, da_z, _) = dh_ts[k + 1], da_ts[k]
            add_rows(dh_t, d_last, ctx.ends.get(start + k))
            da_r.mul_(dh_t), da_z.mul_(dh_t), da_hn.mul_(dh_t)
            # product first: a sum that starts with small terms loses less
            dh_prev = torch.mm(from_h[k], W_hT, out=dh_ts[k])
            dh_prev.addcmul_(dh_t, z[k]).add_(dhs[start + k])
        dh.copy_(dh_ts[0])
        da[:n, :, 3 * hidden :] *= dh_block[1 : n + 1]
        da_now = da[:n].flatten(0, 1)
        dW_x1.addmm_(xs[now].flatten(0, 1).t(), da_now[:, hidden:])
        dW_h.addmm_(hs[now].flatten(0, 1).t(), da_now[:, : 3 * hidden])
        db4 += da_now.sum(0)  # rounds less than the row of ones in dW_x1
        if dxs is not None:
            torch.mm(da_now[:, hidden:], W_xT, out=dxs[now].flatten(0, 1))


def _slopes(h_prev, a, slopes, spare) -> None:
    """Write ∂h/∂a_n, ∂h/∂a_r, ∂h/∂a_z and ∂h/∂hn of a block of steps.

        p = 1 - n ⊙ n                   ∂h/∂a_n = p - z ⊙ p
        s = r ⊙ ∂h/∂a_n                 ∂h/∂hn  = s,   ∂h/∂a_r = hn ⊙ (s - s ⊙ r)
        q = z ⊙ (h_prev - n)            ∂h/∂a_z = q - q ⊙ z

    Here σ' = σ - σ² and tanh' = 1 - tanh² are put in.
    """
    (hn, r, z, n), (da_hn, da_r, da_z, da_n) = a.chunk(4, dim=2), slopes.chunk(4, dim=2)
    p = minus_product(n.new_ones(1), n, n, out=spare)
    minus_product(p, z, p, out=da_n)
    s = torch.mul(r, da_n, out=da_hn)
    minus_product(s, s, r, out=da_r).mul_(hn)
    q = torch.sub(h_prev, n, out=spare).mul_(z)
    minus_product(q, q, z, out=da_z)


class GRU(Stack):
    """A GRU with the features of `nn.GRU`, batch first: see `Stack`.

        layer = GRU(8, 32, make_generator(0), num_layers=2, bidirectional=True)
        hs, last = layer(x, lengths=[7, 5, 2])

    The state is a tensor.
    """

    torch_kind = nn.GRU

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        generator: torch.Generator,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        update_bias: float = 0.0,
    ) -> None:
        """Draw the parameters of every layer and direction as `init_gru` does."""

        def make(size: int) -> Recurrent:
            params = init_gru(size, hidden_size, generator, update_bias)
            return Recurrent(fast_gru, params)

        cells = grid(make, input_size, hidden_size, num_layers, bidirectional)
        super().__init__(cells, num_layers, dropout)

    @classmethod
    def from_torch(cls, module: nn.GRU) -> Self:
        """Copy the parameters of an `nn.GRU`."""
        return cls.copy_of(module, fast_gru, gru_from_torch)
