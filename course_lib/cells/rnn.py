"""The plain recurrence: one step, its parameters, and the output layer above it."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib.shapes import check_like, check_sequence, check_shape, check_step


class RNNParams(NamedTuple):
    """Parameters of the plain RNN, shared by all time steps.

    The order of subscripts is the order of axes: `W_xh` is (input, hidden).
    """

    W_xh: Tensor
    W_hh: Tensor
    b_h: Tensor


class OutputParams(NamedTuple):
    """Parameters of the output layer: (hidden, output) and (output,)."""

    W_hy: Tensor
    b_y: Tensor


def init_rnn(
    input_size: int, hidden_size: int, generator: torch.Generator, gain: float = 1.0
) -> RNNParams:
    """Draw the parameters of a plain RNN.

    Weights are normal with standard deviation `gain` / √(rows), so that the spectral
    radius of `W_hh` is close to `gain`; the bias is zero.

    Returns:
        `RNNParams` with W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
    """
    W_xh = torch.randn(input_size, hidden_size, generator=generator)
    W_hh = torch.randn(hidden_size, hidden_size, generator=generator)
    return RNNParams(
        W_xh=W_xh / input_size**0.5,
        W_hh=gain * W_hh / hidden_size**0.5,
        b_h=torch.zeros(hidden_size),
    )


def rnn_step(x_t: Tensor, h_prev: Tensor, params: RNNParams) -> Tensor:
    """Advance a plain RNN by one time step.

        h_t = tanh(x_t W_xh + h_prev W_hh + b_h)

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.

    Source: Elman (1990), in the notation of this course.
    """
    check_step(x_t, h_prev, params.W_xh, params.W_hh)
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)


def output_scores(hs: Tensor, params: OutputParams) -> Tensor:
    """Turn states into scores: logits = h W_hy + b_y, at every time step alike.

    Args:
        hs: (..., hidden) states.
        params: W_hy (hidden, output), b_y (output,).

    Returns:
        logits: (..., output), unnormalised log-probabilities.

    Raises:
        ShapeError: the states are not as long as the rows of W_hy.
    """
    axes = "… " * (getattr(hs, "ndim", 1) - 1) + "hidden"
    check_shape("hs", hs, axes, hidden=params.W_hy.shape[0])
    check_like("hs", hs, params.W_hy)
    return hs @ params.W_hy + params.b_y


def rnn_forward(
    x: Tensor, h_0: Tensor | None, params: RNNParams
) -> tuple[Tensor, Tensor]:
    """Run a plain RNN over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step; None means zeros.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    batch, _ = check_sequence(x, {"h_prev": h_0}, params.W_xh, params.W_hh)
    h_t = x.new_zeros(batch, params.W_hh.shape[0]) if h_0 is None else h_0
    hs = []
    # unbind, not x[:, t]: indexing inside the loop makes the backward pass
    # quadratic in time, since each index writes a gradient as large as x
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def rnn_from_torch(module: nn.RNN | nn.RNNCell) -> RNNParams:
    """Read the parameters of a one-layer PyTorch RNN in this course's orientation.

    PyTorch stores transposes (`weight_ih = W_xh.T`) and two biases whose sum is `b_h`.

    Raises:
        ValueError: the module has several layers, two directions or another
            nonlinearity than tanh.
    """
    if getattr(module, "num_layers", 1) != 1 or getattr(module, "bidirectional", False):
        raise ValueError(
            f"{module} has several layers or directions; convert one at a time"
        )
    if module.nonlinearity != "tanh":
        raise ValueError(f"{module} uses {module.nonlinearity}, RNNParams means tanh")
    tail = "_l0" if isinstance(module, nn.RNN) else ""
    W_xh = getattr(module, "weight_ih" + tail).T
    W_hh = getattr(module, "weight_hh" + tail).T
    if not module.bias:
        return RNNParams(W_xh, W_hh, W_hh.new_zeros(W_hh.shape[0]))
    b_h = getattr(module, "bias_ih" + tail) + getattr(module, "bias_hh" + tail)
    return RNNParams(W_xh, W_hh, b_h)
