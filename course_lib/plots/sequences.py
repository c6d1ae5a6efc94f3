"""States, scores and losses over time."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.figure import Figure

from course_lib.plots.style import DIVERGING, panel


def states(hs: torch.Tensor, ylabel: str = "unit", limit: float = 1.0) -> Figure:
    """Draw the states of one sequence as a map: time to the right, a unit a row.

    Args:
        hs: (time, hidden) states.
        ylabel: what a row is.
        limit: the colour scale runs from -limit to limit.
    """
    with panel(height=2.6) as (figure, axes):
        values = hs.detach().cpu().T
        time = values.shape[1]
        image = axes.imshow(
            values,
            aspect="auto",
            cmap=DIVERGING,
            vmin=-limit,
            vmax=limit,
            extent=(0.5, time + 0.5, len(values) + 0.5, 0.5),
        )
        axes.grid(False)
        axes.set(xlabel="time step t", ylabel=ylabel)
        figure.colorbar(image, label="state (no unit)")
    return figure


def curves(
    lines: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    x: Sequence[float] | None = None,
    levels: Mapping[str, float] | None = None,
    logarithmic: bool = False,
) -> Figure:
    """Draw named curves, with dashed levels to compare them with.

    Args:
        lines: the values of each curve, by the name in the legend.
        xlabel: the horizontal axis, with its unit.
        ylabel: the vertical axis, with its unit.
        x: horizontal positions; 1, 2, 3 … if not given.
        levels: horizontal lines, by name.
        logarithmic: whether the vertical axis is logarithmic.
    """
    with panel() as (figure, axes):
        for name, values in lines.items():
            axes.plot(x or range(1, len(values) + 1), values, label=name)
        for name, height in (levels or {}).items():
            axes.axhline(height, color="black", linestyle="--", linewidth=1)
            # the label stands inside the axes, at the right end of its line
            axes.annotate(
                name,
                (1, height),
                xycoords=("axes fraction", "data"),
                xytext=(-2, 3),
                textcoords="offset points",
                ha="right",
            )
        axes.set(xlabel=xlabel, ylabel=ylabel)
        if logarithmic:
            axes.set_yscale("log")
        if len(lines) > 1:
            axes.legend()
    return figure
