"""Where a recurrent matrix starts: scaled to a radius, orthogonal, or the identity.

The product of k Jacobians contains W_hh k times. What it does to a gradient before
anything is learnt is decided by how W_hh is drawn.
"""

import torch
from torch import Tensor

from course_lib.cells import RNNParams
from course_lib.shapes import ShapeError


def spectral_radius(W: Tensor) -> Tensor:
    """Return the largest absolute value of the eigenvalues of a square matrix.

    ‖W^k‖^(1/k) tends to it as k grows; it is at most any norm of W.
    """
    _check_square(W)
    return torch.linalg.eigvals(W).abs().max()


def spectral_radius_scale(W: Tensor, rho: float) -> Tensor:
    """Return a multiple of W whose spectral radius is `rho`.

    Args:
        W: (hidden, hidden); it is not changed.
        rho: the radius wanted, 0 or more.

    Raises:
        ShapeError: W is not square.
        ValueError: `rho` is negative, or the radius of W is 0, so that no multiple of
            W has another one.
    """
    radius = spectral_radius(W)
    if not rho >= 0 or radius == 0:
        raise ValueError(
            f"rho is {rho}, the radius of W is {float(radius):g}: expected rho >= 0 "
            "and a W with an eigenvalue other than 0. Draw W at random."
        )
    return W * (rho / radius)


def gaussian_start(
    hidden_size: int, generator: torch.Generator, gain: float = 1.0
) -> Tensor:
    """Draw W_hh, (hidden, hidden), normal with standard deviation gain / √hidden.

    Its spectral radius is about `gain`, its spectral norm about twice that.
    """
    W = torch.randn(hidden_size, hidden_size, generator=generator)
    return gain * W / hidden_size**0.5


def orthogonal_start(hidden_size: int, generator: torch.Generator) -> Tensor:
    """Draw an orthogonal matrix, (hidden, hidden), uniformly: all singular values 1.

    The signs of the QR decomposition are fixed by those of R's diagonal; without that
    the draw would not be uniform.

    Source: Saxe, McClelland and Ganguli (2014); Mezzadri (2007) for the signs.
    """
    shape = hidden_size, hidden_size
    Q, R = torch.linalg.qr(torch.randn(shape, generator=generator))
    return Q * R.diagonal().sign()


def identity_start(
    input_size: int, hidden_size: int, generator: torch.Generator, scale: float = 0.001
) -> RNNParams:
    """Draw the parameters of an IRNN: W_hh is the identity, for ReLU in place of tanh.

    Args:
        input_size: features a step.
        hidden_size: units.
        generator: draws the input weights.
        scale: standard deviation of the input weights.

    Source: Le, Jaitly and Hinton (2015).
    """
    W_xh = torch.randn(input_size, hidden_size, generator=generator)
    return RNNParams(scale * W_xh, torch.eye(hidden_size), torch.zeros(hidden_size))


def _check_square(W: Tensor) -> None:
    if W.ndim != 2 or W.shape[0] != W.shape[1]:
        raise ShapeError(
            f"W has shape {tuple(W.shape)}, expected (hidden, hidden), a square: "
            "eigenvalues belong to W_hh, not to W_xh."
        )
    if not W.numel() or not W.is_floating_point() or not bool(W.isfinite().all()):
        raise ValueError(
            f"W holds {W.numel()} numbers of {W.dtype}, of which "
            f"{int((~W.isfinite()).sum())} are not finite; expected finite "
            "floating-point numbers, one or more: nothing else has eigenvalues."
        )
