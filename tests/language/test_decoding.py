"""Schedules, coins and beams: against formulas, counts and complete search."""

import itertools
import math

import pytest
import torch

from course_lib.data.vocabulary import PAD, START, STOP
from course_lib.device import make_generator
from course_lib.language.attention.scores import BahdanauScore
from course_lib.language.decoding.beams import Hypothesis
from course_lib.language.decoding.choices import (
    beam_search,
    sampling_schedule,
    scheduled_forward,
    scheduled_inputs,
)
from course_lib.language.seq2seq import greedy_decode
from course_lib.language.translation import make_translator
from course_lib.shapes import ShapeError

VOCAB = 5


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=make_generator(seed), dtype=torch.float64)


@pytest.mark.parametrize("step", [0, 1, 7, 100])
def test_schedules_are_the_formulas(step):
    assert sampling_schedule("linear", step, 1.0, 0.01, 0.2) == pytest.approx(
        max(0.2, 1 - 0.01 * step)
    )
    assert sampling_schedule("exponential", step, 0.98) == pytest.approx(0.98**step)
    assert sampling_schedule("inverse_sigmoid", step, 12) == pytest.approx(
        12 / (12 + math.exp(step / 12))
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("linear", (1.2, 0.01, 0.1)),
        ("exponential", (0.99,)),
        ("inverse_sigmoid", (40,)),
    ],
)
def test_schedules_fall_from_truth_to_the_models_own(kind, options):
    found = [sampling_schedule(kind, i, *options) for i in range(0, 4000, 10)]
    assert found == sorted(found, reverse=True)
    assert 0.97 < found[0] <= 1
    assert 0 <= found[-1] <= 0.1


def test_an_inverse_sigmoid_does_not_overflow():
    assert sampling_schedule("inverse_sigmoid", 10**6, 1) == 0.0
    assert 0 < sampling_schedule("inverse_sigmoid", 700, 1) < 1e-300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cosine", 0, 1.0), "kind is 'cosine', expected 'linear'"),
        (("linear", -1, 1.0), "step is -1"),
        (("linear", 0, 1.0, 0.1, 1.5), "floor from 0 to 1"),
        (("linear", 0, 1.0, -0.1), "expected k and c of 0 or more"),
        (("exponential", 0, 1.0), "0 < k < 1"),
        (("inverse_sigmoid", 0, 0.5), "1 or more"),
    ],
)
def test_bad_schedules_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sampling_schedule(*arguments)


def test_every_token_has_a_coin_of_its_own():
    inputs = torch.zeros(400, 50, dtype=torch.long)
    guesses = torch.ones(400, 50, dtype=torch.long)
    mixed = scheduled_inputs(inputs, guesses, 0.7, make_generator(0)).double()
    assert not mixed[:, 0].any()  # <start> stays
    coins = mixed[:, 1:]
    assert coins.mean().item() == pytest.approx(0.3, abs=0.02)
    # rows and columns differ as much as single coins make them: no coin is shared
    for dim, number in ((0, 400), (1, 49)):
        spread = coins.mean(dim).var().item()
        assert spread == pytest.approx(0.21 / number, rel=0.6)


def test_a_guess_stands_where_the_symbol_it_guessed_would():
    inputs = torch.arange(12).view(2, 6)
    guesses = inputs + 100  # said after reading the input
    own = scheduled_inputs(inputs, guesses, 0.0, make_generator(0))
    assert own[:, 0].tolist() == [0, 6]
    torch.testing.assert_close(own[:, 1:], guesses[:, :-1])
    torch.testing.assert_close(
        scheduled_inputs(inputs, guesses, 1.0, make_generator(0)), inputs
    )
    mixed = scheduled_inputs(inputs, guesses, 0.5, make_generator(0))
    assert torch.equal(mixed, scheduled_inputs(inputs, guesses, 0.5, make_generator(0)))
    assert torch.equal(inputs, torch.arange(12).view(2, 6))


def test_bad_mixtures_are_refused():
    ids = torch.zeros(2, 3, dtype=torch.long)
    with pytest.raises(ValueError, match=r"truth_prob is 1.5"):
        scheduled_inputs(ids, ids, 1.5, make_generator(0))
    with pytest.raises(ShapeError, match="predictions has shape"):
        scheduled_inputs(ids, ids[:, 1:], 0.5, make_generator(0))


def recurrence(seed=0, vocab=VOCAB, scale=1.0):
    """A step whose scores depend on all that was read."""
    table = draw(vocab, vocab, seed=seed) * scale
    mix = draw(vocab, vocab, seed=seed + 1)

    def step(ids, state):
        h = torch.tanh(state[0] @ mix + table[ids])
        return 2 * h, (h, state[1])

    return step


