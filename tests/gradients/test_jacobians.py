"""Products of Jacobians are autograd's; rates are those of exact exponentials."""

import pytest
import torch

from course_lib.cells import RNNParams, init_rnn, rnn_forward
from course_lib.device import make_generator
from course_lib.gradients import jacobians, starts
from course_lib.shapes import ShapeError

DOUBLE = {"dtype": torch.float64}


@pytest.fixture
def run():
    generator = make_generator(3)
    params = RNNParams(*(w.double() for w in init_rnn(2, 5, generator, gain=1.3)))
    x = torch.randn(3, 7, 2, generator=generator).double()
    return x, params, rnn_forward(x, None, params)[0]


def test_products_are_autograds_jacobians(run):
    x, params, states = run
    products = jacobians.products_by_lag(states, params)
    for lag in range(7):
        for b in range(3):

            def last(h, b=b, lag=lag):
                if lag == 0:
                    return h
                return rnn_forward(x[b : b + 1, 7 - lag :], h[None], params)[1][0]

            theirs = torch.autograd.functional.jacobian(last, states[b, 6 - lag])
            # autograd's rows belong to the output: the transpose of ours
            torch.testing.assert_close(products[b, lag], theirs.T, rtol=0, atol=1e-12)


def test_norms_are_the_largest_singular_values(run):
    _, params, states = run
    values = jacobians.singular_values_by_lag(states, params)
    assert values.shape == (3, 7, 5)
    norms = jacobians.gradient_norm_by_lag(states, params)
    torch.testing.assert_close(norms, values[..., 0])
    # no gradient at the last state grows by more on its way back, and one grows so much
    product, norm = jacobians.products_by_lag(states, params)[1, 4], norms[1, 4].item()
    g = torch.randn(1000, 5, generator=make_generator(0)).double()
    growth = (g @ product.T).norm(dim=1) / g.norm(dim=1)
    assert growth.max().item() <= norm + 1e-12
    best = torch.linalg.svd(product.T).U[:, 0]
    assert (best @ product.T).norm().item() == pytest.approx(norm)


def test_the_bound_holds(run):
    _, params, states = run
    norms = jacobians.gradient_norm_by_lag(states, params)
    bound = torch.linalg.matrix_norm(params.W_hh, ord=2) ** torch.arange(7)
    assert (norms <= bound + 1e-12).all()


def test_exact_exponentials_have_their_rate():
    lags = torch.arange(40, **DOUBLE)
    for rate in (0.3, 1.0, 1.7):
        assert jacobians.vanishing_rate(5 * rate**lags) == pytest.approx(rate)
    underflowed = torch.cat([0.1**lags, torch.zeros(5, **DOUBLE)])
    assert jacobians.vanishing_rate(underflowed) == pytest.approx(0.1)


def test_a_rate_needs_two_norms():
    with pytest.raises(ValueError, match="1 of 4 norms are positive"):
        jacobians.vanishing_rate(torch.tensor([1.0, 0.0, 0.0, 0.0]))


@pytest.mark.parametrize("gain", [0.6, 1.0, 1.6])
def test_the_predicted_rate_is_that_of_an_average_gradient(gain):
    generator = make_generator(0)
    params = RNNParams(*(w.double() for w in init_rnn(4, 200, generator, gain=gain)))
    x = torch.randn(2, 60, 4, generator=generator).double() / 2
    states = rnn_forward(x, None, params)[0][:, 20:]
    products = jacobians.products_by_lag(states, params)
    sizes = torch.linalg.matrix_norm(products).log().mean(0).exp()
    measured = jacobians.vanishing_rate(sizes)
    predicted = jacobians.predicted_rate(states, params)
    assert measured == pytest.approx(predicted, rel=0.04)


def test_without_input_the_prediction_is_that_of_an_orthogonal_matrix():
    W = 0.8 * starts.orthogonal_start(16, make_generator(0)).double()
    params = RNNParams(torch.zeros(1, 16), W, torch.zeros(16))
    states = torch.zeros(1, 30, 16, **DOUBLE)
    assert jacobians.predicted_rate(states, params) == pytest.approx(0.8)
    norms = jacobians.gradient_norm_by_lag(states, params)[0]
    assert jacobians.vanishing_rate(norms) == pytest.approx(0.8, rel=1e-5)


def test_gradients_with_respect_to_inputs_by_lag():
    torch.manual_seed(0)
    layer = torch.nn.RNN(2, 1, batch_first=True).double()
    x = torch.randn(1, 6, 2, **DOUBLE)
    found = jacobians.input_gradient_by_lag(layer, x, make_generator(0))
    slopes = 1 - layer(x)[0][0, :, 0] ** 2
    w = layer.weight_hh_l0[0, 0]
    # one unit: k slopes and k weights lie between, and the first slope replaces another
    for lag in range(6):
        factor = w**lag * slopes[5 - lag :].prod() / slopes[5]
        assert found[lag].item() == pytest.approx(abs(factor.item()))
    assert not x.requires_grad


def test_shapes_are_named():
    params = init_rnn(2, 5, make_generator(0))
    with pytest.raises(ShapeError, match="states has shape"):
        jacobians.gradient_norm_by_lag(torch.zeros(3, 7, 4), params)
    with pytest.raises(ShapeError, match="norms has shape"):
        jacobians.vanishing_rate(torch.ones(2, 3))
    layer = torch.nn.RNN(2, 1, batch_first=True)
    with pytest.raises(ShapeError, match="x has shape"):
        jacobians.input_gradient_by_lag(layer, torch.zeros(3, 2), make_generator(0))
