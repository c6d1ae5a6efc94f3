"""Shapes in words: check a tensor against named axes, and say how to mend it."""

from collections.abc import Sequence


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
        ShapeError: the number of axes or the length of a known one differs.
    """
    names = axes.split()
    shape = tuple(tensor.shape)
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
