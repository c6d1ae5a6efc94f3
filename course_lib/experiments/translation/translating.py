"""Translators of several kinds trained alike, measured by the length of the source.

Chapters 13 to 15 train one kind or another before the reader's eyes. The full table,
all kinds with three seeds each, is written by `python -m benchmarks.translate` from
what is measured here, and read by `saved`.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from course_lib.data import phrases
from course_lib.data.phrases import Pair, PhraseBatch
from course_lib.device import make_generator
from course_lib.experiments.tables import FOLDER
from course_lib.language.attention.alignments import alignment_errors
from course_lib.language.attention.scores import (
    BahdanauScore,
    ConcatScore,
    DotScore,
    GeneralScore,
)
from course_lib.language.metrics import exact_match
from course_lib.language.translation import (
    Translator,
    make_translator,
    translate,
    translation_loss,
)
from course_lib.training.fit import History, fit

# what `make_translator` is told for each kind
KINDS: dict[str, dict[str, Any]] = {
    "none": {},
    "one way": {"bidirectional": False},
    "one way, reversed": {"bidirectional": False, "reverse": True},
    "dot": {"score": DotScore},
    "general": {"score": GeneralScore},
    "concat": {"score": ConcatScore},
    "bahdanau": {"score": BahdanauScore},
    "dot, input feeding": {"score": DotScore, "input_feeding": True},
}
# the classes of length, in characters, both ends included
LENGTHS = ((1, 5), (6, 10), (11, 15), (16, 20), (21, 25), (26, 30))
SAVED = FOLDER / "translate.json"
REVERSED = SAVED.with_name("reverse.json")


class Budget(NamedTuple):
    """How a translator is trained.

    Attributes:
        updates: how many; the step size falls in a line over the second half.
        batch: phrases an update.
        rate: the step size of Adam at the start.
        hidden_size: units of the decoder.
    """

    updates: int
    batch: int = 64
    rate: float = 6e-3
    hidden_size: int = 128

    def schedule(self, done: int) -> float:
        """Return what the step size is multiplied with after `done` updates."""
        return min(1.0, max(0.05, 2 * (1 - done / self.updates)))


class Measured(NamedTuple):
    """What a translator came to.

    Attributes:
        kind, seed, updates: which.
        seconds: CPU-seconds of its training.
        exact: share of right translations, one a class of `LENGTHS`.
        alignment: alignment error rate over all of them, or None without attention.
    """

    kind: str
    seed: int
    updates: int
    seconds: float
    exact: list[float]
    alignment: float | None


def make(kind: str, seed: int, hidden_size: int = 128) -> Translator:
    """Draw a translator of a kind of `KINDS` for the phrases."""
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind!r}, expected one of {list(KINDS)}")
    sizes = len(phrases.source_vocabulary()), len(phrases.target_vocabulary())
    return make_translator(*sizes, hidden_size, make_generator(seed), **KINDS[kind])


def batches(budget: Budget, seed: int, **how: Any) -> Iterator[PhraseBatch]:
    """Yield the training batches of a seed; `how` goes to `phrases.draw_pairs`."""
    generator = make_generator(10_000 + seed)
    for _ in range(budget.updates):
        pairs = phrases.draw_pairs(budget.batch, generator, **how)
        yield phrases.make_batch(pairs)


def train(
    kind: str,
    seed: int,
    budget: Budget,
    loss: Callable[[Translator, PhraseBatch], Tensor] = translation_loss,
    **how: Any,
) -> tuple[Translator, History]:
    """Train a translator of a kind; `how` goes to `phrases.draw_pairs`."""
    model = make(kind, seed, budget.hidden_size)
    history = fit(
        model,
        batches(budget, seed, **how),
        loss,
        learning_rate=budget.rate,
        schedule=budget.schedule,
    )
    return model, history


def held_out(
    length: tuple[int, int], count: int = 100, split: str = "test", **how: Any
) -> list[Pair]:
    """Draw the test phrases of a class of length, always the same, none twice."""
    generator = make_generator(20_000 + length[0])
    how = {"distinct": True, **how}
    return phrases.draw_pairs(count, generator, split, length, **how)


def outputs(model: Translator, pairs: Sequence[Pair]) -> list[list[str]]:
    """Return the words of each greedy translation."""
    batch, words = phrases.make_batch(pairs), phrases.target_vocabulary()
    rows = translate(model, batch.sources, batch.source_lengths)
    return [words.decode(row) for row in rows]


def exact_by_length(
    model: Translator, count: int = 100, lengths: Sequence = LENGTHS
) -> list[float]:
    """Return the share of right translations in each class of length."""
    groups = [held_out(length, count) for length in lengths]
    return [
        exact_match(outputs(model, pairs), [list(pair.target) for pair in pairs])
        for pairs in groups
    ]


def alignment_counts(
    model: Translator, count: int = 100, lengths: Sequence = LENGTHS
) -> tuple[int, int] | None:
    """Return wrong and all words of the alignment under the right translations.

    None for a translator without attention.
    """
    wrong = words = 0
    for length in lengths:
        batch = phrases.make_batch(held_out(length, count))
        with torch.no_grad():
            inputs = batch.targets[:, :-1]
            _, weights = model(batch.sources, batch.source_lengths, inputs)
        if weights is None:
            return None
        mask, gold = batch.target_mask[:, 1:], batch.alignments[:, 1:]
        errors, counted = alignment_errors(weights, gold, mask)
        wrong, words = wrong + errors, words + counted
    return wrong, words


def measure(kind: str, seed: int, budget: Budget, count: int = 100) -> Measured:
    """Train one translator and measure it."""
    began = time.process_time()
    model, _ = train(kind, seed, budget)
    seconds = time.process_time() - began
    found = alignment_counts(model, count)
    return Measured(
        *(kind, seed, budget.updates, round(seconds, 1)),
        exact_by_length(model, count),
        found and round(found[0] / found[1], 4),
    )


def jobs(
    kinds: dict[str, Budget], seeds: Sequence[int]
) -> list[Callable[[], Measured]]:
    """Return what `run_jobs` is to run for a table."""
    return [
        partial(measure, kind, seed, budget)
        for kind, budget in kinds.items()
        for seed in seeds
    ]


def saved(path: Path = SAVED) -> list[Measured]:
    """Read the full table, which `python -m benchmarks.translate` writes.

    Args:
        path: of the table; `REVERSED` is that of `python -m benchmarks.reverse`.
    """
    return [
        Measured(**row)
        for row in json.loads(path.read_text(encoding="utf-8"))["results"]
    ]
