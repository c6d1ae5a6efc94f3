"""How good a translation is: all right, how far off, or how much of it is there.

A sequence is a list of symbols: words, or ids. Nothing is split or lower-cased here.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

Symbols = Sequence[Hashable]


def exact_match(outputs: Sequence[Symbols], references: Sequence[Symbols]) -> float:
    """Return the share of outputs that equal their reference, symbol by symbol.

    Raises:
        ValueError: there are none, or not as many outputs as references.
    """
    _check_number(outputs, references)
    pairs = zip(outputs, references, strict=True)
    return sum(list(a) == list(b) for a, b in pairs) / len(outputs)


def edit_distance(a: Symbols, b: Symbols) -> int:
    """Return how many symbols must be put in, taken out or replaced to turn a into b.

        d(i, j) = min( d(i-1, j) + 1,  d(i, j-1) + 1,  d(i-1, j-1) + [a_i ≠ b_j] )

    One row of the table is kept: time len(a) · len(b), memory len(b).

    Source: Levenshtein (1966); Wagner and Fischer (1974) for the table.
    """
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            replaced = above[j - 1] + (symbol != other)
            row.append(min(above[j] + 1, row[j - 1] + 1, replaced))
        above = row
    return above[-1]


class Bleu(NamedTuple):
    """A BLEU score with its parts.

    Attributes:
        score: from 0 to 100.
        precisions: of 1-grams, 2-grams, …, each from 0 to 100.
        brevity_penalty: from 0 to 1.
        output_length: symbols of all outputs.
        reference_length: symbols of the references nearest to them in length.
    """

    score: float
    precisions: tuple[float, ...]
    brevity_penalty: float
    output_length: int
    reference_length: int


def bleu(
    outputs: Sequence[Symbols],
    references: Sequence[Sequence[Symbols]],
    max_n: int = 4,
    smoothing: str = "none",
) -> float:
    """Return corpus BLEU, from 0 to 100; `bleu_parts` gives its parts too."""
    return bleu_parts(outputs, references, max_n, smoothing).score


def bleu_parts(
    outputs: Sequence[Symbols],
    references: Sequence[Sequence[Symbols]],
    max_n: int = 4,
    smoothing: str = "none",
) -> Bleu:
    """Return corpus BLEU: how many n-grams of the outputs occur in a reference.

        p_n  = Σ clipped matches of n-grams / Σ n-grams, both over all outputs
        BP   = 1 if c ≥ r else exp(1 - r / c)       c, r: lengths of outputs, references
        BLEU = 100 · BP · (p_1 p_2 … p_N)^(1/N)

    An n-gram matches at most as often as it occurs in one reference (clipping). Counts
    are added up over the corpus before dividing: it is no mean of sentences' scores.

    Args:
        outputs: one sequence a sentence.
        references: one list of right sequences a sentence, at least one each.
        max_n: N.
        smoothing: "none": a p_n of 0 makes the score 0, as in the paper. "exp": the
            first p_n without a match becomes 1/2 match, the next 1/4, … (of NIST's
            mteval, method 3 of Chen and Cherry, 2014). No 1-gram … N-gram at all to
            match, or none of any order matching, is 0 with either.

    Raises:
        ValueError: there are no outputs, or a sentence has no reference, or the numbers
            differ, or the smoothing is unknown.

    Source: Papineni et al. (2002).
    """
    _check_number(outputs, references)
    if max_n < 1 or smoothing not in ("none", "exp"):
        raise ValueError(
            f"max_n={max_n}, smoothing={smoothing!r}: expected 1 or more, and 'none' "
            "or 'exp'"
        )
    matches, totals = [0] * max_n, [0] * max_n
    c = r = 0
    for output, right in zip(outputs, references, strict=True):
        if not right or any(isinstance(one, str) for one in right):
            raise ValueError(
                f"references of {output!r} are {right!r}, expected a list of sequences "
                "of symbols, at least one"
            )
        c += len(output)
        r += min((len(one) for one in right), key=lambda n: (abs(n - len(output)), n))
        for n in range(1, max_n + 1):
            matches[n - 1] += clipped_matches(output, right, n)
            totals[n - 1] += max(0, len(output) - n + 1)
    penalty = 1.0 if c >= r else math.exp(1 - r / c) if c else 0.0
    precisions = _precisions(matches, totals, smoothing)
    score = 0.0
    if any(matches) and min(precisions) > 0:
        score = penalty * math.exp(sum(map(math.log, precisions)) / max_n)
    return Bleu(100 * score, tuple(100 * p for p in precisions), penalty, c, r)


def clipped_matches(output: Symbols, references: Sequence[Symbols], n: int) -> int:
    """Count the n-grams of an output that occur in a reference.

    Each counts at most as often as it occurs in the one reference that has most of it.
    """
    most: Counter = Counter()
    for one in references:
        most |= _ngrams(one, n)  # the larger count of both
    return (_ngrams(output, n) & most).total()


def _ngrams(symbols: Symbols, n: int) -> Counter:
    return Counter(
        tuple(symbols[i : i + n]) for i in range(max(0, len(symbols) - n + 1))
    )


def _precisions(matches: list[int], totals: list[int], smoothing: str) -> list[float]:
    found, without = [], 0
    for matched, total in zip(matches, totals, strict=True):
        if total and not matched and smoothing == "exp" and any(matches):
            without += 1
            found.append(1 / (2**without * total))
        else:
            found.append(matched / total if total else 0.0)
    return found


def _check_number(outputs: Sequence, references: Sequence) -> None:
    if not outputs or len(outputs) != len(references):
        raise ValueError(
            f"{len(outputs)} outputs and {len(references)} references, expected as "
            "many of both and at least one"
        )
