"""Wrong answers to `one_hot_embed`, each with what it is and a hint."""

import torch
import torch.nn.functional as F


def matrix_transposed(ids, W):
    """a matrix used the wrong way round

    W has one row a symbol: multiply by W, not by its transpose.
    """
    return F.one_hot(ids, W.shape[0]).to(W.dtype) @ W.T


def rows_too_short(ids, W):
    """rows only as long as the largest id asks for

    Pass the size of the vocabulary to one_hot: not all symbols occur in every text.
    """
    return F.one_hot(ids).to(W.dtype) @ W


def counts_from_one(ids, W):
    """ids that count from one

    Symbol 0 has the first row of W.
    """
    return torch.roll(W, 1, dims=0)[ids]


def columns_taken(ids, W):
    """columns of W in place of rows

    A symbol is a row of W: onehot(x) stands on the left of the product.
    """
    return W[:, ids % W.shape[1]].movedim(0, -1)


def no_product(ids, W):
    """one-hot rows without the product

    Multiply the one-hot rows by W.
    """
    return F.one_hot(ids, W.shape[0]).to(W.dtype)


def bag_of_symbols(ids, W):
    """a text of which only the sum of its symbols is left

    Every symbol keeps its place: the result has one axis more than ids.
    """
    return F.one_hot(ids, W.shape[0]).to(W.dtype).sum(dim=-2) @ W


def flattened(ids, W):
    """a result of one long row of symbols

    The result has the axes of ids and one more; one_hot needs no flat ids.
    """
    return F.one_hot(ids.flatten(), W.shape[0]).to(W.dtype) @ W


def time_first(ids, W):
    """symbols with the axes of ids exchanged

    Axes stay in their order, batch first.
    """
    return W[ids.transpose(0, -1)]


def always_float32(ids, W):
    """a product in float32 whatever W holds

    Use the dtype of W, not .float().
    """
    return F.one_hot(ids, W.shape[0]).float() @ W.float()


def ids_as_numbers(ids, W):
    """a product of the ids themselves

    The number of a symbol is a name; make a row of zeros with a single one of it.
    """
    return ids.to(W.dtype).unsqueeze(-1) * W[0]


def no_gradient(ids, W):
    """rows that were cut off from W's graph

    A copy of the numbers has no gradient: do without detach, .data and torch.tensor.
    """
    return W.detach()[ids]


def normalised_rows(ids, W):
    """rows whose numbers were scaled to a length of one

    The embedding is the row of W as it stands.
    """
    return F.normalize(W[ids], dim=-1)


def integer_rows(ids, W):
    """a product of integers with floats

    one_hot gives int64: turn the rows into the dtype of W first.
    """
    return F.one_hot(ids, W.shape[0]) @ W


def zeros_of_the_default_kind(ids, W):
    """rows made in float32 and on the CPU

    Make them like W: W.new_zeros(...) takes its dtype and its device.
    """
    rows = torch.zeros(*ids.shape, W.shape[0])
    return rows.scatter(-1, ids[..., None], 1.0) @ W
