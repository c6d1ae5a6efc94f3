"""Wrong answers to `attend`, each with what it is and a hint."""

import math

import torch
import torch.nn.functional as F


def _scores(query, keys):
    return query @ keys.mT


def _masked(query, keys, mask, fill=-torch.inf):
    return _scores(query, keys).masked_fill(~mask[:, None], fill)


def _empty(mask):
    return ~mask.any(dim=1)[:, None, None]


def _weights(scores, mask):
    """Softmax, and 0 where a source has no real place."""
    empty = _empty(mask)
    return torch.softmax(scores.masked_fill(empty, 0.0), -1).masked_fill(empty, 0.0)


def _right(query, keys, mask):
    return _weights(_masked(query, keys, mask), mask)


def softmax_over_target(query, keys, values, mask):
    """a softmax over the target

    Each step divides its attention among the places of the source: the last axis.
    """
    weights = torch.softmax(_masked(query, keys, mask), dim=1).nan_to_num(0.0)
    return weights @ values, weights


def softmax_over_batch(query, keys, values, mask):
    """a softmax over the batch

    The weights of one step in one sentence add up to 1: the last axis, dim=-1.
    """
    weights = torch.softmax(_masked(query, keys, mask), dim=0).nan_to_num(0.0)
    return weights @ values, weights


def softmax_over_both(query, keys, values, mask):
    """a softmax over target and source together

    Each row adds up to 1 by itself.
    """
    scores = _masked(query, keys, mask).masked_fill(_empty(mask), 0.0)
    flat = torch.softmax(scores.flatten(1), dim=-1).view_as(scores)
    weights = flat.masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


def no_mask(query, keys, values, mask):
    """no mask at all

    Padding has scores too; set them to -inf before the softmax.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return weights @ values, weights


def mask_inverted(query, keys, values, mask):
    """a mask that is turned round

    True means real here: fill where the mask is False, ~mask.
    """
    weights = _weights(_masked(query, keys, ~mask), ~mask)
    return weights @ values, weights


def mask_inverted_nan(query, keys, values, mask):
    """a mask that is turned round, where nothing is left: NaN

    True means real here: masked_fill wants ~mask.
    """
    weights = torch.softmax(_masked(query, keys, ~mask), dim=-1)
    return weights @ values, weights


def mask_after_softmax(query, keys, values, mask):
    """a mask applied after the softmax

    Then the rows no longer add up to 1: mask the scores, before the softmax.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    return weights @ values, weights


def infinity_after_softmax(query, keys, values, mask):
    """weights set to -inf after the softmax

    -inf belongs into the scores, before the softmax.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1)
    weights = weights.masked_fill(~mask[:, None], -torch.inf)
    return weights @ values, weights


def renormalised(query, keys, values, mask):
    """weights that are divided by their sum after the masking

    Where padding had by far the largest score, only 0/0 is left: mask the scores.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    weights = (weights / weights.sum(dim=-1, keepdim=True)).masked_fill(_empty(mask), 0)
    return weights @ values, weights


