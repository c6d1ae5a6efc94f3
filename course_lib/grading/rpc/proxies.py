"""What stands here for something of the other process: functions, modules, errors.

A `Remote` is a function, a class or a method. A `RemoteModule` is an `nn.Module` whose
parameters are real ones of this process: they are sent along with each call, gradients
and changes come back to them.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import torch
from torch import nn

from course_lib.grading.rpc.frames import WireError


class RemoteError(Exception):
    """What a remote function raised; a subclass named as the original is raised.

    Attributes:
        place: where in the learner's code it arose, in words.
        library: whether a library raised it, and not the learner's own `raise`.
        known: the words and lines of the learner's own code, where the judge has them.
    """

    place = ""
    library = False
    known: frozenset[str]


@dataclass(frozen=True)
class Callee:
    """Something of the other side that is called or asked for an attribute.

    Attributes:
        target: ["name", text], ["number", n] or ["method", n, text].
        of: the module whose method it is.
        ins: tensors of earlier calls that the result may depend on.
        lent: by number, what the call that returned it had lent: it may be used again.
    """

    target: list[Any]
    of: Any = None
    ins: Any = ()
    lent: Mapping[int, Any] = field(default_factory=dict)


class Caller(Protocol):
    """What a stand-in needs of a peer."""

    def call(
        self, callee: Callee, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a function of the other side."""

    def attribute(self, callee: Callee, name: str) -> Any:
        """Return an attribute of something on the other side."""


class Remote:
    """A function that runs in the other process."""

    checks_devices_itself = True  # there, see `course_lib.checks.elsewhere`

    def __init__(self, peer: Caller, callee: Callee, name: str):
        """Say who asks for it, what it is on the other side, and what it is called."""
        self._peer, self._callee = peer, callee
        kind, value, *_ = callee.target
        self._remote_number = value if kind == "number" else None
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it there."""
        return self._peer.call(self._callee, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute, such as `apply` of a torch.autograd.Function."""
        return _attribute(self._peer, self._callee, name)


class RemoteIterator(Iterator[Any]):
    """A generator of the other process; each value is asked for when it is needed."""

    def __init__(self, step: Remote):
        """Take the function that returns the next value."""
        self.step = step
        self.ins: list[torch.Tensor] = []  # what its values may depend on

    def __next__(self) -> Any:
        """Ask for the next value."""
        callee = replace(self.step._callee, ins=self.ins)
        try:
            return self.step._peer.call(callee, (), {})
        except RemoteError as error:
            if type(error).__name__ == "StopIteration":
                raise StopIteration from None
            raise


class RemoteModule(nn.Module):
    """A module of the learner's: its parameters here, its code there."""

    def __init__(self, peer: Caller, number: int, name: str):
        """Name the module by its number on the other side."""
        super().__init__()
        self._peer, self._number, self._name = peer, number, name
        self._lent: dict[int, Any] = {}  # by any call that returned it

    def update(self, parts: list[Any], training: bool) -> None:
        """Take over parameters and buffers: [dotted name, tensor, is parameter]."""
        for dotted, value, is_parameter in parts:
            owner, last = self._owner(dotted)
            old = owner._parameters.get(last, owner._buffers.get(last))
            if old is not None and (old.shape, old.dtype) == (value.shape, value.dtype):
                old.data.copy_(value.detach())
            elif is_parameter:  # past `register_parameter`, which would ask there
                wanted = value.requires_grad
                owner._parameters[last] = nn.Parameter(value.detach(), wanted)
            else:
                owner._buffers[last] = value
        self.train(training)

    def _owner(self, dotted: str) -> tuple[nn.Module, str]:
        owner: nn.Module = self
        *inner, last = dotted.split(".")
        for name in inner:
            if name not in owner._modules:
                owner._modules[name] = nn.Module()
            owner = cast(nn.Module, owner._modules[name])
        return owner, last

    def state(self) -> list[list[Any]]:
        """Return parameters and buffers: [dotted name, tensor]."""
        found = [*self.named_parameters(), *self.named_buffers()]
        return [[name, value] for name, value in found]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the module there."""
        callee = self._callee(["method", self._number, "__call__"])
        return self._peer.call(callee, args, kwargs)

    def _callee(self, target: list[Any]) -> Callee:
        return Callee(target, self, lent=self._lent)

    def __getattr__(self, name: str) -> Any:
        """Return a parameter or part, or else an attribute of the module there."""
        with contextlib.suppress(AttributeError):
            return super().__getattr__(name)
        return _attribute(self._peer, self._callee(["number", self._number]), name)

    def _get_name(self) -> str:
        return self._name


def _attribute(peer: Caller, callee: Callee, name: str) -> Any:
    if not name.startswith("_"):
        try:
            return peer.attribute(callee, name)
        except RemoteError as error:
            if type(error).__name__ != "AttributeError":
                raise
    raise AttributeError(f"there is no attribute {name!r}")


def module_state(module: nn.Module) -> list[list[Any]]:
    """Return the parts of a module by dotted name: [name, tensor, is parameter]."""
    found = [[name, value, True] for name, value in module.named_parameters()]
    found += [[name, value, False] for name, value in module.named_buffers()]
    return [part for part in found if type(part[0]) is str]


def put_state(module: nn.Module, name: str, value: torch.Tensor) -> torch.Tensor:
    """Give a part of a module the numbers that came; return the part itself."""
    path, _, last = name.rpartition(".")
    owner = module.get_submodule(path)
    own: Any = owner._parameters.get(last)
    own = owner._buffers[last] if own is None else own
    if (own.shape, own.dtype, own.device) == (value.shape, value.dtype, value.device):
        own.data.copy_(value.detach())
    else:
        own.data = value.detach().clone()
    if own.is_leaf:
        own.requires_grad_(value.requires_grad)
        own.grad = value.grad
    return cast(torch.Tensor, own)


def remote_error(body: Any) -> RemoteError:
    """Return the error that an answer describes, as a class of its name."""
    kinds = [str, str, str, bool]
    if type(body) is not list or [type(part) for part in body] != kinds:
        raise WireError("sent something unreadable")
    kind, text, place, library = body
    kind = kind[:60] if kind.isidentifier() else "Error"
    error: RemoteError = type(kind, (RemoteError,), {})(text[:200])
    error.place, error.library = place[:300], library
    return error
