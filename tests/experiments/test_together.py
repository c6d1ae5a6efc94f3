"""Many trainings at once: each run is what it would be alone."""

from functools import partial

import pytest

from course_lib.cells import init_rnn, rnn_forward
from course_lib.device import make_generator
from course_lib.experiments import trial
from course_lib.experiments.memory import comparison, together
from course_lib.experiments.trial import Settings
from course_lib.layers.recurrent import make_recurrent

small_rnn = partial(make_recurrent, rnn_forward, init_rnn, 8)


@pytest.mark.parametrize("cell", comparison.CELLS)
def test_every_cell_can_be_trained_many_times_at_once(cell):
    """Inside `torch.vmap` nothing may look at the numbers of a tensor."""
    task = trial.latch_task(3)
    settings = Settings(updates=2, check_every=1, batch=2)
    outcomes, _ = together.train_many(
        partial(comparison.make_layer, cell, 20), task, (1, 2), settings
    )
    assert all(len(outcome.history.losses) == 2 for outcome in outcomes)


def test_many_runs_at_once_are_each_what_one_run_is():
    task = trial.latch_task(3)
    settings = Settings(updates=60, check_every=10, batch=16, learning_rate=1e-2)
    outcomes, models = together.train_many(small_rnn, task, (1, 2, 5), settings)
    for outcome in outcomes:
        alone = trial.train(small_rnn, task, outcome.seed, settings)
        assert outcome.solved_at == alone.solved_at
        assert outcome.updates == alone.updates
        assert outcome.test_losses == pytest.approx(alone.test_losses, rel=1e-3)
        assert outcome.history.losses == pytest.approx(alone.history.losses, rel=1e-3)
        norms = alone.history.grad_norms
        assert outcome.history.grad_norms == pytest.approx(norms, rel=1e-3)
    assert len({outcome.solved_at for outcome in outcomes}) > 1
    # the run that took longest ends with the model that solved it
    slowest = max(range(3), key=lambda i: outcomes[i].solved_at)
    x, targets = task.draw(256, generator=make_generator(2**31))
    loss = task.loss(models[slowest](x)[0], targets).item()
    assert loss == pytest.approx(outcomes[slowest].test_losses[-1], rel=1e-4)


def test_many_runs_of_symbols_and_without_success():
    settings = Settings(updates=15, check_every=10)
    task = trial.copying_task(4)
    outcomes, _ = together.train_many(small_rnn, task, (0, 1), settings)
    assert [outcome.solved_at for outcome in outcomes] == [None, None]
    assert outcomes[1].updates == [0, 10, 15]
    alone = trial.train(small_rnn, task, 1, settings)
    assert outcomes[1].test_losses == pytest.approx(alone.test_losses, rel=1e-4)
