"""Translators that have read their own words in training, for chapter 14.

Teacher forcing and scheduled sampling, on the phrases as they are and where the latter
should help: with noise, with freedom, with few phrases. The full tables are written by
`python -m benchmarks.decode` and read by `saved`.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.data import phrases
from course_lib.data.phrases import Pair, PhraseBatch
from course_lib.device import make_generator
from course_lib.experiments.tables import FOLDER
from course_lib.experiments.translation.exposure import held_out, outputs, rates, score
from course_lib.experiments.translation.searching import Searched, search
from course_lib.experiments.translation.translating import Budget, make
from course_lib.language.decoding.choices import sampling_schedule
from course_lib.language.translation import (
    Translator,
    scheduled_loss,
    translation_loss,
)
from course_lib.training.fit import fit

BUDGET = Budget(500)
LENGTHS = (1, 14)  # characters of a phrase for training
SAVED = FOLDER / "decode.json"


class Setting(NamedTuple):
    """What is trained on.

    Attributes:
        noise: share of the words that are replaced by wrong ones.
        freedom: probability of each choice between right translations.
        few: number of different phrases; None: each is drawn afresh.
    """

    noise: float = 0.0
    freedom: float = 0.0
    few: int | None = None


SETTINGS = {
    "plain": Setting(),
    "noise": Setting(noise=0.1),
    "freedom": Setting(freedom=0.3),
    "few phrases": Setting(few=2000),
}
FORCED = "teacher forcing"
SCHEDULES = ("linear", "exponential", "inverse_sigmoid")
GENTLE = "gentle line"
LEAST, GENTLE_LEAST = 0.2, 0.75  # where the schedules end, and where a gentle one does


class Ran(NamedTuple):
    """What one training came to, on phrases that were not trained on.

    Attributes:
        setting, schedule, seed: which.
        seconds: CPU-seconds of its training.
        right: share of outputs that are a right translation.
        edits: edit distance to the nearest right translation, a word of it.
        bleu: of the outputs against the right translations.
        exposure: see `exposure.rates`.
    """

    setting: str
    schedule: str
    seed: int
    seconds: float
    right: float
    edits: float
    bleu: float
    exposure: dict[str, float]


def truth_prob(schedule: str, done: int, updates: int) -> float:
    """Return ε after `done` of `updates`: it falls from 1 to about 0.2, or to 0.75."""
    if schedule == FORCED:
        return 1.0
    if schedule == GENTLE:
        slope = (1 - GENTLE_LEAST) / updates
        return sampling_schedule("linear", done, 1.0, slope, GENTLE_LEAST)
    options = {
        "linear": (1.0, (1 - LEAST) / updates, LEAST),
        "exponential": (LEAST ** (1 / updates),),
        "inverse_sigmoid": (updates / 6,),
    }
    return sampling_schedule(schedule, done, *options[schedule])


def batches(setting: Setting, budget: Budget, seed: int) -> Iterator[PhraseBatch]:
    """Yield the training batches of a seed, the same for every schedule."""
    generator = make_generator(30_000 + seed)
    vocab = len(phrases.target_vocabulary())

    def draw(count: int) -> list[Pair]:
        return phrases.draw_pairs(
            count, generator, lengths=LENGTHS, freedom=setting.freedom
        )

    kept = draw(setting.few) if setting.few else []
    for _ in range(budget.updates):
        if kept:
            places = torch.randint(len(kept), (budget.batch,), generator=generator)
            pairs = [kept[place] for place in places.tolist()]
        else:
            pairs = draw(budget.batch)
        batch = phrases.make_batch(pairs)
        if setting.noise:
            wrong = phrases.corrupt(batch.targets, setting.noise, vocab, generator)
            batch = batch._replace(targets=wrong)
        yield batch


def train(
    setting: str, schedule: str, seed: int, budget: Budget = BUDGET
) -> tuple[Translator, float]:
    """Train a translator without attention; return it and its CPU-seconds."""
    began, done = time.process_time(), iter(range(budget.updates))
    coins = make_generator(40_000 + seed)

    def loss(model: Translator, batch: PhraseBatch) -> Tensor:
        if schedule == FORCED:
            return translation_loss(model, batch)
        prob = truth_prob(schedule, next(done), budget.updates)
        return scheduled_loss(model, batch, prob, coins)

    model = make("none", seed, budget.hidden_size)
    drawn = batches(SETTINGS[setting], budget, seed)
    fit(model, drawn, loss, learning_rate=budget.rate, schedule=budget.schedule)
    return model, time.process_time() - began


def run(
    setting: str, schedule: str, seed: int, budget: Budget = BUDGET, count: int = 400
) -> Ran:
    """Train one translator and measure it."""
    model, seconds = train(setting, schedule, seed, budget)
    return measure(model, setting, schedule, seed, seconds, count)


def measure(
    model: Translator,
    setting: str,
    schedule: str,
    seed: int,
    seconds: float,
    count: int = 400,
) -> Ran:
    """Measure a trained translator."""
    held, freedom = held_out(count), SETTINGS[setting].freedom
    found = score(outputs(model, held), held, freedom)
    exposed = {} if freedom else rates(model, held)
    rounded = {name: round(value, 4) for name, value in exposed.items()}
    right, edits, bleu = (round(number, 4) for number in found)
    seconds = round(seconds, 1)
    return Ran(setting, schedule, seed, seconds, right, edits, bleu, rounded)


def train_and_search(
    setting: str, schedule: str, seed: int, budget: Budget = BUDGET
) -> tuple[Ran, list[Searched]]:
    """Train one translator, measure it, and search with it if it was only forced."""
    model, seconds = train(setting, schedule, seed, budget)
    ran = measure(model, setting, schedule, seed, seconds)
    freedom = SETTINGS[setting].freedom
    found = search(model, setting, seed, freedom) if schedule == FORCED else []
    return ran, found


def jobs(rows: Sequence[tuple[str, str]], seeds: Sequence[int]) -> list[Callable]:
    """Return what `run_jobs` is to run for pairs of a setting and a schedule."""
    return [partial(train_and_search, *row, seed) for row in rows for seed in seeds]


def saved() -> tuple[list[Ran], list[Searched]]:
    """Read the full tables, which `python -m benchmarks.decode` writes."""
    content = json.loads(SAVED.read_text(encoding="utf-8"))
    return (
        [Ran(**row) for row in content["trained"]],
        [Searched(**row) for row in content["searched"]],
    )
