"""Values built again from what came over the wire, and nothing but plain values.

Every length, dtype and index is checked before memory is taken or an object is made;
whatever does not fit is a `WireError`.
"""

import base64
import collections
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import torch
from torch import nn

from course_lib.grading.rpc import graphs
from course_lib.grading.rpc.frames import OutOfTime, TableEntry, WireError
from course_lib.grading.rpc.messages import NOT_PLAIN, VALUES
from course_lib.grading.rpc.proxies import RemoteIterator, put_state
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.tensors import MAX_AXES, build, check_shapes, like
from course_lib.grading.rpc.values import (
    DTYPES,
    MAX_DEPTH,
    MAX_NODES,
    MODULE_TABLES,
    SCALARS,
    Handles,
    Kinds,
    modules_known,
)

MAX_PARTS = 10_000  # of a learner's module
MAX_STAND_INS = 10_000  # of functions and whatever else does not cross
MAX_STEPS = 1_000_000  # of a range, which a test may walk over
NONSENSE = (
    *(ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, RuntimeError, MemoryError),
)


class Opaque:
    """Stands for a value that does not cross; it equals nothing."""


class NotPlain(TypeError):
    """A function that was lent was given what is no plain value."""

    def __init__(self, kind: str):
        """Say what came."""
        super().__init__(
            "a function that was lent takes numbers, texts, tensors, and lists, tuples "
            f"and dicts of these; it was given something else ({kind})"
        )


