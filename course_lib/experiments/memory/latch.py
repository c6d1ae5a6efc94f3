"""Many small networks at once: a leading axis of runs, and one batched product a step.

A success rate needs many trainings that differ in their seed only. One after another
they would spend their time in overhead; side by side, with a run axis in front of every
tensor, one product advances all of them. Runs never mix: each has weights, data, a
gradient and a norm of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.cells import RNNParams
from course_lib.data.memory import latch
from course_lib.device import make_generator
from course_lib.shapes import check_shape

SOLVED = 0.1  # mean squared error on the latch task; guessing gives 1


class RunParams(NamedTuple):
    """Plain RNNs with an output layer, one for each run; the run axis comes first."""

    W_xh: Tensor
    W_hh: Tensor
    b_h: Tensor
    W_hy: Tensor
    b_y: Tensor

    def cell(self, run: int) -> RNNParams:
        """The recurrent parameters of one run."""
        return RNNParams(self.W_xh[run], self.W_hh[run], self.b_h[run])


def start_runs(
    runs: int,
    hidden_size: int,
    generator: torch.Generator,
    recurrent: Callable[[int, torch.Generator], Tensor] | None = None,
) -> RunParams:
    """Draw the parameters of all runs, with one input and one output.

    Args:
        runs: how many networks.
        hidden_size: units of each.
        generator: source of randomness.
        recurrent: recurrent(hidden_size, generator) draws one W_hh; None draws all
            weights as `nn.RNN` does, uniformly between ±1/√hidden.

    Returns:
        W_xh (runs, 1, hidden), W_hh (runs, hidden, hidden), b_h (runs, hidden),
        W_hy (runs, hidden, 1), b_y (runs, 1).
    """

    def uniform(*shape: int) -> Tensor:
        return (
            2 * torch.rand(runs, *shape, generator=generator) - 1
        ) / hidden_size**0.5

    params = RunParams(
        uniform(1, hidden_size),
        uniform(hidden_size, hidden_size),
        uniform(hidden_size) + uniform(hidden_size),
        uniform(hidden_size, 1),
        uniform(1),
    )
    if recurrent is None:
        return params
    drawn = [recurrent(hidden_size, generator) for _ in range(runs)]
    return params._replace(W_hh=torch.stack(drawn))


def runs_forward(x: Tensor, params: RunParams | RNNParams) -> Tensor:
    """Run every network over its own batch, from a state of zeros.

    Args:
        x: (runs, batch, time, input).
        params: of the recurrent part, the run axis first.

    Returns:
        hs: (runs, batch, time, hidden).
    """
    runs = params.W_hh.shape[0]
    sizes = {"runs": runs, "input": params.W_xh.shape[1]}
    check_shape("x", x, "runs batch time input", **sizes)
    return _states(x.transpose(1, 2), params).transpose(1, 2)


def _states(x: Tensor, params: RunParams | RNNParams) -> Tensor:
    """Run over (runs, time, batch, input): here a step's states lie side by side."""
    runs, time, batch, _ = x.shape
    inputs = torch.baddbmm(params.b_h.unsqueeze(1), x.flatten(1, 2), params.W_xh)
    h_t, hs = x.new_zeros(runs, batch, params.W_hh.shape[1]), []
    for a_t in inputs.unflatten(1, (time, batch)).unbind(1):
        h_t = torch.tanh(torch.baddbmm(a_t, h_t, params.W_hh))
        hs.append(h_t)
    return torch.stack(hs, dim=1)


def runs_gradients(
    x: Tensor, targets: Tensor, params: RunParams
) -> tuple[Tensor, RunParams]:
    """Compute the loss of every run and its gradient, by hand.

    The loss of a run is the mean squared error of its one score after the last step.
    Autograd would give the same; by hand it takes half the time.

    Args:
        x: (runs, batch, time, input).
        targets: (runs, batch).
        params: of all runs.

    Returns:
        losses: (runs,).
        gradients: shaped as the parameters.
    """
    x = x.transpose(1, 2)
    hs = _states(x, params)
    error = _scores(hs[:, -1], params) - targets
    dscore = 2 * error.unsqueeze(-1) / targets.shape[1]
    h_prev = torch.cat([torch.zeros_like(hs[:, :1]), hs[:, :-1]], dim=1)
    slopes, das = 1 - hs**2, []
    dh, back = dscore @ params.W_hy.mT, params.W_hh.mT.contiguous()
    for slope in slopes.unbind(1)[::-1]:
        das.append(dh * slope)
        dh = torch.bmm(das[-1], back)
    da = torch.stack(das[::-1], dim=1).flatten(1, 2)
    gradients = RunParams(
        x.flatten(1, 2).mT @ da,
        h_prev.flatten(1, 2).mT @ da,
        da.sum(1),
        hs[:, -1].mT @ dscore,
        dscore.sum(1),
    )
    return error.square().mean(1), gradients


