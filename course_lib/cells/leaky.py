"""Slower paths through time: skips of d steps, and units that leak.

A skip reads the state of d steps ago, so a span of k steps is k / d steps long for the
gradient. A leaky unit keeps a share α of its state and is thereby a moving average,
whose time constant τ = 1 / (1 - α) is given, sampled, or learnt.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from course_lib.cells.rnn import RNNParams, init_rnn, rnn_step
from course_lib.shapes import can_look, check_sequence, check_shape


class DelayedParams(NamedTuple):
    """Parameters of an RNN with two recurrent matrices, both (hidden, hidden).

    `W_hh` reads the state one step ago, `W_dh` the state d steps ago.
    """

    W_xh: Tensor
    W_hh: Tensor
    W_dh: Tensor
    b_h: Tensor


class LeakyParams(NamedTuple):
    """Parameters of leaky units that learn their α: `raw` (hidden,) gives α = σ(raw).

    Whatever `raw` is, α stays between 0 and 1.
    """

    W_xh: Tensor
    W_hh: Tensor
    b_h: Tensor
    raw: Tensor


class Weights(Protocol):
    """What the parameters of all plain cells have: W_xh and W_hh."""

    @property
    def W_xh(self) -> Tensor:
        """(input, hidden)."""

    @property
    def W_hh(self) -> Tensor:
        """(hidden, hidden)."""


def init_delayed(
    input_size: int, hidden_size: int, generator: torch.Generator, gain: float = 0.7
) -> DelayedParams:
    """Draw the parameters of a delayed RNN; both recurrent matrices have `gain`.

    At small states the two add their energies, so that 0.7² + 0.7² ≈ 1 neither lets
    the gradient vanish at once nor explode.
    """
    W_xh, W_hh, b_h = init_rnn(input_size, hidden_size, generator, gain)
    W_dh = torch.randn(hidden_size, hidden_size, generator=generator)
    return DelayedParams(W_xh, W_hh, gain * W_dh / hidden_size**0.5, b_h)


def init_leaky(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    time_constants: Tensor,
    gain: float = 1.0,
) -> LeakyParams:
    """Draw the parameters of leaky units that start at given time constants.

    σ(raw) = 1 - 1/τ means raw = log(τ - 1).

    Args:
        input_size: the length of x_t.
        hidden_size: the length of h_t.
        generator: source of randomness.
        time_constants: (hidden,) larger than 1, in steps.
        gain: spectral radius of W_hh, roughly.
    """
    check_shape("time_constants", time_constants, "hidden", hidden=hidden_size)
    if not (time_constants > 1).all():
        least = time_constants.min().item()
        raise ValueError(f"a time constant is {least:g}, expected more than 1 step")
    start = init_rnn(input_size, hidden_size, generator, gain)
    return LeakyParams(*start, raw=(time_constants - 1).log())


def delayed_rnn(
    x: Tensor, h_0: Tensor | None, params: DelayedParams, d: int
) -> tuple[Tensor, Tensor]:
    """Run an RNN that also reads its state of d steps ago.

        h_t = tanh(x_t W_xh + h_{t-1} W_hh + h_{t-d} W_dh + b_h)

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) every state before the first step: h_0, h_{-1} and so on;
            None means zeros.
        params: W_xh (input, hidden), W_hh and W_dh (hidden, hidden), b_h (hidden,).
        d: the length of the skip, in steps; 1 or more.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: d is less than 1.

    Source: El Hihi and Bengio (1996) and Lin et al. (1996) study such delays.
    """
    if d < 1:
        raise ValueError(f"d is {d}, expected 1 or more: a skip leads to the past")
    before = start_state(x, h_0, params)
    hs: list[Tensor] = []
    for t, a_t in enumerate((x @ params.W_xh + params.b_h).unbind(dim=1)):
        h_prev = hs[t - 1] if t >= 1 else before
        h_delayed = hs[t - d] if t >= d else before
        hs.append(torch.tanh(a_t + h_prev @ params.W_hh + h_delayed @ params.W_dh))
    return torch.stack(hs, dim=1), hs[-1]


def leaky_step(
    x_t: Tensor, h_prev: Tensor, alpha: Tensor | float, params: RNNParams | LeakyParams
) -> Tensor:
    """Advance leaky units by one time step.

        h_t = α ⊙ h_prev + (1 - α) ⊙ tanh(x_t W_xh + h_prev W_hh + b_h)

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        alpha: (hidden,) or one number, the share that is kept: 0 is a plain RNN, 1
            never changes.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: α is a number that is not between 0 and 1.

    Source: Mozer (1992); El Hihi and Bengio (1996).
    """
    _check_alpha(alpha, params.W_hh.shape[0])
    new = rnn_step(x_t, h_prev, RNNParams(params.W_xh, params.W_hh, params.b_h))
    return alpha * h_prev + (1 - alpha) * new


def leaky_forward(
    x: Tensor,
    h_0: Tensor | None,
    params: RNNParams | LeakyParams,
    alpha: Tensor | float,
) -> tuple[Tensor, Tensor]:
    """Run leaky units over a batch of sequences, with the α that are given.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step; None means zeros.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        alpha: (hidden,) or one number.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: α is not between 0 and 1.
    """
    _check_alpha(alpha, params.W_hh.shape[0])
    if (
        isinstance(alpha, Tensor)
        and can_look(alpha)
        and not ((alpha >= 0) & (alpha <= 1)).all()
    ):
        raise ValueError(_no_share(alpha.tolist()))
    h_t, hs = start_state(x, h_0, params), []
    # the input has no part in the recurrence: one product for all steps
    for a_t in (x @ params.W_xh + params.b_h).unbind(dim=1):
        new = torch.tanh(a_t + h_t @ params.W_hh)
        h_t = alpha * h_t + (1 - alpha) * new
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def learned_leaky_forward(
    x: Tensor, h_0: Tensor | None, params: LeakyParams
) -> tuple[Tensor, Tensor]:
    """Run leaky units whose α = σ(raw) is learnt with the other parameters.

    Args and results are those of `leaky_forward`; `params.raw` is (hidden,).
    """
    return leaky_forward(x, h_0, params, torch.sigmoid(params.raw))


def sample_time_constants(u: Tensor, low: float, high: float) -> Tensor:
    """Turn uniform numbers into time constants, uniform on a logarithmic scale.

        τ = low (high / low)^u

    As many fall between 1 and 10 steps as between 10 and 100.

    Args:
        u: any shape, uniform in [0, 1).
        low: the shortest time constant, in steps.
        high: the longest one.

    Returns:
        Time constants in steps, shaped as `u`.

    Raises:
        ValueError: low is less than one step or more than high.
    """
    if not 1 <= low <= high:
        raise ValueError(f"low is {low}, high is {high}: expected 1 <= low <= high")
    return low * (high / low) ** u


def in_groups(values: Sequence[float], hidden_size: int) -> Tensor:
    """Give each of `hidden_size` units one of the values, a group of units each.

    Returns:
        (hidden,) the first value for the first group, and so on.

    Raises:
        ValueError: the units cannot be shared out evenly.
    """
    if not values or hidden_size % len(values):
        raise ValueError(
            f"{hidden_size} units do not divide into {len(values)} equal groups"
        )
    return torch.tensor(values).repeat_interleave(hidden_size // len(values))


def start_state(x: Tensor, h_0: Tensor | None, params: Weights) -> Tensor:
    """Check the shapes, and return h_0 or zeros for it."""
    hidden_size = params.W_xh.shape[1]
    batch, _ = check_sequence(x, {"h_0": h_0}, params.W_xh, params.W_hh)
    return x.new_zeros(batch, hidden_size) if h_0 is None else h_0


def _check_alpha(alpha: Tensor | float, hidden_size: int) -> None:
    """Check what costs no look at the numbers of a tensor; steps call this, too."""
    if isinstance(alpha, Tensor):
        if alpha.ndim:
            check_shape("alpha", alpha, "hidden", hidden=hidden_size)
    elif not 0 <= alpha <= 1:
        raise ValueError(_no_share(alpha))


def _no_share(alpha: object) -> str:
    return (
        f"alpha is {alpha}, expected numbers from 0 to 1: the share that is kept. A "
        "time constant of τ steps is alpha = 1 - 1/τ."
    )
