"""Right answers to `perplexity`, written in other ways."""

import math

import numpy as np


def perplexity_of_a_weighed_mean(nats, tokens):
    total = sum(tokens.tolist())
    means = [
        n / t if t else 0.0 for n, t in zip(nats.tolist(), tokens.tolist(), strict=True)
    ]
    return math.exp(
        sum(m * t / total for m, t in zip(means, tokens.tolist(), strict=True))
    )


def perplexity_in_numpy(nats, tokens):
    return np.exp(nats.numpy().sum() / tokens.numpy().sum())


def perplexity_in_bits(nats, tokens):
    bits = nats.sum() / math.log(2)
    return 2 ** (bits / tokens.sum())


def perplexity_as_a_product(nats, tokens):
    """The geometric mean of 1/p, batch by batch."""
    total = tokens.sum().item()
    return math.prod(math.exp(n / total) for n in nats.tolist())
