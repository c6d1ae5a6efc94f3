"""Character models that learn to write quatrains, and what the rules say of them.

The verses are made by rule, so a model's poems can be scored: before training, at some
updates, and after it, beside its perplexity on verses that it has not read. A rival
that only counts, the n-gram model, writes too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from math import cos, pi
from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib.data import verse
from course_lib.data.verse_rules import Chance, check
from course_lib.data.vocabulary import Vocabulary
from course_lib.device import make_generator
from course_lib.language.models import (
    CharacterModel,
    batchify_text,
    generate,
    perplexity,
)
from course_lib.language.ngrams import NGramModel
from course_lib.language.streams import CarriedLoss, text_loss
from course_lib.layers.gru import GRU
from course_lib.training.fit import History, fit

# symbols of a poem: twenty characters, four marks, three ends of rows
POEM = 27
EMBEDDING, HIDDEN = 32, 96
TORCH = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


class Corpus(NamedTuple):
    """Verses in three parts without a poem in common, as ids.

    Attributes:
        vocabulary: all symbols of the verses.
        train, validation, test: (time,) int64.
    """

    vocabulary: Vocabulary
    train: Tensor
    validation: Tensor
    test: Tensor


@cache
def corpus(poems: int = 20_000, held_out: int = 500) -> Corpus:
    """Draw the verses; every call returns the same."""
    drawn = verse.quatrains(poems + 2 * held_out, make_generator(12))
    vocabulary = Vocabulary.of(verse.as_text(drawn))
    ends = (poems, poems + held_out, poems + 2 * held_out)
    starts = (0, *ends[:2])
    parts = [
        vocabulary.as_tensor(verse.as_text(drawn[start:end]))
        for start, end in zip(starts, ends, strict=True)
    ]
    return Corpus(vocabulary, *parts)


@dataclass(frozen=True)
class Plan:
    """How a model is trained.

    Attributes:
        layer: "fast GRU", the course's, or one of PyTorch's: "RNN", "LSTM", "GRU".
        updates: on B streams of T symbols each.
        look_at: updates at which the model writes poems and is scored.
        poems: how many it writes then.
    """

    layer: str = "fast GRU"
    updates: int = 1600
    B: int = 32
    T: int = POEM
    learning_rate: float = 0.02
    look_at: tuple[int, ...] = (0, 50, 100, 200, 400, 800, 1600)
    poems: int = 200


@dataclass
class Run:
    """What came of a training.

    Attributes:
        seed: that drew the parameters.
        model: as it is at the end.
        history: losses and gradient norms.
        updates: after which the model was scored.
        poems: the first ones written then, at temperature 1.
        scores: what `mean_scores` said of all of them.
        perplexity: on the test verses, at the end.
    """

    seed: int
    model: CharacterModel
    history: History
    updates: list[int] = field(default_factory=list)
    poems: list[list[tuple[str, ...]]] = field(default_factory=list)
    scores: list[Chance] = field(default_factory=list)
    perplexity: float = float("nan")


def make_model(layer: str, vocab_size: int, seed: int) -> CharacterModel:
    """Draw a fresh character model."""
    generator = make_generator(seed)
    if layer == "fast GRU":
        made = GRU(EMBEDDING, HIDDEN, generator)
    else:
        with torch.random.fork_rng(devices=[]):  # PyTorch's layers draw from its own
            torch.manual_seed(seed)
            made = TORCH[layer](EMBEDDING, HIDDEN, batch_first=True)
    return CharacterModel(vocab_size, EMBEDDING, made, HIDDEN, generator)


def train(seed: int, plan: Plan | None = None) -> Run:
    """Train a model on the verses, from the seed's parameters.

    The text is read in order, again and again; the state is forgotten where it begins.
    The step size falls to zero along half a wave of the cosine.
    """
    plan, text = plan or Plan(), corpus()
    model = make_model(plan.layer, len(text.vocabulary), seed)
    inputs, targets = batchify_text(text.train, plan.B, plan.T)
    loss, run = CarriedLoss(), Run(seed, model, History())

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for update in range(plan.updates + 1):
            if update in plan.look_at:
                poems = write_poems(model, text, plan.poems)
                run.updates.append(update)
                run.poems.append(poems[:3])
                run.scores.append(mean_scores(poems))
            if update == plan.updates:
                return
            at = update % len(inputs)
            if at == 0:
                loss.reset()
            yield inputs[at], targets[at]

    def falling(update: int) -> float:
        return (1 + cos(pi * update / plan.updates)) / 2

    rate = plan.learning_rate
    run.history = fit(model, batches(), loss, rate, schedule=falling)
    pieces = batchify_text(text.test, 50, POEM)
    run.perplexity = perplexity(*text_loss(model, pieces))
    return run


def jobs(
    seeds: Sequence[int] = (0, 1, 2), kinds: Sequence[str] = tuple(TORCH)
) -> list[Callable[[], Run]]:
    """Return trainings for `run_jobs`: the seeds, one with short pieces, the kinds.

    Short pieces are nine symbols long, in three times as many streams, so that an
    update sees as much text. The kinds are PyTorch's layers, a quarter as long.
    """
    short = Plan(B=96, T=9)
    brief = [Plan(layer, updates=400, look_at=()) for layer in kinds]
    return [
        *(partial(train, seed) for seed in seeds),
        partial(train, seeds[0], short),
        *(partial(train, seeds[0], plan) for plan in brief),
    ]


def write_poems(
    model: CharacterModel,
    text: Corpus,
    count: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
) -> list[tuple[str, ...]]:
    """Let a model write poems, each after another poem that it has not seen.

    Returns:
        One poem each, its lines; what is no poem is one of fewer or other lines.
    """
    prime = text.test[: count * POEM].view(count, POEM)
    ids = generate(model, prime, POEM, temperature, top_k, make_generator(seed))
    return [_first_poem(text.vocabulary, row) for row in ids]


def count_poems(
    counted: NGramModel, text: Corpus, count: int, seed: int = 0
) -> list[tuple[str, ...]]:
    """Let an n-gram model write poems, in the same way."""
    generator, poems = make_generator(seed), []
    for prime in text.test[: count * POEM].view(count, POEM):
        ids = prime
        for _ in range(POEM):
            probs = counted.next_probs(ids)
            ids = torch.cat([ids, torch.multinomial(probs, 1, generator=generator)])
        poems.append(_first_poem(text.vocabulary, ids[POEM:]))
    return poems


def mean_scores(poems: Sequence[Sequence[str]]) -> Chance:
    """Return the mean of each score, and the share of poems that keep all rules."""
    scores = [check(poem) for poem in poems]
    means = [sum(column) / len(scores) for column in zip(*scores, strict=True)]
    regulated = sum(score.regulated for score in scores) / len(scores)
    return Chance._make((*means, regulated))


def _first_poem(vocabulary: Vocabulary, ids: Tensor) -> tuple[str, ...]:
    found = verse.read_poems("".join(vocabulary.decode(ids)))
    return found[0] if found else ()
