"""Sequence to sequence: lengths, shifts, masked losses and greedy decoding."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course_lib.cells import gru_forward, gru_from_torch
from course_lib.data.vocabulary import PAD, START, STOP
from course_lib.device import make_generator
from course_lib.language.seq2seq import (
    encode,
    greedy_decode,
    masked_cross_entropy,
    reverse_sources,
    shift_right,
)
from course_lib.layers.gru import GRU
from course_lib.shapes import ShapeError

VOCAB, EMBEDDING, HIDDEN = 9, 3, 5
LENGTHS = [4, 7, 1, 6]


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=make_generator(seed), dtype=torch.float64)


def symbols(*shape, seed=0):
    return torch.randint(4, VOCAB, shape, generator=make_generator(seed))


def padded(seed=0, width=7):
    ids = symbols(len(LENGTHS), width, seed=seed)
    return ids.masked_fill(torch.arange(width) >= torch.tensor(LENGTHS)[:, None], PAD)


def test_encoding_is_that_of_torch_with_packed_sequences():
    torch.manual_seed(0)
    module = nn.GRU(EMBEDDING, HIDDEN, batch_first=True).double()
    table = draw(VOCAB, EMBEDDING)
    sources, params = padded(), gru_from_torch(module)
    layers = [partial(gru_forward, params=params), GRU.from_torch(module)]
    d_hs, d_context = draw(4, 7, HIDDEN, seed=1), draw(4, HIDDEN, seed=2)
    weights = table.clone().requires_grad_()
    packed = pack_padded_sequence(
        F.embedding(sources, weights), LENGTHS, batch_first=True, enforce_sorted=False
    )
    hs, last = module(packed)
    hs, _ = pad_packed_sequence(hs, batch_first=True)
    ((hs * d_hs).sum() + (last[0] * d_context).sum()).backward()
    for layer in layers:
        ours = table.clone().requires_grad_()
        found, context = encode(sources, LENGTHS, ours, layer)
        torch.testing.assert_close(found, hs, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(context, last[0], rtol=1e-12, atol=1e-12)
        ((found * d_hs).sum() + (context * d_context).sum()).backward()
        torch.testing.assert_close(ours.grad, weights.grad, rtol=1e-12, atol=1e-12)


def test_more_padding_and_other_padding_change_nothing():
    layer, table = GRU(EMBEDDING, HIDDEN, make_generator(0)).double(), draw(VOCAB, 3)
    hs, context = encode(padded(), torch.tensor(LENGTHS), table, layer)
    wider = F.pad(padded(), (0, 4), value=8)
    found, same = encode(wider, LENGTHS, table, layer)
    torch.testing.assert_close(same, context, rtol=0, atol=0)
    torch.testing.assert_close(found[:, :7], hs, rtol=0, atol=0)
    assert not found[:, 7:].any()
    for row, length in enumerate(LENGTHS):  # a batch is its singletons
        one = padded()[row : row + 1, :length]
        _, alone = encode(one, [length], table, layer)
        torch.testing.assert_close(alone[0], context[row], rtol=1e-12, atol=1e-12)


def test_wrong_lengths_are_named():
    layer, table = GRU(EMBEDDING, HIDDEN, make_generator(0)).double(), draw(VOCAB, 3)
    with pytest.raises(ShapeError, match="expected one for each of 4 rows"):
        encode(padded(), LENGTHS[1:], table, layer)
    with pytest.raises(ShapeError, match=r"whole numbers in 1 … 7"):
        encode(padded(), [0, 7, 1, 6], table, layer)


def test_sources_are_turned_round_within_their_lengths():
    sources = padded()
    before = sources.clone()
    found = reverse_sources(sources, LENGTHS)
    for row, length in enumerate(LENGTHS):
        assert found[row, :length].tolist() == sources[row, :length].tolist()[::-1]
        assert not found[row, length:].any()
    assert torch.equal(sources, before)
    assert torch.equal(reverse_sources(found, torch.tensor(LENGTHS)), sources)
    with pytest.raises(ShapeError, match="expected one for each of 4 rows"):
        reverse_sources(sources, LENGTHS[1:])


def test_the_decoder_reads_one_symbol_late():
    targets = torch.tensor([[5, 6, STOP, PAD], [7, 8, 4, STOP]])
    before = targets.clone()
    found = shift_right(targets, START)
    assert found.tolist() == [[START, 5, 6, STOP], [START, 7, 8, 4]]
    assert torch.equal(targets, before)
    assert shift_right(targets[:, :1], START).tolist() == [[START], [START]]
    with pytest.raises(ShapeError, match="targets has shape"):
        shift_right(targets[0], START)


@pytest.mark.parametrize("seed", range(3))
def test_the_masked_loss_is_torchs_with_padding_ignored(seed):
    targets = padded(seed)
    logits = draw(4, 7, VOCAB, seed=seed).requires_grad_()
    loss = masked_cross_entropy(logits, targets, targets != PAD)
    expected = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=PAD
    )
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    ours, theirs = (torch.autograd.grad(one, logits)[0] for one in (loss, expected))
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    assert not ours[targets == PAD].any()


def test_what_stands_in_the_padding_does_not_count():
    targets = padded()
    mask, logits = targets != PAD, draw(4, 7, VOCAB)
    loss = masked_cross_entropy(logits, targets, mask)
    wild = logits.masked_fill(~mask[..., None], torch.nan)
    for filler in (-100, VOCAB + 5):
        other = targets.masked_fill(~mask, filler)
        torch.testing.assert_close(masked_cross_entropy(wild, other, mask), loss)
    wide = masked_cross_entropy(
        F.pad(logits, (0, 0, 0, 3)), F.pad(targets, (0, 3)), F.pad(mask, (0, 3))
    )
    torch.testing.assert_close(wide, loss, rtol=1e-12, atol=0)
    assert masked_cross_entropy(1e5 * logits, targets, mask).isfinite()
    assert masked_cross_entropy(logits, targets, mask & False).isnan()


def test_gradients_of_the_masked_loss_are_those_of_finite_differences():
    targets = padded()
    run = partial(masked_cross_entropy, targets=targets, mask=targets != PAD)
    assert torch.autograd.gradcheck(run, draw(4, 7, VOCAB).requires_grad_())


def test_losses_of_the_wrong_form_are_refused():
    targets = padded()
    with pytest.raises(ShapeError, match="mask has shape"):
        masked_cross_entropy(draw(4, 7, VOCAB), targets, targets[:, 1:] != PAD)
    with pytest.raises(TypeError, match=r"mask holds torch\.int64"):
        masked_cross_entropy(draw(4, 7, VOCAB), targets, targets)


def script(lines):
    """Return a step that says what is written, and the state it starts from.

    The state counts steps; what is read is kept, to be looked at.
    """
    said, read = torch.tensor(lines), []

    def step(ids, state):
        at, rows = state
        read.append(ids.tolist())
        at_end = at.clamp(max=said.shape[1] - 1)
        return F.one_hot(said[rows, at_end], VOCAB) * 3.0 - 1.0, (at + 1, rows)

    return (
        step,
        (torch.zeros(len(lines), dtype=torch.long), torch.arange(len(lines))),
        read,
    )


def test_each_sequence_stops_by_itself_and_reads_what_it_said():
    lines = [[5, STOP, 7, 7, 7], [6, 5, 8, STOP, 8], [STOP, 4, 4, 4, 4]]
    step, state, read = script(lines)
    found = greedy_decode(step, state, torch.full((3,), START), max_steps=20)
    assert found.tolist() == [
        [5, STOP, PAD, PAD],
        [6, 5, 8, STOP],
        [STOP, PAD, PAD, PAD],
    ]
    assert read == [[START] * 3, [5, 6, STOP], [STOP, 5, PAD], [PAD, 8, PAD]]


def test_a_sequence_that_never_stops_is_cut():
    step, state, _ = script([[5, 6, 7], [STOP, 4, 4]])
    found = greedy_decode(step, state, torch.full((2,), START), max_steps=5)
    assert found.tolist() == [[5, 6, 7, 7, 7], [STOP, PAD, PAD, PAD, PAD]]
    with pytest.raises(ValueError, match="max_steps is 0"):
        greedy_decode(step, state, torch.full((2,), START), max_steps=0)


def test_a_batch_decodes_as_its_singletons():
    table = draw(VOCAB, VOCAB)

    def step(ids, h):
        h = torch.tanh(h + table[ids])
        return h, h

    state = draw(6, VOCAB, seed=3)
    start = torch.full((6,), START)
    found = greedy_decode(step, state, start, max_steps=12)
    for row in range(6):
        alone = greedy_decode(step, state[row : row + 1], start[:1], max_steps=12)[0]
        assert found[row, : len(alone)].tolist() == alone.tolist()
        assert not (found[row, len(alone) :] != PAD).any()
