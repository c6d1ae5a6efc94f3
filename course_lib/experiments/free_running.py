"""Translators that run free: how they go on after a mistake, and what may help.

In training a translator reads the right words, in use its own. Chapter 14 measures what
that costs, trains some that have read their own words before, and searches for better
outputs with a beam. The full tables are written by `python -m benchmarks.decode` from
what is measured here, and read by `saved`.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.data import phrases
from course_lib.data.phrases import Phrase, PhraseBatch
from course_lib.device import make_generator
from course_lib.experiments.translating import Budget, make
from course_lib.language.beams import Hypothesis
from course_lib.language.decoding import beam_search, sampling_schedule
from course_lib.language.metrics import bleu, edit_distance
from course_lib.language.translation import (
    Translator,
    scheduled_loss,
    translate,
    translation_loss,
)
from course_lib.training import fit
from course_lib.vocabulary import START, STOP

BUDGET = Budget(500)
LENGTHS = (1, 14)  # characters of a phrase for training
TESTED = (8, 14)  # and for testing: the short ones are no trouble
SAVED = Path(__file__).parents[2] / "benchmarks" / "decode.json"


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
        exposure: see `exposure`.
    """

    setting: str
    schedule: str
    seed: int
    seconds: float
    right: float
    edits: float
    bleu: float
    exposure: dict[str, float]


class Searched(NamedTuple):
    """What a search found with one trained translator.

    Attributes:
        setting, seed: of the translator, which was trained with teacher forcing.
        beam, power: beam size and the power of the length; 1 and 0 are greedy decoding.
        right, bleu: as in `Ran`.
        length: words of the outputs, divided by those of the nearest translation.
        log_prob: mean log-probability of an output.
        above, below: share of outputs more and less probable than the greedy one.
        search_errors, model_errors: share of outputs that are wrong although the model
            gives a right translation a higher score; because it does not.
    """

    setting: str
    seed: int
    beam: int
    power: float
    right: float
    bleu: float
    length: float
    log_prob: float
    above: float
    below: float
    search_errors: float
    model_errors: float


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

    def draw(count: int) -> list:
        how = {"lengths": LENGTHS, "freedom": setting.freedom}
        return phrases.draw_pairs(count, generator, **how)

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


def exposure(model: Translator, held: Sequence[Phrase]) -> dict[str, float]:
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
    exposed = {} if freedom else exposure(model, held)
    rounded = {name: round(value, 4) for name, value in exposed.items()}
    numbers = [round(number, 4) for number in found]
    return Ran(setting, schedule, seed, round(seconds, 1), *numbers, rounded)


def search(
    model: Translator,
    setting: str,
    seed: int,
    beams: Sequence[int] = (1, 2, 4, 8),
    powers: Sequence[float] = (0.0, 1.0),
    count: int = 200,
) -> list[Searched]:
    """Decode test phrases with every beam size and every power of the length.

    A beam of 1 that sums is greedy decoding, to which all others are compared.
    """
    held, freedom = held_out(count), SETTINGS[setting].freedom
    right = [right_ones(phrase, freedom) for phrase in held]
    scored = log_probs(model, held, right)
    greedy = found_by(model, held, 1, 0.0)
    rows = []
    for beam in beams:
        for power in powers:
            found = found_by(model, held, beam, power)
            numbers = _searched(found, greedy, right, scored, power)
            rounded = {name: round(value, 4) for name, value in numbers.items()}
            rows.append(Searched(setting, seed, beam, power, **rounded))
    return rows


@torch.no_grad()
def found_by(
    model: Translator, held: Sequence[Phrase], beam: int, power: float
) -> list[Hypothesis]:
    """Return the best hypothesis of each phrase."""
    batch = phrases.make_batch([phrase.pair() for phrase in held])
    state = model.start(batch.sources, batch.source_lengths)
    start = torch.full((len(held),), START)
    found = beam_search(model.step, state, start, beam, STOP, 40, power)
    return [hypotheses[0] for hypotheses in found]


@torch.no_grad()
def log_probs(
    model: Translator, held: Sequence[Phrase], targets: Sequence[list[list[str]]]
) -> list[list[float]]:
    """Return the log-probability of each of the given translations of each phrase."""
    pairs = [
        phrases.Pair(phrase.source, tuple(words), ((),) * len(words))
        for phrase, given in zip(held, targets, strict=True)
        for words in given
    ]
    batch = phrases.make_batch(pairs)
    scores, _ = model(batch.sources, batch.source_lengths, batch.targets[:, :-1])
    each = torch.log_softmax(scores.double(), dim=-1)
    picked = each.gather(-1, batch.targets[:, 1:, None]).squeeze(-1)
    sums = iter((picked * batch.target_mask[:, 1:]).sum(dim=1).tolist())
    return [[next(sums) for _ in given] for given in targets]


def _searched(
    found: Sequence[Hypothesis],
    greedy: Sequence[Hypothesis],
    right: Sequence[list[list[str]]],
    scored: Sequence[list[float]],
    power: float,
) -> dict[str, float]:
    """Return the numbers of `Searched`."""
    words = phrases.target_vocabulary()
    said = [words.decode(one.symbols) for one in found]
    totals = dict.fromkeys(Searched._fields[4:], 0.0)
    lengths = [0, 0]
    for one, plain, output, good, known in zip(
        found, greedy, said, right, scored, strict=True
    ):
        nearest = nearest_of(output, good)
        lengths[0] += len(output)
        lengths[1] += len(nearest)
        totals["log_prob"] += one.log_prob
        totals["above"] += one.log_prob > plain.log_prob + 1e-9
        totals["below"] += one.log_prob < plain.log_prob - 1e-9
        best = max(
            log_prob / (len(target) + 1) ** power
            for target, log_prob in zip(good, known, strict=True)
        )
        kind = "search_errors" if best > one.score else "model_errors"
        totals["right" if output == nearest else kind] += 1
    numbers = {name: total / len(found) for name, total in totals.items()}
    return numbers | {"length": lengths[0] / lengths[1], "bleu": bleu(said, right)}


def train_and_search(
    setting: str, schedule: str, seed: int, budget: Budget = BUDGET
) -> tuple[Ran, list[Searched]]:
    """Train one translator, measure it, and search with it if it was only forced."""
    model, seconds = train(setting, schedule, seed, budget)
    ran = measure(model, setting, schedule, seed, seconds)
    return ran, search(model, setting, seed) if schedule == FORCED else []


def jobs(rows: Sequence[tuple[str, str]], seeds: Sequence[int]) -> list[Callable]:
    """Return what `run_jobs` is to run for pairs of a setting and a schedule."""
    return [partial(train_and_search, *row, seed) for row in rows for seed in seeds]


def saved() -> tuple[list[Ran], list[Searched]]:
    """Read the full tables, which `python -m benchmarks.decode` writes."""
    content = json.loads(SAVED.read_text())
    return (
        [Ran(**row) for row in content["trained"]],
        [Searched(**row) for row in content["searched"]],
    )


def _until_stop(ids: Sequence[int]) -> list[int]:
    """Cut a row after its first <stop>."""
    return [*ids[: ids.index(STOP)], STOP] if STOP in ids else list(ids)
