"""The book-keeping of a beam search: which beginnings go on, and which have ended.

`decoding.beam_search` runs the network; this decides what it reads next.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from torch import Tensor

from course_lib.language.decoding.drawing import NO_BEST


class Hypothesis(NamedTuple):
    """A sequence that a beam search has found.

    Attributes:
        symbols: the ids said, <stop> at the end if it was reached.
        log_prob: the sum of their log-probabilities.
        score: log_prob / len(symbols) ** length_power.
        finished: whether <stop> was reached.
    """

    symbols: tuple[int, ...]
    log_prob: float
    score: float
    finished: bool


class Search:
    """Beginnings of every sequence, and what has ended."""

    def __init__(
        self, beam_size: int, stop_id: int, max_steps: int, power: float, batch: int
    ) -> None:
        """Start with nothing said; see `decoding.beam_search` for the arguments."""
        self.beam_size, self.stop_id = beam_size, stop_id
        self.max_steps, self.power = max_steps, power
        self.said: list[list[tuple[int, ...]]] = [
            [()] * beam_size for _ in range(batch)
        ]
        self.ended: list[list[Hypothesis]] = [[] for _ in range(batch)]

    def extend(
        self, totals: Tensor, log_probs: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Choose the best extensions; put aside those among them that end.

        Args:
            totals: (batch, beam) log-probability of each beginning.
            log_probs: (batch·beam, vocab) of each symbol after it.

        Returns:
            totals, which beam each goes on from, its last symbol: each (batch, beam).
        """
        batch, beam = totals.shape
        vocab = log_probs.shape[-1]
        sums = (totals[..., None] + log_probs.view(batch, beam, vocab)).flatten(1)
        # every beam ends at most once, so twice as many leave enough that go on
        best, places = sums.topk(min(2 * beam, beam * vocab), dim=1)
        totals_found = best.tolist()
        if any(math.isnan(total) for row in totals_found for total in row):
            raise ValueError(NO_BEST)
        found = zip(totals_found, places.tolist(), strict=True)
        kept = [
            self._sort_out(row, zip(*line, strict=True), vocab)
            for row, line in enumerate(found)
        ]
        totals = totals.new_tensor([[total for total, _, _ in row] for row in kept])
        beams, symbols = (
            places.new_tensor([[entry[i] for entry in row] for row in kept])
            for i in (1, 2)
        )
        return totals, beams, symbols

    def _sort_out(self, row: int, found: Iterable, vocab: int) -> list[tuple]:
        """Return beam_size (total, beam, symbol) that go on; note those that end."""
        going, said = [], self.said[row]
        for rank, (total, place) in enumerate(found):
            beam, symbol = divmod(place, vocab)
            if total == -math.inf:
                continue
            if symbol != self.stop_id:
                going.append((total, beam, symbol))
            elif rank < self.beam_size:
                self._end(row, (*said[beam], symbol), total, True)
        going = going[: self.beam_size]
        self.said[row] = [(*said[beam], symbol) for _, beam, symbol in going]
        missing = self.beam_size - len(going)
        self.said[row] += [()] * missing
        return going + [(-math.inf, 0, self.stop_id)] * missing

    def _end(self, row: int, said: tuple[int, ...], total: float, full: bool) -> None:
        score = total / len(said) ** self.power
        self.ended[row].append(Hypothesis(said, total, score, full))
        self.ended[row].sort(key=lambda found: (not found.finished, -found.score))
        del self.ended[row][self.beam_size :]

    def done(self, totals: Tensor) -> bool:
        """Whether no beginning of any sequence can still come among the best."""
        # a total only falls, and at best it is divided by the greatest length
        bounds = totals.amax(dim=1) / self.max_steps**self.power
        return all(
            bound == -math.inf
            or (len(ended) == self.beam_size and ended[-1].score >= bound)
            for ended, bound in zip(self.ended, bounds.tolist(), strict=True)
        )

    def results(self, totals: Tensor) -> list[list[Hypothesis]]:
        """Return what was found; what was cut fills the places that are left."""
        for row, line in enumerate(totals.tolist()):
            for said, total in zip(self.said[row], line, strict=True):
                if total > -math.inf:
                    self._end(row, said, total, False)
        return self.ended
