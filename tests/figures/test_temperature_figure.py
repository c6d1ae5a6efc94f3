"""The figures of chapter 12: what they state is what the formula gives."""

import math
import re

import pytest
import torch

from course_lib.data.verse import quatrains
from course_lib.data.verse_rules import check
from course_lib.device import make_generator
from course_lib.figures.poems import marks, poem_table
from course_lib.figures.temperature import (
    TEMPERATURES,
    describe,
    measure,
    temperature_figure,
)


@pytest.fixture
def logits():
    return 2 * torch.randn(30, generator=make_generator(0))


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_probabilities_and_entropy_are_those_of_the_scaled_scores(logits, temperature):
    found = measure(logits, temperature)
    probs = torch.softmax(logits.double() / temperature, 0)
    torch.testing.assert_close(found.probs, probs.sort(descending=True).values[:20])
    torch.testing.assert_close(probs[found.symbols], found.probs)
    expected = torch.distributions.Categorical(probs).entropy().item()
    assert found.entropy == pytest.approx(expected)


def test_a_higher_temperature_is_more_even(logits):
    entropies = [measure(logits, temperature).entropy for temperature in TEMPERATURES]
    assert entropies == sorted(entropies)
    assert entropies[-1] < math.log(30)


def test_the_sentence_names_the_likeliest_symbols(logits):
    symbols = [f"<{i}>" for i in range(30)]
    found = measure(logits, 0.1)
    said = describe(0.1, found, symbols)
    assert f"&lt;{int(logits.argmax())}&gt;" in said
    assert f"<b>{found.entropy:.2f}</b> nats" in said


def test_the_figure_has_a_frame_for_each_temperature(logits):
    figure = temperature_figure(logits, ["山"] * 30)
    assert f"{len(TEMPERATURES)} settings" in figure.summary
    assert 'lang="zh-Hans"' in figure.html
    with pytest.raises(ValueError, match=r"shape \(30,\) for 29 symbols"):
        temperature_figure(logits, ["山"] * 29)


def test_poems_stand_in_a_table_with_their_scores():
    right = quatrains(1, make_generator(3))[0]
    wrong = ("山山", "水<水")
    table = poem_table([("after", right), ("before", wrong), ("none", ())], "Poems")
    assert table.html.count("<tr>") == 4
    assert table.html.count('lang="zh-Hans"') == 3
    assert "水&lt;水" in table.html
    assert marks(check(right)) == ["✓"] * 6
    assert marks(check(wrong)) == ["–"] * 6
    assert not re.search(r"<td[^>]*/>", table.html), "an empty cell is no HTML"
    assert "3 poems" in table.summary
