"""The LSTM in its fast form: the formula of `cells.lstm`, and its own backward pass.

`fast_lstm` computes what `lstm_forward` computes, value and gradient; `LSTM` makes
layers of it, with the features of `nn.LSTM`. `layers.blocks` explains the tricks.
"""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn

from course_lib.cells.lstm import (
    LSTMParams,
    LSTMState,
    check_lstm_state,
    init_lstm,
    lstm_from_torch,
)
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


def fast_lstm(
    x: Tensor,
    state: LSTMState | None,
    params: LSTMParams,
    lengths: Tensor | Sequence[int] | None = None,
) -> tuple[Tensor, LSTMState]:
    """Run an LSTM over a batch of sequences, fast; differentiable once.

    Args:
        x: (batch, time, input) inputs.
        state: h_0 and c_0, each (batch, hidden); None means zeros.
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).
        lengths: real steps of each sequence, or None if there is no padding.

    Returns:
        hs: (batch, time, hidden) what is shown after every step; zeros in the padding.
        last: the state after the last real step, each (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length, or a length is not in 1 … time.
    """
    hidden = params.W_h.shape[0]
    parts = {} if state is None else check_lstm_state(state, params)
    batch, time = check_sequence(x, parts, params.W_x, params.W_h)
    if state is None:
        zeros = params.W_h.new_zeros(batch, hidden)
        state = LSTMState(zeros, zeros)
    inputs = in_precision_of(params.W_h, x, *state)
    lengths = read_lengths(lengths, batch, time)
    keep = torch.is_grad_enabled() and any(
        tensor.requires_grad for tensor in (*inputs, *params)
    )
    hs, h_last, c_last = _LSTM.apply(*inputs, *params, lengths, keep)
    return hs, LSTMState(h_last, c_last)


class _LSTM(torch.autograd.Function):
    """The loop over time, forward and backward."""

    @staticmethod
    def forward(ctx, x, h_0, c_0, W_x, W_h, b, lengths, keep):
        (batch, time, _), hidden = x.shape, W_h.shape[0]
        kept = time if keep else block_size(batch, time)
        pad = None if lengths is None else padding_mask(lengths, time, x.device)
        xs, W_x1 = with_ones(x, pad), torch.cat([W_x, b[None]])
        a = x.new_empty(kept, batch, 4 * hidden)
        hs = x.new_empty(time + 1, batch, hidden)
        cs = x.new_empty(time + 1 if keep else 1, batch, hidden)
        hs[0], cs[0] = h_0, c_0
        last = torch.empty_like(hs[0]), torch.empty_like(hs[0])
        with torch.inference_mode():
            _read(xs, hs, cs, a, W_x1, W_h, ends(lengths, time), last)
        shown = hs[1:].transpose(0, 1)
        if pad is not None:
            shown.masked_fill_(pad, 0)
        if keep:
            ctx.padding, ctx.ends = pad, ends(lengths, time)
            ctx.save_for_backward(xs, hs, cs, a, W_x, W_h)
            ctx.set_materialize_grads(False)
        return shown, *last

    @staticmethod
    def backward(ctx, dhs, *d_last):
        refuse_graph("fast_lstm", "lstm_forward")
        xs, hs, _, _, W_x, W_h = ctx.saved_tensors
        dxs = xs.new_empty(*xs.shape[:2], len(W_x)) if ctx.needs_input_grad[0] else None
        dW_x1 = W_x.new_zeros(len(W_x) + 1, W_x.shape[1])
        dW_h, dh, dc = (torch.zeros_like(like) for like in (W_h, hs[0], hs[0]))
        with torch.inference_mode():
            dhs = step_gradients(dhs, hs, ctx.padding)
            _read_back(ctx, dhs, d_last, (dxs, dh, dc, dW_x1, dW_h))
        dx = None if dxs is None else dxs.transpose(0, 1)
        return dx, dh, dc, dW_x1[:-1], dW_h, dW_x1[-1], None, None


def _read(xs, hs, cs, a, W_x1, W_h, ends, last) -> None:
    """Fill hs and cs, step by step; `a` becomes i, f, g, o of the steps it can hold.

    Args:
        xs: (time, batch, input + 1) inputs and ones.
        hs: (time + 1, batch, hidden); hs[0] is h_0.
        cs: (time + 1, batch, hidden), or (1, batch, hidden) to keep the newest only.
        a: (time, batch, 4·hidden), or of one block only.
        W_x1: (input + 1, 4·hidden) `W_x`, and b as its last row.
        W_h: (hidden, 4·hidden).
        ends: which rows end at which step.
        last: h and c, (batch, hidden), to be filled where a sequence ends.
    """
    time, batch, _ = xs.shape
    h_ts, c_ts, a_ts = hs.unbind(0), cs.unbind(0), gates(a)
    sigmoids = a[..., : 2 * hs.shape[2]].unbind(0)
    tanh_c, size = torch.empty_like(hs[0]), block_size(batch, time)
    for t in range(time):
        k = t % len(a_ts)
        if t % size == 0:  # the inputs of a block of steps, in one product
            block = xs[t : t + size]
            torch.mm(block.flatten(0, 1), W_x1, out=a[k : k + len(block)].flatten(0, 1))
        a_t, i, f, g, o = a_ts[k]
        a_t.addmm_(h_ts[t], W_h)
        sigmoids[k].sigmoid_(), g.tanh_(), o.sigmoid_()
        c_t = c_ts[(t + 1) % len(c_ts)]
        torch.mul(f, c_ts[t % len(c_ts)], out=c_t).addcmul_(i, g)
        torch.mul(o, torch.tanh(c_t, out=tanh_c), out=h_ts[t + 1])
        if t in ends:
            last[0][ends[t]], last[1][ends[t]] = h_ts[t + 1][ends[t]], c_t[ends[t]]


