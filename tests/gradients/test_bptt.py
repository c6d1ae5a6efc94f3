"""Back-propagation by hand equals autograd and finite differences."""

import numpy as np
import pytest
import torch

from course_lib.cells import RNNParams, rnn_forward
from course_lib.device import make_generator
from course_lib.figures import bptt_paths
from course_lib.gradients.bptt.rnn import (
    StepCache,
    path_terms,
    rnn_backward,
    rnn_backward_step,
    rnn_forward_cached,
    rnn_step_cached,
    truncated_bptt,
)
from course_lib.gradients.check import gradient_check
from course_lib.shapes import ShapeError

SIZES = [(3, 5, 2, 4), (1, 1, 1, 1), (2, 1, 3, 3), (1, 30, 4, 2)]  # B, T, D, H


def draw(batch, time, input_size, hidden_size, seed=0):
    """Return x, h_0 and W_xh, W_hh, b_h as float64 tensors."""
    generator = make_generator(seed)
    shapes = [
        (batch, time, input_size),
        (batch, hidden_size),
        (input_size, hidden_size),
        (hidden_size, hidden_size),
        (hidden_size,),
    ]
    options = {"generator": generator, "dtype": torch.float64}
    x, h_0, *params = (torch.randn(*shape, **options) for shape in shapes)
    return x, h_0.tanh(), RNNParams(*params)


def arrays(params):
    return RNNParams(*(weight.numpy() for weight in params))


def cotangent(like, seed=1):
    options = {"generator": make_generator(seed), "dtype": torch.float64}
    return torch.randn(*like.shape, **options)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_forward_pass_is_that_of_the_library(sizes):
    x, h_0, params = draw(*sizes)
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), arrays(params))
    theirs, _ = rnn_forward(x, h_0, params)
    np.testing.assert_allclose(hs, theirs.numpy(), rtol=1e-13)
    assert len(caches) == x.shape[1]
    for t, cache in enumerate(caches):
        np.testing.assert_array_equal(cache.h_t, hs[:, t])
        np.testing.assert_array_equal(cache.x_t, x[:, t].numpy())


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_sweep_gives_autograds_gradients(sizes):
    x, h_0, params = draw(*sizes)
    leaves = [x, h_0, *params]
    for leaf in leaves:
        leaf.requires_grad_()
    hs, _ = rnn_forward(x, h_0, params)
    weights = cotangent(hs)
    theirs = torch.autograd.grad(hs, leaves, weights)
    with torch.no_grad():
        values = [leaf.numpy() for leaf in leaves]
        _, caches = rnn_forward_cached(*values[:2], RNNParams(*values[2:]))
    ours = rnn_backward(weights.numpy(), caches)
    for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
        assert mine.dtype == np.float64
        assert mine.shape == other.shape, name
        error = abs(mine - other.numpy()).max() / max(1, other.abs().max())
        assert error < 1e-10, name


@pytest.mark.parametrize("field", ["W_xh", "W_hh", "b_h"])
def test_the_sweep_agrees_with_finite_differences(field):
    x, h_0, params = draw(3, 5, 2, 4)
    x, h_0, params = x.numpy(), h_0.numpy(), arrays(params)
    hs, caches = rnn_forward_cached(x, h_0, params)
    weights = cotangent(torch.tensor(hs)).numpy()

    def loss(value):
        states, _ = rnn_forward_cached(x, h_0, params._replace(**{field: value}))
        return float((states * weights).sum())

    grad = getattr(rnn_backward(weights, caches), f"d{field}")
    assert gradient_check(loss, grad, getattr(params, field), 1e-5) < 1e-6
    assert gradient_check(loss, 1.01 * grad, getattr(params, field), 1e-5) > 9e-3


def test_the_sweep_is_the_sum_over_all_paths():
    x, h_0, params = draw(1, 7, 3, 4)
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), arrays(params))
    weights = cotangent(torch.tensor(hs)).numpy()
    rows = [path_terms(weights[0, t], caches[: t + 1]) for t in range(7)]
    assert [len(row) for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    total = sum(term for row in rows for term in row)
    grads = rnn_backward(weights, caches)
    np.testing.assert_allclose(grads.dW_hh, total, rtol=1e-10, atol=1e-12)


def test_the_paths_are_those_that_the_figure_computes():
    x, h_0, params = draw(1, 6, 3, 4)
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), arrays(params))
    weights = cotangent(torch.tensor(hs)).numpy()[0]
    theirs = bptt_paths.gradient_terms(
        *arrays(params), x[0].numpy(), h_0[0].numpy(), weights
    )
    for t in range(6):
        ours = path_terms(weights[t], caches[: t + 1])
        np.testing.assert_allclose(ours, theirs[t], rtol=1e-10, atol=1e-12)


def test_a_batch_is_the_sum_of_its_examples():
    x, h_0, params = draw(3, 4, 2, 5)
    x, h_0, params = x.numpy(), h_0.numpy(), arrays(params)
    hs, caches = rnn_forward_cached(x, h_0, params)
    weights = cotangent(torch.tensor(hs)).numpy()
    whole = rnn_backward(weights, caches)
    parts = []
    for b in range(3):
        one = slice(b, b + 1)
        _, caches = rnn_forward_cached(x[one], h_0[one], params)
        parts.append(rnn_backward(weights[one], caches))
    for name in ("dW_xh", "dW_hh", "db_h"):
        total = sum(getattr(part, name) for part in parts)
        np.testing.assert_allclose(getattr(whole, name), total, rtol=1e-12)


