"""The figure of chapter 11 runs the course's GRU, and says what it shows."""

import json
from xml.etree import ElementTree as ET

import pytest
import torch

from course_lib.figures import update


@pytest.mark.parametrize("bias", update.BIASES)
def test_without_the_mark_it_is_a_leaky_unit(bias):
    numbers, _ = update.marked_numbers()
    alpha, state = torch.sigmoid(torch.tensor(bias).double()), 0.0
    for number, found in zip(
        numbers.double(), update.measure(bias, 0.0).state, strict=True
    ):
        state = alpha * state + (1 - alpha) * number
        assert found.item() == pytest.approx(state.item(), abs=1e-5)


def test_the_numbers_are_those_of_the_chapter():
    numbers, marks = update.marked_numbers()
    assert marks.nonzero().flatten().tolist() == [3, 17, 30]
    assert numbers.abs().max() <= 0.8
    held = update.wanted(numbers, marks)
    assert held[:3].tolist() == [0, 0, 0]
    assert held[5] == numbers[3]
    assert held[39] == numbers[30]


def test_only_the_mark_makes_a_memory():
    leaky = [update.measure(bias, 0.0).off for bias in update.BIASES]
    gated = update.measure(8.0, -16.0)
    assert gated.off < 0.01
    assert min(leaky) > 0.2
    assert gated.gate.round().tolist() == [
        float(t not in update.MARKED) for t in range(update.STEPS)
    ]


def test_every_setting_has_its_sentence_and_the_page_stays_light():
    html = update.update_figure().html
    root = ET.fromstring(html)
    frames = json.loads(root.find(".//p[@role='status']").get("data-frames"))
    assert len(frames) == len(update.BIASES) * len(update.WEIGHTS)
    leaky = [one["say"] for one in frames.values() if "leaky unit" in one["say"]]
    assert len(leaky) == len(update.BIASES)
    assert len(html) < 150_000
