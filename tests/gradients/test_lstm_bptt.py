"""An LSTM's gradients by hand equal autograd's, nn.LSTM's and finite differences."""

import numpy as np
import pytest
import torch

from course_lib.cells import LSTMParams, LSTMState, lstm_forward, lstm_trace
from course_lib.device import make_generator
from course_lib.gradients.bptt.lstm import (
    lstm_backward,
    lstm_backward_step,
    lstm_forward_cached,
    lstm_step_cached,
)
from course_lib.gradients.check import gradient_check
from course_lib.shapes import ShapeError

SIZES = [(3, 5, 2, 4), (1, 1, 1, 1), (2, 1, 3, 3), (1, 30, 4, 2)]  # B, T, D, H


def normal(*shape, seed):
    options = {"generator": make_generator(seed), "dtype": torch.float64}
    return torch.randn(*shape, **options)


def draw(batch, time, input_size, hidden_size):
    """Return x, the start and the parameters as float64 tensors."""
    params = LSTMParams(
        normal(input_size, 4 * hidden_size, seed=1),
        normal(hidden_size, 4 * hidden_size, seed=2),
        normal(4 * hidden_size, seed=3),
    )
    start = LSTMState(
        normal(batch, hidden_size, seed=4).tanh(), normal(batch, hidden_size, seed=5)
    )
    return normal(batch, time, input_size, seed=6), start, params


def arrays(x, start, params):
    return (
        x.numpy(),
        LSTMState(*(part.numpy() for part in start)),
        LSTMParams(*(weight.numpy() for weight in params)),
    )


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_forward_pass_is_that_of_the_library(sizes):
    x, start, params = draw(*sizes)
    hs, caches = lstm_forward_cached(*arrays(x, start, params))
    trace = lstm_trace(x, start, params)
    np.testing.assert_allclose(hs, trace.h.numpy(), rtol=1e-12)
    assert len(caches) == x.shape[1]
    for t, cache in enumerate(caches):
        for name in "ifgo":
            theirs = getattr(trace, name)[:, t].numpy()
            np.testing.assert_allclose(getattr(cache, name), theirs, rtol=1e-12)
        np.testing.assert_allclose(cache.c_t, trace.c[:, t].numpy(), rtol=1e-12)
        np.testing.assert_array_equal(cache.x_t, x[:, t].numpy())


