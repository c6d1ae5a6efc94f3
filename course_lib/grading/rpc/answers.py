"""How a process answers a call, and a request for gradients through it.

The arguments are built, the function runs, and beside its result everything is told
that it did to its arguments: changed tensors, gradients and lists. The graph stays
here, under a number, until the other side asks for a vector-Jacobian product.
"""

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from course_lib.grading.rpc.effects import containers, same_parts
from course_lib.grading.rpc.frames import Frame, Unfit, WireError
from course_lib.grading.rpc.gradients import LeavesBehind, wants
from course_lib.grading.rpc.line import Line
from course_lib.grading.rpc.messages import ReplyBody, pull_of
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.tensors import describe
from course_lib.grading.rpc.unpack import Unpacker
from course_lib.grading.rpc.values import NotLent

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
    function: Callable[..., Any]
    args: Any
    grad: bool
    conditions: contextlib.AbstractContextManager[None] = field(
        default_factory=contextlib.nullcontext
    )

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
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


class Answerer:
    """Answers what the other side asks of functions that were handed over."""

    def __init__(
        self,
        line: Line,
        behind: LeavesBehind,
        read: Callable[[Any, Frame], Requested],
        most_bytes: float = math.inf,
    ):
        """Keep no graph yet.

        Args:
            line: the conversation.
            behind: is told what lent functions use beside their arguments.
            read: returns what a request asks for: function, arguments and conditions.
            most_bytes: of the arguments and results of all graphs.
        """
        self.line, self.behind, self.read = line, behind, read
        self.most_bytes, self.kept_bytes = most_bytes, 0
        # by number: arguments and results
        self.graphs: dict[int, tuple[list[Any], list[Any]]] = {}
        # by number: further leaves that results depend on
        self.leaves: dict[int, list[torch.Tensor]] = {}

    def answer_call(self, body: Any, frame: Frame) -> tuple[ReplyBody, Packer]:
        """Run a function, and tell its result and all that it did to its arguments."""
        asked = self.read(body, frame)
        unpacker, function = asked.unpacker, asked.function
        args, kwargs = asked.arguments()
        ins = [*getattr(function, "ins", ()), *filter(wants, unpacker.leaves)]
        parts = [(part, part.copy()) for part in containers([args, kwargs])]
        with torch.set_grad_enabled(asked.grad), asked.conditions:
            result = function(*args, **kwargs)
        packer = self.line.packer(unpacker.leaves)
        packer.ins = ins
        # in this order: a leaf that is packed once is named afterwards
        tree = packer.pack(result)
        changed = _changed_leaves(unpacker, frame, packer)
        grads = _new_gradients(unpacker, frame, packer)
        now = [
            [number, packer.pack(part)]
            for number, (part, before) in enumerate(parts)
            if not same_parts(part, before)
        ]
        graph = self._remember(ins, packer.outs())
        reply: ReplyBody = {
            "result": tree,
            "changed": changed,
            "grads": grads,
            "parts": now,
            "graph": graph,
        }
        if self.line.side.finds_leaves_behind and graph is not None:
            self.leaves[graph] = leaves_behind(packer.outs(), ins)
            self.behind.used += self.leaves[graph]
            reply["behind"] = bool(self.leaves[graph])
        return reply, packer

    def _remember(self, ins: list[Any], outs: list[Any]) -> int | None:
        """Keep the graph of a call; return its number, or None where there is none."""
        if not outs:
            return None
        while len(self.graphs) >= MAX_GRAPHS:
            oldest = next(iter(self.graphs))
            self.leaves.pop(oldest, None)
            del self.graphs[oldest]
        self.kept_bytes += sum(leaf.nbytes for leaf in [*ins, *outs])
        if self.kept_bytes > self.most_bytes:
            raise Unfit("the results of all calls together are too large")
        number = next(self.line.numbers)
        self.graphs[number] = ins, outs
        return number

    def answer_pull(self, body: Any, frame: Frame) -> tuple[Any, Packer]:
        """Return the vector-Jacobian product of an earlier call."""
        graph, tree = pull_of(body)
        if graph not in self.graphs:
            raise NotLent("the result whose gradient is asked for is not here")
        ins, outs = self.graphs[graph]
        grads = self.line.unpacker(frame, plain=True).unpack(tree)
        pairs = [p for p in zip(outs, grads, strict=True) if p[1] is not None]
        behind = self.leaves.get(graph, [])
        found: Sequence[torch.Tensor | None] = [None] * len(ins + behind)
        if ins + behind and pairs:
            given, weights = zip(*pairs, strict=True)
            found = torch.autograd.grad(
                given, ins + behind, weights, retain_graph=True, allow_unused=True
            )
        for leaf, grad in zip(behind, found[len(ins) :], strict=True):
            if grad is not None:
                self.behind.add_grad(leaf, grad)
        packer = self.line.packer()
        return packer.pack(list(found[: len(ins)])), packer


def _changed_leaves(
    unpacker: Unpacker, frame: Frame, packer: Packer
) -> list[list[Any]]:
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


def _new_gradients(unpacker: Unpacker, frame: Frame, packer: Packer) -> list[list[Any]]:
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


def leaves_behind(
    outs: list[torch.Tensor], ins: list[torch.Tensor]
) -> list[torch.Tensor]:
    """Return the leaves that results depend on beside the arguments.

    A function that was lent may use tensors of its own side.
    """
    known = {id(leaf) for leaf in ins}
    found: dict[int, torch.Tensor] = {}
    seen: set[Any] = set()
    stack: list[Any] = [out.grad_fn for out in outs if out.grad_fn is not None]
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