def _scores(h_T: Tensor, params: RunParams) -> Tensor:
    return (h_T @ params.W_hy).squeeze(-1) + params.b_y


def clip_runs(gradients: RunParams, max_norm: float) -> RunParams:
    """Clip each run's gradient to a global norm of its own."""
    squares = [grad.flatten(1).square().sum(1) for grad in gradients]
    norms = torch.stack(squares).sum(0).sqrt()
    scale = max_norm / norms.clamp(min=max_norm)
    shaped = [scale.view(-1, *[1] * (grad.ndim - 1)) for grad in gradients]
    return RunParams(*(g * s for g, s in zip(gradients, shaped, strict=True)))


@dataclass
class LatchRuns:
    """What many trainings on the latch task came to.

    Attributes:
        params: of all networks after training.
        losses: (runs,) the mean squared error of each on fresh sequences.
    """

    params: RunParams
    losses: Tensor

    @property
    def solved(self) -> Tensor:
        """(runs,) whether a run holds the sign; one whose loss is NaN does not."""
        return self.losses < SOLVED


def train_latch(
    time: int,
    runs: int = 40,
    hidden_size: int = 10,
    updates: int = 400,
    batch: int = 16,
    learning_rate: float = 0.1,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    max_norm: float | None = None,
    recurrent: Callable[[int, torch.Generator], Tensor] | None = None,
    seed: int = 0,
) -> LatchRuns:
    """Train many networks on the latch task, each on sequences of its own.

    Args:
        time: steps a sequence; the sign must be held for `time` - 1 of them.
        runs: how many networks.
        hidden_size: units of each.
        updates: of the parameters.
        batch: sequences an update and run.
        learning_rate: the step size.
        optimizer: a class of torch.optim that treats each number alone, like SGD and
            Adam, so that runs do not mix.
        max_norm: each run's gradient is clipped to it; None leaves it as it is.
        recurrent: draws W_hh, see `start_runs`.
        seed: of parameters and sequences.

    Returns:
        The `LatchRuns`, tested on 256 fresh sequences a run.
    """
    generator = make_generator(seed)
    params = start_runs(runs, hidden_size, generator, recurrent)
    update = optimizer(list(params), lr=learning_rate)

    def draw(size: int) -> tuple[Tensor, Tensor]:
        x, targets = latch(runs * size, time, generator)
        return x.view(runs, size, time, 1), targets.view(runs, size)

    for _ in range(updates):
        _, gradients = runs_gradients(*draw(batch), params)
        if max_norm is not None:
            gradients = clip_runs(gradients, max_norm)
        for weight, gradient in zip(params, gradients, strict=True):
            weight.grad = gradient
        update.step()
    x, targets = draw(256)
    scores = _scores(runs_forward(x, params)[:, :, -1], params)
    return LatchRuns(params, (scores - targets).square().mean(1))


def signs_held(hs: Tensor, targets: Tensor) -> Tensor:
    """Return how many signs can still be read from the last states of each run.

    The mean states of either sign are taken from the first half of the sequences; a
    sequence of the second half has the sign whose mean is nearer. No output layer is
    asked: it was trained for one length only.

    Args:
        hs: (runs, batch, time, hidden).
        targets: (batch,) +1 or -1, the same sequences for all runs.

    Returns:
        (runs,) between 0 and 1; 1/2 is guessing.
    """
    half = len(targets) // 2
    seen, asked = hs[:, :half, -1], hs[:, half:, -1]
    up = targets[:half] > 0
    means = [seen[:, mask].mean(1, keepdim=True) for mask in (up, ~up)]
    to_up, to_down = ((asked - mean).norm(dim=2) for mean in means)
    return ((to_up < to_down) == (targets[half:] > 0)).to(hs.dtype).mean(1)


def score_guesses(x: Tensor, targets: Tensor, guesses: RNNParams) -> Tensor:
    """Return how often each of many untrained networks is right on the latch task.

    The answer of a network is the sign of its first unit after the last step.

    Args:
        x: (batch, time, input), the same sequences for all.
        targets: (batch,) +1 or -1.
        guesses: W_xh (runs, input, hidden), W_hh (runs, hidden, hidden),
            b_h (runs, hidden).

    Returns:
        (runs,) the share of right answers, between 0 and 1.

    Source: the idea is Hochreiter and Schmidhuber's (1996).
    """
    runs = guesses.W_hh.shape[0]
    hs = runs_forward(x.expand(runs, *x.shape), guesses)
    right = hs[:, :, -1, 0].sign() == targets
    return right.to(x.dtype).mean(1)