def test_gates_far_from_zero_do_not_overflow():
    x, start, params = arrays(*draw(2, 3, 2, 4))
    with np.errstate(all="raise"):
        hs, _ = lstm_forward_cached(x, start, params._replace(b=params.b - 1e4))
    assert np.isfinite(hs).all()


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_step_gives_autograds_gradients(sizes):
    x, start, params = draw(*sizes)
    leaves = [x[:, 0].clone(), *start, *params]
    for leaf in leaves:
        leaf.requires_grad_()
    x_t, *rest = leaves
    last = lstm_forward(x_t[:, None], LSTMState(*rest[:2]), LSTMParams(*rest[2:]))[1]
    dh, dc = normal(*last.h.shape, seed=7), normal(*last.c.shape, seed=8)
    theirs = torch.autograd.grad(last, leaves, [dh, dc])
    with torch.no_grad():
        x_t, start, params = arrays(x_t, LSTMState(*rest[:2]), LSTMParams(*rest[2:]))
    _, cache = lstm_step_cached(x_t, start, params)
    ours = lstm_backward_step(dh.numpy(), dc.numpy(), cache)
    for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
        np.testing.assert_allclose(
            mine, other.numpy(), rtol=1e-11, atol=1e-12, err_msg=name
        )


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_sweep_gives_the_gradients_of_nn_lstm(sizes):
    x, start, params = draw(*sizes)
    module = torch.nn.LSTM(*sizes[2:], batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        module.weight_ih_l0.copy_(params.W_x.T)
        module.weight_hh_l0.copy_(params.W_h.T)
        module.bias_ih_l0.copy_(params.b)
        module.bias_hh_l0.zero_()
    leaves = [x, *start]
    for leaf in leaves:
        leaf.requires_grad_()
    hs, _ = module(x, tuple(part[None] for part in start))
    weights = normal(*hs.shape, seed=9)
    theirs = torch.autograd.grad(
        hs,
        [*leaves, module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0],
        weights,
    )
    with torch.no_grad():
        _, caches = lstm_forward_cached(*arrays(x, start, params))
    ours = lstm_backward(weights.numpy(), caches)
    for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
        assert mine.dtype == np.float64
        other = other.numpy().T if name in ("dW_x", "dW_h") else other.numpy()
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("field", ["W_x", "W_h", "b"])
def test_the_sweep_agrees_with_finite_differences(field):
    x, start, params = arrays(*draw(3, 5, 2, 4))
    hs, caches = lstm_forward_cached(x, start, params)
    weights = normal(*hs.shape, seed=9).numpy()

    def loss(value):
        moved = params._replace(**{field: value})
        return float((lstm_forward_cached(x, start, moved)[0] * weights).sum())

    grad = getattr(lstm_backward(weights, caches), f"d{field}")
    assert gradient_check(loss, grad, getattr(params, field), 1e-5) < 1e-5
    assert gradient_check(loss, 1.01 * grad, getattr(params, field), 1e-5) > 9e-3


@pytest.mark.parametrize("part", ["h", "c"])
def test_the_gradient_of_the_start_agrees_with_finite_differences(part):
    x, start, params = arrays(*draw(3, 5, 2, 4))
    hs, caches = lstm_forward_cached(x, start, params)
    weights = normal(*hs.shape, seed=9).numpy()

    def loss(value):
        moved = start._replace(**{part: value})
        return float((lstm_forward_cached(x, moved, params)[0] * weights).sum())

    grad = getattr(lstm_backward(weights, caches), f"d{part}_0")
    assert gradient_check(loss, grad, getattr(start, part), 1e-5) < 1e-5


def test_the_gradient_of_the_cell_goes_back_through_the_forget_gates_alone():
    """Without recurrent weights there is no other path from cell to cell."""
    x, start, params = arrays(*draw(2, 6, 3, 4))
    params = params._replace(W_h=np.zeros_like(params.W_h))
    hs, caches = lstm_forward_cached(x, start, params)
    only_last = np.zeros_like(hs)
    only_last[:, -1] = 1.0
    last = caches[-1]
    expected = last.o * (1 - np.tanh(last.c_t) ** 2)
    for cache in caches:
        expected = expected * cache.f
    np.testing.assert_allclose(lstm_backward(only_last, caches).dc_0, expected)


def test_arguments_stay_as_they_were():
    x, start, params = arrays(*draw(2, 3, 2, 4))
    hs, caches = lstm_forward_cached(x, start, params)
    weights = np.ones_like(hs)
    before = [part.copy() for cache in caches for part in cache[:-1]]
    lstm_backward(weights, caches)
    assert (weights == 1).all()
    after = [part for cache in caches for part in cache[:-1]]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_wrong_shapes_are_named():
    x, start, params = arrays(*draw(2, 3, 2, 4))
    with pytest.raises(ShapeError, match="x_t has shape"):
        lstm_step_cached(x[:, 0, :1], start, params)
    with pytest.raises(ShapeError, match=r"state\.c has shape"):
        lstm_step_cached(x[:, 0], LSTMState(start.h, start.c[:1]), params)
    with pytest.raises(ShapeError, match="it has 2 axes, not 3"):
        lstm_forward_cached(x[0], start, params)
    hs, caches = lstm_forward_cached(x, start, params)
    with pytest.raises(ShapeError, match="dstates has shape"):
        lstm_backward(hs[:, :2], caches)
    with pytest.raises(ShapeError, match="dc has shape"):
        lstm_backward_step(hs[:, 0], hs[:, 0].T, caches[0])
    with pytest.raises(ShapeError, match="dh has shape"):
        lstm_backward_step(hs[:, 0].T, hs[:, 0], caches[0])
