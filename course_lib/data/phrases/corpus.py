"""The corpus: phrases of every kind, split for training and for testing.

A phrase belongs to training, validation or test by a hash of its Chinese characters, so
no phrase is in two of them, whichever seed drew it. The split "longer" has three or
four clauses and more characters than any phrase that a model is trained on.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

import torch

from course_lib.data.draws import Draws
from course_lib.data.phrases import calendar, numbers, objects, people
from course_lib.data.phrases.parts import Part
from course_lib.data.phrases.phrase import Pair, Phrase
from course_lib.data.phrases.sentences import Clause, compound, sentence, statement

LONGEST = 30  # characters of a phrase for training
LENGTHS = {"train": (1, LONGEST), "longer": (LONGEST + 1, 52)}
PATIENCE = 20_000  # draws in a row that may be of no use


def _single(make: Callable[[Draws], Part]) -> Callable[[Draws], tuple[Clause, ...]]:
    def clauses(draws: Draws) -> tuple[Clause, ...]:
        source, words = make(draws)
        return (Clause(source, (words,)),)

    return clauses


def _number(draws: Draws) -> Part:
    # as many short ones as long ones
    return numbers.number(draws.below(10 ** draws.between(1, 4)))


class Kind(NamedTuple):
    """How phrases of a kind are drawn, how often, and how long they may be."""

    make: Callable[[Draws], tuple[Clause, ...]]
    weight: int
    shortest: int
    longest: int


KINDS: dict[str, Kind] = {
    "greeting": Kind(_single(people.greeting), 12, 2, 8),
    "number": Kind(_single(_number), 8, 1, 7),
    "quantity": Kind(_single(objects.quantity), 8, 3, 14),
    "date": Kind(_single(calendar.date), 10, 4, 15),
    "time": Kind(_single(calendar.time_of_day), 8, 2, 10),
    "statement": Kind(lambda draws: (statement(draws),), 12, 4, 18),
    "sentence": Kind(lambda draws: (sentence(draws),), 18, 5, 32),
    "compound": Kind(lambda draws: tuple(compound(draws, 2)), 28, 10, 70),
}
_SHARES = {"train": 80, "validation": 90, "test": 100}


def split_of(source: str) -> str:
    """Return the split of a phrase of at most 30 characters, by a hash of its text.

    About 80 in 100 are for training, 10 for validation and 10 for testing.
    """
    # the key is one of those that leave 早上好, alone, to the test
    digest = blake2b(source.encode(), digest_size=4, key=b"20").digest()
    percent = int.from_bytes(digest, "big") % 100
    return next(name for name, below in _SHARES.items() if percent < below)


def draw_phrases(
    count: int,
    generator: torch.Generator,
    split: str = "train",
    lengths: tuple[int, int] | None = None,
    kinds: tuple[str, ...] | None = None,
    distinct: bool = False,
) -> list[Phrase]:
    """Draw phrases of a split.

    Args:
        count: how many.
        generator: source of randomness, on any device; moves on by one draw.
        split: "train", "validation", "test" or "longer".
        lengths: least and greatest number of Chinese characters, both included; None
            means 1 to 30, and 31 to 52 for "longer".
        kinds: keys of `KINDS` to draw from; None means all.
        distinct: whether no phrase may come twice.

    Raises:
        ValueError: there is no such split or kind, the lengths do not belong to the
            split, or phrases of these lengths are not to be found.
    """
    if count < 0:
        raise ValueError(f"count is {count}, expected 0 or more phrases")
    low, high = _check(split, lengths, kinds)
    draws, makers = Draws(generator), _makers(split, kinds, low, high)
    found: list[Phrase] = []
    seen: set[str] = set()

    def accept(source: str) -> bool:
        fits = low <= len(source) <= high and not (distinct and source in seen)
        return fits and split in ("longer", split_of(source))

    while len(found) < count:
        phrase = _find(draws, makers, accept)
        if phrase is None:
            raise ValueError(
                f"only {len(seen)} different phrases of {low} to {high} characters "
                f"were found in {split!r}, kinds={kinds or 'all'}. Widen the lengths"
                + (", or allow repetitions." if distinct else ".")
            )
        found.append(phrase)
        seen.add(phrase.source)
    return found


def _find(
    draws: Draws, makers: list[tuple[str, Callable]], accept: Callable[[str], bool]
) -> Phrase | None:
    """Draw until a phrase is accepted; None if that takes too long."""
    for _ in range(PATIENCE if makers else 0):
        kind, make = draws.pick(makers)
        phrase = Phrase(kind, make(draws))
        if accept(phrase.source):
            return phrase
    return None


def draw_pairs(
    count: int,
    generator: torch.Generator,
    split: str = "train",
    lengths: tuple[int, int] | None = None,
    kinds: tuple[str, ...] | None = None,
    distinct: bool = False,
    freedom: float = 0.0,
) -> list[Pair]:
    """Draw phrases with one translation each; see `draw_phrases` and `Phrase.pair`."""
    if not 0 <= freedom <= 1:
        raise ValueError(f"freedom is {freedom}, expected a probability")
    phrases = draw_phrases(count, generator, split, lengths, kinds, distinct)
    draws = Draws(generator) if freedom else None
    return [phrase.pair(draws, freedom) for phrase in phrases]


def _makers(
    split: str, kinds: tuple[str, ...] | None, low: int, high: int
) -> list[tuple[str, Callable]]:
    """Return the kinds that can be of that length, each as often as its weight says."""
    if split == "longer":
        return [("compound", lambda draws: tuple(compound(draws, draws.between(3, 4))))]
    return [
        (name, kind.make)
        for name, kind in KINDS.items()
        if name in (kinds or KINDS) and kind.shortest <= high and kind.longest >= low
        for _ in range(kind.weight)
    ]


def _check(
    split: str, lengths: tuple[int, int] | None, kinds: tuple[str, ...] | None
) -> tuple[int, int]:
    if split not in (*_SHARES, "longer"):
        raise ValueError(f"split is {split!r}, expected one of {[*_SHARES, 'longer']}")
    if kinds is not None and not (kinds and set(kinds) <= KINDS.keys()):
        raise ValueError(f"kinds is {kinds!r}, expected some of {list(KINDS)}")
    if split == "longer" and kinds not in (None, ("compound",)):
        raise ValueError("only compounds are longer than what is trained on")
    least, most = LENGTHS.get(split, LENGTHS["train"])
    low, high = lengths or (least, most)
    if not least <= low <= high or (high > most and split != "longer"):
        raise ValueError(
            f"lengths is {lengths}, expected {least} <= least <= greatest"
            + (f" <= {most} in {split!r}" if split != "longer" else " in 'longer'")
        )
    return low, high
