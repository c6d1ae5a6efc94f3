"""The plots of chapter 10 draw the numbers they are given."""

import numpy as np

from course_lib.plots import gates


def values(line):
    return line.get_ydata().tolist()


def heights(axes):
    return [bar.get_height() for bar in axes.patches]


def test_marks_are_drawn_at_their_steps():
    axes = gates.forget([0.5, 0.9, 1.0], [1, 3]).axes[0]
    *dotted, line = axes.lines
    assert [one.get_xdata()[0] for one in dotted] == [1, 3]
    assert values(line) == [0.5, 0.9, 1.0]
    assert line.get_xdata().tolist() == [1, 2, 3]


def test_what_is_written_stands_as_bars():
    figure = gates.write([0.5, 1.0], [-1.0, 0.5], [-0.5, 0.5], [2])
    assert heights(figure.axes[0]) == [-0.5, 0.5]
    assert len(figure.legends) == 1


def test_kept_and_written_are_stacked_to_the_cell():
    kept, written = np.array([0.0, 0.4]), np.array([0.5, -0.1])
    axes = gates.update(kept, written, kept + written, [1]).axes[0]
    tops = [bar.get_y() + bar.get_height() for bar in axes.patches[2:]]
    np.testing.assert_allclose(tops, kept + written)


def test_reading_draws_three_lines():
    axes = gates.read([0.1, 0.2], [1.0, 0.5], [0.1, 0.1], [2]).axes[0]
    assert [values(line) for line in axes.lines[1:4]] == [
        [0.1, 0.2],
        [1.0, 0.5],
        [0.1, 0.1],
    ]


def test_a_prediction_has_the_colour_of_its_measurement():
    panels = {"left": {"a": [1, 0.5], "b": [1, 0.1]}, "right": {"c": [1, 2]}}
    predicted = {"left": {"b": [1, 0.2]}, "right": {}}
    left, right = gates.by_lag(panels, predicted).axes
    assert [values(line) for line in left.lines] == [[1, 0.5], [1, 0.1], [1, 0.2]]
    assert left.lines[1].get_color() == left.lines[2].get_color()
    assert left.lines[2].get_linestyle() == "--"
    assert left.get_yscale() == right.get_yscale() == "log"
    assert len(right.lines) == 1


def test_every_run_is_drawn_and_named_once():
    runs = {"A": [([0, 25], [1.0, 0.1]), ([0, 25, 50], [1, 1, 1])], "B": [([0], [1])]}
    figure = gates.runs(runs, {"solved": 0.01})
    axes = figure.axes[0]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["A", "B"]
    ends = [line.get_xdata()[-1] for line in axes.lines if line.get_marker() == "o"]
    assert ends == [25, 50, 0]
