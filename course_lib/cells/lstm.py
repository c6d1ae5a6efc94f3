"""Long short-term memory: a cell that adds, and gates that decide what it adds.

Four quarters stand side by side in `W_x`, `W_h` and `b`, in PyTorch's order: input gate
i, forget gate f, candidate g, output gate o. `cell_gradient_path` is what the forget
gates leave of a gradient. What starts and checks a sequence serves `peephole`, too.
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from course_lib.shapes import ShapeError, check_like, check_sequence, check_shape


class LSTMParams(NamedTuple):
    """Parameters of an LSTM: (input, 4·hidden), (hidden, 4·hidden), (4·hidden,)."""

    W_x: Tensor
    W_h: Tensor
    b: Tensor


class LSTMWeights(Protocol):
    """What the parameters of an LSTM have, with peepholes or without."""

    @property
    def W_x(self) -> Tensor:
        """(input, 4·hidden)."""

    @property
    def W_h(self) -> Tensor:
        """(hidden, 4·hidden)."""


class LSTMState(NamedTuple):
    """What an LSTM hands from step to step: h is shown, c is kept; (batch, hidden)."""

    h: Tensor
    c: Tensor


class LSTMTrace(NamedTuple):
    """All that happens in an LSTM, at every step: each (batch, time, hidden)."""

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    h: Tensor


def init_lstm(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    forget_bias: float = 1.0,
) -> LSTMParams:
    """Draw the parameters of an LSTM.

    Weights are uniform within ± 1/√hidden, as PyTorch's are. The bias is zero, but for
    the forget gate's quarter: a positive one opens the gate before training.

    Args:
        input_size: features a step.
        hidden_size: units.
        generator: source of randomness.
        forget_bias: bias of the forget gate; PyTorch's own is 0 on average.

    Returns:
        `LSTMParams` with W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).
    """
    width = 4 * hidden_size
    b = torch.zeros(width)
    b[hidden_size : 2 * hidden_size] = forget_bias
    return LSTMParams(
        W_x=uniform_weights(input_size, width, hidden_size, generator),
        W_h=uniform_weights(hidden_size, width, hidden_size, generator),
        b=b,
    )


def uniform_weights(
    rows: int, columns: int, hidden_size: int, generator: torch.Generator
) -> Tensor:
    """Draw a matrix uniformly within ± 1/√hidden."""
    return (2 * torch.rand(rows, columns, generator=generator) - 1) / hidden_size**0.5


def lstm_step(x_t: Tensor, state: LSTMState, params: LSTMParams) -> LSTMState:
    """Advance an LSTM by one time step.

        i, f, o = σ(x_t W_x + h_prev W_h + b)     (their quarters)
        g       = tanh(x_t W_x + h_prev W_h + b)  (its quarter)
        c_t     = f ⊙ c_prev + i ⊙ g
        h_t     = o ⊙ tanh(c_t)

    Args:
        x_t: (batch, input) input at time t.
        state: h_prev and c_prev, each (batch, hidden).
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,), quarters
            in the order i, f, g, o.

    Returns:
        The state h_t and c_t, each (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.

    Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber
    and Cummins (2000), in PyTorch's order.
    """
    check_lstm_step(x_t, state, params)
    h_prev, c_prev = state
    return _advance(x_t @ params.W_x + h_prev @ params.W_h + params.b, c_prev)


def _advance(a_t: Tensor, c_prev: Tensor) -> LSTMState:
    """Turn what stands before the nonlinearities, (batch, 4·hidden), into a state."""
    a_i, a_f, a_g, a_o = a_t.chunk(4, dim=-1)
    c_t = a_f.sigmoid() * c_prev + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def lstm_forward(
    x: Tensor, state: LSTMState | None, params: LSTMParams
) -> tuple[Tensor, LSTMState]:
    """Run an LSTM over a batch of sequences.

    The inputs of all steps meet `W_x` in one product before the loop: it does not
    depend on the state, and one large product is cheaper than many small ones.

    Args:
        x: (batch, time, input) inputs.
        state: h_0 and c_0, each (batch, hidden); None means zeros.
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).

    Returns:
        hs: (batch, time, hidden) what is shown after every step.
        last: the state after the last step.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    state = lstm_start(x, state, params)
    hs = []
    for a_t in (x @ params.W_x + params.b).unbind(dim=1):
        state = _advance(a_t + state.h @ params.W_h, state.c)
        hs.append(state.h)
    return torch.stack(hs, dim=1), state


