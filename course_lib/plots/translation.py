"""Translators by the length of what they read, and what padding does to a context."""

import math
from collections.abc import Mapping, Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.experiments.trial import success_interval
from course_lib.plots.style import COLOURS, panel

Rates = Sequence[float]


def by_length(
    runs: Mapping[str, Sequence[Rates]],
    lengths: Sequence[tuple[int, int]],
    trials: int,
) -> Figure:
    """Draw the share of right translations against the length of the source.

    A single run has success intervals of 95 %. Several have a dot each, and a line
    through their medians.

    Args:
        runs: by the kind of translator, its runs, each one rate a class of length.
        lengths: the classes, least and greatest number of characters.
        trials: phrases a class.
    """
    places = range(len(lengths))
    with panel(height=3.0) as (figure, axes):
        for number, (name, rates) in enumerate(runs.items()):
            style = {"color": COLOURS[number], "label": name}
            if len(rates) == 1:
                _with_intervals(axes, rates[0], trials, **style)
            else:
                _with_dots(axes, rates, **style)
        names = [f"{low}–{high}" for low, high in lengths]
        axes.set_xticks(list(places), names)
        axes.set(xlabel="characters of the source", ylim=(-0.03, 1.03))
        axes.set_ylabel("translations all right")
        axes.legend()
    return figure


def _with_intervals(axes: Axes, rates: Rates, trials: int, **style) -> None:
    ends = [success_interval(round(rate * trials), trials) for rate in rates]
    below = [max(rate - low, 0.0) for rate, (low, _) in zip(rates, ends, strict=True)]
    above = [max(high - rate, 0.0) for rate, (_, high) in zip(rates, ends, strict=True)]
    places = range(len(rates))
    axes.errorbar(places, rates, (below, above), marker="o", capsize=3, **style)


def _with_dots(axes: Axes, runs: Sequence[Rates], **style) -> None:
    places = range(len(runs[0]))
    axes.plot(places, [median(column) for column in zip(*runs, strict=True)], **style)
    for rates in runs:
        axes.plot(places, rates, ".", color=style["color"], alpha=0.55)


def drift(curves: Mapping[str, Sequence[float]]) -> Figure:
    """Draw distances between contexts against the steps of padding.

    Args:
        curves: by name, one distance a number of steps, from 0 on. A distance of 0
            has no place on the axis and is left out.
    """
    with panel(height=2.6) as (figure, axes):
        for name, distances in curves.items():
            shown = [distance or math.nan for distance in distances]
            axes.plot(range(len(shown)), shown, label=name)
        axes.set_yscale("log")
        axes.set(xlabel="steps of padding", ylabel="distance")
        axes.legend(fontsize="small", loc="center right")
    return figure
