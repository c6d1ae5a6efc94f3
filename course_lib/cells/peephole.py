"""The LSTM with peepholes: its gates see the cell, each by one weight a unit.

The input gate and the forget gate see the cell as it was, the output gate as it is now.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.cells.lstm import (
    LSTMState,
    check_lstm_step,
    init_lstm,
    lstm_start,
    uniform_weights,
)


class PeepholeParams(NamedTuple):
    """Parameters of an LSTM with peepholes: those of an LSTM, and three (hidden,)."""

    W_x: Tensor
    W_h: Tensor
    b: Tensor
    p_i: Tensor
    p_f: Tensor
    p_o: Tensor


def init_peephole(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    forget_bias: float = 1.0,
) -> PeepholeParams:
    """Draw an LSTM as `init_lstm` does, and peepholes within ± 1/√hidden."""
    params = init_lstm(input_size, hidden_size, generator, forget_bias)
    peepholes = uniform_weights(3, hidden_size, hidden_size, generator)
    return PeepholeParams(*params, *(p.clone() for p in peepholes))


def peephole_step(x_t: Tensor, state: LSTMState, params: PeepholeParams) -> LSTMState:
    """Advance an LSTM with peepholes by one time step.

        i, f = σ(x_t W_x + h_prev W_h + b + p ⊙ c_prev)
        c_t  = f ⊙ c_prev + i ⊙ g
        o    = σ(x_t W_x + h_prev W_h + b + p_o ⊙ c_t)
        h_t  = o ⊙ tanh(c_t)

    Args:
        x_t: (batch, input) input at time t.
        state: h_prev and c_prev, each (batch, hidden).
        params: those of `lstm_step`, and p_i, p_f, p_o (hidden,).

    Returns:
        The state h_t and c_t, each (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.

    Source: Gers and Schmidhuber (2000), with tanh for both squashing functions.
    """
    check_lstm_step(x_t, state, params)
    h_prev, c_prev = state
    return _peep(x_t @ params.W_x + h_prev @ params.W_h + params.b, c_prev, params)


def _peep(a_t: Tensor, c_prev: Tensor, params: PeepholeParams) -> LSTMState:
    a_i, a_f, a_g, a_o = a_t.chunk(4, dim=-1)
    i = torch.sigmoid(a_i + params.p_i * c_prev)
    f = torch.sigmoid(a_f + params.p_f * c_prev)
    c_t = f * c_prev + i * a_g.tanh()
    o = torch.sigmoid(a_o + params.p_o * c_t)
    return LSTMState(o * c_t.tanh(), c_t)


def peephole_forward(
    x: Tensor, state: LSTMState | None, params: PeepholeParams
) -> tuple[Tensor, LSTMState]:
    """Run an LSTM with peepholes over a batch of sequences; see `lstm_forward`."""
    state = lstm_start(x, state, params)
    hs = []
    for a_t in (x @ params.W_x + params.b).unbind(dim=1):
        state = _peep(a_t + state.h @ params.W_h, state.c, params)
        hs.append(state.h)
    return torch.stack(hs, dim=1), state
