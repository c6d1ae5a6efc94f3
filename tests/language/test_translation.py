"""Translators of every kind: steps equal the whole, padding is nothing, they learn."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from course_lib.cells import gru_step
from course_lib.data.phrases import (
    draw_pairs,
    make_batch,
    source_vocabulary,
    target_vocabulary,
)
from course_lib.data.vocabulary import PAD, START, STOP
from course_lib.device import make_generator
from course_lib.language.attention.alignments import alignment_error_rate
from course_lib.language.attention.decoders import BahdanauDecoder, LuongDecoder
from course_lib.language.attention.scores import (
    BahdanauScore,
    ConcatScore,
    DotScore,
    GeneralScore,
)
from course_lib.language.decoders import Decoder
from course_lib.language.encoders import Bridge, Encoder
from course_lib.language.translation import (
    make_translator,
    scheduled_loss,
    translate,
    translation_loss,
)
from course_lib.layers.gru import GRU
from course_lib.layers.lstm import LSTM
from course_lib.training.fit import fit

SOURCES, TARGETS, HIDDEN = 11, 13, 6
LENGTHS = [4, 7, 1, 6]
KINDS = {
    "none": {},
    "none, one direction": {"bidirectional": False},
    "reversed": {"bidirectional": False, "reverse": True},
    "lstm": {"layer": LSTM},
    "lstm, one direction": {"layer": LSTM, "bidirectional": False},
    "dot": {"score": DotScore},
    "dot, fed": {"score": DotScore, "input_feeding": True},
    "general, reversed": {"score": GeneralScore, "reverse": True},
    "concat": {"score": ConcatScore, "bidirectional": False},
    "concat, fed, lstm": {"score": ConcatScore, "input_feeding": True, "layer": LSTM},
    "bahdanau": {"score": BahdanauScore},
    "bahdanau, lstm": {"score": BahdanauScore, "layer": LSTM},
}


def make(kind, **options):
    options = {"embedding_dim": 4, **KINDS[kind], **options}
    model = make_translator(SOURCES, TARGETS, HIDDEN, make_generator(0), **options)
    return model.double()


def symbols(vocab, *shape, seed=0):
    return torch.randint(4, vocab, shape, generator=make_generator(seed))


def padded(width=7):
    ids = symbols(SOURCES, len(LENGTHS), width)
    return ids.masked_fill(torch.arange(width) >= torch.tensor(LENGTHS)[:, None], PAD)


INPUTS = symbols(TARGETS, 4, 5, seed=1)
INPUTS[:, 0] = START


@pytest.mark.parametrize("kind", KINDS)
def test_symbol_by_symbol_gives_the_scores_of_all_at_once(kind):
    model = make(kind)
    logits, weights = model(padded(), LENGTHS, INPUTS)
    assert logits.shape == (4, 5, TARGETS)
    state = model.start(padded(), LENGTHS)
    for t, read in enumerate(INPUTS.unbind(1)):
        scores, state = model.step(read, state)
        torch.testing.assert_close(scores, logits[:, t], rtol=1e-12, atol=1e-12)
    if weights is not None:
        assert weights.shape == (4, 5, 7)
        torch.testing.assert_close(weights.sum(-1), torch.ones(4, 5).double())
        assert not weights[(padded() == PAD)[:, None].expand(-1, 5, -1)].any()


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_learns_and_padding_changes_nothing(kind):
    model, cotangent = (
        make(kind),
        torch.randn(4, 5, TARGETS, generator=make_generator(2), dtype=torch.float64),
    )
    found = []
    for sources in (padded(), F.pad(padded(), (0, 3), value=PAD)):
        model.zero_grad()
        logits, _ = model(sources, LENGTHS, INPUTS)
        (logits * cotangent).sum().backward()
        found.append([logits, *(p.grad.clone() for p in model.parameters())])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-12)
    missing = [n for n, p in model.named_parameters() if not p.grad.any()]
    assert not missing


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_its_singletons_and_the_future_changes_no_past(kind):
    model = make(kind)
    logits, _ = model(padded(), LENGTHS, INPUTS)
    for row, length in enumerate(LENGTHS):
        one = padded()[row : row + 1, :length]
        alone, _ = model(one, [length], INPUTS[row : row + 1])
        torch.testing.assert_close(alone[0], logits[row], rtol=1e-12, atol=1e-12)
    changed = INPUTS.clone()
    changed[:, 3] = (changed[:, 3] - 3) % (TARGETS - 4) + 4
    later, _ = model(padded(), LENGTHS, changed)
    torch.testing.assert_close(later[:, :3], logits[:, :3], rtol=0, atol=0)
    assert (later[:, 3] != logits[:, 3]).any(dim=-1).all()


@pytest.mark.parametrize("kind", ["none", "dot, fed", "bahdanau, lstm"])
def test_gradients_are_those_of_finite_differences(kind):
    model = make(kind)
    names = [n for n, _ in model.named_parameters()]

    def loss(*values):
        parts = dict(zip(names, values, strict=True))
        args = (padded(), LENGTHS, INPUTS)
        logits, _ = torch.func.functional_call(model, parts, args)
        return F.cross_entropy(logits.flatten(0, 1), INPUTS.roll(-1, 1).flatten())

    values = [p.detach().clone().requires_grad_() for p in model.parameters()]
    assert torch.autograd.gradcheck(loss, values, fast_mode=True)


def by_hand(model, sources, inputs):
    """One source, read and translated by the formulas, a vector at a time."""
    encoder, decoder = model.encoder, model.decoder
    forth, back = (cell.params for cell in encoder.layer.cells)
    steps, zeros = model.encoder.W_e[sources], torch.zeros(1, HIDDEN // 2).double()
    there, here = [zeros], [zeros]
    for x_t, x_back in zip(steps, steps.flip(0), strict=True):
        there.append(gru_step(x_t[None], there[-1], forth))
        here.append(gru_step(x_back[None], here[-1], back))
    memory = torch.cat([torch.cat(there[1:]), torch.cat(here[:0:-1])], 1)
    bridge, last = decoder.bridge, torch.cat([there[-1], here[-1]], 1)
    h, cell = torch.tanh(last @ bridge.W[0] + bridge.b[0]), decoder.layer.cells[0]
    joined, logits = torch.zeros(1, HIDDEN).double(), []
    for x_t in decoder.W_e[inputs]:
        seen, query = x_t[None], h
        if isinstance(decoder, BahdanauDecoder):
            context = _look(decoder.score, query, memory)
            h = gru_step(torch.cat([seen, context], 1), h, cell.params)
        else:
            fed = torch.cat([seen, joined], 1) if decoder.input_feeding else seen
            h = gru_step(fed, h, cell.params)
            context = _look(decoder.score, h, memory)
        joined = torch.tanh(torch.cat([context, h], 1) @ decoder.W_c)
        logits.append(joined @ decoder.W_hy + decoder.b_y)
    return torch.cat(logits)


def _look(score, query, memory):
    scores = score(query[None], memory[None])[0, 0]
    weights = scores.exp() / scores.exp().sum()
    return sum(w * h for w, h in zip(weights, memory, strict=True))[None]


@pytest.mark.parametrize("kind", ["dot", "dot, fed", "bahdanau"])
def test_attention_decoders_are_their_formulas(kind):
    model = make(kind)
    with torch.no_grad():  # neither the bridge's bias nor the output's is zero
        for p in model.parameters():
            if p.dim() == 1:
                p += 0.3
    logits, _ = model(padded(), LENGTHS, INPUTS)
    for row, length in enumerate(LENGTHS):
        expected = by_hand(model, padded()[row, :length], INPUTS[row])
        torch.testing.assert_close(logits[row], expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("both", [False, True])
def test_the_encoder_is_torchs_gru_on_packed_sequences(both):
    torch.manual_seed(0)
    module = nn.GRU(4, HIDDEN, bidirectional=both, batch_first=True).double()
    encoder = Encoder(SOURCES, 4, GRU.from_torch(module), make_generator(0)).double()
    memory = encoder(padded(), LENGTHS)
    x = F.embedding(padded(), encoder.W_e)
    packed = pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    _, last = module(packed)
    ours = memory.last if both else memory.last[None]
    torch.testing.assert_close(ours, last, rtol=1e-12, atol=1e-12)
    assert torch.equal(memory.mask, padded() != PAD)


def test_a_reversed_source_is_the_source_turned_round_by_hand():
    one_way = {"bidirectional": False, "score": DotScore}
    plain, turned = make("none", **one_way), make("none", **one_way, reverse=True)
    turned.load_state_dict(plain.state_dict())
    by_hand = padded()
    for row, length in enumerate(LENGTHS):
        by_hand[row, :length] = by_hand[row, :length].flip(0)
    logits, weights = turned(padded(), LENGTHS, INPUTS)
    expected, looks = plain(by_hand, LENGTHS, INPUTS)
    torch.testing.assert_close(logits, expected, rtol=1e-12, atol=1e-12)
    for row, length in enumerate(LENGTHS):  # weights are in the order of the source
        torch.testing.assert_close(
            weights[row, :, :length], looks[row, :, :length].flip(-1)
        )


def test_without_attention_the_context_is_all_that_is_known():
    """One direction, equal sizes: the bridge is the last state itself."""
    model = make("none, one direction")
    memory = model.encoder(padded(), LENGTHS)
    torch.testing.assert_close(model.decoder.start(memory), memory.last)
    assert not list(model.decoder.bridge.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_translating_feeds_back_what_was_said(kind):
    model = make(kind)
    found = translate(model, padded(), LENGTHS, max_steps=9)
    inputs = torch.cat([torch.full((4, 1), START), found[:, :-1]], 1)
    logits, _ = model(padded(), LENGTHS, inputs)
    for row, said in zip(logits.argmax(-1), found, strict=True):
        real = (said != PAD).nonzero().flatten()
        torch.testing.assert_close(row[real], said[real])
        assert (said[:-1] == STOP).sum() <= 1
    assert not found.requires_grad


def test_the_loss_is_the_mean_over_words_and_stop():
    pairs = draw_pairs(6, make_generator(0), lengths=(2, 9))
    sizes = len(source_vocabulary()), len(target_vocabulary())
    model = make_translator(*sizes, 8, make_generator(1), score=DotScore).double()
    nats, words = 0.0, 0
    for pair in pairs:
        batch = make_batch([pair])
        number = batch.targets.shape[1] - 1
        nats += translation_loss(model, batch).item() * number
        words += number
    found = translation_loss(model, make_batch(pairs)).item()
    assert found == pytest.approx(nats / words, rel=1e-12)


@pytest.mark.parametrize("passes", [0, 2])
@pytest.mark.parametrize("score", [None, DotScore, BahdanauScore])
def test_scheduled_losses_with_the_truth_alone_are_the_usual_ones(passes, score):
    batch = make_batch(draw_pairs(6, make_generator(0), lengths=(2, 9)))
    sizes = len(source_vocabulary()), len(target_vocabulary())
    model = make_translator(*sizes, 8, make_generator(1), score=score).double()
    expected = translation_loss(model, batch)
    expected.backward()
    grads = [p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    loss = scheduled_loss(model, batch, 1.0, make_generator(0), passes)
    loss.backward()
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    for p, grad in zip(model.parameters(), grads, strict=True):
        torch.testing.assert_close(p.grad, grad, rtol=1e-10, atol=1e-12)
    # with its own symbols the loss is another, and the same for the same seed
    own = [
        scheduled_loss(model, batch, 0.2, make_generator(s), passes).item()
        for s in (1, 1, 2)
    ]
    assert own[0] == own[1] != own[2]
    assert own[0] != expected.item()


def test_scheduled_losses_know_two_ways():
    with pytest.raises(ValueError, match="passes is 1, expected 0"):
        scheduled_loss(make("none"), None, 0.5, make_generator(0), passes=1)


def test_a_few_phrases_are_learnt_by_heart_and_alignments_can_be_measured():
    pairs = draw_pairs(8, make_generator(3), lengths=(2, 6), distinct=True)
    batch = make_batch(pairs)
    sizes = len(source_vocabulary()), len(target_vocabulary())
    model = make_translator(*sizes, 32, make_generator(1), score=GeneralScore)
    history = fit(model, [batch] * 60, translation_loss, 0.02)
    assert history.losses[-1] < 0.1 < 3 < history.losses[0]
    found = translate(model, batch.sources, batch.source_lengths)
    words = target_vocabulary()
    assert [words.decode(row) for row in found] == [list(p.target) for p in pairs]
    _, weights = model(batch.sources, batch.source_lengths, batch.targets[:, :-1])
    rate = alignment_error_rate(
        weights, batch.alignments[:, 1:], batch.target_mask[:, 1:]
    )
    assert 0 <= rate <= 1


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="expected an even number"):
        make_translator(5, 6, 7, make_generator(0))
    for score in (None, BahdanauScore):
        with pytest.raises(ValueError, match="input_feeding is for Luong"):
            make_translator(5, 6, 8, make_generator(0), score=score, input_feeding=True)
    deep = GRU(4, 6, make_generator(0), num_layers=2)
    with pytest.raises(ValueError, match="num_layers=1"):
        Encoder(5, 4, deep, make_generator(0))
    bridge = Bridge(GRU(4, 6, make_generator(0)), 6, 1, make_generator(0))
    with pytest.raises(ValueError, match="num_layers=1, one direction"):
        Decoder(5, 4, deep, bridge, make_generator(0))
    with pytest.raises(ValueError, match="the layer reads 4 numbers, expected 10"):
        LuongDecoder(
            5, 4, GRU(4, 6, make_generator(0)), bridge, make_generator(0),
            DotScore(6, 6), 6, input_feeding=True,
        )  # fmt: skip
