"""The stacked trainings are fair: each run is what its cell would do alone."""

import pytest
import torch
from torch.nn.functional import mse_loss

from course_lib import cells
from course_lib.cells import RNNParams
from course_lib.experiments.memory import side_by_side
from course_lib.experiments.memory.side_by_side import Budget, Runs, draw_start

TINY = Budget(updates=3, seeds=2, batch=4, test_size=8)


def weights(runs, run):
    W_xh, W_hh, raw, W_hy, b_h, b_y, _ = (part.detach() for part in runs.parameters)
    params = RNNParams(W_xh[run], W_hh[run] * runs.mask[run], b_h[run, 0])
    return params, raw[run, 0], W_hy[run], b_y[run]


def test_a_stack_answers_as_its_cells_do():
    time, kinds = 12, ["leaky, sampled", "leaky, learnt", "clocks"]
    runs = Runs(kinds, 2, time, 1, [10, 10, 10])
    x = torch.randn(2, 3, time, 1)
    answers = runs.answers(x)
    periods = cells.in_groups(side_by_side.PERIODS, 10)
    for run in range(6):
        params, raw, W_hy, b_y = weights(runs, run)
        x_run = x[run % 2]
        if run < 2:
            alpha = runs.alpha[0, run, 0]
            hs, _ = cells.leaky_forward(x_run, None, params, alpha)
        elif run < 4:
            hs, _ = cells.leaky_forward(x_run, None, params, raw.sigmoid())
        else:
            hs, _ = cells.clockwork_forward(x_run, None, params, periods)
        alone = (hs @ W_hy)[..., 0] + b_y
        torch.testing.assert_close(answers[:, run].T, alone, rtol=0, atol=1e-5)


def test_kinds_start_alike_from_the_same_seed():
    plain, leaky, learnt = (
        draw_start(kind, 3, 5, 2, 10)
        for kind in ("plain", "leaky, sampled", "leaky, learnt")
    )
    assert torch.equal(plain.W_hh, leaky.W_hh)
    assert plain.alpha.eq(0).all()
    assert leaky.alpha.gt(0).all()
    torch.testing.assert_close(learnt.raw.sigmoid(), leaky.alpha[0], atol=0.02, rtol=0)


def test_units_that_fill_up_stay_dead():
    runs = Runs(["plain", "clocks"], 1, 6, 1, [5, 10])
    x = torch.ones(1, 1, 6, 1)
    runs.train(lambda: runs.answers(x).square().mean(dim=(0, 2)), TINY)
    W_xh, W_hh, _, W_hy, b_h, _, _ = runs.parameters
    for dead in (W_xh[0, :, 5:], W_hy[0, 5:], b_h[0, :, 5:]):
        assert dead.eq(0).all()
    assert (W_hh * runs.mask)[0, 5:].eq(0).all()


@pytest.mark.parametrize("kind", side_by_side.KINDS)
def test_every_kind_trains_and_repeats(kind):
    errors = side_by_side.adding_errors(kind, 12, TINY, hidden=10)
    assert errors == side_by_side.adding_errors(kind, 12, TINY, hidden=10)
    assert len(errors) == 2
    assert all(0 < error < 3 for error in errors)


def test_a_waveform_is_learnt_better_with_more_updates():
    units = {"plain": 10, "clocks": 10}
    first, _ = side_by_side.waveform_fits(20, units, TINY)
    last, waves = side_by_side.waveform_fits(20, units, TINY._replace(updates=60))
    assert all(b < a for k in units for a, b in zip(first[k], last[k], strict=True))
    # the wave that is kept is the one in the middle, and has its error
    target = side_by_side.waveform(20)
    share = mse_loss(waves["clocks"], target) / target.square().mean()
    assert share.item() == pytest.approx(sorted(last["clocks"])[0], rel=1e-4)


def test_each_run_is_clipped_for_itself():
    a, b = torch.zeros(2, 3), torch.zeros(1, 2)
    a.grad = torch.tensor([[3.0, 0.0, 0.0], [0.1, 0.0, 0.0]])
    b.grad = torch.tensor([[4.0, 0.0]])
    side_by_side.clip_each([a, b], 1.0)
    torch.testing.assert_close(a.grad[:, 0], torch.tensor([0.6, 0.1]))
    torch.testing.assert_close(b.grad, torch.tensor([[0.8, 0.0]]))
