"""What an exercise asks to write is taken away while an answer runs.

A function of Python is given other code, so every name, alias and import of it refuses,
and so does what calls it. An operation of torch is refused by a mode of torch, under
any of its names. Afterwards all is as it was. This gives an honest learner a message;
code in the same process could undo it, which `grading.guard` does not allow.
"""

import contextlib
import importlib
import types
import warnings
from collections.abc import Callable, Collection, Iterator
from typing import Any
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode

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
    "torch.autograd.forward_ad.make_dual": ("_make_dual",),
    "torch.nn.EmbeddingBag": ("embedding_bag", "_embedding_bag"),
    "torch.nn.MultiheadAttention": ("_native_multi_head_attention",),
    "torch.nn.functional.scaled_dot_product_attention": (
        "scaled_dot_product_attention",
        "_scaled_dot_product_attention_math",
        "_scaled_dot_product_flash_attention_for_cpu",
    ),
}
# other names under which the same can be had
ALSO = {
    "torch.nn.MultiheadAttention": (
        "torch.nn.functional.multi_head_attention_forward",
    ),
    "torch.autograd.grad": ("torch.autograd.graph._engine_run_backward",),
}
REFUSED = "<forbidden>"
DOCSTRING = 40  # characters; a text as long does not come twice by chance
with warnings.catch_warnings():  # a text is called; a function takes its place
    warnings.simplefilter("ignore", SyntaxWarning)
    CODE = compile("lambda *args, **kwargs: 'refuse'()", REFUSED, "eval").co_consts[0]


class ForbiddenCall(Exception):
    """The learner's code called what the exercise asks to write."""


def refusal(name: str) -> types.FunctionType:
    """Return a function that refuses; its code needs no names from around it."""

    def refuse() -> None:
        raise ForbiddenCall(f"calls {name}; the exercise is to write it yourself")

    parts = tuple(refuse if part == "refuse" else part for part in CODE.co_consts)
    return types.FunctionType(CODE.replace(co_consts=parts), {})


def resolve(name: str) -> tuple[Any, Any]:
    """Return what a dotted name stands for, after the module or class that has it."""
    path, _, attribute = name.rpartition(".")
    try:
        owner = importlib.import_module(path)
    except ModuleNotFoundError:
        _, owner = resolve(path)
    return owner, getattr(owner, attribute)


def functions(target: Any) -> Iterator[types.FunctionType]:
    """Yield the functions that do the work of a function or of a class."""
    if isinstance(target, type):
        entry = "forward" if issubclass(target, torch.nn.Module) else "__init__"
        target = vars(target).get(entry)
    target = getattr(target, "_implementation", target)  # of NumPy's dispatchers
    while isinstance(target, types.FunctionType):
        yield target
        target = getattr(target, "__wrapped__", None)


def marks(code: types.CodeType) -> set[tuple[object, ...]]:
    """Return what code is known by: its name in its file, its bytes, its very text.

    An answer that has the same words stands on other lines, and under the docstring of
    the exercise.
    """
    found: set[tuple[object, ...]] = {
        (code.co_filename, code.co_qualname),
        (code.co_code, code.co_linetable, code.co_firstlineno),
    }
    said = code.co_consts[0] if code.co_consts else None
    if isinstance(said, str) and len(said) > DOCSTRING:
        found.add(_text(code))
    return found


def _text(code: types.CodeType) -> tuple[object, ...]:
    """Return what code says, wherever it stands.

    Its bytes differ with the imports around it.
    """
    kind = types.CodeType
    parts = tuple(_text(p) if isinstance(p, kind) else p for p in code.co_consts)
    return code.co_name, code.co_names, code.co_varnames, parts


def copied(function: Any, names: tuple[str, ...]) -> str | None:
    """Return the name of which a function is a copy, made from its code or its text."""
    if type(function) is not types.FunctionType:
        return None
    known = marks(function.__code__)
    for name in names:
        for original in functions(resolve(name)[1]):
            code = original.__code__
            if original is not function and not known.isdisjoint(marks(code)):
                return name
    return None


@contextlib.contextmanager
def taken_away(names: tuple[str, ...]) -> Iterator[None]:
    """Make what these dotted names stand for raise ForbiddenCall, however imported."""
    operations: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        for name in names:
            operations |= dict.fromkeys(OPERATIONS.get(name, ()), name)
            for other in (name, *ALSO.get(name, ())):
                owner, target = resolve(other)
                if isinstance(target, types.BuiltinFunctionType):
                    operations.setdefault(target.__name__, name)
                _refuse(stack, owner, other.rpartition(".")[2], target, name)
        if operations:
            stack.enter_context(_Refusing(operations))
        yield


def _refuse(
    stack: contextlib.ExitStack, owner: Any, attribute: str, target: Any, name: str
) -> None:
    found = list(functions(target))
    for function in found:
        code = function.__code__
        if code.co_filename != REFUSED:
            stack.callback(setattr, function, "__code__", code)
            free = refusal(name).__code__.replace(co_freevars=code.co_freevars)
            function.__code__ = free
    if found:
        return
    if isinstance(target, type):  # what it inherits others may use
        entry = "forward" if issubclass(target, torch.nn.Module) else "__init__"
        stack.enter_context(mock.patch.object(target, entry, refusal(name)))
    else:
        stack.enter_context(mock.patch.object(owner, attribute, refusal(name)))


class _Refusing(TorchFunctionMode):
    """Refuses operations of torch by name."""

    def __init__(self, operations: dict[str, str]):
        self.refused = {at: refusal(name) for at, name in operations.items()}

    def __torch_function__(
        self,
        function: Callable[..., Any],
        kinds: Collection[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        call = self.refused.get(getattr(function, "__name__", ""), function)
        return call(*args, **(kwargs or {}))
