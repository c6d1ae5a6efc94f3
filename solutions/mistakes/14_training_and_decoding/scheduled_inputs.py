"""Wrong answers to `scheduled_inputs`, each with what it is and a hint."""

import torch


def _coins(inputs, generator, *shape):
    shape = shape or inputs.shape
    return torch.rand(shape, generator=generator, device=inputs.device)


def _mix(inputs, predictions, truth):
    """Return the mixture for a mask, <start> kept."""
    truth = truth.expand(inputs.shape).clone()
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=1))


def coin_for_a_sequence(inputs, predictions, truth_prob, generator):
    """one coin for each whole sequence

    Every token has a coin of its own: coins of the shape of `inputs`.
    """
    coins = _coins(inputs, generator, len(inputs), 1)
    return _mix(inputs, predictions, coins < truth_prob)


def coin_for_the_batch(inputs, predictions, truth_prob, generator):
    """one coin for the whole batch

    Every token has a coin of its own: coins of the shape of `inputs`.
    """
    coins = _coins(inputs, generator, 1, 1)
    return _mix(inputs, predictions, coins < truth_prob)


def coin_for_a_step(inputs, predictions, truth_prob, generator):
    """one coin for each step, shared by the batch

    Every token has a coin of its own: coins of the shape of `inputs`.
    """
    coins = _coins(inputs, generator, 1, inputs.shape[1])
    return _mix(inputs, predictions, coins < truth_prob)


def probability_inverted(inputs, predictions, truth_prob, generator):
    """the probability turned round

    ε is the probability of the right symbol: it is right where coins < truth_prob.
    """
    return _mix(inputs, predictions, _coins(inputs, generator) > truth_prob)


def fair_coin(inputs, predictions, truth_prob, generator):
    """a fair coin instead of ε

    Compare the coins with `truth_prob`, not with 0.5.
    """
    return _mix(inputs, predictions, _coins(inputs, generator) < 0.5)


def start_replaced(inputs, predictions, truth_prob, generator):
    """a <start> that was replaced

    Nothing was predicted before the first step: the first column stays.
    """
    truth = _coins(inputs, generator) < truth_prob
    return torch.where(truth, inputs, predictions.roll(1, dims=1))


def not_moved(inputs, predictions, truth_prob, generator):
    """guesses that were not moved

    predictions[:, t] guesses inputs[:, t + 1]: move them one column to the right.
    """
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions)


def neither_moved_nor_kept(inputs, predictions, truth_prob, generator):
    """guesses that were not moved, and a <start> that was replaced

    predictions[:, t] guesses inputs[:, t + 1]: move them one column to the right, and
    leave the first column alone.
    """
    truth = _coins(inputs, generator) < truth_prob
    return torch.where(truth, inputs, predictions)


def moved_left(inputs, predictions, truth_prob, generator):
    """guesses that were moved to the left

    A guess belongs to the *next* symbol: one column to the right.
    """
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(-1, dims=1))


def moved_twice(inputs, predictions, truth_prob, generator):
    """guesses that were moved by two columns

    predictions[:, t] guesses inputs[:, t + 1]: one column, not two.
    """
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(2, dims=1))


def moved_along_the_batch(inputs, predictions, truth_prob, generator):
    """guesses that were moved to another row of the batch

    Move along the time axis, dims=1.
    """
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=0))


def coins_without_generator(inputs, predictions, truth_prob, generator):
    """coins that come from PyTorch's own generator

    Hand the generator on: torch.rand(…, generator=generator).
    """
    return _mix(inputs, predictions, torch.rand(inputs.shape) < truth_prob)


def coins_of_a_fixed_seed(inputs, predictions, truth_prob, generator):
    """a new generator with a fixed seed in every call

    Draw from the `generator` that you are given: a fixed seed repeats its coins.
    """
    fixed = torch.Generator().manual_seed(0)
    return _mix(inputs, predictions, _coins(inputs, fixed) < truth_prob)


def normal_coins(inputs, predictions, truth_prob, generator):
    """normal numbers for coins

    Coins are uniform between 0 and 1: torch.rand, not torch.randn.
    """
    coins = torch.randn(inputs.shape, generator=generator)
    return _mix(inputs, predictions, coins < truth_prob)


def in_floating_point(inputs, predictions, truth_prob, generator):
    """a mixture in floating point

    Symbols are int64. torch.where keeps the dtype; a product with a mask of floats does
    not.
    """
    return scheduled_inputs(inputs, predictions, truth_prob, generator).float()


def inputs_overwritten(inputs, predictions, truth_prob, generator):
    """right symbols that were overwritten

    `inputs` belongs to the caller: make a new tensor, with torch.where.
    """
    inputs[...] = scheduled_inputs(inputs, predictions, truth_prob, generator)
    return inputs


def predictions_overwritten(inputs, predictions, truth_prob, generator):
    """predictions that were overwritten

    `predictions` belongs to the caller: make a new tensor.
    """
    mixed = scheduled_inputs(inputs, predictions, truth_prob, generator)
    predictions[...] = mixed
    return mixed


def predictions_only(inputs, predictions, truth_prob, generator):
    """predictions only

    Each symbol is the right one with probability ε: mix the two tensors.
    """
    return scheduled_inputs(inputs, predictions, 0.0, generator)


def truth_only(inputs, predictions, truth_prob, generator):
    """the right symbols only

    Each symbol is replaced with probability 1 - ε: mix the two tensors.
    """
    return inputs.clone()
