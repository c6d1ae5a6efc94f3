"""Attention: scores, masks and alignments, against PyTorch and against slow loops."""

from functools import partial

import pytest
import torch
from torch.nn import functional as F

from course_lib.device import make_generator
from course_lib.language.attention.alignments import (
    alignment_error_rate,
    alignment_errors,
    attention_map,
)
from course_lib.language.attention.functions import (
    attend,
    attentional_state,
    score_bahdanau,
    score_concat,
    score_dot,
    score_general,
)
from course_lib.language.attention.scores import (
    BahdanauScore,
    ConcatScore,
    DotScore,
    GeneralScore,
)
from course_lib.shapes import ShapeError

BATCH, TARGET, SOURCE, QUERY, KEY, VALUE, WIDTH = 2, 3, 4, 5, 6, 7, 8


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=make_generator(seed), dtype=torch.float64)


QUERIES = draw(BATCH, TARGET, QUERY, seed=1)
KEYS = draw(BATCH, SOURCE, KEY, seed=2)
VALUES = draw(BATCH, SOURCE, VALUE, seed=3)
W_GENERAL = draw(QUERY, KEY, seed=4)
W_CONCAT, V = draw(QUERY + KEY, WIDTH, seed=5), draw(WIDTH, seed=6)
MASK = torch.tensor([[True, True, False, True], [True, False, False, False]])

# name: our function on (query, keys), and the score of one pair, as its formula
SCORES = {
    "dot": (score_dot, lambda q, k: sum(a * b for a, b in zip(q, k, strict=True))),
    "general": (
        partial(score_general, W_a=W_GENERAL),
        lambda q, k: torch.einsum("i,ij,j->", q, W_GENERAL, k),
    ),
    "concat": (
        partial(score_concat, W_a=W_CONCAT, v_a=V),
        lambda q, k: (torch.tanh(torch.cat([q, k]) @ W_CONCAT) * V).sum(),
    ),
    "bahdanau": (
        partial(score_bahdanau, W_q=W_CONCAT[:QUERY], W_k=W_CONCAT[QUERY:], v_a=V),
        lambda q, k: (
            torch.tanh(q @ W_CONCAT[:QUERY] + k @ W_CONCAT[QUERY:]) * V
        ).sum(),
    ),
}


def keys_for(name):
    return draw(BATCH, SOURCE, QUERY, seed=7) if name == "dot" else KEYS


@pytest.mark.parametrize("name", SCORES)
def test_scores_are_those_of_each_pair(name):
    score, pair = SCORES[name]
    keys = keys_for(name)
    found = score(QUERIES, keys)
    assert found.shape == (BATCH, TARGET, SOURCE)
    for b in range(BATCH):
        for t in range(TARGET):
            for s in range(SOURCE):
                torch.testing.assert_close(
                    found[b, t, s],
                    pair(QUERIES[b, t], keys[b, s]),
                    rtol=1e-12,
                    atol=1e-12,
                )


@pytest.mark.parametrize("name", SCORES)
def test_gradients_of_attention_are_those_of_finite_differences(name):
    def run(query, keys, values):
        return attend(query, keys, values, MASK, SCORES[name][0])

    inputs = [
        part.clone().requires_grad_() for part in (QUERIES, keys_for(name), VALUES)
    ]
    assert torch.autograd.gradcheck(run, inputs)


def test_gradients_of_the_scores_parameters():
    leaves = [part.clone().requires_grad_() for part in (W_GENERAL, W_CONCAT, V)]

    def run(general, concat, v):
        return (
            score_general(QUERIES, KEYS, general),
            score_concat(QUERIES, KEYS, concat, v),
            score_bahdanau(QUERIES, KEYS, concat[:QUERY], concat[QUERY:], v),
        )

    assert torch.autograd.gradcheck(run, leaves)


