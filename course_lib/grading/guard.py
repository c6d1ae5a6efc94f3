"""What an exercise forbids, taken away for good from the process that is asked.

A function of Python loses its code, so every name, copy and reload of it has lost it
too. An operation of torch is refused by torch's dispatcher, through which its Python
name, `torch.ops`, TorchScript and the modules all go. No other program can be started
any more, in which the function would still be there. There is no way back, and none is
needed: a branch serves one test and ends.

Code that writes the forbidden function anew, or copies its text, is not stopped here;
nobody could tell it from an answer.
"""

import ctypes
import functools
import gc
import importlib
import signal
import struct
import sys
import types
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from course_lib.checks.observe import ForbiddenCall
from course_lib.grading import seccomp

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
KEYS = ("AutogradCPU", "AutogradMeta", "CPU", "Meta", "FuncTorchBatched")
# the operations behind a name, where they have other names than it
OPERATIONS = {
    "torch.nn.RNN": ("rnn_tanh", "rnn_relu"),
    "torch.nn.RNNCell": ("rnn_tanh_cell", "rnn_relu_cell"),
    "torch.nn.LSTM": ("lstm", "mkldnn_rnn_layer", "quantized_lstm"),
    "torch.nn.LSTMCell": ("lstm_cell", "_thnn_fused_lstm_cell", "quantized_lstm_cell"),
    "torch.nn.GRU": ("gru", "quantized_gru"),
    "torch.nn.GRUCell": ("gru_cell", "_thnn_fused_gru_cell", "quantized_gru_cell"),
    "torch.nn.Embedding": ("embedding",),
    "torch.nn.functional.embedding": ("embedding",),
    "torch.nn.MultiheadAttention": ("_native_multi_head_attention",),
    "torch.nn.functional.scaled_dot_product_attention": (
        "scaled_dot_product_attention",
        "_scaled_dot_product_attention_math",
        "_scaled_dot_product_flash_attention_for_cpu",
    ),
}
# other names under which the same can be had
ALSO = {
    "torch.nn.MultiheadAttention": ("torch.nn.functional.multi_head_attention_forward",)
}
REFUSED = "<forbidden>"
with warnings.catch_warnings():  # a text is called; a function takes its place
    warnings.simplefilter("ignore", SyntaxWarning)
    CODE = compile("lambda *args, **kwargs: 'refuse'()", REFUSED, "eval").co_consts[0]
_forbidden: set[str] = set()
_places: dict[tuple, str] = {}  # how forbidden code is known, and its name


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
    module, _, attribute = found_as.rpartition(".")
    owner = importlib.import_module(module)
    target = getattr(owner, attribute)
    operations = OPERATIONS.get(name, ())
    if isinstance(target, types.BuiltinFunctionType):
        operations = {*operations, target.__name__}
        setattr(owner, attribute, refusal(name))
    for function in _functions(target):
        _empty(function, name)
    _refuse_operations(operations, name)


def _functions(target: Any) -> Iterator[types.FunctionType]:
    """Yield the functions that do the work of a function or of a class."""
    if isinstance(target, type):
        entry = "forward" if issubclass(target, torch.nn.Module) else "__init__"
        if entry not in vars(target):  # inherited: others may use it
            setattr(target, entry, lambda *args, **kwargs: None)
        target = vars(target)[entry]
    while isinstance(target, types.FunctionType):
        yield target
        target = getattr(target, "__wrapped__", None)


def _empty(function: types.FunctionType, name: str) -> None:
    """Replace the code of a function."""
    if function.__code__.co_filename != REFUSED:
        free = function.__code__.co_freevars
        # many functions share the code of a decorator; the one inside has its own
        for mark in () if free else _marks(function.__code__):
            _places[mark] = name
        function.__code__ = refusal(name).__code__.replace(co_freevars=free)


def _empty_copies() -> None:
    """Do the same to functions that were made from the same code.

    What was there before the learner's code came is not among them, see `warm`.
    """
    for found in gc.get_objects():
        if type(found) is types.FunctionType and _is_forbidden(found.__code__):
            known = _places.keys() & _marks(found.__code__)
            _empty(found, _places[known.pop()])


def _marks(code: types.CodeType) -> set[tuple]:
    """Return what code is known by: its name in its file, and its very text.

    An answer that has the same words stands on other lines.
    """
    return {
        (code.co_filename, code.co_qualname),
        (code.co_code, code.co_linetable, code.co_firstlineno),
    }


def _is_forbidden(code: types.CodeType) -> bool:
    return not _places.keys().isdisjoint(_marks(code))


def refusal(name: str) -> types.FunctionType:
    """Return a function that refuses; its code needs no names from around it."""

    def refuse() -> None:
        raise ForbiddenCall(f"calls {name}; the exercise is to write it yourself")

    parts = tuple(refuse if part == "refuse" else part for part in CODE.co_consts)
    return types.FunctionType(CODE.replace(co_consts=parts), {})


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


def _no_copies(event: str, args: tuple) -> None:
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


_libc = ctypes.CDLL(None, use_errno=True)


def no_other_programs() -> None:
    """Refuse to start programs, from now on, in this process and its children."""
    if filtered := seccomp.without_programs():
        code, count = filtered
        buffer = ctypes.create_string_buffer(code)
        header = struct.pack("HxxxxxxP", count, ctypes.addressof(buffer))
        _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _libc.prctl(PR_SET_SECCOMP, 2, header, 0, 0)


def die_with_parent() -> None:
    """Ask the kernel to end this process with the one that started it."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
