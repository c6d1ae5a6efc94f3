"""Shared gates and products of gates: equal to a GRU with repeated or fixed gates."""

import pytest
import torch

from course_lib.cells.gates import (
    GlobalLocalParams,
    global_local_gate_forward,
    global_local_gate_step,
    init_global_local,
    init_shared_gate,
    shared_gate_forward,
    shared_gate_step,
)
from course_lib.cells.gru import (
    GRUParams,
    gru_forward,
    gru_step,
    init_gru,
    placements_agree,
)
from course_lib.device import make_generator
from course_lib.shapes import ShapeError

EXACT = {"rtol": 0, "atol": 1e-12}


def normal(*shape, seed=1):
    generator = make_generator(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def leaf(*shape, seed=1):
    return normal(*shape, seed=seed).requires_grad_()


def shared(input_size, hidden_size, groups):
    width = 2 * groups + hidden_size
    shapes = [(input_size, width), (hidden_size, width), (width,), (hidden_size,)]
    return GRUParams(*(leaf(*shape, seed=i) for i, shape in enumerate(shapes, 11)))


def global_local(input_size, hidden_size):
    shapes = [weight.shape for weight in shared(input_size, hidden_size, hidden_size)]
    shapes += [(input_size, 1), (hidden_size, 1), (1,)]
    leaves = (leaf(*shape, seed=i) for i, shape in enumerate(shapes, 11))
    return GlobalLocalParams(*leaves)


def spread(params, hidden_size, groups):
    """The GRU that repeats each gate for every unit of its group."""
    to_unit = torch.arange(hidden_size) // (hidden_size // groups)
    columns = torch.cat(
        [to_unit, groups + to_unit, 2 * groups + torch.arange(hidden_size)]
    )
    wide = [weight[..., columns] for weight in params[:3]]
    return GRUParams(*wide, params.b_hn)


@pytest.mark.parametrize(("hidden", "groups"), [(6, 1), (6, 2), (6, 3), (6, 6), (1, 1)])
def test_a_shared_gate_is_a_gru_whose_gates_repeat(hidden, groups):
    params, x = shared(2, hidden, groups), leaf(3, 5, 2)
    h_0, weights = leaf(3, hidden, seed=2), normal(3, 5, hidden, seed=3)
    leaves = [x, h_0, *params]
    ours, _ = shared_gate_forward(x, h_0, params)
    wide, _ = gru_forward(x, h_0, spread(params, hidden, groups))
    torch.testing.assert_close(ours, wide, **EXACT)
    grads = [torch.autograd.grad(hs, leaves, weights) for hs in (ours, wide)]
    for mine, other in zip(*grads, strict=True):
        torch.testing.assert_close(mine, other, **EXACT)


def test_with_one_gate_for_all_units_both_placements_agree():
    params = shared(2, 6, 1)._replace(b_hn=torch.zeros(6, dtype=torch.float64))
    wide = spread(params, 6, 1)
    assert placements_agree(wide)
    x = normal(3, 5, 2)
    ours, _ = shared_gate_forward(x, None, params)
    before, _ = gru_forward(x, None, wide, reset="before")
    torch.testing.assert_close(ours, before, **EXACT)


def test_an_open_global_gate_leaves_a_gru():
    params = global_local(2, 4)
    opened = params._replace(b_g=torch.tensor([torch.inf]))
    x_t, h_prev = normal(3, 2), normal(3, 4, seed=2)
    ours = global_local_gate_step(x_t, h_prev, opened)
    expected = gru_step(x_t, h_prev, GRUParams(*params[:4]))
    torch.testing.assert_close(ours, expected, **EXACT)


def test_a_closed_global_gate_empties_every_unit():
    params = global_local(2, 4)
    closed = params._replace(b_g=torch.tensor([-torch.inf]))
    x_t, h_prev = normal(3, 2), normal(3, 4, seed=2)
    b_r, _, b_n = params.b.chunk(3)
    emptied = torch.cat([b_r, torch.full((4,), -torch.inf), b_n])
    expected = gru_step(x_t, h_prev, GRUParams(*params[:4])._replace(b=emptied))
    ours = global_local_gate_step(x_t, h_prev, closed)
    torch.testing.assert_close(ours, expected, **EXACT)


def test_global_times_local_is_the_formula_unit_by_unit():
    """A second implementation, for one example and one unit at a time."""
    p, x_t, h_prev = global_local(2, 3), normal(4, 2), normal(4, 3, seed=2)
    ours = global_local_gate_step(x_t, h_prev, p)
    for row in range(4):
        x, h = x_t[row], h_prev[row]
        g = torch.sigmoid(x @ p.W_xg[:, 0] + h @ p.W_hg[:, 0] + p.b_g[0])
        for j in range(3):
            r, u = (
                torch.sigmoid(x @ p.W_x[:, k] + h @ p.W_h[:, k] + p.b[k])
                for k in (j, 3 + j)
            )
            from_state = h @ p.W_h[:, 6 + j] + p.b_hn[j]
            n = torch.tanh(x @ p.W_x[:, 6 + j] + p.b[6 + j] + r * from_state)
            expected = n + g * u * (h[j] - n)
            torch.testing.assert_close(ours[row, j], expected, **EXACT)


CELLS = [
    (shared_gate_step, shared_gate_forward, shared(2, 4, 2)),
    (global_local_gate_step, global_local_gate_forward, global_local(2, 4)),
]


@pytest.mark.parametrize(("step", "forward", "params"), CELLS)
def test_forward_is_the_unrolled_step(step, forward, params):
    x, h_t = normal(3, 5, 2), normal(3, 4, seed=2)
    for state in (None, h_t):
        h_t = normal(3, 4) * 0 if state is None else state
        hs, last = forward(x, state, params)
        for t in range(5):
            h_t = step(x[:, t], h_t, params)
            torch.testing.assert_close(hs[:, t], h_t, **EXACT)
        assert torch.equal(last, hs[:, -1])


@pytest.mark.parametrize(("step", "forward", "params"), CELLS)
def test_gradients_are_those_of_finite_differences(step, forward, params):
    def states(x, h_0, *weights):
        return forward(x, h_0, type(params)(*weights))[0]

    assert torch.autograd.gradcheck(
        states, (leaf(2, 3, 2), leaf(2, 4, seed=2), *params)
    )


def test_the_gates_are_drawn_once_a_group():
    params = init_shared_gate(2, 6, 3, make_generator(0), update_bias=2.0)
    assert [tuple(weight.shape) for weight in params] == [(2, 12), (6, 12), (12,), (6,)]
    assert params.b.tolist() == [0.0] * 3 + [2.0] * 3 + [0.0] * 6
    whole = init_shared_gate(2, 6, 6, make_generator(0))
    for ours, gru in zip(whole, init_gru(2, 6, make_generator(0)), strict=True):
        assert torch.equal(ours, gru)
    with pytest.raises(ValueError, match="6 units make no 4 groups of equal size"):
        init_shared_gate(2, 6, 4, make_generator(0))


def test_the_global_gate_is_drawn_open():
    params = init_global_local(2, 400, make_generator(0), update_bias=3.0)
    assert params.b_g.tolist() == [3.0]
    assert params.b[400:800].unique().tolist() == [3.0]
    assert params.W_hg.shape == (400, 1)
    assert 0.048 < params.W_hg.abs().max().item() < 0.05


@pytest.mark.parametrize(("step", "forward", "params"), CELLS)
def test_wrong_arguments_are_named(step, forward, params):
    x, h = torch.zeros(3, 5, 2), torch.zeros(3, 4)
    with pytest.raises(ShapeError, match="x_t has shape"):
        step(torch.zeros(3, 3), h, params)
    with pytest.raises(ShapeError, match="h_prev has shape"):
        step(x[:, 0], h.T, params)
    with pytest.raises(ShapeError, match="state has shape"):
        forward(x, h.T, params)
    with pytest.raises(ShapeError, match="x has shape"):
        forward(x[0], None, params)


def test_gates_that_do_not_fit_the_units_are_named():
    odd = GRUParams(torch.zeros(2, 9), torch.zeros(4, 9), torch.zeros(9), None)
    with pytest.raises(ShapeError, match=r"W_h has shape \(4, 9\), expected"):
        shared_gate_step(torch.zeros(3, 2), torch.zeros(3, 4), odd)
