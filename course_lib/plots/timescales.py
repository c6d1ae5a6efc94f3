"""Time constants, clocks, and how far each way of being slow reaches."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure

from course_lib.plots.style import COLOURS, panel, panel_row

MARKERS = "os^Dv*"


def skips_by_lag(norms: Mapping[int, torch.Tensor], lowest: float) -> Figure:
    """Draw gradient norms of networks that skip d steps, where they are not zero.

    Args:
        norms: (time,) norms at lags 0, 1, 2 …, by d.
        lowest: where the vertical axis is cut off.
    """
    with panel(height=3.2) as (figure, axes):
        for (d, values), marker in zip(norms.items(), MARKERS, strict=False):
            lags = np.arange(0, len(values), d)
            axes.semilogy(
                lags, values[lags] / values[0], marker, markersize=3.5, label=f"d = {d}"
            )
        axes.set(xlabel="lag k (steps)", ylabel="gradient norm", ylim=(lowest, 3))
        figure.legend(loc="outside right center")
    return figure


def time_constants(
    start: torch.Tensor, end: torch.Tensor, truth: Sequence[float]
) -> Figure:
    """Draw two histograms of time constants, on a logarithmic scale.

    Args:
        start: time constants before training, in steps.
        end: the same units' after it.
        truth: those of the task, drawn as dashed lines.
    """
    bins = np.geomspace(1, 160, 23).tolist()
    with panel_row(2, sharey=True) as (figure, row):
        for axes, values, title in zip(
            row, (start, end), ("before training", "after training"), strict=True
        ):
            axes.hist(values.numpy(), bins=bins, color=COLOURS[0])
            for tau in truth:
                axes.axvline(tau, color=COLOURS[1], linestyle="--", linewidth=1.5)
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:g}")
            axes.set(xlabel="time constant τ (steps)", title=title)
        row[0].set_ylabel("units")
        row[0].locator_params(axis="y", integer=True)
    return figure


def clocks(periods: torch.Tensor, mask: torch.Tensor, time: int) -> Figure:
    """Draw which units read which, and which are updated when.

    Args:
        periods: (hidden,) in steps.
        mask: (hidden, hidden), 1 where the column's unit reads the row's.
        time: steps to draw.
    """
    ticks = torch.arange(time)[None, :] % periods[:, None] == 0
    names = [f"{period}" for period in periods.tolist()]
    with panel_row(2, width_ratios=(1, 2)) as (figure, (left, right)):
        left.imshow(mask, cmap="Blues", vmin=0, vmax=1.6)
        left.set(xlabel="unit that reads (period)", ylabel="unit that is read")
        left.set_xticks(range(len(names)), names)
        right.imshow(ticks, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
        right.set(xlabel="step t", ylabel="unit (period)")
        for axes in (left, right):
            axes.set_yticks(range(len(names)), names)
            axes.grid(False)
            for edge in range(1, len(names)):  # keep the rows apart
                axes.axhline(edge - 0.5, color="white", linewidth=3)
    return figure


def errors_by_span(
    spans: Sequence[int],
    errors: Mapping[str, Sequence[Sequence[float]]],
    levels: Mapping[str, float],
) -> Figure:
    """Draw the test error of every run against the span, and the runs' median.

    Args:
        spans: steps a sequence.
        errors: for each kind, for each span, one error a seed; a kind may stop early.
        levels: dashed lines, by name.
    """
    with panel(height=3.6) as (figure, axes):
        for place, (kind, found) in enumerate(errors.items()):
            look = {"color": COLOURS[place], "marker": MARKERS[place]}
            at = np.arange(len(spans)) + 0.11 * (place - (len(errors) - 1) / 2)
            for x, values in zip(at, found, strict=False):
                seeds = [x] * len(values)
                axes.semilogy(seeds, values, ls="", markersize=3, alpha=0.6, **look)
            middle = [float(np.median(values)) for values in found]
            axes.semilogy(at[: len(found)], middle, markersize=6, label=kind, **look)
        for name, height in levels.items():
            axes.axhline(height, color="black", linestyle="--", linewidth=1)
            axes.annotate(
                name,
                (1, height),
                xycoords=("axes fraction", "data"),
                xytext=(-2, 3),
                textcoords="offset points",
                ha="right",
            )
        axes.set_xticks(range(len(spans)), [str(span) for span in spans])
        axes.set(xlabel="span (steps)", ylabel="mean squared error")
        figure.legend(loc="outside right center")
    return figure


def waves(target: torch.Tensor, fits: Mapping[str, torch.Tensor]) -> Figure:
    """Draw a waveform and what networks made of it, a panel each.

    Args:
        target: (time,).
        fits: (time,) by the panel's title.
    """
    with panel_row(len(fits), height=2.4, sharey=True) as (figure, row):
        for axes, (name, values) in zip(row, fits.items(), strict=True):
            axes.plot(target, color="black", linewidth=0.9, label="to be learnt")
            axes.plot(values, color=COLOURS[1], linewidth=1.3, label="generated")
            axes.set(xlabel="step", title=name)
        row[0].set_ylabel("output (no unit)")
        handles, labels = row[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure
