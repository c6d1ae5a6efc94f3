"""One step and all steps equal `torch.nn.RNN`; graphs are measured, not guessed."""

import time

import pytest
import torch
from torch import nn

from course_lib.cells import RNNParams, init_rnn, rnn_forward, rnn_from_torch, rnn_step
from course_lib.device import make_generator
from course_lib.gradients.unrolled import (
    grad_by_use,
    graph_depth,
    graph_nodes,
    unroll,
    uses_of,
)
from course_lib.shapes import ShapeError

EXACT = {"rtol": 0, "atol": 1e-12}


def module(kind, *sizes, **options):
    """A module with float64 weights from a seed of its own."""
    made = kind(*sizes, dtype=torch.float64, **options)
    generator = make_generator(7)
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator))
    return made


def normal(*shape, seed=1):
    generator = make_generator(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def leaf(*shape, seed=1):
    return normal(*shape, seed=seed).requires_grad_()


# --- parity with torch.nn.RNN ---------------------------------------------------------


@pytest.mark.parametrize("sizes", [(3, 5, 2, 4), (1, 1, 1, 1), (2, 30, 4, 4)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_rnn_forward_is_nn_rnn_in_value_and_gradient(sizes, bias, given):
    batch, steps, input_size, hidden_size = sizes
    theirs = module(nn.RNN, input_size, hidden_size, bias=bias, batch_first=True)
    x = leaf(batch, steps, input_size)
    h_0 = leaf(batch, hidden_size, seed=2) if given else None
    hs, h_T = rnn_forward(x, h_0, rnn_from_torch(theirs))
    expected, h_n = theirs(x, None if h_0 is None else h_0[None])
    torch.testing.assert_close(hs, expected, **EXACT)
    torch.testing.assert_close(h_T, h_n[0], **EXACT)
    # a random weight on every output: a plain sum cannot see two states exchanged
    weights, weight_T = normal(*hs.shape, seed=3), normal(*h_T.shape, seed=4)
    leaves = [x, *theirs.parameters()] + ([h_0] if given else [])
    ours = torch.autograd.grad((hs * weights).sum() + (h_T * weight_T).sum(), leaves)
    loss = (expected * weights).sum() + (h_n[0] * weight_T).sum()
    for mine, other in zip(ours, torch.autograd.grad(loss, leaves), strict=True):
        torch.testing.assert_close(mine, other, **EXACT)


def test_rnn_step_is_nn_rnn_cell():
    cell = module(nn.RNNCell, 3, 5)
    x_t, h_prev = normal(4, 3), normal(4, 5, seed=2)
    ours = rnn_step(x_t, h_prev, rnn_from_torch(cell))
    torch.testing.assert_close(ours, cell(x_t, h_prev), **EXACT)


def test_rnn_forward_is_the_unrolled_step():
    params = init_rnn(2, 3, make_generator(0))
    x = torch.randn(4, 6, 2, generator=make_generator(1))
    hs, h_T = rnn_forward(x, None, params)
    states = unroll(
        lambda h, x_t: rnn_step(x_t, h, params), x.new_zeros(4, 3), x.unbind(1)
    )
    torch.testing.assert_close(torch.stack(states, dim=1), hs)
    torch.testing.assert_close(states[-1], h_T)


@pytest.mark.parametrize("options", [{"num_layers": 2}, {"bidirectional": True}])
def test_rnn_from_torch_reads_one_layer_and_one_direction(options):
    with pytest.raises(ValueError, match="several layers or directions"):
        rnn_from_torch(nn.RNN(2, 3, **options))


def test_rnn_from_torch_reads_tanh_only():
    with pytest.raises(ValueError, match="uses relu, RNNParams means tanh"):
        rnn_from_torch(nn.RNN(2, 3, nonlinearity="relu"))


def test_a_bias_of_zeros_follows_the_weights():
    params = rnn_from_torch(nn.RNN(2, 3, bias=False, device="meta").half())
    assert params.b_h.is_meta
    assert params.b_h.dtype is torch.half


def test_init_rnn_has_the_spectral_radius_it_promises():
    params = init_rnn(4, 400, make_generator(0), gain=0.8)
    radius = torch.linalg.eigvals(params.W_hh).abs().max().item()
    assert 0.72 < radius < 0.9
    assert params.W_xh.shape == (4, 400)
    assert not params.b_h.any()


# --- errors say what to do ------------------------------------------------------------


def test_time_first_is_recognised():
    params = init_rnn(8, 3, make_generator(0))
    h_0 = torch.zeros(32, 3)
    with pytest.raises(ShapeError, match=r"h_prev has shape \(32, 3\), expected"):
        rnn_forward(torch.zeros(50, 32, 8), h_0, params)


def test_a_sequence_without_a_batch_axis_is_recognised():
    params = init_rnn(8, 3, make_generator(0))
    with pytest.raises(ShapeError) as caught:
        rnn_forward(torch.zeros(50, 8), None, params)
    assert str(caught.value) == (
        "x has shape (50, 8), expected (batch, time, input) with input=8: "
        "it has 2 axes, not 3.\n"
        "Is it a single example? Use x[None] for a batch of one."
    )


def test_a_step_names_the_axis_that_is_wrong():
    params = init_rnn(2, 3, make_generator(0))
    with pytest.raises(ShapeError, match=r"\(batch, input\) with input=2"):
        rnn_step(torch.zeros(4, 5), torch.zeros(4, 3), params)
    with pytest.raises(ShapeError) as caught:
        rnn_step(torch.zeros(4, 2), torch.zeros(3, 4), params)
    assert (
        "h_prev has shape (3, 4), expected (batch, hidden) with batch=4, hidden=3"
        in (str(caught.value))
    )
    assert "Are its first two axes swapped?" in str(caught.value)


# --- unroll ---------------------------------------------------------------------------


def test_unroll_returns_a_state_an_input_and_not_the_first():
    assert unroll(lambda s, x: 2 * s + x, 1, iter([1, 2, 3])) == [3, 8, 19]
    assert unroll(lambda s, x: 2 * s + x, 1, []) == []


def test_unroll_leaves_its_arguments_alone():
    state, inputs = torch.ones(2), [torch.ones(2)] * 3
    unroll(torch.add, state, inputs)
    assert state.tolist() == [1, 1]
    assert len(inputs) == 3


# --- the graph ------------------------------------------------------------------------


def diamond(levels: int) -> torch.Tensor:
    """2 ** levels paths from one leaf."""
    s = leaf(1)
    for _ in range(levels):
        s = s.sin() + s.cos()
    return s


def test_known_depths():
    theta, constant = leaf(2), torch.ones(2)
    assert graph_depth(theta) == 0
    assert graph_depth(constant) == 0
    assert graph_depth(theta * constant) == 1
    assert graph_depth((theta * theta).tanh() + theta) == 3
    assert graph_depth(theta + (theta * theta).tanh()) == 3
    assert graph_depth(constant * constant.tanh()) == 0


@pytest.mark.parametrize("steps", [1, 5, 40])
def test_depth_grows_by_the_step(steps):
    params = RNNParams(*(p.requires_grad_() for p in init_rnn(2, 3, make_generator(0))))
    _, h_T = rnn_forward(torch.ones(1, steps, 2), None, params)
    assert graph_depth(h_T) == 4 * steps  # product, sum, sum, tanh
    assert uses_of(params.W_hh, h_T) == steps
    assert uses_of(params.b_h, h_T) == steps


def test_each_node_comes_once_and_after_what_it_reads():
    seen = []
    for node in graph_nodes(diamond(5)):
        assert node not in seen
        assert all(p in seen for p, _ in node.next_functions if p is not None)
        seen.append(node)
    assert len(seen) == 3 * 5 + 1


def test_a_deep_diamond_takes_linear_time():
    def seconds(levels):
        s = diamond(levels)
        start = time.perf_counter()
        assert graph_depth(s) == 2 * levels
        return time.perf_counter() - start

    seconds(10)
    small, large = (min(seconds(n) for _ in range(3)) for n in (500, 5000))
    assert large < 40 * small, "ten times the graph took more than 40 times as long"


def test_uses_are_edges_not_nodes_nor_paths():
    theta, twin = leaf(2), leaf(2)
    assert uses_of(theta, theta) == 0
    assert uses_of(theta, theta * theta) == 2
    assert uses_of(theta, twin * 2) == 0
    once = theta * 2
    assert uses_of(theta, once.sin() + once.cos()) == 1


# --- shares of a gradient -------------------------------------------------------------


def step(state, x_t, theta):
    return torch.tanh(state @ theta + x_t)


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_the_shares_sum_to_the_whole(steps):
    theta, s_0, inputs = leaf(3, 3), normal(2, 3, seed=2), normal(steps, 2, 3, seed=3)
    shares = grad_by_use(step, theta, s_0, inputs)
    assert [share.shape for share in shares] == [theta.shape] * steps
    last = unroll(lambda s, x_t: step(s, x_t, theta), s_0, inputs)[-1]
    (whole,) = torch.autograd.grad(last.sum(), theta)
    torch.testing.assert_close(sum(shares), whole, **EXACT)
    assert theta.grad is None


def test_a_share_is_the_change_that_its_own_step_makes():
    """Moving θ in one step only changes the end by that step's share."""
    theta, s_0, inputs = normal(3, 3), normal(1, 3, seed=2), normal(6, 1, 3, seed=3)
    shares = grad_by_use(step, theta, s_0, inputs)
    nudge, eps = normal(3, 3, seed=4), 1e-6

    def end(moved, sign):
        state = s_0
        for t, x_t in enumerate(inputs):
            state = step(state, x_t, theta + sign * eps * nudge * (t == moved))
        return state.sum()

    for t, share in enumerate(shares):
        measured = (end(t, 1) - end(t, -1)) / (2 * eps)
        torch.testing.assert_close((share * nudge).sum(), measured, rtol=0, atol=1e-8)


def test_a_step_that_does_not_read_theta_has_no_share():
    def only_positive(state, x_t, theta):
        return state * theta if x_t > 0 else state

    shares = grad_by_use(only_positive, torch.tensor(2.0), torch.tensor(3.0), [1, -1])
    assert [share.item() for share in shares] == [3.0, 0.0]
    assert grad_by_use(step, leaf(1), leaf(1), []) == []
