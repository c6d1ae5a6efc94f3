"""Five-character quatrains by rule: every poem keeps the rules of regulated verse.

A line is an actor with what it does somewhere: 明月照青山. Words are filed by their
tones, so that for each line only words that fit are drawn. What comes out is no poetry,
but length, tones and rhyme are right in every poem, and so a model that has learnt from
them can be measured.
"""

import re
from collections.abc import Iterable
from functools import cache

import torch

from course_lib.data.draws import Draws
from course_lib.data.verse_lexicon import ACTIONS, ACTORS, PLACES, SPOTS, STATES
from course_lib.data.verse_rules import SEQUENCES, patterns
from course_lib.data.verse_sounds import LEVEL, SOUNDS, tones

Poem = tuple[str, str, str, str]
# where the words end: actor action place; actor spot state; spot actor state
SHAPES = ((2, 3, 5), (2, 4, 5), (2, 4, 5))
RHYMES = ("庚", "寒", "文", "唐", "尤", "齐", "麻", "豪", "微", "开")


def quatrain(draws: Draws) -> Poem:
    """Draw one poem: a sequence of line types and a rhyme, then words that fit."""
    while True:
        sequence, rhyme = draws.pick(SEQUENCES), draws.pick(RHYMES)
        lines: list[str] = []
        for line_type in sequence:
            line = _line(draws, line_type, rhyme, set("".join(lines)))
            if line is None:
                break
            lines.append(line)
        else:
            first, second, third, fourth = lines
            return first, second, third, fourth


def quatrains(count: int, generator: torch.Generator) -> list[Poem]:
    """Draw poems; `generator` moves on by one draw, on whatever device it lives."""
    if count < 0:
        raise ValueError(f"count is {count}, expected 0 or more poems")
    draws = Draws(generator)
    return [quatrain(draws) for _ in range(count)]


def as_text(poems: Iterable[Poem]) -> str:
    """Return poems as one text: two rows a poem, a blank row after each."""
    return "".join(f"{a}，{b}。\n{c}，{d}。\n\n" for a, b, c, d in poems)


def read_poems(text: str) -> list[tuple[str, ...]]:
    """Return the lines of each poem in a text, right or wrong, as a model wrote it.

    Poems are parted by blank rows, lines by 。 or ， or the end of a row. Text before
    the first and after the last blank row is a poem too.
    """
    blocks = re.split(r"\n[ \t]*\n", text.strip())
    poems = [tuple(filter(None, re.split(r"[，。\n]", block))) for block in blocks]
    return [poem for poem in poems if poem]


def alphabet() -> str:
    """Return all characters of the verses, without punctuation, sorted."""
    words = "".join((*sum(ACTORS.values(), ()), *PLACES, *SPOTS))
    return "".join(sorted({*words, *"".join((*ACTIONS.values(), *STATES.values()))}))


def _line(draws: Draws, line_type: str, rhyme: str, used: set[str]) -> str | None:
    """Draw a line with new characters only; None if that does not work out."""
    for _ in range(60):
        heard = draws.pick(patterns(line_type))
        shape, kind = draws.below(3), draws.pick(KINDS)
        words = []
        start = 0
        for place, end in zip(_slots(shape, kind), SHAPES[shape], strict=True):
            last = end == 5 and heard[-1] == LEVEL
            fitting = _fitting(place, heard[start:end], rhyme if last else "")
            if not fitting:
                break
            words.append(draws.pick(fitting))
            start = end
        line = "".join(words)
        if len(line) == 5 and len({*line} | used) == 5 + len(used):
            return line
    return None


KINDS = tuple(ACTORS)
_WORDS = {
    "place": PLACES,
    "spot": SPOTS,
    **{f"actor {kind}": words for kind, words in ACTORS.items()},
    **{f"action {kind}": tuple(words) for kind, words in ACTIONS.items()},
    **{f"state {kind}": tuple(words) for kind, words in STATES.items()},
}


@cache
def _slots(shape: int, kind: str) -> tuple[str, str, str]:
    """Return which words a line of a shape is made of."""
    if shape == 0:
        return (f"actor {kind}", f"action {kind}", "place")
    pair = (f"actor {kind}", "spot") if shape == 1 else ("spot", f"actor {kind}")
    return (*pair, f"state {kind}")


@cache
def _fitting(slot: str, heard: str, rhyme: str) -> tuple[str, ...]:
    """Return the words for a slot with these tones, and this rhyme if one is given."""
    return tuple(
        word
        for word in _WORDS[slot]
        if tones(word) == heard and rhyme in ("", SOUNDS[word[-1]].group)
    )
