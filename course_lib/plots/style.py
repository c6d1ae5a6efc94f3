"""One look for all plots: sizes, fonts, and colours that all readers tell apart."""

import contextlib
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

# Okabe and Ito (2008), in an order that keeps neighbours far apart; yellow is left out
# because it cannot be read on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"

STYLE: dict[RcKeyType, object] = {
    "axes.grid": True,
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.dpi": 160,
    "figure.facecolor": "white",
    "font.size": 10,
    "grid.alpha": 0.25,
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


@contextlib.contextmanager
def panel(
    width: float = 6.4, height: float = 2.8, **options: Any
) -> Iterator[tuple[Figure, Axes]]:
    """Open a figure with one panel in the course's style; close it when it is drawn.

    Args:
        width: inches; the text column is 6.4 wide.
        height: inches.
        **options: for `plt.subplots`.
    """
    with panel_row(1, width, height, **options) as (figure, (axes,)):
        yield figure, axes


@contextlib.contextmanager
def panel_row(
    columns: int, width: float = 6.4, height: float = 2.8, **options: Any
) -> Iterator[tuple[Figure, tuple[Axes, ...]]]:
    """Open a figure with panels side by side; close it when it is drawn.

    Closing takes it off matplotlib's list, so a notebook shows it once: as the value
    that the plot function returns.

    Args:
        columns: how many panels; 1 gives a tuple of one.
        width: inches; the text column is 6.4 wide.
        height: inches.
        **options: for `plt.subplots`.
    """
    size = width, height
    with plt.rc_context(STYLE):
        figure, row = plt.subplots(
            1, columns, figsize=size, layout="constrained", squeeze=False, **options
        )
        try:
            yield figure, tuple(row.flat)
        finally:
            plt.close(figure)
