"""The plots of chapter 15 show the numbers they are given."""

import pytest

from course_lib.plots import attention as plots

LENGTHS = ((1, 5), (6, 10))


def test_a_curve_is_the_median_of_the_seeds_in_their_band():
    exact = {"none": [[1.0, 0.5], [0.9, 0.1], [0.8, 0.3]], "dot": [[1.0, 0.9]]}
    (axes,) = plots.exact_by_length(exact, LENGTHS).axes
    none, dot = axes.get_lines()
    assert list(none.get_ydata()) == [0.9, 0.3]
    assert list(dot.get_ydata()) == [1.0, 0.9]
    assert none.get_linestyle() == "--"
    assert dot.get_linestyle() == "-"
    band = axes.collections[0].get_paths()[0].get_extents()
    assert band.y0 == pytest.approx(0.1)
    assert band.y1 == pytest.approx(1.0)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1–5", "6–10"]


def test_every_seed_has_its_error():
    (axes,) = plots.alignment_errors({"dot": [0.2, 0.1, 0.15], "concat": [0.1]}).axes
    lines = axes.get_lines()
    assert list(lines[1].get_xdata()) == [0.2, 0.1, 0.15]
    assert lines[2].get_xdata()[0] == pytest.approx(0.15)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["dot", "concat"]
    assert axes.yaxis_inverted()


def test_bars_stand_in_their_groups():
    exact = {"usual": {"two": 0.9, "three": 0.0}, "mixed": {"two": 0.8, "three": 0.7}}
    (axes,) = plots.by_clauses(exact).axes
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    assert heights == [[0.9, 0.0], [0.8, 0.7]]
    for bars, side in zip(axes.containers, (-1, 1), strict=True):
        for place, bar in enumerate(bars):
            middle = bar.get_x() + bar.get_width() / 2
            assert (middle - place) * side > 0
