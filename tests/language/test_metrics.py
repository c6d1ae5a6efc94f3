"""Metrics against well-kept implementations: sacrebleu, and RapidFuzz for edits."""

import math
import random

import pytest
from rapidfuzz.distance import Levenshtein
from sacrebleu.metrics import BLEU

from course_lib.language.metrics import (
    bleu,
    bleu_parts,
    clipped_matches,
    edit_distance,
    exact_match,
)

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "saw", "one", "dog"]


def sentences(number, seed, low=0, high=14):
    draw = random.Random(seed)
    return [draw.choices(WORDS, k=draw.randint(low, high)) for _ in range(number)]


def changed(sentence, seed):
    """Return a sentence with some words dropped, doubled or replaced."""
    draw = random.Random(seed)
    out = []
    for word in sentence:
        out += draw.choice([[word]] * 4 + [[], [word, word], [draw.choice(WORDS)]])
    return out


def corpus(seed, number=12, references=1):
    right = sentences(number, seed, 1)
    outputs = [changed(s, seed + i) for i, s in enumerate(right)]
    more = [[changed(s, 9 * i + k) or s for k in range(1, references)]
            for i, s in enumerate(right)]  # fmt: skip
    return outputs, [[s, *others] for s, others in zip(right, more, strict=True)]


def sacre(outputs, references, max_n=4, smoothing="none"):
    """Return sacrebleu's result; it wants one list a reference, joined by spaces."""
    most = max(map(len, references))
    lists = [[" ".join(r[i]) if i < len(r) else None for r in references]
             for i in range(most)]  # fmt: skip
    metric = BLEU(
        tokenize="none", smooth_method=smoothing, max_ngram_order=max_n, force=True
    )
    return metric.corpus_score([" ".join(o) for o in outputs], lists)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("smoothing", ["none", "exp"])
@pytest.mark.parametrize("max_n", [1, 2, 4])
def test_bleu_is_that_of_sacrebleu(seed, references, smoothing, max_n):
    outputs, right = corpus(seed, references=references)
    ours = bleu_parts(outputs, right, max_n, smoothing)
    theirs = sacre(outputs, right, max_n, smoothing)
    assert ours.score == pytest.approx(theirs.score, rel=1e-12)
    assert ours.precisions == pytest.approx(theirs.precisions, rel=1e-12)
    assert ours.brevity_penalty == pytest.approx(theirs.bp, rel=1e-12)
    assert (ours.output_length, ours.reference_length) == (
        theirs.sys_len,
        theirs.ref_len,
    )
    assert bleu(outputs, right, max_n, smoothing) == ours.score


@pytest.mark.parametrize("smoothing", ["none", "exp"])
@pytest.mark.parametrize(
    ("output", "right"),
    [
        ("the the the the", "a mat"),  # nothing matches
        ("cat", "cat"),  # no 2-gram at all
        ("", "a mat"),
        ("the cat sat down", "the cat sat on a mat"),  # no 4-gram matches
        ("on the mat sat the cat", "the cat sat on the mat"),  # no 3-gram either
    ],
)
def test_bleu_of_single_sentences_is_that_of_sacrebleu(output, right, smoothing):
    outputs, references = [output.split()], [[right.split()]]
    expected = sacre(outputs, references, smoothing=smoothing).score
    assert bleu(outputs, references, smoothing=smoothing) == pytest.approx(expected)


def test_clipping_counts_a_word_as_often_as_one_reference_has_it():
    first, second = "the cat is on the mat", "there is a cat on the mat"
    references = [first.split(), second.split()]
    assert (
        clipped_matches(["the"] * 7, references, 1) == 2
    )  # Papineni et al., example 2
    assert bleu_parts([["the"] * 7], [references], 1).precisions[0] == pytest.approx(
        100 * 2 / 7
    )


def test_a_short_output_is_penalised_and_a_long_one_is_not():
    right = [[WORDS]]
    short = bleu_parts([WORDS[:6]], right)
    assert short.precisions == (100.0,) * 4
    assert short.score == pytest.approx(100 * math.exp(1 - 10 / 6))
    assert bleu_parts([WORDS + WORDS[:3]], right).brevity_penalty == 1.0


def test_corpus_bleu_adds_up_counts_and_is_no_mean_of_sentences():
    outputs, right = [WORDS, ["dog"] * 4], [[WORDS], [WORDS[:4]]]
    mean = sum(bleu([o], [r]) for o, r in zip(outputs, right, strict=True)) / 2
    assert mean == pytest.approx(50)
    assert bleu(outputs, right) == pytest.approx(sacre(outputs, right).score)
    assert abs(bleu(outputs, right) - mean) > 5


def test_bleu_takes_ids_as_well_as_words():
    assert bleu([[4, 5, 6, 7]], [[(4, 5, 6, 7)]]) == pytest.approx(100)


@pytest.mark.parametrize("seed", range(40))
def test_edit_distance_is_that_of_rapidfuzz(seed):
    a, b = sentences(2, seed)
    for one, other in ((a, b), (a, changed(a, seed)), (a, a), (a, [])):
        assert edit_distance(one, other) == Levenshtein.distance(one, other)


def test_edit_distance_is_a_distance():
    a, b, c = sentences(3, 5, 6)
    assert edit_distance(a, a) == 0
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert edit_distance("kitten", "sitting") == 3


def test_exact_match_is_the_share_of_equal_sequences():
    outputs = [["a", "b"], ("a",), [], ["b", "a"]]
    assert exact_match(outputs, [["a", "b"], ["a"], ["a"], ["a", "b"]]) == 0.5


@pytest.mark.parametrize("metric", [exact_match, bleu])
@pytest.mark.parametrize(("outputs", "right"), [([], []), ([["a"]], [])])
def test_numbers_that_do_not_fit_are_refused(metric, outputs, right):
    with pytest.raises(ValueError, match=r"outputs and 0 references, expected as many"):
        metric(outputs, right)


def test_references_in_the_wrong_form_are_refused():
    with pytest.raises(ValueError, match="expected a list of sequences"):
        bleu([["a", "b"]], [["a", "b"]])
    with pytest.raises(ValueError, match="at least one"):
        bleu([["a"]], [[]])
    with pytest.raises(ValueError, match="expected 1 or more, and 'none'"):
        bleu([["a"]], [[["a"]]], smoothing="floor")
