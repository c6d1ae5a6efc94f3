"""The figure of chapter 09 draws what the leaky cell does, and says it rightly."""

import json
from xml.etree import ElementTree as ET

import pytest

from course_lib.figures import leak


@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.9, 0.99])
def test_the_impulse_decays_by_alpha_a_step(alpha):
    found = leak.measure(alpha)
    expected = [alpha**k for k in range(leak.STEPS)]
    assert found.impulse.tolist() == pytest.approx(expected, abs=1e-5)
    assert found.kept == pytest.approx(alpha**10, abs=1e-5)


@pytest.mark.parametrize(
    ("alpha", "late"), [(0.0, 0), (0.5, 0), (0.9, 6), (0.99, None)]
)
def test_the_jump_is_noticed_when_half_of_it_is_in(alpha, late):
    # after n steps of the new level, alpha ** n of the old one is left
    found = leak.measure(alpha)
    assert found.late == late
    if late:
        assert alpha ** (late + 1) <= 0.5 < alpha**late


def test_a_large_alpha_keeps_the_noise_out():
    noisy, _ = leak.noisy_signal()
    spread = [leak.measure(a).signal[: leak.JUMP].std().item() for a in (0.0, 0.9)]
    assert spread[0] == pytest.approx(noisy[: leak.JUMP].std().item(), rel=1e-4)
    assert spread[1] < 0.4 * spread[0]


def test_every_setting_has_its_sentence_and_the_page_stays_light():
    html = leak.leak_figure().html
    root = ET.fromstring(html)
    frames = json.loads(root.find(".//p[@role='status']").get("data-frames"))
    assert len(frames) == len(leak.ALPHAS)
    for place, alpha in enumerate(leak.ALPHAS):
        says = frames[f"{place + 1}"]["say"]
        assert f"α</i> = {alpha:g}" in says or f"α = {alpha:g}" in says
        assert len(frames[f"{place + 1}"]["d"]) == 3
    assert len(html) < 60_000