def lstm_trace(x: Tensor, state: LSTMState | None, params: LSTMParams) -> LSTMTrace:
    """Run an LSTM as `lstm_forward` does and keep gates, candidate, cell and state.

    Args:
        x: (batch, time, input) inputs.
        state: h_0 and c_0, each (batch, hidden); None means zeros.
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).

    Returns:
        The `LSTMTrace`: i, f, g, o, c and h, each (batch, time, hidden).

    Raises:
        ShapeError: an axis has the wrong length.
    """
    state = lstm_start(x, state, params)
    steps = []
    for x_t in x.unbind(dim=1):
        a_t = x_t @ params.W_x + state.h @ params.W_h + params.b
        a_i, a_f, a_g, a_o = a_t.chunk(4, dim=-1)
        state = _advance(a_t, state.c)
        gates = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        steps.append((*gates, state.c, state.h))
    return LSTMTrace(*(torch.stack(part, dim=1) for part in zip(*steps, strict=True)))


def cell_gradient_path(f_gates: Tensor) -> Tensor:
    """Return what the forget gates leave of ∂c_T, at every step before.

        path_t = f_{t+1} ⊙ f_{t+2} ⊙ … ⊙ f_T,    path_T = 1

    It is ∂c_T/∂c_t along the cell, the gates held constant: nothing in it depends on a
    weight matrix. The paths through h come on top.

    Args:
        f_gates: (batch, time, hidden) the forget gates f_1 … f_T.

    Returns:
        path: (batch, time, hidden).

    Raises:
        ShapeError: there are not three axes.
    """
    check_shape("f_gates", f_gates, "batch time hidden")
    later = torch.cat([f_gates[:, 1:], torch.ones_like(f_gates[:, :1])], dim=1)
    return later.flip(1).cumprod(1).flip(1)


def lstm_param_count(input_size: int, hidden_size: int, peepholes: bool = False) -> int:
    """Return the number of parameters: 4 (D H + H H + H), and 3 H for peepholes.

    `nn.LSTM` has 4 H more, since it keeps two biases of which only the sum matters.
    """
    quarter = hidden_size * (input_size + hidden_size + 1)
    return 4 * quarter + 3 * hidden_size * peepholes


def lstm_from_torch(module: nn.LSTM | nn.LSTMCell) -> LSTMParams:
    """Read the parameters of a one-layer PyTorch LSTM in this course's orientation.

    PyTorch stores transposes (`weight_ih = W_x.T`), the same order i, f, g, o, and two
    biases whose sum is `b`.

    Raises:
        ValueError: the module has several layers, two directions or a projection.
    """
    if getattr(module, "num_layers", 1) != 1 or getattr(module, "bidirectional", False):
        raise ValueError(
            f"{module} has several layers or directions; convert one at a time"
        )
    if getattr(module, "proj_size", 0):
        raise ValueError(f"{module} projects its state, LSTMParams does not")
    tail = "_l0" if isinstance(module, nn.LSTM) else ""
    W_x = getattr(module, "weight_ih" + tail).T
    W_h = getattr(module, "weight_hh" + tail).T
    if not module.bias:
        return LSTMParams(W_x, W_h, W_h.new_zeros(W_h.shape[1]))
    b = getattr(module, "bias_ih" + tail) + getattr(module, "bias_hh" + tail)
    return LSTMParams(W_x, W_h, b)


def lstm_start(x: Tensor, state: LSTMState | None, params: LSTMWeights) -> LSTMState:
    """Check the inputs of a sequence and return the state before its first step."""
    parts = {} if state is None else check_lstm_state(state, params)
    batch, _ = check_sequence(x, parts, params.W_x, params.W_h)
    if state is None:
        zeros = x.new_zeros(batch, params.W_h.shape[0])
        return LSTMState(zeros, zeros)
    return LSTMState(*state)


def check_lstm_step(x_t: Tensor, state: LSTMState, params: LSTMWeights) -> None:
    """Check the input and the state of one step; `check_step` for two tensors."""
    parts = check_lstm_state(state, params)
    batch, _ = check_shape("x_t", x_t, "batch input", input=params.W_x.shape[0])
    for name, part in parts.items():
        sizes = {"batch": batch, "hidden": params.W_h.shape[0]}
        check_shape(name, part, "batch hidden", **sizes)
    check_like("x_t", x_t, params.W_x)
    for name, part in parts.items():
        check_like(name, part, params.W_h)


def check_lstm_state(state: LSTMState, params: LSTMWeights) -> dict[str, Tensor]:
    """Return the two parts of a state by name; one tensor is a common slip."""
    hidden, width = params.W_h.shape
    if width != 4 * hidden:
        raise ShapeError(
            f"W_h has shape {(hidden, width)}, expected (hidden, 4·hidden). Is it "
            "transposed, or of another cell?"
        )
    if isinstance(state, Tensor) or not hasattr(state, "__len__") or len(state) != 2:
        raise ShapeError(
            "state is not a pair, expected LSTMState(h, c). An LSTM keeps two "
            "tensors from step to step."
        )
    return dict(zip(("state.h", "state.c"), state, strict=True))
