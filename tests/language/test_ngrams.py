"""n-grams: against a slow second implementation, and as probabilities."""

import math
from collections import Counter

import pytest
import torch

from course_lib.device import make_generator
from course_lib.language.models import perplexity
from course_lib.language.ngrams import NGramModel

VOCAB = 5
ABBA = torch.tensor([0, 1, 1, 0, 2, 0, 1, 1, 0])


def symbols(length, seed=0):
    return torch.randint(VOCAB - 1, (length,), generator=make_generator(seed))


def slow(text, context, symbol, n, s):
    """The formula, with tuples and a recursion."""
    if n == 0:
        return 1 / VOCAB
    before = tuple(context[len(context) - n + 1 :])
    grams = Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1))
    seen = sum(count for gram, count in grams.items() if gram[:-1] == before)
    lower = slow(text, context, symbol, n - 1, s)
    return (grams[(*before, symbol)] + s * lower) / (seen + s)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("s", [0.1, 1.0, 7.0])
def test_probabilities_are_those_of_the_formula(order, s):
    text, other = symbols(40), symbols(15, seed=1)
    model = NGramModel(order, VOCAB, s).fit(text)
    found = model.probabilities(other)
    for t, p in enumerate(found.tolist()):
        before = other[:t].tolist()
        n = min(order, t + 1)
        expected = slow(text.tolist(), before, int(other[t]), n, s)
        assert p == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_next_symbols_have_probabilities_that_sum_to_one(order):
    text = symbols(60)
    model = NGramModel(order, VOCAB, 0.5).fit(text)
    for context in ([], [3], [4, 4, 4], text[:9].tolist()):
        context = torch.tensor(context, dtype=torch.long)
        probs = model.next_probs(context)
        assert probs.sum().item() == pytest.approx(1, rel=1e-12)
        assert (probs > 0).all()
        for symbol in range(VOCAB):
            row = torch.cat([context, torch.tensor([symbol])])
            assert probs[symbol] == pytest.approx(model.probabilities(row)[-1].item())


def test_order_one_is_add_k():
    model = NGramModel(1, 3, strength=1.5).fit(ABBA)
    counts = torch.tensor([4, 4, 1], dtype=torch.float64)
    expected = (counts + 0.5) / (9 + 1.5)
    torch.testing.assert_close(model.next_probs(ABBA[:0]), expected, rtol=1e-12, atol=0)


def test_an_unseen_context_backs_off_to_the_shorter_one():
    model = NGramModel(3, 3).fit(ABBA)
    shorter = NGramModel(2, 3).fit(ABBA)
    unseen = torch.tensor([2, 2])
    torch.testing.assert_close(
        model.next_probs(unseen), shorter.next_probs(torch.tensor([2]))
    )


def test_a_text_without_end_is_learnt_and_noise_is_not():
    repeated = torch.arange(5000) % VOCAB
    model = NGramModel(3, VOCAB, 0.1).fit(repeated)
    assert perplexity(model.nats(repeated[:1000]), 1000) < 1.02
    noise = torch.randint(VOCAB, (20000,), generator=make_generator(2))
    model = NGramModel(2, VOCAB).fit(noise[:10000])
    assert perplexity(model.nats(noise[10000:]), 10000) == pytest.approx(
        VOCAB, rel=0.01
    )


def test_nats_are_the_summed_loss():
    text = symbols(40)
    model = NGramModel(2, VOCAB).fit(text)
    expected = -sum(math.log(p) for p in model.probabilities(text).tolist())
    assert model.nats(text) == pytest.approx(expected)


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="all must be greater than zero"):
        NGramModel(0, VOCAB)
    with pytest.raises(ValueError, match="all must be greater than zero"):
        NGramModel(2, VOCAB, 0.0)
    with pytest.raises(ValueError, match="take a lower order"):
        NGramModel(9, 1000)
    model = NGramModel(3, VOCAB)
    with pytest.raises(ValueError, match="call fit"):
        model.probabilities(symbols(4))
    with pytest.raises(ValueError, match="2 symbols hold no 3-gram"):
        model.fit(symbols(2))
    with pytest.raises(ValueError, match="ids goes from 5 to 5, expected 0 … 4"):
        model.fit(torch.tensor([5, 5, 5]))
