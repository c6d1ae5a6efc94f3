"""Many networks at once are what each is alone."""

import pytest
import torch
from torch import nn

from course_lib.cells import RNNParams, rnn_forward
from course_lib.data import memory
from course_lib.device import make_generator
from course_lib.experiments.memory import latch
from course_lib.experiments.memory.latch import RunParams
from course_lib.gradients.starts import orthogonal_start
from course_lib.shapes import ShapeError


def double(params):
    return RunParams(*(weight.double() for weight in params))


def test_forward_is_each_networks_own():
    params = double(latch.start_runs(3, 5, make_generator(0)))
    x = torch.randn(3, 4, 6, 1, dtype=torch.float64)
    hs = latch.runs_forward(x, params)
    for run in range(3):
        alone, _ = rnn_forward(x[run], None, params.cell(run))
        torch.testing.assert_close(hs[run], alone, rtol=0, atol=1e-12)


def test_gradients_by_hand_are_autograds():
    params = double(latch.start_runs(3, 5, make_generator(0)))
    x = torch.randn(3, 4, 6, 1, dtype=torch.float64)
    targets = torch.randn(3, 4, dtype=torch.float64)
    losses, gradients = latch.runs_gradients(x, targets, params)
    leaves = [weight.clone().requires_grad_() for weight in params]
    hs = latch.runs_forward(x, RunParams(*leaves))
    scores = (hs[:, :, -1] @ leaves[3]).squeeze(-1) + leaves[4]
    theirs = (scores - targets).square().mean(1)
    torch.testing.assert_close(losses, theirs.detach(), rtol=0, atol=1e-12)
    for ours, grad in zip(
        gradients, torch.autograd.grad(theirs.sum(), leaves), strict=True
    ):
        torch.testing.assert_close(ours, grad, rtol=0, atol=1e-12)


def test_each_run_is_clipped_by_its_own_norm():
    params = latch.start_runs(4, 5, make_generator(0))
    scale = torch.tensor([1e-3, 1.0, 10.0, 0.0])
    large = RunParams(*(w * scale.view(-1, *[1] * (w.ndim - 1)) for w in params))
    clipped = latch.clip_runs(large, 0.5)
    for run in range(4):
        leaves = [torch.zeros_like(w[run]).requires_grad_() for w in large]
        for leaf, grad in zip(leaves, large, strict=True):
            leaf.grad = grad[run].clone()
        nn.utils.clip_grad_norm_(leaves, 0.5)
        for ours, leaf in zip(clipped, leaves, strict=True):
            torch.testing.assert_close(ours[run], leaf.grad, rtol=1e-5, atol=1e-8)


def test_training_is_sgd_of_each_network_alone():
    found = latch.train_latch(4, runs=2, hidden_size=3, updates=3, batch=5, seed=7)
    generator = make_generator(7)
    leaves = [w.requires_grad_() for w in latch.start_runs(2, 3, generator)]
    optimizer = torch.optim.SGD(leaves, lr=0.1)
    for _ in range(3):
        x, targets = memory.latch(10, 4, generator)
        hs = latch.runs_forward(x.view(2, 5, 4, 1), RunParams(*leaves))
        scores = (hs[:, :, -1] @ leaves[3]).squeeze(-1) + leaves[4]
        losses = (scores - targets.view(2, 5)).square().mean(1)
        optimizer.zero_grad()
        losses.sum().backward()
        optimizer.step()
    for ours, theirs in zip(found.params, leaves, strict=True):
        torch.testing.assert_close(ours, theirs.detach(), rtol=1e-4, atol=1e-6)


def test_short_latches_are_learnt_and_runs_that_explode_do_not_count():
    easy = latch.train_latch(3, runs=6, updates=300)
    assert easy.solved.all()
    again = latch.train_latch(3, runs=6, updates=300)
    assert torch.equal(easy.losses, again.losses)
    wild = latch.train_latch(3, runs=6, updates=100, learning_rate=1e4)
    assert not wild.solved.any()


def test_a_start_can_be_given():
    params = latch.start_runs(3, 6, make_generator(0), orthogonal_start)
    eye = torch.eye(6).expand(3, 6, 6)
    torch.testing.assert_close(params.W_hh @ params.W_hh.mT, eye, atol=1e-5, rtol=0)
    default = latch.start_runs(200, 16, make_generator(0))
    assert default.W_hh.abs().max().item() == pytest.approx(0.25, rel=1e-3)


def test_signs_are_read_from_states_that_differ():
    targets = torch.tensor([1.0, -1.0] * 8)
    apart = torch.zeros(2, 16, 3, 4)
    apart[0, :, -1, 1] = targets  # run 0 holds the sign, run 1 holds noise
    apart[1, :, -1] = torch.randn(16, 4, generator=make_generator(0))
    held = latch.signs_held(apart, targets)
    assert held[0] == 1
    assert 0 <= held[1] < 1


def test_guesses_are_scored_by_the_first_units_sign():
    x, targets = memory.latch(50, 9, make_generator(0))
    guesses = RNNParams(
        torch.tensor([[[3.0]], [[-3.0]], [[0.0]]]),
        torch.tensor([[[3.0]], [[3.0]], [[0.0]]]),
        torch.tensor([[0.0], [0.0], [1.0]]),
    )
    scores = latch.score_guesses(x, targets, guesses)
    assert scores[:2].tolist() == [1, 0]
    assert scores[2].item() == pytest.approx((targets > 0).float().mean().item())


def test_shapes_are_named():
    params = latch.start_runs(3, 5, make_generator(0))
    with pytest.raises(ShapeError, match="x has shape"):
        latch.runs_forward(torch.zeros(2, 4, 6, 1), params)
