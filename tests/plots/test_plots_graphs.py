"""Drawn graphs are autograd's: a node a node, an arrow an edge, nothing overlaps."""

import pytest
import torch
from matplotlib.patches import FancyArrowPatch

from course_lib.cells import RNNParams, init_rnn, rnn_forward
from course_lib.device import make_generator
from course_lib.gradients.unrolled import graph_depth, graph_nodes, unroll, uses_of
from course_lib.plots import graphs
from course_lib.plots.style import COLOURS


def scalar_recurrence(steps):
    theta = torch.tensor(0.8, requires_grad=True)
    x = [torch.tensor(0.1 * t, requires_grad=True) for t in range(steps)]
    states = unroll(
        lambda s, x_t: torch.tanh(theta * s + x_t), torch.zeros(()).requires_grad_(), x
    )
    return theta, states


def plain_rnn(steps):
    params = RNNParams(*(p.requires_grad_() for p in init_rnn(2, 3, make_generator(0))))
    _, h_T = rnn_forward(torch.ones(1, steps, 2), None, params)
    return params, h_T


def drawn(figure):
    """Return the arrows and the places of the nodes."""
    axes = figure.axes[0]
    arrows = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    places = [tuple(line.get_xydata()[0]) for line in axes.lines]
    return arrows, places


@pytest.mark.parametrize("end", [scalar_recurrence(4)[1][-1], plain_rnn(3)[1]])
def test_every_node_and_edge_is_drawn_once(end):
    nodes = list(graph_nodes(end))
    edges = sum(p is not None for n in nodes for p, _ in n.next_functions)
    arrows, places = drawn(graphs.computation(end, {}))
    assert len(arrows) == edges
    assert len(places) == len(nodes)
    assert len(set(places)) == len(nodes), "two nodes in one place"
    assert max(x for x, _ in places) == graph_depth(end), "a column an operation"


def test_shared_arrows_have_a_colour_of_their_own():
    theta, states = scalar_recurrence(5)
    arrows, _ = drawn(graphs.computation(states[-1], {}))
    red, green, blue = (int(COLOURS[1][i : i + 2], 16) / 255 for i in (1, 3, 5))
    marked = [a for a in arrows if a.get_edgecolor()[:3] == (red, green, blue)]
    assert len(marked) == uses_of(theta, states[-1]) == 5


def test_names_stand_where_they_belong():
    theta, states = scalar_recurrence(2)
    figure = graphs.computation(states[-1], {"q": theta, "s_1": states[0]})
    texts = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert texts["$q$"][1] < 0, "a shared leaf stands below the line"
    assert texts["$s_1$"][0] == 3, "s_1 is made by the third operation"


def test_shares_end_with_their_sum():
    bars = graphs.shares([1.0, -0.5, 2.0], "share").axes[0].patches
    assert [bar.get_height() for bar in bars] == [1.0, -0.5, 2.0, 2.5]
