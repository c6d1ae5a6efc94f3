"""Memory tasks have the truth and the baseline they promise; trainings repeat."""

import math
from functools import partial

import pytest
import torch

from course_lib.cells import init_rnn, rnn_forward
from course_lib.data import memory
from course_lib.device import make_generator
from course_lib.experiments import trial
from course_lib.experiments.trial import Settings
from course_lib.layers.recurrent import Recurrent


def small_rnn(input_size, generator):
    return Recurrent(rnn_forward, init_rnn(input_size, 8, generator)), 8


def test_latch_shows_the_class_in_the_first_step_only():
    x, targets = memory.latch(500, 7, make_generator(0))
    assert x.shape == (500, 7, 1)
    assert torch.equal(x[:, 0, 0], targets)
    assert set(targets.tolist()) == {-1.0, 1.0}
    assert x[:, 1:].std().item() == pytest.approx(0.2, abs=0.01)
    assert abs((x[:, 1:, 0] * targets[:, None]).mean().item()) < 0.02


def test_adding_marks_one_number_in_each_half_and_asks_for_the_sum():
    x, targets = memory.adding(4000, 11, make_generator(0))
    numbers, marks = x.unbind(-1)
    assert marks[:, :5].sum(1).eq(1).all()
    assert marks[:, 5:].sum(1).eq(1).all()
    assert torch.equal((numbers * marks).sum(1), targets)
    assert (targets - 1).square().mean().item() == pytest.approx(1 / 6, abs=0.01)


def test_copying_asks_for_the_symbols_after_the_sign():
    inputs, targets = memory.copying(20, 5, make_generator(0))
    assert inputs.shape == targets.shape == (20, 25)
    assert torch.equal(targets[:, -10:], inputs[:, :10])
    assert targets[:, :-10].eq(0).all()
    assert inputs[:, 15:].eq(0).all()
    assert inputs[:, 14].eq(9).all()
    assert inputs[:, 10:14].eq(0).all()
    # the best answer without memory: blank where due, uniform over 1 … 8 at the end
    probs = torch.zeros(20, 25, 10)
    probs[:, :-10, 0] = 1
    probs[:, -10:, 1:9] = 1 / 8
    chosen = probs.gather(2, targets[..., None]).log()
    assert -chosen.mean().item() == pytest.approx(memory.copying_baseline(5))


def test_too_short_sequences_are_refused():
    for draw in (memory.latch, memory.adding):
        with pytest.raises(ValueError, match="time is 1, expected 2 or more"):
            draw(3, 1, make_generator(0))


def test_training_stops_when_solved_and_repeats_by_seed():
    task, settings = trial.latch_task(3), Settings(updates=200, check_every=10)
    one = trial.train(small_rnn, task, 1, settings)
    assert one.solved_at == one.updates[-1] == len(one.history.losses) < 200
    assert one.test_losses[-1] < task.solved <= one.test_losses[-2]
    again = trial.train(small_rnn, task, 1, settings)
    assert again == one
    assert trial.train(small_rnn, task, 2, settings) != one


def test_training_that_fails_says_so():
    settings = Settings(updates=15, check_every=10)
    outcome = trial.train(small_rnn, trial.copying_task(4), 0, settings)
    assert outcome.solved_at is None
    assert outcome.updates == [0, 10, 15]
    assert len(outcome.test_losses) == 3


def test_jobs_in_other_processes_give_the_same_results():

    expected = [memory.adding(2, 6, make_generator(seed)) for seed in (0, 1)]
    for workers in (1, 2):
        jobs = [partial(_drawn, seed) for seed in (0, 1)]
        for (x, y), (x_0, y_0) in zip(
            trial.run_jobs(jobs, workers), expected, strict=True
        ):
            assert torch.equal(x, x_0)
            assert torch.equal(y, y_0)


def _drawn(seed):
    return memory.adding(2, 6, make_generator(seed))


@pytest.mark.parametrize("successes", [0, 1, 15, 30])
def test_wilson_interval_solves_its_equation(successes):
    # the bounds are where the rate lies z standard errors away
    rate = successes / 30
    for bound in trial.success_interval(successes, 30):
        error = math.sqrt(bound * (1 - bound) / 30)
        assert abs(rate - bound) == pytest.approx(1.96 * error, abs=1e-9)


def test_impossible_success_counts_are_refused():
    with pytest.raises(ValueError, match="3 successes in 2 runs"):
        trial.success_interval(3, 2)
