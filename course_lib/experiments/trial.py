"""Train a layer on a memory task until it is solved: fair, repeated, and counted.

A comparison of cells is only as good as its rules. Here they are the same for all: the
same task from the same generator, the same batches for the same seed, a held-out set
that is looked at every so many updates, and several seeds with an interval.
"""

import math
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import memory
from course_lib.device import make_generator
from course_lib.training.fit import History, fit
from course_lib.training.models import SequenceModel


@dataclass(frozen=True)
class MemoryTask:
    """A task, and when it counts as solved.

    Attributes:
        draw: draw(batch, generator=…) gives inputs (batch, time, input) and targets.
        loss: loss(logits, targets), a scalar.
        input_size, output_size: features a step, scores a step.
        where: scores at "every" step or at the "last".
        baseline: the best test loss without memory.
        solved: the task is solved when the test loss is below.
    """

    name: str
    draw: Callable[..., tuple[Tensor, Tensor]]
    loss: Callable[[Tensor, Tensor], Tensor]
    input_size: int
    output_size: int
    where: str
    baseline: float
    solved: float


def _squared_error(logits: Tensor, targets: Tensor) -> Tensor:
    return F.mse_loss(logits[:, 0], targets)


def _symbol_loss(logits: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _copying(
    batch: int, time: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    inputs, targets = memory.copying(batch, time, generator)
    return F.one_hot(inputs, memory.NUM_SYMBOLS + 2).float(), targets


def latch_task(time: int) -> MemoryTask:
    """Hold a sign; solved when the mean squared error is below 0.1 (guessing: 1)."""
    draw = partial(memory.latch, time=time)
    return MemoryTask("latch", draw, _squared_error, 1, 1, "last", 1.0, 0.1)


def adding_task(time: int) -> MemoryTask:
    """Add two marked numbers; solved below 0.01 (always answering 1: 1/6)."""
    draw, chance = partial(memory.adding, time=time), memory.ADDING_BASELINE
    return MemoryTask("adding", draw, _squared_error, 2, 1, "last", chance, 0.01)


def copying_task(time: int) -> MemoryTask:
    """Say ten symbols again; solved below a tenth of the loss without memory."""
    draw, chance = partial(_copying, time=time), memory.copying_baseline(time)
    symbols = memory.NUM_SYMBOLS + 2
    return MemoryTask(
        "copying", draw, _symbol_loss, symbols, symbols, "every", chance, chance / 10
    )


@dataclass(frozen=True)
class Settings:
    """How a layer is trained; the same for all layers that are compared."""

    updates: int = 400
    batch: int = 64
    learning_rate: float = 3e-3
    max_norm: float = 1.0
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam
    check_every: int = 25
    test_size: int = 256


@dataclass
class Outcome:
    """What one training came to.

    Attributes:
        seed: that drew the parameters and the batches.
        updates: after how many updates the test loss was taken.
        test_losses: those losses.
        solved_at: the first of `updates` with a loss below the task's; None if none.
        history: loss and gradient norm of every update.
    """

    seed: int
    updates: list[int] = field(default_factory=list)
    test_losses: list[float] = field(default_factory=list)
    solved_at: int | None = None
    history: History = field(default_factory=History)


def train(
    make_layer: Callable[[int, torch.Generator], tuple[nn.Module, int]],
    task: MemoryTask,
    seed: int,
    settings: Settings | None = None,
) -> Outcome:
    """Train a fresh layer on a task, until it is solved or the updates are used up.

    Args:
        make_layer: make_layer(input_size, generator) gives the layer and the size of
            the state that it shows.
        task: what to learn.
        seed: of parameters and data; the test set is the same for all seeds.
        settings: how to train.

    Returns:
        The outcome; its last test loss is that of the finished model.
    """
    settings = settings or Settings()
    generator = make_generator(seed)
    model = new_model(make_layer, task, generator)
    test = draw_test_set(task, settings)
    outcome = Outcome(seed)

    def solved() -> bool:
        with torch.no_grad():
            outcome.test_losses.append(task.loss(model(test[0])[0], test[1]).item())
        if outcome.test_losses[-1] < task.solved:
            outcome.solved_at = outcome.updates[-1]
        return outcome.solved_at is not None

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for update in range(settings.updates + 1):
            if update % settings.check_every == 0 or update == settings.updates:
                outcome.updates.append(update)
                if solved() or update == settings.updates:
                    return
            yield task.draw(settings.batch, generator=generator)

    outcome.history = fit(
        model,
        batches(),
        lambda model, batch: task.loss(model(batch[0])[0], batch[1]),
        learning_rate=settings.learning_rate,
        max_norm=settings.max_norm,
        optimizer=settings.optimizer,
    )
    return outcome


def new_model(
    make_layer: Callable, task: MemoryTask, generator: torch.Generator
) -> SequenceModel:
    """Put the task's output layer above a fresh layer."""
    layer, hidden_size = make_layer(task.input_size, generator)
    return SequenceModel(layer, hidden_size, task.output_size, generator, task.where)


def draw_test_set(task: MemoryTask, settings: Settings) -> tuple[Tensor, Tensor]:
    """Draw the sequences that are never trained on; the same in every run."""
    return task.draw(settings.test_size, generator=make_generator(2**31))


def run_jobs(jobs: Sequence[Callable[[], Any]], workers: int = 2) -> list:
    """Run independent trainings side by side and return their results in order.

    Args:
        jobs: callables without arguments that another process can load, such as
            `partial(train, make_layer, task, seed)` of functions in modules.
        workers: processes, each with one thread; 1 runs all of them here.

    Returns:
        One result a job.
    """
    if workers == 1 or len(jobs) < 2:
        return [job() for job in jobs]
    # spawned, not forked: a fork of a process with threads at work may hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        return list(pool.map(_call, jobs))


def _call(job: Callable[[], Any]) -> Any:
    return job()


def success_interval(successes: int, runs: int, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson interval of a success rate; z = 1.96 covers 95 %.

    Unlike the rate ± two standard errors, it stays within 0 and 1 and has a width when
    all runs or none succeed.

    Source: Wilson (1927).
    """
    if not 0 <= successes <= runs or runs < 1:
        raise ValueError(f"{successes} successes in {runs} runs: expected 0 <= k <= n")
    rate = successes / runs
    middle = (rate + z**2 / (2 * runs)) / (1 + z**2 / runs)
    spread = math.sqrt(rate * (1 - rate) / runs + z**2 / (4 * runs**2))
    half = z * spread / (1 + z**2 / runs)
    return max(0.0, middle - half), min(1.0, middle + half)