def renormalised_quietly(query, keys, values, mask):
    """weights that are divided by their sum after the masking, 0/0 being 0

    A softmax over padding loses the real weights to rounding: mask the scores.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    weights = (weights / weights.sum(dim=-1, keepdim=True)).nan_to_num(0.0)
    return weights @ values, weights


def padding_scores_zero(query, keys, values, mask):
    """padding with a score of 0, or near 0

    exp(0) is 1, so padding has weight, with 1e-9 and finfo.tiny too: fill in -inf.
    """
    weights = torch.softmax(_masked(query, keys, mask, 0.0), dim=-1)
    return weights @ values, weights


def padding_scores_zero_and_empty(query, keys, values, mask):
    """padding with a score of 0 or near it, but nothing for a source of padding alone

    exp(0) is 1, so padding has weight, with 1e-9 and finfo.tiny too: fill in -inf.
    """
    weights = _weights(_masked(query, keys, mask, 0.0), mask)
    return weights @ values, weights


def padding_scores_minus_hundred(query, keys, values, mask):
    """padding with a score of -100

    -100 is not small beside every score; use -inf.
    """
    weights = _weights(_masked(query, keys, mask, -100.0), mask)
    return weights @ values, weights


def empty_rows_nan(query, keys, values, mask):
    """NaN for a source of padding alone

    Softmax of -inf alone is 0/0: find such rows with mask.any, and give them 0.
    """
    weights = torch.softmax(_masked(query, keys, mask), dim=-1)
    return weights @ values, weights


def empty_rows_uniform(query, keys, values, mask):
    """equal weights for a source of padding alone

    With -1e9 a row of padding gives equal weights; where nothing is real, all are 0.
    """
    weights = torch.softmax(_masked(query, keys, mask, -1e9), dim=-1)
    return weights @ values, weights


def empty_rows_unmasked(query, keys, values, mask):
    """no mask where a source is padding alone

    Where nothing is real, all weights are 0.
    """
    scores = torch.where(_empty(mask), _scores(query, keys), _masked(query, keys, mask))
    weights = torch.softmax(scores, dim=-1)
    return weights @ values, weights


def empty_context_only(query, keys, values, mask):
    """a context of 0 beside weights that are NaN

    The weights of a source of padding alone are 0 as well.
    """
    weights = torch.softmax(_masked(query, keys, mask), dim=-1)
    return (weights @ values).nan_to_num(0.0), weights


def empty_context_only_uniform(query, keys, values, mask):
    """a context of 0 beside weights that are equal

    The weights of a source of padding alone are 0 as well.
    """
    weights = torch.softmax(_masked(query, keys, mask, -1e9), dim=-1)
    return (weights @ values).masked_fill(_empty(mask), 0.0), weights


def scaled(query, keys, values, mask):
    """scores divided by a root of the size

    That is the Transformer's attention; Luong's dot product is not scaled.
    """
    scores = _masked(query, keys, mask) / math.sqrt(query.shape[2])
    weights = _weights(scores, mask)
    return weights @ values, weights


def scaled_by_size(query, keys, values, mask):
    """scores divided by the size

    Luong's dot product is not scaled.
    """
    weights = _weights(_masked(query, keys, mask) / query.shape[2], mask)
    return weights @ values, weights


def weights_before_mask(query, keys, values, mask):
    """weights returned before the masking

    Return the weights that made the context.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return _right(query, keys, mask) @ values, weights


def context_before_mask(query, keys, values, mask):
    """a context made without the mask

    The context is the average under the masked weights, those that are returned.
    """
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return weights @ values, _right(query, keys, mask)


def scores_returned(query, keys, values, mask):
    """scores in place of weights

    The second result is the weights, after the softmax.
    """
    scores = _masked(query, keys, mask)
    return _weights(scores, mask) @ values, scores


def keys_averaged(query, keys, values, mask):
    """an average of the keys

    Keys are for the scores; what is averaged are the values.
    """
    weights = _right(query, keys, mask)
    return weights @ keys, weights


def keys_and_values_swapped(query, keys, values, mask):
    """values and keys exchanged

    The query meets the keys, and the weights meet the values.
    """
    weights = _right(query, values, mask)
    return weights @ keys, weights


def scored_by_values(query, keys, values, mask):
    """scores against the values

    The query meets the keys, and the weights meet the values.
    """
    weights = _right(query, values, mask)
    return weights @ values, weights


def query_and_keys_swapped(query, keys, values, mask):
    """keys that look at the query

    The scores are query @ keys.mT: one row a step of the target.
    """
    weights = torch.softmax(keys @ query.mT, dim=-1)
    return weights.mT @ values, weights


def weights_transposed(query, keys, values, mask):
    """weights with the axes (batch, source, target)

    Return them as (batch, target, source): one row a step.
    """
    weights = _right(query, keys, mask)
    return weights @ values, weights.mT


def results_swapped(query, keys, values, mask):
    """the two results in the other order

    Context first, then weights.
    """
    weights = _right(query, keys, mask)
    return weights, weights @ values


def context_alone(query, keys, values, mask):
    """the context alone

    Return both: context, weights.
    """
    return _right(query, keys, mask) @ values


def weights_alone(query, keys, values, mask):
    """the weights alone

    Return both: context, weights.
    """
    return _right(query, keys, mask)


