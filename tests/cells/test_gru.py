"""The GRU equals `torch.nn.GRU`; the other placement has a second implementation."""

import pytest
import torch
from torch import nn

from course_lib.cells import RNNParams
from course_lib.cells.gru import (
    GRUParams,
    gru_as_leaky,
    gru_forward,
    gru_from_torch,
    gru_param_count,
    gru_step,
    init_gru,
    placements_agree,
)
from course_lib.device import make_generator
from course_lib.gradients.unrolled import unroll
from course_lib.shapes import ShapeError

EXACT = {"rtol": 0, "atol": 1e-12}
SIZES = [(3, 5, 2, 4), (1, 1, 1, 1), (2, 30, 4, 4)]


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


def drawn(input_size, hidden_size):
    """Parameters of which no number is zero."""
    shapes = [(input_size, 3 * hidden_size), (hidden_size, 3 * hidden_size)]
    shapes += [(3 * hidden_size,), (hidden_size,)]
    return GRUParams(*(leaf(*shape, seed=i) for i, shape in enumerate(shapes, 11)))


def assert_same_gradients(ours, theirs, leaves):
    """Two pairs (hs, last) agree in value and in the gradients of the leaves."""
    weights, last = normal(*ours[0].shape, seed=3), normal(*ours[1].shape, seed=4)
    grads = []
    for hs, h_T in (ours, theirs):
        loss = (hs * weights).sum() + (h_T * last).sum()
        grads.append(torch.autograd.grad(loss, leaves))
    for pair in [*zip(ours, theirs, strict=True), *zip(*grads, strict=True)]:
        torch.testing.assert_close(*pair, **EXACT)


# --- parity ---------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_gru_forward_is_nn_gru_in_value_and_gradient(sizes, bias, given):
    batch, steps, input_size, hidden_size = sizes
    theirs = module(nn.GRU, input_size, hidden_size, bias=bias, batch_first=True)
    x = leaf(batch, steps, input_size)
    h_0 = leaf(batch, hidden_size, seed=2) if given else None
    hs, h_n = theirs(x, None if h_0 is None else h_0[None])
    leaves = [x, *theirs.parameters()] + ([h_0] if given else [])
    ours = gru_forward(x, h_0, gru_from_torch(theirs))
    assert_same_gradients(ours, (hs, h_n[0]), leaves)


def test_gru_step_is_nn_gru_cell():
    cell = module(nn.GRUCell, 3, 5)
    x_t, h_prev = normal(4, 3), normal(4, 5, seed=2)
    ours = gru_step(x_t, h_prev, gru_from_torch(cell))
    torch.testing.assert_close(ours, cell(x_t, h_prev), **EXACT)


@pytest.mark.parametrize("sizes", SIZES)
def test_reset_before_the_product_is_the_formula_gate_by_gate(sizes):
    """A second implementation, with a matrix for each gate and one example a time."""
    batch, steps, input_size, hidden_size = sizes
    params = drawn(input_size, hidden_size)
    x, h_0 = leaf(batch, steps, input_size), leaf(batch, hidden_size, seed=2)
    W_xr, W_xz, W_xn = params.W_x.chunk(3, dim=1)
    W_hr, W_hz, W_hn = params.W_h.chunk(3, dim=1)
    b_r, b_z, b_xn = params.b.chunk(3)

    def step(h, x_t):
        r = 1 / (1 + torch.exp(-(W_xr.T @ x_t + W_hr.T @ h + b_r)))
        z = 1 / (1 + torch.exp(-(W_xz.T @ x_t + W_hz.T @ h + b_z)))
        n = torch.tanh(W_xn.T @ x_t + b_xn + W_hn.T @ (r * h) + params.b_hn)
        return h + (1 - z) * (n - h)

    rows = [torch.stack(unroll(step, h, row)) for h, row in zip(h_0, x, strict=True)]
    hs = torch.stack(rows)
    ours = gru_forward(x, h_0, params, reset="before")
    assert_same_gradients(ours, (hs, hs[:, -1]), [x, h_0, *params])