def test_arguments_stay_as_they_were():
    x, h_0, params = draw(2, 3, 2, 4)
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), arrays(params))
    weights = np.ones_like(hs)
    rnn_backward(weights, caches)
    assert (weights == 1).all()
    theta = np.ones((2, 2))
    gradient_check(lambda t: float(t.sum()), np.ones((2, 2)), theta, 1e-3)
    assert (theta == 1).all()


def test_gradient_check_is_zero_for_a_square_and_half_for_a_double():
    theta = np.arange(1.0, 7.0).reshape(2, 3)

    def f(value):
        return float((value**2).sum())

    assert gradient_check(f, 2 * theta, theta, 0.5) == pytest.approx(0, abs=1e-14)
    assert gradient_check(f, 4 * theta, theta, 0.5) == pytest.approx(0.5)
    assert gradient_check(f, -2 * theta, theta, 0.5) == pytest.approx(2)


def test_gradient_check_survives_gradients_of_zero():
    zero = np.zeros(3)
    assert gradient_check(lambda theta: 1.0, zero, zero, 1e-5) == 0.0


def test_gradient_check_refuses_a_gradient_of_another_shape():
    with pytest.raises(ShapeError, match=r"grad has shape \(3, 2\).*transposed"):
        gradient_check(lambda t: 0.0, np.zeros((3, 2)), np.zeros((2, 3)), 1e-5)


def truncated(window, seed=0, time=12):
    x, h_0, params = draw(4, time, 3, 5, seed)
    params = RNNParams(*((0.5 * weight).requires_grad_() for weight in params))
    targets = cotangent(torch.empty(4, time, 5))
    grads, h_T = truncated_bptt(x, targets, h_0, params, window)
    return grads, h_T, (x, targets, h_0, params)


def test_one_window_is_full_back_propagation():
    grads, h_T, (x, targets, h_0, params) = truncated(12)
    values = arrays([weight.detach() for weight in params])
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), values)
    ours = rnn_backward(hs - targets.numpy(), caches)
    for mine, theirs in zip(grads, ours[2:], strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(h_T.numpy(), hs[:, -1], rtol=1e-12)
    assert not h_T.requires_grad


@pytest.mark.parametrize("window", [1, 4, 5, 100])
def test_windows_stop_the_gradient_and_not_the_state(window):
    """Second implementation: the sweep by hand, cut at every border."""
    grads, h_T, (x, targets, h_0, params) = truncated(window)
    values = arrays([weight.detach() for weight in params])
    hs, caches = rnn_forward_cached(x.numpy(), h_0.numpy(), values)
    dstates = hs - targets.numpy()
    total = [0.0, 0.0, 0.0]
    for start in range(0, 12, window):
        part = slice(start, start + window)
        found = rnn_backward(dstates[:, part], caches[part])[2:]
        total = [old + new for old, new in zip(total, found, strict=True)]
    for mine, theirs in zip(grads, total, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(h_T.numpy(), hs[:, -1], rtol=1e-12)


def test_the_bias_of_truncation_falls_with_the_window():
    full = torch.cat([grad.flatten() for grad in truncated(12)[0]])
    errors = []
    for window in (1, 3, 6, 12):
        cut = torch.cat([grad.flatten() for grad in truncated(window)[0]])
        errors.append(((cut - full).norm() / full.norm()).item())
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 0.05
    assert errors[-1] < 1e-12


def test_old_gradients_do_not_get_in():
    x, h_0, params = draw(2, 4, 3, 5)
    targets = cotangent(torch.empty(2, 4, 5))
    for weight in params:
        weight.requires_grad_()
    first, _ = truncated_bptt(x, targets, h_0, params, 2)
    for weight in params:
        weight.grad = torch.ones_like(weight)
    second, _ = truncated_bptt(x, targets, h_0, params, 2)
    for a, b in zip(first, second, strict=True):
        assert torch.equal(a, b)


def test_a_window_holds_at_least_one_step():
    with pytest.raises(ValueError, match="window is 0, expected 1 step or more"):
        truncated(0)


def test_wrong_shapes_are_named():
    x, h_0, params = draw(2, 3, 2, 4)
    x, h_0, params = x.numpy(), h_0.numpy(), arrays(params)
    with pytest.raises(ShapeError, match="x_t has shape"):
        rnn_step_cached(x[:, 0, :1], h_0, params)
    with pytest.raises(ShapeError, match="h_prev has shape"):
        rnn_step_cached(x[:, 0], h_0[:1], params)
    with pytest.raises(ShapeError, match="it has 2 axes, not 3"):
        rnn_forward_cached(x[0], h_0, params)
    hs, caches = rnn_forward_cached(x, h_0, params)
    with pytest.raises(ShapeError, match="dstates has shape"):
        rnn_backward(hs[:, :2], caches)
    with pytest.raises(ShapeError, match="dh has shape"):
        rnn_backward_step(hs[:, 0].T, caches[0])
    assert isinstance(caches[0], StepCache)
