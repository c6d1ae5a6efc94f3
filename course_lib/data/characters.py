"""Sentences written letter by letter, in which a verb agrees with a far noun.

    cats of dog of foxs eat.

The verb's ending depends on the first noun alone, and other nouns stand in between. The
grammar is a finite automaton with known probabilities, so the best possible loss is
known exactly, and so is the loss of a reader that forgets the first noun's number.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

ALPHABET = " .acdefgnorstux"
NOUNS, VERBS = ("cat", "dog", "fox"), ("eat", "run")
MORE = 0.5  # the probability of one more noun


class Text(NamedTuple):
    """Pieces of text, to be predicted letter by letter; each (batch, time).

    Attributes:
        inputs: int64 letters; each piece starts with the full stop of the sentence
            before it.
        targets: int64, the letters that follow.
        surprise: -log of each target's probability under the grammar, in nats.
        agrees: True where the target is the verb's ending, "s" or full stop.
    """

    inputs: Tensor
    targets: Tensor
    surprise: Tensor
    agrees: Tensor


class Grammar(NamedTuple):
    """A finite automaton: what each state writes, and where that leads.

    Attributes:
        probs: (states, letters) the probability of each next letter.
        follows: (states, letters) int64, the state after it.
        agrees: (states,) True where the next letter is a verb's ending.
    """

    probs: Tensor
    follows: Tensor
    agrees: Tensor


@cache
def grammar(more: float = MORE) -> Grammar:
    """Return the automaton; state 0 starts a sentence.

    Args:
        more: the probability that one more noun follows before the verb.
    """
    if not 0 <= more < 1:
        raise ValueError(f"more is {more}, expected 0 <= more < 1")
    arcs: dict = {}

    def write(start, text: str, end, prob: float = 1.0) -> None:
        """Add the states that lead from `start` to `end` by writing `text`."""
        state = start
        for i, letter in enumerate(text, start=1):
            after = end if i == len(text) else (start, text[:i])
            arcs.setdefault(state, {})[letter] = (prob if i == 1 else 1.0, after)
            state = after

    for noun in NOUNS:
        write("start", noun, "subject", 1 / len(NOUNS))
    for plural, mark in enumerate(("", "s")):
        write("subject", mark + " of ", ("of", plural), 0.5)
        for noun in NOUNS:
            write(("of", plural), noun, ("noun", plural), 1 / len(NOUNS))
        write(("noun", plural), " ", ("next", plural), 0.5)
        write(("noun", plural), "s ", ("next", plural), 0.5)
        write(("next", plural), "of ", ("of", plural), more)
        for verb in VERBS:
            write(("next", plural), verb, ("verb", plural), (1 - more) / len(VERBS))
        write(("verb", plural), "." if plural else "s.", "start")
    return _table(arcs)


def _table(arcs: dict) -> Grammar:
    numbers = {state: number for number, state in enumerate(arcs)}
    probs = torch.zeros(len(arcs), len(ALPHABET), dtype=torch.float64)
    follows = torch.zeros(len(arcs), len(ALPHABET), dtype=torch.long)
    for state, letters in arcs.items():
        for letter, (prob, after) in letters.items():
            place = numbers[state], ALPHABET.index(letter)
            probs[place], follows[place] = prob, numbers[after]
    return Grammar(probs, follows, torch.tensor([s[0] == "verb" for s in arcs]))


def agreement(
    batch: int, time: int, generator: torch.Generator, more: float = MORE
) -> Text:
    """Draw pieces of text; each starts with a sentence and is cut where it ends.

    Args:
        batch: number of pieces.
        time: letters a piece.
        generator: source of randomness.
        more: the probability of one more noun, from 0 to below 1; the number of the
            subject must be held for some 14 letters, and 7.5 more for each noun.

    Returns:
        The `Text`.
    """
    rules = grammar(more)
    if batch < 0 or time < 1:
        raise ValueError(
            f"batch is {batch} and time {time}, expected 0 or more pieces of at least "
            "one letter"
        )
    # NumPy's small operations take a fraction of the time of torch's
    edges, follows = rules.probs.cumsum(dim=1).numpy(), rules.follows.numpy()
    chance = torch.rand(time, batch, 1, generator=generator, dtype=torch.float64)
    state, walk = np.zeros(batch, dtype=np.int64), []
    for at in chance.numpy():
        # the sum of a row may round to a little less than 1
        letter = (at * edges[state, -1:] >= edges[state]).sum(axis=1)
        walk.append((state, letter))
        state = follows[state, letter]
    states, targets = torch.from_numpy(np.array(walk)).permute(1, 2, 0).contiguous()
    stop = torch.full((batch, 1), ALPHABET.index("."))
    return Text(
        inputs=torch.cat([stop, targets[:, :-1]], dim=1),
        targets=targets,
        surprise=-rules.probs[states, targets].log(),
        agrees=rules.agrees[states],
    )


def best_loss(more: float = MORE) -> float:
    """Return the entropy of the grammar in nats a letter: no reader can do better."""
    rules = grammar(more)
    entropy = torch.special.entr(rules.probs).sum(dim=1)
    return float(_visits(more) @ entropy)


def forgetful_loss(more: float = MORE) -> float:
    """Return the best loss of a reader that does not know the subject's number.

    It pays log 2 at each verb's ending, and what `best_loss` pays everywhere.
    """
    endings = _visits(more) @ grammar(more).agrees.double()
    return best_loss(more) + math.log(2) * float(endings)


def spell(letters: Tensor) -> str:
    """Return one piece, (time,) int64, as text."""
    if letters.ndim != 1 or not ((letters >= 0) & (letters < len(ALPHABET))).all():
        raise ValueError(
            f"letters has shape {tuple(letters.shape)}, expected one piece, (time,), "
            f"of numbers from 0 to {len(ALPHABET) - 1}"
        )
    return "".join(ALPHABET[letter] for letter in letters.tolist())


def _visits(more: float) -> Tensor:
    """Return the share of letters that each state writes in a long text, (states,)."""
    rules = grammar(more)
    count = len(rules.probs)
    step = torch.zeros(count, count, dtype=torch.float64)
    for letter in range(len(ALPHABET)):
        step[torch.arange(count), rules.follows[:, letter]] += rules.probs[:, letter]
    # π = π P and Σ π = 1, solved together by least squares
    system = torch.cat([step.T - torch.eye(count), torch.ones(1, count)])
    right = torch.zeros(count + 1, 1, dtype=torch.float64)
    right[-1] = 1
    return torch.linalg.lstsq(system, right).solution[:, 0]
