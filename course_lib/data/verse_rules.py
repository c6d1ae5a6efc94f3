"""The rules of regulated verse for quatrains of five characters, and who keeps them.

There are four kinds of line. The second and fourth characters carry the rhythm: within
a couplet they are opposite in tone, and between the couplets they stay the same. Lines
two and four rhyme on a level tone, line three ends on an oblique one, and line one does
either. So only four sequences of lines are left.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from course_lib.data.verse_sounds import LEVEL, OBLIQUE, SOUNDS, tones

LINES, CHARACTERS = 4, 5
# * is free. The line B has no free place: alone between two obliques (孤平), its level
# second character would be a fault.
LINE_TYPES = {"A": "*仄平平仄", "B": "平平仄仄平", "C": "*平平仄仄", "D": "*仄仄平平"}
# 仄起 and 平起, each with the first line not rhyming and rhyming
SEQUENCES = ("ABCD", "DBCD", "CDAB", "BDAB")


class Score(NamedTuple):
    """How far a poem keeps each rule, from 0 to 1.

    Attributes:
        length: share of the four lines that have five characters.
        tones: share of the lines whose tones are those of a line type.
        opposition: share of the two couplets whose second and fourth characters are
            opposite in tone (对).
        adhesion: 1 if those of line three are as in line two (粘), else 0.
        rhyme: 1 if lines two and four rhyme on a level tone, line three ends on an
            oblique one and line one does either, all rhyming on different characters.
        distinct: 1 if no character comes twice.
    """

    length: float
    tones: float
    opposition: float
    adhesion: float
    rhyme: float
    distinct: float

    @property
    def regulated(self) -> bool:
        """Whether all rules are kept in full."""
        return all(value == 1 for value in self)


def patterns(line_type: str) -> tuple[str, ...]:
    """Return the tones that a line of a type may have, two strings or one."""
    pattern = LINE_TYPES[line_type]
    if pattern[0] != "*":
        return (pattern,)
    return tuple(first + pattern[1:] for first in LEVEL + OBLIQUE)


TONES_OF_LINES = {pattern for name in LINE_TYPES for pattern in patterns(name)}


def check(lines: Sequence[str]) -> Score:
    """Score a poem, whatever it is: lines may be missing, too long, or not Chinese.

    Args:
        lines: the lines without punctuation. Those after the fourth count as faults of
            length only.
    """
    heard = [tones(line) for line in lines[:LINES]]
    heard += [""] * (LINES - len(heard))
    right = sum(len(line) == CHARACTERS for line in lines[:LINES])
    text = "".join(lines)
    return Score(
        length=right / max(LINES, len(lines)),
        tones=sum(line in TONES_OF_LINES for line in heard) / LINES,
        opposition=(_opposite(heard[0], heard[1]) + _opposite(heard[2], heard[3])) / 2,
        adhesion=float(_beats(heard[1]) == _beats(heard[2]) != ""),
        rhyme=float(_rhymes([line[-1:] for line in lines[:LINES]])),
        distinct=float(0 < len(text) == len(set(text))),
    )


def _beats(heard: str) -> str:
    """Return the tones of characters two and four; empty where one is unknown."""
    beats = heard[1:4:2]
    return beats if len(beats) == 2 and "?" not in beats else ""


def _opposite(first: str, second: str) -> bool:
    pairs = list(zip(_beats(first), _beats(second), strict=False))
    return len(pairs) == 2 and all(a != b for a, b in pairs)


def _rhymes(ends: Sequence[str]) -> bool:
    """Whether the last characters of the four lines follow the rule of rhyme."""
    if len(ends) < LINES or any(end not in SOUNDS for end in ends):
        return False
    one, two, three, four = (SOUNDS[end] for end in ends)
    rhyming = [two, four] + [one] * (one.tone == LEVEL)
    characters = {ends[1], ends[3]} | ({ends[0]} if one.tone == LEVEL else set())
    return (
        three.tone == OBLIQUE
        and {(s.tone, s.group) for s in rhyming} == {(LEVEL, two.group)}
        and len(characters) == len(rhyming)
    )


class Chance(NamedTuple):
    """What `check` gives on average where every character is drawn blindly.

    The six scores as in `Score`, and the share of poems that keep all the rules.
    """

    length: float
    tones: float
    opposition: float
    adhesion: float
    rhyme: float
    distinct: float
    regulated: float


def chance(characters: Iterable[str]) -> Chance:
    """Return the exact chance level for four lines of five characters.

    Args:
        characters: what is drawn from; each as likely, all known to `SOUNDS`.
    """
    known = [SOUNDS[c] for c in set(characters)]
    size = len(known)
    level = sum(s.tone == LEVEL for s in known)
    groups: dict[str, int] = {}
    for s in known:
        if s.tone == LEVEL:
            groups[s.group] = groups.get(s.group, 0) + 1
    p, q = level / size, 1 - level / size
    rhyme = sum(
        n * (n - 1) / size**2 * q * (q + (n - 2) / size) for n in groups.values()
    )
    return Chance(
        length=1.0,
        tones=sum(
            p ** line.count(LEVEL) * q ** line.count(OBLIQUE) for line in TONES_OF_LINES
        ),
        opposition=(2 * p * q) ** 2,
        adhesion=(p * p + q * q) ** 2,
        rhyme=rhyme,
        distinct=_falling(size, 20) / size**20,
        regulated=_regulated(level, size - level, groups) / size**20,
    )


def _regulated(level: int, oblique: int, groups: dict[str, int]) -> int:
    """Count the poems without a fault: characters by tone, none of them twice."""
    found = 0
    for sequence in SEQUENCES:
        for lines in product(*(patterns(line_type) for line_type in sequence)):
            rhyming = sum(line[-1] == LEVEL for line in lines)
            levels = "".join(lines).count(LEVEL)
            others = _falling(level - rhyming, levels - rhyming)
            others *= _falling(oblique, LINES * CHARACTERS - levels)
            found += others * sum(_falling(n, rhyming) for n in groups.values())
    return found


def _falling(n: int, k: int) -> int:
    """Return in how many ways k different things are chosen in order out of n."""
    return prod(range(n - k + 1, n + 1)) if 0 <= k <= n else 0
