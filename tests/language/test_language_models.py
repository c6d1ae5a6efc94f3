"""Language models: embeddings, streams, perplexity, sampling, writing on."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.cells import init_rnn, rnn_forward
from course_lib.device import make_generator
from course_lib.language.models import (
    CharacterModel,
    batchify_text,
    embed,
    generate,
    one_hot_embed,
    perplexity,
    sample_next,
)
from course_lib.language.streams import CarriedLoss, text_loss
from course_lib.layers.gru import GRU
from course_lib.layers.lstm import LSTM
from course_lib.layers.recurrent import Recurrent
from course_lib.shapes import ShapeError
from course_lib.training.fit import fit

VOCAB, EMBEDDING, HIDDEN = 7, 3, 5


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=make_generator(seed), dtype=torch.float64)


def symbols(*shape, seed=0):
    return torch.randint(VOCAB, shape, generator=make_generator(seed))


def layers(dtype=torch.float64):
    torch.manual_seed(3)
    theirs = nn.LSTM(EMBEDDING, HIDDEN, batch_first=True)
    made = {
        "rnn": Recurrent(rnn_forward, init_rnn(EMBEDDING, HIDDEN, make_generator(1))),
        "gru": GRU(EMBEDDING, HIDDEN, make_generator(1)),
        "lstm": LSTM(EMBEDDING, HIDDEN, make_generator(1), num_layers=2),
        "torch": theirs,
    }
    return {name: layer.to(dtype) for name, layer in made.items()}


def model_of(name, dtype=torch.float64):
    layer = layers(dtype)[name]
    model = CharacterModel(VOCAB, EMBEDDING, layer, HIDDEN, make_generator(2))
    return model.to(dtype)


@pytest.mark.parametrize("shape", [(4, 6), (1, 1), (3,), (2, 3, 4), (0, 3)])
def test_both_embeddings_are_that_of_torch_in_value_and_gradient(shape):
    ids, W = symbols(*shape), draw(VOCAB, EMBEDDING)
    module = nn.Embedding.from_pretrained(W.clone(), freeze=False)
    d_out = draw(*shape, EMBEDDING, seed=1)
    expected = module(ids)
    expected.backward(d_out)
    for ours in (one_hot_embed, embed):
        weights = W.clone().requires_grad_()
        found = ours(ids, weights)
        found.backward(d_out)
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
        torch.testing.assert_close(
            weights.grad, module.weight.grad, rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("ours", [one_hot_embed, embed])
def test_wrong_ids_are_named(ours):
    W = draw(VOCAB, EMBEDDING)
    with pytest.raises(ValueError, match=r"ids goes from 2 to 7, expected 0 … 6"):
        ours(torch.tensor([[2, 7]]), W)
    with pytest.raises(ValueError, match=r"from -1 to 2"):
        ours(torch.tensor([[2, -1]]), W)
    with pytest.raises(TypeError, match=r"float32, expected int64"):
        ours(torch.ones(2), W)
    with pytest.raises(ShapeError, match=r"W has shape"):
        ours(symbols(2), W[0])


@pytest.mark.parametrize(
    ("length", "B", "T"), [(50, 3, 4), (13, 3, 4), (2, 1, 1), (101, 5, 20), (49, 4, 3)]
)
def test_streams_are_contiguous_and_targets_come_next(length, B, T):
    inputs, targets = batchify_text(torch.arange(length), B, T)
    pieces = len(inputs)
    assert inputs.shape == targets.shape == (pieces, B, T)
    torch.testing.assert_close(targets, inputs + 1)
    # piece after piece, a row is the text without a gap
    rows = inputs.transpose(0, 1).reshape(B, pieces * T)
    torch.testing.assert_close(rows.flatten(), torch.arange(B * pieces * T))
    assert length - B * pieces * T < B * T + 1
    assert inputs.is_contiguous()


def test_a_text_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"12 symbols .* 3 streams of 4: .* takes 13"):
        batchify_text(torch.arange(12), 3, 4)
    with pytest.raises(ValueError, match="at least 1"):
        batchify_text(torch.arange(12), 0, 4)
    with pytest.raises(ShapeError, match="ids"):
        batchify_text(torch.arange(12).view(3, 4), 1, 2)


def test_perplexity_weighs_every_token_alike():
    p = draw(9).softmax(0)
    nats = [-p[:7].log().sum(), -p[7:].log().sum()]
    expected = math.exp(-p.log().mean())
    assert perplexity(nats, [7, 2]) == pytest.approx(expected, rel=1e-12)
    assert perplexity(sum(nats), 9) == pytest.approx(expected, rel=1e-12)
    assert perplexity(torch.stack(nats), torch.tensor([7, 2])) == pytest.approx(
        expected
    )
    # k equally likely symbols: k
    assert perplexity(5 * math.log(8), 5) == pytest.approx(8)
    assert perplexity(0.0, 3) == 1.0


def test_perplexity_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no token was counted"):
        perplexity([0.0], [0])
    with pytest.raises(ValueError, match="2 losses and 1 counts"):
        perplexity([1.0, 2.0], 3)


def frequencies(logits, number=20000, **options):
    """Draw often from the same scores and return how often each symbol came."""
    rows = logits.expand(number, -1)
    found = sample_next(rows, generator=make_generator(5), **options)
    return torch.bincount(found, minlength=logits.shape[-1]).double() / number


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("top_k", [None, 3, 7])
def test_symbols_come_as_often_as_they_should(temperature, top_k):
    logits = draw(1, VOCAB) * 2
    kept = torch.zeros(VOCAB, dtype=torch.bool)
    kept[logits[0].argsort(descending=True)[: top_k or VOCAB]] = True
    expected = (logits[0] / temperature).exp() * kept
    expected /= expected.sum()
    found = frequencies(logits, temperature=temperature, top_k=top_k)
    assert not found[~kept].any()
    # five standard deviations of a share of 20,000
    torch.testing.assert_close(found, expected, rtol=0, atol=5 * 0.5 / 20000**0.5)
    assert found[expected > 0.01].all()


def test_the_same_seed_draws_the_same_and_the_global_one_is_left_alone():
    logits, before = draw(50, VOCAB), torch.get_rng_state()
    found = [sample_next(logits, generator=make_generator(s)) for s in (1, 1, 2)]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert torch.equal(before, torch.get_rng_state())


def test_temperature_near_and_at_zero_takes_the_most_likely():
    logits = draw(40, VOCAB)
    for temperature in (0.0, 1e-300, 1e-6):
        found = sample_next(logits, temperature, generator=make_generator(0))
        torch.testing.assert_close(found, logits.argmax(-1))
    found = sample_next(logits, 3.0, top_k=1, generator=make_generator(0))
    torch.testing.assert_close(found, logits.argmax(-1))


def test_scores_may_be_huge_or_minus_infinity():
    logits = torch.tensor([[1e30, -torch.inf, 1e30, 0.0]])
    assert set(sample_next(logits.expand(50, -1)).tolist()) == {0, 2}


@pytest.mark.parametrize("temperature", [-1.0, math.inf, math.nan])
def test_a_bad_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match="expected 0 or more"):
        sample_next(draw(1, VOCAB), temperature)


@pytest.mark.parametrize("top_k", [0, VOCAB + 1, -2])
def test_a_bad_top_k_is_refused(top_k):
    with pytest.raises(ValueError, match=f"top_k is {top_k}, expected 1 … {VOCAB}"):
        sample_next(draw(1, VOCAB), top_k=top_k)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "torch"])
def test_writing_on_carries_the_state(name):
    """Greedy writing is what reading all that was written so far again would give."""
    model, prime = model_of(name), symbols(3, 4)
    written = generate(model, prime, 9, temperature=0.0)
    text = prime
    for t in range(9):
        logits, _ = model(text)
        torch.testing.assert_close(written[:, t], logits[:, -1].argmax(-1))
        text = torch.cat([text, written[:, t : t + 1]], 1)
    assert not written.requires_grad


def test_writing_is_reproducible_and_needs_a_beginning():
    model, prime = model_of("gru"), symbols(2, 3)
    texts = [
        generate(model, prime, 20, 1.3, 4, generator=make_generator(s))
        for s in (1, 1, 2)
    ]
    assert torch.equal(texts[0], texts[1])
    assert not torch.equal(texts[0], texts[2])
    assert generate(model, prime, 0).shape == (2, 0)
    with pytest.raises(ValueError, match="at least one symbol to begin with"):
        generate(model, prime[:, :0], 5)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "torch"])
def test_every_parameter_of_the_model_gets_a_gradient(name):
    model = model_of(name)
    logits, _ = model(symbols(4, 6))
    assert logits.shape == (4, 6, VOCAB)
    (logits * draw(4, 6, VOCAB, seed=8)).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())


def test_the_model_is_torchs_modules_in_a_row():
    model, ids = model_of("torch"), symbols(4, 6)
    hs, _ = model.layer(F.embedding(ids, model.W_e))
    expected = F.linear(hs, model.W_hy.T, model.b_y)
    torch.testing.assert_close(model(ids)[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "torch"])
def test_carried_losses_have_the_value_of_the_whole_text_and_no_gradient_across(name):
    model, ids = model_of(name), symbols(61)
    pieces = batchify_text(ids, 3, 5)
    loss = CarriedLoss()
    found = [loss(model, piece) for piece in zip(*pieces, strict=True)]
    whole = batchify_text(ids, 3, 20)
    logits, _ = model(whole[0][0])
    expected = F.cross_entropy(logits.flatten(0, 1), whole[1][0].flatten())
    torch.testing.assert_close(torch.stack(found).mean(), expected, rtol=1e-12, atol=0)
    # the last piece alone, from the numbers of the state before it
    (last,) = torch.autograd.grad(found[-1], model.W_e)
    fresh = CarriedLoss()
    with torch.no_grad():
        for piece in list(zip(*pieces, strict=True))[:-1]:
            fresh(model, piece)
    alone = fresh(model, (pieces[0][-1], pieces[1][-1]))
    (expected,) = torch.autograd.grad(alone, model.W_e)
    torch.testing.assert_close(last, expected, rtol=1e-12, atol=1e-14)
    fresh.reset()
    assert fresh.state is None


def test_text_loss_is_the_sum_over_all_pieces():
    model, ids = model_of("lstm"), symbols(61)
    short, long = (text_loss(model, batchify_text(ids, 3, T)) for T in (5, 20))
    assert short == pytest.approx(long, rel=1e-12)
    assert short[1] == 60
    assert 1 < perplexity(*short) < 4 * VOCAB


def test_a_text_that_repeats_is_learnt():
    ids = torch.arange(3000) % VOCAB
    layer = GRU(EMBEDDING, 16, make_generator(0))
    model = CharacterModel(VOCAB, EMBEDDING, layer, 16, make_generator(1))
    pieces = batchify_text(ids, 8, 10)
    loss = CarriedLoss()
    for _ in range(2):
        loss.reset()
        fit(model, list(zip(*pieces, strict=True)), loss, 0.03)
    assert perplexity(*text_loss(model, pieces)) < 1.1
    written = generate(model, ids[None, :3], 10, temperature=0)
    torch.testing.assert_close(written, (torch.arange(3, 13) % VOCAB)[None])
