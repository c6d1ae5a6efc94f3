"""Groups of units with clocks of their own: a slow group is updated now and then.

A unit with period P is computed at every P-th step only and stands still in between,
so information in a slow group crosses many steps without being touched. Fast units may
read slow ones; slow units do not read fast ones.
"""

import torch
from torch import Tensor

from course_lib.cells.leaky import start_state
from course_lib.cells.rnn import RNNParams, init_rnn
from course_lib.shapes import can_look, check_shape, check_step


def clockwork_mask(periods: Tensor) -> Tensor:
    """Say which unit may read which: 1 at [i, j] if unit j reads unit i.

    A unit reads its own group and all slower ones, that is, those whose period is as
    long or longer. With periods in rising order the mask is block lower triangular
    (row vectors: the reading unit is the column).

    Args:
        periods: (hidden,) the period of each unit, in steps.

    Returns:
        (hidden, hidden) float32, 1 or 0.

    Source: Koutník et al. (2014); upper triangular there, in column vectors.
    """
    check_shape("periods", periods, "hidden")
    return (periods[:, None] >= periods[None, :]).float()


def init_clockwork(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    periods: Tensor,
    gain: float = 1.0,
) -> RNNParams:
    """Draw parameters as for a plain RNN, each unit scaled by how many it reads.

    Returns:
        `RNNParams`; W_hh (hidden, hidden) is zero where the mask is.

    Raises:
        ValueError: a period is less than one step.
    """
    _check_periods(periods, hidden_size)
    params = init_rnn(input_size, hidden_size, generator, gain)
    mask = clockwork_mask(periods)
    W_hh = params.W_hh * mask * (hidden_size / mask.sum(dim=0)) ** 0.5
    return params._replace(W_hh=W_hh)


def clockwork_step(
    t: int, x_t: Tensor, h_prev: Tensor, params: RNNParams, periods: Tensor
) -> Tensor:
    """Advance a clockwork RNN by one time step.

        h_t[j] = tanh(x_t W_xh + h_prev (M ⊙ W_hh) + b_h)[j]  if t mod periods[j] = 0
        h_t[j] = h_prev[j]                                    otherwise

    Args:
        t: the number of the step; at 0 all units are updated.
        x_t: (batch, input) input of the step.
        h_prev: (batch, hidden) state before it.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        periods: (hidden,) the period of each unit, in steps.

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.

    Source: Koutník et al. (2014).
    """
    check_shape("periods", periods, "hidden", hidden=params.W_hh.shape[0])
    check_step(x_t, h_prev, params.W_xh, params.W_hh)
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = torch.tanh(x_t @ params.W_xh + h_prev @ W_hh + params.b_h)
    return torch.where(t % periods == 0, new, h_prev)


def clockwork_forward(
    x: Tensor, h_0: Tensor | None, params: RNNParams, periods: Tensor, start: int = 0
) -> tuple[Tensor, Tensor]:
    """Run a clockwork RNN over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step; None means zeros.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        periods: (hidden,) the period of each unit, in steps.
        start: the number of the first step; 0 unless an earlier piece was read.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: a period is less than one step.
    """
    _check_periods(periods, params.W_hh.shape[0])
    h_t, hs = start_state(x, h_0, params), []
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    from_input = x @ params.W_xh + params.b_h
    for t, a_t in enumerate(from_input.unbind(dim=1), start):
        h_t = torch.where(t % periods == 0, torch.tanh(a_t + h_t @ W_hh), h_t)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def clockwork_param_count(input_size: int, periods: Tensor) -> int:
    """Return how many numbers a clockwork RNN trains: the masked ones do not count."""
    links = int(clockwork_mask(periods).sum())
    return len(periods) * (input_size + 1) + links


def _check_periods(periods: Tensor, hidden_size: int) -> None:
    check_shape("periods", periods, "hidden", hidden=hidden_size)
    if can_look(periods) and not bool((periods >= 1).all()):
        raise ValueError(
            f"a period is {periods.min().item():g}, expected 1 step or more: a unit "
            "with period 1 is updated at every step"
        )
