"""The LSTM equals `torch.nn.LSTM`; its cell path is what autograd and a ruler find."""

import pytest
import torch
from torch import nn

from course_lib.cells import (
    LSTMParams,
    LSTMState,
    PeepholeParams,
    cell_gradient_path,
    init_lstm,
    init_peephole,
    lstm_forward,
    lstm_from_torch,
    lstm_param_count,
    lstm_step,
    lstm_trace,
    peephole_forward,
    peephole_step,
)
from course_lib.device import make_generator
from course_lib.gradients.check import gradient_check
from course_lib.gradients.unrolled import unroll
from course_lib.layers.recurrent import Recurrent
from course_lib.shapes import ShapeError

EXACT = {"rtol": 0, "atol": 1e-12}
SIZES = [(3, 5, 2, 4), (1, 1, 1, 1), (2, 30, 4, 4)]  # batch, time, input, hidden


def module(kind, *sizes, **options):
    """A module with float64 weights from a seed of its own."""
    made = kind(*sizes, dtype=torch.float64, **options)
    generator = make_generator(7)
    with torch.no_grad():
        for weight in made.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator))
    return made


def leaf(*shape, seed=1):
    options = {"generator": make_generator(seed), "dtype": torch.float64}
    return torch.randn(*shape, **options).requires_grad_()


def peepholes(input_size, hidden_size):
    return PeepholeParams(
        leaf(input_size, 4 * hidden_size, seed=11),
        leaf(hidden_size, 4 * hidden_size, seed=12),
        *(leaf(n * hidden_size, seed=13 + i) for i, n in enumerate((4, 1, 1, 1))),
    )


# --- parity with torch.nn.LSTM --------------------------------------------------------


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("given", [True, False])
def test_lstm_forward_is_nn_lstm_in_value_and_gradient(sizes, bias, given):
    batch, steps, input_size, hidden_size = sizes
    theirs = module(nn.LSTM, input_size, hidden_size, bias=bias, batch_first=True)
    x = leaf(batch, steps, input_size)
    start = [leaf(batch, hidden_size, seed=seed) for seed in (2, 3)] if given else []
    hs, last = lstm_forward(
        x, LSTMState(*start) if given else None, lstm_from_torch(theirs)
    )
    expected, ends = theirs(x, tuple(part[None] for part in start) if given else None)
    torch.testing.assert_close(hs, expected, **EXACT)
    torch.testing.assert_close(last.h, ends[0][0], **EXACT)
    torch.testing.assert_close(last.c, ends[1][0], **EXACT)
    # a random weight on every output: a plain sum cannot see two states exchanged
    cotangents = [
        leaf(*out.shape, seed=4 + i).detach() for i, out in enumerate((hs, *last))
    ]
    leaves = [x, *theirs.parameters(), *start]
    ours = torch.autograd.grad((hs, *last), leaves, cotangents)
    outputs = expected, ends[0][0], ends[1][0]
    for mine, other in zip(
        ours, torch.autograd.grad(outputs, leaves, cotangents), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)


def test_lstm_step_is_nn_lstm_cell():
    cell = module(nn.LSTMCell, 3, 5)
    x_t, state = leaf(4, 3), LSTMState(leaf(4, 5, seed=2), leaf(4, 5, seed=3))
    ours = lstm_step(x_t, state, lstm_from_torch(cell))
    theirs = cell(x_t, tuple(state))
    torch.testing.assert_close(tuple(ours), theirs, **EXACT)
    assert isinstance(ours, LSTMState)


@pytest.mark.parametrize(
    ("step", "forward", "params"),
    [
        (lstm_step, lstm_forward, LSTMParams(*peepholes(2, 3)[:3])),
        (peephole_step, peephole_forward, peepholes(2, 3)),
    ],
    ids=["lstm", "peephole"],
)
def test_forward_is_the_unrolled_step(step, forward, params):
    x, start = leaf(4, 6, 2), LSTMState(leaf(4, 3, seed=2), leaf(4, 3, seed=3))
    hs, last = forward(x, start, params)
    states = unroll(lambda s, x_t: step(x_t, s, params), start, x.unbind(1))
    torch.testing.assert_close(torch.stack([s.h for s in states], 1), hs, **EXACT)
    torch.testing.assert_close(states[-1], last, **EXACT)


def test_the_trace_is_the_run():
    params = LSTMParams(*peepholes(2, 3)[:3])
    x, start = leaf(4, 6, 2), LSTMState(leaf(4, 3, seed=2), leaf(4, 3, seed=3))
    trace = lstm_trace(x, start, params)
    hs, last = lstm_forward(x, start, params)
    torch.testing.assert_close(trace.h, hs, **EXACT)
    torch.testing.assert_close(trace.c[:, -1], last.c, **EXACT)
    before = torch.cat([start.c[:, None], trace.c[:, :-1]], dim=1)
    torch.testing.assert_close(trace.c, trace.f * before + trace.i * trace.g, **EXACT)
    torch.testing.assert_close(trace.h, trace.o * trace.c.tanh(), **EXACT)


