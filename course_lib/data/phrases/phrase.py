"""A phrase and its translations: the usual one, others as good, each with its chance.

With no freedom the corpus is deterministic: one right answer a phrase. With some, a
translator may say the time first, or use a synonym. Then the best possible model is
uncertain too, and by how much is known.
"""

from itertools import product
from typing import NamedTuple

from course_lib.data.draws import Draws
from course_lib.data.phrases.lexicon import SYNONYMS
from course_lib.data.phrases.parts import Words, positions
from course_lib.data.phrases.sentences import Clause


class Pair(NamedTuple):
    """A phrase and one translation.

    Attributes:
        source: the Chinese characters.
        target: the English words, all in lower case; a comma is a word.
        alignment: for each word, the places of the characters that say it. Empty where
            no character does: articles, "of", and what grammar or custom adds.
    """

    source: str
    target: tuple[str, ...]
    alignment: tuple[tuple[int, ...], ...]


class Phrase(NamedTuple):
    """A phrase with all its good translations, as `draw_phrases` makes it."""

    kind: str
    clauses: tuple[Clause, ...]

    @property
    def source(self) -> str:
        """The Chinese characters."""
        return "".join([clause.source for clause in self.clauses])

    def pair(self, draws: Draws | None = None, freedom: float = 0.0) -> Pair:
        """Return the usual translation, or draw one.

        Args:
            draws: source of choices; needed where there is freedom.
            freedom: the probability of each choice that departs from the usual: the
                time said first instead of last, a synonym for a word that has one. All
                are independent.

        Raises:
            ValueError: there is freedom, and nothing to draw from.
        """

        def departs() -> bool:
            if not freedom:
                return False
            if draws is None:
                raise ValueError(f"freedom is {freedom}, expected draws to choose by")
            return draws.chance(freedom)

        target, alignment, start = [], [], 0
        for clause in self.clauses:
            words = clause.readings[-1 if departs() else 0]
            for word, mask in words:
                if word in SYNONYMS and departs():
                    word = SYNONYMS[word]
                target.append(word)
                alignment.append(positions(mask << start))
            start += len(clause.source)
        return Pair(self.source, tuple(target), tuple(alignment))

    def translations(self, freedom: float) -> dict[tuple[str, ...], float]:
        """Return every translation that `pair` can draw, with its probability."""
        choices = []
        for clause in self.clauses:
            readings = dict.fromkeys(clause.readings)
            weights = (1 - freedom, freedom) if len(readings) > 1 else (1.0,)
            worded = [_wordings(words, freedom) for words in readings]
            choices.append(
                [
                    (t, w * p)
                    for w, ts in zip(weights, worded, strict=True)
                    for t, p in ts
                ]
            )
        found = {}
        for chosen in product(*choices):
            target: tuple[str, ...] = ()
            probability = 1.0
            for words, p in chosen:
                target, probability = target + words, probability * p
            found[target] = probability
        return {target: p for target, p in found.items() if p > 0}


def _wordings(words: Words, freedom: float) -> list[tuple[tuple[str, ...], float]]:
    """Return the words with every choice of synonyms, and how probable it is."""
    options = []
    for word, _ in words:
        other = SYNONYMS.get(word)
        options.append(
            [(word, 1 - freedom), (other, freedom)] if other else [(word, 1.0)]
        )
    found = []
    for chosen in product(*options):
        probability = 1.0
        for _, p in chosen:
            probability *= p
        found.append((tuple(word for word, _ in chosen), probability))
    return found
