"""All cells of the course on the same tasks: equal parameters, equal budgets.

Every cell gets as many units as a number of parameters allows, the same updates on the
same batches, and the best of the same three learning rates, found with seeds that are
not used again. A score is a loss divided by that of the best reader without memory: at
1 nothing is remembered, at 0 everything.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib import cells
from course_lib.cells import RNNParams
from course_lib.data import characters, memory
from course_lib.device import make_generator
from course_lib.experiments.memory.together import train_many
from course_lib.experiments.tables import FOLDER
from course_lib.experiments.trial import (
    MemoryTask,
    Settings,
    adding_task,
    latch_task,
)
from course_lib.gradients.starts import identity_start
from course_lib.layers.recurrent import Recurrent

PARAMETERS = 1200
RATES = (3e-3, 1e-2, 3e-2)
PERIODS = (1, 2, 4, 8, 16)  # of the clockwork cell
SLOWEST = 50.0  # steps: time constants start between 2 and this
SAVED = FOLDER / "compare_cells.json"


class Cell(NamedTuple):
    """A cell of the course, ready to be compared.

    Attributes:
        init: init(input_size, hidden_size, generator) draws the parameters.
        forward: forward(x, state, params) gives all states and the last one.
        multiple: the number of units is a multiple of it.
    """

    init: Callable[..., NamedTuple]
    forward: Callable[..., tuple]
    multiple: int = 1


def _hoisted(
    x: Tensor, state: Tensor | None, params: RNNParams, function: Callable
) -> tuple[Tensor, Tensor]:
    """Run a plain recurrence with tanh, or with another function in its place."""
    h_t = x.new_zeros(x.shape[0], len(params.b_h)) if state is None else state
    hs = []
    for from_input in (x @ params.W_xh + params.b_h).unbind(dim=1):
        h_t = function(from_input + h_t @ params.W_hh)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def _time_constants(units: int, generator: torch.Generator) -> Tensor:
    """Draw what every cell that can be slow starts with, (units,)."""
    u = torch.rand(units, generator=generator)
    return cells.sample_time_constants(u, 2.0, SLOWEST)


def _leaky(input_size: int, hidden_size: int, generator: torch.Generator):
    scales = _time_constants(hidden_size, generator)
    return cells.init_leaky(input_size, hidden_size, generator, scales)


def _clockwork(input_size: int, hidden_size: int, generator: torch.Generator):
    periods = cells.in_groups(PERIODS, hidden_size)
    return cells.init_clockwork(input_size, hidden_size, generator, periods)


def _clockwork_forward(x: Tensor, state: Tensor | None, params: RNNParams) -> tuple:
    periods = cells.in_groups(PERIODS, len(params.b_h))
    return cells.clockwork_forward(x, state, params, periods)


def _slow_gates(
    init: Callable, input_size: int, hidden_size: int, generator: torch.Generator
) -> NamedTuple:
    """Give the gates that keep a state the biases of those time constants.

    σ(b) = 1 - 1/τ means b = log(τ - 1). They are the second block of `b`, in an LSTM
    (i, f, g, o) as in a GRU (r, z, n).

    Source: Tallec and Ollivier (2018), with time constants as in the leaky units here.
    """
    params = init(input_size, hidden_size, generator)
    blocks = 4 if isinstance(params, cells.LSTMParams) else 3
    gates = hidden_size
    if blocks == 3:
        gates = (len(params.b) - hidden_size) // 2  # fewer where they are shared
    params.b[gates : 2 * gates] = (_time_constants(gates, generator) - 1).log()
    return params


def _shared(input_size: int, hidden_size: int, generator: torch.Generator):
    return cells.init_shared_gate(input_size, hidden_size, 4, generator)


def _global_local(input_size: int, hidden_size: int, generator: torch.Generator):
    params = cells.init_global_local(input_size, hidden_size, generator)
    return params._replace(b_g=params.b_g + 4.0)  # open: the local gates decide


CELLS = {
    "plain tanh": Cell(cells.init_rnn, partial(_hoisted, function=torch.tanh)),
    "identity start": Cell(identity_start, partial(_hoisted, function=torch.relu)),
    "leaky": Cell(_leaky, cells.learned_leaky_forward),
    "clockwork": Cell(_clockwork, _clockwork_forward, len(PERIODS)),
    "LSTM": Cell(partial(_slow_gates, cells.init_lstm), cells.lstm_forward),
    "GRU": Cell(partial(_slow_gates, cells.init_gru), cells.gru_forward),
    "shared gates": Cell(partial(_slow_gates, _shared), cells.shared_gate_forward, 4),
    "global × local": Cell(
        partial(_slow_gates, _global_local), cells.global_local_gate_forward
    ),
}


def _copying(batch: int, generator: torch.Generator, **how) -> tuple[Tensor, Tensor]:
    inputs, targets = memory.copying(batch, generator=generator, **how)
    return F.one_hot(inputs, how["kinds"] + 2).float(), targets


def _symbols(logits: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def _sentences(
    batch: int, generator: torch.Generator, time: int
) -> tuple[Tensor, Tensor]:
    """Draw text as one-hot letters; targets are letters and what each costs at best."""
    text = characters.agreement(batch, time, generator)
    x = F.one_hot(text.inputs, len(characters.ALPHABET)).float()
    return x, torch.stack([text.targets.double(), text.surprise], dim=-1)


def _excess(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the nats a letter above the best possible loss."""
    letters, least = targets[..., 0].long(), targets[..., 1]
    return _symbols(logits, letters) - least.mean().to(logits)


