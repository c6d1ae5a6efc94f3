"""The still figures of chapter 13 say what they are given, and carry the source."""

from xml.etree import ElementTree as ET

import pytest

from course_lib.figures.translator import Step, step_table, translation_picture


def texts(figure, tag="text"):
    root = ET.fromstring(figure.html)
    return ["".join(element.itertext()) for element in root.iter(tag)]


def test_the_picture_reads_the_source_and_says_every_word():
    figure = translation_picture("早上好", ["good", "morning"])
    shown = texts(figure)
    assert [text for text in shown if text in "早上好"] == list("早上好")
    assert shown.count("good") == shown.count("morning") == 2  # said, and read
    assert shown.count("<start>") == shown.count("<stop>") == 1
    for row in ("fc", "softmax", "argmax"):
        assert shown.count(row) == 3
    for part in ("encoder", "context", "decoder"):
        assert shown.count(part) == 1
    root = ET.fromstring(figure.html)
    chinese = [t for t in root.iter("text") if t.get("lang") == "zh-Hans"]
    assert "".join(t.text for t in chinese) == "早上好"


def test_the_picture_speaks_to_a_screen_reader():
    (picture,) = ET.fromstring(translation_picture("好", ["good"]).html).iter("svg")
    assert picture.get("role") == "img"
    for word in ("好", "<start>", "good", "<stop>", "context"):
        assert word in picture.get("aria-label")


def test_everything_stays_inside_the_picture():
    for source, words in (("好", ["good"]), ("早上好吗", ["good", "morning", "mr"])):
        html = translation_picture(source, words).html
        (picture,) = ET.fromstring(html).iter("svg")
        _, _, width, height = map(float, picture.get("viewBox").split())
        for text in picture.iter("text"):
            reach = 4.5 * len("".join(text.itertext()))
            assert reach <= float(text.get("x")) <= width - reach
            assert 12 <= float(text.get("y")) <= height - 12


def test_a_picture_that_would_be_too_small_is_refused():
    with pytest.raises(ValueError, match="5 characters and 1 words"):
        translation_picture("早上好早上", ["good"])


def test_the_table_has_a_row_a_step():
    steps = [Step("<start>", [("good", 0.5), ("hi", 0.25)])]
    table = step_table(steps * 2, "What it says")
    assert texts(table, "tr") == ["stepreadssayssecond"] + [
        f"{n}<start>good 0.500hi 0.250" for n in (1, 2)
    ]
    assert texts(table, "caption") == ["What it says"]
    with pytest.raises(ValueError, match="no steps"):
        step_table([], "nothing")
