"""Finite differences: a gradient is checked by moving one number at a time."""

from collections.abc import Callable

import numpy as np

from course_lib.shapes import ShapeError

TINY = 1e-8  # gradients smaller than this are compared absolutely


def gradient_check(
    f: Callable[[np.ndarray], float], grad: np.ndarray, theta: np.ndarray, eps: float
) -> float:
    """Compare a gradient with central differences, element by element.

        n_i = (f(θ + ε e_i) - f(θ - ε e_i)) / 2ε
        error = max_i |g_i - n_i| / max(|g_i|, |n_i|, 1e-8)

    Args:
        f: takes an array shaped as `theta` and returns a number.
        grad: the gradient to check, shaped as `theta`.
        theta: float64, any shape; it is not changed.
        eps: how far each element is moved.

    Returns:
        The largest relative error: near 0 if `grad` is right, near 1 if it is not.

    Raises:
        ShapeError: gradient and parameter have different shapes.
        ValueError: `eps` is not positive, or there is nothing to check.
    """
    if grad.shape != theta.shape:
        raise ShapeError(
            f"grad has shape {grad.shape}, theta has {theta.shape}: a gradient has the "
            "shape of its parameter. Is it transposed, or not summed over the batch?"
        )
    if not eps > 0 or not theta.size:
        raise ValueError(
            f"eps is {eps} for {theta.size} elements, expected a positive step, such "
            "as 1e-6, and one element or more"
        )
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        numeric[index] = (f(theta + step) - f(theta - step)) / (2 * eps)
    size = np.maximum(np.maximum(abs(grad), abs(numeric)), TINY)
    return float((abs(grad - numeric) / size).max())
