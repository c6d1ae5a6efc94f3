"""Clipping is PyTorch's; the cliff is where the upper state disappears."""

import math
from itertools import pairwise

import pytest
import torch

from course_lib.gradients.clipping import cliff_loss, clip_by_global_norm, descend_cliff


@pytest.mark.parametrize("max_norm", [0.5, 3.0, 1e4])
def test_clipping_is_what_pytorch_does(max_norm):
    torch.manual_seed(0)
    weights = [torch.zeros(3, 4).double(), torch.zeros(5).double()]
    for weight in weights:
        weight.requires_grad_()
        weight.grad = 10 * torch.randn_like(weight)
    ours, norm = clip_by_global_norm([w.grad for w in weights], max_norm)
    theirs = torch.nn.utils.clip_grad_norm_(weights, max_norm)
    assert norm.item() == pytest.approx(theirs.item())
    for grad, weight in zip(ours, weights, strict=True):
        # PyTorch adds 1e-6 to the norm
        torch.testing.assert_close(grad, weight.grad, rtol=1e-6, atol=0)


def test_clipped_gradients_have_the_limit_for_their_norm_and_keep_their_direction():
    grads = [torch.tensor([[3.0, 0.0]]), torch.tensor([4.0])]
    clipped, norm = clip_by_global_norm(grads, 2.0)
    assert norm.item() == 5
    assert clip_by_global_norm(clipped, 2.0)[1].item() == pytest.approx(2)
    torch.testing.assert_close(clipped[1] / clipped[0][0, 0], grads[1] / 3)


def test_zeros_and_small_gradients_stay_as_they_are():
    for value in (0.0, 1e-3):
        grads = [torch.full((2, 2), value)]
        assert torch.equal(clip_by_global_norm(grads, 1.0)[0][0], grads[0])


def test_what_cannot_be_clipped_is_refused():
    with pytest.raises(ValueError, match="max_norm is 0"):
        clip_by_global_norm([torch.ones(2)], 0)
    for max_norm in (-1.0, math.nan):
        with pytest.raises(ValueError, match="expected a positive number"):
            clip_by_global_norm([torch.ones(2)], max_norm)
    with pytest.raises(ValueError, match="for 0 gradients"):
        clip_by_global_norm([], 1.0)


def test_infinity_clips_nothing_and_large_numbers_do_not_overflow():
    grads = [torch.tensor([3.0, 4.0])]
    assert torch.equal(clip_by_global_norm(grads, math.inf)[0][0], grads[0])
    # the squares are beyond float32
    clipped, norm = clip_by_global_norm([grads[0] * 1e30], 1.0)
    torch.testing.assert_close(clipped[0], torch.tensor([0.6, 0.8]))
    assert norm.item() == pytest.approx(5e30)
    half = torch.full((2,), 4e4, dtype=torch.float16)
    clipped, _ = clip_by_global_norm([half, torch.zeros(1).half()], 2**0.5)
    torch.testing.assert_close(clipped[0], torch.ones(2).half())


def test_each_gradient_keeps_its_dtype():
    grads = [torch.ones(2), torch.tensor(1.0), torch.ones(1, dtype=torch.float64)]
    clipped, _ = clip_by_global_norm(grads, 1.0)
    assert [grad.dtype for grad in clipped] == [grad.dtype for grad in grads]
    assert torch.stack([grad.double().norm() for grad in clipped]).norm() == (
        pytest.approx(1)
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_has_no_direction(number):
    grads = [torch.ones(2), torch.tensor([1.0, number])]
    with pytest.raises(ValueError, match=r"grads\[1\] holds.*expected finite ones"):
        clip_by_global_norm(grads, 1.0)


@pytest.mark.parametrize(
    ("grads", "words"),
    [
        ((torch.ones(2) for _ in range(2)), r"is a generator.*Write list"),
        (torch.ones(2, 2), r"is a Tensor.*\[gradient\]"),
        ([torch.ones(2), None], r"grads\[1\] is None.*does not use this parameter"),
        ([torch.nn.Parameter(torch.ones(2))], r"is a parameter.*pass p\.grad"),
        ([torch.ones(2, dtype=torch.long)], r"is torch\.int64.*floating-point"),
        ([1.0], r"is float.*floating-point"),
    ],
)
def test_what_is_no_list_of_gradients_is_refused(grads, words):
    with pytest.raises(TypeError, match=words):
        clip_by_global_norm(grads, 1.0)


def test_the_cliff_stands_where_the_upper_state_disappears():
    # the map w h + b touches the diagonal where w (1 - h²) = 1
    w = 2.0
    h = math.sqrt(1 - 1 / w)
    edge = math.atanh(h) - w * h
    biases = torch.tensor([edge + 0.005, edge - 0.05]).double()
    above, below = cliff_loss(biases, steps=500).tolist()
    assert above < 0.1
    assert below > 2


def test_descent_repeats_and_clipping_bounds_its_steps():
    biases, losses, sizes = descend_cliff(-0.2, 120, 0.03, max_norm=0.1)
    assert len(biases) == len(losses) == len(sizes) == 121
    steps = [abs(b - a) for a, b in pairwise(biases)]
    assert max(steps) <= 0.03 * 0.1 + 1e-12
    b = torch.tensor(biases[7]).double()
    assert losses[7] == pytest.approx(cliff_loss(b).item())
    numeric = (cliff_loss(b + 1e-6) - cliff_loss(b - 1e-6)).item() / 2e-6
    assert sizes[7] == pytest.approx(abs(numeric), rel=1e-5)