def short_copying_task(time: int, length: int = 3, kinds: int = 4) -> MemoryTask:
    """Say three of four symbols again after a wait of `time` steps."""
    draw = partial(_copying, time=time, length=length, kinds=kinds)
    chance = memory.copying_baseline(time, length, kinds)
    return MemoryTask(
        "copying", draw, _symbols, kinds + 2, kinds + 2, "every", chance, chance / 10
    )


def characters_task(time: int) -> MemoryTask:
    """Predict sentences letter by letter; the loss is what exceeds the best possible.

    Its baseline knows the whole grammar, but not the number of the subject.
    """
    letters = len(characters.ALPHABET)
    chance = characters.forgetful_loss() - characters.best_loss()
    draw = partial(_sentences, time=time)
    return MemoryTask(
        "characters", draw, _excess, letters, letters, "every", chance, chance / 10
    )


TASKS = {
    "latch": latch_task(60),
    "adding": adding_task(25),
    "copying": short_copying_task(10),
    "characters": characters_task(56),
}
# what all cells may use on a task; a run ends earlier when it is solved
BUDGETS = {
    "latch": Settings(updates=300, batch=32, check_every=20),
    "adding": Settings(updates=300, batch=32, check_every=20),
    "copying": Settings(updates=400, batch=32, check_every=20),
    "characters": Settings(updates=600, batch=32, check_every=20),
}


def parameter_count(cell: str, task: MemoryTask, hidden_size: int) -> int:
    """Count what is trained: the cell, without masked weights, and the output layer."""
    kind = CELLS[cell]
    params = kind.init(task.input_size, hidden_size, make_generator(0))
    count = sum(weight.numel() for weight in params)
    if cell == "clockwork":
        periods = cells.in_groups(PERIODS, hidden_size)
        count = cells.clockwork_param_count(task.input_size, periods)
    return count + (hidden_size + 1) * task.output_size


def units_for(cell: str, task: MemoryTask, parameters: int = PARAMETERS) -> int:
    """Return how many units a cell may have, at most, with so many parameters."""
    units = step = CELLS[cell].multiple
    while parameter_count(cell, task, units + step) <= parameters:
        units += step
    return units


def make_layer(
    cell: str, hidden_size: int, input_size: int, generator: torch.Generator
) -> tuple[Recurrent, int]:
    """Draw a cell as a layer, as `experiments.train` takes it."""
    kind = CELLS[cell]
    params = kind.init(input_size, hidden_size, generator)
    return Recurrent(kind.forward, params), hidden_size


class Result(NamedTuple):
    """What the runs of one cell on one task came to.

    Attributes:
        cell, task: which.
        units: hidden units.
        rate: the learning rate.
        scores: one a seed: the last test loss divided by the task's baseline.
        solved_at: one a seed: the update at which it was solved, or None.
    """

    cell: str
    task: str
    units: int
    rate: float
    scores: list[float]
    solved_at: list[int | None]


def compare(
    cell: str,
    task: MemoryTask,
    rate: float,
    seeds: Sequence[int],
    settings: Settings | None = None,
) -> Result:
    """Train one cell on one task from several seeds, all at once.

    Args:
        cell: a name of `CELLS`.
        task: what to learn.
        rate: the learning rate.
        seeds: one a run.
        settings: the budget; that of `BUDGETS` if not given.
    """
    settings = replace(settings or BUDGETS[task.name], learning_rate=rate)
    units = units_for(cell, task)
    runs, _ = train_many(partial(make_layer, cell, units), task, seeds, settings)
    scores = [run.test_losses[-1] / task.baseline for run in runs]
    solved_at = [run.solved_at for run in runs]
    return Result(cell, task.name, units, rate, scores, solved_at)


def best_rate(cell: str, task: MemoryTask, seeds: Sequence[int]) -> float:
    """Return the learning rate of `RATES` whose mean score over the seeds is lowest."""

    def score(rate: float) -> float:
        scores = compare(cell, task, rate, seeds).scores
        return sum(scores) / len(scores)

    return min(RATES, key=score)


def saved() -> list[Result]:
    """Read the full table, which `python -m benchmarks.compare_cells` writes."""
    return [
        Result(**row)
        for row in json.loads(SAVED.read_text(encoding="utf-8"))["results"]
    ]
