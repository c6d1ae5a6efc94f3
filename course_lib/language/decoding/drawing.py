"""One symbol from the scores of all: what may be asked, and what cannot be drawn from.

A draw divides the scores by the temperature, takes the softmax and draws. Scores that
hold NaN would give any symbol, without a word; so they are looked at, once a call.
"""

import math

import torch
from torch import Tensor

from course_lib.shapes import can_look

NO_BEST = (
    "logits has a row without a finite largest score, expected one in every row: it "
    "holds NaN or +∞, or nothing but -∞. Look for the division or the overflow in the "
    "model, and let a mask leave one symbol."
)


def check_choice(temperature: float, top_k: int | None, vocab: int) -> None:
    """Check what a caller asks for.

    Args:
        temperature: 0 or more.
        top_k: 1 … vocab, or None.
        vocab: number of symbols.

    Raises:
        ValueError: one of them is out of its range.
    """
    if not (temperature >= 0 and math.isfinite(temperature)):
        raise ValueError(
            f"temperature is {temperature}, expected 0 or more, and finite: 0 takes "
            "the most likely symbol, 1 is the model's own probability"
        )
    if vocab < 1:
        raise ValueError("logits has no symbols, expected scores of one or more")
    if top_k is not None and not (1 <= top_k <= vocab and top_k == int(top_k)):
        raise ValueError(
            f"top_k is {top_k}, expected 1 … {vocab}, the size of the vocabulary; None "
            "lets all symbols be drawn"
        )


def check_scores(logits: Tensor) -> None:
    """Check that every row has a largest score: NaN and infinity show in it.

    Args:
        logits: (…, vocab) scores, or (…, 1) the largest of each row.

    Raises:
        TypeError: the scores are no floating-point numbers.
        ValueError: a row holds NaN or +∞, or -∞ only.
    """
    if not isinstance(logits, Tensor) or not logits.is_floating_point():
        raise TypeError(
            f"logits holds {logits.dtype}, expected floating-point scores, one for "
            "each symbol of the vocabulary. Did you pass the symbols?"
        )
    # what is on the meta device has no numbers
    if can_look(logits) and not bool(logits.amax(dim=-1).isfinite().all()):
        raise ValueError(NO_BEST)


def draw(
    logits: Tensor,
    temperature: float,
    top_k: int | None,
    generator: torch.Generator | None,
) -> Tensor:
    """Draw as `models.sample_next` does, without a look at the scores.

    Args:
        logits: (batch, vocab) scores.
        temperature: as checked by `check_choice`.
        top_k: as checked by `check_choice`.
        generator: source of randomness, on the device of the scores.

    Returns:
        (batch,) int64.
    """
    # a temperature below the smallest normal number would divide 0 by 0
    if not logits.is_floating_point() or temperature < torch.finfo(logits.dtype).tiny:
        return logits.argmax(dim=-1)
    if top_k is not None:
        least = logits.topk(int(top_k), dim=-1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    # the largest is 0 before the division, so that nothing overflows
    above = logits - logits.amax(dim=-1, keepdim=True)
    return draw_symbols(torch.softmax(above / temperature, dim=-1), generator)


def draw_symbols(probs: Tensor, generator: torch.Generator | None) -> Tensor:
    """Draw one symbol from each row.

    Args:
        probs: (batch, vocab) probabilities.
        generator: source of randomness, on the device of `probs`.

    Returns:
        (batch,) int64.

    Raises:
        ValueError: the scores behind the probabilities have no softmax.
    """
    if not len(probs):
        return torch.empty(0, dtype=torch.long, device=probs.device)
    try:
        return torch.multinomial(probs, 1, generator=generator).squeeze(1)
    except RuntimeError as error:
        if "probability tensor" in str(error):  # PyTorch has looked already
            raise ValueError(NO_BEST) from None
        raise
