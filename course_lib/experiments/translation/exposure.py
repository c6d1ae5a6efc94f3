"""How a translator goes on after a mistake, when nobody corrects it.

In training a translator reads the right words, in use its own. Measured here is what
that costs: error rates before and after the first wrong symbol, running free, and at
the same places where it reads the right symbols.
"""

from collections.abc import Sequence

import torch

from course_lib.data import phrases
from course_lib.data.phrases import Phrase
from course_lib.data.vocabulary import STOP
from course_lib.device import make_generator
from course_lib.language.metrics import bleu, edit_distance
from course_lib.language.translation import Translator, translate

TESTED = (8, 14)  # characters of a phrase: the short ones are no trouble


def held_out(count: int = 400, lengths: tuple[int, int] = TESTED) -> list[Phrase]:
    """Draw test phrases, always the same."""
    return phrases.draw_phrases(count, make_generator(50_000), "test", lengths)


def right_ones(phrase: Phrase, freedom: float) -> list[list[str]]:
    """Return all right translations; without freedom the usual one only."""
    return [list(words) for words in phrase.translations(freedom)]


def outputs(model: Translator, held: Sequence[Phrase]) -> list[list[str]]:
    """Return the words of each greedy translation."""
    batch = phrases.make_batch([phrase.pair() for phrase in held])
    rows = translate(model, batch.sources, batch.source_lengths)
    return [phrases.target_vocabulary().decode(row) for row in rows]


def rates(model: Translator, held: Sequence[Phrase]) -> dict[str, float]:
    """Measure how often the next symbol is wrong, before and after the first mistake.

    Phrases have one right translation here, its <stop> included. Counted are its
    places; an output that ends early is wrong at those that are left.

    Returns:
        wrong: share of outputs with a mistake.
        before: error rate where all symbols before are right.
        free: error rate at the places after the first wrong symbol, running free.
        forced: the same places, the right symbols being read.
        edits: edit distance of what is said after the first wrong symbol to what
            should be said, a symbol of it: an output that is late by one is not
            counted as all wrong.
    """
    guesses, forced, wanted = said_and_forced(model, held)
    tries = slips = after = lost = wrong_forced = edits = 0
    for free, taught, right in zip(guesses, forced, wanted, strict=True):
        first = first_mistake(free, right)
        tries += min(first + 1, len(right))
        if first == len(right):
            continue
        slips += 1
        rest = range(first + 1, len(right))
        after += len(rest)
        lost += sum(place >= len(free) or free[place] != right[place] for place in rest)
        wrong_forced += sum(taught[place] != right[place] for place in rest)
        edits += edit_distance(free[first + 1 :], right[first + 1 :])
    return {
        "wrong": slips / len(wanted),
        "before": slips / tries,
        "free": lost / max(after, 1),
        "forced": wrong_forced / max(after, 1),
        "edits": edits / max(after, 1),
    }


def said_and_forced(
    model: Translator, held: Sequence[Phrase]
) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Return what is said running free, what when forced, and what is right.

    Each is one list of ids a phrase, <stop> at the end.
    """
    batch = phrases.make_batch([phrase.pair() for phrase in held])
    rows = translate(model, batch.sources, batch.source_lengths)
    with torch.no_grad():
        inputs = batch.targets[:, :-1]
        scores, _ = model(batch.sources, batch.source_lengths, inputs)
    wanted = [_until_stop(row) for row in batch.targets[:, 1:].tolist()]
    taught = [
        row[: len(right)]
        for row, right in zip(scores.argmax(-1).tolist(), wanted, strict=True)
    ]
    return [_until_stop(row) for row in rows.tolist()], taught, wanted


def first_mistake(said: Sequence[int], right: Sequence[int]) -> int:
    """Return the first place where an output is wrong, len(right) if there is none."""
    for place, symbol in enumerate(right):
        if place >= len(said) or said[place] != symbol:
            return place
    return len(right)


def around_the_mistake(
    model: Translator, held: Sequence[Phrase], reach: int = 6
) -> tuple[list[float], list[float]]:
    """Return error rates 0, 1, … reach places after the first wrong symbol.

    Returns:
        free: running free; 1 at place 0.
        forced: the same places, the right symbols being read.
    """
    counts = torch.zeros(3, reach + 1)
    for free, taught, right in zip(*said_and_forced(model, held), strict=True):
        first = first_mistake(free, right)
        for place in range(first, min(first + reach + 1, len(right))):
            late = place >= len(free) or free[place] != right[place]
            forced = taught[place] != right[place]
            counts[:, place - first] += torch.tensor([1.0, late, forced])
    total = counts[0].clamp(min=1)
    return (counts[1] / total).tolist(), (counts[2] / total).tolist()


def score(
    said: Sequence[list[str]], held: Sequence[Phrase], freedom: float
) -> tuple[float, float, float]:
    """Return the share of right outputs, edits a word, and BLEU."""
    references = [right_ones(phrase, freedom) for phrase in held]
    right = edits = words = 0
    for one, all_right in zip(said, references, strict=True):
        nearest = nearest_of(one, all_right)
        right += one == nearest
        edits += edit_distance(one, nearest)
        words += len(nearest)
    return right / len(held), edits / words, bleu(said, references)


def nearest_of(said: list[str], references: list[list[str]]) -> list[str]:
    """Return the right translation with the fewest edits."""
    return min(references, key=lambda one: edit_distance(said, one))


def _until_stop(ids: Sequence[int]) -> list[int]:
    """Cut a row after its first <stop>."""
    return [*ids[: ids.index(STOP)], STOP] if STOP in ids else list(ids)
