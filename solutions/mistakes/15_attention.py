"""Wrong answers to exercise 15. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import math

import torch
import torch.nn.functional as F

from course_lib.checks import mistake
from course_lib.data.vocabulary import PAD, STOP

# --- score_general --------------------------------------------------------------------


@mistake(
    "score_general",
    "W_a turned round",
    "W_a is (query, key): a row vector q meets it as q @ W_a, without .T.",
)
def general_transposed(query, keys, W_a):
    return query @ W_a.T @ keys.mT


@mistake(
    "score_general",
    "scores with the axes (batch, source, target)",
    "One row a query: (batch, target, source). Put the query first in the product.",
)
def general_axes_swapped(query, keys, W_a):
    return keys @ W_a.T @ query.mT


@mistake(
    "score_general",
    "a plain dot product",
    "W_a stands between the query and the key.",
)
def general_without_matrix(query, keys, W_a):
    return query @ keys.mT


@mistake(
    "score_general",
    "a softmax of the scores",
    "The score is the number before the softmax; `attend` makes weights of it.",
)
def general_softmax(query, keys, W_a):
    return torch.softmax(query @ W_a @ keys.mT, dim=-1)


@mistake(
    "score_general",
    "scores divided by a root of the size",
    "Luong's scores are not scaled; that is the Transformer's.",
)
def general_scaled(query, keys, W_a):
    return query @ W_a @ keys.mT / math.sqrt(keys.shape[2])


@mistake(
    "score_general",
    "scores divided by the root of the query's size",
    "Luong's scores are not scaled; that is the Transformer's.",
)
def general_scaled_by_query(query, keys, W_a):
    return query @ W_a @ keys.mT / math.sqrt(query.shape[2])


@mistake(
    "score_general",
    "a mean where a sum is meant",
    "A dot product adds the products up and divides by nothing.",
)
def general_mean(query, keys, W_a):
    return query @ W_a @ keys.mT / keys.shape[2]


@mistake(
    "score_general",
    "tanh of the score",
    "There is no nonlinearity in this score; the additive one has it.",
)
def general_tanh(query, keys, W_a):
    return torch.tanh(query @ W_a @ keys.mT)


@mistake(
    "score_general",
    "tanh of the projected query",
    "There is no nonlinearity in this score; the additive one has it.",
)
def general_tanh_inside(query, keys, W_a):
    return torch.tanh(query @ W_a) @ keys.mT


@mistake(
    "score_general",
    "cosines of the angle in place of products",
    "Lengths count: do not normalise queries or keys.",
)
def general_cosine(query, keys, W_a):
    a, b = F.normalize(query @ W_a, dim=-1), F.normalize(keys, dim=-1)
    return a @ b.mT


@mistake(
    "score_general",
    "squared distances",
    "The score is a product: large where the two are alike in direction.",
)
def general_distance(query, keys, W_a):
    return -(((query @ W_a)[:, :, None] - keys[:, None]) ** 2).sum(dim=-1)


@mistake(
    "score_general",
    "scores against the keys of the whole batch, added up",
    "Each query meets the keys of its own sequence: keep the batch axis.",
)
def general_over_the_batch(query, keys, W_a):
    return torch.einsum("btq,qk,csk->bts", query, W_a, keys)


@mistake(
    "score_general",
    "scores against the first sequence's keys",
    "Each query meets the keys of its own sequence, not those of keys[0].",
)
def general_first_sequence(query, keys, W_a):
    return query @ W_a @ keys[0].T


@mistake(
    "score_general",
    "all axes of the keys turned round",
    "`.T` reverses every axis, the batch too: use `.mT` or transpose(1, 2).",
)
def general_all_axes_reversed(query, keys, W_a):
    return query @ W_a @ keys.permute(2, 1, 0)


@mistake(
    "score_general",
    "keys reshaped where they should be transposed",
    "view and reshape only cut the numbers anew; use `.mT`.",
)
def general_reshaped(query, keys, W_a):
    batch, source, size = keys.shape
    return query @ W_a @ keys.reshape(batch, size, source)


@mistake(
    "score_general",
    "one score a step: each query against the key of its own place",
    "Every query meets every key: the result is (batch, target, source).",
)
def general_same_place(query, keys, W_a):
    steps = min(query.shape[1], keys.shape[1])
    scores = (query[:, :steps] @ W_a * keys[:, :steps]).sum(dim=-1)
    return scores


@mistake(
    "score_general",
    "scores of the last query only",
    "There is a row for every step of the target.",
)
def general_last_query(query, keys, W_a):
    return query[:, -1:] @ W_a @ keys.mT


@mistake(
    "score_general",
    "a W_a that learns nothing",
    "W_a is a parameter: no detach() and no .data.",
)
def general_detached(query, keys, W_a):
    return query @ W_a.detach() @ keys.mT


@mistake(
    "score_general",
    "keys cut off from the graph",
    "The encoder learns through the scores too: no detach() on the keys.",
)
def general_keys_detached(query, keys, W_a):
    return query @ W_a @ keys.detach().mT


@mistake(
    "score_general",
    "scores in float32",
    "Keep the dtype of the arguments: no .float().",
)
def general_float32(query, keys, W_a):
    return query.float() @ W_a.float() @ keys.float().mT


@mistake(
    "score_general",
    "negative scores cut off at 0",
    "There is no nonlinearity in this score: it may be negative.",
)
def general_relu(query, keys, W_a):
    return torch.relu(query @ W_a @ keys.mT)


# --- score_concat ---------------------------------------------------------------------


def _parts(query, keys, W_a):
    """Return q W_q (batch, target, 1, …) and k W_k (batch, 1, source, …)."""
    W_q, W_k = W_a.split([query.shape[2], keys.shape[2]])
    return (query @ W_q)[:, :, None], (keys @ W_k)[:, None]


@mistake(
    "score_concat",
    "a network without its tanh",
    "tanh comes between the two products; without it the score is a sum of two terms.",
)
def concat_no_tanh(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return (a + b) @ v_a


@mistake(
    "score_concat",
    "the key before the query",
    "The first rows of W_a are the query's: [q; k].",
)
def concat_keys_first(query, keys, W_a, v_a):
    W_k, W_q = W_a.split([keys.shape[2], query.shape[2]])
    return torch.tanh((query @ W_q)[:, :, None] + (keys @ W_k)[:, None]) @ v_a


@mistake(
    "score_concat",
    "a logistic σ for tanh",
    "The hidden layer goes through tanh.",
)
def concat_sigmoid(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.sigmoid(a + b) @ v_a


@mistake(
    "score_concat",
    "a ReLU for tanh",
    "The hidden layer goes through tanh.",
)
def concat_relu(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.relu(a + b) @ v_a


@mistake(
    "score_concat",
    "a tanh of the score",
    "tanh comes before the product with v_a, not after it.",
)
def concat_tanh_outside(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh((a + b) @ v_a)


@mistake(
    "score_concat",
    "two tanh, inside and outside",
    "One tanh, before the product with v_a.",
)
def concat_tanh_twice(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(torch.tanh(a + b) @ v_a)


@mistake(
    "score_concat",
    "a tanh of each part, then their sum",
    "Add first: tanh(q W_q + k W_k). Otherwise query and key never meet.",
)
def concat_tanh_of_each(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a) + torch.tanh(b)) @ v_a


@mistake(
    "score_concat",
    "a product of both parts",
    "A matrix times [q; k] is a sum: q W_q + k W_k.",
)
def concat_product(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a * b) @ v_a


@mistake(
    "score_concat",
    "a difference of both parts",
    "A matrix times [q; k] is a sum: q W_q + k W_k.",
)
def concat_difference(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a - b) @ v_a


@mistake(
    "score_concat",
    "a sum over the hidden layer, without v_a",
    "v_a weighs the hidden units: end with `@ v_a`.",
)
def concat_without_v(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b).sum(dim=-1)


@mistake(
    "score_concat",
    "a mean over the hidden units",
    "· is a dot product: a sum, divided by nothing.",
)
def concat_mean(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a + b) * v_a).mean(dim=-1)


@mistake(
    "score_concat",
    "scores divided by a root of the size",
    "This score is not scaled.",
)
def concat_scaled(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a / math.sqrt(len(v_a))


@mistake(
    "score_concat",
    "a score that does not read the query",
    "Both are read. From the keys alone every step would look at the same places.",
)
def concat_keys_only(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(0 * a + b) @ v_a


@mistake(
    "score_concat",
    "a score that does not read the keys",
    "Both are read. From the query alone all places would look the same.",
)
def concat_query_only(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + 0 * b) @ v_a


@mistake(
    "score_concat",
    "scores with the axes (batch, source, target)",
    "One row a query: the query's part gets its axis of length 1 at place 2.",
)
def concat_axes_swapped(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a + b) @ v_a).mT


@mistake(
    "score_concat",
    "a softmax of the scores",
    "The score is the number before the softmax; `attend` makes weights of it.",
)
def concat_softmax(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.softmax(torch.tanh(a + b) @ v_a, dim=-1)


@mistake(
    "score_concat",
    "an axis of length 1 too many at the end",
    "The product with v_a takes the last axis away: `@ v_a`, without v_a[:, None].",
)
def concat_last_axis_kept(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a[:, None]


@mistake(
    "score_concat",
    "pairs that are mixed up by a reshape",
    "repeat and reshape pair the wrong ones: use [:, :, None] and broadcasting.",
)
def concat_pairs_mixed(query, keys, W_a, v_a):
    (batch, target, _), source = query.shape, keys.shape[1]
    repeated = query.repeat(1, source, 1).reshape(batch, target, source, -1)
    wide = keys[:, None].expand(-1, target, -1, -1)
    return torch.tanh(torch.cat([repeated, wide], dim=-1) @ W_a) @ v_a


@mistake(
    "score_concat",
    "one score a step: each query beside the key of its own place",
    "Every query meets every key: (batch, target, source).",
)
def concat_same_place(query, keys, W_a, v_a):
    return torch.tanh(torch.cat([query, keys], dim=-1) @ W_a) @ v_a


@mistake(
    "score_concat",
    "the last query's scores only",
    "There is a row for every step of the target.",
)
def concat_last_query(query, keys, W_a, v_a):
    a, b = _parts(query[:, -1:], keys, W_a)
    return torch.tanh(a + b) @ v_a


@mistake(
    "score_concat",
    "a matrix cut into two equal halves",
    "W_q has as many rows as a query has numbers: cut at query.shape[2].",
)
def concat_equal_halves(query, keys, W_a, v_a):
    W_q, W_k = W_a.chunk(2)
    return torch.tanh((query @ W_q)[:, :, None] + (keys @ W_k)[:, None]) @ v_a


@mistake(
    "score_concat",
    "a v_a made positive by a softmax",
    "v_a is used as it is; only the scores will go through a softmax, later.",
)
def concat_v_softmax(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ torch.softmax(v_a, dim=0)


@mistake(
    "score_concat",
    "a v_a that learns nothing",
    "v_a is a parameter: no detach() and no .data.",
)
def concat_v_detached(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a.detach()


@mistake(
    "score_concat",
    "a W_a that learns nothing",
    "W_a is a parameter: no detach() and no .data.",
)
def concat_W_detached(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a.detach())
    return torch.tanh(a + b) @ v_a


@mistake(
    "score_concat",
    "scores written into a tensor of the default dtype and device",
    "torch.zeros(shape) is float32 on the CPU; use query.new_zeros, or no loop at all.",
)
def concat_default_device(query, keys, W_a, v_a):
    a, b = _parts(query, keys, W_a)
    scores = torch.zeros(query.shape[0], query.shape[1], keys.shape[1])
    for s in range(keys.shape[1]):
        scores[:, :, s] = torch.tanh(a[:, :, 0] + b[:, :, s]) @ v_a
    return scores


# --- attend ---------------------------------------------------------------------------


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


@mistake(
    "attend",
    "a softmax over the target",
    "Each step divides its attention among the places of the source: the last axis.",
)
def softmax_over_target(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask), dim=1).nan_to_num(0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "a softmax over the batch",
    "The weights of one step in one sentence add up to 1: the last axis, dim=-1.",
)
def softmax_over_batch(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask), dim=0).nan_to_num(0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "a softmax over target and source together",
    "Each row adds up to 1 by itself.",
)
def softmax_over_both(query, keys, values, mask):
    scores = _masked(query, keys, mask).masked_fill(_empty(mask), 0.0)
    flat = torch.softmax(scores.flatten(1), dim=-1).view_as(scores)
    weights = flat.masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "no mask at all",
    "Padding has scores too; set them to -inf before the softmax.",
)
def no_mask(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "a mask that is turned round",
    "True means real here: fill where the mask is False, ~mask.",
)
def mask_inverted(query, keys, values, mask):
    weights = _weights(_masked(query, keys, ~mask), ~mask)
    return weights @ values, weights


@mistake(
    "attend",
    "a mask that is turned round, where nothing is left: NaN",
    "True means real here: masked_fill wants ~mask.",
)
def mask_inverted_nan(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, ~mask), dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "a mask applied after the softmax",
    "Then the rows no longer add up to 1: mask the scores, before the softmax.",
)
def mask_after_softmax(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    return weights @ values, weights


@mistake(
    "attend",
    "weights set to -inf after the softmax",
    "-inf belongs into the scores, before the softmax.",
)
def infinity_after_softmax(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1)
    weights = weights.masked_fill(~mask[:, None], -torch.inf)
    return weights @ values, weights


@mistake(
    "attend",
    "weights that are divided by their sum after the masking",
    "Where padding had by far the largest score, only 0/0 is left: mask the scores.",
)
def renormalised(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    weights = (weights / weights.sum(dim=-1, keepdim=True)).masked_fill(_empty(mask), 0)
    return weights @ values, weights


@mistake(
    "attend",
    "weights that are divided by their sum after the masking, 0/0 being 0",
    "A softmax over padding loses the real weights to rounding: mask the scores.",
)
def renormalised_quietly(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1) * mask[:, None]
    weights = (weights / weights.sum(dim=-1, keepdim=True)).nan_to_num(0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "padding with a score of 0, or near 0",
    "exp(0) is 1, so padding has weight, with 1e-9 and finfo.tiny too: fill in -inf.",
)
def padding_scores_zero(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask, 0.0), dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "padding with a score of 0 or near it, but nothing for a source of padding alone",
    "exp(0) is 1, so padding has weight, with 1e-9 and finfo.tiny too: fill in -inf.",
)
def padding_scores_zero_and_empty(query, keys, values, mask):
    weights = _weights(_masked(query, keys, mask, 0.0), mask)
    return weights @ values, weights


@mistake(
    "attend",
    "padding with a score of -100",
    "-100 is not small beside every score; use -inf.",
)
def padding_scores_minus_hundred(query, keys, values, mask):
    weights = _weights(_masked(query, keys, mask, -100.0), mask)
    return weights @ values, weights


@mistake(
    "attend",
    "NaN for a source of padding alone",
    "Softmax of -inf alone is 0/0: find such rows with mask.any, and give them 0.",
)
def empty_rows_nan(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask), dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "equal weights for a source of padding alone",
    "With -1e9 a row of padding gives equal weights; where nothing is real, all are 0.",
)
def empty_rows_uniform(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask, -1e9), dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "no mask where a source is padding alone",
    "Where nothing is real, all weights are 0.",
)
def empty_rows_unmasked(query, keys, values, mask):
    scores = torch.where(_empty(mask), _scores(query, keys), _masked(query, keys, mask))
    weights = torch.softmax(scores, dim=-1)
    return weights @ values, weights


@mistake(
    "attend",
    "a context of 0 beside weights that are NaN",
    "The weights of a source of padding alone are 0 as well.",
)
def empty_context_only(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask), dim=-1)
    return (weights @ values).nan_to_num(0.0), weights


@mistake(
    "attend",
    "a context of 0 beside weights that are equal",
    "The weights of a source of padding alone are 0 as well.",
)
def empty_context_only_uniform(query, keys, values, mask):
    weights = torch.softmax(_masked(query, keys, mask, -1e9), dim=-1)
    return (weights @ values).masked_fill(_empty(mask), 0.0), weights


@mistake(
    "attend",
    "scores divided by a root of the size",
    "That is the Transformer's attention; Luong's dot product is not scaled.",
)
def scaled(query, keys, values, mask):
    scores = _masked(query, keys, mask) / math.sqrt(query.shape[2])
    weights = _weights(scores, mask)
    return weights @ values, weights


@mistake(
    "attend",
    "scores divided by the size",
    "Luong's dot product is not scaled.",
)
def scaled_by_size(query, keys, values, mask):
    weights = _weights(_masked(query, keys, mask) / query.shape[2], mask)
    return weights @ values, weights


@mistake(
    "attend",
    "weights returned before the masking",
    "Return the weights that made the context.",
)
def weights_before_mask(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return _right(query, keys, mask) @ values, weights


@mistake(
    "attend",
    "a context made without the mask",
    "The context is the average under the masked weights, those that are returned.",
)
def context_before_mask(query, keys, values, mask):
    weights = torch.softmax(_scores(query, keys), dim=-1)
    return weights @ values, _right(query, keys, mask)


@mistake(
    "attend",
    "scores in place of weights",
    "The second result is the weights, after the softmax.",
)
def scores_returned(query, keys, values, mask):
    scores = _masked(query, keys, mask)
    return _weights(scores, mask) @ values, scores


@mistake(
    "attend",
    "an average of the keys",
    "Keys are for the scores; what is averaged are the values.",
)
def keys_averaged(query, keys, values, mask):
    weights = _right(query, keys, mask)
    return weights @ keys, weights


@mistake(
    "attend",
    "values and keys exchanged",
    "The query meets the keys, and the weights meet the values.",
)
def keys_and_values_swapped(query, keys, values, mask):
    weights = _right(query, values, mask)
    return weights @ keys, weights


@mistake(
    "attend",
    "scores against the values",
    "The query meets the keys, and the weights meet the values.",
)
def scored_by_values(query, keys, values, mask):
    weights = _right(query, values, mask)
    return weights @ values, weights


@mistake(
    "attend",
    "keys that look at the query",
    "The scores are query @ keys.mT: one row a step of the target.",
)
def query_and_keys_swapped(query, keys, values, mask):
    weights = torch.softmax(keys @ query.mT, dim=-1)
    return weights.mT @ values, weights


@mistake(
    "attend",
    "weights with the axes (batch, source, target)",
    "Return them as (batch, target, source): one row a step.",
)
def weights_transposed(query, keys, values, mask):
    weights = _right(query, keys, mask)
    return weights @ values, weights.mT


@mistake(
    "attend",
    "the two results in the other order",
    "Context first, then weights.",
)
def results_swapped(query, keys, values, mask):
    weights = _right(query, keys, mask)
    return weights, weights @ values


@mistake(
    "attend",
    "the context alone",
    "Return both: context, weights.",
)
def context_alone(query, keys, values, mask):
    return _right(query, keys, mask) @ values


@mistake(
    "attend",
    "the weights alone",
    "Return both: context, weights.",
)
def weights_alone(query, keys, values, mask):
    return _right(query, keys, mask)


@mistake(
    "attend",
    "a σ for each score instead of a softmax",
    "The weights of a row add up to 1: use a softmax.",
)
def sigmoid_weights(query, keys, values, mask):
    weights = torch.sigmoid(_masked(query, keys, mask))
    return weights @ values, weights


@mistake(
    "attend",
    "all weight on the largest score",
    "Attention is soft: each real place has the weight that the softmax gives it.",
)
def hard_weights(query, keys, values, mask):
    places = _masked(query, keys, mask).argmax(dim=-1)
    weights = F.one_hot(places, keys.shape[1]).to(values.dtype)
    weights = weights.masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "equal weights for all real places",
    "The weights follow from the scores, not from the mask alone.",
)
def equal_weights(query, keys, values, mask):
    weights = _weights(0 * _scores(query, keys) + _masked(0 * query, keys, mask), mask)
    return weights @ values, weights


@mistake(
    "attend",
    "log-weights",
    "softmax, not log_softmax.",
)
def log_weights(query, keys, values, mask):
    weights = torch.log_softmax(_masked(query, keys, mask), dim=-1)
    return weights.exp().nan_to_num(0.0) @ values, weights


@mistake(
    "attend",
    "exponentials that overflow",
    "exp(1000) is inf and inf / inf is NaN; torch.softmax subtracts the maximum.",
)
def overflowing(query, keys, values, mask):
    powers = torch.exp(_scores(query, keys)) * mask[:, None]
    weights = (powers / powers.sum(dim=-1, keepdim=True)).masked_fill(_empty(mask), 0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "the first sentence's mask for the whole batch",
    "Each sentence has its own mask: mask[:, None] is (batch, 1, source).",
)
def first_mask_for_all(query, keys, values, mask):
    same = mask[:1].expand_as(mask)
    weights = _right(query, keys, same)
    return weights @ values, weights


@mistake(
    "attend",
    "a mask along the target",
    "The mask belongs to the source, the last axis: mask[:, None].",
)
def mask_along_target(query, keys, values, mask):
    scores = _scores(query, keys).masked_fill(~mask[:, :, None], -torch.inf)
    weights = torch.softmax(scores, dim=-1).nan_to_num(0.0)
    return weights @ values, weights


@mistake(
    "attend",
    "real places counted, not looked up",
    "Take the mask as it is: padding need not stand at the end.",
)
def mask_by_length(query, keys, values, mask):
    places = torch.arange(mask.shape[1], device=mask.device)
    weights = _right(query, keys, places < mask.sum(dim=1, keepdim=True))
    return weights @ values, weights


@mistake(
    "attend",
    "scores of step by step pairs",
    "Every step meets every place: query @ keys.mT.",
)
def paired_scores(query, keys, values, mask):
    scores = (query * keys).sum(dim=-1)
    weights = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    return weights[:, None] @ values, weights


@mistake(
    "attend",
    "a sum of the weighted values, one row for all steps",
    "One context a step: (batch, target, value).",
)
def summed_over_target(query, keys, values, mask):
    weights = _right(query, keys, mask)
    return (weights @ values).sum(dim=1), weights


@mistake(
    "attend",
    "weights cut off from the graph",
    "Where to look is learnt: no detach() on the weights.",
)
def weights_detached(query, keys, values, mask):
    weights = _right(query, keys, mask).detach()
    return weights @ values, weights


@mistake(
    "attend",
    "keys cut off from the graph",
    "The encoder learns through the scores too: no detach() on the keys.",
)
def keys_detached(query, keys, values, mask):
    weights = _right(query, keys.detach(), mask)
    return weights @ values, weights


@mistake(
    "attend",
    "keys that are overwritten",
    "masked_fill_ and `*=` change the caller's tensor: mask the scores instead.",
)
def keys_overwritten(query, keys, values, mask):
    weights = _right(query, keys, mask)
    with torch.no_grad():
        keys *= mask[..., None]
    return weights @ values, weights


@mistake(
    "attend",
    "a mask that is overwritten",
    "`~` makes a new tensor; logical_not_ and `[...] =` change the caller's.",
)
def mask_overwritten(query, keys, values, mask):
    weights = _right(query, keys, mask)
    mask.logical_not_()
    return weights @ values, weights


@mistake(
    "attend",
    "weights in float32",
    "Keep the dtype of the arguments: no dtype=torch.float32 in the softmax.",
)
def weights_float32(query, keys, values, mask):
    weights = _right(query, keys, mask).float()
    return weights @ values.float(), weights


@mistake(
    "attend",
    "a penalty made on the default device",
    "torch.zeros(shape) lies on the CPU and is float32; use torch.zeros_like(scores).",
)
def penalty_on_the_default_device(query, keys, values, mask):
    penalty = torch.zeros(mask.shape)
    penalty[~mask] = -torch.inf
    weights = _weights(_scores(query, keys) + penalty[:, None], mask)
    return weights @ values, weights


# --- attentional_state ----------------------------------------------------------------


@mistake(
    "attentional_state",
    "the state before the context",
    "The first rows of W_c are the context's: [context; h].",
)
def state_first(context, h, W_c):
    return torch.tanh(torch.cat([h, context], dim=-1) @ W_c)


@mistake(
    "attentional_state",
    "a state without its tanh",
    "tanh comes last.",
)
def state_without_tanh(context, h, W_c):
    return torch.cat([context, h], dim=-1) @ W_c


@mistake(
    "attentional_state",
    "the state before the context, and no tanh",
    "The first rows of W_c are the context's, and tanh comes last.",
)
def state_first_without_tanh(context, h, W_c):
    return torch.cat([h, context], dim=-1) @ W_c


@mistake(
    "attentional_state",
    "a logistic σ for tanh",
    "The formula says tanh.",
)
def state_sigmoid(context, h, W_c):
    return torch.sigmoid(torch.cat([context, h], dim=-1) @ W_c)


@mistake(
    "attentional_state",
    "a ReLU for tanh",
    "The formula says tanh.",
)
def state_relu(context, h, W_c):
    return torch.relu(torch.cat([context, h], dim=-1) @ W_c)


@mistake(
    "attentional_state",
    "a tanh before the product",
    "tanh of the product, not the product of tanh.",
)
def state_tanh_inside(context, h, W_c):
    return torch.tanh(torch.cat([context, h], dim=-1)) @ W_c


@mistake(
    "attentional_state",
    "a sum of context and state",
    "They stand side by side: torch.cat along the last axis.",
)
def state_summed(context, h, W_c):
    return torch.tanh((context + h) @ W_c)


@mistake(
    "attentional_state",
    "context and state one after the other in time",
    "They stand side by side: the last axis, dim=-1, not dim=1.",
)
def state_cat_over_time(context, h, W_c):
    return torch.tanh(torch.cat([context, h], dim=1) @ W_c)


@mistake(
    "attentional_state",
    "the context alone",
    "The decoder's own state is the other half.",
)
def state_context_alone(context, h, W_c):
    return torch.tanh(context @ W_c[: context.shape[2]])


@mistake(
    "attentional_state",
    "the state alone",
    "What was looked at is the other half.",
)
def state_h_alone(context, h, W_c):
    return torch.tanh(h @ W_c[context.shape[2] :])


@mistake(
    "attentional_state",
    "a tanh of each half, then their sum",
    "Add first: one tanh of the whole product.",
)
def state_tanh_of_each(context, h, W_c):
    W_v, W_h = W_c.split([context.shape[2], h.shape[2]])
    return torch.tanh(context @ W_v) + torch.tanh(h @ W_h)


@mistake(
    "attentional_state",
    "two tanh in a row",
    "One tanh, after the product.",
)
def state_tanh_twice(context, h, W_c):
    return torch.tanh(torch.tanh(torch.cat([context, h], dim=-1) @ W_c))


@mistake(
    "attentional_state",
    "a context cut off from the graph",
    "Where to look is learnt through the context: no detach().",
)
def state_context_detached(context, h, W_c):
    return torch.tanh(torch.cat([context.detach(), h], dim=-1) @ W_c)


@mistake(
    "attentional_state",
    "the last step alone",
    "One state for each step of the target.",
)
def state_last_step(context, h, W_c):
    return torch.tanh(torch.cat([context, h], dim=-1) @ W_c)[:, -1]


# --- attention_map --------------------------------------------------------------------


def _whole(looks, row):
    return torch.stack([look[row] for look in looks])


def _words(said, row):
    ids = said[row].tolist()
    return ids.index(STOP) if STOP in ids else len(ids)


def _symbols(sources, row):
    return int((sources[row] != PAD).sum())


def _cut(looks, sources, said, row):
    return _whole(looks, row)[: _words(said, row), : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a map lying on its side",
    "One row a word, one column a symbol of the source.",
)
def map_transposed(looks, sources, said, row):
    return _cut(looks, sources, said, row).T


@mistake(
    "attention_map",
    "a map with all its padding",
    "Cut it to the words before STOP and to the symbols of this source.",
)
def map_uncut(looks, sources, said, row):
    return _whole(looks, row)


@mistake(
    "attention_map",
    "a map with columns of padding",
    "As many columns as the source has symbols: those that are not PAD.",
)
def map_padded_columns(looks, sources, said, row):
    return _whole(looks, row)[: _words(said, row)]


@mistake(
    "attention_map",
    "a map with rows of padding",
    "As many rows as there are words before STOP.",
)
def map_padded_rows(looks, sources, said, row):
    return _whole(looks, row)[:, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a row for STOP too",
    "STOP is no word: its step gets no row.",
)
def map_with_stop(looks, sources, said, row):
    words = int((said[row] != PAD).sum())
    return _whole(looks, row)[:words, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a last row lost where there is no STOP",
    "A sentence that was cut off has no STOP: all of its steps said a word.",
)
def map_stop_taken_for_granted(looks, sources, said, row):
    words = int((said[row] != PAD).sum()) - 1
    return _whole(looks, row)[:words, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a search for a STOP that is not there",
    "A sentence that was cut off has no STOP: ask before you look for its place.",
)
def map_stop_not_found(looks, sources, said, row):
    words = said[row].tolist().index(STOP)
    return _whole(looks, row)[:words, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "an empty map where there is no STOP",
    "argmax of no True is 0: ask whether STOP is there at all.",
)
def map_stop_by_argmax(looks, sources, said, row):
    words = int((said[row] == STOP).int().argmax())
    return _whole(looks, row)[:words, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a map that loses its last word",
    "STOP's own place is the number of words: do not take one off.",
)
def map_one_short(looks, sources, said, row):
    words = max(0, _words(said, row) - 1)
    return _whole(looks, row)[:words, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "a map that loses the last symbol of the source",
    "Sources have no STOP: all that is not PAD counts.",
)
def map_source_one_short(looks, sources, said, row):
    return _cut(looks, sources, said, row)[:, :-1]


@mistake(
    "attention_map",
    "rows that are shifted by one step",
    "looks[i] belongs to said[:, i]: there is no <start> to jump over.",
)
def map_shifted(looks, sources, said, row):
    words = _words(said, row)
    return _whole(looks, row)[1 : words + 1, : _symbols(sources, row)]


@mistake(
    "attention_map",
    "the map of the first sentence",
    "`row` says which sentence of the batch is meant.",
)
def map_of_the_first(looks, sources, said, row):
    return _cut(looks, sources, said, 0)


@mistake(
    "attention_map",
    "lengths of the first sentence",
    "Both lengths are those of the sentence in row `row`.",
)
def map_lengths_of_the_first(looks, sources, said, row):
    return _whole(looks, row)[: _words(said, 0), : _symbols(sources, 0)]


@mistake(
    "attention_map",
    "the weights of one step for the whole batch",
    "looks is a list over steps; each of its tensors has the batch first.",
)
def map_of_one_step(looks, sources, said, row):
    return looks[row][: _words(said, row), : _symbols(sources, row)]


@mistake(
    "attention_map",
    "the weights of one step for the whole batch, uncut",
    "looks is a list over steps; each of its tensors has the batch first.",
)
def map_of_one_step_uncut(looks, sources, said, row):
    return torch.stack(looks)[row]


@mistake(
    "attention_map",
    "both lengths exchanged",
    "Rows are words that were said, columns are symbols of the source.",
)
def map_lengths_swapped(looks, sources, said, row):
    return _whole(looks, row)[: _symbols(sources, row), : _words(said, row)]


@mistake(
    "attention_map",
    "columns that add up to 1",
    "Leave the weights as they are: it is the rows that add up to 1.",
)
def map_columns_normalised(looks, sources, said, row):
    found = _cut(looks, sources, said, row)
    return found / found.sum(dim=0, keepdim=True)


@mistake(
    "attention_map",
    "rows divided by their largest weight",
    "Leave the weights as they are: the rows add up to 1.",
)
def map_max_normalised(looks, sources, said, row):
    found = _cut(looks, sources, said, row)
    return found / found.max(dim=1, keepdim=True).values


@mistake(
    "attention_map",
    "a second softmax",
    "These are weights already: leave them as they are.",
)
def map_softmax_again(looks, sources, said, row):
    return torch.softmax(_cut(looks, sources, said, row), dim=-1)


@mistake(
    "attention_map",
    "a 1 at the largest weight and 0 elsewhere",
    "The map shows all weights, not the largest only.",
)
def map_hard(looks, sources, said, row):
    found = _cut(looks, sources, said, row)
    return F.one_hot(found.argmax(dim=1), found.shape[1]).to(found.dtype)


@mistake(
    "attention_map",
    "a mean over the batch",
    "The map is of one sentence: look[row], not look.mean(0).",
)
def map_mean(looks, sources, said, row):
    whole = torch.stack([look.mean(dim=0) for look in looks])
    return whole[: _words(said, row), : _symbols(sources, row)]


@mistake(
    "attention_map",
    "words in the reverse order",
    "The first row is the first word.",
)
def map_reversed(looks, sources, said, row):
    return _cut(looks, sources, said, row).flip(0)


@mistake(
    "attention_map",
    "a list of lists",
    "Return a tensor: torch.stack of the rows.",
)
def map_as_list(looks, sources, said, row):
    return _cut(looks, sources, said, row).tolist()


@mistake(
    "attention_map",
    "a NumPy array",
    "Return a tensor; what draws it may turn it into an array.",
)
def map_as_array(looks, sources, said, row):
    return _cut(looks, sources, said, row).detach().numpy()


@mistake(
    "attention_map",
    "a map of the default dtype",
    "torch.zeros(shape) is float32 on the CPU; stack the rows as they are.",
)
def map_float32(looks, sources, said, row):
    words, symbols = _words(said, row), _symbols(sources, row)
    found = torch.zeros(words, symbols)
    for i in range(words):
        found[i] = looks[i][row, :symbols]
    return found


@mistake(
    "attention_map",
    "a stack of no rows",
    "torch.stack refuses an empty list: stack all steps first, and cut then.",
)
def map_stack_of_nothing(looks, sources, said, row):
    words, symbols = _words(said, row), _symbols(sources, row)
    return torch.stack([look[row, :symbols] for look in looks[:words]])


# --- alignment_error_rate -------------------------------------------------------------


def _hit(weights, gold):
    return gold.gather(-1, weights.argmax(dim=-1, keepdim=True)).squeeze(-1)


def _rate(wrong, counted):
    return int((wrong & counted).sum()) / int(counted.sum())


@mistake(
    "alignment_error_rate",
    "the share of words that are right",
    "It is an error rate: count the words that miss.",
)
def accuracy(weights, gold, mask):
    return _rate(_hit(weights, gold), gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "the share of words that are right, those without a gold place below the line",
    "It is an error rate, and words without a gold place do not count.",
)
def accuracy_of_all_words(weights, gold, mask):
    return _rate(_hit(weights, gold), mask)


@mistake(
    "alignment_error_rate",
    "words that miss the first gold place, those without any counted as place 0",
    "Any gold place is right, and words without one do not count.",
)
def first_gold_of_all_words(weights, gold, mask):
    return _rate(weights.argmax(dim=-1) != gold.int().argmax(dim=-1), mask)


@mistake(
    "alignment_error_rate",
    "words without a gold place counted as errors",
    "A word that no symbol says cannot be aligned: leave it out, gold.any(dim=-1).",
)
def silent_words_wrong(weights, gold, mask):
    return _rate(~_hit(weights, gold), mask)


@mistake(
    "alignment_error_rate",
    "words without a gold place counted as right",
    "Leave them out of both numbers, also of the one below the line.",
)
def silent_words_right(weights, gold, mask):
    wrong = ~_hit(weights, gold) & gold.any(dim=-1)
    return _rate(wrong, mask)


@mistake(
    "alignment_error_rate",
    "padding counted too",
    "Only words whose mask is True count.",
)
def padding_counted(weights, gold, mask):
    return _rate(~_hit(weights, gold), gold.any(dim=-1))


@mistake(
    "alignment_error_rate",
    "padding counted, and words without a gold place",
    "A word counts if its mask is True and it has a gold place.",
)
def everything_counted(weights, gold, mask):
    return (~_hit(weights, gold)).double().mean().item()


@mistake(
    "alignment_error_rate",
    "errors divided by all places of the target, padding among them",
    "Divide by the number of words that count.",
)
def divided_by_all(weights, gold, mask):
    wrong = ~_hit(weights, gold) & gold.any(dim=-1) & mask
    return wrong.double().mean().item()


@mistake(
    "alignment_error_rate",
    "a mask that is turned round",
    "True is a real word.",
)
def rate_mask_inverted(weights, gold, mask):
    counted = gold.any(dim=-1) & ~mask
    return ((counted & ~_hit(weights, gold)).sum() / counted.sum()).item()


@mistake(
    "alignment_error_rate",
    "the largest weight over the target",
    "Each word points to a place of the source: argmax over the last axis.",
)
def argmax_over_target(weights, gold, mask):
    words = weights.argmax(dim=1, keepdim=True)
    hit = gold.gather(1, words).squeeze(1)
    counted = gold.any(dim=1)
    return _rate(~hit, counted)


@mistake(
    "alignment_error_rate",
    "the word with the largest weight for each place, marked as pointing there",
    "Each word points to a place of the source: argmax over the last axis.",
)
def pointed_at_by_place(weights, gold, mask):
    best = weights == weights.max(dim=1, keepdim=True).values
    return _rate(~(best & gold).any(dim=-1), gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "the smallest weight",
    "A word points to the place with its largest weight: argmax.",
)
def smallest_weight(weights, gold, mask):
    return _rate(~_hit(-weights, gold), gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "only the first gold place taken for right",
    "Several symbols may say a word: any of its gold places is right.",
)
def first_gold_only(weights, gold, mask):
    wrong = weights.argmax(dim=-1) != gold.int().argmax(dim=-1)
    return _rate(wrong, gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "the last gold place alone taken for right",
    "Several symbols may say a word: any of its gold places is right.",
)
def last_gold_only(weights, gold, mask):
    last = gold.shape[-1] - 1 - gold.flip(-1).int().argmax(dim=-1)
    return _rate(weights.argmax(dim=-1) != last, gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "all gold places asked for",
    "One place is pointed at; it is right if it is any of the gold ones.",
)
def all_gold_wanted(weights, gold, mask):
    wrong = ~_hit(weights, gold) | (gold.sum(dim=-1) > 1)
    return _rate(wrong, gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "gold places that were not found",
    "Count words, not gold places: a word of two symbols points to one of them.",
)
def recall_of_places(weights, gold, mask):
    places = weights.argmax(dim=-1, keepdim=True)
    found = torch.zeros_like(gold).scatter(-1, places, True)
    wanted = gold & mask[..., None]
    return ((wanted & ~found).sum() / wanted.sum()).item()


@mistake(
    "alignment_error_rate",
    "the weight that lies on wrong places",
    "A word is right or wrong: only its largest weight counts.",
)
def soft_errors(weights, gold, mask):
    counted = gold.any(dim=-1) & mask
    inside = (weights * gold).sum(dim=-1)
    return (1 - inside[counted].sum() / counted.sum()).item()


@mistake(
    "alignment_error_rate",
    "words without a gold place that has half of the weight",
    "The largest weight counts, however large it is: argmax, no threshold.",
)
def threshold(weights, gold, mask):
    hit = ((weights > 0.5) & gold).any(dim=-1)
    return _rate(~hit, gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "a mean of the sentences' rates",
    "Add up errors and words over the batch, and divide once.",
)
def mean_of_rates(weights, gold, mask):
    counted = gold.any(dim=-1) & mask
    wrong = (counted & ~_hit(weights, gold)).sum(dim=1)
    return (wrong / counted.sum(dim=1).clamp(min=1)).mean().item()


@mistake(
    "alignment_error_rate",
    "the number of errors",
    "Divide by the number of words that count.",
)
def number_of_errors(weights, gold, mask):
    counted = gold.any(dim=-1) & mask
    return float((counted & ~_hit(weights, gold)).sum())


@mistake(
    "alignment_error_rate",
    "errors a sentence",
    "Divide by the number of words that count, not by the sentences.",
)
def errors_a_sentence(weights, gold, mask):
    counted = gold.any(dim=-1) & mask
    return (counted & ~_hit(weights, gold)).sum().item() / len(mask)


@mistake(
    "alignment_error_rate",
    "a percentage",
    "A rate lies between 0 and 1.",
)
def percentage(weights, gold, mask):
    return 100 * _rate(~_hit(weights, gold), gold.any(dim=-1) & mask)


@mistake(
    "alignment_error_rate",
    "errors divided by the right ones",
    "Divide by all words that count, right and wrong.",
)
def errors_by_hits(weights, gold, mask):
    counted, hit = gold.any(dim=-1) & mask, _hit(weights, gold)
    return ((counted & ~hit).sum() / (counted & hit).sum()).item()


@mistake(
    "alignment_error_rate",
    "a whole number where a share is meant",
    "`//` rounds down; divide with `/`.",
)
def whole_division(weights, gold, mask):
    counted = gold.any(dim=-1) & mask
    wrong = (counted & ~_hit(weights, gold)).sum()
    return float(wrong // counted.sum())


@mistake(
    "alignment_error_rate",
    "a right or wrong for each word",
    "Return one number for the whole batch.",
)
def errors_by_word(weights, gold, mask):
    return gold.any(dim=-1) & mask & ~_hit(weights, gold)


@mistake(
    "alignment_error_rate",
    "the gold place counted as found if it is among the two largest weights",
    "Only the largest weight counts.",
)
def among_two(weights, gold, mask):
    places = weights.topk(min(2, weights.shape[-1]), dim=-1).indices
    return _rate(~gold.gather(-1, places).any(-1), gold.any(dim=-1) & mask)
