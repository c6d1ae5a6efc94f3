"""What an exercise forbids, taken away for good from the process that is asked.

A function of Python loses its code, so every name, copy and reload of it has lost it
too. An operation of torch is refused by torch's dispatcher, through which its Python
name, `torch.ops`, TorchScript and the modules all go. No other program can be started
any more, in which the function would still be there. There is no way back, and none is
needed: a branch serves one test and ends.

A copy of its text is known by its docstring. Code that writes the forbidden function
anew is not stopped here; nobody could tell it from an answer.
"""

import ctypes
import functools
import gc
import sys
import types
from collections.abc import Iterable
from typing import Any

import torch

from course_lib.checks.forbidden import (
    ALSO,
    OPERATIONS,
    REFUSED,
    ForbiddenCall,
    functions,
    marks,
    refusal,
    resolve,
)
from course_lib.grading.sandbox import seccomp
from course_lib.grading.sandbox.linux import filter_calls

KEYS = ("AutogradCPU", "AutogradMeta", "CPU", "Meta", "FuncTorchBatched")
_forbidden: set[str] = set()
_places: dict[tuple[Any, ...], str] = {}  # how forbidden code is known, and its name


def forbid(names: tuple[str, ...]) -> None:
    """Make the functions and classes of these dotted names raise ForbiddenCall."""
    new = [name for name in names if name not in _forbidden]
    if new and not _forbidden:
        no_other_programs()
        sys.addaudithook(_no_copies)
    for name in new:
        _forbidden.add(name)
        for other in (name, *ALSO.get(name, ())):
            _take_away(name, other)
    if new:
        _empty_copies()


def _take_away(name: str, found_as: str) -> None:
    owner, target = resolve(found_as)
    operations: Iterable[str] = OPERATIONS.get(name, ())
    if isinstance(target, types.BuiltinFunctionType):
        operations = {*operations, target.__name__}
    found = list(functions(target))
    if isinstance(target, type) and not found:  # inherited: others may use it
        entry = "forward" if issubclass(target, torch.nn.Module) else "__init__"
        setattr(target, entry, refusal(name))
    elif not found:
        setattr(owner, found_as.rpartition(".")[2], refusal(name))
    for function in found:
        _empty(function, name)
    _refuse_operations(operations, name)


def _empty(function: types.FunctionType, name: str) -> None:
    """Replace the code of a function."""
    if function.__code__.co_filename != REFUSED:
        free = function.__code__.co_freevars
        # many functions share the code of a decorator; the one inside has its own
        for mark in () if free else marks(function.__code__):
            _places[mark] = name
        function.__code__ = refusal(name).__code__.replace(co_freevars=free)


def _empty_copies() -> None:
    """Do the same to functions that were made from the same code.

    What was there before the learner's code came is not among them, see `warm_up`.
    """
    for found in gc.get_objects():
        if type(found) is types.FunctionType and _is_forbidden(found.__code__):
            known = _places.keys() & marks(found.__code__)
            _empty(found, _places[known.pop()])


def _is_forbidden(code: types.CodeType) -> bool:
    return not _places.keys().isdisjoint(marks(code))


def _refuse_operations(operations: Iterable[str], name: str) -> None:
    """Refuse every overload of operations of torch, however they are called."""
    refuse = refusal(name)
    overloads = [full for operation in operations for full in _overloads(operation)]
    for key in KEYS if overloads else ():
        library = torch._C._dispatch_library("IMPL", "aten", key, __file__, 0)
        for full in overloads:
            library.impl(full, key, refuse)
        # with the last reference the refusal would end: there is one too many
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))


@functools.cache
def _overloads(operation: str) -> list[str]:
    packet = getattr(torch.ops.aten, operation, None)
    names = packet.overloads() if packet else []
    return [operation if n == "default" else f"{operation}.{n}" for n in names]


def prepare() -> None:
    """Look up what is often forbidden, before processes are forked that forbid it."""
    for operations in OPERATIONS.values():
        for operation in operations:
            _overloads(operation)


def _no_copies(event: str, args: tuple[Any, ...]) -> None:
    """Refuse to run or to change code that is forbidden; see `sys.audit`."""
    if event in ("exec", "function.__new__"):
        if isinstance(args[0], types.CodeType) and _holds_forbidden(args[0]):
            raise ForbiddenCall("loads what the exercise is to write yourself")
    elif event == "object.__setattr__" and args[1] == "__code__":
        if isinstance(args[2], types.CodeType) and _is_forbidden(args[2]):
            raise ForbiddenCall("puts back what the exercise is to write yourself")
    elif event == "code.__new__" and args[0] in {mark[0] for mark in _places}:
        raise ForbiddenCall("copies what the exercise is to write yourself")


def _holds_forbidden(code: types.CodeType) -> bool:
    """Whether code, or a function defined in it, is that of a forbidden name."""
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return _is_forbidden(code) or any(map(_holds_forbidden, inner))


def no_other_programs() -> None:
    """Refuse to start programs, from now on, in this process and its children."""
    filter_calls(seccomp.without_programs())
