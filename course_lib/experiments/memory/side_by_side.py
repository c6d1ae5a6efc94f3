"""The cells of chapter 9 on one task: all kinds, from all seeds, in one training.

Every network is the same formula with parts switched on or off (a skip, a mask, an α),
so that they fit into a stack of runs. They see the same data and make the same number
of updates; only the learning rate may be that of the kind.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib import cells
from course_lib.data.memory import adding
from course_lib.data.waves import waveform
from course_lib.device import make_generator
from course_lib.layers.leaky import leaky_runs

# kinds with a skip come first, as `leaky_runs` wants them
KINDS = ("skips", "plain", "leaky, sampled", "leaky, groups", "leaky, learnt", "clocks")
PERIODS = (1, 2, 4, 8, 16)
GROUPS = (1.0, 3.0, 10.0, 30.0, 100.0)  # time constants
SKIP = 10
# tried beforehand at 50 steps: leaks want large updates, the others cannot stand them
RATES = {kind: 0.02 if kind.startswith("leaky") else 0.003 for kind in KINDS}


class Budget(NamedTuple):
    """What every network may use.

    In the last third the learning rate falls to zero, so that the error at the end is
    that of a network at rest. Each network's gradient is clipped for itself.
    """

    updates: int = 600
    seeds: int = 5
    batch: int = 32
    learning_rate: float = 0.02
    max_norm: float = 0.3
    test_size: int = 512


class Start(NamedTuple):
    """One network before training; `alpha` is (time, hidden)."""

    W_xh: Tensor
    W_hh: Tensor
    W_dh: Tensor
    mask: Tensor
    alpha: Tensor
    raw: Tensor
    W_hy: Tensor


def draw_start(kind: str, seed: int, time: int, input_size: int, hidden: int) -> Start:
    """Draw one network of a kind, to run for `time` steps."""
    generator = make_generator(1000 + seed)
    W_xh, W_hh, _ = cells.init_rnn(input_size, hidden, generator)
    W_dh = 0.7 * torch.randn(hidden, hidden, generator=generator) / hidden**0.5
    W_hy = torch.randn(hidden, 1, generator=generator) / hidden**0.5
    u = torch.rand(hidden, generator=generator)
    mask, tau = torch.ones(hidden, hidden), torch.ones(hidden)
    if kind == "skips":
        W_hh = 0.7 * W_hh
    elif kind in ("leaky, sampled", "leaky, learnt"):
        tau = cells.sample_time_constants(u, 1.01, 100.0)
    elif kind == "leaky, groups":
        tau = cells.in_groups(GROUPS, hidden)
    alpha = (1 - 1 / tau).expand(time, hidden)
    if kind == "clocks":
        periods = cells.in_groups(PERIODS, hidden)
        mask = cells.clockwork_mask(periods)
        W_hh = W_hh * (hidden / mask.sum(dim=0)) ** 0.5
        alpha = (torch.arange(time)[:, None] % periods != 0).float()
    return Start(W_xh, W_hh, W_dh, mask, alpha, (tau - 0.99).log(), W_hy)


class Runs:
    """Networks of several kinds as one stack: kind by kind, then seed by seed."""

    def __init__(
        self,
        kinds: Sequence[str],
        seeds: int,
        time: int,
        input_size: int,
        hidden: Sequence[int],
    ):
        """Draw the networks; those with fewer units are filled up with dead ones.

        Args:
            kinds: of `KINDS`, in that order.
            seeds: networks a kind; a seed starts all kinds of the same size alike.
            time: steps a sequence.
            input_size: features a step.
            hidden: units of each kind.
        """
        starts = [
            _filled(draw_start(kind, seed, time, input_size, units), max(hidden))
            for kind, units in zip(kinds, hidden, strict=True)
            for seed in range(seeds)
        ]
        stack = Start(*(torch.stack(part) for part in zip(*starts, strict=True)))
        self.mask = stack.mask
        self.alpha = stack.alpha.transpose(0, 1)[:, :, None]
        learns = [kind == "leaky, learnt" for kind in kinds for _ in range(seeds)]
        self.learns = torch.tensor(learns)[:, None, None]
        skipping = seeds * kinds.count("skips")
        self.parameters = [
            tensor.contiguous().requires_grad_()
            for tensor in (
                *(stack.W_xh, stack.W_hh, stack.raw[:, None], stack.W_hy),
                torch.zeros(len(starts), 1, max(hidden)),
                torch.zeros(len(starts), 1),
                stack.W_dh[:skipping],
            )
        ]

    def answers(self, x: Tensor, last: bool = False) -> Tensor:
        """Run all networks.

        Args:
            x: (seed or 1, batch, time, input) what the networks of a seed read.
            last: whether the last step is enough.

        Returns:
            (time or 1, run, batch).
        """
        W_xh, W_hh, raw, W_hy, b_h, b_y, W_dh = self.parameters
        read = x.transpose(1, 2).repeat(len(W_hh) // len(x), 1, 1, 1)
        a = (read.flatten(1, 2) @ W_xh + b_h).unflatten(1, read.shape[1:3])
        alpha = torch.where(self.learns, raw.sigmoid(), self.alpha)
        hs = leaky_runs(a.transpose(0, 1), W_hh * self.mask, alpha, W_dh, SKIP)
        return (hs[-1:] if last else hs).matmul(W_hy).squeeze(-1) + b_y

    def train(self, loss: Callable[[], Tensor], budget: Budget) -> None:
        """Make the updates; `loss()` gives one number a run and draws its own data."""
        update = torch.optim.Adam(self.parameters, budget.learning_rate)
        for count in range(budget.updates):
            update.zero_grad()
            loss().sum().backward()
            clip_each(self.parameters, budget.max_norm)
            rate = min(1.0, 3 * (1 - count / budget.updates))
            update.param_groups[0]["lr"] = rate * budget.learning_rate
            update.step()


def adding_errors(
    kind: str, time: int, budget: Budget | None = None, hidden: int = 30
) -> list[float]:
    """Train networks of a kind on the adding problem and return their test errors.

    Args:
        kind: one of `KINDS`.
        time: steps a sequence.
        budget: what the networks may use; by default the learning rate is that of the
            kind, and all else the same for all.
        hidden: units of every network.

    Returns:
        The mean squared error of each seed at the end, in order.
    """
    budget = budget or Budget(learning_rate=RATES[kind])
    runs = Runs([kind], budget.seeds, time, 2, [hidden])
    streams = [make_generator(seed) for seed in range(budget.seeds)]

    def errors(pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
        x, targets = (torch.stack(part) for part in zip(*pairs, strict=True))
        return (runs.answers(x, last=True)[0] - targets).square().mean(dim=1)

    runs.train(lambda: errors([adding(budget.batch, time, s) for s in streams]), budget)
    with torch.no_grad():
        return errors([adding(budget.test_size, time, make_generator(2**31))]).tolist()


def waveform_fits(
    time: int, units: dict[str, int], budget: Budget | None = None
) -> tuple[dict[str, list[float]], dict[str, Tensor]]:
    """Let networks learn one waveform by heart, with nothing to read but a constant.

    Args:
        time: samples of the waveform.
        units: the kinds that take part, with their sizes.
        budget: the same for all; its batch is not used.

    Returns:
        For each kind, the error of each seed, as a share of the waveform's variance,
        and the waveform (time,) of the seed in the middle.

    Source: the task of Koutník et al. (2014), with a sum of sines for a recording.
    """
    budget = budget or Budget()
    target = waveform(time)
    runs = Runs(list(units), budget.seeds, time, 1, list(units.values()))
    x = torch.ones(1, 1, time, 1)

    def errors() -> Tensor:
        gaps = runs.answers(x)[..., 0] - target[:, None]
        return gaps.square().mean(dim=0) / target.square().mean()

    runs.train(errors, budget)
    with torch.no_grad():
        found, waves = errors(), runs.answers(x)[..., 0]
    middle = found.unflatten(0, (len(units), -1)).median(dim=1).indices
    kept = waves.T.unflatten(0, (len(units), -1))[range(len(units)), middle]
    return by_kind(units, found), dict(zip(units, kept, strict=True))


def by_kind(kinds: Collection[str], values: Tensor) -> dict[str, list[float]]:
    """Name the runs' values: kind by kind, then seed by seed."""
    table = values.unflatten(0, (len(kinds), -1)).tolist()
    return dict(zip(kinds, table, strict=True))


def clip_each(parameters: list[Tensor], max_norm: float) -> None:
    """Scale the gradient of each run down to a norm of `max_norm`, if it is larger.

    Args:
        parameters: stacks with a leading run axis; one may hold the first runs only.
        max_norm: the largest norm that is left as it is.
    """
    grads = [tensor.grad for tensor in parameters if tensor.grad is not None]
    squares = torch.zeros(len(grads[0]))
    for grad in grads:
        squares[: len(grad)] += grad.flatten(1).square().sum(dim=1)
    scale = (max_norm / squares.sqrt().clamp(min=1e-12)).clamp(max=1)
    for grad in grads:
        grad.mul_(scale[: len(grad)].view(-1, *[1] * (grad.dim() - 1)))


def _filled(start: Start, hidden: int) -> Start:
    """Add units that read nothing and that nothing reads: zeros, held by the mask."""
    more = hidden - start.W_hh.shape[0]
    square, row, column = (0, more, 0, more), (0, more), (0, 0, 0, more)
    pads = (row, square, square, square, row, row, column)
    return Start(
        *(
            torch.nn.functional.pad(part, pad)
            for part, pad in zip(start, pads, strict=True)
        )
    )
