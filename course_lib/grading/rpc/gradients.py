"""Gradients across two processes: nodes of autograd whose backward asks the other side.

`Crossing` hangs the results of a remote call into the graph of this process. Inside
`torch.func.grad` tensors are wrapped while a function runs; there the call itself has
to happen within a function of autograd, `Transformed`.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch.autograd.function import once_differentiable
from torch.utils._pytree import tree_flatten, tree_unflatten

from course_lib.grading.rpc.frames import WireError


def wants(leaf: Any) -> bool:
    """Whether a leaf is a tensor that wants gradients."""
    return isinstance(leaf, torch.Tensor) and leaf.requires_grad


@dataclass(frozen=True)
class FarGraph:
    """A graph that the other side keeps: its number, and what its call had lent."""

    number: int
    lent: Mapping[int, Any]


class LeavesBehind:
    """Tensors of this side that lent functions use beside their arguments.

    A call may run inside another, so each collects its own.

    Attributes:
        used: such leaves of all calls since the latest collection began.
        grads: their gradients, by id.
    """

    def __init__(self) -> None:
        """Know of none yet."""
        self.used: list[torch.Tensor] = []
        self.grads: dict[int, torch.Tensor] = {}

    def add_grad(self, leaf: torch.Tensor, grad: torch.Tensor) -> None:
        """Add to the gradient of a leaf."""
        before = self.grads.get(id(leaf))
        self.grads[id(leaf)] = grad if before is None else before + grad

    @contextlib.contextmanager
    def collect_used(self) -> Iterator[list[torch.Tensor]]:
        """Yield the list of leaves that are used in this block."""
        outer, self.used = self.used, []
        try:
            yield self.used
        finally:
            self.used = outer

    @contextlib.contextmanager
    def collect_grads(self) -> Iterator[dict[int, torch.Tensor]]:
        """Yield the gradients, by the id of a leaf, that come in this block."""
        outer, self.grads = self.grads, {}
        try:
            yield self.grads
        finally:
            self.grads = outer


class Crossing(torch.autograd.Function):
    """Joins the graph of this process to the graph that the other one keeps."""

    @staticmethod
    def forward(
        ctx: Any,
        caller: Any,
        graph: FarGraph,
        outs: list[torch.Tensor],
        sent: int,
        *ins: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Hand the results on; `ins` are only what they depend on.

        The first `sent` of them were sent; the others are leaves of this side.
        """
        ctx.caller, ctx.graph = caller, graph
        ctx.behind = [id(leaf) for leaf in ins[sent:]]
        ctx.ins = [(t.shape, t.dtype, t.device) for t in ins]
        ctx.set_materialize_grads(False)
        # so that a second backward pass is refused, as it would be without the crossing
        ctx.save_for_backward(torch.empty(0))
        return tuple(outs)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        """Ask for the vector-Jacobian product."""
        _ = ctx.saved_tensors
        found = ctx.caller.pull_all(ctx.graph, grads, ctx.behind)
        # for the one stand-in of all leaves that the judge found behind its results
        if not ctx.caller.line.side.finds_leaves_behind:
            found += [None] * (len(ctx.ins) - len(found))
        if len(found) != len(ctx.ins):
            raise WireError("sent too many or too few gradients")
        for grad, wanted in zip(found, ctx.ins, strict=True):
            if grad is not None and (grad.shape, grad.dtype, grad.device) != wanted:
                raise WireError("sent a gradient that does not fit its tensor")
        return None, None, None, None, *found


class Kept:
    """Carries what is no tensor out of a function of autograd."""

    value: tuple[Any, ...] = ()


class Transformed(torch.autograd.Function):
    """A call inside `torch.func.grad`, whose tensors are wrapped while it runs."""

    @staticmethod
    def forward(
        caller: Any,
        callee: Any,
        leaves: list[Any],
        spec: Any,
        places: list[int],
        kept: Kept,
        *tensors: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Call with the plain tensors; what else came back goes into `kept`."""
        leaves = list(leaves)
        for place, tensor in zip(places, tensors, strict=True):
            plain = tensor.detach().clone()
            leaves[place] = plain.requires_grad_(plain.is_floating_point())
        args, kwargs = tree_unflatten(leaves, spec)
        result, graph = caller.plain_call(callee, args, kwargs, grad=True)
        found, shape = tree_flatten(result)
        outs = [i for i, leaf in enumerate(found) if isinstance(leaf, torch.Tensor)]
        wanting = [wants(found[i]) for i in outs]
        kept.value = found, shape, outs, wanting, graph
        return tuple(found[i].detach() for i in outs)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Remember which tensors may get gradients."""
        ctx.caller, *_ = inputs
        _, _, _, ctx.wanting, ctx.graph = inputs[5].value
        ctx.like = [
            (tuple(tensor.shape), tensor.dtype, tensor.device)
            for tensor in inputs[6:]
            if tensor.is_floating_point()
        ]
        ctx.floats = [tensor.is_floating_point() for tensor in inputs[6:]]

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:
        """Ask for the vector-Jacobian product."""
        given = [g for g, wanted in zip(grads, ctx.wanting, strict=True) if wanted]
        found = iter(_Pulled.apply(ctx.caller, ctx.graph, ctx.like, *given))
        return (None,) * 6 + tuple(next(found) if f else None for f in ctx.floats)


class _Pulled(torch.autograd.Function):
    """The backward pass of a transformed call, whose gradients are wrapped too."""

    @staticmethod
    def forward(
        caller: Any, graph: FarGraph, like: list[Any], *grads: Any
    ) -> tuple[torch.Tensor, ...]:
        found = caller.pull_back(graph, grads) if grads else [None] * len(like)
        pairs = zip(found, like, strict=True)
        return tuple(
            torch.zeros(shape, dtype=dtype, device=device) if g is None else g
            for g, (shape, dtype, device) in pairs
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> NoReturn:
        raise RuntimeError("a second derivative through this function cannot be taken")
