"""A GRU's gradients by hand equal autograd's, nn.GRU's and finite differences."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.cells import GRUParams, gru_forward, gru_from_torch
from course_lib.device import make_generator
from course_lib.gradients.bptt.gru import (
    gru_backward,
    gru_backward_step,
    gru_forward_cached,
    gru_step_cached,
)
from course_lib.gradients.check import gradient_check
from course_lib.shapes import ShapeError

SIZES = [(3, 5, 2, 4), (1, 1, 1, 1), (2, 1, 3, 3), (1, 30, 4, 2)]  # B, T, D, H


def draw(batch, time, input_size, hidden_size):
    """Return x, h_0 and the four parameters as float64 tensors."""
    generator = make_generator(0)
    shapes = [
        (batch, time, input_size),
        (batch, hidden_size),
        (input_size, 3 * hidden_size),
        (hidden_size, 3 * hidden_size),
        (3 * hidden_size,),
        (hidden_size,),
    ]
    options = {"generator": generator, "dtype": torch.float64}
    x, h_0, *params = (torch.randn(*shape, **options) for shape in shapes)
    return x, h_0.tanh(), GRUParams(*params)


def arrays(x, h_0, params):
    weights = GRUParams(*(w.detach().numpy() for w in params))
    return x.detach().numpy(), h_0.detach().numpy(), weights


def cotangent(like):
    options = {"generator": make_generator(1), "dtype": torch.float64}
    return torch.randn(*like.shape, **options)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_forward_pass_is_that_of_the_library(sizes):
    x, h_0, params = draw(*sizes)
    hs, caches = gru_forward_cached(*arrays(x, h_0, params))
    np.testing.assert_allclose(hs, gru_forward(x, h_0, params)[0].numpy(), rtol=1e-12)
    assert len(caches) == x.shape[1]
    for t, cache in enumerate(caches):
        np.testing.assert_array_equal(cache.x_t, x[:, t].numpy())
        np.testing.assert_array_equal(cache.h_prev, hs[:, t - 1] if t else h_0.numpy())


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_sweep_gives_autograds_gradients(sizes):
    x, h_0, params = draw(*sizes)
    leaves = [leaf.requires_grad_() for leaf in (x, h_0, *params)]
    hs, _ = gru_forward(x, h_0, params)
    weights = cotangent(hs)
    theirs = torch.autograd.grad(hs, leaves, weights)
    _, caches = gru_forward_cached(*arrays(x, h_0, params))
    ours = gru_backward(weights.numpy(), caches)
    for name, mine, other in zip(ours._fields, ours, theirs, strict=True):
        assert mine.dtype == np.float64
        assert mine.shape == other.shape, name
        error = abs(mine - other.numpy()).max() / max(1, other.abs().max())
        assert error < 1e-12, name


def test_the_sweep_gives_the_gradients_of_nn_gru():
    module = nn.GRU(2, 4, batch_first=True, dtype=torch.float64)
    x, h_0, _ = draw(3, 5, 2, 4)
    hs, _ = module(x, h_0[None])
    weights = cotangent(hs)
    dW_x, dW_h, db_x, db_h = torch.autograd.grad(hs, list(module.parameters()), weights)
    _, caches = gru_forward_cached(*arrays(x, h_0, gru_from_torch(module)))
    ours = gru_backward(weights.numpy(), caches)
    pairs = [(ours.dW_x, dW_x.T), (ours.dW_h, dW_h.T), (ours.db, db_x)]
    for mine, other in [*pairs, (ours.db_hn, db_h[8:])]:
        np.testing.assert_allclose(mine, other.numpy(), rtol=0, atol=1e-12)


def test_finite_differences_find_nothing():
    x, h_0, params = arrays(*draw(2, 4, 3, 3))
    weights = cotangent(torch.zeros(2, 4, 3)).numpy()
    grads = gru_backward(weights, gru_forward_cached(x, h_0, params)[1])

    def loss(**changed):
        moved = {"x": x, "h_0": h_0} | params._asdict() | changed
        rest = GRUParams(*(moved[name] for name in params._fields))
        hs, _ = gru_forward_cached(moved["x"], moved["h_0"], rest)
        return float((hs * weights).sum())

    for name, value in ({"x": x, "h_0": h_0} | params._asdict()).items():
        grad = getattr(grads, f"d{name}")
        error = gradient_check(lambda v, n=name: loss(**{n: v}), grad, value, 1e-5)
        assert error < 1e-6, name


def test_large_numbers_overflow_nowhere():
    _, h_0, params = arrays(*draw(2, 1, 3, 4))
    with np.errstate(all="raise"):
        h_t, cache = gru_step_cached(np.full((2, 3), 1e4), h_0, params)
        grads = gru_backward_step(np.ones((2, 4)), cache)
    assert np.isfinite(h_t).all()
    assert all(np.isfinite(grad).all() for grad in grads)


def test_wrong_shapes_are_named():
    x, h_0, params = arrays(*draw(2, 3, 4, 5))
    _, caches = gru_forward_cached(x, h_0, params)
    with pytest.raises(ShapeError, match="x has shape"):
        gru_forward_cached(x[0], h_0, params)
    with pytest.raises(ShapeError, match="h_prev has shape"):
        gru_step_cached(x[:, 0], h_0.T, params)
    with pytest.raises(ShapeError, match="x_t has shape"):
        gru_step_cached(h_0, h_0, params)
    with pytest.raises(ShapeError, match="dh has shape"):
        gru_backward_step(h_0[:1], caches[0])
    with pytest.raises(ShapeError, match="dstates has shape"):
        gru_backward(np.zeros((2, 4, 5)), caches)