def states(rows, vocab=VOCAB, seed=5):
    return draw(rows, vocab, seed=seed), torch.arange(rows)


def test_reading_the_truth_only_is_teacher_forcing():
    step, inputs = (
        recurrence(),
        torch.randint(VOCAB, (3, 6), generator=make_generator(1)),
    )
    logits, read = scheduled_forward(step, states(3), inputs, 1.0, make_generator(0))
    assert torch.equal(read, inputs)
    state = states(3)
    for t in range(6):
        expected, state = step(inputs[:, t], state)
        torch.testing.assert_close(logits[:, t], expected)


@pytest.mark.parametrize("sample", [False, True])
def test_reading_its_own_is_running_free(sample):
    step, inputs = (
        recurrence(),
        torch.randint(VOCAB, (3, 6), generator=make_generator(1)),
    )
    logits, read = scheduled_forward(
        step, states(3), inputs, 0.0, make_generator(0), sample
    )
    assert torch.equal(read[:, 0], inputs[:, 0])
    if not sample:
        torch.testing.assert_close(read[:, 1:], logits[:, :-1].argmax(-1))
    state = states(3)
    for t in range(6):  # the scores are those of what was read
        expected, state = step(read[:, t], state)
        torch.testing.assert_close(logits[:, t], expected)
    again = scheduled_forward(step, states(3), inputs, 0.0, make_generator(0), sample)
    assert torch.equal(read, again[1])


def test_coins_of_a_run_fall_by_token_and_gradients_flow_through_the_state():
    step = recurrence(vocab=7)
    inputs = torch.full((300, 20), 6)
    first = draw(300, 7).requires_grad_()
    logits, read = scheduled_forward(
        step, (first, torch.arange(300)), inputs, 0.4, make_generator(0), False
    )
    kept = (read[:, 1:] == 6).double().mean().item()
    guessed = (logits[:, :-1].argmax(-1) == 6).double().mean().item()
    assert kept == pytest.approx(0.4 + 0.6 * guessed, abs=0.03)
    (grad,) = torch.autograd.grad(logits[:, -1].sum(), first)
    assert grad.any()


