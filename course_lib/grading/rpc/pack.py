"""Values taken apart for the wire: a tree of JSON, and a table of leaves with bytes."""

import base64
import types
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import nn

from course_lib.grading.rpc import graphs
from course_lib.grading.rpc.frames import TableEntry, Unfit
from course_lib.grading.rpc.proxies import RemoteModule, module_state
from course_lib.grading.rpc.tensors import describe
from course_lib.grading.rpc.values import (
    ARRAY_DTYPES,
    DTYPES,
    MAX_DEPTH,
    MAX_NODES,
    MODULE_TABLES,
    SCALARS,
    Handles,
    modules_known,
)

MAX_ITEMS = 100_000  # of a generator
LAZY = (types.GeneratorType, map, zip, filter, enumerate, reversed)


class Packer:
    """Turns values into a tree and a table.

    Attributes:
        table, blobs: what goes into the frame beside the tree.
        leaves: the objects of the table, in its order.
        ins: what a generator that is packed may depend on.
    """

    def __init__(
        self, handles: Handles, borrowed: Iterable[Any] = (), whole: bool = False
    ):
        """Begin an empty table.

        Args:
            handles: where functions are kept that do not cross.
            borrowed: leaves that the other side sent; they are named, not copied.
            whole: walk over generators, and describe autograd graphs and modules of
                torch's; see `Side.sends_arguments_whole`.
        """
        self.handles, self.whole = handles, whole
        self.borrowed = {id(leaf): i for i, leaf in enumerate(borrowed)}
        self.ins: list[torch.Tensor] = []
        self.table: list[TableEntry] = []
        self.blobs: list[bytes] = []
        self.leaves: list[Any] = []
        self.places: dict[int, int] = {}
        self.nodes = 0

    def pack(self, value: Any, depth: int = 0) -> Any:
        """Return the tree of a value; leaves go into the table."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unfit("a value is nested too deep or has too many parts")
        if value is None or type(value) in SCALARS:
            return value
        if isinstance(value, torch.Tensor | np.ndarray):
            return self._leaf(value)
        if isinstance(value, torch.Generator | np.random.Generator):
            return self._leaf(value)
        if isinstance(value, list | tuple | dict | set | frozenset):
            return self._container(value, depth + 1)
        if self.whole and _lazy(value):
            return self._iterator(value, depth + 1)
        return self._other(value, depth + 1)

    def _container(self, value: Any, depth: int) -> list[Any]:
        if isinstance(value, dict):
            pairs = dict.items(value)
            return [
                "dict",
                [[self.pack(k, depth), self.pack(v, depth)] for k, v in pairs],
            ]
        if isinstance(value, torch.Size):
            return ["size", [int(n) for n in value]]
        kind = next(
            k for k in (list, tuple, set, frozenset) if isinstance(value, k)
        ).__name__
        parts = [self.pack(part, depth) for part in value]
        fields = getattr(value, "_fields", None)
        if kind == "tuple" and isinstance(fields, tuple):
            return ["named", type(value).__name__, list(map(str, fields)), parts]
        return [kind, parts]

    def _iterator(self, value: Any, depth: int) -> list[Any]:
        parts = []
        for part in value:
            parts.append(self.pack(part, depth))
            if len(parts) > MAX_ITEMS:
                raise Unfit("an iterator does not end")
        kind = "generator" if isinstance(value, types.GeneratorType) else "iterator"
        return [kind, parts]

    def _other(self, value: Any, depth: int) -> Any:
        if isinstance(value, np.generic) and not isinstance(value, str | bytes):
            array = np.array(value)
            return (
                ["scalar", self._leaf(array)[1]]
                if self._plain(array)
                else _opaque(value)
            )
        if isinstance(value, SCALARS):  # a subclass: only its plain value crosses
            base = next(kind for kind in SCALARS if isinstance(value, kind))
            return base(value)
        if isinstance(value, complex):
            return ["complex", [value.real, value.imag]]
        if isinstance(value, bytes | bytearray):
            return ["bytes", base64.b64encode(value).decode()]
        if isinstance(value, slice | range):
            ends = [value.start, value.stop, value.step]
            return [type(value).__name__, [self.pack(end, depth) for end in ends]]
        if isinstance(value, torch.dtype):
            return ["dtype", str(value).removeprefix("torch.")]
        if isinstance(value, torch.device):
            return ["device", str(value)]
        if value is ...:
            return ["ellipsis", None]
        if isinstance(value, RemoteModule):
            state = [[name, self._leaf(part)[1]] for name, part in value.state()]
            return ["your module", value._number, state, value.training]
        if isinstance(value, nn.Module):
            ours = self.whole and modules_known(type(value))
            return self._module(value, depth) if ours else self._own_module(value)
        if _lazy(value):  # of the learner's: each value is asked for
            return ["lazy", self.handles.keep(_Next(value, self.ins))]
        if isinstance(number := getattr(value, "_remote_number", None), int):
            return ["yours", number]
        if callable(value):
            return ["function", self.handles.keep(value), _name(value)]
        return _opaque(value)

    def _module(self, module: nn.Module, depth: int) -> list[Any]:
        """A module of torch's own crosses as class, plain attributes and tensors."""
        plain = {k: v for k, v in vars(module).items() if k not in MODULE_TABLES}
        skip = ("_flat_weights", "_flat_weight_refs")
        parts = {
            key: self.pack(plain[key], depth)
            for key in plain
            if key not in skip and not key.endswith("_hooks")
        }
        tables = [vars(module)[key] for key in MODULE_TABLES]
        packed = [[[k, self.pack(v, depth)] for k, v in t.items()] for t in tables]
        return ["module", type(module).__name__, list(parts.items()), packed]

    def _own_module(self, module: nn.Module) -> list[Any]:
        """A module of the learner's crosses as parameters, buffers and a number."""
        parts = []
        for name, value, is_parameter in module_state(module):
            kind, place = self._leaf(value)
            if kind == "leaf":
                self.table[place]["parameter"] = True
            parts.append([name, [kind, place], is_parameter])
        number, training = self.handles.keep(module), module.training is True
        return ["module there", number, type(module).__name__[:80], parts, training]

    def outs(self) -> list[torch.Tensor]:
        """Return the leaves whose gradients the other side may ask for."""
        pairs = zip(self.leaves, self.table, strict=True)
        return [x for x, entry in pairs if crossing_out(entry)]

    def _plain(self, leaf: Any) -> bool:
        if isinstance(leaf, torch.Generator):
            return leaf.device.type == "cpu"
        if isinstance(leaf, np.random.Generator):
            return type(leaf.bit_generator) is np.random.PCG64
        if isinstance(leaf, torch.Tensor):
            strided = leaf.layout is torch.strided and not leaf.is_quantized
            return strided and str(leaf.dtype).removeprefix("torch.") in DTYPES
        return leaf.dtype.newbyteorder("=").name in ARRAY_DTYPES

    def _leaf(self, leaf: Any) -> list[Any]:
        if (place := self.borrowed.get(id(leaf))) is not None:
            return ["arg", place]
        if (place := self.places.get(id(leaf))) is not None:
            return ["leaf", place]
        if not self._plain(leaf):
            return _opaque(leaf)
        place = self.places[id(leaf)] = len(self.table)
        self.leaves.append(leaf)
        self.table.append({})
        self.blobs.append(b"")
        entry, self.blobs[place] = describe(leaf)
        if isinstance(leaf, torch.Tensor):
            self._gradient(leaf, entry)
        self.table[place] = entry
        return ["leaf", place]

    def _gradient(self, leaf: torch.Tensor, entry: TableEntry) -> None:
        """Add whether gradients are wanted, the gradient there is, and the graph."""
        entry["wants"] = bool(leaf.requires_grad)
        if leaf.is_leaf and leaf.grad is not None:
            entry["grad"] = self._leaf(leaf.grad)[1]
        if self.whole and leaf.grad_fn is not None:
            graph = graphs.describe(leaf.grad_fn)
            if graph is not None:
                entry["graph"] = graphs.with_leaves(graph, lambda t: self._leaf(t)[1])


class _Next:
    """Returns the next value of an iterator at each call."""

    def __init__(self, iterator: Any, ins: list[torch.Tensor]):
        self.iterator, self.ins = iterator, ins

    def __call__(self) -> Any:
        return next(self.iterator)


def crossing_out(entry: TableEntry) -> bool:
    """Whether an entry is a result that hangs in a graph; parameters are leaves."""
    return bool(entry.get("wants")) and not entry.get("parameter")


def _lazy(value: Any) -> bool:
    return type(value) in LAZY or type(value).__name__.endswith("_iterator")


def _name(value: Any) -> str:
    name = getattr(value, "__name__", None)
    return name[:80] if type(name) is str else type(value).__name__[:80]


def _opaque(value: Any) -> list[Any]:
    return ["other", type(value).__name__[:80]]
