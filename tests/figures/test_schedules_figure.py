"""The figure of chapter 14 shows the course's schedules, and says what it shows."""

import json
from xml.etree import ElementTree as ET

import pytest

from course_lib.figures import schedules
from course_lib.language.decoding.choices import sampling_schedule


@pytest.mark.parametrize("end", schedules.ENDS)
@pytest.mark.parametrize("kind", schedules.KINDS)
def test_every_schedule_falls_to_the_same_end(kind, end):
    curve = schedules.curve(kind, end)
    assert curve[-1] == pytest.approx(end, abs=1e-6)
    assert curve == sorted(curve, reverse=True)
    given = schedules.options(kind, end)
    assert curve[7] == sampling_schedule(kind, schedules.POINTS[7], *given)


def test_half_way_the_power_is_lowest_and_the_sigmoid_highest():
    half = schedules.POINTS.index(250)
    line, power, sigmoid = (
        schedules.curve(kind, 0.2)[half] for kind in schedules.KINDS
    )
    assert power < line < sigmoid


def test_every_setting_has_its_sentence_and_the_page_stays_light():
    html = schedules.schedules_figure().html
    root = ET.fromstring(html)
    frames = json.loads(root.find(".//p[@role='status']").get("data-frames"))
    assert len(frames) == len(schedules.ENDS) * len(schedules.SYMBOLS)
    # 0.2 to the fourth
    assert (
        "a beginning of 4 symbols, all right, with probability 0.0016"
        in (frames["3,3"]["say"])
    )
    assert len(html) < 150_000
