"""Translators by the length of the source, their alignments, and longer sources."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.plots.style import COLOURS, panel

MARKERS = "osD^vP*X"


def exact_by_length(
    exact: Mapping[str, Sequence[Sequence[float]]], lengths: Sequence[tuple[int, int]]
) -> Figure:
    """Draw the share of right translations by class of length, a curve a kind.

    Args:
        exact: for each kind, one row a seed, one number a class; the curve is the
            median of the seeds, and a band reaches from the worst to the best.
        lengths: the classes, both ends included.
    """
    places = np.arange(len(lengths))
    with panel(height=3.4) as (figure, axes):
        styles = zip(exact.items(), COLOURS * 2, MARKERS, strict=False)
        for (name, runs), colour, marker in styles:
            rows = np.asarray(runs)
            middle = np.median(rows, axis=0)
            dashed = "--" if name.startswith(("none", "one way")) else "-"
            axes.fill_between(
                places, rows.min(0), rows.max(0), color=colour, alpha=0.12, lw=0
            )
            axes.plot(
                places, middle, dashed, color=colour, marker=marker, ms=4, label=name
            )
        axes.set_xticks(places, [f"{low}–{high}" for low, high in lengths])
        axes.set(xlabel="characters of the source", ylabel="exact match")
        axes.set_ylim(-0.03, 1.03)
        figure.legend(loc="outside right center")
    return figure


def alignment_errors(errors: Mapping[str, Sequence[float]]) -> Figure:
    """Draw the alignment error rate of every seed, a row a kind, and the median.

    Args:
        errors: rates by kind, from top to bottom.
    """
    with panel(height=0.7 + 0.38 * len(errors)) as (figure, axes):
        for row, (values, colour) in enumerate(
            zip(errors.values(), COLOURS, strict=False)
        ):
            axes.plot([min(values), max(values)], [row, row], color=colour, lw=1)
            axes.plot(values, [row] * len(values), "o", color=colour, ms=4, alpha=0.6)
            middle = float(np.median(values))
            axes.plot(middle, row, "|", color=colour, markersize=15, mew=2.5)
        axes.set_yticks(range(len(errors)), list(errors))
        axes.invert_yaxis()
        axes.set(xlabel="alignment error rate")
        axes.set_xlim(left=0)
    return figure


def by_clauses(
    exact: Mapping[str, Mapping[str, float]], ylabel: str = "exact match"
) -> Figure:
    """Draw bars side by side: a cluster a group of phrases, a bar a translator.

    Args:
        exact: for each translator, a share by group; the groups are those of the first.
        ylabel: what is drawn.
    """
    groups = list(next(iter(exact.values())))
    width = 0.8 / len(exact)
    with panel(height=2.9) as (figure, axes):
        for place, (name, shares) in enumerate(exact.items()):
            left = np.arange(len(groups)) + (place - (len(exact) - 1) / 2) * width
            values = [shares[group] for group in groups]
            bars = axes.bar(left, values, 0.92 * width, label=name)
            axes.bar_label(bars, [f"{value:.2f}" for value in values], fontsize=8)
        axes.set_xticks(range(len(groups)), groups)
        axes.set(ylabel=ylabel, xlabel="clauses and characters of the source")
        axes.set_ylim(0, 1.12)
        axes.grid(visible=False, axis="x")
        figure.legend(loc="outside upper center", ncols=len(exact))
    return figure
