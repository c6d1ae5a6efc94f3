"""Attention: a decoder looks back at every state of the source, at each of its steps.

A score says how well a query (a state of the decoder) goes with a key (a state of the
encoder). Softmax over the source turns scores into weights, and the context is the
source's average under these weights. All steps of the decoder are computed at once
where their queries are known.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.shapes import check_shape

Score = Callable[[Tensor, Tensor], Tensor]


def score_dot(query: Tensor, keys: Tensor) -> Tensor:
    """Score by the dot product; queries and keys are of one size.

        e_ts = q_t · k_s

    Args:
        query: (batch, target, d).
        keys: (batch, source, d).

    Returns:
        (batch, target, source).

    Source: Luong et al. (2015), "dot".
    """
    _check_pair(query, keys, same_size=True)
    return query @ keys.mT


def score_general(query: Tensor, keys: Tensor, W_a: Tensor) -> Tensor:
    """Score by a product with a matrix between.

        e_ts = q_t W_a k_s

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        W_a: (query, key).

    Returns:
        (batch, target, source).

    Source: Luong et al. (2015), "general".
    """
    _check_pair(query, keys)
    check_shape("W_a", W_a, "query key", query=query.shape[2], key=keys.shape[2])
    return query @ W_a @ keys.mT


def score_concat(query: Tensor, keys: Tensor, W_a: Tensor, v_a: Tensor) -> Tensor:
    """Score by a small network that reads query and key side by side.

        e_ts = tanh([q_t; k_s] W_a) · v_a

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        W_a: (query + key, attention), the rows of the query first.
        v_a: (attention,).

    Returns:
        (batch, target, source).

    Source: Luong et al. (2015), "concat". The product is split: the part of a query is
    computed once, not once a key.
    """
    _check_pair(query, keys)
    sizes = query.shape[2], keys.shape[2]
    axes = "query+key attention"
    _, width = check_shape("W_a", W_a, axes, **{"query+key": sum(sizes)})
    check_shape("v_a", v_a, "attention", attention=width)
    W_q, W_k = W_a.split(sizes)
    return additive(query @ W_q, keys @ W_k, v_a)


def score_bahdanau(
    query: Tensor, keys: Tensor, W_q: Tensor, W_k: Tensor, v_a: Tensor
) -> Tensor:
    """Score by a small network that reads the sum of both: additive attention.

        e_ts = tanh(q_t W_q + k_s W_k) · v_a

    It is `score_concat` with W_a in two parts. What differs is the query: here the
    state *before* the step, s_{t-1}, so that the context can be an input of the step.

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        W_q: (query, attention).
        W_k: (key, attention).
        v_a: (attention,).

    Returns:
        (batch, target, source).

    Source: Bahdanau et al. (2015), appendix A.1.2.
    """
    _check_pair(query, keys)
    (width,) = check_shape("v_a", v_a, "attention")
    sizes = {"query": query.shape[2], "key": keys.shape[2], "attention": width}
    check_shape("W_q", W_q, "query attention", **_only(sizes, "query", "attention"))
    check_shape("W_k", W_k, "key attention", **_only(sizes, "key", "attention"))
    return additive(query @ W_q, keys @ W_k, v_a)


def additive(from_query: Tensor, from_keys: Tensor, v_a: Tensor) -> Tensor:
    """Return tanh(a_t + b_s) · v_a for every pair of a query and a key.

    Args:
        from_query: (batch, target, attention) a, the products of the queries.
        from_keys: (batch, source, attention) b, those of the keys.
        v_a: (attention,).

    Returns:
        (batch, target, source).
    """
    return torch.tanh(from_query[:, :, None] + from_keys[:, None]) @ v_a


def attend(
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None = None,
    score: Score = score_dot,
) -> tuple[Tensor, Tensor]:
    """Look back: weights over the source, and the average under them.

        α_ts = softmax_s(score(q_t, k_s)),    context_t = Σ_s α_ts v_s

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        values: (batch, source, value).
        mask: (batch, source) or (batch, target, source) bool, True where there is a
            real token to look at; None: everywhere.
        score: score(query, keys) gives (batch, target, source): a function above with
            its parameters bound, or a module.

    Returns:
        context: (batch, target, value).
        weights: (batch, target, source); rows sum to 1. Where nothing may be looked at,
            they are 0, and so is the context.

    Raises:
        ShapeError: an axis has the wrong length.
        TypeError: the mask is not boolean.
    """
    batch, _, source = _check_pair(query, keys)
    check_shape("values", values, "batch source value", batch=batch, source=source)
    weights = masked_softmax(score(query, keys), mask)
    return weights @ values, weights


def masked_softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Return the softmax over the last axis, among the places where the mask is True.

    Args:
        scores: (batch, target, source).
        mask: as for `attend`.

    Returns:
        (batch, target, source); a row without any place is 0, in value and gradient.
    """
    if mask is None:
        return torch.softmax(scores, dim=-1)
    batch, target, source = check_shape("scores", scores, "batch target source")
    if mask.dtype != torch.bool:
        raise TypeError(
            f"mask holds {mask.dtype}, expected torch.bool: True for real tokens"
        )
    if mask.dim() == 2:
        check_shape("mask", mask, "batch source", batch=batch, source=source)
        mask = mask[:, None]
    else:
        check_shape("mask", mask, "batch target source", batch=batch, source=source)
        mask = mask.expand(batch, target, source)
    # a row of -inf alone has no softmax, and NaN would reach the gradients: such a row
    # is computed on zeros and then dropped
    empty = ~mask.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~mask, -torch.inf).masked_fill(empty, 0.0)
    return torch.softmax(scores, dim=-1).masked_fill(empty, 0.0)


def attentional_state(context: Tensor, h: Tensor, W_c: Tensor) -> Tensor:
    """Join what was looked at with the decoder's own state.

        h̃_t = tanh([context_t; h_t] W_c)

    Args:
        context: (batch, target, value).
        h: (batch, target, hidden).
        W_c: (value + hidden, attentional), the rows of the context first.

    Returns:
        (batch, target, attentional).

    Source: Luong et al. (2015), equation 5; there is no bias.
    """
    batch, target, value = check_shape("context", context, "batch target value")
    _, _, hidden = check_shape(
        "h", h, "batch target hidden", batch=batch, target=target
    )
    check_shape(
        "W_c", W_c, "value+hidden attentional", **{"value+hidden": value + hidden}
    )
    return torch.tanh(torch.cat([context, h], dim=-1) @ W_c)


def _check_pair(
    query: Tensor, keys: Tensor, same_size: bool = False
) -> tuple[int, int, int]:
    """Check queries against keys; return batch, target and source."""
    batch, target, size = check_shape("query", query, "batch target query")
    known = {"key": size} if same_size else {}
    _, source, _ = check_shape("keys", keys, "batch source key", batch=batch, **known)
    return batch, target, source


def _only(sizes: dict[str, int], *names: str) -> dict[str, int]:
    return {name: sizes[name] for name in names}
