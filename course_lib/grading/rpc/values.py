"""The vocabulary of the wire: what kinds of values may cross between processes.

A value becomes a tree of JSON in which tensors, arrays and generators of random numbers
are numbers of entries in a table; so two uses of one tensor stay one tensor. `pack`
takes values apart, `unpack` builds them again: builtin scalars, containers and plain
tensors. A subclass, an `__eq__` that lies or a changed class stays where it was made.
"""

import contextlib
import itertools
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakValueDictionary

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
KindTable = dict[tuple[Any, ...], type]  # NamedTuple classes by name and fields
Kinds = Callable[[], KindTable]
MODULE_TABLES = ("_parameters", "_buffers", "_modules")


def modules_known(kind: type) -> bool:
    """Whether a class is a module of torch's own, so both sides have it."""
    return (
        kind.__module__.startswith("torch.nn.modules.")
        and getattr(nn, kind.__name__, None) is kind
    )


def named_tuples(modules: Iterable[types.ModuleType]) -> KindTable:
    """Return the NamedTuple classes of some modules by name and fields."""
    found = {}
    for module in modules:
        for value in list(vars(module).values()):
            kind = isinstance(value, type) and issubclass(value, tuple)
            fields = getattr(value, "_fields", None) if kind else None
            if isinstance(fields, tuple):
                found[value.__name__, fields] = value
    return found


def known_kinds(shell: Any) -> Kinds:
    """Return what lists the NamedTuple classes of the course and of a notebook."""
    seen: tuple[Any, ...] | None = None
    found: KindTable = {}

    def kinds() -> KindTable:
        nonlocal seen, found
        now = (shell.execution_count, len(shell.user_ns), len(sys.modules))
        if now != seen:
            names = types.ModuleType("names")
            vars(names).update(shell.user_ns)
            seen, found = now, course_kinds() | named_tuples([names])
        return found

    return kinds


class NotLent(LookupError):
    """A number stands for nothing of ours, or no longer."""


class Scope:
    """Functions and modules that have a number for a while."""

    def __init__(self, known: Mapping[int, Any] | None = None):
        """Begin with what had numbers before."""
        self.local: dict[int, Any] = dict(known or {})
        # by id; `local` keeps what has the id
        self.numbers = {id(value): number for number, value in self.local.items()}

    def add(self, number: int, value: Any) -> None:
        """Give something a number."""
        self.local[number], self.numbers[id(value)] = value, number


_looked_at = ""  # the last module of `sys.modules` when it was looked through
_of_course: KindTable = {}


def course_kinds() -> KindTable:
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
    """Functions and modules that stay on this side; the other side has a number.

    A number stands for one thing in the whole conversation, and is given once.
    """

    def __init__(
        self,
        remote: Callable[[int, str], Any],
        remote_module: Callable[[int, str], Any] | None = None,
    ):
        """Take what makes stand-ins for functions and modules of the other side."""
        self.remote, self.remote_module = remote, remote_module
        self.unused = itertools.count()
        self.scopes = [Scope()]  # the latest last
        # the stand-ins there are; one that nobody here holds any more is gone
        self.modules: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def keep(self, value: Any) -> int:
        """Remember a function, a module or a generator, and return its number."""
        for scope in reversed(self.scopes):
            if (known := scope.numbers.get(id(value))) is not None:
                return known
        self.scopes[-1].add(number := next(self.unused), value)
        return number

    def find(self, number: int) -> Any:
        """Return what has a number.

        Raises:
            NotLent: nothing has it.
        """
        for scope in reversed(self.scopes):
            if number in scope.local:
                return scope.local[number]
        raise NotLent("this function was lent for one call, and that call has ended")

    def module(self, number: int, name: str) -> Any:
        """Return the one stand-in of a module."""
        found = self.modules.get(number)
        if found is None:
            if self.remote_module is None:
                raise TypeError("no module is expected here")
            found = self.modules[number] = self.remote_module(number, name)
        return found

    @contextlib.contextmanager
    def lending(self, again: Mapping[int, Any] | None = None) -> Iterator[None]:
        """Where a side lends for good, a call ends nothing."""
        yield

    def lends_something(self) -> bool:
        """Whether anything of this side has a number now."""
        return bool(self.scopes)

    def lent(self) -> dict[int, Any]:
        """Return what a stand-in that is made now may use again: nothing needs it."""
        return {}


class Loans(Handles):
    """The judge's: a number is good only while a call that lent it is running."""

    def __init__(self, *remotes: Callable[[int, str], Any]):
        """Lend nothing yet."""
        super().__init__(*remotes)
        self.scopes = []

    @contextlib.contextmanager
    def lending(self, again: Mapping[int, Any] | None = None) -> Iterator[None]:
        """Lend for the length of the block, among it what was lent before."""
        self.scopes.append(Scope(again))
        try:
            yield
        finally:
            self.scopes.pop()

    def lent(self) -> dict[int, Any]:
        """Return all that is on loan now, by number."""
        return {n: value for scope in self.scopes for n, value in scope.local.items()}