# --- peepholes ------------------------------------------------------------------------


def peephole_reference(x_t, h, c, params):
    """Second implementation: one unit and one example at a time, in Python floats."""
    H = params.p_i.shape[0]
    h_t, c_t = torch.zeros_like(h), torch.zeros_like(c)
    for row in range(len(x_t)):
        for j in range(H):
            a = [
                sum(x_t[row, d] * params.W_x[d, k * H + j] for d in range(x_t.shape[1]))
                + sum(h[row, m] * params.W_h[m, k * H + j] for m in range(H))
                + params.b[k * H + j]
                for k in range(4)
            ]
            i = torch.sigmoid(a[0] + params.p_i[j] * c[row, j])
            f = torch.sigmoid(a[1] + params.p_f[j] * c[row, j])
            c_t[row, j] = f * c[row, j] + i * torch.tanh(a[2])
            o = torch.sigmoid(a[3] + params.p_o[j] * c_t[row, j].clone())
            h_t[row, j] = o * torch.tanh(c_t[row, j].clone())
    return h_t, c_t


def test_peephole_step_is_its_formula_unit_by_unit():
    params = peepholes(2, 3)
    x_t, state = leaf(4, 2), LSTMState(leaf(4, 3, seed=2), leaf(4, 3, seed=3))
    ours, theirs = (
        peephole_step(x_t, state, params),
        peephole_reference(x_t, *state, params),
    )
    torch.testing.assert_close(tuple(ours), theirs, **EXACT)
    leaves = [x_t, *state, *params]
    cotangents = [leaf(4, 3, seed=5).detach(), leaf(4, 3, seed=6).detach()]
    for mine, other in zip(
        torch.autograd.grad(ours, leaves, cotangents),
        torch.autograd.grad(theirs, leaves, cotangents),
        strict=True,
    ):
        torch.testing.assert_close(mine, other, **EXACT)


def test_peepholes_of_zero_are_no_peepholes():
    params = peepholes(2, 3)
    blind = PeepholeParams(*params[:3], *torch.zeros(3, 3, dtype=torch.float64))
    x = leaf(4, 6, 2)
    ours, theirs = (
        peephole_forward(x, None, blind),
        lstm_forward(x, None, LSTMParams(*params[:3])),
    )
    torch.testing.assert_close(ours, theirs, **EXACT)


@pytest.mark.parametrize("field", PeepholeParams._fields)
def test_peephole_gradients_agree_with_finite_differences(field):
    params = PeepholeParams(*(p.detach() for p in peepholes(2, 3)))
    x, weights = leaf(4, 5, 2).detach(), leaf(4, 5, 3, seed=9).detach()

    def loss(value):
        moved = params._replace(**{field: torch.as_tensor(value)})
        return (peephole_forward(x, None, moved)[0] * weights).sum()

    theta = getattr(params, field).clone().requires_grad_()
    (grad,) = torch.autograd.grad(loss(theta), theta)
    f = lambda value: float(loss(value))  # noqa: E731
    assert gradient_check(f, grad.numpy(), theta.detach().numpy(), 1e-5) < 1e-6


# --- the cell's path ------------------------------------------------------------------


def test_the_cell_path_is_the_product_of_later_forget_gates():
    f = torch.rand(3, 7, 4, generator=make_generator(0), dtype=torch.float64)
    path = cell_gradient_path(f)
    for t in range(7):
        expected = torch.ones(3, 4, dtype=torch.float64)
        for later in range(t + 1, 7):
            expected = expected * f[:, later]
        torch.testing.assert_close(path[:, t], expected, **EXACT)


def test_the_cell_path_is_the_gradient_of_the_cell_with_its_gates_held():
    params = LSTMParams(*peepholes(2, 3)[:3])
    x = leaf(4, 6, 2).detach()
    trace = lstm_trace(x, None, params)
    cells = [leaf(4, 3)]
    for t in range(1, 6):
        write = (trace.i * trace.g)[:, t].detach()
        cells.append(trace.f[:, t].detach() * cells[-1] + write)
    grads = torch.autograd.grad(cells[-1].sum(), cells)
    torch.testing.assert_close(
        torch.stack(grads, 1), cell_gradient_path(trace.f.detach()), **EXACT
    )


