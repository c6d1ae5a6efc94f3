"""Tasks that need memory and nothing else, with a known score for having none.

Three classics: hold one bit against noise (latch), add two marked numbers (adding), and
say ten symbols again after a long wait (copying). What they ask is trivial; that it was
seen long ago is the whole difficulty. Each has a length to turn.
"""

import math

import torch
from torch import Tensor

NUM_SYMBOLS = 8  # of the copying task; symbol 0 is blank, 9 says "now"
TO_COPY = 10
ADDING_BASELINE = 1 / 6  # the variance of a sum of two uniform numbers


def latch(
    batch: int, time: int, generator: torch.Generator, noise: float = 0.2
) -> tuple[Tensor, Tensor]:
    """Draw sequences whose class shows in the first step only; then comes noise.

    Args:
        batch: number of sequences.
        time: steps a sequence; the class must be held for `time` - 1 of them.
        generator: source of randomness.
        noise: standard deviation of the input after the first step.

    Returns:
        x: (batch, time, 1) the input: +1 or -1 first, then noise around 0.
        targets: (batch,) float, +1 or -1: the sign at the first step.

    Source: after Bengio, Simard and Frasconi (1994); the cue is one step long here.
    """
    _check_length("batch", batch, 0)
    _check_length("time", time, 2)
    targets = 2.0 * torch.randint(2, (batch,), generator=generator) - 1
    x = noise * torch.randn(batch, time, 1, generator=generator)
    x[:, 0, 0] = targets
    return x, targets


def adding(batch: int, time: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw sequences of numbers, two of them marked; the target is their sum.

    One mark lies in each half, uniformly. Who always answers 1 has a mean squared error
    of 1/6.

    Args:
        batch: number of sequences.
        time: steps a sequence.
        generator: source of randomness.

    Returns:
        x: (batch, time, 2) a number in [0, 1) and its mark, 1 or 0.
        targets: (batch,) the sum of the two marked numbers.

    Source: Hochreiter and Schmidhuber (1997), in the form of Le et al. (2015).
    """
    _check_length("batch", batch, 0)
    _check_length("time", time, 2)
    numbers = torch.rand(batch, time, generator=generator)
    half = time // 2
    first = torch.randint(half, (batch, 1), generator=generator)
    second = torch.randint(half, time, (batch, 1), generator=generator)
    marks = torch.zeros(batch, time)
    marks.scatter_(1, torch.cat([first, second], dim=1), 1.0)
    return torch.stack([numbers, marks], dim=-1), (numbers * marks).sum(dim=1)


def copying(
    batch: int,
    time: int,
    generator: torch.Generator,
    length: int = TO_COPY,
    kinds: int = NUM_SYMBOLS,
) -> tuple[Tensor, Tensor]:
    """Draw ten symbols, a wait, a sign, and ask for the ten symbols after it.

    Args:
        batch: number of sequences.
        time: blank steps between the last symbol and the first answer; the sign is the
            last of them. A sequence has `time` + 20 steps.
        generator: source of randomness.
        length: how many symbols, if not ten; then 20 is twice as many everywhere.
        kinds: how many different symbols, if not eight.

    Returns:
        inputs: (batch, time + 20) int64: 1 to 8 are symbols, 0 is blank, 9 the sign.
        targets: (batch, time + 20) int64: blank, and the symbols at the last ten steps.

    Source: Arjovsky, Shah and Bengio (2016), after Hochreiter and Schmidhuber (1997).
    """
    _check_length("batch", batch, 0)
    for name, value in (("time", time), ("length", length), ("kinds", kinds)):
        _check_length(name, value, 1)
    symbols = torch.randint(1, kinds + 1, (batch, length), generator=generator)
    inputs = torch.zeros(batch, time + 2 * length, dtype=torch.long)
    inputs[:, :length] = symbols
    inputs[:, length + time - 1] = kinds + 1
    targets = torch.zeros_like(inputs)
    targets[:, -length:] = symbols
    return inputs, targets


def copying_baseline(
    time: int, length: int = TO_COPY, kinds: int = NUM_SYMBOLS
) -> float:
    """Return the best loss without memory on `copying`, in nats a step.

    Blank is certain wherever it is due; at the last ten steps each of the eight symbols
    is as likely: 10 ln 8 / (time + 20).
    """
    for name, value in (("time", time), ("length", length), ("kinds", kinds)):
        _check_length(name, value, 1)
    return length * math.log(kinds) / (time + 2 * length)


def _check_length(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"{name} is {value}, expected {least} or more")
