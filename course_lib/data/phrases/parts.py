"""A piece of Chinese, its English words, and which characters say which word.

Every phrase is put together from small pieces. In each the links between words and
characters are known, and putting pieces together only moves them. So the alignment of a
whole sentence is not guessed: it is what the sentence was made with.

Links are kept as a bit mask a word (bit i: character i): to move a piece to the right
is one shift then. `positions` turns a mask into numbers.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

Words = tuple[tuple[str, int], ...]


class Part(NamedTuple):
    """A piece of a phrase.

    Attributes:
        source: the Chinese characters.
        words: the English words in order, each with the mask of its characters.
    """

    source: str
    words: Words


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a table's line."""
    return tuple(text.split())


@cache
def part(source: str, target: str) -> Part:
    """Write a piece by hand.

        part("在河边", "by/在边 the/- river/河")

    After a word's slash stand the characters that say it. Without a slash it is the
    whole piece, and `-` means that no character says it. Words joined by `_` share
    their link: `older_brother/哥哥`.

    Raises:
        ValueError: a character is not in the piece.
    """
    words = []
    for item in target.split():
        names, _, said_by = item.partition("/")
        mask = 0 if said_by == "-" else mask_of(source, said_by or source)
        words += [(word, mask) for word in names.split("_")]
    return Part(source, tuple(words))


def mask_of(source: str, characters: str) -> int:
    """Return the mask of all places in `source` that hold one of `characters`."""
    missing = set(characters) - set(source)
    if missing:
        raise ValueError(f"{''.join(missing)!r} is not in {source!r}")
    return sum(1 << i for i, c in enumerate(source) if c in characters)


def join(parts: Sequence[Part], order: Sequence[int] | None = None) -> Part:
    """Put pieces together: characters in the order given, words in another.

    Args:
        parts: the pieces in the order of the Chinese.
        order: their places in the order of the English; None means the same.
    """
    return Part("".join([p.source for p in parts]), reorder(parts, order))


def reorder(parts: Sequence[Part], order: Sequence[int] | None = None) -> Words:
    """Return the words of `join` alone."""
    starts, length = [], 0
    for p in parts:
        starts.append(length)
        length += len(p.source)
    places = range(len(parts)) if order is None else order
    return tuple([(word, m << starts[k]) for k in places for word, m in parts[k].words])


@cache
def positions(mask: int) -> tuple[int, ...]:
    """Return the places of the bits of a mask, in order."""
    return tuple(i for i in range(mask.bit_length()) if mask >> i & 1)
