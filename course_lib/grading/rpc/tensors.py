"""Tensors, arrays and generators of numbers as an entry of a table, and bytes.

`describe` takes one apart, `build` makes one again: every length, dtype and order of
axes is checked before memory is taken.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from course_lib.grading.rpc.frames import MAX_BYTES, TableEntry, Unfit, WireError
from course_lib.grading.rpc.values import ARRAY_DTYPES, DTYPES

MAX_AXES = 20
MAX_SHAPE_BYTES = 64 << 20  # of all that came without data, had it come with them


def describe(leaf: Any) -> tuple[TableEntry, bytes]:
    """Return the entry and the bytes of a tensor, an array or a generator."""
    if not getattr(leaf, "is_meta", False) and getattr(leaf, "nbytes", 0) > MAX_BYTES:
        raise Unfit(f"a tensor is too large ({leaf.nbytes} bytes)")
    if isinstance(leaf, torch.Generator):
        return {
            "is": "rng",
            "device": str(leaf.device),
        }, leaf.get_state().numpy().tobytes()
    if isinstance(leaf, np.random.Generator):
        state = leaf.bit_generator.state
        return {"is": "numpy rng", "state": state}, b""
    if isinstance(leaf, np.ndarray):
        array = np.asarray(leaf, dtype=leaf.dtype.newbyteorder("="))
        order = _order(array.shape, array.strides)
        data = array.transpose(order).tobytes()
        entry = {"is": "array", "shape": list(array.shape), "order": order}
        return {**entry, "dtype": array.dtype.name}, data
    tensor = torch.Tensor.detach(leaf).as_subclass(torch.Tensor)
    order = _order(tensor.shape, tensor.stride())
    entry = {"is": "tensor", "shape": list(tensor.shape), "order": order}
    entry |= {"dtype": str(tensor.dtype)[6:], "device": tensor.device.type}
    if tensor.is_meta or not tensor.numel():
        return entry, b""
    if _is_plain_memory(tensor):
        return entry, tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
    lengths = [tensor.shape[axis] for axis in order]
    flat = torch.empty(lengths, dtype=tensor.dtype).copy_(tensor.permute(order))
    return entry, flat.reshape(-1).view(torch.uint8).numpy().tobytes()


def _is_plain_memory(tensor: torch.Tensor) -> bool:
    """Whether the bytes can be taken as they lie, without another copy."""
    here = tensor.device.type == "cpu" and tensor.is_contiguous()
    lazy = tensor.is_conj() or tensor.is_neg()
    return here and not lazy and tensor.ndim > 0 and tensor.stride(-1) == 1


def _order(shape: Sequence[int], strides: Sequence[int]) -> list[int]:
    """Return the axes from the slowest to the fastest: how it lies in memory."""
    axes = list(range(len(shape)))
    if min(strides, default=0) < 0:
        return axes
    # an axis of length 1 has no place in memory; first, so that the order is one
    return sorted(axes, key=lambda axis: (shape[axis] != 1, -strides[axis]))


def check_shapes(table: list[TableEntry]) -> None:
    """See to it that what came without data is no larger than what could come with it.

    A test may make numbers of the shape that it got back.

    Raises:
        WireError: all shapes without data together stand for too much.
    """
    total = 0
    try:
        for entry in table:
            if entry.get("device") == "meta":
                _, _, count = _lengths(entry)
                total += count * DTYPES[entry["dtype"]].itemsize
    except (TypeError, KeyError) as problem:
        raise WireError("sent a tensor that makes no sense") from problem
    if total > MAX_SHAPE_BYTES:
        raise WireError(f"sent shapes of {total} bytes")


def build(entry: TableEntry, blob: bytes | bytearray) -> Any:
    """Return the tensor, array or generator that an entry and its bytes describe."""
    try:
        if entry["is"] == "tensor":
            return _tensor(entry, blob)
        if entry["is"] == "array":
            return _array(entry, blob)
        if entry["is"] == "rng":
            generator = torch.Generator()
            generator.set_state(torch.frombuffer(blob, dtype=torch.uint8).clone())
            return generator
        if entry["is"] == "numpy rng":
            bits = np.random.PCG64()
            bits.state = entry["state"]
            return np.random.Generator(bits)
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError) as problem:
        raise WireError("sent a tensor that makes no sense") from problem
    raise WireError("sent something unreadable")


def _lengths(entry: TableEntry) -> tuple[list[int], list[int], int]:
    shape, order = entry["shape"], entry["order"]
    if any(type(n) is not int or n < 0 for n in shape) or len(shape) > MAX_AXES:
        raise WireError("sent a shape that makes no sense")
    if sorted(order) != list(range(len(shape))):
        raise WireError("sent an order of axes that makes no sense")
    return [shape[axis] for axis in order], order, math.prod(shape)


def _tensor(entry: TableEntry, blob: bytes | bytearray) -> torch.Tensor:
    lengths, order, count = _lengths(entry)
    dtype, device = DTYPES[entry["dtype"]], entry["device"]
    back = [order.index(axis) for axis in range(len(order))]
    if device == "meta":
        return torch.empty(lengths, dtype=dtype, device="meta").permute(back).clone()
    if len(blob) != count * dtype.itemsize or device not in ("cpu", "cuda"):
        raise WireError("sent a tensor whose bytes do not fit its shape")
    if device == "cuda" and not torch.cuda.is_available():
        raise WireError("sent a tensor on a device that is not here")
    if not count:
        return torch.empty(lengths, dtype=dtype, device=device).permute(back).clone()
    flat = torch.frombuffer(blob, dtype=torch.uint8).view(dtype)
    # a copy: no view, and apart from the bytes that it is compared with after a call
    return flat.reshape(lengths).permute(back).clone().to(device)


def _array(entry: TableEntry, blob: bytes | bytearray) -> np.ndarray[Any, Any]:
    lengths, order, count = _lengths(entry)
    dtype = ARRAY_DTYPES[entry["dtype"]]
    if len(blob) != count * dtype.itemsize:
        raise WireError("sent an array whose bytes do not fit its shape")
    back = [order.index(axis) for axis in range(len(order))]
    return np.frombuffer(blob, dtype).reshape(lengths).transpose(back).copy("K")


def like(value: Any, leaf: torch.Tensor) -> torch.Tensor:
    """Return a gradient, if it can be the gradient of `leaf`."""
    if not isinstance(value, torch.Tensor) or (
        (value.shape, value.dtype, value.device)
        != (leaf.shape, leaf.dtype, leaf.device)
    ):
        raise WireError("sent a gradient that does not fit its tensor")
    return value.detach()
