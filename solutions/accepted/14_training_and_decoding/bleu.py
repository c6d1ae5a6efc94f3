"""Right answers to `bleu`, written in other ways."""

import math
from collections import Counter

import numpy as np
import torch


def bleu_with_logarithms(outputs, references, max_n):
    total = {"c": 0, "r": 0}
    matches, counts = np.zeros(max_n), np.zeros(max_n)
    for said, right in zip(outputs, references, strict=True):
        total["c"] += len(said)
        lengths = sorted(len(one) for one in right)
        total["r"] += min(lengths, key=lambda length: abs(length - len(said)))
        for n in range(1, max_n + 1):
            grams = Counter(zip(*(said[i:] for i in range(n)), strict=False))
            counts[n - 1] += sum(grams.values())
            for gram, number in grams.items():
                most = max(
                    sum(tuple(one[i : i + n]) == gram for i in range(len(one)))
                    for one in right
                )
                matches[n - 1] += min(number, most)
    if not matches.all():
        return 0.0
    mean = np.log(matches / counts).mean()
    brevity = min(0.0, 1 - total["r"] / total["c"])
    return float(100 * np.exp(brevity + mean))


def bleu_by_lists(outputs, references, max_n):
    def grams(words, n):
        return [tuple(words[i : i + n]) for i in range(max(0, len(words) - n + 1))]

    product = 1.0
    for n in range(1, max_n + 1):
        hits = everything = 0
        for said, right in zip(outputs, references, strict=True):
            ours, theirs = grams(said, n), [grams(one, n) for one in right]
            everything += len(ours)
            for gram in set(ours):
                limit = max(one.count(gram) for one in theirs)
                hits += min(limit, ours.count(gram))
        product *= hits / everything if everything else 0.0
    c = sum(map(len, outputs))
    if not c:
        return 0
    r = 0
    for said, right in zip(outputs, references, strict=True):
        near = min(abs(len(one) - len(said)) for one in right)
        shorter = any(len(one) == len(said) - near for one in right)
        r += len(said) - near if shorter else len(said) + near
    penalty = 1.0 if c > r else math.exp(1 - r / c)
    return 100.0 * penalty * product ** (1.0 / max_n)


def bleu_in_torch(outputs, references, max_n):
    def table(words):
        return {
            n: Counter(tuple(words[i - n : i]) for i in range(n, len(words) + 1))
            for n in range(1, max_n + 1)
        }

    sums = torch.zeros(2, max_n, dtype=torch.float64)
    lengths = torch.zeros(2, dtype=torch.float64)
    for said, right in zip(outputs, references, strict=True):
        ours, theirs = table(said), [table(one) for one in right]
        order = sorted(right, key=lambda one: (abs(len(one) - len(said)), len(one)))
        lengths += torch.tensor([len(said), len(order[0])])
        for n, grams in ours.items():
            hits = sum(min(k, max(t[n][g] for t in theirs)) for g, k in grams.items())
            sums[:, n - 1] += torch.tensor([hits, grams.total()])
    if sums[0].eq(0).any():
        return 0.0
    c, r = lengths
    mean = (sums[0] / sums[1]).log().mean()
    return 100 * torch.exp(mean + torch.clamp(1 - r / c, max=0.0)).item()