class Unpacker:
    """Builds the values of one frame.

    Attributes:
        leaves: the objects of the table, in its order.
        iterators: the stand-ins of generators that were made.
    """

    def __init__(
        self,
        table: list[TableEntry],
        blobs: Sequence[bytes | bytearray],
        handles: Handles,
        kinds: Kinds,
        borrowed: list[Any] | None = None,
        side: Side = Side.JUDGE,
        deadline: float | None = None,
        plain: bool = False,
    ):
        """Build the leaves.

        Args:
            table: the entries of the frame.
            blobs: their bytes.
            handles: makes stand-ins for functions.
            kinds: lists the NamedTuple classes that may be rebuilt.
            borrowed: the leaves that we sent; an answer may name them.
            side: who builds: one that believes rebuilds modules and graphs.
            deadline: when to give up, as a value of `time.monotonic`.
            plain: build nothing that stands for something else, see `messages`.
        """
        self.handles, self.kinds, self.side = handles, kinds, side
        self.deadline, self.plain = deadline, plain
        self.iterators: list[RemoteIterator] = []
        self.borrowed = borrowed or []
        self.nodes = self.stand_ins = 0
        if not side.believes:
            check_shapes(table)
        pairs = zip(table, blobs, strict=True)
        self.leaves = [build(entry, blob) for entry, blob in pairs]
        try:
            for leaf, entry in zip(self.leaves, table, strict=True):
                self._gradient(leaf, entry)
        except (AttributeError, TypeError, RuntimeError) as problem:
            raise WireError("wants gradients of what has none") from problem
        for place, entry in enumerate(table):
            if side.believes and "graph" in entry:
                graph = graphs.with_leaves(entry["graph"], self._at)
                self.leaves[place] = graphs.rebuild(graph, self.leaves[place])

    def _at(self, place: Any) -> Any:
        if type(place) is not int or not 0 <= place < len(self.leaves):
            raise WireError("names a tensor that is not there")
        return self.leaves[place]

    def _gradient(self, leaf: Any, entry: TableEntry) -> None:
        if entry.get("wants") is True:
            if not (leaf.is_floating_point() or leaf.is_complex()):
                raise WireError("wants gradients of integers")
            leaf.requires_grad_()
        if "grad" in entry:
            leaf.grad = like(self._at(entry["grad"]), leaf)

    def unpack(self, tree: Any, depth: int = 0) -> Any:
        """Return the value of a tree."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("a value is nested too deep or has too many parts")
        self._in_time()
        if tree is None or type(tree) in SCALARS:
            return tree
        if type(tree) is not list or len(tree) < 2 or type(tree[0]) is not str:
            raise WireError("sent something unreadable")
        if not self.side.believes and tree[0] not in VALUES:
            raise WireError("sent something unreadable")
        if self.plain and tree[0] in NOT_PLAIN:
            raise NotPlain(tree[0])
        try:
            return self._build(tree[0], tree[1], tree[2:], depth + 1)
        except NotPlain:
            raise
        except NONSENSE as problem:
            raise WireError("sent something unreadable") from problem

    def _in_time(self) -> None:
        """Give up where building takes too long: keys may be made to collide."""
        if self.deadline and not self.nodes & 63 and monotonic() > self.deadline:
            raise OutOfTime("sent what takes too long to read")

    def _build(self, kind: str, body: Any, rest: list[Any], depth: int) -> Any:
        if kind == "leaf":
            return self._at(body)
        if kind == "arg":
            return self.borrowed[body] if body >= 0 else self._at(None)
        if kind in ("set", "frozenset"):  # one by one, so that the time is watched
            members = {self.unpack(part, depth) for part in body}
            return members if kind == "set" else frozenset(members)
        if kind in ("list", "tuple", "generator", "iterator"):
            parts = [self.unpack(part, depth) for part in body]
            return MAKE[kind](parts)
        if kind == "named":
            return self._named_tuple(body, rest, depth)
        if kind == "dict":
            return {self.unpack(k, depth): self.unpack(v, depth) for k, v in body}
        if kind in ("slice", "range"):
            made = MAKE[kind](*(self.unpack(end, depth) for end in body))
            if kind == "range" and len(made) > MAX_STEPS:
                raise WireError("sent a range that is too long")
            return made
        if kind == "scalar":
            return self._at(body)[()]
        if kind == "module" and self.side.believes:
            return self._module(body, rest, depth)
        if kind == "yours":
            return self.handles.find(body)
        if kind == "your module" and self.side.believes:
            return self._own_module(body, *rest)
        if kind in ("function", "lazy", "module there", "other"):
            self.stand_ins += 1
            if self.stand_ins > MAX_STAND_INS:
                raise WireError("sent too many things that are no plain values")
            return self._remote(kind, body, rest)
        if kind in MAKE:
            return MAKE[kind](body)
        raise WireError("sent something unreadable")

    def _remote(self, kind: str, number: Any, rest: list[Any]) -> Any:
        """Return a stand-in for what stays on the other side."""
        if kind == "other":
            return type(str(number)[:80], (Opaque,), {})()
        if type(number) is not int:
            raise WireError("sent something unreadable")
        if kind == "function":
            return self.handles.remote(number, str(rest[0])[:80])
        if kind == "lazy":
            made = RemoteIterator(self.handles.remote(number, "next"))
            self.iterators.append(made)
            return made
        name, parts, training = rest
        if self.side.believes or len(parts) > MAX_PARTS:
            raise WireError("sent a module that has no place here")
        found = [[n, self.unpack(part), is_own is True] for n, part, is_own in parts]
        if not all(_is_part(*part) for part in found):
            raise WireError("sent a module whose parts make no sense")
        module = self.handles.module(number, str(name)[:80])
        module.update(found, training is True)
        module._lent |= self.handles.lent()
        return module

    def _own_module(self, number: int, state: list[Any], training: bool) -> nn.Module:
        """Return a module of this side, with the numbers that the judge sent."""
        module: nn.Module = self.handles.find(number)
        for name, place in state:
            self.leaves[place] = put_state(module, name, self._at(place))
        if module.training is not training:
            module.train(training)
        return module

    def _named_tuple(self, name: str, rest: list[Any], depth: int) -> tuple[Any, ...]:
        fields, parts = rest
        parts = [self.unpack(part, depth) for part in parts]
        if len(fields) != len(parts):
            raise WireError("sent a tuple whose names do not fit")
        kind: Any = self.kinds().get((name, tuple(fields)))
        # tuple's own constructor: a class of the exercise may check its arguments
        if kind is None and self.side.believes:
            kind = collections.namedtuple(name, fields)  # type: ignore[misc, no-redef]
        return tuple.__new__(kind, parts) if kind else tuple(parts)

    def _module(self, name: str, rest: list[Any], depth: int) -> nn.Module:
        kind = getattr(nn, name)
        if not modules_known(kind):
            raise WireError("sent a module that is not torch's own")
        module: nn.Module = kind.__new__(kind)
        nn.Module.__init__(module)
        attributes, tables = rest
        for key, value in attributes:
            vars(module)[key] = self.unpack(value, depth)
        for key, items in zip(MODULE_TABLES, tables, strict=True):
            for item, value in items:
                vars(module)[key][item] = self._part(key, value, depth)
        if isinstance(module, nn.RNNBase):
            module._init_flat_weights()
        return module

    def _part(self, table: str, value: Any, depth: int) -> Any:
        part = self.unpack(value, depth)
        if table == "_parameters" and part is not None and type(part) is torch.Tensor:
            place = next(i for i, leaf in enumerate(self.leaves) if leaf is part)
            part = nn.Parameter(part.detach(), part.requires_grad)
            part.grad = self.leaves[place].grad
            self.leaves[place] = part
        return part


def _is_part(name: Any, value: Any, is_parameter: bool) -> bool:
    """Whether a module may have this part: a plain dotted name, a tensor."""
    names = name.split(".") if type(name) is str and len(name) < 300 else [""]
    plain = all(part.isidentifier() or part.isdigit() for part in names)
    safe = not any(part.startswith("__") for part in names) and len(names) < 20
    return plain and safe and type(value) in (torch.Tensor, nn.Parameter)


def _size(lengths: list[Any]) -> torch.Size:
    known = all(type(n) is int and abs(n) < 1 << 63 for n in lengths)
    if len(lengths) > MAX_AXES or not known:
        raise WireError("sent a shape that makes no sense")
    return torch.Size(lengths)


MAKE: dict[str, Callable[..., Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda parts: (part for part in parts),
    "iterator": iter,
    "slice": slice,
    "range": range,
    "size": _size,
    "complex": lambda ends: complex(float(ends[0]), float(ends[1])),
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "dtype": lambda name: DTYPES[name],
    "device": torch.device,
    "ellipsis": lambda _: ...,
}
