"""An LSTM at work: one unit's gates step by step, gradients by lag, losses of runs.

The four step plots show the same unit of the same sequence; dotted lines mark the steps
whose input matters.
"""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from course_lib.plots.style import COLOURS, panel, panel_row

SHORT = 2.1  # inches: four of these follow each other


def forget(f: Sequence[float], marks: Sequence[int]) -> Figure:
    """Draw the forget gate of a unit.

    Args:
        f: one value a step.
        marks: the steps, from 1, to be marked.
    """
    with panel(height=SHORT) as (figure, axes):
        _lines(axes, {"f": f}, marks)
        axes.set(ylabel="forget gate", ylim=(0, 1.08))
    return figure


def write(
    i: Sequence[float], g: Sequence[float], written: Sequence[float], marks: list[int]
) -> Figure:
    """Draw input gate and candidate, and as bars their product.

    Args:
        i: input gate, one value a step.
        g: candidate.
        written: what is added to the cell.
        marks: the steps, from 1, to be marked.
    """
    with panel(height=SHORT) as (figure, axes):
        axes.bar(range(1, len(i) + 1), written, color="0.75", label="written, i ⊙ g")
        _lines(axes, {"input gate i": i, "candidate g": g}, marks)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set(ylabel="value (no unit)", ylim=(-1.08, 1.08))
        _legend(figure, axes)
    return figure


def update(
    kept: Sequence[float], written: Sequence[float], c: Sequence[float], marks: list
) -> Figure:
    """Draw a cell, and as bars what it is the sum of.

    Args:
        kept: f ⊙ c of the step before, one value a step.
        written: i ⊙ g.
        c: the cell; kept + written.
        marks: the steps, from 1, to be marked.
    """
    with panel(height=SHORT) as (figure, axes):
        steps = range(1, len(c) + 1)
        axes.bar(steps, kept, color="0.85", label="kept, f ⊙ c before")
        axes.bar(steps, written, bottom=kept, color=COLOURS[1], label="written, i ⊙ g")
        _lines(axes, {"cell c": c}, marks)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set(ylabel="value (no unit)")
        _legend(figure, axes)
    return figure


def read(
    c: Sequence[float], o: Sequence[float], h: Sequence[float], marks: list[int]
) -> Figure:
    """Draw the squashed cell, the output gate, and what is shown.

    Args:
        c: tanh of the cell, one value a step.
        o: output gate.
        h: their product.
        marks: the steps, from 1, to be marked.
    """
    with panel(height=SHORT) as (figure, axes):
        _lines(axes, {"tanh(c)": c, "output gate o": o, "shown h": h}, marks)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set(ylabel="value (no unit)", ylim=(None, 1.08))
        _legend(figure, axes)
    return figure


def _lines(
    axes: Axes, lines: Mapping[str, Sequence[float]], marks: Sequence[int]
) -> None:
    for step in marks:
        axes.axvline(step, color="black", linestyle=":", linewidth=1)
    for name, values in lines.items():
        steps = range(1, len(values) + 1)
        axes.plot(steps, values, marker="o", markersize=2.5, label=name)
    axes.set(xlabel="time step t", xlim=(0.2, len(values) + 0.8))


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))


def by_lag(
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    predicted: Mapping[str, Mapping[str, Sequence[float]]],
) -> Figure:
    """Draw gradients against the lag; what the forget gates predict is dashed.

    Args:
        panels: by title, the measured curves by name; value k belongs to lag k.
        predicted: by title, predictions for some of these curves.
    """
    with panel_row(len(panels), height=3.2) as (figure, row):
        for axes, (title, curves) in zip(row, panels.items(), strict=True):
            for number, (name, values) in enumerate(curves.items()):
                axes.semilogy(values, color=COLOURS[number], label=name)
                if name in predicted[title]:
                    dashed = {"color": COLOURS[number], "linestyle": "--"}
                    axes.semilogy(predicted[title][name], linewidth=1.2, **dashed)
            axes.set(title=title, xlabel="lag (steps)")
            axes.legend(fontsize="small")
        row[0].set_ylabel("gradient (no unit)")
    return figure


def runs(
    losses: Mapping[str, Sequence[tuple[Sequence[int], Sequence[float]]]],
    levels: Mapping[str, float],
) -> Figure:
    """Draw the test loss of every run, one colour a network.

    Args:
        losses: by network, for each run its updates and its losses.
        levels: horizontal lines, by name.
    """
    with panel(height=3.0) as (figure, axes):
        for number, (name, several) in enumerate(losses.items()):
            for index, (updates, values) in enumerate(several):
                axes.semilogy(
                    updates,
                    values,
                    color=COLOURS[number],
                    linewidth=1.1,
                    label=None if index else name,
                )
                axes.plot(updates[-1], values[-1], "o", color=COLOURS[number], ms=3.5)
        for name, height in levels.items():
            axes.axhline(height, color="black", linestyle="--", linewidth=1)
            axes.annotate(
                name,
                (0, height),
                xycoords=("axes fraction", "data"),
                xytext=(3, -12),
                textcoords="offset points",
            )
        axes.set(xlabel="update", ylabel="test loss (squared error)")
        axes.yaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.1, 1]))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
        _legend(figure, axes)
    return figure
