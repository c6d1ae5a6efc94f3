"""Sentences obey their grammar, and the losses said to be best are."""

import math
import re

import pytest
import torch

from course_lib.data.characters import (
    ALPHABET,
    agreement,
    best_loss,
    forgetful_loss,
    grammar,
    spell,
)
from course_lib.device import make_generator

NOUN = "(?:cat|dog|fox)"
SENTENCE = re.compile(f"{NOUN}(s?)(?: of {NOUN}s?)+ (?:eat|run)(s?)\\.")


def test_every_sentence_agrees_with_its_first_noun():
    text = agreement(50, 300, make_generator(0))
    found = 0
    for piece in text.targets:
        *whole, rest = spell(piece).split(".")
        for sentence in whole:
            match = SENTENCE.fullmatch(sentence + ".")
            assert match, sentence
            assert (match[1] == "s") != (match[2] == "s"), sentence
            found += 1
        assert len(rest) < 200
    assert found > 400


def test_inputs_are_the_targets_one_letter_earlier():
    text = agreement(3, 40, make_generator(1))
    assert text.inputs.shape == text.targets.shape == (3, 40)
    assert torch.equal(text.inputs[:, 1:], text.targets[:, :-1])
    assert spell(text.inputs[:, 0]) == "..."


def test_the_marks_stand_at_the_verbs_endings():
    text = agreement(20, 200, make_generator(2))
    for piece, marks in zip(text.targets, text.agrees, strict=True):
        letters = spell(piece)
        ends = [match.end() for match in re.finditer("eat|run", letters)]
        assert [end for end in ends if end < 200] == marks.nonzero()[:, 0].tolist()


def test_surprise_is_what_was_left_open():
    """Log 3 a noun, log 2 its number, log 2 for going on, log 2 for the verb."""
    text = agreement(30, 400, make_generator(3))
    assert not text.surprise[text.agrees].any()
    for piece, surprise in zip(text.targets, text.surprise, strict=True):
        letters = spell(piece)
        end = letters.rindex(".") + 1
        whole = letters[:end]
        nouns = len(re.findall("cat|dog|fox", whole))
        sentences = whole.count(".")
        # after each noun but a sentence's first: one more, or one of two verbs
        choices = nouns - sentences
        cost = nouns * math.log(6) + choices * math.log(2) + sentences * math.log(2)
        assert surprise[:end].sum().item() == pytest.approx(cost)


@pytest.mark.parametrize("more", [0.0, 0.5, 0.8])
def test_the_best_loss_is_the_mean_surprise(more):
    """Also worked out sentence by sentence: nats and letters of an average sentence."""
    text = agreement(400, 600, make_generator(4), more)
    assert text.surprise.mean().item() == pytest.approx(best_loss(more), rel=0.01)
    nouns = 1 / (1 - more)  # after the first
    going_on = sum(-p * math.log(p) for p in (more, 1 - more) if p) * nouns
    nats = (1 + nouns) * math.log(6) + going_on + math.log(2)
    letters = 3.5 + nouns * 7.5 + 5.5
    assert best_loss(more) == pytest.approx(nats / letters)
    assert forgetful_loss(more) == pytest.approx((nats + math.log(2)) / letters)


def test_the_automaton_is_sound():
    rules = grammar()
    assert rules.probs.shape == (len(rules.agrees), len(ALPHABET))
    torch.testing.assert_close(
        rules.probs.sum(1), torch.ones(len(rules.probs)).double()
    )
    assert rules.agrees.sum() == 2


def test_the_same_generator_draws_the_same_text():
    one, two = (agreement(4, 50, make_generator(5)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one.targets, agreement(4, 50, make_generator(6)).targets)


def test_an_endless_sentence_is_refused():
    with pytest.raises(ValueError, match=r"more is 1\.0, expected 0 <= more < 1"):
        agreement(1, 5, make_generator(0), more=1.0)
