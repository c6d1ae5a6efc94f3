"""A step applied over time, and the graph that autograd records of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node


def unroll(f: Callable[[Any, Any], Any], state: Any, inputs: Iterable[Any]) -> list:
    """Apply `state = f(state, x_t)` to each input in turn.

    Args:
        f: the transition; it takes the state before and the input of a step.
        state: s_0, the state before the first input; it is not changed.
        inputs: x_1 … x_T.

    Returns:
        [s_1, …, s_T], one state an input; the initial one is not among them.
    """
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
    return states


def graph_nodes(tensor: Tensor) -> Iterator[Node]:
    """Yield each node of the graph that computed `tensor`, after all that it reads.

    A node is an operation (`grad_fn`) or the end of an edge at a leaf
    (`AccumulateGrad`). Each comes once, however many paths lead to it.
    """
    done: set[Node] = set()
    stack: list[tuple[Node | None, bool]] = [(tensor.grad_fn, False)]
    while stack:
        node, expanded = stack.pop()
        if node is None or (node in done and not expanded):
            continue
        if expanded:
            yield node
            continue
        done.add(node)
        stack.append((node, True))
        stack += [(parent, False) for parent, _ in node.next_functions]


def graph_depth(tensor: Tensor) -> int:
    """Return the number of operations on the longest path from a leaf to `tensor`.

    A leaf has depth 0. Gathering a leaf's gradient is no operation of the forward
    pass, so `AccumulateGrad` counts 0 as well. The time is linear in the graph's size.
    """
    depth: dict[Node | None, int] = {None: 0}
    for node in graph_nodes(tensor):
        longest = max((depth[parent] for parent, _ in node.next_functions), default=0)
        depth[node] = longest + (not hasattr(node, "variable"))
    return depth[tensor.grad_fn]


def uses_of(theta: Tensor, tensor: Tensor) -> int:
    """Return how many times the graph that computed `tensor` reads the leaf `theta`.

    A read is an edge of the graph, so an operation that takes `theta` twice counts
    twice, however many paths lead from it to `tensor`.
    """
    return sum(
        getattr(parent, "variable", None) is theta
        for node in graph_nodes(tensor)
        for parent, _ in node.next_functions
    )


def grad_by_use(
    f: Callable[[Any, Any, Tensor], Tensor],
    theta: Tensor,
    state: Tensor,
    inputs: Iterable[Any],
) -> list[Tensor]:
    """Return what each step's use of a shared parameter adds to its gradient.

    Every step gets a copy of `theta` of its own; the copy's gradient is that step's
    share. The shares sum to the gradient of the last state's sum with respect to θ.

    Args:
        f: the transition f(state, x_t, theta).
        theta: the shared parameter, any shape; it is not changed.
        state: s_0.
        inputs: x_1 … x_T.

    Returns:
        T tensors shaped as `theta`, for the first step to the last.
    """
    uses = []
    for x_t in inputs:
        uses.append(theta.detach().clone().requires_grad_())
        state = f(state, x_t, uses[-1])
    if not uses:
        return []
    # a step that does not read θ, or whose state is not read, has a share of zero
    shares = torch.autograd.grad(
        state.sum(), uses, allow_unused=True, materialize_grads=True
    )
    return list(shares)
