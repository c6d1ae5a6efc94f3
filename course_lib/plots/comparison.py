"""What a gate does to a state, and how the cells of the course compare."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from course_lib.plots.style import COLOURS, panel, panel_row


def held(
    numbers: Sequence[float],
    marks: Sequence[float],
    states: Mapping[str, Sequence[float]],
    gate: Sequence[float],
) -> Figure:
    """Draw a sequence with marks, and what several units make of it.

    Args:
        numbers: the number read at each step.
        marks: 1 where the number is to be kept.
        states: each unit's state after every step, by the unit's name.
        gate: the update gate of the last unit at every step.
    """
    steps = np.arange(1, len(numbers) + 1)
    with panel(height=3.8) as (figure, axes):
        axes.remove()
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        marked = np.asarray(marks) > 0
        top.plot(steps, numbers, ".", color="grey", label="input")
        top.plot(
            steps[marked],
            np.asarray(numbers)[marked],
            "o",
            color="black",
            markersize=8,
            fillstyle="none",
            label="marked input",
        )
        for name, state in states.items():
            top.plot(steps, state, drawstyle="steps-mid", label=name)
        top.set(ylabel="state")
        top.legend(ncols=2, fontsize="small", loc="upper right")
        top.set_ylim(-1.05, 1.75)
        bottom.plot(steps, gate, color=COLOURS[len(states) - 1], drawstyle="steps-mid")
        bottom.set(xlabel="time step", ylabel="gate z", ylim=(-0.1, 1.1))
    return figure


def scores(results: Sequence, cells: Sequence[str], tasks: Sequence[str]) -> Figure:
    """Draw every seed's score, one panel a task, one row a cell.

    Args:
        results: have the attributes cell, task and scores.
        cells: names, from top to bottom.
        tasks: names, from left to right.
    """
    found = {(result.cell, result.task): result.scores for result in results}
    rows = np.arange(len(cells))
    width = max(6.4, 1.5 + 1.35 * len(tasks))
    with panel_row(len(tasks), width, 3.0, sharey=True) as (figure, axes):
        for task, one in zip(tasks, axes, strict=True):
            for row, cell in enumerate(cells):
                values = np.clip(found[cell, task], 1e-3, None)
                colour = COLOURS[0] if row < len(cells) / 2 else COLOURS[1]
                one.plot([min(values), max(values)], [row, row], color=colour, lw=1)
                one.plot(values, [row] * len(values), ".", color=colour, alpha=0.6)
                middle = float(np.median(values))
                one.plot(middle, row, "|", color=colour, markersize=13, mew=2.5)
            one.axvline(1, color="black", linestyle="--", linewidth=1)
            one.set_xscale("log")
            one.set(title=task, xlim=(5e-4, 4))
            one.set_xticks([0.001, 0.01, 0.1, 1], ["", "0.01", "0.1", "1"])
            one.minorticks_off()
        axes[0].set_yticks(rows, cells)
        axes[0].invert_yaxis()
        figure.supxlabel("test loss / loss without memory", fontsize="medium")
    return figure
