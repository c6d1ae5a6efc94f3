"""Computational graphs, drawn from what autograd recorded, and what flows through them.

Nothing is drawn by hand: nodes and arrows are those of `graph_nodes`, and a node's
column is the number of operations on the longest path that leads to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from torch import Tensor
from torch.autograd.graph import Node

from course_lib.gradients.unrolled import graph_nodes
from course_lib.plots.style import COLOURS, panel

Place = tuple[float, float]
GIVEN, SHARED = COLOURS[0], COLOURS[1]
ROW = 1.35  # the distance of leaves from the line of operations, in columns


def computation(tensor: Tensor, names: Mapping[str, Tensor]) -> Figure:
    """Draw the graph that computed `tensor`, from left to right.

    Operations stand on a line, in the order in which they depend on each other. A leaf
    that is read once stands above its reader, one that is read often below the line.

    Args:
        tensor: the end of the graph.
        names: what to call leaves, and the results of operations.
    """
    nodes = list(graph_nodes(tensor))
    edges = [(p, n) for n in nodes for p, _ in n.next_functions if p is not None]
    places = _layout(nodes, edges)
    reads = Counter(source for source, _ in edges)
    labels: dict[Node, str] = {}
    for name, named in names.items():
        labels |= {n: name for n in nodes if _made(n, named)}
    with panel(height=2.5) as (figure, axes):
        for source, target in edges:
            _arrow(axes, places[source], places[target], reads[source] > 1)
        for node, place in places.items():
            label = labels.get(node, "")
            if hasattr(node, "variable"):
                _leaf(axes, place, label, reads[node] > 1)
            else:
                _operation(axes, place, node.name(), label)
        xs, ys = zip(*places.values(), strict=True)
        axes.set(xlim=(min(xs) - 0.4, max(xs) + 0.4), aspect="equal")
        axes.set(ylim=(min(ys) - 0.4, max(ys) + 0.4))
        axes.axis("off")
    return figure


def _made(node: Node, tensor: Tensor) -> bool:
    """Whether the node is the leaf `tensor`, or the operation that made it."""
    if tensor.is_leaf:
        return getattr(node, "variable", None) is tensor
    return node is tensor.grad_fn


def _layout(nodes: list[Node], edges: list[tuple[Node, Node]]) -> dict[Node, Place]:
    """Return the place of each node: operations by depth, leaves by who reads them."""
    depth: dict[Node, int] = {}
    places: dict[Node, Place] = {}
    rows: Counter[float] = Counter()
    for node in nodes:
        if hasattr(node, "variable"):
            depth[node] = 0
            continue
        read = (parent for parent, _ in node.next_functions if parent is not None)
        depth[node] = column = 1 + max((depth[parent] for parent in read), default=0)
        places[node] = (column, rows[column])
        rows[column] += 1
    for node in nodes:
        if hasattr(node, "variable"):
            readers = [places[target] for source, target in edges if source is node]
            places[node] = _leaf_place(readers, rows, set(places.values()))
    return places


def _leaf_place(readers: list[Place], rows: Counter[float], taken: set[Place]) -> Place:
    """Return a free place: below if read often, else before or above its reader."""
    x, y = sum(x for x, _ in readers) / len(readers), -ROW
    step = (1.5, 0.0)
    if len(readers) == 1 and x == 1:  # nothing comes before the first operation
        x, y, step = 0, readers[0][1], (0.0, 1.0)
    elif len(readers) == 1:
        y, step = rows[x] - 1 + ROW, (0.0, 1.0)
    while (x, y) in taken:
        x, y = x + step[0], y + step[1]
    return x, y


def _arrow(axes: Axes, start: Place, end: Place, shared: bool) -> None:
    arrow = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=9,
        color=SHARED if shared else "#555555",
        linewidth=1.1,
        shrinkA=11,
        shrinkB=11,
        zorder=1,
    )
    axes.add_patch(arrow)


def _leaf(axes: Axes, place: Place, label: str, shared: bool) -> None:
    colour = SHARED if shared else GIVEN
    axes.plot(*place, "o", markersize=21, color="white", markeredgecolor=colour)
    axes.text(*place, f"${label}$", ha="center", va="center", color=colour)


def _operation(axes: Axes, place: Place, name: str, label: str) -> None:
    axes.plot(*place, "s", markersize=21, color="#EEEEEE", markeredgecolor="#888888")
    text = name.partition("Backward")[0].lower()
    axes.text(*place, text, ha="center", va="center", fontsize="x-small")
    if label:  # the state that this operation makes
        x, y = place
        axes.text(x, y + 0.3, f"${label}$", ha="center", va="bottom")


def shares(values: Sequence[float] | Tensor, ylabel: str) -> Figure:
    """Draw what each step's use adds to a gradient, and their sum.

    Args:
        values: (time,) one number a step.
        ylabel: what is added up, with its unit.
    """
    values = torch.as_tensor(values).tolist()
    steps = range(1, len(values) + 1)
    with panel(height=2.6) as (figure, axes):
        axes.bar(steps, values, color=COLOURS[0])
        axes.bar(len(values) + 1.5, sum(values), color=SHARED)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set_xticks([*steps, len(values) + 1.5], [*map(str, steps), "sum"])
        axes.grid(False, axis="x")
        axes.set(xlabel="use of θ in time step t", ylabel=ylabel)
    return figure
