"""Wrong answers to `score_concat`, each with what it is and a hint."""

import math

import torch


def _parts(query, keys, W_a):
    """Return q W_q (batch, target, 1, …) and k W_k (batch, 1, source, …)."""
    W_q, W_k = W_a.split([query.shape[2], keys.shape[2]])
    return (query @ W_q)[:, :, None], (keys @ W_k)[:, None]


def concat_no_tanh(query, keys, W_a, v_a):
    """a network without its tanh

    tanh comes between the two products; without it the score is a sum of two terms.
    """
    a, b = _parts(query, keys, W_a)
    return (a + b) @ v_a


def concat_keys_first(query, keys, W_a, v_a):
    """the key before the query

    The first rows of W_a are the query's: [q; k].
    """
    W_k, W_q = W_a.split([keys.shape[2], query.shape[2]])
    return torch.tanh((query @ W_q)[:, :, None] + (keys @ W_k)[:, None]) @ v_a


def concat_sigmoid(query, keys, W_a, v_a):
    """a logistic σ for tanh

    The hidden layer goes through tanh.
    """
    a, b = _parts(query, keys, W_a)
    return torch.sigmoid(a + b) @ v_a


def concat_relu(query, keys, W_a, v_a):
    """a ReLU for tanh

    The hidden layer goes through tanh.
    """
    a, b = _parts(query, keys, W_a)
    return torch.relu(a + b) @ v_a


def concat_tanh_outside(query, keys, W_a, v_a):
    """a tanh of the score

    tanh comes before the product with v_a, not after it.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh((a + b) @ v_a)


def concat_tanh_twice(query, keys, W_a, v_a):
    """two tanh, inside and outside

    One tanh, before the product with v_a.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(torch.tanh(a + b) @ v_a)


def concat_tanh_of_each(query, keys, W_a, v_a):
    """a tanh of each part, then their sum

    Add first: tanh(q W_q + k W_k). Otherwise query and key never meet.
    """
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a) + torch.tanh(b)) @ v_a


def concat_product(query, keys, W_a, v_a):
    """a product of both parts

    A matrix times [q; k] is a sum: q W_q + k W_k.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a * b) @ v_a


def concat_difference(query, keys, W_a, v_a):
    """a difference of both parts

    A matrix times [q; k] is a sum: q W_q + k W_k.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a - b) @ v_a


def concat_without_v(query, keys, W_a, v_a):
    """a sum over the hidden layer, without v_a

    v_a weighs the hidden units: end with `@ v_a`.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b).sum(dim=-1)


def concat_mean(query, keys, W_a, v_a):
    """a mean over the hidden units

    · is a dot product: a sum, divided by nothing.
    """
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a + b) * v_a).mean(dim=-1)


def concat_scaled(query, keys, W_a, v_a):
    """scores divided by a root of the size

    This score is not scaled.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a / math.sqrt(len(v_a))


def concat_keys_only(query, keys, W_a, v_a):
    """a score that does not read the query

    Both are read. From the keys alone every step would look at the same places.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(0 * a + b) @ v_a


def concat_query_only(query, keys, W_a, v_a):
    """a score that does not read the keys

    Both are read. From the query alone all places would look the same.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + 0 * b) @ v_a


def concat_axes_swapped(query, keys, W_a, v_a):
    """scores with the axes (batch, source, target)

    One row a query: the query's part gets its axis of length 1 at place 2.
    """
    a, b = _parts(query, keys, W_a)
    return (torch.tanh(a + b) @ v_a).mT


def concat_softmax(query, keys, W_a, v_a):
    """a softmax of the scores

    The score is the number before the softmax; `attend` makes weights of it.
    """
    a, b = _parts(query, keys, W_a)
    return torch.softmax(torch.tanh(a + b) @ v_a, dim=-1)


def concat_last_axis_kept(query, keys, W_a, v_a):
    """an axis of length 1 too many at the end

    The product with v_a takes the last axis away: `@ v_a`, without v_a[:, None].
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a[:, None]


def concat_pairs_mixed(query, keys, W_a, v_a):
    """pairs that are mixed up by a reshape

    repeat and reshape pair the wrong ones: use [:, :, None] and broadcasting.
    """
    (batch, target, _), source = query.shape, keys.shape[1]
    repeated = query.repeat(1, source, 1).reshape(batch, target, source, -1)
    wide = keys[:, None].expand(-1, target, -1, -1)
    return torch.tanh(torch.cat([repeated, wide], dim=-1) @ W_a) @ v_a


def concat_same_place(query, keys, W_a, v_a):
    """one score a step: each query beside the key of its own place

    Every query meets every key: (batch, target, source).
    """
    return torch.tanh(torch.cat([query, keys], dim=-1) @ W_a) @ v_a


def concat_last_query(query, keys, W_a, v_a):
    """the last query's scores only

    There is a row for every step of the target.
    """
    a, b = _parts(query[:, -1:], keys, W_a)
    return torch.tanh(a + b) @ v_a


def concat_equal_halves(query, keys, W_a, v_a):
    """a matrix cut into two equal halves

    W_q has as many rows as a query has numbers: cut at query.shape[2].
    """
    W_q, W_k = W_a.chunk(2)
    return torch.tanh((query @ W_q)[:, :, None] + (keys @ W_k)[:, None]) @ v_a


def concat_v_softmax(query, keys, W_a, v_a):
    """a v_a made positive by a softmax

    v_a is used as it is; only the scores will go through a softmax, later.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ torch.softmax(v_a, dim=0)


def concat_v_detached(query, keys, W_a, v_a):
    """a v_a that learns nothing

    v_a is a parameter: no detach() and no .data.
    """
    a, b = _parts(query, keys, W_a)
    return torch.tanh(a + b) @ v_a.detach()


def concat_W_detached(query, keys, W_a, v_a):
    """a W_a that learns nothing

    W_a is a parameter: no detach() and no .data.
    """
    a, b = _parts(query, keys, W_a.detach())
    return torch.tanh(a + b) @ v_a


def concat_default_device(query, keys, W_a, v_a):
    """scores written into a tensor of the default dtype and device

    torch.zeros(shape) is float32 on the CPU; use query.new_zeros, or no loop at all.
    """
    a, b = _parts(query, keys, W_a)
    scores = torch.zeros(query.shape[0], query.shape[1], keys.shape[1])
    for s in range(keys.shape[1]):
        scores[:, :, s] = torch.tanh(a[:, :, 0] + b[:, :, s]) @ v_a
    return scores
