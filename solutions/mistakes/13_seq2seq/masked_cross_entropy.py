"""Wrong answers to `masked_cross_entropy`, each with what it is and a hint."""

import math

import torch
from torch.nn import functional as F


def _nats(logits, targets, mask):
    """Return -log p of the right symbol, zero in the padding."""
    log_probs = torch.log_softmax(logits, dim=-1)
    wanted = torch.where(mask, targets, 0)[..., None]
    return torch.where(mask, -log_probs.gather(-1, wanted).squeeze(-1), 0.0)


def divided_by_all(logits, targets, mask):
    """a mean over all places, padding counted

    Divide by the number of real tokens, mask.sum().
    """
    return _nats(logits, targets, mask).mean()


def not_masked(logits, targets, mask):
    """a loss in which the padding is included

    Where the mask is False nothing is added, and nothing is counted.
    """
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def axes_not_flattened(logits, targets, mask):
    """a cross_entropy that takes time for the symbols

    F.cross_entropy wants the symbols on axis 1: flatten batch and time, and mask.
    """
    return F.cross_entropy(logits, targets)


def only_divided(logits, targets, mask):
    """the padding's loss over the number of real tokens

    The sum is over real tokens only, like the number below it.
    """
    return _nats(logits, targets, torch.ones_like(mask)).sum() / mask.sum()


def loss_of_padding(logits, targets, mask):
    """a mask the wrong way round

    True is for real tokens: these are summed.
    """
    return masked_cross_entropy(logits, targets, ~mask)


def mean_of_means(logits, targets, mask):
    """a mean of the means of the sequences

    All tokens of the batch count alike: one sum over one number.
    """
    return (_nats(logits, targets, mask).sum(dim=1) / mask.sum(dim=1)).mean()


def mean_of_steps(logits, targets, mask):
    """a mean over time of the means of the steps

    All tokens of the batch count alike: one sum over one number.
    """
    nats = _nats(logits, targets, mask).sum(dim=0)
    return (nats / mask.sum(dim=0).clamp(min=1)).mean()


def summed(logits, targets, mask):
    """a sum that is not divided

    Divide by the number of real tokens.
    """
    return _nats(logits, targets, mask).sum()


def divided_by_batch(logits, targets, mask):
    """a mean over sequences, a sum over time

    Divide by the number of real tokens, not by the batch.
    """
    return _nats(logits, targets, mask).sum() / len(logits)


def one_a_sequence(logits, targets, mask):
    """a number for every sequence

    The loss of the batch is one number: sum over both axes.
    """
    return _nats(logits, targets, mask).sum(dim=1) / mask.sum(dim=1)


def one_a_token(logits, targets, mask):
    """a number for every token

    The loss of the batch is one number: the sum over its real tokens, divided.
    """
    return _nats(logits, targets, mask)


def sign_missing(logits, targets, mask):
    """a minus sign that is missing

    The loss is the negative log-probability.
    """
    return -masked_cross_entropy(logits, targets, mask)


def softmax_over_time(logits, targets, mask):
    """a softmax over the time axis

    The symbols of one token compete: dim=-1.
    """
    log_probs = torch.log_softmax(logits, dim=1)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None])
    return -torch.where(mask, picked.squeeze(-1), 0.0).sum() / mask.sum()


def softmax_over_batch(logits, targets, mask):
    """a softmax over the batch

    The symbols of one token compete: dim=-1.
    """
    log_probs = torch.log_softmax(logits, dim=0)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None])
    return -torch.where(mask, picked.squeeze(-1), 0.0).sum() / mask.sum()


def no_softmax(logits, targets, mask):
    """scores that never went through a softmax

    Scores are no log-probabilities: take log_softmax first.
    """
    picked = logits.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()


def softmax_twice(logits, targets, mask):
    """a softmax taken twice

    cross_entropy and log_softmax take scores, not probabilities.
    """
    return masked_cross_entropy(torch.softmax(logits, dim=-1), targets, mask)


def no_logarithm(logits, targets, mask):
    """probabilities without a logarithm

    Sum the logarithms of the probabilities.
    """
    return -(torch.exp(-_nats(logits, targets, mask)) * mask).sum() / mask.sum()


def in_bits(logits, targets, mask):
    """a loss in bits

    The logarithm is the natural one: nats.
    """
    return masked_cross_entropy(logits, targets, mask) / math.log(2)


def perplexity_instead(logits, targets, mask):
    """a perplexity

    The loss is the mean itself, without exp.
    """
    return masked_cross_entropy(logits, targets, mask).exp()


def scores_masked(logits, targets, mask):
    """scores set to zero in the padding, whose loss still counts

    Zero scores cost log(vocab) each. Mask the losses, not the scores.
    """
    zeroed = torch.where(mask[..., None], logits, 0.0)
    return F.cross_entropy(zeroed.flatten(0, 1), targets.flatten())


def unstable_log(logits, targets, mask):
    """the logarithm of a softmax, which underflows

    Use log_softmax: the probability of a poor symbol is rounded to 0 before the log.
    """
    probs = torch.softmax(logits, dim=-1)
    picked = probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, picked.log(), 0.0).sum() / mask.sum()


def padded_log(logits, targets, mask):
    """a logarithm with a small number added

    Use log_softmax: an added 1e-9 cuts every loss off at 21 nats.
    """
    probs = torch.softmax(logits, dim=-1)
    picked = probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, (picked + 1e-9).log(), 0.0).sum() / mask.sum()


def multiplied(logits, targets, mask):
    """losses multiplied by the mask

    0 times infinity is not 0: choose with torch.where.
    """
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -(picked * mask).sum() / mask.sum()


def looked_up(logits, targets, mask):
    """symbols of the padding that are looked up

    They need not be in the vocabulary: put a legal one there first.
    """
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, targets[..., None]).squeeze(-1)
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()


def zero_ignored(logits, targets, mask):
    """padding recognised by the symbol 0

    Only the mask knows what is real: a real symbol may be 0.
    """
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)


def mask_and_zero(logits, targets, mask):
    """a loss in which symbol 0 never counts

    The mask says what is real; a symbol 0 counts where the mask is True.
    """
    return masked_cross_entropy(logits, targets, mask & (targets != 0))


def shifted_again(logits, targets, mask):
    """targets shifted once more

    Scores at step t are for targets at step t; the shift was made before.
    """
    return masked_cross_entropy(logits[:, :-1], targets[:, 1:], mask[:, 1:])


def first_step_only(logits, targets, mask):
    """the loss of the first steps alone

    Sum over all steps.
    """
    return masked_cross_entropy(logits[:, :1], targets[:, :1], mask[:, :1])


def loss_detached(logits, targets, mask):
    """a loss without a gradient

    Return a tensor with its graph: no item(), no detach().
    """
    return masked_cross_entropy(logits, targets, mask).detach()


def scores_overwritten(logits, targets, mask):
    """scores overwritten in place

    Leave the arguments as they are: torch.where makes a new tensor.
    """
    with torch.no_grad():
        logits.masked_fill_(~mask[..., None], 0.0)
    return masked_cross_entropy(logits, targets, mask)


def targets_overwritten(logits, targets, mask):
    """targets overwritten in place

    Leave the arguments as they are: torch.where makes a new tensor.
    """
    targets.masked_fill_(~mask, -100)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
