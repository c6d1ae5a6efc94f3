"""The plots of translators draw the numbers they are given."""

from statistics import median

import pytest

from course_lib.experiments.trial import success_interval
from course_lib.plots import translation

LENGTHS = ((1, 5), (6, 10))


def test_a_single_run_has_its_success_intervals():
    axes = translation.by_length({"live": [[0.9, 0.0]]}, LENGTHS, 100).axes[0]
    (bars,) = axes.containers
    assert bars.lines[0].get_ydata().tolist() == [0.9, 0.0]
    segments = bars.lines[2][0].get_segments()
    for segment, successes in zip(segments, (90, 0), strict=True):
        ends = [y for _, y in segment]
        assert ends == pytest.approx(success_interval(successes, 100))
    assert [text.get_text() for text in axes.get_xticklabels()] == ["1–5", "6–10"]


def test_several_runs_are_dots_around_their_median():
    runs = [[0.9, 0.1], [0.7, 0.3], [0.8, 0.0]]
    axes = translation.by_length({"three seeds": runs}, LENGTHS, 100).axes[0]
    line, *dots = axes.lines
    assert line.get_ydata().tolist() == [median(r) for r in zip(*runs, strict=True)]
    assert [one.get_ydata().tolist() for one in dots] == runs
    assert [text.get_text() for text in axes.get_legend().texts] == ["three seeds"]


def test_drift_draws_every_distance():
    axes = translation.drift({"a": [0.5, 0.1], "b": [1.0, 2.0]}).axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[0.5, 0.1], [1, 2]]
    assert axes.get_yscale() == "log"
