"""Curves that follow sliders: what is drawn is what was computed, and it must fit."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from course_lib.figures.parts.curves import (
    Frame,
    Panel,
    Slider,
    moving_curves,
    path,
    tick,
)

LINEAR = Panel("Decay", [0, 5, 10], "lag", "share", (0, 1), ["fast", "slow"])
LOG = LINEAR._replace(curves=["only"], y_range=(1e-4, 1), log=True)


def example() -> str:
    def frame(i, j):
        return Frame(
            [[[1, i / 2, 0], [1, 1, j]], [[1, 1e-2, 1e-4]]], f"At <b>{i}{j}</b>: h_t"
        )

    sliders = [
        Slider("<i>α</i>", ["low", "mid", "high"], 1),
        Slider("n", ["a", "b"], 0),
    ]
    return moving_curves("Test", sliders, [LINEAR, LOG], frame).html


def test_every_setting_is_there_and_the_first_is_drawn():
    root = ET.fromstring(example())
    say = root.find(".//p[@role='status']")
    frames = json.loads(say.get("data-frames"))
    assert set(frames) == {f"{i},{j}" for i in (1, 2, 3) for j in (1, 2)}
    drawn = [p.get("d") for p in root.iter("path") if "uf-curve" in p.get("class")]
    assert drawn == frames["2,1"]["d"]
    assert "".join(say.itertext()) == "At 10: ht"
    assert frames["3,2"]["say"] == "At <b>21</b>: <i>h</i><sub><i>t</i></sub>"


def test_a_slider_says_what_its_positions_stand_for():
    root = ET.fromstring(example())
    first, second = root.iter("input")
    assert json.loads(first.get("data-labels")) == ["low", "mid", "high"]
    assert (first.get("value"), first.get("aria-valuetext")) == ("2", "mid")
    assert (second.get("max"), second.get("aria-valuetext")) == ("2", "a")


def points(d: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split())) for pair in re.split("[ML]", d)[1:]]


def test_heights_are_in_proportion_and_cut_off_at_the_range():
    (_, top), (_, middle), (_, base) = points(path([1, 0.5, 0], LINEAR))
    assert middle == pytest.approx((top + base) / 2)
    (_, over), _, (_, under) = points(path([7, 0.5, -7], LINEAR))
    assert (over, under) == (top, base)


def test_a_logarithmic_axis_has_equal_steps_for_equal_factors():
    (_, a), (_, b), (_, c) = points(path([1, 1e-2, 1e-4], LOG))
    assert b - a == pytest.approx(c - b)
    assert points(path([1, 0, 1e-4], LOG))[1][1] == c  # zero lies at the foot


def test_what_is_missing_leaves_a_gap():
    assert path([1, None, 0], LINEAR).count("M") == 2
    assert path([float("nan"), 1, 0], LINEAR).count("L") == 1


@pytest.mark.parametrize("curves", [[[[1, 2, 3]]], [[[1, 2]], [[1, 2, 3]]]])
def test_curves_that_do_not_fit_are_refused(curves):
    with pytest.raises(ValueError, match=r"frame\(0,\).*expected"):
        moving_curves(
            "Test", [Slider("n", ["a"], 0)], [LOG, LOG], lambda i: Frame(curves, "")
        )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (-20, "−20"),
        (1e-6, "10⁻⁶"),
        (1e5, "10⁵"),
        (0.01, "0.01"),
    ],
)
def test_ticks(value, text):
    assert tick(value) == text


def test_a_caption_stands_in_the_figure():
    def frame(i):
        return Frame([[[0.1, 0.2, 0.3]]], "Said.")

    one = LINEAR._replace(curves=["only"])
    arguments = ("Test", [Slider("n", ["a"], 0)], [one], frame)
    root = ET.fromstring(moving_curves(*arguments, "What it shows.").html)
    assert root.find("figure/figcaption").text == "What it shows."
    assert ET.fromstring(moving_curves(*arguments).html).find(".//figcaption") is None
