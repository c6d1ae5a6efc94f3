"""How a process answers a call, and a request for gradients through it.

The arguments are built, the function runs, and beside its result everything is told
that it did to its arguments: changed tensors, gradients and lists. The graph stays
here, under a number, until the other side asks for a vector-Jacobian product.
"""

import contextlib
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from course_lib.grading.rpc.effects import containers, same_parts
from course_lib.grading.rpc.frames import Frame, Unfit, WireError
from course_lib.grading.rpc.gradients import wants
from course_lib.grading.rpc.messages import pull_of
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.tensors import describe
from course_lib.grading.rpc.unpack import Unpacker
from course_lib.grading.rpc.values import Handles, NotLent

MAX_GRAPHS = 50_000
MAX_NODES_BEHIND = 20_000
SHOWS = ("shape", "dtype", "state")  # entries that tell a changed leaf


@dataclass(frozen=True)
class Requested:
    """A call that the other side asks for.

    Attributes:
        unpacker: holds the arguments' leaves.
        function: what is to run.
        args: the tree of its arguments.
        grad: whether gradients are recorded.
        conditions: a context in which it runs.
    """

    unpacker: Unpacker
    function: Callable
    args: Any
    grad: bool
    conditions: contextlib.AbstractContextManager = field(
        default_factory=contextlib.nullcontext
    )

    def arguments(self) -> tuple[list, dict]:
        """Build the arguments.

        Raises:
            WireError: they are no list and no dict of words.
        """
        pair = self.unpacker.unpack(self.args)
        if type(pair) is not list or [type(part) for part in pair] != [list, dict]:
            raise WireError("sent arguments that are none")
        if not all(type(name) is str for name in pair[1]):
            raise WireError("sent arguments that are none")
        return pair[0], pair[1]


class Answers:
    """The half of a peer that answers."""

    handles: Handles
    numbers: itertools.count
    graphs: dict[int, tuple[list, list]]  # by number: arguments and results
    behind: dict[int, list]  # by number: further leaves that results depend on
    called_for: list  # such leaves of all calls since somebody emptied this
    pulled: dict[int, torch.Tensor]  # their gradients, by id
    side: Side
    most_bytes: float = math.inf  # of the arguments and results of all graphs
    kept_bytes = 0

    def requested(self, body: Any, frame: Frame) -> "Requested":
        """Return what a request asks for: a function, arguments and conditions."""
        raise NotImplementedError

    def _answer_call(self, body: Any, frame: Frame) -> tuple[dict, Packer]:
        asked = self.requested(body, frame)
        unpacker, function = asked.unpacker, asked.function
        args, kwargs = asked.arguments()
        ins = [*getattr(function, "ins", ()), *filter(wants, unpacker.leaves)]
        parts = [(part, part.copy()) for part in containers([args, kwargs])]
        with torch.set_grad_enabled(asked.grad), asked.conditions:
            result = function(*args, **kwargs)
        packer = self._packer(unpacker.leaves)
        packer.ins = ins
        reply = {"result": packer.pack(result)}
        reply["changed"] = self._changed(unpacker, frame, packer)
        reply["grads"] = self._new_gradients(unpacker, frame, packer)
        reply["parts"] = [
            [number, packer.pack(part)]
            for number, (part, before) in enumerate(parts)
            if not same_parts(part, before)
        ]
        reply["graph"] = graph = self._remember(ins, packer.outs())
        if self.side.finds_leaves_behind and graph is not None:
            self.behind[graph] = leaves_behind(packer.outs(), ins)
            self.called_for += self.behind[graph]
            reply["behind"] = bool(self.behind[graph])
        return reply, packer

    def _changed(self, unpacker: Unpacker, frame: Frame, packer: Packer) -> list:
        """List the leaves that are no longer as they came."""
        found = []
        pairs = zip(unpacker.leaves, frame.table, frame.blobs, strict=True)
        for place, (leaf, entry, blob) in enumerate(pairs):
            now, data = describe(leaf)
            if data != blob or any(entry.get(key) != now.get(key) for key in SHOWS):
                copy = leaf.detach().clone() if torch.is_tensor(leaf) else leaf
                packer.borrowed.pop(id(leaf), None)
                found.append([place, packer.pack(copy)])
                packer.borrowed[id(leaf)] = place
        return found

    def _new_gradients(self, unpacker: Unpacker, frame: Frame, packer: Packer) -> list:
        """List the leaves that hold another gradient than they came with."""
        found = []
        for place, leaf in enumerate(unpacker.leaves):
            if not isinstance(leaf, torch.Tensor) or not leaf.is_leaf:
                continue
            came = frame.table[place].get("grad")
            before = b"" if came is None else frame.blobs[came]
            if leaf.grad is not None and describe(leaf.grad)[1] != before:
                found.append([place, packer.pack(leaf.grad.detach().clone())])
        return found

    def _remember(self, ins: list, outs: list) -> int | None:
        if not outs:
            return None
        while len(self.graphs) >= MAX_GRAPHS:
            self.behind.pop(oldest := next(iter(self.graphs)), None)
            del self.graphs[oldest]
        self.kept_bytes += sum(leaf.nbytes for leaf in [*ins, *outs])
        if self.kept_bytes > self.most_bytes:
            raise Unfit("the results of all calls together are too large")
        self.graphs[number := next(self.numbers)] = ins, outs
        return number

    def _answer_pull(self, body: Any, frame: Frame) -> tuple[Any, Packer]:
        graph, tree = pull_of(body)
        if graph not in self.graphs:
            raise NotLent("the result whose gradient is asked for is not here")
        ins, outs = self.graphs[graph]
        grads = self._unpacker(frame, plain=True).unpack(tree)
        pairs = [p for p in zip(outs, grads, strict=True) if p[1] is not None]
        behind = self.behind.get(graph, [])
        found = [None] * len(ins + behind)
        if ins + behind and pairs:
            given, weights = zip(*pairs, strict=True)
            found = torch.autograd.grad(
                given, ins + behind, weights, retain_graph=True, allow_unused=True
            )
        for leaf, grad in zip(behind, found[len(ins) :], strict=True):
            if grad is not None:
                before = self.pulled.get(id(leaf))
                self.pulled[id(leaf)] = grad if before is None else before + grad
        packer = self._packer()
        return packer.pack(list(found[: len(ins)])), packer


def leaves_behind(outs: list, ins: list) -> list:
    """Return the leaves that results depend on beside the arguments.

    A function that was lent may use tensors of its own side.
    """
    known = {id(leaf) for leaf in ins}
    found, seen = {}, set()
    stack = [out.grad_fn for out in outs if out.grad_fn is not None]
    while stack and len(seen) < MAX_NODES_BEHIND:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        leaf = getattr(node, "variable", None)
        if leaf is not None and id(leaf) not in known:
            found[id(leaf)] = leaf
        stack += [parent for parent, _ in node.next_functions if parent is not None]
    return list(found.values())