def test_without_recurrent_weights_the_cell_path_is_the_whole_gradient():
    params = peepholes(2, 3)
    params = LSTMParams(params.W_x, torch.zeros_like(params.W_h), params.b)
    start = LSTMState(leaf(4, 3, seed=2), leaf(4, 3, seed=3))
    x = leaf(4, 6, 2)
    last = lstm_forward(x, start, params)[1]
    (measured,) = torch.autograd.grad(last.c.sum(), [start.c])
    trace = lstm_trace(x, start, params)
    predicted = cell_gradient_path(trace.f)[:, 0] * trace.f[:, 0]
    torch.testing.assert_close(measured, predicted, **EXACT)


def test_a_closed_gate_gives_zeros_and_no_nan():
    f = torch.rand(2, 40, 3, generator=make_generator(0)) * 1e-3
    f[:, 20] = 0
    path = cell_gradient_path(f.requires_grad_())
    assert (path[:, :20] == 0).all()
    assert (path[:, -1] == 1).all()
    path.sum().backward()
    assert f.grad.isfinite().all()


# --- parameters -----------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(1, 1), (3, 5), (64, 128)])
def test_the_count_is_that_of_the_tensors(sizes):
    drawn = init_lstm(*sizes, make_generator(0))
    assert lstm_param_count(*sizes) == sum(p.numel() for p in drawn)
    drawn = init_peephole(*sizes, make_generator(0))
    assert lstm_param_count(*sizes, peepholes=True) == sum(p.numel() for p in drawn)
    theirs = sum(p.numel() for p in nn.LSTM(*sizes).parameters())
    assert theirs == lstm_param_count(*sizes) + 4 * sizes[1]


def test_init_lstm_draws_as_it_says():
    params = init_lstm(3, 100, make_generator(0), forget_bias=2.5)
    assert params.W_x.shape == (3, 400)
    assert params.b.view(4, 100).unique(dim=1).flatten().tolist() == [0, 2.5, 0, 0]
    for weight in params[:2]:
        assert weight.abs().max().item() == pytest.approx(0.1, rel=0.02)
        assert weight.mean().item() == pytest.approx(0, abs=0.01)
    peeping = init_peephole(3, 100, make_generator(0), forget_bias=2.5)
    for a, b in zip(params, peeping[:3], strict=True):
        assert torch.equal(a, b)
    assert 0.05 < peeping.p_o.abs().max() <= 0.1
    assert not torch.equal(peeping.p_i, peeping.p_f)


def test_an_lstm_is_a_trainable_layer():
    for forward, params in (
        (lstm_forward, init_lstm(2, 3, make_generator(0))),
        (peephole_forward, init_peephole(2, 3, make_generator(0))),
    ):
        layer = Recurrent(forward, params)
        hs, last = layer(torch.ones(4, 5, 2))
        assert hs.shape == (4, 5, 3)
        hs.sum().backward()
        assert all(p.grad.any() for p in layer.parameters())
        assert layer(torch.ones(4, 1, 2), last)[0].shape == (4, 1, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_layers": 2}, "several layers or directions"),
        ({"bidirectional": True}, "several layers or directions"),
        ({"proj_size": 2}, "projects its state"),
    ],
)
def test_lstm_from_torch_refuses_what_it_cannot_say(options, message):
    with pytest.raises(ValueError, match=message):
        lstm_from_torch(nn.LSTM(2, 3, **options))


def test_a_bias_of_zeros_follows_the_weights():
    params = lstm_from_torch(nn.LSTM(2, 3, bias=False, device="meta").half())
    assert params.b.is_meta
    assert params.b.dtype is torch.half
    assert params.b.shape == (12,)


# --- errors say what to do ------------------------------------------------------------


def test_wrong_shapes_and_states_are_named():
    params = init_lstm(2, 3, make_generator(0))
    zeros = torch.zeros(4, 3)
    with pytest.raises(ShapeError, match=r"\(batch, input\) with input=2"):
        lstm_step(torch.zeros(4, 5), LSTMState(zeros, zeros), params)
    with pytest.raises(ShapeError, match=r"state\.c has shape"):
        lstm_step(torch.zeros(4, 2), LSTMState(zeros, zeros[:1]), params)
    with pytest.raises(ShapeError, match="state is not a pair"):
        lstm_step(torch.zeros(4, 2), zeros, params)
    with pytest.raises(ShapeError, match="state is not a pair"):
        lstm_forward(torch.zeros(4, 5, 2), torch.zeros(2, 4, 3), params)
    with pytest.raises(ShapeError, match="it has 2 axes, not 3"):
        lstm_forward(torch.zeros(5, 2), None, params)
    with pytest.raises(ShapeError, match="Is it transposed"):
        lstm_step(
            torch.zeros(4, 2),
            LSTMState(zeros, zeros),
            params._replace(W_h=params.W_h.T),
        )
    with pytest.raises(ShapeError, match="f_gates has shape"):
        cell_gradient_path(torch.zeros(4, 3))
