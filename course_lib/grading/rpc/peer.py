"""Two processes that call each other's functions as if they were their own.

Calling a `Remote` sends the arguments as plain data and returns the result as plain
data; arguments that the call changed are changed here too. If gradients are wanted,
the result hangs in the autograd graph by a node whose backward pass asks the other
side for the vector-Jacobian product. While one side waits for an answer it answers
itself, so functions can be handed over as arguments and gradients flow through them.
What the judge accepts of the other side stands in `messages`.
"""

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from course_lib.checks import elsewhere, observe
from course_lib.grading.rpc.answers import Answers
from course_lib.grading.rpc.effects import containers, overwrite
from course_lib.grading.rpc.frames import Channel, Frame, Unfit, WireError
from course_lib.grading.rpc.gradients import (
    Crossing,
    FarGraph,
    Kept,
    Transformed,
    wants,
)
from course_lib.grading.rpc.messages import Reply
from course_lib.grading.rpc.pack import Packer, crossing_out
from course_lib.grading.rpc.proxies import Callee, Remote, RemoteModule, remote_error
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.tensors import like
from course_lib.grading.rpc.unpack import Unpacker
from course_lib.grading.rpc.values import Handles


class Peer(Answers):
    """One end of a conversation."""

    side: Side
    handles_kind = Handles

    def __init__(self, channel: Channel, kinds: Callable[[], dict]):
        """Take a channel, and what lists the NamedTuple classes known here."""
        self.channel, self.kinds = channel, kinds
        self.handles = self.handles_kind(self._stand_in, self._module_stand_in)
        self.graphs, self.behind, self.pulled = {}, {}, {}
        self.called_for: list[torch.Tensor] = []
        self.numbers = itertools.count()
        self.deadline: float | None = None

    def _stand_in(self, number: int, name: str) -> Remote:
        callee = Callee(["number", number], lent=self.handles.lent())
        return Remote(self, callee, name)

    def _module_stand_in(self, number: int, name: str) -> RemoteModule:
        return RemoteModule(self, number, name)

    def ask(self, kind: str, body: Any = None, packer: Packer | None = None) -> Frame:
        """Send a request and return the answer; serve the other side meanwhile."""
        number = next(self.numbers)
        packer = packer or self._packer()
        self._send(kind, [number, body], packer)
        while True:
            frame = self.channel.receive(self.deadline)
            if not isinstance(frame.body, list) or len(frame.body) != 2:
                raise WireError("sent something unreadable")
            if frame.kind not in ("ok", "error"):
                self.serve(frame)
            elif frame.body[0] != number:
                raise WireError("answered what was not asked")
            elif frame.kind == "ok":
                return frame
            else:
                raise remote_error(frame.body[1])

    def serve(self, frame: Frame) -> None:
        """Answer one request of the other side."""
        number, body = frame.body
        answer = self.requests().get(frame.kind)
        if answer is None:
            raise WireError("asked for something unknown")
        try:
            reply, packer = answer(body, frame)
            self._send("ok", [number, reply], packer)
        except Unfit as problem:
            text = f"what it returned cannot be read: {problem}"
            told = ["ValueError", text, "", True]
            self._send("error", [number, told], self._packer())
        except (observe.TooSlow, WireError):
            raise
        except BaseException as error:
            self._send("error", [number, self.explain(error)], self._packer())

    def requests(self) -> dict[str, Callable]:
        """Return what answers each kind of request; no other kind is answered."""
        return {"call": self._answer_call, "pull": self._answer_pull}

    def explain(self, error: BaseException) -> list:
        """Return kind, text and place of an error, and whether a library raised it."""
        failure = observe.described(error)
        place = failure.where if self.side.tells_places else ""
        return [failure.kind, failure.text, place, failure.library]

    def _send(self, kind: str, body: Any, packer: Packer) -> None:
        frame = Frame(kind, body, packer.table, packer.blobs)
        self.channel.send(frame, self.deadline)

    def _packer(self, borrowed: list | tuple = ()) -> Packer:
        return Packer(self.handles, borrowed)

    def _arguments(self) -> Packer:
        return Packer(self.handles, whole=self.side.sends_arguments_whole)

    def _unpacker(
        self, frame: Frame, borrowed: list | None = None, plain: bool = False
    ) -> Unpacker:
        return Unpacker(
            frame.table,
            frame.blobs,
            self.handles,
            self.kinds,
            borrowed,
            self.side,
            self.deadline,
            plain,
        )

    # -- calling ---------------------------------------------------------------------

    def call(self, callee: Callee, args: tuple, kwargs: dict) -> Any:
        """Call a function of the other side."""
        with elsewhere.suspended():  # what crosses is no doing of a function under test
            return self._call(callee, args, kwargs)

    def _call(self, callee: Callee, args: tuple, kwargs: dict) -> Any:
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
        """Return an attribute of something on the other side."""
        with elsewhere.suspended(), self.handles.lending(callee.lent):
            packer = self._arguments()
            body = [callee.target, name, packer.pack(callee.of)]
            frame = self.ask("attribute", body, packer)
            tree = frame.body[1]
            if type(tree) is list and tree[:1] == ["its method"]:
                target = ["method", callee.target[1], name]
                method = Callee(target, callee.of, lent=callee.lent)
                return Remote(self, method, name)
            return self._unpacker(frame).unpack(tree)

    def plain_call(
        self, callee: Callee, args: tuple, kwargs: dict, grad: bool | None = None
    ) -> tuple[Any, FarGraph | None]:
        """Call a function of the other side; return its result and its graph.

        `grad` True keeps the graph on the other side and joins nothing here.
        """
        with self.handles.lending(callee.lent):
            packer = self._arguments()
            body = {
                "target": callee.target,
                "of": packer.pack(callee.of),
                "args": packer.pack([list(args), kwargs]),
                "grad": torch.is_grad_enabled() if grad is None else grad,
                "forbid": list(observe.forbidden_now()),
                "elsewhere": elsewhere.now(),
            }
            outer, self.called_for = self.called_for, []
            try:
                frame = self.ask("call", body, packer)
                behind = list({id(leaf): leaf for leaf in self.called_for}.values())
            finally:
                self.called_for = outer
            reply, sent = Reply.read(frame.body[1], len(packer.leaves)), packer.leaves
            unpacker = self._unpacker(frame, sent)
            graph = None
            if reply.graph is not None:
                graph = FarGraph(reply.graph, self.handles.lent())
            ins = [*callee.ins, *filter(wants, sent)]
            if graph is not None and not grad:
                self._join(graph, unpacker, frame, ins, behind, reply.behind)
            self._apply_changes(reply, unpacker, sent, [list(args), kwargs])
            result = unpacker.unpack(reply.result)
            for iterator in unpacker.iterators:
                iterator.ins = ins
            return result, graph

    def _apply_changes(
        self, reply: Reply, unpacker: Unpacker, sent: list, args: list
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

    def _join(
        self,
        graph: FarGraph,
        unpacker: Unpacker,
        frame: Frame,
        ins: list,
        behind: list,
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
        if depends and not ins and not self.side.finds_leaves_behind:
            ins = [torch.zeros((), requires_grad=True)]
        if (ins or behind) and places:
            outs = [unpacker.leaves[i].detach() for i in places]
            made = Crossing.apply(self, graph, outs, len(ins), *ins, *behind)
            for place, tensor in zip(places, made, strict=True):
                unpacker.leaves[place] = tensor

    def pull_back(self, graph: FarGraph, grads: tuple) -> list:
        """Return the vector-Jacobian product of an earlier call."""
        with elsewhere.suspended(), self.handles.lending(graph.lent):
            packer = self._packer()
            body = [graph.number, packer.pack(list(grads))]
            frame = self.ask("pull", body, packer)
            found = self._unpacker(frame).unpack(frame.body[1])
        if type(found) is not list:
            raise WireError("sent something unreadable")
        if not all(g is None or type(g) is torch.Tensor for g in found):
            raise WireError("sent a gradient that is no tensor")
        return found

    def pull_all(self, graph: FarGraph, grads: tuple, behind: list[int]) -> list:
        """Return the vector-Jacobian product, and that of leaves by their id."""
        outer, self.pulled = self.pulled, {}
        try:
            found = self.pull_back(graph, grads)
            return [*found, *(self.pulled.get(one) for one in behind)]
        finally:
            self.pulled = outer
