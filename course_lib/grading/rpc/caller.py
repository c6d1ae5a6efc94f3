"""Functions of the other process, called as if they were of this one.

Calling a `Remote` sends the arguments as plain data and returns the result as plain
data; arguments that the call changed are changed here too. If gradients are wanted,
the result hangs in the autograd graph by a node whose backward pass asks the other
side for the vector-Jacobian product.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from course_lib.checks import elsewhere, observe
from course_lib.grading.rpc.effects import containers, overwrite
from course_lib.grading.rpc.frames import Frame, WireError
from course_lib.grading.rpc.gradients import (
    Crossing,
    FarGraph,
    Kept,
    LeavesBehind,
    Transformed,
    wants,
)
from course_lib.grading.rpc.line import Line
from course_lib.grading.rpc.messages import CallBody, Reply
from course_lib.grading.rpc.pack import crossing_out
from course_lib.grading.rpc.proxies import Callee, Remote, RemoteModule
from course_lib.grading.rpc.tensors import like
from course_lib.grading.rpc.unpack import Unpacker

# what each request runs in: it sees to the line before, and to a fault afterwards
Attention = Callable[[], contextlib.AbstractContextManager[None]]


class RemoteCaller:
    """Calls functions of the other side over a line; every stand-in holds it."""

    def __init__(
        self,
        line: Line,
        behind: LeavesBehind,
        attention: Attention = contextlib.nullcontext,
    ):
        """Take what it asks over, and what is done around each request.

        Args:
            line: the conversation.
            behind: what lent functions use beside their arguments.
            attention: returns a context for a call, an attribute or a backward pass.
        """
        self.line, self.behind, self.attention = line, behind, attention

    def make_remote(self, number: int, name: str) -> Remote:
        """Return what stands here for a function of the other side."""
        callee = Callee(["number", number], lent=self.line.handles.lent())
        return Remote(self, callee, name)

    def make_remote_module(self, number: int, name: str) -> RemoteModule:
        """Return what stands here for a module of the other side."""
        return RemoteModule(self, number, name)

    def call(
        self, callee: Callee, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a function of the other side.

        Raises:
            RemoteError: the function raised.
            WireError: the other side sent what makes no sense.
        """
        # what crosses is no doing of a function under test
        with self.attention(), elsewhere.suspended():
            return self._call(callee, args, kwargs)

    def _call(
        self, callee: Callee, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        leaves, spec = tree_flatten((args, kwargs))
        places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor)]
        if not any(is_functorch_wrapped_tensor(leaves[i]) for i in places):
            return self.plain_call(callee, args, kwargs)[0]
        tensors, kept = [leaves[i] for i in places], Kept()
        leaves = [None if i in places else leaf for i, leaf in enumerate(leaves)]
        made = Transformed.apply(self, callee, leaves, spec, places, kept, *tensors)
        found, shape, outs, _, _ = kept.value
        for place, tensor in zip(outs, made, strict=True):
            found[place] = tensor
        return tree_unflatten(found, shape)

    def attribute(self, callee: Callee, name: str) -> Any:
        """Return an attribute of something on the other side.

        Raises:
            AttributeError: it is a function of the judge's.
        """
        if not self.line.side.sees_attributes:
            text = f"a function that was lent has no attribute {name!r}"
            raise AttributeError(text)
        with (
            self.attention(),
            elsewhere.suspended(),
            self.line.handles.lending(callee.lent),
        ):
            packer = self.line.arguments()
            body = [callee.target, name, packer.pack(callee.of)]
            frame = self.line.ask("attribute", body, packer)
            tree = frame.body[1]
            if type(tree) is list and tree[:1] == ["its method"]:
                target = ["method", callee.target[1], name]
                method = Callee(target, callee.of, lent=callee.lent)
                return Remote(self, method, name)
            return self.line.unpacker(frame).unpack(tree)

    def plain_call(
        self,
        callee: Callee,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        grad: bool | None = None,
    ) -> tuple[Any, FarGraph | None]:
        """Call a function of the other side; return its result and its graph.

        `grad` True keeps the graph on the other side and joins nothing here.
        """
        handles = self.line.handles
        with handles.lending(callee.lent):
            packer = self.line.arguments()
            body: CallBody = {
                "target": callee.target,
                "of": packer.pack(callee.of),
                "args": packer.pack([list(args), kwargs]),
                "grad": torch.is_grad_enabled() if grad is None else grad,
                "forbid": list(observe.forbidden_now()),
                "elsewhere": elsewhere.now(),
            }
            with self.behind.collect_used() as used:
                frame = self.line.ask("call", body, packer)
            behind = list({id(leaf): leaf for leaf in used}.values())
            reply, sent = Reply.read(frame.body[1], len(packer.leaves)), packer.leaves
            unpacker = self.line.unpacker(frame, sent)
            graph = None
            if reply.graph is not None:
                graph = FarGraph(reply.graph, handles.lent())
            ins = [*callee.ins, *filter(wants, sent)]
            if graph is not None and not grad:
                self._join(graph, unpacker, frame, ins, behind, reply.behind)
            _apply_changes(reply, unpacker, sent, [list(args), kwargs])
            result = unpacker.unpack(reply.result)
            for iterator in unpacker.iterators:
                iterator.ins = ins
            return result, graph

    def _join(
        self,
        graph: FarGraph,
        unpacker: Unpacker,
        frame: Frame,
        ins: list[torch.Tensor],
        behind: list[torch.Tensor],
        depends: bool,
    ) -> None:
        """Hang the results that want gradients into the graph of this process.

        Args:
            graph: the one on the other side.
            unpacker: holds the results.
            frame: the answer that they came in.
            ins: the tensors that were sent.
            behind: what they depend on beside: leaves that functions of ours used.
            depends: whether they depend on leaves of the other side.
        """
        places = [i for i, entry in enumerate(frame.table) if crossing_out(entry)]
        if depends and not ins and not self.line.side.finds_leaves_behind:
            ins = [torch.zeros((), requires_grad=True)]
        if (ins or behind) and places:
            outs = [unpacker.leaves[i].detach() for i in places]
            made = Crossing.apply(self, graph, outs, len(ins), *ins, *behind)
            for place, tensor in zip(places, made, strict=True):
                unpacker.leaves[place] = tensor

    def pull_back(
        self, graph: FarGraph, grads: tuple[torch.Tensor | None, ...]
    ) -> list[torch.Tensor | None]:
        """Return the vector-Jacobian product of an earlier call."""
        with self.attention():
            return self._pull_back(graph, grads)

    def _pull_back(
        self, graph: FarGraph, grads: tuple[torch.Tensor | None, ...]
    ) -> list[torch.Tensor | None]:
        with elsewhere.suspended(), self.line.handles.lending(graph.lent):
            packer = self.line.packer()
            body = [graph.number, packer.pack(list(grads))]
            frame = self.line.ask("pull", body, packer)
            found = self.line.unpacker(frame).unpack(frame.body[1])
        if type(found) is not list:
            raise WireError("sent something unreadable")
        if not all(g is None or type(g) is torch.Tensor for g in found):
            raise WireError("sent a gradient that is no tensor")
        return found

    def pull_all(
        self, graph: FarGraph, grads: tuple[torch.Tensor | None, ...], behind: list[int]
    ) -> list[torch.Tensor | None]:
        """Return the vector-Jacobian product, and that of leaves by their id."""
        with self.behind.collect_grads() as pulled:
            found = self.pull_back(graph, grads)
            return [*found, *(pulled.get(one) for one in behind)]


def _apply_changes(
    reply: Reply, unpacker: Unpacker, sent: list[Any], args: list[Any]
) -> None:
    """Do to our arguments what the call did to its copies."""
    try:
        for place, tree in reply.changed:
            overwrite(sent[place], unpacker.unpack(tree))
        for place, tree in reply.grads:
            sent[place].grad = like(unpacker.unpack(tree), sent[place])
        parts = list(containers(args)) if reply.parts else []
        for number, tree in reply.parts:
            overwrite(parts[number], unpacker.unpack(tree))
    except (ValueError, TypeError, IndexError, AttributeError, RuntimeError) as bad:
        raise WireError("sent changes that do not fit") from bad
