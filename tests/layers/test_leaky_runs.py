"""Many leaky networks at once compute what each of them computes alone."""

import pytest
import torch

from course_lib import cells
from course_lib.cells import DelayedParams, RNNParams
from course_lib.device import make_generator
from course_lib.layers.leaky import leaky_runs

TIME, RUNS, BATCH, HIDDEN = 7, 3, 2, 4
EXACT = {"rtol": 0, "atol": 1e-12}


def leaf(*shape, seed, scale=1.0):
    options = {"generator": make_generator(seed), "dtype": torch.float64}
    return (scale * torch.randn(*shape, **options)).requires_grad_()


def arguments():
    a = leaf(TIME, RUNS, BATCH, HIDDEN, seed=1)
    W_hh = leaf(RUNS, HIDDEN, HIDDEN, seed=2, scale=0.5)
    alpha = leaf(1, RUNS, 1, HIDDEN, seed=3).sigmoid().detach().requires_grad_()
    return a, W_hh, alpha, leaf(2, HIDDEN, HIDDEN, seed=4, scale=0.5)


def as_input(a):
    """Parameters with which x_t W_xh + b_h is a_t, and that x."""
    return a.transpose(0, 1), torch.eye(HIDDEN).double(), torch.zeros(HIDDEN).double()


def test_each_run_is_the_cell_alone():
    a, W_hh, alpha, _ = arguments()
    hs = leaky_runs(a, W_hh, alpha)
    for run in range(RUNS):
        x, W_xh, b_h = as_input(a[:, run])
        params = RNNParams(W_xh, W_hh[run], b_h)
        alone, _ = cells.leaky_forward(x, None, params, alpha[0, run, 0])
        torch.testing.assert_close(hs[:, run].transpose(0, 1), alone, **EXACT)


@pytest.mark.parametrize("d", [1, 3, 20])
def test_runs_with_skips_are_the_delayed_rnn(d):
    a, W_hh, alpha, W_dh = arguments()
    hs = leaky_runs(a, W_hh, torch.zeros_like(alpha), W_dh, d)
    zero = torch.zeros(HIDDEN, HIDDEN).double()
    for run, skip in enumerate([*W_dh, zero]):
        x, W_xh, b_h = as_input(a[:, run])
        params = DelayedParams(W_xh, W_hh[run], skip, b_h)
        alone, _ = cells.delayed_rnn(x, None, params, d)
        torch.testing.assert_close(hs[:, run].transpose(0, 1), alone, **EXACT)


def test_a_clock_is_an_alpha_that_depends_on_time():
    a, W_hh, _, _ = arguments()
    periods = torch.tensor([1, 2, 4, 4])
    rests = torch.arange(TIME)[:, None] % periods != 0
    alpha = rests.double()[:, None, None].expand(TIME, RUNS, 1, HIDDEN)
    masked = W_hh * cells.clockwork_mask(periods)
    hs = leaky_runs(a, masked, alpha)
    for run in range(RUNS):
        x, W_xh, b_h = as_input(a[:, run])
        params = RNNParams(W_xh, W_hh[run], b_h)
        alone, _ = cells.clockwork_forward(x, None, params, periods)
        torch.testing.assert_close(hs[:, run].transpose(0, 1), alone, **EXACT)


@pytest.mark.parametrize("d", [1, 3, 20])
def test_the_backward_pass_is_that_of_finite_differences(d):
    def call(*tensors):
        return leaky_runs(*tensors, d=d)

    assert torch.autograd.gradcheck(call, arguments())


def test_gradients_of_an_alpha_a_step():
    a, W_hh, alpha, _ = arguments()
    alpha = alpha.expand(TIME, -1, -1, -1).detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(leaky_runs, (a, W_hh, alpha))
