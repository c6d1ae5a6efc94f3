"""How many phrases there are, at least, by arithmetic on the simplest sentences.

Who, when, where, did what, to how many: 他昨天在公园画了三匹马. Each of these is chosen
freely, and no two choices give the same characters, so their numbers multiply.
"""

from functools import cache

from course_lib.data.phrases.lexicon import NOUNS, PLACES, VERBS
from course_lib.data.phrases.numbers import count
from course_lib.data.phrases.people import SUBJECTS
from course_lib.data.phrases.times import DAYS

COUNTS = range(2, 11)


def openings() -> list[str]:
    """Return who and when, in the order of the Chinese: 他昨天."""
    days, _ = DAYS["past"]
    return [who.part.source + day.source for who in SUBJECTS for day in days]


@cache
def deeds() -> frozenset[str]:
    """Return where and what, with a number of things: 在公园画了三匹马."""
    return frozenset(
        PLACES[place].source
        + verb.source
        + "了"
        + count(n, thing.classifier).source
        + name
        for verb in VERBS
        if verb.source != "等"
        for place in verb.places
        for name, thing in ((name, NOUNS[name]) for name in verb.nouns)
        if thing.classifier
        for n in COUNTS
    )


def fewest_phrases() -> int:
    """Return a number of different phrases that are surely there.

    Sentences with an hour, an adjective or an adverb are not counted, nor are those of
    two clauses, of which there are more than the square of this number.
    """
    return len(set(openings())) * len(deeds())
