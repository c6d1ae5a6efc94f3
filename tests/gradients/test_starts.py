"""Starts have the radius, the singular values and the identity that they promise."""

import pytest
import torch

from course_lib.device import make_generator
from course_lib.gradients import starts
from course_lib.shapes import ShapeError


def test_radius_is_the_limit_of_powers():
    W = starts.gaussian_start(6, make_generator(0)).double()
    power = torch.linalg.matrix_power(W, 4096 // 8)
    found = torch.linalg.matrix_norm(power).item() ** (8 / 4096)
    assert starts.spectral_radius(W).item() == pytest.approx(found, rel=0.01)


@pytest.mark.parametrize("rho", [0.0, 0.5, 3.0])
def test_a_scaled_matrix_has_the_radius(rho):
    W = starts.gaussian_start(7, make_generator(1)).double()
    before = W.clone()
    scaled = starts.spectral_radius_scale(W, rho)
    assert starts.spectral_radius(scaled).item() == pytest.approx(rho)
    assert torch.equal(W, before)


def test_what_cannot_be_scaled_is_refused():
    with pytest.raises(ValueError, match="rho is -1"):
        starts.spectral_radius_scale(torch.eye(2), -1)
    with pytest.raises(ValueError, match="the radius of W is 0"):
        starts.spectral_radius_scale(torch.tensor([[0.0, 1.0], [0.0, 0.0]]), 1)
    with pytest.raises(ShapeError, match="a square"):
        starts.spectral_radius(torch.zeros(2, 3))


def test_a_gaussian_start_has_its_gain_as_radius_and_twice_that_as_norm():
    W = starts.gaussian_start(300, make_generator(0), gain=1.5)
    assert starts.spectral_radius(W).item() == pytest.approx(1.5, rel=0.1)
    assert torch.linalg.matrix_norm(W, ord=2).item() == pytest.approx(3, rel=0.1)


def test_an_orthogonal_start_keeps_lengths_and_is_uniform():
    generator = make_generator(0)
    Q = starts.orthogonal_start(8, generator).double()
    torch.testing.assert_close(Q @ Q.T, torch.eye(8).double(), atol=1e-6, rtol=0)
    # uniform: the mean of every element is zero, the diagonal's too
    drawn = [starts.orthogonal_start(3, generator) for _ in range(2000)]
    assert torch.stack(drawn).mean(0).abs().max() < 0.06


def test_an_identity_start_is_le_and_colleagues():
    params = starts.identity_start(3, 5, make_generator(0))
    assert torch.equal(params.W_hh, torch.eye(5))
    assert params.b_h.eq(0).all()
    assert params.W_xh.shape == (3, 5)
    assert 0 < params.W_xh.abs().max() < 0.01
