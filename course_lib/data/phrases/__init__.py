"""Chinese phrases with English translations, made by a grammar, with known alignments.

Greetings, numbers, dates, clock times, and sentences of one to four clauses. Characters
on the Chinese side, lower-case words on the English side. Each pair is right by
construction, and for each English word it is known which characters say it.

    parts       a piece of Chinese, its English, and the links between them
    lexicon     nouns, verbs, adjectives, places: what goes with what
    numbers     0 to 9999
    calendar    dates and clock times
    people      who: pronouns, names, relatives; greetings
    times       when: what gives English its tense
    objects     what: classifiers, articles, plurals
    sentences   all of it in the order of each language
    phrase      a phrase with all its translations and their probabilities
    corpus      drawing phrases of a split
    counting    how many there are, at least
    batches     vocabularies, padded tensors, wrong targets
"""

from course_lib.data.phrases.batches import (
    PhraseBatch,
    corrupt,
    make_batch,
    source_vocabulary,
    target_vocabulary,
)
from course_lib.data.phrases.corpus import (
    KINDS,
    LENGTHS,
    draw_pairs,
    draw_phrases,
    split_of,
)
from course_lib.data.phrases.phrase import Pair, Phrase

__all__ = [
    "KINDS",
    "LENGTHS",
    "Pair",
    "Phrase",
    "PhraseBatch",
    "corrupt",
    "draw_pairs",
    "draw_phrases",
    "make_batch",
    "source_vocabulary",
    "split_of",
    "target_vocabulary",
]
