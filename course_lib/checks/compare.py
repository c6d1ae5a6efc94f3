"""Two observations side by side: where they first differ, in words.

The words name shape, dtype, device and the first differing index. Of a hidden check
they name no value: neither one that was expected, nor one that came, which may be an
argument handed back; of the largest error they give the order of magnitude.
"""

import builtins
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from course_lib.checks.failure import Failure
from course_lib.checks.observe import Inconclusive

# Right answers that order their sums differently disagree by some rounding errors;
# the smallest mistake of the bank is larger than these by orders of magnitude.
KNOWN_TYPES = ("generator", "function", "module", "mappingproxy", "deque", "Counter")
TOLERANCE = {torch.float64: 1e-8, torch.float32: 2e-4}
GRADIENT_TOLERANCE = 1e-5  # of the largest number in a gradient
MAX_BITS = 1000  # of an integer: a longer one is more than a float can hold


@dataclass(frozen=True)
class Measured:
    """Shares counted over many draws: equal where they differ by less than a margin.

    Attributes:
        value: the shares.
        within: the margin, many standard deviations of a share.
    """

    value: torch.Tensor
    within: float


@dataclass(frozen=True)
class Gradient:
    """The gradient of an argument, equal up to what a rounding to float32 changes.

    Such a rounding is a slip of dtype, for which there is a check; whether it shows in
    a gradient as well would be a matter of luck.

    Attributes:
        value: the gradient, in float64.
    """

    value: torch.Tensor


def gap(got: Any, want: Any, name: str = "result", values: bool = False) -> str | None:
    """Return a sentence on the first difference, or None where there is none.

    Args:
        got: the learner's observation.
        want: the reference's.
        name: what the sentence calls it.
        values: whether it may name values, as of a visible example.
    """
    if isinstance(got, Inconclusive) or isinstance(want, Inconclusive):
        return None
    if isinstance(want, Failure) or isinstance(got, Failure):
        return _failure_gap(got, want)
    if isinstance(want, Measured) and isinstance(got, Measured):
        return _measured_gap(got, want, name)
    if isinstance(want, Gradient) and isinstance(got, Gradient):
        return _gradient_gap(got.value, want.value, name)
    if isinstance(want, np.generic):
        want = want.item()  # NumPy's numbers count as numbers
    if isinstance(want, np.ndarray):
        return _array_gap(got, want, name, values)
    if isinstance(want, torch.Tensor):
        return _tensor_gap(got, want, name, values)
    if isinstance(want, list | tuple):
        return _sequence_gap(got, want, name, values)
    if isinstance(want, dict):
        return _dict_gap(got, want, name, values)
    if isinstance(want, bool | int | float):
        return _number_gap(got, want, name, values)
    if callable(want) or got is want:
        return None
    if isinstance(want, torch.Generator) and isinstance(got, torch.Generator):
        return None  # how far it was drawn from is nobody's business
    if type(got) is type(want) and got == want:
        return None
    return f"{name} is {_kind(got)}, expected {_kind(want)}"


def same(a: Any, b: Any) -> bool:
    """Whether two observations agree, two failures of the same kind included."""
    return gap(a, b) is None


def _failure_gap(got: Any, want: Any) -> str | None:
    if isinstance(got, Failure) and isinstance(want, Failure):
        if got.kind == "NotImplementedError":
            return str(got)
        return None if (got.kind, got.text) == (want.kind, want.text) else str(got)
    if isinstance(got, Failure):
        return str(got)
    return "returned a result where it should raise an error"


def _measured_gap(got: Measured, want: Measured, name: str) -> str | None:
    if got.value.shape != want.value.shape:
        return _shape_gap(tuple(got.value.shape), tuple(want.value.shape), name)
    far = ~torch.isclose(got.value, want.value, rtol=0.0, atol=want.within)
    return _index_gap(far, want.value, name) if far.any() else None


def _gradient_gap(got: torch.Tensor, want: torch.Tensor, name: str) -> str | None:
    sizes = want[want.isfinite()].abs()
    largest = sizes.max().item() if sizes.numel() else 0.0
    margin = GRADIENT_TOLERANCE * largest + TOLERANCE[torch.float64]
    if torch.allclose(got, want, rtol=0.0, atol=margin, equal_nan=True):
        return None
    return _tensor_gap(got, want, name, False)


def _sequence_gap(got: Any, want: Any, name: str, values: bool) -> str | None:
    if not isinstance(got, list | tuple):
        return f"{name} is {_kind(got)}, expected {_kind(want)}"
    if len(got) != len(want):
        return f"{name} has {_size(len(got))} parts, expected {len(want)}"
    fields = getattr(want, "_fields", None)
    for i, (g, w) in enumerate(zip(got, want, strict=True)):
        part = f"{name}.{fields[i]}" if fields else f"{name}[{i}]"
        if (text := gap(g, w, part, values)) is not None:
            return text
    return None


def _dict_gap(got: Any, want: dict[Any, Any], name: str, values: bool) -> str | None:
    if not isinstance(got, dict):
        return f"{name} is {_kind(got)}, expected a dict"
    if got.keys() != want.keys():
        if values:
            return f"{name} has the keys {list(got)}, expected {list(want)}"
        if len(got) == len(want):
            return f"{name} has {len(want)} keys, and not all of them are right"
        return f"{name} has {_size(len(got))} keys, expected {len(want)}"
    for key, w in want.items():
        part = f"{name}[{key!r}]" if values else f"a value of {name}"
        text = gap(got[key], w, str(key) if name == "" else part, values)
        if text is not None:
            return text
    return None


