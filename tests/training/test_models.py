"""Models, losses and generated symbols: what a training run rests on."""

import math

import pytest
import torch
from torch import nn

from course_lib.data.symbols import echo
from course_lib.device import make_generator
from course_lib.shapes import ShapeError
from course_lib.training.losses import sequence_loss
from course_lib.training.models import RNNModel


def test_the_model_is_a_torch_rnn_with_a_linear_layer():
    model = RNNModel(3, 5, 4, make_generator(0)).double()
    rnn = nn.RNN(3, 5, batch_first=True).double()
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(model.W_xh.T)
        rnn.weight_hh_l0.copy_(model.W_hh.T)
        rnn.bias_ih_l0.copy_(model.b_h)
        rnn.bias_hh_l0.zero_()
    x, h_0 = torch.randn(2, 7, 3).double(), torch.randn(2, 5).double()
    logits, h_T = model(x, h_0)
    hs, h_n = rnn(x, h_0[None])
    torch.testing.assert_close(logits, hs @ model.W_hy + model.b_y)
    torch.testing.assert_close(h_T, h_n[0])


def test_all_parameters_of_the_model_are_trained():
    model = RNNModel(3, 5, 4, make_generator(0))
    logits, _ = model(torch.randn(2, 7, 3))
    sequence_loss(logits, torch.randint(1, 4, (2, 7)), pad_id=0).backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())
    assert sum(p.numel() for p in model.parameters()) == 3 * 5 + 5 * 5 + 5 + 5 * 4 + 4


def test_the_same_seed_gives_the_same_model():
    first, second = (RNNModel(3, 5, 4, make_generator(1)) for _ in range(2))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_loss_is_cross_entropy_summed_over_time():
    logits = torch.randn(3, 5, 7, dtype=torch.float64, requires_grad=True)
    targets = torch.randint(0, 7, (3, 5))
    ours = sequence_loss(logits, targets, pad_id=0)
    theirs = nn.functional.cross_entropy(
        logits.transpose(1, 2), targets, ignore_index=0, reduction="sum"
    )
    torch.testing.assert_close(ours, theirs / 3)
    assert torch.autograd.gradcheck(lambda o: sequence_loss(o, targets, 0), logits)


def test_the_loss_survives_large_scores_and_empty_sequences():
    logits = 1e4 * torch.randn(2, 3, 4)
    loss = sequence_loss(logits, torch.tensor([[0, 0, 0], [1, 2, 3]]), pad_id=0)
    assert loss.isfinite()
    assert sequence_loss(logits, torch.zeros(2, 3, dtype=torch.int64), pad_id=0) == 0


def test_the_loss_refuses_targets_of_another_length():
    with pytest.raises(ShapeError, match="targets has shape"):
        sequence_loss(torch.zeros(2, 3, 4), torch.zeros(2, 4, dtype=torch.int64), 0)


def test_echo_repeats_its_inputs():
    inputs, targets = echo(4, 9, 3, 5, make_generator(0))
    assert torch.equal(targets[:, 3:], inputs[:, :6])
    assert not targets[:, :3].any()
    assert inputs.min() >= 1
    assert inputs.max() <= 5


def test_echo_symbols_are_uniform_and_independent():
    """So the best loss without memory is log(num_symbols), and no less."""
    inputs, targets = echo(2000, 20, 4, 8, make_generator(0))
    counts = torch.bincount(inputs.flatten(), minlength=9)[1:] / inputs.numel()
    entropy = -(counts * counts.log()).sum()
    assert abs(entropy - math.log(8)) < 1e-3
    pairs = inputs[:, 4:] * 9 + targets[:, 4:]
    joint = torch.bincount(pairs.flatten(), minlength=81) / pairs.numel()
    joint_entropy = -(joint[joint > 0] * joint[joint > 0].log()).sum()
    assert abs(joint_entropy - 2 * math.log(8)) < 5e-3


@pytest.mark.parametrize("lag", [-1, 9, 12])
def test_echo_refuses_a_lag_that_does_not_fit(lag):
    with pytest.raises(ValueError, match="expected 0 <= lag < time=9"):
        echo(2, 9, lag, 5, make_generator(0))
