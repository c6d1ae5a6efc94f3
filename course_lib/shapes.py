"""Shapes in words: check a tensor against named axes, and say how to mend it.

A check reads what a tensor says of itself, never its numbers: it costs less than one
small product and makes no device wait.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch._C._functorch import is_batchedtensor


class ShapeError(ValueError):
    """A tensor whose axes are not the ones its name promises."""


def check_shape(name: str, tensor, axes: str, **sizes: int) -> tuple[int, ...]:
    """Compare the shape of `tensor` with named axes and return it.

        batch, time, _ = check_shape("x", x, "batch time input", input=8)

    Args:
        name: what the caller calls the tensor; it opens the message.
        tensor: anything with a `shape` (torch or NumPy).
        axes: the axes in order, separated by spaces.
        **sizes: the lengths that are known; the other axes may have any.

    Returns:
        The shape, one integer an axis.

    Raises:
        ShapeError: the number of axes or the length of a known one differs, or
            `tensor` is something else, such as a list or a pair.
    """
    names = axes.split()
    try:
        shape = tuple(tensor.shape)
    except AttributeError:
        raise ShapeError(_no_tensor(name, tensor, names)) from None
    unknown = sizes.keys() - set(names)
    if unknown:
        raise TypeError(f"{sorted(unknown)} is not among the axes {names} of {name}")
    wrong = [
        f"axis {i} is {length}"
        for i, (axis, length) in enumerate(zip(names, shape, strict=False))
        if sizes.get(axis, length) != length
    ]
    if len(shape) == len(names) and not wrong:
        return shape
    known = ", ".join(f"{axis}={sizes[axis]}" for axis in names if axis in sizes)
    promised = f"({', '.join(names)})" + (f" with {known}" if known else "")
    if len(shape) != len(names):
        wrong = [f"it has {len(shape)} axes, not {len(names)}"]
    raise ShapeError(
        f"{name} has shape {shape}, expected {promised}: {', '.join(wrong)}."
        + _advice(name, shape, names, sizes)
    )


def can_look(tensor) -> bool:
    """Whether the numbers of a tensor can be looked at, to check their range.

    There are none on the meta device, and inside `torch.vmap` there are many at a time.
    """
    return not tensor.is_meta and not is_batchedtensor(tensor)


def check_like(name: str, tensor, weight) -> None:
    """Say what a product of `tensor` with a weight would say in other words.

    Args:
        name: what the caller calls the tensor.
        tensor: a tensor or an array.
        weight: the tensor of PyTorch, or the array, that it meets.

    Raises:
        TypeError: the dtype or the device of `tensor` is not that of `weight`.
    """
    if tensor.dtype == weight.dtype and tensor.device == weight.device:
        return
    if not isinstance(weight, torch.Tensor):  # NumPy converts by itself
        return
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(
            f"{name} is {_kind(tensor)}, expected a tensor of PyTorch, as the "
            f"parameters are. Use torch.from_numpy({name})."
        )
    if tensor.device != weight.device:
        raise TypeError(
            f"{name} is on {tensor.device}, expected {weight.device}, where the "
            f"parameters are. Use {name}.to({str(weight.device)!r})."
        )
    kind = weight.device.type
    # autocast brings both sides of a product to one dtype
    cast = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    if tensor.dtype != weight.dtype and not cast:
        raise TypeError(
            f"{name} holds {tensor.dtype}, expected {weight.dtype}, as the parameters "
            f"do. Use {name}.to({weight.dtype})."
        )


def check_step(x_t, h_prev, W_x, W_h) -> None:
    """Compare the input and the state of one step with the weights that they meet.

    Args:
        x_t: should be (batch, input).
        h_prev: should be (batch, hidden).
        W_x: (input, …).
        W_h: (hidden, …).

    Raises:
        ShapeError: an axis has the wrong length.
        TypeError: a dtype or a device is not that of the weights.
    """
    batch, _ = check_shape("x_t", x_t, "batch input", input=W_x.shape[0])
    check_shape("h_prev", h_prev, "batch hidden", batch=batch, hidden=W_h.shape[0])
    check_like("x_t", x_t, W_x)
    check_like("h_prev", h_prev, W_h)


def check_sequence(x, states: dict[str, Any], W_x, W_h) -> tuple[int, int]:
    """Compare a batch of sequences with the weights that it meets at every step.

    Args:
        x: should be (batch, time, input), of one step or more.
        states: by name, what should be (batch, hidden); None is left out.
        W_x: (input, …).
        W_h: (hidden, …).

    Returns:
        batch and time.

    Raises:
        ShapeError: an axis has the wrong length, or there is no step.
        TypeError: a dtype or a device is not that of the weights.
    """
    hidden, states = W_h.shape[0], {k: h for k, h in states.items() if h is not None}
    batch, time, _ = check_shape("x", x, "batch time input", input=W_x.shape[0])
    if not time:
        raise ShapeError(
            f"x has no time steps: its shape is {tuple(x.shape)}, expected at least "
            "one. Leave out what is empty."
        )
    for name, state in states.items():
        try:
            check_shape(name, state, "batch hidden", batch=batch, hidden=hidden)
        except ShapeError as error:
            if getattr(state, "shape", None) != (time, hidden):
                raise
            raise ShapeError(
                f"{error}\nIt fits the second axis of x. Did you pass time first? Use "
                "x.transpose(0, 1)."
            ) from None
    check_like("x", x, W_x)
    for name, state in states.items():
        check_like(name, state, W_h)
    return batch, time


def check_ids(name: str, ids) -> None:
    """Refuse what does not number symbols.

    Args:
        name: what the caller calls them.
        ids: should be a tensor of int64.

    Raises:
        TypeError: they are something else.
    """
    kind = getattr(ids, "dtype", type(ids).__name__)
    if not isinstance(ids, torch.Tensor) or kind != torch.long:
        raise TypeError(
            f"{name} holds {kind}, expected int64 numbers of symbols. Use "
            f"{name}.long(), or torch.tensor of a list."
        )


def out_of_range(name: str, ids, vocab: int) -> ValueError:
    """Return the error for ids that a look-up has refused."""
    low, high = int(ids.min()), int(ids.max())
    return ValueError(
        f"{name} goes from {low} to {high}, expected 0 … {vocab - 1}, the numbers of "
        f"{vocab} symbols"
    )


def check_batch_first(layer) -> None:
    """Refuse a module of PyTorch that takes the first axis for time.

    It would run, and the rows of a batch would read each other.

    Args:
        layer: any module or function; only `batch_first` is looked at.

    Raises:
        ValueError: `layer.batch_first` is False.
    """
    if getattr(layer, "batch_first", True) is False:
        kind = type(layer).__name__
        raise ValueError(
            f"the layer is an nn.{kind} with batch_first=False, expected (batch, time, "
            "feature): it would take the batch for time. Make it with batch_first=True."
        )


def _no_tensor(name: str, value: Any, names: list[str]) -> str:
    promised = f"{name} is {_kind(value)}, expected a tensor ({', '.join(names)})."
    if isinstance(value, tuple):
        return f"{promised} Is it an LSTM's pair (h, c)? Pass one of the two."
    if isinstance(value, list):
        return f"{promised} Use torch.stack or torch.tensor."
    return promised


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _advice(name: str, shape: Sequence[int], names: list[str], sizes: dict) -> str:
    """The mend for the two slips that we can recognise from the shape alone."""
    if len(shape) == len(names) - 1 and names[0] == "batch":
        return f"\nIs it a single example? Use {name}[None] for a batch of one."
    if len(shape) != len(names) or len(shape) < 2:
        return ""
    swapped = [shape[1], shape[0], *shape[2:]]
    fits = all(sizes.get(axis, n) == n for axis, n in zip(names, swapped, strict=True))
    if fits and names[:2] == ["batch", "time"]:
        return f"\nDid you pass time first? Use {name}.transpose(0, 1)."
    if fits:
        return f"\nAre its first two axes swapped? Use {name}.transpose(0, 1)."
    return ""
