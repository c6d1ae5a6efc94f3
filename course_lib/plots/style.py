"""One look for all plots: sizes, fonts, and colours that all readers tell apart."""

import contextlib
from collections.abc import Iterator

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito (2008), in an order that keeps neighbours far apart; yellow is left out
# because it cannot be read on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"

STYLE = {
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
    width: float = 6.4, height: float = 2.8, columns: int = 1, **options
) -> Iterator[tuple[Figure, Axes]]:
    """Open a figure in the course's style, and close it when it is drawn.

    Closing takes it off matplotlib's list, so a notebook shows it once: as the value
    that the plot function returns.

    Args:
        width: inches; the text column is 6.4 wide.
        height: inches.
        columns: axes side by side; more than one gives an array of axes.
        **options: for `plt.subplots`.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, columns, figsize=(width, height), layout="constrained", **options
        )
        try:
            yield figure, axes
        finally:
            plt.close(figure)
