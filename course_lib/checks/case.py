"""Arguments for a check: drawn afresh by seed, in any dtype, on any device.

An exercise describes its arguments once, as a function `case(sizes, draw)`. Calling it
again with the same seed makes equal arguments again, so nothing needs to be copied:
not even a tensor that carries a graph.
"""

import random
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import torch


class Sizes(NamedTuple):
    """The lengths of the axes of one case; in a random case no two are equal."""

    batch: int = 3
    time: int = 4
    input: int = 2
    hidden: int = 5
    output: int = 6

    @classmethod
    def random(cls, rng: random.Random) -> "Sizes":
        """All different, so that a swapped or hard-coded axis shows itself."""
        return cls(*rng.sample(range(2, 8), len(cls._fields)))

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {n}" for name, n in zip(self._fields, self, strict=True)
        )


class Draw:
    """A source of random arguments: `draw(3, 5)` is a (3, 5) tensor of normals."""

    def __init__(
        self, seed: int, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ):
        """Start again from `seed`; floats have `dtype` and lie on `device`."""
        self.generator = torch.Generator().manual_seed(seed)
        self.rng = random.Random(seed)
        self.dtype = dtype
        self.device = torch.device(device)

    def __call__(self, *shape: int, scale: float = 1.0) -> torch.Tensor:
        """Normal numbers with standard deviation `scale`."""
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return (scale * values).to(dtype=self.dtype, device=self.device)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """Integers from `low` to `high` - 1, dtype int64."""
        values = torch.randint(low, high, shape, generator=self.generator)
        return values.to(self.device)

    def array(self, *shape: int, scale: float = 1.0) -> np.ndarray:
        """Normal numbers as a NumPy array; float64, which is NumPy's own dtype."""
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return (scale * values).numpy()


Arguments = tuple[Any, ...]
MakeArguments = Callable[[Sizes, Draw], Arguments]


def float_leaves(value: Any, name: str) -> list[tuple[str, Any]]:
    """List the floating-point tensors and arrays in a value, with dotted names."""
    if isinstance(value, torch.Tensor):
        return [(name, value)] if value.is_floating_point() else []
    if isinstance(value, np.ndarray):
        return [(name, value)] if value.dtype.kind == "f" else []
    parts: Iterable[tuple[str, Any]] = ()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        parts = zip((f".{k}" for k in value._fields), value, strict=True)
    elif isinstance(value, list | tuple):
        parts = ((f"[{i}]", part) for i, part in enumerate(value))
    elif isinstance(value, dict):
        parts = ((f"[{k!r}]", part) for k, part in value.items())
    return [leaf for k, part in parts for leaf in float_leaves(part, name + k)]
