"""The figure of chapter 08 draws what the cells compute, and says what it means."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
import torch

from course_lib.figures import radius


@pytest.fixture(scope="module")
def figure():
    return radius.radius_figure(radii=(0.7, 1.5), gains=(0.0, 1.0))


def test_without_input_the_slope_is_1_and_the_radius_decides():
    for rho in (0.7, 1.2):
        found = radius.measure(rho, 0.0)
        assert found.slope == 1
        assert found.rate == pytest.approx(rho, rel=0.03)


def test_inputs_make_slopes_smaller_and_gradients_vanish_faster():
    rates = [radius.measure(1.1, gain).rate for gain in (0.1, 0.3, 1.0, 3.0)]
    assert rates == sorted(rates, reverse=True)
    assert radius.measure(2.0, 3.0).rate < 0.8


def test_the_prediction_is_near_at_moderate_inputs():
    for rho in (0.5, 1.0, 1.5):
        found = radius.measure(rho, 0.3)
        assert found.rate == pytest.approx(found.predicted, rel=0.06)


def test_sentences_name_what_happens():
    norms = torch.ones(3)
    for rate, word in ((0.8, "vanish"), (1.0, "hardly change"), (1.3, "explode")):
        says = radius.describe(1.1, 0.3, radius.Measured(norms, rate, rate, 0.9))
        assert f"gradients {word}" in says
        assert f"<b>{rate:.2f}</b>" in says


def test_every_setting_is_drawn_and_the_page_stays_small(figure):
    root = ET.fromstring(figure.html)
    frames = json.loads(root.find(".//p[@role='status']").get("data-frames"))
    assert set(frames) == {"1,1", "1,2", "2,1", "2,2"}
    for frame in frames.values():
        measured, predicted = frame["d"]
        assert len(re.findall("[ML]", measured)) == len(radius.DRAWN)
        assert len(re.findall("[ML]", predicted)) == len(radius.DRAWN)
    assert len(radius.radius_figure().html) < 80_000
