"""Graphs as names and pairs of names: what a figure says is computed here.

An edge (a, b) means that b is computed from a. Questions about the drawing, what
reaches a node and over how many edges, are questions about these pairs, so a test can
ask the real autograd graph the same ones.
"""

import math
from functools import cache

Edge = tuple[str, str]


def unrolled_graph(steps: int) -> tuple[list[str], list[Edge]]:
    """Return the nodes and edges of ``s_t = f(s_{t-1}, x_t; θ)`` over ``steps`` steps.

    Nodes are s_0 … s_T, x_1 … x_T, one loss E_t a step, and θ once.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}, expected 1 or more: nothing to unroll.")
    nodes, edges = ["θ", "s_0"], []
    for t in range(1, steps + 1):
        nodes += [f"x_{t}", f"s_{t}", f"E_{t}"]
        edges += [(source, f"s_{t}") for source in (f"s_{t - 1}", f"x_{t}", "θ")]
        edges.append((f"s_{t}", f"E_{t}"))
    return nodes, edges


def ancestors(name: str, edges: list[Edge]) -> set[str]:
    """Return every node from which a path leads to ``name``."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        target = waiting.pop()
        new = {a for a, b in edges if b == target} - found
        found |= new
        waiting += new
    return found


def descendants(name: str, edges: list[Edge]) -> set[str]:
    """Return every node to which a path leads from ``name``."""
    return ancestors(name, [(b, a) for a, b in edges])


def uses(name: str, edges: list[Edge]) -> int:
    """Count the uses of θ that reach ``name``: edges out of θ, not paths."""
    behind = ancestors(name, edges) | {name}
    return sum(a == "θ" and b in behind for a, b in edges)


def longest_path(source: str, name: str, edges: list[Edge]) -> float:
    """Count the edges of the longest path, ``-inf`` where there is none."""

    @cache
    def length(target: str) -> float:
        if target == source:
            return 0
        return max((1 + length(a) for a, b in edges if b == target), default=-math.inf)

    return length(name)


def step_of(name: str) -> int:
    """Return t of ``s_t``; θ belongs to every step and counts as 0."""
    return int(name.partition("_")[2] or 0)