def _read_back(ctx, dhs, d_last, grads) -> None:
    """Go back over the steps, block by block, and fill or add to the gradients.

    Args:
        ctx: holds the saved tensors, and which rows end at which step.
        dhs: time + 1 gradients (batch, hidden) that arrive at h_0 … h_T from outside.
        d_last: those of the last h and c, (batch, hidden) or None.
        grads: dxs (time, batch, input) or None, dh and dc (batch, hidden), dW_x1 and
            dW_h, all zero.
    """
    xs, hs, cs, a, W_x, W_h = ctx.saved_tensors
    dxs, dh, dc, dW_x1, dW_h = grads
    W_xT, W_hT = W_x.t().contiguous(), W_h.t().contiguous()
    (time, batch, hidden), size = cs.shape, block_size(len(dh), len(xs))
    time -= 1
    da, dh_dc = a.new_empty(size, batch, 4 * hidden), a.new_empty(size, batch, hidden)
    da_ts, slopes = gates(da), dh_dc.unbind(0)
    dh += dhs[time]
    for start in reversed(range(0, time, size)):
        now = slice(start, min(time, start + size))
        n = now.stop - start
        _slopes(hs[1:][now], cs[1:][now], cs[now], a[now], da[:n], dh_dc[:n])
        forget = a[now].chunk(4, dim=2)[1].unbind(0)
        for k in reversed(range(n)):
            rows = ctx.ends.get(start + k)
            add_rows(dh, d_last[0], rows)
            add_rows(dc, d_last[1], rows)
            da_t, da_i, da_f, da_g, da_o = da_ts[k]
            dc.addcmul_(dh, slopes[k])
            da_i.mul_(dc), da_f.mul_(dc), da_g.mul_(dc), da_o.mul_(dh)
            dc.mul_(forget[k])
            torch.addmm(dhs[start + k], da_t, W_hT, out=dh)
        da_now = da[:n].flatten(0, 1)
        dW_x1.addmm_(xs[now].flatten(0, 1).t(), da_now)
        dW_h.addmm_(hs[now].flatten(0, 1).t(), da_now)
        if dxs is not None:
            torch.mm(da_now, W_xT, out=dxs[now].flatten(0, 1))


def _slopes(h, c, c_prev, a, slopes, dh_dc) -> None:
    """Write the slopes of a block of steps: ∂c/∂a_i, ∂c/∂a_f, ∂c/∂a_g, ∂h/∂a_o; ∂h/∂c.

    σ' = σ - σ² and tanh' = 1 - tanh² make each of them "something - a product":

        p = i ⊙ g        ∂c/∂a_i = p - p ⊙ i        ∂c/∂a_g = i - p ⊙ g
        q = f ⊙ c_prev   ∂c/∂a_f = q - q ⊙ f
        h = o ⊙ tanh c   ∂h/∂a_o = h - h ⊙ o        ∂h/∂c   = o - h ⊙ tanh c
    """
    (i, f, g, o), (da_i, da_f, da_g, da_o) = a.chunk(4, dim=2), slopes.chunk(4, dim=2)
    p = torch.mul(i, g, out=dh_dc)
    minus_product(p, p, i, out=da_i)
    minus_product(i, p, g, out=da_g)
    q = torch.mul(f, c_prev, out=dh_dc)
    minus_product(q, q, f, out=da_f)
    minus_product(h, h, o, out=da_o)
    minus_product(o, h, torch.tanh(c, out=dh_dc), out=dh_dc)


class LSTM(Stack):
    """An LSTM with the features of `nn.LSTM`, batch first: see `Stack`.

        layer = LSTM(8, 32, make_generator(0), num_layers=2, bidirectional=True)
        hs, last = layer(x, lengths=[7, 5, 2])

    The state is an `LSTMState`.
    """

    torch_kind = nn.LSTM

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        generator: torch.Generator,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.0,
        forget_bias: float = 1.0,
    ) -> None:
        """Draw the parameters of every layer and direction as `init_lstm` does."""

        def make(size: int) -> Recurrent:
            params = init_lstm(size, hidden_size, generator, forget_bias)
            return Recurrent(fast_lstm, params)

        cells = grid(make, input_size, hidden_size, num_layers, bidirectional)
        super().__init__(cells, num_layers, dropout)

    @classmethod
    def from_torch(cls, module: nn.LSTM) -> Self:
        """Copy the parameters of an `nn.LSTM`; ValueError if it has a projection."""
        return cls.copy_of(module, fast_lstm, lstm_from_torch)
