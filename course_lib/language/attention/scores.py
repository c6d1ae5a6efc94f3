"""The scores of attention as modules: what they learn, and what they can do beforehand.

All are made alike, `DotScore(query_size, key_size, generator)`, and called alike,
`score(query, keys)`. What depends on the keys alone is computed once a source by
`prepare`; each step of a decoder then calls `of_prepared`.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from course_lib.language.attention.functions import (
    additive,
    score_bahdanau,
    score_concat,
    score_dot,
    score_general,
)


class Score(Protocol):
    """What a decoder asks of a score."""

    def prepare(self, keys: Tensor) -> Tensor:
        """Return what the steps need of the keys, once a source."""

    def of_prepared(self, query: Tensor, prepared: Tensor) -> Tensor:
        """Return (batch, target, source) scores from what `prepare` gave."""


class DotScore(nn.Module):
    """`score_dot`: nothing to learn."""

    def __init__(
        self, query_size: int, key_size: int, generator: torch.Generator | None = None
    ) -> None:
        """Check the sizes.

        Args:
            query_size: of a decoder's state.
            key_size: of an encoder's state.
            generator: not used; the other scores draw from it.

        Raises:
            ValueError: the sizes differ.
        """
        super().__init__()
        if query_size != key_size:
            raise ValueError(
                f"a dot product of {query_size} and {key_size} numbers is not defined; "
                "make both states of one size or use GeneralScore"
            )

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return (batch, target, source) scores."""
        return score_dot(query, keys)

    def prepare(self, keys: Tensor) -> Tensor:
        """Return what the steps need of the keys: here the keys."""
        return keys

    def of_prepared(self, query: Tensor, prepared: Tensor) -> Tensor:
        """Return the scores from what `prepare` gave."""
        return query @ prepared.mT


class GeneralScore(nn.Module):
    """`score_general`: a matrix W_a (query, key)."""

    def __init__(
        self, query_size: int, key_size: int, generator: torch.Generator
    ) -> None:
        """Draw W_a from `generator`."""
        super().__init__()
        self.W_a = _draw(query_size, key_size, generator)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return (batch, target, source) scores."""
        return score_general(query, keys, self.W_a)

    def prepare(self, keys: Tensor) -> Tensor:
        """Return (batch, source, query): the keys as a query would meet them."""
        return keys @ self.W_a.T

    def of_prepared(self, query: Tensor, prepared: Tensor) -> Tensor:
        """Return the scores from what `prepare` gave."""
        return query @ prepared.mT


class ConcatScore(nn.Module):
    """`score_concat`: W_a (query + key, attention) and v_a (attention,)."""

    def __init__(
        self,
        query_size: int,
        key_size: int,
        generator: torch.Generator,
        attention_size: int | None = None,
    ) -> None:
        """Draw W_a and v_a from `generator`; as wide as the query if not said."""
        super().__init__()
        width = attention_size or query_size
        self.W_a = _draw(query_size + key_size, width, generator)
        self.v_a = nn.Parameter(torch.randn(width, generator=generator) / width**0.5)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return (batch, target, source) scores."""
        return score_concat(query, keys, self.W_a, self.v_a)

    def prepare(self, keys: Tensor) -> Tensor:
        """Return (batch, source, attention): the keys' part of the sum."""
        return keys @ self.W_a[-keys.shape[2] :]

    def of_prepared(self, query: Tensor, prepared: Tensor) -> Tensor:
        """Return the scores from what `prepare` gave."""
        return additive(query @ self.W_a[: query.shape[2]], prepared, self.v_a)


class BahdanauScore(nn.Module):
    """`score_bahdanau`: W_q (query, attention), W_k (key, attention), v_a."""

    def __init__(
        self,
        query_size: int,
        key_size: int,
        generator: torch.Generator,
        attention_size: int | None = None,
    ) -> None:
        """Draw the parameters from `generator`; as wide as the query if not said."""
        super().__init__()
        width = attention_size or query_size
        self.W_q = _draw(query_size, width, generator)
        self.W_k = _draw(key_size, width, generator)
        self.v_a = nn.Parameter(torch.randn(width, generator=generator) / width**0.5)

    def forward(self, query: Tensor, keys: Tensor) -> Tensor:
        """Return (batch, target, source) scores."""
        return score_bahdanau(query, keys, self.W_q, self.W_k, self.v_a)

    def prepare(self, keys: Tensor) -> Tensor:
        """Return (batch, source, attention): the keys' part of the sum."""
        return keys @ self.W_k

    def of_prepared(self, query: Tensor, prepared: Tensor) -> Tensor:
        """Return the scores from what `prepare` gave."""
        return additive(query @ self.W_q, prepared, self.v_a)


def _draw(rows: int, columns: int, generator: torch.Generator) -> nn.Parameter:
    """Draw a matrix that keeps the variance of what it multiplies."""
    return nn.Parameter(torch.randn(rows, columns, generator=generator) / rows**0.5)