def all_sequences(step, state, row, length, power):
    """Return (score, symbols) of every sequence that stops within `length` symbols."""
    found = []
    words = [w for w in range(VOCAB) if w != STOP]
    for n in range(1, length + 1):
        for body in itertools.product(words, repeat=n - 1):
            total, read = 0.0, START
            now = tuple(part[row : row + 1] for part in state)
            for symbol in (*body, STOP):
                logits, now = step(torch.tensor([read]), now)
                total += logits[0].log_softmax(-1)[symbol].item()
                read = symbol
            found.append((total / n**power, (*body, STOP)))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("power", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("seed", [0, 4])
def test_a_beam_that_keeps_everything_finds_the_best_of_all(power, seed):
    step, state = recurrence(seed), states(2, seed=seed)
    found = beam_search(
        step, state, torch.full((2,), START), 400, max_steps=4, length_power=power
    )
    for row in range(2):
        expected = all_sequences(step, state, row, 4, power)
        finished = [h for h in found[row] if h.finished]
        assert len(finished) == len(expected) == 1 + 4 + 16 + 64
        for one, (score, said) in zip(finished, expected, strict=True):
            assert one.score == pytest.approx(score, rel=1e-10)
            assert one.symbols == said


@pytest.mark.parametrize("seed", range(4))
def test_a_beam_of_one_without_normalisation_is_greedy(seed):
    step, state = recurrence(seed, scale=2), states(8, seed=seed)
    start = torch.full((8,), START)
    greedy = greedy_decode(step, state, start, max_steps=9)
    beams = beam_search(step, state, start, 1, max_steps=9, length_power=0.0)
    for row, (best,) in zip(greedy, beams, strict=True):
        assert [*best.symbols] == row[: len(best.symbols)].tolist()
        assert not (row[len(best.symbols) :] != PAD).any()
        assert best.finished == (STOP in row)


@pytest.mark.parametrize("beam", [1, 2, 5])
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_hypotheses_are_worth_what_they_say(beam, power):
    step, state = recurrence(2), states(6)
    start = torch.full((6,), START)
    found = beam_search(step, state, start, beam, max_steps=7, length_power=power)
    for row, hypotheses in enumerate(found):
        assert 1 <= len(hypotheses) <= beam
        assert len({h.symbols for h in hypotheses}) == len(hypotheses)
        order = [(h.finished, h.score) for h in hypotheses]
        assert order == sorted(order, reverse=True)
        for one in hypotheses:
            total, read = 0.0, START
            now = tuple(part[row : row + 1] for part in state)
            for symbol in one.symbols:
                logits, now = step(torch.tensor([read]), now)
                total += logits[0].log_softmax(-1)[symbol].item()
                read = symbol
            assert one.log_prob == pytest.approx(total, rel=1e-10)
            assert one.score == pytest.approx(total / len(one.symbols) ** power)
            assert one.finished == (one.symbols[-1] == STOP)
            assert STOP not in one.symbols[:-1]
            assert one.finished or len(one.symbols) == 7


def test_a_batch_is_searched_as_its_singletons():
    step, state = recurrence(3), states(6)
    start = torch.full((6,), START)
    found = beam_search(step, state, start, 3, max_steps=8)
    for row in range(6):
        one = tuple(part[row : row + 1] for part in state)
        alone = beam_search(step, one, start[:1], 3, max_steps=8)[0]
        assert [h.symbols for h in alone] == [h.symbols for h in found[row]]


def tree(probs):
    """A step that reads its probabilities from a table by what was said so far."""

    def step(ids, state):
        (said,) = state
        said = torch.cat([said, ids[:, None]], 1)
        lines = [tuple(i for i in row if i != START) for row in said.tolist()]
        # beams that are ruled out read anything
        rows = [probs.get(line, [0.2] * VOCAB) for line in lines]
        return torch.tensor(rows, dtype=torch.float64).log(), (said,)

    return step


A, B = 3, 4  # symbols beside <pad>, <start> and <stop>
GARDEN = {  # the likeliest first symbol leads astray
    (): [0, 0, 0, 0.6, 0.4],
    (A,): [0, 0, 0.4, 0.3, 0.3],
    (B,): [0, 0, 0.9, 0.05, 0.05],
    **{(x, y): [0, 0, 1.0, 0, 0] for x in (A, B) for y in (A, B)},
}


def search(beam, power, probs=GARDEN, steps=5):
    state = (torch.zeros(1, 0, dtype=torch.long),)
    start = torch.tensor([START])
    return beam_search(
        tree(probs), state, start, beam, max_steps=steps, length_power=power
    )[0]


def test_a_wider_beam_finds_what_greedy_misses():
    assert search(1, 0.0)[0].symbols == (A, STOP)
    best = search(2, 0.0)[0]
    assert best == Hypothesis((B, STOP), best.log_prob, best.log_prob, True)
    assert best.log_prob == pytest.approx(math.log(0.4 * 0.9))


def test_length_normalisation_lets_longer_sequences_win():
    probs = {
        (): [0, 0, 0.3, 0.7, 0],
        (A,): [0, 0, 0.1, 0.9, 0],
        (A, A): [0, 0, 0.4, 0.6, 0],
        (A, A, A): [0, 0, 1.0, 0, 0],
    }
    assert search(3, 0.0, probs)[0].symbols == (A, A, A, STOP)  # .378 > .3 > .252
    probs[()] = [0, 0, 0.5, 0.5, 0]
    assert search(3, 0.0, probs)[0].symbols == (STOP,)  # .5 > .27
    assert search(3, 1.0, probs)[0].symbols == (A, A, A, STOP)


def test_what_never_stops_is_cut_and_comes_after_what_has_stopped():
    probs = {(A,) * n: [0, 0, 0.01, 0.99, 0] for n in range(6)}
    found = search(2, 0.0, probs, steps=3)
    assert [h.finished for h in found] == [True, True]
    never = {(A,) * n: [0, 0, 0, 1.0, 0] for n in range(6)}
    assert search(2, 1.0, never, steps=3) == [Hypothesis((A, A, A), 0.0, 0.0, False)]


def test_beams_take_the_whole_state_of_a_translator_along():
    model = make_translator(9, 11, 6, make_generator(0), score=BahdanauScore).double()
    sources = torch.randint(4, 9, (3, 5), generator=make_generator(1))
    lengths, start = [5, 2, 4], torch.full((3,), START)
    state = model.start(sources, lengths)
    for best, *_ in beam_search(model.step, state, start, 4, max_steps=8):
        assert best.symbols
    found = beam_search(model.step, state, start, 4, max_steps=8)
    for row, hypotheses in enumerate(found):
        for one in hypotheses:
            said = torch.tensor([[START, *one.symbols[:-1]]])
            length = lengths[row]
            logits, _ = model(sources[row : row + 1, :length], [length], said)
            log_probs = logits[0].log_softmax(-1)
            total = sum(log_probs[t, s].item() for t, s in enumerate(one.symbols))
            assert one.log_prob == pytest.approx(total, rel=1e-9)


def test_bad_beams_are_refused():
    for arguments in ({"beam_size": 0}, {"max_steps": 0}, {"length_power": -1.0}):
        options = {"beam_size": 2, **arguments}
        with pytest.raises(ValueError, match="expected at least 1, 1 and 0"):
            beam_search(recurrence(), states(1), torch.tensor([START]), **options)
