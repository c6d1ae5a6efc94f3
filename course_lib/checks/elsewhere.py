"""A call as if its arguments lay on another device, while their values can be read.

The meta device shows the same slip without values, so a function that reads one cannot
be tried there. Here the arguments stay on the CPU, and a mode of torch keeps two sides
apart: what is derived from the arguments is *away*, what is made on the default device
is *at home*. The two meet only where torch would let tensors of two devices meet.
"""

import contextlib
import functools
import types
from collections.abc import Callable, Collection, Iterator
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils import _device
from torch.utils._pytree import tree_leaves

# The device that arguments claim: a right name for the CPU, and not equal to "cpu".
AWAY = torch.device("cpu", 0)
AT_HOME = "_made_on_the_default_device"
MIXED = "mixes a tensor on the default device with its inputs, which are on another"
RETURNED = "returned a tensor on the default device; its inputs are on another"
NUMPY = "hands an input to NumPy, which reads nothing on another device"
TEXTS = (MIXED, RETURNED, NUMPY)
WITHOUT_MIXING = {  # by what a function does; others refuse to mix
    *("__get__", "__set__", "__setitem__", "copy_", "to", "type_as", "new_tensor"),
    *("_pack_padded_sequence", "_pad_packed_sequence", "is_same_size"),
    "_has_compatible_shallow_copy_type",
}
READS_PACKED = {"lstm", "gru", "rnn_tanh", "rnn_relu"}  # lengths stay on the CPU
JOINS = {"cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack"}
MOVES = {"cpu", "to", "type_as"}
READS_DEVICE = {"device", "_parse_to"}
TO_NUMPY = {"numpy", "__array__", "__dlpack__"}
_pretending: list[bool] = []


class WrongDevice(Exception):
    """A tensor was made on the default device, and needed on another."""


def now() -> bool:
    """Whether the call that is running pretends."""
    return bool(_pretending) and _pretending[-1]


@contextlib.contextmanager
def _pretence(on: bool) -> Iterator[None]:
    _pretending.append(on)
    try:
        yield
    finally:
        _pretending.pop()


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function as it runs with arguments on another device.

    It raises `WrongDevice` where tensors of two devices meet, or one that was made on
    the default device comes back. A function of another process is asked to see to
    that there.

    Args:
        function: takes arguments on the CPU.
    """

    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        with _pretence(True):
            if getattr(type(function), "checks_devices_itself", False):
                return function(*args, **kwargs)
            with _seen_by_no_mode(), _TwoDevices():
                result = function(*map(_lent, args), **kwargs)
        if any(map(is_at_home, tree_leaves(result))):
            raise WrongDevice(RETURNED)
        return result

    return call


@contextlib.contextmanager
def suspended() -> Iterator[None]:
    """Leave the pretence for code that is not the learner's."""
    with torch._C.DisableTorchFunction():
        yield


def is_at_home(value: Any) -> bool:
    """Whether a value is a tensor that was made on the default device."""
    return isinstance(value, torch.Tensor) and AT_HOME in vars(value)


def _lent(value: Any) -> Any:
    """Return an argument; a function among them runs as in a process of its own."""
    if type(value) is not types.FunctionType:
        return value

    @functools.wraps(value)
    def call(*args: Any, **kwargs: Any) -> Any:
        with suspended():
            return value(*args, **kwargs)

    return call


@contextlib.contextmanager
def _seen_by_no_mode() -> Iterator[None]:
    """Mark also what is made by the functions that a mode of torch does not see."""
    read, make = torch.from_numpy, torch.nn.Parameter.__new__

    def parameter(
        cls: type, data: torch.Tensor | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        made: Any = make(cls, data, *args, **kwargs)
        return _mark(made) if data is None or is_at_home(data) else made

    def from_numpy(array: np.ndarray[Any, Any]) -> Any:
        return _mark(read(array))

    with (
        mock.patch.object(torch, "from_numpy", from_numpy),
        mock.patch.object(torch.nn.Parameter, "__new__", parameter),
    ):
        yield


def _mark(result: Any) -> Any:
    for leaf in tree_leaves(result):
        if isinstance(leaf, torch.Tensor):
            vars(leaf)[AT_HOME] = True
    return result


class _TwoDevices(TorchFunctionMode):
    """Sees every operation of torch, and decides on which side its result lies."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        kinds: Collection[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs, name = kwargs or {}, getattr(function, "__name__", "")
        tensors = [t for t in tree_leaves((args, kwargs)) if torch.is_tensor(t)]
        first_home = bool(args) and is_at_home(args[0])
        attribute = getattr(function, "__self__", None)
        if name == "__get__" and not first_home:
            if attribute is torch.Tensor.device:
                return AWAY
            if attribute is torch.Tensor.is_cpu:
                return False
        if name in TO_NUMPY and not first_home:
            raise WrongDevice(NUMPY)
        _refuse_mixing(name, args, tensors)
        home = _lands_at_home(function, name, args, kwargs, tensors)
        given = {id(tensor) for tensor in tensors}
        result = _call(function, name, args, kwargs)
        if name == "__set__" and attribute is torch.Tensor.data:
            _put(args[0], is_at_home(args[1]))
        elif home and any(id(leaf) not in given for leaf in tree_leaves(result)):
            _mark(result)
        elif name in MOVES and home != first_home:
            return _put(result.view_as(result), home)  # another object
        return result


def _call(
    function: Callable[..., Any],
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call an operation of torch; to most of them the CPU has one name only."""
    if name in READS_DEVICE:
        return function(*args, **kwargs)
    return function(
        *map(_plain_device, args), **{k: _plain_device(v) for k, v in kwargs.items()}
    )


def _refuse_mixing(
    name: str, args: tuple[Any, ...], tensors: list[torch.Tensor]
) -> None:
    home = [t for t in tensors if is_at_home(t)]
    if not home or len(home) == len(tensors) or name in WITHOUT_MIXING:
        return
    if name == "__getitem__" and not is_at_home(args[0]):
        return  # an index may come from the CPU
    if name in READS_PACKED:
        home = [t for t in home if t.dtype != torch.int64]
    if any(t.ndim for t in home) or (home and name in JOINS):
        raise WrongDevice(MIXED)


def _lands_at_home(
    function: Callable[..., Any],
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    tensors: list[torch.Tensor],
) -> bool:
    """Whether the result is made on the default device."""
    if name == "cpu":
        return True
    devices = [kwargs.get("device")]
    if name == "to":
        devices += [d for d in args[1:] if isinstance(d, str | torch.device)]
        others = [t for t in tensors if t is not args[0]]
        devices += ["cpu" if is_at_home(t) else AWAY for t in others]
    for device in filter(None, devices):
        return _is_cpu(device)
    if name == "type_as":
        return is_at_home(args[1])
    if name in ("as_tensor", "asarray") and torch.is_tensor(args[0]):
        return is_at_home(args[0])
    if function in _device._device_constructors() or not tensors:
        # `with torch.device(...)` lies under all modes
        return bool(_device.CURRENT_DEVICE != AWAY)
    if name.startswith("new_") or name in ("__getitem__", *WITHOUT_MIXING):
        return is_at_home(args[0])
    return all(map(is_at_home, tensors))


def _is_cpu(device: Any) -> bool:
    place = torch.device(device)
    return place != AWAY and place.type == "cpu"


def _plain_device(value: Any) -> Any:
    return "cpu" if isinstance(value, torch.device) and value == AWAY else value


def _put(tensor: torch.Tensor, home: bool) -> torch.Tensor:
    vars(tensor).pop(AT_HOME, None)
    return _mark(tensor) if home else tensor
