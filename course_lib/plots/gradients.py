"""Gradients through time: how they are checked, and what a short window loses."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from course_lib.plots.style import panel, panel_row


def errors_by_step(
    eps: Sequence[float], errors: Mapping[str, Sequence[float]]
) -> Figure:
    """Draw the error of finite differences against their step, both logarithmic.

    Args:
        eps: the steps ε.
        errors: the largest relative error for each ε, by the name of the method.
    """
    with panel(height=3.2) as (figure, axes):
        for name, values in errors.items():
            axes.loglog(eps, values, marker="o", markersize=3.5, label=name)
        axes.set(xlabel="step ε (no unit)", ylabel="largest relative error")
        axes.legend()
    return figure


def truncation(
    windows: Sequence[int], errors: Sequence[float], cosines: Sequence[float]
) -> Figure:
    """Draw how far the truncated gradient is from the full one, by window.

    Args:
        windows: steps a window.
        errors: ‖truncated - full‖ / ‖full‖.
        cosines: the cosine of the angle between the two.
    """
    with panel_row(2) as (figure, (left, right)):
        left.loglog(windows, [100 * e for e in errors], marker="o", markersize=4)
        left.set(xlabel="window (steps)", ylabel="relative error (%)")
        left.yaxis.set_major_formatter("{x:g}")
        left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        left.yaxis.set_minor_locator(NullLocator())
        right.semilogx(windows, cosines, marker="o", markersize=4)
        right.axhline(1, color="black", linestyle="--", linewidth=1)
        right.set(xlabel="window (steps)", ylabel="cosine with the full gradient")
        for axes in (left, right):
            axes.set_xticks(windows, [str(window) for window in windows])
            axes.xaxis.set_minor_locator(NullLocator())
    return figure


def loss_by_window(
    windows: Sequence[int], losses: Sequence[float], chance: float, lag: int
) -> Figure:
    """Draw the loss that training ends with, by window.

    Args:
        windows: steps a window.
        losses: nats a step at the end of training.
        chance: the best loss without memory.
        lag: how many steps the task must be remembered.
    """
    with panel() as (figure, axes):
        axes.plot(windows, losses, marker="o")
        axes.axhline(chance, color="black", linestyle="--", linewidth=1)
        axes.axvline(lag + 0.5, color="black", linestyle=":", linewidth=1)
        labels = (
            ("chance", (windows[-1], chance), "right"),
            (f"lag {lag}", (lag + 0.5, chance / 2), "left"),
        )
        for text, place, side in labels:
            axes.annotate(
                text, place, xytext=(4, 4), textcoords="offset points", ha=side
            )
        axes.set(xlabel="window (steps)", ylabel="final loss (nats a step)")
        axes.set_ylim(bottom=0, top=1.15 * max(chance, *losses))
    return figure