@pytest.mark.parametrize("mask", [None, MASK, MASK[:, None].repeat(1, TARGET, 1)])
def test_dot_attention_is_torchs_scaled_back(mask):
    keys = keys_for("dot")
    whole = mask if mask is None or mask.dim() == 3 else mask[:, None]
    expected = F.scaled_dot_product_attention(
        QUERIES, keys, VALUES, attn_mask=whole, scale=1.0
    )
    context, weights = attend(QUERIES, keys, VALUES, mask)
    torch.testing.assert_close(context, expected, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(weights.sum(-1), torch.ones(BATCH, TARGET).double())
    # its default divides by the root of the size, which queries can undo
    scaled = F.scaled_dot_product_attention(
        QUERIES * QUERY**0.5, keys, VALUES, attn_mask=whole
    )
    torch.testing.assert_close(context, scaled, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", SCORES)
def test_padding_changes_nothing_and_gets_nothing(name):
    score, keys = SCORES[name][0], keys_for(name)
    mask = torch.ones(BATCH, SOURCE, dtype=torch.bool)
    context, weights = attend(QUERIES, keys, VALUES, mask, score)
    torch.testing.assert_close(attend(QUERIES, keys, VALUES, None, score)[0], context)
    far = torch.full((BATCH, 3, 1), 1e3).double()
    longer = torch.cat([mask, torch.zeros(BATCH, 3, dtype=torch.bool)], 1)
    more_keys = torch.cat([keys, far.expand(-1, -1, keys.shape[2])], 1)
    more_values = torch.cat([VALUES, far.expand(-1, -1, VALUE)], 1)
    padded, wide = attend(QUERIES, more_keys, more_values, longer, score)
    torch.testing.assert_close(padded, context, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(wide[..., :SOURCE], weights, rtol=1e-12, atol=1e-12)
    assert not wide[..., SOURCE:].any()


def test_rows_of_a_mask_by_target_are_used_each():
    mask = torch.rand(BATCH, TARGET, SOURCE, generator=make_generator(0)) < 0.5
    mask[..., 0] = True
    context, weights = attend(QUERIES, keys_for("dot"), VALUES, mask)
    assert not weights[~mask].any()
    for t in range(TARGET):
        one, _ = attend(QUERIES[:, t : t + 1], keys_for("dot"), VALUES, mask[:, t])
        torch.testing.assert_close(context[:, t : t + 1], one)


def test_a_row_without_anything_to_look_at_is_zero_in_value_and_gradient():
    mask = MASK.clone()
    mask[1] = False
    inputs = [
        part.clone().requires_grad_() for part in (QUERIES, keys_for("dot"), VALUES)
    ]
    context, weights = attend(*inputs, mask)
    assert not context[1].any()
    assert not weights[1].any()
    assert weights[0].any()
    with torch.autograd.set_detect_anomaly(True):  # no NaN on the way either
        context, weights = attend(*inputs, mask)
        (context * draw(*context.shape, seed=9)).sum().backward()
    for part in inputs:
        assert part.grad.isfinite().all()
        assert not part.grad[1].any()
        assert part.grad[0].any()
    # without a place at all
    none, empty = attend(QUERIES, KEYS[:, :0, :QUERY], VALUES[:, :0], MASK[:, :0])
    assert none.shape == (BATCH, TARGET, VALUE)
    assert not none.any()
    assert empty.shape == (BATCH, TARGET, 0)


def test_huge_scores_stay_finite():
    _, weights = attend(QUERIES * 1e6, keys_for("dot") * 1e6, VALUES, MASK)
    assert weights.isfinite().all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(BATCH, TARGET).double())


def test_wrong_shapes_and_masks_are_named():
    with pytest.raises(ShapeError, match=r"keys has shape .* key=5"):
        score_dot(QUERIES, KEYS)
    with pytest.raises(ShapeError, match=r"W_a has shape"):
        score_general(QUERIES, KEYS, W_GENERAL.T)
    with pytest.raises(ShapeError, match=r"W_a has shape .* query\+key=11"):
        score_concat(QUERIES, KEYS, W_CONCAT[1:], V)
    with pytest.raises(ShapeError, match=r"v_a has shape"):
        score_concat(QUERIES, KEYS, W_CONCAT, V[1:])
    with pytest.raises(ShapeError, match=r"W_k has shape"):
        score_bahdanau(QUERIES, KEYS, W_CONCAT[:QUERY], W_CONCAT[:QUERY], V)
    with pytest.raises(ShapeError, match=r"values has shape"):
        attend(QUERIES, KEYS, VALUES[:, 1:])
    keys = keys_for("dot")
    with pytest.raises(TypeError, match=r"expected torch.bool: True for real"):
        attend(QUERIES, keys, VALUES, MASK.double())
    with pytest.raises(ShapeError, match=r"mask has shape"):
        attend(QUERIES, keys, VALUES, MASK[:, 1:])
    with pytest.raises(
        ShapeError, match=r"query has shape .* \(batch, target, query\)"
    ):
        attend(QUERIES[:, 0], keys, VALUES)


def test_the_attentional_state_joins_context_and_state_in_this_order():
    context, h = draw(BATCH, TARGET, VALUE, seed=1), draw(BATCH, TARGET, QUERY, seed=2)
    W_c = draw(VALUE + QUERY, WIDTH, seed=3)
    found = attentional_state(context, h, W_c)
    expected = torch.tanh(context @ W_c[:VALUE] + h @ W_c[VALUE:])
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    leaves = [part.clone().requires_grad_() for part in (context, h, W_c)]
    assert torch.autograd.gradcheck(attentional_state, leaves)
    with pytest.raises(ShapeError, match=r"value\+hidden=12"):
        attentional_state(context, h, W_c[1:])


@pytest.mark.parametrize("kind", [DotScore, GeneralScore, ConcatScore, BahdanauScore])
def test_modules_score_alike_with_and_without_preparing(kind):
    key = QUERY if kind is DotScore else KEY
    keys = draw(BATCH, SOURCE, key, seed=7)
    score = kind(QUERY, key, make_generator(0)).double()
    expected = score(QUERIES, keys)
    found = score.of_prepared(QUERIES, score.prepare(keys))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    if kind is not DotScore:
        expected.square().sum().backward()
    assert all(p.grad.any() for p in score.parameters())
    again = kind(QUERY, key, make_generator(0)).double()
    assert all(
        torch.equal(a, b)
        for a, b in zip(score.parameters(), again.parameters(), strict=True)
    )


def test_modules_of_another_width_and_of_unequal_sizes():
    score = BahdanauScore(QUERY, KEY, make_generator(0), attention_size=9).double()
    assert score.v_a.shape == (9,)
    assert score(QUERIES, KEYS).shape == (BATCH, TARGET, SOURCE)
    with pytest.raises(ValueError, match=r"dot product of 5 and 6 .* GeneralScore"):
        DotScore(5, 6)


def slow_errors(weights, gold, mask):
    wrong = words = 0
    for b in range(len(weights)):
        for t in range(weights.shape[1]):
            places = {s for s in range(weights.shape[2]) if gold[b, t, s]}
            if mask[b, t] and places:
                row = weights[b, t].tolist()
                words += 1
                wrong += row.index(max(row)) not in places
    return wrong, words


@pytest.mark.parametrize("seed", range(5))
def test_alignment_errors_are_those_of_a_slow_count(seed):
    generator = make_generator(seed)
    weights = torch.rand(3, 5, 6, generator=generator)
    gold = torch.rand(3, 5, 6, generator=generator) < 0.3
    mask = torch.rand(3, 5, generator=generator) < 0.7
    expected = slow_errors(weights, gold, mask)
    assert alignment_errors(weights, gold, mask) == expected
    assert alignment_error_rate(weights, gold, mask) == expected[0] / expected[1]
    everywhere = torch.ones(3, 5, dtype=torch.bool)
    assert alignment_errors(weights, gold) == slow_errors(weights, gold, everywhere)
    # more padding, in target and source, changes nothing
    padded = [F.pad(part, (0, 2, 0, 3)) for part in (weights, gold)]
    assert alignment_errors(*padded, F.pad(mask, (0, 3))) == expected


def test_alignment_errors_at_the_ends():
    gold = torch.eye(4, dtype=torch.bool)[None]
    assert alignment_error_rate(gold.double(), gold) == 0.0
    assert alignment_error_rate(gold.double().roll(1, 2), gold) == 1.0
    assert alignment_error_rate(gold.double().roll(1, 1), gold) == 1.0
    with pytest.raises(ValueError, match="no word that counts has a gold place"):
        alignment_error_rate(gold.double(), gold & False)
    with pytest.raises(TypeError, match=r"gold holds torch.float64"):
        alignment_error_rate(gold.double(), gold.double())
    with pytest.raises(TypeError, match=r"mask holds torch.int64"):
        alignment_error_rate(gold.double(), gold, torch.ones(1, 4, dtype=torch.long))
    with pytest.raises(ShapeError, match=r"gold has shape"):
        alignment_error_rate(gold.double(), gold[:, :, 1:])


def test_the_map_of_a_sentence_has_its_real_size():
    looks = [torch.softmax(draw(3, 5, seed=20 + step), -1) for step in range(4)]
    sources = torch.tensor([[4, 5, 6, 7, 8], [9, 4, 0, 0, 0], [5, 5, 5, 0, 0]])
    said = torch.tensor([[7, 8, 9, 2], [7, 2, 0, 0], [6, 6, 6, 6]])
    for row, words, symbols in ((0, 3, 5), (1, 1, 2), (2, 4, 3)):
        found = attention_map(looks, sources, said, row)
        assert found.shape == (words, symbols)
        for step in range(words):
            assert torch.equal(found[step], looks[step][row, :symbols])
    with pytest.raises(ShapeError, match="steps"):
        attention_map(looks[:3], sources, said, 0)