@pytest.mark.parametrize("reset", ["after", "before"])
def test_gru_forward_is_the_unrolled_step(reset):
    params, x = drawn(2, 3), normal(4, 6, 2)
    hs, h_T = gru_forward(x, None, params, reset)
    states = unroll(
        lambda h, x_t: gru_step(x_t, h, params, reset), x.new_zeros(4, 3), x.unbind(1)
    )
    torch.testing.assert_close(torch.stack(states, dim=1), hs, **EXACT)
    torch.testing.assert_close(states[-1], h_T, **EXACT)


@pytest.mark.parametrize("reset", ["after", "before"])
def test_gradients_are_those_of_finite_differences(reset):
    params = drawn(2, 3)
    x, h_0 = leaf(2, 3, 2), leaf(2, 3, seed=2)

    def states(x, h_0, *weights):
        return gru_forward(x, h_0, GRUParams(*weights), reset)[0]

    assert torch.autograd.gradcheck(states, (x, h_0, *params))


def test_the_forward_pass_can_be_mapped_over_parameters():
    """A leading run axis: several networks at once, by torch.func.vmap."""
    runs = [init_gru(2, 3, make_generator(seed)) for seed in range(4)]
    stacked = GRUParams(*map(torch.stack, zip(*runs, strict=True)))
    x = torch.randn(4, 5, 6, 2, generator=make_generator(9))
    hs, _ = torch.func.vmap(lambda x, params: gru_forward(x, None, params))(x, stacked)
    for run, params in enumerate(runs):
        torch.testing.assert_close(hs[run], gru_forward(x[run], None, params)[0])


# --- limits ---------------------------------------------------------------------------


@pytest.mark.parametrize("reset", ["after", "before"])
def test_an_open_update_gate_keeps_the_state_and_a_closed_one_replaces_it(reset):
    params, x_t, h_prev = drawn(2, 3), normal(4, 2), normal(4, 3, seed=2)
    b_r, b_z, b_xn = params.b.chunk(3)
    inf = torch.full_like(b_z, torch.inf)
    kept = params._replace(b=torch.cat([b_r, inf, b_xn]))
    assert torch.equal(gru_step(x_t, h_prev, kept, reset), h_prev)
    # no update gate, reset closed: the candidate does not see the old state
    forgets = params._replace(b=torch.cat([-inf, -inf, b_xn]))
    n_x = x_t @ params.W_x[:, 6:] + b_xn
    expected = n_x if reset == "after" else n_x + params.b_hn
    found = gru_step(x_t, h_prev, forgets, reset)
    torch.testing.assert_close(found, expected.tanh(), **EXACT)


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.999, 1.0, [0.0, 0.5, 1.0]])
def test_a_leaky_unit_is_a_gru_with_constant_gates(alpha, reset):
    leaky = RNNParams(normal(2, 3), normal(3, 3, seed=2), normal(3, seed=3))
    x_t, h_prev = normal(4, 2, seed=4), normal(4, 3, seed=5)
    alpha = torch.tensor(alpha, dtype=torch.float64)
    new = torch.tanh(x_t @ leaky.W_xh + h_prev @ leaky.W_hh + leaky.b_h)
    ours = gru_step(x_t, h_prev, gru_as_leaky(leaky, alpha), reset)
    torch.testing.assert_close(ours, alpha * h_prev + (1 - alpha) * new, **EXACT)


def test_placements_agree_where_units_that_talk_share_their_reset_gate():
    params = GRUParams(*(weight.detach().clone() for weight in drawn(2, 4)))
    assert not placements_agree(params)
    params.b_hn.zero_()
    assert not placements_agree(params)
    for weight in (params.W_x, params.W_h, params.b):  # two pairs share a gate each
        weight[..., [1, 3]] = weight[..., [0, 2]]
    assert not placements_agree(params)
    params.W_h[:2, 10:] = params.W_h[2:, 8:10] = 0  # and the pairs do not talk
    assert placements_agree(params)
    x, h_0 = normal(3, 7, 2), normal(3, 4, seed=2)
    after, before = (gru_forward(x, h_0, params, r)[0] for r in ("after", "before"))
    torch.testing.assert_close(after, before, **EXACT)
    assert not placements_agree(params._replace(b_hn=torch.ones(4)))


