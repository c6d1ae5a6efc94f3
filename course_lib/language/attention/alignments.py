"""Where a decoder looked, and whether it was the right place.

The phrases of this course come with gold alignments, so attention is measured and not
only shown: the share of words whose largest weight lies on a wrong place.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.data.vocabulary import PAD, STOP
from course_lib.shapes import check_shape


def alignment_errors(
    weights: Tensor, gold: Tensor, mask: Tensor | None = None
) -> tuple[int, int]:
    """Count the words whose largest weight lies on a wrong place, and all that count.

    Args:
        weights: (batch, target, source) attention.
        gold: (batch, target, source) bool, True where a source token says the word.
        mask: (batch, target) bool, which words count; None: all. A word without any
            gold place never counts.

    Returns:
        The number of wrong words and the number of words; add up those of batches.

    Raises:
        ShapeError: the shapes do not fit.
        TypeError: gold or mask is not boolean.
    """
    batch, target, source = check_shape("weights", weights, "batch target source")
    sizes = {"batch": batch, "target": target}
    check_shape("gold", gold, "batch target source", **sizes, source=source)
    counted = gold.any(dim=-1) if gold.dtype == torch.bool else gold
    for name, part in (("gold", counted), ("mask", mask)):
        if part is not None and part.dtype != torch.bool:
            raise TypeError(f"{name} holds {part.dtype}, expected torch.bool")
    if mask is not None:
        check_shape("mask", mask, "batch target", **sizes)
        counted = counted & mask
    hit = gold.gather(-1, weights.argmax(dim=-1, keepdim=True)).squeeze(-1)
    return int((counted & ~hit).sum()), int(counted.sum())


def alignment_error_rate(
    weights: Tensor, gold: Tensor, mask: Tensor | None = None
) -> float:
    """Return the share of words whose largest weight lies on a wrong place.

        1 - |{t : argmax_s α_ts ∈ gold_t}| / |{t : gold_t is not empty}|

    Every word is linked to the one place that it looks at most, as Luong et al. (2015)
    do. They score the links by Och and Ney's rate against links that people have drawn,
    sure ones S and possible ones P: 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|). Ours is this
    rate with our gold places as P, no sure links, and A limited to words that have
    a gold place. So it does not ask that *every* gold place be found, and forgives
    where a word without one looks. Compare it with itself, not with theirs.

    Args:
        weights: (batch, target, source) attention.
        gold: (batch, target, source) bool.
        mask: (batch, target) bool, which words count; None: all.

    Raises:
        ValueError: no word has a gold place.
    """
    wrong, words = alignment_errors(weights, gold, mask)
    if not words:
        raise ValueError("no word that counts has a gold place; check mask and gold")
    return wrong / words


def attention_map(
    looks: Sequence[Tensor], sources: Tensor, said: Tensor, row: int
) -> Tensor:
    """Return where a decoder looked at each word of one sentence of a batch.

    Args:
        looks: one (batch, source) tensor of weights for each step.
        sources: (batch, source) int64, padded at the end.
        said: (batch, steps) int64, what each step said: words, <stop>, padding.
        row: the number of the sentence in the batch.

    Returns:
        (words, symbols): a row for each word before <stop>, or for each step if there
        is none; a column for each symbol that is no padding.
    """
    batch, steps = check_shape("said", said, "batch steps", steps=len(looks))
    check_shape("sources", sources, "batch source", batch=batch)
    ids = said[row].tolist()
    words = ids.index(STOP) if STOP in ids else steps
    symbols = int((sources[row] != PAD).sum())
    return torch.stack([look[row] for look in looks])[:words, :symbols]
