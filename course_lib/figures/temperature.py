"""The figure of chapter 12: turn the temperature of one draw.

A model has scored what may come next. The figure shows the probabilities from the most
likely symbol on, alone and added up, for each temperature; the sentence names the first
symbols, so that they are text in the reader's own fonts.
"""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves

TEMPERATURES = (0.1, 0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)
START = 4
SHOWN, NAMED = 20, 3
LANGUAGE = "zh-Hans"


class Measured(NamedTuple):
    """One temperature.

    Attributes:
        probs: (SHOWN,) the largest probabilities, in order.
        symbols: the ids they belong to.
        entropy: in nats, of the whole distribution.
    """

    probs: Tensor
    symbols: list[int]
    entropy: float


def measure(logits: Tensor, temperature: float) -> Measured:
    """Divide the scores (vocab,) by a temperature and look at their distribution."""
    log_probs = torch.log_softmax(logits.double() / temperature, dim=0)
    probs, symbols = log_probs.exp().sort(descending=True, stable=True)
    entropy = -torch.xlogy(probs, probs).sum().item()
    return Measured(probs[:SHOWN], symbols[:SHOWN].tolist(), entropy)


def describe(temperature: float, found: Measured, symbols: Sequence[str]) -> str:
    """Say in one sentence what would be drawn, and among how many one chooses."""
    names = ", ".join(
        f'<span lang="{LANGUAGE}">{escape(symbols[place])}</span> '
        f"{100 * share:.0f}\u00a0%"
        for place, share in zip(
            found.symbols[:NAMED], found.probs[:NAMED].tolist(), strict=True
        )
    )
    choice = torch.tensor(found.entropy).exp().item()
    return (
        f"τ = {temperature:g}: {names}. The entropy is <b>{found.entropy:.2f}</b> "
        f"nats, that of a fair choice among <b>{choice:.1f}</b>."
    )


def temperature_figure(logits: Tensor, symbols: Sequence[str]) -> svg.Figure:
    """Draw the distribution of one draw for every temperature.

    Args:
        logits: (vocab,) scores, one a symbol, of at least `SHOWN` symbols.
        symbols: what the ids stand for.

    Returns:
        the figure, to stand last in a cell.

    Raises:
        ValueError: there are not as many symbols as scores, or too few of both.
    """
    if logits.shape != (len(symbols),) or len(symbols) < SHOWN:
        raise ValueError(
            f"logits has shape {tuple(logits.shape)} for {len(symbols)} symbols, "
            f"expected (vocab,) with one score a symbol and vocab at least {SHOWN}"
        )
    found = [measure(logits, temperature) for temperature in TEMPERATURES]
    plain = found[TEMPERATURES.index(1.0)]
    panel = partial(
        Panel,
        x=range(1, SHOWN + 1),
        x_label="symbols by rank",
        y_label="probability",
        y_range=(0, 1),
        curves=["at this τ", "at τ = 1"],
        x_ticks=[1, 5, 10, 15, 20],
    )
    panels = [panel(title="Each symbol"), panel(title="The first ones together")]

    def frame(position: int) -> Frame:
        one = found[position]
        each = [one.probs.tolist(), plain.probs.tolist()]
        together = [one.probs.cumsum(0).tolist(), plain.probs.cumsum(0).tolist()]
        return Frame([each, together], describe(TEMPERATURES[position], one, symbols))

    slider = Slider("<i>τ</i>", [f"{value:g}" for value in TEMPERATURES], START)
    return moving_curves("Temperature of a draw", [slider], panels, frame)