def _number_gap(got: Any, want: float, name: str, values: bool) -> str | None:
    if isinstance(got, torch.Tensor | np.ndarray | np.generic) and got.ndim == 0:
        if getattr(got, "is_meta", False):
            return f"{name} is on {got.device} and has no value, expected a number"
        got = got.item()
    if not isinstance(got, int | float):
        return f"{name} is {_kind(got)}, expected a number"
    if isinstance(got, int) and got.bit_length() > MAX_BITS:
        got = math.inf if got > 0 else -math.inf
    if isinstance(want, bool) or isinstance(got, bool):
        ok = isinstance(got, bool) and got is want
    elif isinstance(want, int):
        ok = got == want
    else:
        ok = bool(np.isclose(got, want, rtol=1e-7, atol=1e-9, equal_nan=True))
    if ok:
        return None
    if values or not math.isfinite(got):
        return f"{name} is {got!r}, which is not right"
    if type(got) is not type(want):
        return f"{name} is {_kind(got)}, expected {_kind(want)}"
    return f"{name} is not right"


def _array_gap(got: Any, want: np.ndarray, name: str, values: bool) -> str | None:
    if not isinstance(got, np.ndarray | np.generic):
        return f"{name} is {_kind(got)}, expected a NumPy array"
    if got.dtype.kind not in "fiub":
        return f"{name} has dtype {got.dtype}, expected {want.dtype}"
    mine, right = (torch.from_numpy(np.array(value)) for value in (got, want))
    return _tensor_gap(mine, right, name, values)


def _tensor_gap(got: Any, want: torch.Tensor, name: str, values: bool) -> str | None:
    if not isinstance(got, torch.Tensor):
        return f"{name} is {_kind(got)}, expected a tensor"
    if got.shape != want.shape:
        return _shape_gap(tuple(got.shape), tuple(want.shape), name)
    if got.dtype != want.dtype:
        return f"{name} has dtype {_short(got.dtype)}, expected {_short(want.dtype)}"
    if got.device != want.device:
        return f"{name} is on {got.device}, expected {want.device}"
    if got.layout is not want.layout:
        return f"{name} has layout {_short(got.layout)}, expected {_short(want.layout)}"
    if got.is_meta or got.numel() == 0:
        return None
    got, want = got.detach().cpu(), want.detach().cpu()
    if not want.is_floating_point():
        wrong = got != want
        return _index_gap(wrong, want, name) if wrong.any() else None
    return _float_gap(got, want, name, values)


def _float_gap(
    got: torch.Tensor, want: torch.Tensor, name: str, values: bool
) -> str | None:
    tolerance = TOLERANCE.get(want.dtype, 1e-2)
    finite = want[want.isfinite()].abs()
    scale = max(1.0, finite.max().item()) if finite.numel() else 1.0
    wrong = ~torch.isclose(
        got, want, rtol=tolerance, atol=tolerance * scale, equal_nan=True
    )
    if not wrong.any():
        return None
    if want.any() and not got.any():
        return f"{name} is zero everywhere"
    error = (got - want).abs()[wrong]
    if not error.isfinite().all():
        if want.ndim == 0:
            return f"{name} is {got.item() if not got.isfinite() else 'finite'}"
        return f"{_index_gap(wrong, want, name)}, some of them infinite or NaN"
    largest = error.max().item()
    text = f"{largest:.2g}" if values else f"about {_magnitude(largest)}"
    return f"{_index_gap(wrong, want, name)}, largest error {text}"


def _index_gap(wrong: torch.Tensor, want: torch.Tensor, name: str) -> str:
    index = [int(i) for i in wrong.nonzero()[0]]
    share = f"{int(wrong.sum())} of {wrong.numel()} values"
    shape = f"shape {tuple(want.shape)} and dtype {_short(want.dtype)} are as expected"
    if not index:
        return f"{name} (a single number) is not right"
    return f"{name} first differs at index {index} ({share}; {shape})"


def _magnitude(error: float) -> str:
    """Return the power of ten below an error: enough to tell a slip from rounding."""
    return f"1e{math.floor(math.log10(error)):d}" if error else "0"


def _size(count: int) -> str:
    """Return a count; a long one could tell what was passed in."""
    return str(count) if count < 1000 else "over 999"


def _shape(shape: tuple[int, ...]) -> str:
    return (
        str(shape) if max(shape, default=0) < 1000 and len(shape) < 9 else "too large"
    )


def _shape_gap(got: tuple[int, ...], want: tuple[int, ...], name: str) -> str:
    text = f"{name} has shape {_shape(got)}, expected {want}"
    if sorted(got) == sorted(want):
        return text + ": the axes are in another order"
    if len(got) == len(want) + 1 and 1 in got:
        return text + ": there is an axis of length 1 too many"
    return text


def _kind(value: Any) -> str:
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {_shape(tuple(value.shape))}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {_shape(value.shape)}"
    if isinstance(value, list | tuple):
        return f"a {_type(value)} of {_size(len(value))}"
    return f"{'an' if _type(value)[0] in 'aeiou' else 'a'} {_type(value)}"


def _type(value: Any) -> str:
    """Return the name of a type that everybody has; others may be made up."""
    name = type(value).__name__
    known = hasattr(builtins, name) or name in torch.__dict__ or name in KNOWN_TYPES
    return name if known or isinstance(value, tuple) else "object"


def _short(kind: torch.dtype | torch.layout) -> str:
    return str(kind).removeprefix("torch.")
