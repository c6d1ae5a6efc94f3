"""Delayed, leaky and clockwork cells: `nn.RNN` in their limits, loops elsewhere."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import cells
from course_lib.cells import DelayedParams, LeakyParams, RNNParams
from course_lib.device import make_generator
from course_lib.layers.recurrent import Recurrent
from course_lib.shapes import ShapeError

EXACT = {"rtol": 0, "atol": 1e-12}
BATCH, TIME, INPUT, HIDDEN = 3, 11, 2, 6
PERIODS = torch.tensor([1, 1, 2, 2, 4, 4])


def leaf(*shape, seed=1, scale=1.0):
    options = {"generator": make_generator(seed), "dtype": torch.float64}
    return (scale * torch.randn(*shape, **options)).requires_grad_()


def plain(seed=10):
    return RNNParams(
        leaf(INPUT, HIDDEN, seed=seed),
        leaf(HIDDEN, HIDDEN, seed=seed + 1, scale=0.5),
        leaf(HIDDEN, seed=seed + 2),
    )


def delayed():
    W_xh, W_hh, b_h = plain()
    return DelayedParams(W_xh, W_hh, leaf(HIDDEN, HIDDEN, seed=14, scale=0.5), b_h)


def leaky():
    return LeakyParams(*plain(), raw=leaf(HIDDEN, seed=15))


def inputs():
    return leaf(BATCH, TIME, INPUT), leaf(BATCH, HIDDEN, seed=2)


def alphas():
    return torch.linspace(0.05, 0.95, HIDDEN, dtype=torch.float64)


# every cell of the two modules, as forward(x, h_0, params)
RUNS = {
    "delayed 1": (partial(cells.delayed_rnn, d=1), delayed),
    "delayed 4": (partial(cells.delayed_rnn, d=4), delayed),
    "leaky": (partial(cells.leaky_forward, alpha=alphas()), plain),
    "learned": (cells.learned_leaky_forward, leaky),
    "clockwork": (partial(cells.clockwork_forward, periods=PERIODS), plain),
}


def same_as_nn_rnn(run, params, x, h_0, moved):
    """Compare with nn.RNN: states, and gradients of x, h_0 and what `moved` names."""
    module = nn.RNN(x.shape[-1], HIDDEN, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        W_xh, W_hh, b_h = (getattr(params, name) for name in moved)
        module.weight_ih_l0.copy_(W_xh.T)
        module.weight_hh_l0.copy_(W_hh.T)
        module.bias_ih_l0.copy_(b_h)
        module.bias_hh_l0.zero_()
    ours, last = run(x, h_0, params)
    theirs, theirs_last = module(x, h_0[None])
    torch.testing.assert_close(ours, theirs, **EXACT)
    torch.testing.assert_close(last, theirs_last[0], **EXACT)
    # a random weight on every output: a plain sum cannot see two states exchanged
    weights = leaf(*ours.shape, seed=30).detach()
    mine = torch.autograd.grad(ours, [x, h_0, W_xh, W_hh, b_h], weights)
    other = torch.autograd.grad(
        theirs,
        [x, h_0, module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0],
        weights,
    )
    other = [*other[:2], other[2].T, other[3].T, other[4]]
    for a, b in zip(mine, other, strict=True):
        torch.testing.assert_close(a, b, **EXACT)


# --- limits in which torch.nn.RNN is the truth ----------------------------------------

NAMES = ("W_xh", "W_hh", "b_h")


def test_alpha_zero_is_a_plain_rnn():
    same_as_nn_rnn(partial(cells.leaky_forward, alpha=0.0), plain(), *inputs(), NAMES)


def test_a_very_negative_raw_is_a_plain_rnn():
    params = leaky()._replace(raw=torch.full((HIDDEN,), -800.0, dtype=torch.float64))
    same_as_nn_rnn(cells.learned_leaky_forward, params, *inputs(), NAMES)


@pytest.mark.parametrize("d", [1, 3, 100])
def test_a_skip_of_weight_zero_is_a_plain_rnn(d):
    params = delayed()._replace(W_dh=torch.zeros(HIDDEN, HIDDEN).double())
    same_as_nn_rnn(partial(cells.delayed_rnn, d=d), params, *inputs(), NAMES)


def test_a_skip_of_one_step_is_a_plain_rnn():
    params = delayed()._replace(W_hh=torch.zeros(HIDDEN, HIDDEN).double())
    run = partial(cells.delayed_rnn, d=1)
    same_as_nn_rnn(run, params, *inputs(), ("W_xh", "W_dh", "b_h"))


def test_clocks_of_period_one_are_a_plain_rnn():
    periods = torch.ones(HIDDEN, dtype=torch.long)
    run = partial(cells.clockwork_forward, periods=periods)
    same_as_nn_rnn(run, plain(), *inputs(), NAMES)


@pytest.mark.parametrize("d", [2, 3])
def test_with_skips_only_d_networks_take_turns(d):
    x, h_0 = inputs()
    params = delayed()._replace(W_hh=torch.zeros(HIDDEN, HIDDEN).double())
    hs, _ = cells.delayed_rnn(x, h_0, params, d)
    alone = params._replace(W_hh=params.W_dh, W_dh=params.W_hh)
    for first in range(d):
        turns, _ = cells.delayed_rnn(x[:, first::d], h_0, alone, 1)
        torch.testing.assert_close(hs[:, first::d], turns, **EXACT)


def test_clocks_of_period_p_read_every_p_th_input():
    x, h_0 = inputs()
    periods = torch.full((HIDDEN,), 3)
    hs, _ = cells.clockwork_forward(x, h_0, plain(), periods)
    every, _ = cells.leaky_forward(x[:, ::3], h_0, plain(), 0.0)
    torch.testing.assert_close(hs, every.repeat_interleave(3, 1)[:, :TIME], **EXACT)


def test_alpha_one_never_changes():
    x, h_0 = inputs()
    hs, last = cells.leaky_forward(x, h_0, plain(), 1.0)
    assert torch.equal(hs, h_0[:, None].expand_as(hs))
    assert torch.equal(last, h_0)


# --- a second implementation: one unit, one number at a time, in NumPy ---------------


def numbers(tensors):
    return [tensor.detach().numpy() for tensor in tensors]


def by_number(x, h_0, W_xh, b_h, pull):
    """Loop over batch, time and units; pull(b, j, hs, a) gives unit j's new state."""
    hs = np.zeros((BATCH, TIME, HIDDEN))
    for b, t, j in np.ndindex(BATCH, TIME, HIDDEN):
        a = b_h[j] + sum(x[b, t, i] * W_xh[i, j] for i in range(INPUT))
        past = [h_0[b]] * 20 + list(hs[b, :t])  # past[-1] is the state before
        hs[b, t, j] = pull(t, j, past, a)
    return hs