def test_placements_differ_where_they_are_said_to():
    params, x = drawn(2, 4), normal(3, 7, 2)
    after, before = (gru_forward(x, None, params, r)[0] for r in ("after", "before"))
    assert (after - before).abs().max() > 0.1


# --- parameters -----------------------------------------------------------------------


@pytest.mark.parametrize(("input_size", "hidden_size"), [(2, 3), (1, 1), (28, 100)])
def test_the_parameters_are_counted(input_size, hidden_size):
    params = init_gru(input_size, hidden_size, make_generator(0))
    count = gru_param_count(input_size, hidden_size)
    assert count == sum(weight.numel() for weight in params)
    theirs = sum(w.numel() for w in nn.GRU(input_size, hidden_size).parameters())
    assert theirs - count == 2 * hidden_size  # r and z have one bias here, two there
    lstm = sum(w.numel() for w in nn.LSTM(input_size, hidden_size).parameters())
    assert 4 * theirs == 3 * lstm


def test_init_gru_draws_what_it_promises():
    params = init_gru(4, 400, make_generator(0), update_bias=2.0)
    for weight in (params.W_x, params.W_h):  # uniform within ± 1/√400
        assert 0.0499 < weight.abs().max().item() < 0.05
        assert weight.std().item() == pytest.approx(0.05 / 3**0.5, rel=0.05)
    assert params.b.reshape(3, 400)[:, 0].tolist() == [0.0, 2.0, 0.0]
    assert params.b.reshape(3, 400).std(dim=1).tolist() == [0.0, 0.0, 0.0]
    assert not params.b_hn.any()


@pytest.mark.parametrize("options", [{"num_layers": 2}, {"bidirectional": True}])
def test_gru_from_torch_reads_one_layer_and_one_direction(options):
    with pytest.raises(ValueError, match="several layers or directions"):
        gru_from_torch(nn.GRU(2, 3, **options))


def test_biases_of_zeros_follow_the_weights():
    params = gru_from_torch(nn.GRU(2, 3, bias=False, device="meta").half())
    assert {weight.dtype for weight in params} == {torch.half}
    assert all(weight.is_meta for weight in params)


# --- errors say what to do ------------------------------------------------------------


def test_wrong_arguments_are_named():
    params = init_gru(2, 3, make_generator(0))
    x_t, h_prev = torch.zeros(4, 2), torch.zeros(4, 3)
    with pytest.raises(ShapeError, match=r"expected \(batch, input\) with input=2"):
        gru_step(torch.zeros(4, 5), h_prev, params)
    with pytest.raises(ShapeError, match=r"h_prev has shape \(4, 2\)"):
        gru_step(x_t, torch.zeros(4, 2), params)
    with pytest.raises(ShapeError, match=r"Use x\[None\] for a batch of one"):
        gru_forward(torch.zeros(4, 2), None, params)
    with pytest.raises(ShapeError, match="state has shape"):
        gru_forward(torch.zeros(4, 5, 2), torch.zeros(1, 4, 3), params)
    for call in (
        lambda: gru_step(x_t, h_prev, params, "inside"),
        lambda: gru_forward(x_t[:, None], None, params, "inside"),
    ):
        with pytest.raises(ValueError, match="'inside', expected 'after' or 'before'"):
            call()
    with pytest.raises(ValueError, match=r"alpha is 1\.5, expected numbers from 0"):
        gru_as_leaky(RNNParams(*(torch.zeros(n) for n in [(2, 3), (3, 3), 3])), 1.5)
