"""What a beam search finds with a trained translator, and whose fault an error is.

All right translations of a phrase are known. So a wrong output is either an error of
the search, since a right one has a higher score and was missed, or one of the model.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from course_lib.data import phrases
from course_lib.data.phrases import Phrase
from course_lib.data.vocabulary import START, STOP
from course_lib.experiments.translation.exposure import held_out, nearest_of, right_ones
from course_lib.language.decoding.beams import Hypothesis
from course_lib.language.decoding.choices import beam_search
from course_lib.language.metrics import bleu
from course_lib.language.translation import Translator


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


def search(
    model: Translator,
    setting: str,
    seed: int,
    freedom: float,
    beams: Sequence[int] = (1, 2, 4, 8),
    powers: Sequence[float] = (0.0, 1.0),
    count: int = 200,
) -> list[Searched]:
    """Decode test phrases with every beam size and every power of the length.

    A beam of 1 that sums is greedy decoding, to which all others are compared. With
    `freedom`, every translation that the grammar allows is right.
    """
    held = held_out(count)
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
