"""Wrong answers to `sequence_loss`, each with what it is and a hint."""

import torch


def _picked(log_probs, targets):
    """Return the entry of each target."""
    return log_probs.gather(-1, targets[..., None]).squeeze(-1)


def _real(values, targets, pad_id):
    """Return values with zeros where there is padding."""
    return torch.where(targets != pad_id, values, 0.0)


def softmax_over_time(logits, targets, pad_id):
    """a softmax over time

    The probabilities of one step sum to 1 over the vocabulary, the last axis.
    """
    picked = _picked(torch.log_softmax(logits, dim=1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


def softmax_over_batch(logits, targets, pad_id):
    """a softmax over the batch

    The probabilities of one step sum to 1 over the vocabulary, the last axis.
    """
    picked = _picked(torch.log_softmax(logits, dim=0), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


def mean_over_tokens(logits, targets, pad_id):
    """a mean over the real tokens

    The loss of a sequence is the sum over its steps; only sequences are averaged.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum() / (targets != pad_id).sum()


def mean_over_time(logits, targets, pad_id):
    """a mean over time

    The loss of a sequence is the sum over its steps: a longer one may cost more.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).mean(dim=1).mean()


def mean_over_lengths(logits, targets, pad_id):
    """a mean over each sequence's own length

    The loss of a sequence is the sum over its steps, not their mean.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    lengths = (targets != pad_id).sum(dim=1).clamp(min=1)
    return -(_real(picked, targets, pad_id).sum(dim=1) / lengths).mean()


def sum_over_batch(logits, targets, pad_id):
    """a sum over the batch

    Sum over time, then average over the sequences of the batch.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum()


def padding_counted(logits, targets, pad_id):
    """a loss that counts the padding

    Steps whose target is pad_id count nothing.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -picked.sum(dim=1).mean()


def padding_is_always_zero(logits, targets, pad_id):
    """a padding symbol that is always 0

    The symbol for padding is an argument, pad_id; here it is another one.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, 0).sum(dim=1).mean()


def mask_inverted(logits, targets, pad_id):
    """a mask the wrong way round

    `targets == pad_id` marks the padding; the real tokens are the others.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -torch.where(targets == pad_id, picked, 0.0).sum(dim=1).mean()


def log_of_softmax(logits, targets, pad_id):
    """a logarithm of a softmax, taken in two steps

    Small probabilities round to 0, and log 0 is -inf; log_softmax does both at once.
    """
    picked = _picked(torch.softmax(logits, dim=-1).log(), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


def log_of_softmax_times_mask(logits, targets, pad_id):
    """a logarithm of a softmax, with the padding multiplied by zero

    log 0 is -inf, and -inf times 0 is NaN; take log_softmax.
    """
    picked = _picked(torch.softmax(logits, dim=-1).log(), targets)
    return -(picked * (targets != pad_id)).sum(dim=1).mean()


def naive_exponentials(logits, targets, pad_id):
    """exponentials that overflow

    exp(1000) is infinite. Subtract the largest score first, or use log_softmax.
    """
    log_probs = logits - logits.exp().sum(dim=-1, keepdim=True).log()
    return -_real(_picked(log_probs, targets), targets, pad_id).sum(dim=1).mean()


def log_with_epsilon(logits, targets, pad_id):
    """a logarithm kept finite by a small constant

    Adding 1e-9 before the log changes the loss of unlikely symbols; use log_softmax.
    """
    picked = _picked((torch.softmax(logits, dim=-1) + 1e-9).log(), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


def softmax_twice(logits, targets, pad_id):
    """a softmax taken twice

    cross_entropy and log_softmax take the scores themselves.
    """
    log_probs = torch.log_softmax(torch.softmax(logits, dim=-1), dim=-1)
    return -_real(_picked(log_probs, targets), targets, pad_id).sum(dim=1).mean()


def without_logarithm(logits, targets, pad_id):
    """probabilities without their logarithm

    The loss is -log p, not -p.
    """
    picked = _picked(torch.softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean()


def without_softmax(logits, targets, pad_id):
    """scores without a softmax

    Scores are not log-probabilities until they are normalised.
    """
    return -_real(_picked(logits, targets), targets, pad_id).sum(dim=1).mean()


def wrong_sign(logits, targets, pad_id):
    """a loss with the wrong sign

    The loss is minus the log.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return _real(picked, targets, pad_id).sum(dim=1).mean()


def in_bits(logits, targets, pad_id):
    """a loss in bits

    The natural logarithm is meant: the loss is in nats.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    nats = -_real(picked, targets, pad_id).sum(dim=1).mean()
    return nats / torch.log(torch.tensor(2.0, dtype=logits.dtype, device=logits.device))


def last_step_only(logits, targets, pad_id):
    """a loss of the last step only

    Every step has a target and counts.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id)[:, -1].mean()


def python_number(logits, targets, pad_id):
    """a number instead of a tensor

    item() and float() leave the graph, so nothing can be trained with it.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    return -_real(picked, targets, pad_id).sum(dim=1).mean().item()


def scores_overwritten(logits, targets, pad_id):
    """padding blotted out in the scores themselves

    `logits[...] = …` changes the caller's tensor; mask the losses, not the scores.
    """
    picked = _picked(torch.log_softmax(logits, dim=-1), targets)
    logits.data[targets == pad_id] = 0.0
    return -_real(picked, targets, pad_id).sum(dim=1).mean()
