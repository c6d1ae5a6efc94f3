"""The comparison of chapter 11 is fair by its own rules, and its table can be had."""

import json
from dataclasses import replace

import pytest
import torch

from course_lib.cells import LSTMParams
from course_lib.device import make_generator
from course_lib.experiments.memory import comparison
from course_lib.experiments.memory.comparison import (
    BUDGETS,
    CELLS,
    PARAMETERS,
    RATES,
    TASKS,
    best_rate,
    compare,
    make_layer,
    parameter_count,
    saved,
    units_for,
)

PAIRS = [(cell, task) for cell in CELLS for task in TASKS]


@pytest.mark.parametrize(("cell", "task"), PAIRS)
def test_a_cell_gets_as_many_units_as_the_parameters_allow(cell, task):
    units = units_for(cell, TASKS[task])
    step = CELLS[cell].multiple
    assert units % step == 0
    assert parameter_count(cell, TASKS[task], units) <= PARAMETERS
    assert parameter_count(cell, TASKS[task], units + step) > PARAMETERS


@pytest.mark.parametrize("cell", CELLS)
def test_the_parameters_counted_are_those_that_are_trained(cell):
    """A weight counts if the loss depends on it."""
    task = TASKS["characters"]
    units = units_for(cell, task)
    layer, hidden = make_layer(cell, units, task.input_size, make_generator(0))
    assert hidden == units
    x, _ = task.draw(64, generator=make_generator(1))
    hs, _ = layer(x)
    used = 0
    for weight in torch.autograd.grad(hs.sin().sum(), list(layer.parameters())):
        used += int((weight != 0).sum())
    count = parameter_count(cell, task, units) - (units + 1) * task.output_size
    assert 0.9 * count <= used <= count


def test_cells_that_can_be_slow_start_with_the_same_time_constants():
    """Every α, z and f starts as 1 - 1/τ with τ from 2 to 50 steps."""
    blocks = {"LSTM": 4, "GRU": 3, "shared gates": 3, "global × local": 3}
    for cell, count in blocks.items():
        params = CELLS[cell].init(2, 32, make_generator(3))
        gates = 4 if cell == "shared gates" else 32
        assert isinstance(params, LSTMParams) == (count == 4)
        start = params.b[gates : 2 * gates].sigmoid()
        others = [params.b[:gates], params.b[2 * gates :]]
        assert not torch.cat(others).any()
        assert ((start > 0.499) & (start < 0.981)).all()
        assert len(start.unique()) == gates
    leaky = CELLS["leaky"].init(2, 32, make_generator(3))
    assert ((leaky.raw.sigmoid() > 0.499) & (leaky.raw.sigmoid() < 0.981)).all()


@pytest.mark.parametrize("task", ["latch", "adding", "copying"])
def test_an_answer_without_memory_scores_one(task):
    """What the baseline says is what a memoryless reader pays.

    For the text, test_characters works out the baseline sentence by sentence.
    """
    made = TASKS[task]
    x, targets = made.draw(4000, generator=make_generator(1))
    if task == "latch":
        logits = torch.zeros(4000, 1)
    elif task == "adding":
        logits = torch.ones(4000, 1)
    else:
        logits = torch.full((4000, x.shape[1], 6), -30.0)
        logits[:, :, 0] = 30.0
        logits[:, -3:] = torch.tensor([-30.0, 0, 0, 0, 0, -30.0])
    assert made.loss(logits, targets).item() / made.baseline == pytest.approx(
        1, rel=0.03
    )


def test_a_perfect_reader_of_the_text_has_no_excess():
    task = TASKS["characters"]
    _, targets = task.draw(8, generator=make_generator(1))
    logits = torch.full((*targets.shape[:2], task.output_size), -torch.inf)
    # the truth with its own probability; the rest does not matter to the loss
    letters, surprise = targets[..., :1].long(), targets[..., 1:].float()
    logits.scatter_(-1, letters, -surprise)
    rest = torch.log1p(-torch.exp(-surprise)).expand_as(logits)
    spare = (letters + 1) % task.output_size
    logits.scatter_(-1, spare, rest.gather(-1, spare))
    assert task.loss(logits, targets).item() == pytest.approx(0, abs=1e-5)


def test_the_saved_table_is_whole_and_fair():
    rows = saved()
    assert [(row.cell, row.task) for row in rows] == [
        (cell, task) for task in TASKS for cell in CELLS
    ]
    for row in rows:
        assert row.units == units_for(row.cell, TASKS[row.task])
        assert row.rate in RATES
        assert len(row.scores) == len(row.solved_at) == 5
        assert all(score > -0.05 for score in row.scores)
        for at in row.solved_at:
            assert at is None or at <= BUDGETS[row.task].updates
    about = json.loads(comparison.SAVED.read_text(encoding="utf-8"))
    assert about["parameters"] == PARAMETERS
    assert about["updates"] == {name: BUDGETS[name].updates for name in TASKS}


@pytest.mark.parametrize("cell", ["identity start", "GRU"])
def test_a_row_of_the_table_can_be_trained_again(cell):
    """Two of its seeds: not bit by bit, since processors round differently."""
    row = next(r for r in saved() if (r.cell, r.task) == (cell, "adding"))
    again = compare(cell, TASKS["adding"], row.rate, (1, 2))
    assert again.units == row.units
    for new, old in zip(again.scores, row.scores, strict=False):
        assert (new < 0.5) == (old < 0.5), (again.scores, row.scores)


def test_the_best_rate_is_that_of_the_lowest_mean(monkeypatch):
    tried = []

    def fake(cell, task, rate, seeds):
        tried.append(rate)
        scores = {RATES[0]: [0.0, 2.1], RATES[1]: [0.9, 1.1], RATES[2]: [1.0, 1.2]}
        return compare_result._replace(rate=rate, scores=scores[rate])

    short = replace(BUDGETS["adding"], updates=1)
    compare_result = compare("plain tanh", TASKS["adding"], 0.01, (1,), short)
    monkeypatch.setattr(comparison, "compare", fake)
    assert best_rate("plain tanh", TASKS["adding"], (1, 2)) == RATES[1]
    assert tried == list(RATES)
