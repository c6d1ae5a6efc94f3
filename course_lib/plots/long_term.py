"""Gradients by lag, a bit that is held, success by span, and a cliff."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from course_lib.experiments.trial import success_interval
from course_lib.plots.style import COLOURS, panel, panel_row

MARKERS = "osD^v"


def singular_values(values: Mapping[str, torch.Tensor], lowest: float) -> Figure:
    """Draw the singular values of a product of Jacobians, a panel for each network.

    Args:
        values: (time, hidden) singular values at lags 0, 1, 2 …, by the panel's title.
        lowest: where the vertical axis is cut off.
    """
    top = 10 * max(float(found.max()) for found in values.values())
    with panel_row(len(values), sharey=True) as (figure, row):
        for axes, (title, found) in zip(row, values.items(), strict=True):
            # what lies 15 decades below the largest is rounding
            found = found.where(found > 1e-15 * found[:, :1], torch.nan)
            axes.semilogy(found[:, 1:], color=COLOURS[0], linewidth=0.8, alpha=0.6)
            axes.semilogy(found[:, 0], color=COLOURS[1], label="largest")
            axes.axhline(1, color="black", linestyle="--", linewidth=1)
            axes.set(xlabel="lag k (steps)", title=title, ylim=(lowest, top))
        row[0].set_ylabel(r"singular values of $\partial h_T / \partial h_{T-k}$")
        row[0].legend()
    return figure


def norms_by_lag(
    norms: Mapping[str, torch.Tensor],
    rates: Mapping[str, float] | None = None,
    ylabel: str = "gradient norm",
    lowest: float = 1e-16,
) -> Figure:
    """Draw norms against lag, and the exponentials that were predicted, dashed.

    Args:
        norms: (time,) norms at lags 0, 1, 2 …, by name.
        rates: a factor a step, for some of the names.
        ylabel: what is drawn.
        lowest: where the vertical axis is cut off.
    """
    with panel(height=3.4) as (figure, axes):
        for (name, values), colour in zip(norms.items(), COLOURS, strict=False):
            axes.semilogy(values, color=colour, label=name)
            if rates and name in rates:
                line = rates[name] ** np.arange(len(values))
                axes.semilogy(line, color=colour, linestyle="--", linewidth=1)
        axes.set(xlabel="lag k (steps)", ylabel=ylabel)
        axes.set_ylim(bottom=lowest)
        figure.legend(loc="outside right center")
    return figure


def attractors(weights: Sequence[float]) -> Figure:
    """Draw the map h → tanh(w h), its fixed points, and the identity, a panel a weight.

    A stable fixed point is filled, an unstable one is open.
    """
    h = torch.linspace(-1.2, 1.2, 241)
    with panel_row(len(weights), height=2.9, sharey=True) as (figure, row):
        for axes, w in zip(row, weights, strict=True):
            axes.plot(h, h, color="black", linestyle="--", linewidth=1)
            axes.plot(h, torch.tanh(w * h), color=COLOURS[0])
            top = torch.tensor(1.0)
            for _ in range(2000):
                top = torch.tanh(w * top)
            stable = [-top, top] if w > 1 else [0.0]
            axes.plot(stable, stable, "o", color=COLOURS[1])
            if w > 1:
                axes.plot(0, 0, "o", color=COLOURS[1], markerfacecolor="white")
            axes.set(xlabel="h before", title=f"w = {w:g}", aspect="equal")
        row[0].set_ylabel("h after")
    return figure


def bit_and_gradient(
    weights: Sequence[float], kept: Sequence[float], gradients: Sequence[float]
) -> Figure:
    """Draw how often a bit is kept, and below it how much gradient is left, by weight.

    Args:
        weights: of the unit on itself.
        kept: share of runs that end with the sign they began with.
        gradients: the median of |∂h_T/∂h_0|.
    """
    with panel_row(2, height=2.9) as (figure, (left, right)):
        left.plot(weights, [100 * k for k in kept], marker="o", markersize=4)
        left.axhline(50, color="black", linestyle="--", linewidth=1)
        left.annotate("guessing", (weights[-1], 51), ha="right", va="bottom")
        left.set(xlabel="weight w", ylabel="sign kept (%)", ylim=(0, 105))
        right.semilogy(weights, gradients, marker="s", markersize=4, color=COLOURS[1])
        right.set(xlabel="weight w", ylabel="gradient left (median)")
    return figure


def held_against_gradient(held: torch.Tensor, gradients: torch.Tensor) -> Figure:
    """Draw a point a network: how well it holds the bit, how much gradient is left.

    Args:
        held: (runs,) share of signs that can be read from the last state.
        gradients: (runs,) the spectral norm over some steps.
    """
    with panel(height=3.0) as (figure, axes):
        style = {"markersize": 6, "alpha": 0.5, "markeredgewidth": 0}
        axes.semilogx(gradients, 100 * held, "o", **style)
        axes.axvline(1, color="black", linestyle="--", linewidth=1)
        axes.set(xlabel="gradient norm over 20 steps", ylabel="signs held (%)")
        axes.set_ylim(top=102)
    return figure


def success_rates(
    x: Sequence[float],
    successes: Mapping[str, Sequence[int]],
    runs: int,
    xlabel: str,
    logarithmic: bool = False,
) -> Figure:
    """Draw success rates with their Wilson intervals of 95 %.

    Args:
        x: what was varied.
        successes: how many of `runs` succeeded at each x, by name.
        runs: trainings a point.
        xlabel: the horizontal axis, with its unit.
        logarithmic: whether the horizontal axis is logarithmic.
    """
    with panel(height=3.0) as (figure, axes):
        styles = zip(successes.items(), MARKERS, strict=False)
        for (name, counts), marker in styles:
            (line,) = axes.plot(x, [k / runs for k in counts], marker, label=name)
            line.set_linestyle("-")
            low, high = zip(*(success_interval(k, runs) for k in counts), strict=True)
            axes.fill_between(x, low, high, alpha=0.15)
        axes.set(xlabel=xlabel, ylabel=f"share of {runs} runs", ylim=(-0.03, 1.03))
        if logarithmic:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(x, [f"{value:g}" for value in x])
        axes.legend()
    return figure


Path = tuple[Sequence[float], Sequence[float]]


def cliff(
    biases: torch.Tensor, losses: torch.Tensor, paths: Mapping[str, Path]
) -> Figure:
    """Draw a loss with a cliff, and how far descents along its gradient are thrown.

    Args:
        biases: (n,) where the loss was computed.
        losses: (n,) there.
        paths: biases and losses of each descent, by name.
    """
    with panel_row(2, height=2.9) as (figure, (left, right)):
        left.plot(biases, losses, color="black", linewidth=1.2)
        styles = zip(paths.items(), (COLOURS[1], COLOURS[0]), "os", strict=True)
        for (name, (bs, values)), colour, marker in styles:
            inside = [
                (b, value)
                for b, value in zip(bs, values, strict=True)
                if biases[0] <= b <= biases[-1]
            ]
            xs, ys = zip(*inside, strict=True)
            left.plot(xs, ys, marker, color=colour, markersize=3, alpha=0.6)
            right.semilogy(np.abs(bs), color=colour, label=name)
        left.set(xlabel="bias b", ylabel="loss")
        right.set(xlabel="update", ylabel="|b|")
        right.legend()
    return figure