def sigmoid_weights(query, keys, values, mask):
    """a σ for each score instead of a softmax

    The weights of a row add up to 1: use a softmax.
    """
    weights = torch.sigmoid(_masked(query, keys, mask))
    return weights @ values, weights


def hard_weights(query, keys, values, mask):
    """all weight on the largest score

    Attention is soft: each real place has the weight that the softmax gives it.
    """
    places = _masked(query, keys, mask).argmax(dim=-1)
    weights = F.one_hot(places, keys.shape[1]).to(values.dtype)
    weights = weights.masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


def equal_weights(query, keys, values, mask):
    """equal weights for all real places

    The weights follow from the scores, not from the mask alone.
    """
    weights = _weights(0 * _scores(query, keys) + _masked(0 * query, keys, mask), mask)
    return weights @ values, weights


def log_weights(query, keys, values, mask):
    """log-weights

    softmax, not log_softmax.
    """
    weights = torch.log_softmax(_masked(query, keys, mask), dim=-1)
    return weights.exp().nan_to_num(0.0) @ values, weights


def overflowing(query, keys, values, mask):
    """exponentials that overflow

    exp(1000) is inf and inf / inf is NaN; torch.softmax subtracts the maximum.
    """
    powers = torch.exp(_scores(query, keys)) * mask[:, None]
    weights = (powers / powers.sum(dim=-1, keepdim=True)).masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


def first_mask_for_all(query, keys, values, mask):
    """the first sentence's mask for the whole batch

    Each sentence has its own mask: mask[:, None] is (batch, 1, source).
    """
    same = mask[:1].expand_as(mask)
    weights = _right(query, keys, same)
    return weights @ values, weights


def mask_along_target(query, keys, values, mask):
    """a mask along the target

    The mask belongs to the source, the last axis: mask[:, None].
    """
    scores = _scores(query, keys).masked_fill(~mask[:, :, None], -torch.inf)
    weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
    return weights @ values, weights


def mask_by_length(query, keys, values, mask):
    """real places counted, not looked up

    Take the mask as it is: padding need not stand at the end.
    """
    places = torch.arange(mask.shape[1], device=mask.device)
    weights = _right(query, keys, places < mask.sum(dim=1, keepdim=True))
    return weights @ values, weights


def paired_scores(query, keys, values, mask):
    """scores of step by step pairs

    Every step meets every place: query @ keys.mT.
    """
    scores = (query * keys).sum(dim=-1)
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return weights[:, None] @ values, weights


def summed_over_target(query, keys, values, mask):
    """a sum of the weighted values, one row for all steps

    One context a step: (batch, target, value).
    """
    weights = _right(query, keys, mask)
    return (weights @ values).sum(dim=1), weights


def weights_detached(query, keys, values, mask):
    """weights cut off from the graph

    Where to look is learnt: no detach() on the weights.
    """
    weights = _right(query, keys, mask).detach()
    return weights @ values, weights


def keys_detached(query, keys, values, mask):
    """keys cut off from the graph

    The encoder learns through the scores too: no detach() on the keys.
    """
    weights = _right(query, keys.detach(), mask)
    return weights @ values, weights


def keys_overwritten(query, keys, values, mask):
    """keys that are overwritten

    masked_fill_ and `*=` change the caller's tensor: mask the scores instead.
    """
    weights = _right(query, keys, mask)
    with torch.no_grad():
        keys *= mask[..., None]
    return weights @ values, weights


def mask_overwritten(query, keys, values, mask):
    """a mask that is overwritten

    `~` makes a new tensor; logical_not_ and `[...] =` change the caller's.
    """
    weights = _right(query, keys, mask)
    mask.logical_not_()
    return weights @ values, weights


def weights_float32(query, keys, values, mask):
    """weights in float32

    Keep the dtype of the arguments: no dtype=torch.float32 in the softmax.
    """
    weights = _right(query, keys, mask).float()
    return weights @ values.float(), weights


def penalty_on_the_default_device(query, keys, values, mask):
    """a penalty made on the default device

    torch.zeros(shape) lies on the CPU and is float32; use torch.zeros_like(scores).
    """
    penalty = torch.zeros(mask.shape)
    penalty[~mask] = -torch.inf
    weights = _weights(_scores(query, keys) + penalty[:, None], mask)
    return weights @ values, weights