def compare(name, hs):
    run, make = RUNS[name]
    ours, last = run(*inputs(), make())
    np.testing.assert_allclose(ours.detach().numpy(), hs, atol=1e-12)
    assert torch.equal(ours[:, -1], last)


def test_delayed_rnn_by_the_number():
    x, h_0, W_xh, W_hh, W_dh, b_h = numbers([*inputs(), *delayed()])

    def pull(t, j, past, a):
        return np.tanh(a + past[-1] @ W_hh[:, j] + past[-4] @ W_dh[:, j])

    compare("delayed 4", by_number(x, h_0, W_xh, b_h, pull))


def test_leaky_units_by_the_number():
    x, h_0, W_xh, W_hh, b_h, raw = numbers([*inputs(), *leaky()])
    for name, kept in (
        ("leaky", alphas().numpy()),
        ("learned", 1 / (1 + np.exp(-raw))),
    ):

        def pull(t, j, past, a, kept=kept):
            new = np.tanh(a + past[-1] @ W_hh[:, j])
            return kept[j] * past[-1][j] + (1 - kept[j]) * new

        compare(name, by_number(x, h_0, W_xh, b_h, pull))


def test_clockwork_units_by_the_number():
    x, h_0, W_xh, W_hh, b_h = numbers([*inputs(), *plain()])
    periods = PERIODS.tolist()

    def pull(t, j, past, a):
        if t % periods[j]:
            return past[-1][j]
        slower = [i for i in range(HIDDEN) if periods[i] >= periods[j]]
        return np.tanh(a + sum(past[-1][i] * W_hh[i, j] for i in slower))

    compare("clockwork", by_number(x, h_0, W_xh, b_h, pull))


@pytest.mark.parametrize("name", RUNS)
def test_gradients_are_those_of_finite_differences(name):
    run, make = RUNS[name]
    params = make()

    def call(x, h_0, *values):
        return run(x, h_0, type(params)(*values))

    x, h_0 = (value[:2].detach().requires_grad_() for value in inputs())
    x = x[:, :6].detach().requires_grad_()
    assert torch.autograd.gradcheck(call, (x, h_0, *params))


@pytest.mark.parametrize("name", RUNS)
def test_no_state_means_zeros_of_the_inputs_dtype_and_device(name):
    run, make = RUNS[name]
    x, h_0 = inputs()
    hs, last = run(x, None, make())
    zero, zero_last = run(x, torch.zeros_like(h_0), make())
    assert torch.equal(hs, zero)
    assert torch.equal(last, zero_last)
    assert hs.dtype == torch.float64


# --- steps and runs, and pieces of a run ----------------------------------------------


