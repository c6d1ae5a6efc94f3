"""The autograd graph of an argument, described and built again on the other side.

An exercise may hand the learner a tensor *with* its graph, to be walked over `grad_fn`
and `next_functions`. The description holds each operation's name and what it reads; it
says nothing that the argument itself would not say. Where the name is one of torch's
elementwise operations the same operation is recorded anew, so its node behaves as the
original; any other becomes a node of the same name. Values and shapes inside the graph
are not those of the original, and no gradient passes through it.
"""

from collections.abc import Callable
from typing import Any

import torch

_view: Any = torch.ones(1, requires_grad=True).view(1)
LEAF = type(_view.grad_fn.next_functions[0][0])
Read = list[Any] | None  # what an operation reads: ["op", number], ["leaf", tensor]
Graph = list[list[Any]]  # operations as [name, reads]
MAX_OPERATIONS = 20_000
MAX_ELEMENTS = 20_000_000  # of all rebuilt tensors together
UNARY = {
    f"{function.__name__.capitalize()}Backward0": function
    for function in (
        *(torch.tanh, torch.sin, torch.cos, torch.exp, torch.neg, torch.sigmoid),
        *(torch.relu, torch.abs, torch.sqrt, torch.clone),
    )
}
BINARY = {
    f"{function.__name__.capitalize()}Backward0": function
    for function in (torch.mul, torch.add, torch.sub, torch.div)
}
OPERATIONS: dict[tuple[int, str], Callable[..., torch.Tensor]] = {
    **{(1, name): function for name, function in UNARY.items()},
    **{(2, name): function for name, function in BINARY.items()},
}


def describe(root: Any) -> Graph | None:
    """List the operations behind `root`, each after all that it reads.

    Returns:
        A list of [name, reads]; a read is None, ["op", number] or ["leaf", tensor].
        None where the graph is too large or holds an operation written in Python.
    """
    numbers: dict[Any, int] = {}
    found: list[list[Any]] = []
    parents: dict[Any, list[Any]] = {}
    stack = [root]
    while stack:
        node = stack[-1]
        if node not in parents:
            if isinstance(node, torch.autograd.function.BackwardCFunction):
                return None
            parents[node] = reads = [parent for parent, _ in node.next_functions]
            if waiting := [p for p in reads if p and not (_is_leaf(p) or p in numbers)]:
                stack += waiting
                if len(stack) > MAX_OPERATIONS * 4 or len(found) > MAX_OPERATIONS:
                    return None
                continue
        stack.pop()
        if node not in numbers:
            numbers[node] = len(found)
            reads = [_read(parent, numbers) for parent in parents[node]]
            found.append([node.name(), reads])
    return found


def _is_leaf(node: Any) -> bool:
    return type(node) is LEAF


def _read(parent: Any, numbers: dict[Any, int]) -> Read:
    if parent is None:
        return None
    return ["leaf", parent.variable] if _is_leaf(parent) else ["op", numbers[parent]]


def with_leaves(graph: Graph, change: Callable[[Any], Any]) -> Graph:
    """Return the description with each leaf replaced by what `change` makes of it."""
    known: dict[int, Any] = {}

    def change_read(read: Read) -> Read:
        if read is None or read[0] != "leaf":
            return read
        if (place := id(read[1])) not in known or isinstance(read[1], int):
            known[place] = change(read[1])
        return ["leaf", known[place]]

    return [[name, [change_read(read) for read in reads]] for name, reads in graph]


def rebuild(graph: Graph, value: torch.Tensor) -> torch.Tensor:
    """Return a tensor with the numbers of `value` and a graph as described."""
    like = value.detach()
    if len(graph) * max(like.numel(), 1) > MAX_ELEMENTS:
        return value
    made: list[torch.Tensor] = []
    with torch.enable_grad():
        for name, reads in graph:
            inputs = [_input(read, made, like) for read in reads]
            made.append(_operation(name, inputs, like))
    made[-1].data.copy_(like)
    return made[-1]


def _input(read: Read, made: list[torch.Tensor], like: torch.Tensor) -> torch.Tensor:
    if read is None:
        return torch.ones_like(like)
    return made[read[1]] if read[0] == "op" else read[1]


def _operation(
    name: str, inputs: list[torch.Tensor], like: torch.Tensor
) -> torch.Tensor:
    known = OPERATIONS.get((len(inputs), name))
    if known and any(one.requires_grad for one in inputs):
        try:
            made = known(*inputs)
        except RuntimeError:  # inside the original the shapes were others
            made = None
        if made is not None and (made.shape, made.dtype) == (like.shape, like.dtype):
            return made
    placed: torch.Tensor = _make_node(name).apply([like], *inputs)
    return placed


def _make_node(name: str) -> Any:
    """Return an operation without numbers whose node is called `name`."""
    kind: Any = type("Rebuilt", (_Placeholder,), {})
    kind._backward_cls.__name__ = name
    return kind


class _Placeholder(torch.autograd.Function):
    """Reads what the original read; `like` stands in a list and so leaves no edge."""

    @staticmethod
    def forward(ctx: Any, like: list[torch.Tensor], *inputs: Any) -> torch.Tensor:
        ctx.count = len(inputs)
        return torch.ones_like(like[0])

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[None, ...]:
        count: int = ctx.count + 1
        return (None,) * count
