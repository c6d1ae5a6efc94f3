"""From phrases to tensors: vocabularies, padded batches, and targets made wrong."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.data.phrases import calendar, numbers, objects, people, sentences, times
from course_lib.data.phrases.lexicon import ADJECTIVES, NOUNS, PLACES, SYNONYMS, VERBS
from course_lib.data.phrases.parts import Part, part
from course_lib.data.phrases.phrase import Pair
from course_lib.data.vocabulary import (
    SPECIAL,
    START,
    STOP,
    Vocabulary,
    pad_sequences,
    real_tokens,
)
from course_lib.shapes import check_ids


class PhraseBatch(NamedTuple):
    """Phrases as tensors, padded with 0 at the end.

    Attributes:
        sources: (batch, source) int64 characters, without special symbols.
        source_lengths: (batch,) int64.
        targets: (batch, target) int64: <start>, the words, <stop>.
        target_lengths: (batch,) int64, <start> and <stop> counted.
        alignments: (batch, target, source) bool: True where a character says the word.
            All False for <start>, <stop>, padding, and words that no character says.
    """

    sources: Tensor
    source_lengths: Tensor
    targets: Tensor
    target_lengths: Tensor
    alignments: Tensor

    @property
    def source_mask(self) -> Tensor:
        """(batch, source) bool, True where a character is real."""
        return real_tokens(self.sources)

    @property
    def target_mask(self) -> Tensor:
        """(batch, target) bool, True where a symbol is real."""
        return real_tokens(self.targets)


def make_batch(
    pairs: Sequence[Pair], device: torch.device | str | None = None
) -> PhraseBatch:
    """Put pairs into one batch.

    A decoder reads `targets[:, :-1]` and is to say `targets[:, 1:]`, whose words
    `alignments[:, 1:]` belong to.
    """
    characters, words = source_vocabulary(), target_vocabulary()
    sources, source_lengths = pad_sequences(
        [characters.encode(pair.source) for pair in pairs], device
    )
    targets, target_lengths = pad_sequences(
        [[START, *words.encode(pair.target), STOP] for pair in pairs], device
    )
    shape = (len(pairs), targets.shape[1], sources.shape[1])
    alignments = torch.zeros(shape, dtype=torch.bool)
    links = [
        (row, step + 1, place)
        for row, pair in enumerate(pairs)
        for step, places in enumerate(pair.alignment)
        for place in places
    ]
    if links:
        alignments[tuple(torch.tensor(links).T)] = True
    return PhraseBatch(
        sources, source_lengths, targets, target_lengths, alignments.to(device)
    )


def corrupt(
    targets: Tensor, rate: float, vocab_size: int, generator: torch.Generator
) -> Tensor:
    """Replace words by wrong ones, each with probability `rate`.

    A wrong word is any other word, each as likely; <start>, <stop> and padding stay.

    Args:
        targets: (batch, target) int64.
        rate: between 0 and 1.
        vocab_size: length of the vocabulary.
        generator: source of randomness, on the device of `targets`.

    Returns:
        (batch, target) int64, a new tensor.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}, expected a probability")
    if vocab_size < len(SPECIAL) + 2:
        raise ValueError(
            f"vocab_size is {vocab_size}, expected {len(SPECIAL) + 2} or more: beside "
            "the special symbols, a word and another one to take its place"
        )
    check_ids("targets", targets)
    shape, device = targets.shape, targets.device
    hit = torch.rand(shape, generator=generator, device=device) < rate
    special, words = len(SPECIAL), vocab_size - len(SPECIAL)
    shift = torch.randint(1, words, shape, generator=generator, device=device)
    wrong = (targets - special + shift) % words + special
    return torch.where(hit & (targets >= special), wrong, targets)


@cache
def source_vocabulary() -> Vocabulary:
    """Return the vocabulary of all Chinese characters that phrases are made of."""
    return Vocabulary.of("".join(part.source for part in _parts()))


@cache
def target_vocabulary() -> Vocabulary:
    """Return the vocabulary of all English words, synonyms among them."""
    words = {word for part in _parts() for word, _ in part.words}
    return Vocabulary.of(words | {SYNONYMS[word] for word in words & SYNONYMS.keys()})


def _parts() -> list[Part]:
    """Return pieces that hold every character and every word at least once."""
    return [
        *(people.GREETINGS + people.ALONE),
        *(subject.part for subject in people.SUBJECTS),
        *(part(job, f"{one} {many}") for job, _, one, many in people.JOBS),
        *(day for group in times.DAYS.values() for days in group for day in days),
        *(part(name, english) for name, english, _, _ in times.PARTS_OF_DAY),
        *(adverb.part for adverb in times.ADVERBS),
        *(times.NOW.part, times.AT, sentences.WILL, sentences.NOT, objects.OF),
        *sentences.CONNECTIVES.values(),
        *ADJECTIVES.values(),
        *PLACES.values(),
        *(part(n.source + n.classifier, " ".join(n.words)) for n in NOUNS.values()),
        *(part(v.source, " ".join(v.words)) for v in VERBS),
        part("几很多了", "several many a an"),
        part("是有喜欢想", "am are is has have likes like wants want to"),
        *_numeric_parts(),
    ]


def _numeric_parts() -> list[Part]:
    days = [
        calendar.month_and_day(month, day, mark)
        for month in range(1, 13)
        for day in range(1, 32)
        for mark in "日号"
    ]
    return [
        *days,
        *(calendar.weekday(d, name) for d in range(7) for name in ("星期", "周")),
        *(calendar.year(y) for y in (1900, 1905, 2005)),
        *(calendar.clock(2, form) for form in (*calendar.FORMS, "5")),
        *(part(name, english) for name, english, _, _ in calendar.DAYPARTS),
        *(numbers.number(n) for n in [*range(121), 1000]),
    ]