def test_runs_are_steps_repeated():
    x, h_0 = inputs()
    h_leaky = h_clock = h_0
    for t, x_t in enumerate(x.unbind(1)):
        h_leaky = cells.leaky_step(x_t, h_leaky, alphas(), plain())
        h_clock = cells.clockwork_step(t, x_t, h_clock, plain(), PERIODS)
    runs = [RUNS[name][0](x, h_0, plain())[1] for name in ("leaky", "clockwork")]
    torch.testing.assert_close(h_leaky, runs[0], **EXACT)
    torch.testing.assert_close(h_clock, runs[1], **EXACT)


def test_a_clockwork_reads_in_pieces_when_its_clock_goes_on():
    x, h_0 = inputs()
    whole, _ = cells.clockwork_forward(x, h_0, plain(), PERIODS)
    first, h_5 = cells.clockwork_forward(x[:, :5], h_0, plain(), PERIODS)
    rest, _ = cells.clockwork_forward(x[:, 5:], h_5, plain(), PERIODS, start=5)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole, **EXACT)
    stopped, _ = cells.clockwork_forward(x[:, 5:], h_5, plain(), PERIODS)
    assert not torch.allclose(stopped, rest)


def test_slow_units_do_not_feel_fast_ones():
    x, h_0 = inputs()
    other = h_0.detach().clone()
    other[:, :2] += 1  # the fastest group
    hs, changed = (
        cells.clockwork_forward(x, start, plain(), PERIODS)[0] for start in (h_0, other)
    )
    assert torch.equal(hs[..., 2:], changed[..., 2:])
    assert not torch.allclose(hs[:, 0, :2], changed[:, 0, :2])


# --- what makes parameters -----------------------------------------------------------


def test_leaky_parameters_start_at_the_time_constants():
    tau = torch.tensor([1.5, 2.0, 10.0, 100.0])
    params = cells.init_leaky(2, 4, make_generator(0), tau)
    torch.testing.assert_close(1 / (1 - params.raw.sigmoid()), tau, rtol=1e-4, atol=0)


def test_time_constants_are_even_on_a_logarithmic_scale():
    u = torch.rand(20000, generator=make_generator(0), dtype=torch.float64)
    tau = cells.sample_time_constants(u, 1, 100)
    assert 1 <= tau.min() < 1.01
    assert 99 < tau.max() <= 100
    assert (tau < 10).double().mean().item() == pytest.approx(0.5, abs=0.02)
    torch.testing.assert_close(tau.log10() / 2, u)


def test_groups_share_the_units_out():
    assert cells.in_groups([1, 2, 4], 6).tolist() == [1, 1, 2, 2, 4, 4]


def test_the_mask_lets_slow_feed_fast():
    mask = cells.clockwork_mask(torch.tensor([1, 2, 2]))
    assert mask.tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 1]]


def test_clockwork_parameters_are_zero_where_masked_and_counted_where_not():
    params = cells.init_clockwork(INPUT, HIDDEN, make_generator(0), PERIODS)
    mask = cells.clockwork_mask(PERIODS)
    assert params.W_hh[mask == 0].eq(0).all()
    assert params.W_hh[mask == 1].ne(0).all()
    used = INPUT * HIDDEN + HIDDEN + int(mask.sum())
    assert cells.clockwork_param_count(INPUT, PERIODS) == used == 42


def test_recurrent_trains_raw():
    tau = torch.full((4,), 3.0)
    params = cells.init_leaky(2, 4, make_generator(0), tau)
    layer = Recurrent(cells.learned_leaky_forward, params)
    hs, _ = layer(torch.randn(3, 5, 2, generator=make_generator(1)))
    hs.square().sum().backward()
    assert layer.raw.grad.ne(0).all()


# --- errors --------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNS)
def test_wrong_shapes_are_refused(name):
    run, make = RUNS[name]
    x, h_0 = inputs()
    with pytest.raises(ShapeError, match=r"x has shape .*input=2"):
        run(x[..., :1], h_0, make())
    with pytest.raises(ShapeError, match=r"h_0 has shape .*hidden=6"):
        run(x, h_0[:, :5], make())


def test_wrong_settings_are_refused():
    generator = make_generator(0)
    with pytest.raises(ValueError, match="d is 0, expected 1 or more"):
        cells.delayed_rnn(*inputs(), delayed(), 0)
    with pytest.raises(ValueError, match="a time constant is 1, expected more than 1"):
        cells.init_leaky(2, 2, generator, torch.tensor([5.0, 1.0]))
    with pytest.raises(ValueError, match=r"low is 0\.5"):
        cells.sample_time_constants(torch.rand(2), 0.5, 2)
    with pytest.raises(ValueError, match="6 units do not divide into 4"):
        cells.in_groups([1, 2, 4, 8], 6)
    with pytest.raises(ShapeError, match="periods has shape"):
        cells.init_clockwork(2, 4, generator, PERIODS)
    x, h_0 = inputs()
    with pytest.raises(ShapeError, match="h_prev has shape"):
        cells.clockwork_step(0, x[:, 0], h_0[:, :2], plain(), PERIODS)
