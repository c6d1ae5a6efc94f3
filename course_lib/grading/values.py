"""The vocabulary of the wire: what kinds of values may cross between processes.

A value becomes a tree of JSON in which tensors, arrays and generators of random numbers
are numbers of entries in a table; so two uses of one tensor stay one tensor. `pack`
takes values apart, `unpack` builds them again: builtin scalars, containers and plain
tensors. A subclass, an `__eq__` that lies or a changed class stays where it was made.
"""

import itertools
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from torch import nn

MAX_DEPTH = 60
MAX_NODES = 1_000_000
SCALARS = (bool, int, float, str)
DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.complex64, torch.complex128),
    )
}
ARRAY_DTYPES = {
    np.dtype(name).name: np.dtype(name)
    for name in (
        *("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"),
        *("f2", "f4", "f8", "c8", "c16"),
    )
}
MODULE_TABLES = ("_parameters", "_buffers", "_modules")


def modules_known(kind: type) -> bool:
    """Whether a class is a module of torch's own, so both sides have it."""
    return (
        kind.__module__.startswith("torch.nn.modules.")
        and getattr(nn, kind.__name__, None) is kind
    )


def named_tuples(modules: Iterable[types.ModuleType]) -> dict[tuple, type]:
    """Return the NamedTuple classes of some modules by name and fields."""
    found = {}
    for module in modules:
        for value in list(vars(module).values()):
            kind = isinstance(value, type) and issubclass(value, tuple)
            fields = getattr(value, "_fields", None) if kind else None
            if isinstance(fields, tuple):
                found[value.__name__, fields] = value
    return found


def known_kinds(shell: Any) -> Callable[[], dict[tuple, type]]:
    """Return what lists the NamedTuple classes of the course and of a notebook."""
    seen: tuple | None = None
    found: dict[tuple, type] = {}

    def kinds() -> dict[tuple, type]:
        nonlocal seen, found
        now = (shell.execution_count, len(shell.user_ns), len(sys.modules))
        if now != seen:
            names = types.ModuleType("names")
            vars(names).update(shell.user_ns)
            seen, found = now, course_kinds() | named_tuples([names])
        return found

    return kinds


_looked_at = ""  # the last module of `sys.modules` when it was looked through
_of_course: dict[tuple, type] = {}


def course_kinds() -> dict[tuple, type]:
    """Return the NamedTuple classes of the modules of the course.

    Looking at an object of Python writes to its page of memory, which a forked process
    then has to copy. So it is done before the fork, and later for new modules only.
    """
    global _looked_at
    new = list(itertools.takewhile(lambda n: n != _looked_at, reversed(sys.modules)))
    if new:
        course = [sys.modules[n] for n in new[::-1] if n.startswith("course_lib")]
        _of_course.update(named_tuples(course))
        _looked_at = new[0]
    return _of_course


class Handles:
    """Functions and modules that stay on this side; the other side has a number."""

    def __init__(
        self,
        remote: Callable[[int, str], Any],
        remote_module: Callable[[int, str], Any] | None = None,
    ):
        """Take what makes stand-ins for functions and modules of the other side."""
        self.remote, self.remote_module = remote, remote_module
        self.local: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}  # by id; `local` keeps what has the id
        self.modules: dict[int, Any] = {}  # the stand-ins there are

    def keep(self, function: Any) -> int:
        """Remember a function and return its number."""
        known = self.numbers.get(id(function))
        if known is not None and self.local[known] is function:
            return known
        number = len(self.local)
        self.local[number], self.numbers[id(function)] = function, number
        return number

    def module(self, number: int, name: str) -> Any:
        """Return the one stand-in of a module."""
        if number not in self.modules:
            self.modules[number] = self.remote_module(number, name)
        return self.modules[number]
