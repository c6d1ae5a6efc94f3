"""Wrong answers to `score_general`, each with what it is and a hint."""

import math

import torch
import torch.nn.functional as F


def general_transposed(query, keys, W_a):
    """W_a turned round

    W_a is (query, key): a row vector q meets it as q @ W_a, without .T.
    """
    return query @ W_a.T @ keys.mT


def general_axes_swapped(query, keys, W_a):
    """scores with the axes (batch, source, target)

    One row a query: (batch, target, source). Put the query first in the product.
    """
    return keys @ W_a.T @ query.mT


def general_without_matrix(query, keys, W_a):
    """a plain dot product

    W_a stands between the query and the key.
    """
    return query @ keys.mT


def general_softmax(query, keys, W_a):
    """a softmax of the scores

    The score is the number before the softmax; `attend` makes weights of it.
    """
    return torch.softmax(query @ W_a @ keys.mT, dim=-1)


def general_scaled(query, keys, W_a):
    """scores divided by a root of the size

    Luong's scores are not scaled; that is the Transformer's.
    """
    return query @ W_a @ keys.mT / math.sqrt(keys.shape[2])


def general_scaled_by_query(query, keys, W_a):
    """scores divided by the root of the query's size

    Luong's scores are not scaled; that is the Transformer's.
    """
    return query @ W_a @ keys.mT / math.sqrt(query.shape[2])


def general_mean(query, keys, W_a):
    """a mean where a sum is meant

    A dot product adds the products up and divides by nothing.
    """
    return query @ W_a @ keys.mT / keys.shape[2]


def general_tanh(query, keys, W_a):
    """tanh of the score

    There is no nonlinearity in this score; the additive one has it.
    """
    return torch.tanh(query @ W_a @ keys.mT)


def general_tanh_inside(query, keys, W_a):
    """tanh of the projected query

    There is no nonlinearity in this score; the additive one has it.
    """
    return torch.tanh(query @ W_a) @ keys.mT


def general_cosine(query, keys, W_a):
    """cosines of the angle in place of products

    Lengths count: do not normalise queries or keys.
    """
    a, b = F.normalize(query @ W_a, dim=-1), F.normalize(keys, dim=-1)
    return a @ b.mT


def general_distance(query, keys, W_a):
    """squared distances

    The score is a product: large where the two are alike in direction.
    """
    return -(((query @ W_a)[:, :, None] - keys[:, None]) ** 2).sum(dim=-1)


def general_over_the_batch(query, keys, W_a):
    """scores against the keys of the whole batch, added up

    Each query meets the keys of its own sequence: keep the batch axis.
    """
    return torch.einsum("btq,qk,csk->bts", query, W_a, keys)


def general_first_sequence(query, keys, W_a):
    """scores against the first sequence's keys

    Each query meets the keys of its own sequence, not those of keys[0].
    """
    return query @ W_a @ keys[0].T


def general_all_axes_reversed(query, keys, W_a):
    """all axes of the keys turned round

    `.T` reverses every axis, the batch too: use `.mT` or transpose(1, 2).
    """
    return query @ W_a @ keys.permute(2, 1, 0)


def general_reshaped(query, keys, W_a):
    """keys reshaped where they should be transposed

    view and reshape only cut the numbers anew; use `.mT`.
    """
    batch, source, size = keys.shape
    return query @ W_a @ keys.reshape(batch, size, source)


def general_same_place(query, keys, W_a):
    """one score a step: each query against the key of its own place

    Every query meets every key: the result is (batch, target, source).
    """
    steps = min(query.shape[1], keys.shape[1])
    scores = (query[:, :steps] @ W_a * keys[:, :steps]).sum(dim=-1)
    return scores


def general_last_query(query, keys, W_a):
    """scores of the last query only

    There is a row for every step of the target.
    """
    return query[:, -1:] @ W_a @ keys.mT


def general_detached(query, keys, W_a):
    """a W_a that learns nothing

    W_a is a parameter: no detach() and no .data.
    """
    return query @ W_a.detach() @ keys.mT


def general_keys_detached(query, keys, W_a):
    """keys cut off from the graph

    The encoder learns through the scores too: no detach() on the keys.
    """
    return query @ W_a @ keys.detach().mT


def general_float32(query, keys, W_a):
    """scores in float32

    Keep the dtype of the arguments: no .float().
    """
    return query.float() @ W_a.float() @ keys.float().mT


def general_relu(query, keys, W_a):
    """negative scores cut off at 0

    There is no nonlinearity in this score: it may be negative.
    """
    return torch.relu(query @ W_a @ keys.mT)
