"""Two processes that call each other's functions as if they were their own.

A `Remote` stands for a function of the other side. Calling it sends the arguments as
plain data and returns the result as plain data; arguments that the call changed are
changed here too. If gradients are wanted, the result hangs in the autograd graph by a
node whose backward pass asks the other side for the vector-Jacobian product. While one
side waits for an answer it answers itself, so functions can be handed over as arguments
and gradients flow through them.
"""

import contextlib
import io
import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from course_lib.checks import observe
from course_lib.grading.changes import containers, overwrite, same_parts
from course_lib.grading.crossing import Crossing, Kept, Transformed, wants
from course_lib.grading.pack import Packer, describe
from course_lib.grading.unpack import Unpacker, like
from course_lib.grading.values import Handles
from course_lib.grading.wire import Channel, Frame, Unfit, WireError

MAX_GRAPHS = 50_000
MAX_PRINTED = 20_000
SHOWS = ("shape", "dtype", "state")  # entries that tell a changed leaf


class RemoteError(Exception):
    """What a remote function raised; a subclass named as the original is raised.

    Attributes:
        place: where in the learner's code it arose, in words.
    """

    place = ""


class Remote:
    """A function that runs in the other process."""

    def __init__(self, peer: "Peer", target: list, name: str):
        """Name the function by `target`: ["name", text] or ["number", n]."""
        self._peer, self._target = peer, target
        self._remote_number = target[1] if target[0] == "number" else None
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it there."""
        return self._peer.call(self._target, args, kwargs)


class Peer:
    """One end of a conversation."""

    generous = False  # see Packer
    trusts = False  # see Unpacker

    def __init__(self, channel: Channel, kinds: Callable[[], dict]):
        """Take a channel, and what lists the NamedTuple classes known here."""
        self.channel, self.kinds = channel, kinds
        self.handles = Handles(lambda n, name: Remote(self, ["number", n], name))
        self.graphs: dict[int, tuple[list, list]] = {}
        self.numbers = itertools.count()
        self.deadline: float | None = None

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
        answers = {"call": self._answer_call, "pull": self._answer_pull}
        answer = answers.get(frame.kind) or self.other_requests().get(frame.kind)
        if answer is None:
            raise WireError("asked for something unknown")
        try:
            reply, packer = answer(body, frame)
            self._send("ok", [number, reply], packer)
        except Unfit as problem:
            told = ["ValueError", f"what it returned cannot be read: {problem}", ""]
            self._send("error", [number, told], self._packer())
        except (observe.TooSlow, WireError):
            raise
        except BaseException as error:
            self._send("error", [number, self.explain(error)], self._packer())

    def other_requests(self) -> dict[str, Callable]:
        """Return further requests that this side answers."""
        return {}

    def explain(self, error: BaseException) -> list[str]:
        """Return kind, text and place of an error."""
        failure = observe._failure(error, "")
        return [failure.kind, failure.text, failure.where]

    def _send(self, kind: str, body: Any, packer: Packer) -> None:
        frame = Frame(kind, body, packer.table, packer.blobs)
        self.channel.send(frame, self.deadline)

    def _packer(self, borrowed: list | tuple = ()) -> Packer:
        return Packer(self.handles, borrowed)

    def _unpacker(self, frame: Frame, borrowed: list | None = None) -> Unpacker:
        return Unpacker(
            frame.table,
            frame.blobs,
            self.handles,
            self.kinds(),
            borrowed,
            self.trusts,
        )

    # -- calling ---------------------------------------------------------------------

    def call(self, target: list, args: tuple, kwargs: dict) -> Any:
        """Call a function of the other side."""
        leaves, spec = tree_flatten((args, kwargs))
        places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor)]
        if not any(is_functorch_wrapped_tensor(leaves[i]) for i in places):
            return self.plain_call(target, args, kwargs)[0]
        tensors, kept = [leaves[i] for i in places], Kept()
        leaves = [None if i in places else leaf for i, leaf in enumerate(leaves)]
        made = Transformed.apply(self, target, leaves, spec, places, kept, *tensors)
        found, shape, outs, _, _ = kept.value
        for place, tensor in zip(outs, made, strict=True):
            found[place] = tensor
        return tree_unflatten(found, shape)

    def plain_call(
        self, target: list, args: tuple, kwargs: dict, grad: bool | None = None
    ) -> tuple[Any, int | None]:
        """Call a function of the other side; return result and number of its graph.

        Args:
            target: names the function.
            args: its arguments.
            kwargs: its keyword arguments.
            grad: True keeps the graph on the other side and joins nothing here.
        """
        packer = Packer(self.handles, generous=self.generous)
        body = {
            "target": target,
            "args": packer.pack([list(args), kwargs]),
            "grad": torch.is_grad_enabled() if grad is None else grad,
            "forbid": list(observe.forbidden_now()),
        }
        frame = self.ask("call", body, packer)
        return self._result(frame, packer.leaves, [list(args), kwargs], not grad)

    def _result(self, frame: Frame, sent: list, args: list, join: bool) -> tuple:
        reply = frame.body[1]
        if not isinstance(reply, dict):
            raise WireError("sent something unreadable")
        unpacker = self._unpacker(frame, sent)
        if isinstance(text := reply.get("printed"), str):
            print(text[:MAX_PRINTED], end="")
        graph = reply.get("graph")
        if type(graph) is int and join:
            self._join(graph, unpacker, frame, sent)
        self._apply_changes(reply, unpacker, sent, args)
        return unpacker.unpack(reply.get("result")), graph

    def _apply_changes(
        self, reply: dict, unpacker: Unpacker, sent: list, args: list
    ) -> None:
        """Do to our arguments what the call did to its copies."""
        try:
            for place, tree in reply.get("changed", []):
                overwrite(sent[place], unpacker.unpack(tree))
            for place, tree in reply.get("grads", []):
                sent[place].grad = like(unpacker.unpack(tree), sent[place])
            parts = list(containers(args)) if reply.get("parts") else []
            for number, tree in reply.get("parts", []):
                overwrite(parts[number], unpacker.unpack(tree))
        except (ValueError, TypeError, IndexError, AttributeError, RuntimeError) as bad:
            raise WireError("sent changes that do not fit") from bad

    def _join(self, graph: int, unpacker: Unpacker, frame: Frame, sent: list) -> None:
        """Hang the results that want gradients into the graph of this process."""
        ins = [leaf for leaf in sent if wants(leaf)]
        places = [i for i, entry in enumerate(frame.table) if entry.get("wants")]
        if ins and places:
            outs = [unpacker.leaves[i].detach() for i in places]
            made = Crossing.apply(self, graph, outs, *ins)
            for place, tensor in zip(places, made, strict=True):
                unpacker.leaves[place] = tensor

    def pull_back(self, graph: int, grads: tuple) -> list:
        """Return the vector-Jacobian product of an earlier call."""
        packer = self._packer()
        frame = self.ask("pull", [graph, packer.pack(list(grads))], packer)
        found = self._unpacker(frame).unpack(frame.body[1])
        if type(found) is not list:
            raise WireError("sent something unreadable")
        if not all(g is None or type(g) is torch.Tensor for g in found):
            raise WireError("sent a gradient that is no tensor")
        return found

    # -- answering -------------------------------------------------------------------

    def find(self, target: list) -> Callable:
        """Return the function that a request names."""
        kind, value = target
        if kind != "number" or value not in self.handles.local:
            raise WireError("asked for a function that is not there")
        return self.handles.local[value]

    def _answer_call(self, body: dict, frame: Frame) -> tuple[dict, Packer]:
        function = self.find(body["target"])
        unpacker = self._unpacker(frame)
        args, kwargs = unpacker.unpack(body["args"])
        ins = [leaf for leaf in unpacker.leaves if wants(leaf)]
        parts = [(part, part.copy()) for part in containers([args, kwargs])]
        printed = io.StringIO()
        with (
            torch.set_grad_enabled(body["grad"] is True),
            self.conditions(body, printed),
        ):
            result = function(*args, **kwargs)
        packer = self._packer(unpacker.leaves)
        reply = {"result": packer.pack(result)}
        reply["changed"] = self._changed(unpacker, frame, packer)
        reply["grads"] = self._new_gradients(unpacker, frame, packer)
        reply["parts"] = [
            [number, packer.pack(part)]
            for number, (part, before) in enumerate(parts)
            if not same_parts(part, before)
        ]
        reply["printed"] = printed.getvalue()[:MAX_PRINTED]
        reply["graph"] = self._remember(ins, [t for t in packer.leaves if wants(t)])
        return reply, packer

    def conditions(self, body: dict, printed: io.StringIO) -> Any:
        """Return a context in which an asked-for call runs."""
        return contextlib.nullcontext()

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
            del self.graphs[next(iter(self.graphs))]
        self.graphs[number := next(self.numbers)] = ins, outs
        return number

    def _answer_pull(self, body: list, frame: Frame) -> tuple[Any, Packer]:
        graph, tree = body
        ins, outs = self.graphs[graph]
        grads = self._unpacker(frame).unpack(tree)
        pairs = [p for p in zip(outs, grads, strict=True) if p[1] is not None]
        found = [None] * len(ins)
        if ins and pairs:
            given, weights = zip(*pairs, strict=True)
            found = torch.autograd.grad(
                given, ins, weights, retain_graph=True, allow_unused=True
            )
        packer = self._packer()
        return packer.pack(list(found)), packer

    def forget(self) -> None:
        """Drop what was kept for calls that are over."""
        self.graphs.clear()
        self.handles.local.clear()


def remote_error(body: Any) -> RemoteError:
    """Return the error that an answer describes, as a class of its name."""
    if type(body) is not list or [type(part) for part in body] != [str] * 3:
        raise WireError("sent something unreadable")
    kind, text, place = body
    kind = kind[:60] if kind.isidentifier() else "Error"
    error = type(kind, (RemoteError,), {})(text[:200])
    error.place = place[:300]
    return error
