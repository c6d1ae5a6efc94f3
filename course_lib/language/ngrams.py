"""Counting instead of learning: the n-gram model, which a network has to beat.

The next symbol is guessed from the n - 1 before it, by how often each symbol followed
them in a text. Most contexts are rare, so each order leans on the next shorter one: the
less a context was seen, the more.
"""

import torch
from torch import Tensor

from course_lib.shapes import check_ids, check_shape


class NGramModel:
    """Interpolated n-grams: every order backs off to the one below.

        p_n(w | c) = (count(c w) + s p_{n-1}(w | c')) / (count(c) + s)
        p_0(w)     = 1 / vocab

    c is the context of n - 1 symbols, c' is c without its first one. For n = 1 this is
    add-k smoothing with k = s / vocab. A context never seen is not counted at all:
    p_n = p_{n-1}. The probabilities of all next symbols sum to 1 for any context.

    Source: MacKay and Peto (1995), "A hierarchical Dirichlet language model", with the
    same strength s for all orders.
    """

    def __init__(self, order: int, vocab_size: int, strength: float = 1.0) -> None:
        """Make a model that has counted nothing yet.

        Args:
            order: symbols of the longest n-gram, the guessed one among them.
            vocab_size: number of symbols.
            strength: s, how many observations the shorter context is worth.

        Raises:
            ValueError: there is nothing to count, or n-grams have no number in 63 bits.
        """
        if order < 1 or vocab_size < 1 or not strength > 0:
            raise ValueError(
                f"order={order}, vocab_size={vocab_size}, strength={strength}: all "
                "must be greater than zero"
            )
        if vocab_size**order >= 2**63:
            raise ValueError(
                f"{vocab_size} symbols and order {order} make more n-grams than an "
                "int64 can number; take a lower order"
            )
        self.order, self.vocab_size, self.strength = order, vocab_size, strength
        self._grams: list[tuple[Tensor, Tensor]] = []
        self._contexts: list[tuple[Tensor, Tensor]] = []

    def fit(self, ids: Tensor) -> "NGramModel":
        """Count the n-grams of a text, in place of what was counted before.

        Args:
            ids: (time,) int64, at least as long as the order.
        """
        self._check(ids)
        if len(ids) < self.order:
            raise ValueError(f"{len(ids)} symbols hold no {self.order}-gram")
        self._grams, self._contexts = [], []
        for n in range(1, self.order + 1):
            codes = self._codes(ids, n)
            self._grams.append(torch.unique(codes, return_counts=True))
            contexts = codes // self.vocab_size  # what stands before the last symbol
            self._contexts.append(torch.unique(contexts, return_counts=True))
        return self

    def probabilities(self, ids: Tensor) -> Tensor:
        """Return the probability of each symbol, given those before it.

        Args:
            ids: (time,) int64. The first ones have shorter contexts.

        Returns:
            (time,) float64.
        """
        self._check(ids)
        self._check_fitted()
        p = torch.full((len(ids),), 1 / self.vocab_size, dtype=torch.float64)
        p = p.to(ids.device)
        for n in range(1, min(self.order, len(ids)) + 1):
            codes = self._codes(ids, n)
            together = _look_up(codes, self._grams[n - 1])
            context = _look_up(codes // self.vocab_size, self._contexts[n - 1])
            lower = self.strength * p[n - 1 :]
            p[n - 1 :] = (together + lower) / (context + self.strength)
        return p

    def next_probs(self, context: Tensor) -> Tensor:
        """Return the probability of every symbol after a context.

        Args:
            context: (time,) int64; at most the last order - 1 count, it may be empty.

        Returns:
            (vocab,) float64; they sum to 1.
        """
        self._check(context)
        self._check_fitted()
        context = context[max(0, len(context) - self.order + 1) :]
        symbols = torch.arange(self.vocab_size, device=context.device)
        p = torch.full_like(symbols, 1 / self.vocab_size, dtype=torch.float64)
        for n in range(1, len(context) + 2):
            before = context[len(context) - n + 1 :]
            row = torch.cat([before, symbols[:1]])
            first = self._codes(row, n)  # the n-gram that ends in symbol 0
            together = _look_up(first + symbols, self._grams[n - 1])
            seen = _look_up(first // self.vocab_size, self._contexts[n - 1])
            p = (together + self.strength * p) / (seen + self.strength)
        return p

    def nats(self, ids: Tensor) -> float:
        """Return the summed loss of a text, -Σ log p: what `perplexity` takes."""
        return -self.probabilities(ids).log().sum().item()

    def _codes(self, ids: Tensor, n: int) -> Tensor:
        """Return the number of every n-gram: its symbols as digits, base vocab."""
        powers = self.vocab_size ** torch.arange(n - 1, -1, -1, device=ids.device)
        return (ids.unfold(0, n, 1) * powers).sum(dim=1)

    def _check(self, ids: Tensor) -> None:
        check_shape("ids", ids, "time")
        check_ids("ids", ids)
        if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < self.vocab_size:
            raise ValueError(
                f"ids goes from {int(ids.min())} to {int(ids.max())}, expected "
                f"0 … {self.vocab_size - 1}"
            )

    def _check_fitted(self) -> None:
        if not self._grams:
            raise ValueError("nothing has been counted yet; call fit(ids) first")


def _look_up(codes: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """Return how often each code was counted, as float64; 0 where it was not."""
    known, counts = table
    places = torch.searchsorted(known, codes).clamp(max=len(known) - 1)
    return torch.where(known[places] == codes, counts[places], 0).double()
