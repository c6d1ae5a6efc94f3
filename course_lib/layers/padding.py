"""Sequences of unequal length in one batch: where they end, and how to reverse them.

PyTorch packs such a batch so that no step is spent on padding. Here all steps are run
and what belongs to padding is set to zero: the results are the same, the loop is
simpler, and it is as fast if the lengths of a batch are alike.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from course_lib.shapes import ShapeError


def read_lengths(
    lengths: Tensor | Sequence[int] | None, batch: int, time: int
) -> tuple[int, ...] | None:
    """Return the lengths as integers, after checking them.

    Args:
        lengths: one a sequence, or None if all have `time` steps.
        batch: number of sequences.
        time: steps of the longest, padding included.

    Raises:
        ShapeError: there are not `batch` lengths, or one is not in 1 … time.
    """
    if lengths is None:
        return None
    found = lengths.tolist() if isinstance(lengths, Tensor) else list(lengths)
    if not isinstance(found, list) or len(found) != batch:
        raise ShapeError(f"lengths is {found}, expected one for each of {batch} rows")
    if any(length != int(length) or not 1 <= length <= time for length in found):
        raise ShapeError(f"lengths is {found}, expected whole numbers in 1 … {time}")
    return tuple(map(int, found))


def ends(lengths: Sequence[int] | None, time: int) -> Mapping[int, slice | list[int]]:
    """Return which rows of the batch end at which step."""
    if lengths is None:
        return {time - 1: slice(None)}
    at: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        at.setdefault(length - 1, []).append(row)
    return at


def padding_mask(lengths: Sequence[int], time: int, device: torch.device) -> Tensor:
    """Return (batch, time, 1): True where there is padding, not a real step."""
    steps = torch.arange(time, device=device)
    return (steps >= torch.tensor(lengths, device=device)[:, None])[..., None]


def backwards(x: Tensor, lengths: Sequence[int] | None) -> Tensor:
    """Reverse every sequence within its length; padding stays where it is.

    Args:
        x: (batch, time, feature).
        lengths: one a sequence, or None if there is no padding.

    Returns:
        (batch, time, feature); backwards(backwards(x)) is x.
    """
    if lengths is None:
        return x.flip(1)
    steps = torch.arange(x.shape[1], device=x.device)
    mirrored = torch.tensor(lengths, device=x.device)[:, None] - 1 - steps
    return _Reorder.apply(x, torch.where(mirrored >= 0, mirrored, steps))


class _Reorder(torch.autograd.Function):
    """Index the steps by an order that is its own inverse.

    The gradient is then the same indexing. Autograd does not know and would add up
    into zeros, row by row, which is far slower.
    """

    @staticmethod
    def forward(ctx, x: Tensor, order: Tensor) -> Tensor:
        ctx.save_for_backward(order)
        return x.take_along_dim(order[..., None], dim=1)

    @staticmethod
    def backward(ctx, dx: Tensor) -> tuple[Tensor, None]:
        (order,) = ctx.saved_tensors
        return _Reorder.apply(dx, order), None
