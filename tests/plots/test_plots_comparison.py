"""The plots of chapter 11 show the numbers they are given."""

import numpy as np
import pytest

from course_lib.experiments.memory.comparison import Result
from course_lib.plots import comparison as plots

CELLS, TASKS = ["one", "two"], ["first", "second"]


def result(cell, task, scores):
    return Result(cell, task, 4, 0.01, scores, [None] * len(scores))


def test_every_seed_has_a_dot_and_every_row_its_median():
    results = [
        result("one", "first", [0.1, 0.4, 0.2]),
        result("two", "first", [1.0, 2.0, 3.0]),
        result("one", "second", [0.5, 0.5, 0.5]),
        result("two", "second", [0.01, 1.0, 0.0]),
    ]
    figure = plots.scores(results, CELLS, TASKS)
    assert [axes.get_title() for axes in figure.axes] == TASKS
    spans, dots, middles = {}, {}, {}
    for axes in figure.axes:
        *lines, at_one = axes.get_lines()
        assert list(at_one.get_xdata()) == [1, 1]
        for cell, (span, dot, middle) in zip(
            CELLS, np.reshape(np.array(lines, dtype=object), (2, 3)), strict=True
        ):
            at = cell, axes.get_title()
            spans[at] = list(span.get_xdata())
            dots[at] = list(dot.get_xdata())
            middles[at] = float(np.ravel(middle.get_xdata())[0])
    assert dots["one", "first"] == [0.1, 0.4, 0.2]
    assert spans["two", "first"] == [1.0, 3.0]
    assert middles["one", "first"] == pytest.approx(0.2)
    assert dots["two", "second"][2] == 1e-3  # zero has no place on a logarithmic axis


def test_one_task_makes_one_panel():
    results = [result(cell, "first", [0.5]) for cell in CELLS]
    figure = plots.scores(results, CELLS, ["first"])
    assert len(figure.axes) == 1
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == CELLS
    assert figure.axes[0].yaxis_inverted()


def test_the_held_number_is_drawn_above_its_gate():
    numbers, marks = [0.1, 0.5, -0.3], [0.0, 1.0, 0.0]
    states = {"leaky": [0.0, 0.2, 0.1], "gated": [0.0, 0.5, 0.5]}
    figure = plots.held(numbers, marks, states, [1.0, 0.0, 1.0])
    top, bottom = figure.axes
    curves = {line.get_label(): line for line in top.get_lines()}
    assert list(curves["marked input"].get_xdata()) == [2]
    assert list(curves["gated"].get_ydata()) == [0.0, 0.5, 0.5]
    (gate,) = bottom.get_lines()
    assert list(gate.get_ydata()) == [1.0, 0.0, 1.0]
    assert gate.get_color() == curves["gated"].get_color()
