"""Sources longer than the trained ones: what breaks a translator, and a remedy tried.

Phrases for training have at most 30 characters, and at most two clauses. Phrases of the
split "longer" have more of both. To tell the two apart this module draws what the
corpus leaves out: three *short* clauses within the 30 characters.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from course_lib.data import phrases
from course_lib.data.draws import Draws
from course_lib.data.phrases import Pair, Phrase, PhraseBatch, sentences
from course_lib.data.phrases.corpus import LONGEST
from course_lib.device import make_generator
from course_lib.experiments.translation import translating
from course_lib.experiments.translation.translating import Budget
from course_lib.language.metrics import exact_match
from course_lib.language.translation import Translator, translation_loss
from course_lib.training.fit import fit

SHARE = 0.25  # of a batch that has three short clauses, where they are mixed in
# the test groups: clauses, characters
GROUPS = {
    "two clauses, up to 30": (2, (10, LONGEST)),
    "three, up to 30": (3, (10, LONGEST)),
    "three, 31 to 52": (3, (LONGEST + 1, 52)),
    "four, 31 to 52": (4, (LONGEST + 1, 52)),
}


def draw_compounds(
    count: int,
    generator: torch.Generator,
    clauses: Sequence[int],
    lengths: tuple[int, int] = (1, LONGEST),
    split: str = "train",
) -> list[Pair]:
    """Draw sentences of some number of clauses, from the same grammar.

    Args:
        count: how many.
        generator: source of randomness; moves on by one draw.
        clauses: the numbers of clauses to choose from.
        lengths: least and greatest number of characters, both included.
        split: "train", "validation" or "test", by the same hash as the corpus.

    Raises:
        ValueError: a number of clauses is not positive, or there is no such split.
    """
    if min(clauses) < 1:
        raise ValueError(f"clauses is {clauses}, expected positive numbers")
    if split not in ("train", "validation", "test"):
        raise ValueError(f"split is {split!r}, expected train, validation or test")
    draws = Draws(generator)
    found: list[Pair] = []
    while len(found) < count:
        number = draws.pick(clauses)
        phrase = Phrase("compound", tuple(sentences.compound(draws, number)))
        fits = lengths[0] <= len(phrase.source) <= lengths[1]
        if fits and phrases.split_of(phrase.source) == split:
            found.append(phrase.pair())
    return found


def mixed_batches(budget: Budget, seed: int, share: float) -> Iterator[PhraseBatch]:
    """Yield batches as for all translators, with a share of three short clauses."""
    generator = make_generator(10_000 + seed)
    many = round(share * budget.batch)
    for _ in range(budget.updates):
        pairs = phrases.draw_pairs(budget.batch - many, generator)
        pairs += draw_compounds(many, generator, (3,)) if many else []
        yield phrases.make_batch(pairs)


def train(
    kind: str, seed: int, budget: Budget, share: float = 0.0
) -> tuple[dict[str, Any], list[float]]:
    """Train a translator with a share of three short clauses; 0: the usual corpus.

    Returns:
        The parameters, which unlike a model can pass from one process to another, and
        the losses.
    """
    model = translating.make(kind, seed, budget.hidden_size)
    history = fit(
        model,
        mixed_batches(budget, seed, share),
        translation_loss,
        learning_rate=budget.rate,
        schedule=budget.schedule,
    )
    return model.state_dict(), history.losses


def load(kind: str, parameters: dict[str, Any], hidden_size: int = 128) -> Translator:
    """Return the translator of `train`."""
    model = translating.make(kind, 0, hidden_size)
    model.load_state_dict(parameters)
    return model


def held_out(group: str, count: int = 100) -> list[Pair]:
    """Draw the test phrases of a group, always the same."""
    clauses, lengths = GROUPS[group]
    generator = make_generator(30_000 + list(GROUPS).index(group))
    return draw_compounds(count, generator, (clauses,), lengths, "test")


def exact_by_group(model: Translator, count: int = 100) -> dict[str, float]:
    """Return the share of right translations in each of `GROUPS`."""
    found = {}
    for group in GROUPS:
        pairs = held_out(group, count)
        right = [list(pair.target) for pair in pairs]
        found[group] = exact_match(translating.outputs(model, pairs), right)
    return found
