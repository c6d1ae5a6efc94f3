"""Wrong answers to `gradient_check`, each with what it is and a hint."""

import numpy as np


def _central(f, theta, eps):
    """Return the central differences of f, element by element."""
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        numeric[index] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return numeric


def _errors(grad, numeric):
    """Return the relative errors, element by element."""
    return abs(grad - numeric) / np.maximum(np.maximum(abs(grad), abs(numeric)), 1e-8)


def _moved(f, theta, eps):
    """Return f with each element moved up by eps in turn."""
    values = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        values[index] = f(theta + step)
    return values


def forward_differences(f, grad, theta, eps):
    """one-sided differences, forward

    Move each element up and down: the two sides cancel the curvature.
    """
    numeric = (_moved(f, theta, eps) - f(theta)) / eps
    return float(_errors(grad, numeric).max())


def backward_differences(f, grad, theta, eps):
    """one-sided differences, backward

    Move each element up and down: the two sides cancel the curvature.
    """
    numeric = (f(theta) - _moved(f, theta, -eps)) / eps
    return float(_errors(grad, numeric).max())


def divided_by_eps(f, grad, theta, eps):
    """central differences divided by ε

    From θ - ε to θ + ε it is two steps: divide by 2ε.
    """
    return float(_errors(grad, 2 * _central(f, theta, eps)).max())


def precedence(f, grad, theta, eps):
    """central differences multiplied by ε/2 in place of divided by 2ε

    `/ 2 * eps` divides by 2 and multiplies by eps; write `/ (2 * eps)`.
    """
    return float(_errors(grad, _central(f, theta, eps) * eps * eps).max())


def sign_turned(f, grad, theta, eps):
    """differences with the sign turned round

    f(θ + ε) comes first, f(θ - ε) is taken from it.
    """
    return float(_errors(grad, -_central(f, theta, eps)).max())


def eps_ignored(f, grad, theta, eps):
    """a fixed ε in place of the argument

    eps is an argument; use it.
    """
    return float(_errors(grad, _central(f, theta, 1e-5)).max())


def absolute_error(f, grad, theta, eps):
    """an absolute error

    An error of 0.1 is large for a gradient of 0.1 and small for one of 1000: divide.
    """
    return float(abs(grad - _central(f, theta, eps)).max())


def relative_to_the_claim(f, grad, theta, eps):
    """an error relative to the claimed gradient alone

    Divide by the larger of the two, |g| or |n|.
    """
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(grad), 1e-8)).max())


def relative_to_the_differences(f, grad, theta, eps):
    """an error relative to the differences alone

    Divide by the larger of the two, |g| or |n|.
    """
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(numeric), 1e-8)).max())


def relative_to_the_sum(f, grad, theta, eps):
    """an error relative to the sum of the two sizes

    The formula divides by the larger of the two, not by their sum.
    """
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad) + abs(numeric), 1e-8)
    return float((abs(grad - numeric) / size).max())


def relative_to_the_norm(f, grad, theta, eps):
    """an error relative to the norm of the whole gradient

    Divide element by element; a norm lets a large element hide a small wrong one.
    """
    numeric = _central(f, theta, eps)
    size = max(np.linalg.norm(grad), np.linalg.norm(numeric), 1e-8)
    return float(np.linalg.norm(grad - numeric) / size)


def norms_compared(f, grad, theta, eps):
    """a difference between two norms

    Gradients of equal length can point anywhere; compare them element by element.
    """
    ours, theirs = np.linalg.norm(grad), np.linalg.norm(_central(f, theta, eps))
    return float(abs(ours - theirs) / max(ours, theirs, 1e-8))


def signed_error(f, grad, theta, eps):
    """a signed error

    Take the absolute value first, or the largest error may be a negative one.
    """
    numeric = _central(f, theta, eps)
    size = np.maximum(np.maximum(abs(grad), abs(numeric)), 1e-8)
    return float(((grad - numeric) / size).max())


def mean_error(f, grad, theta, eps):
    """a mean of the errors

    One wrong element among many must show: return the largest error.
    """
    return float(_errors(grad, _central(f, theta, eps)).mean())


def norm_of_errors(f, grad, theta, eps):
    """the norm of all errors

    Return the largest single error; a norm grows with the number of elements.
    """
    return float(np.linalg.norm(_errors(grad, _central(f, theta, eps))))


def smallest_error(f, grad, theta, eps):
    """the smallest error

    One wrong element must show: return the largest error.
    """
    return float(_errors(grad, _central(f, theta, eps)).min())


def first_element_only(f, grad, theta, eps):
    """a check of the first element alone

    Every element has a gradient: move each in turn.
    """
    return float(_errors(grad, _central(f, theta, eps)).reshape(-1)[0])


def last_element_only(f, grad, theta, eps):
    """a check of the last element alone

    Keep the largest error of all elements, not the latest one.
    """
    return float(_errors(grad, _central(f, theta, eps)).reshape(-1)[-1])


def rows_moved(f, grad, theta, eps):
    """a whole row moved at once

    theta[i] of a matrix is a row; np.ndindex(theta.shape) gives single elements.
    """
    worst = 0.0
    for i in range(len(theta)):
        step = np.zeros(theta.shape)
        step[i] = eps
        numeric = (f(theta + step) - f(theta - step)) / (2 * eps)
        worst = max(worst, float(_errors(grad[i], numeric).max()))
    return worst


def all_moved(f, grad, theta, eps):
    """all elements moved at once

    Move one element at a time, or you get the sum of all their gradients.
    """
    numeric = (f(theta + eps) - f(theta - eps)) / (2 * eps)
    return float(_errors(grad, numeric).max())


def moves_pile_up(f, grad, theta, eps):
    """elements that are not put back after they were moved

    After both sides of an element, restore it, or the next one starts elsewhere.
    """
    theta, worst = theta.copy(), 0.0
    for index in np.ndindex(theta.shape):
        theta[index] += eps
        above = f(theta)
        theta[index] -= 2 * eps
        numeric = (above - f(theta)) / (2 * eps)
        worst = max(worst, float(_errors(grad[index], numeric)))
    return worst


def theta_left_moved(f, grad, theta, eps):
    """a theta that is left moved

    `theta[index] += eps` changes the caller's array; work on a copy.
    """
    worst = float(_errors(grad, _central(f, theta, eps)).max())
    theta -= eps
    return worst


def in_float32(f, grad, theta, eps):
    """differences computed in float32

    float32 has 7 digits, and the subtraction loses most of them; use float64.
    """
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        above, below = theta.astype(np.float32), theta.astype(np.float32)
        above[index] += eps
        below[index] -= eps
        numeric[index] = (f(above) - f(below)) / (2 * eps)
    return float(_errors(grad, numeric).max())


def zero_by_zero(f, grad, theta, eps):
    """a division of zero by zero

    Where both gradients are 0 the quotient is NaN: that is what the 1e-8 is for.
    """
    numeric = _central(f, theta, eps)
    return float((abs(grad - numeric) / np.maximum(abs(grad), abs(numeric))).max())


def zero_made_special(f, grad, theta, eps):
    """zero for two gradients that are zero, and no 1e-8 otherwise

    The 1e-8 is a lower bound of the divisor, for very small gradients too.
    """
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad), abs(numeric))
    return float((abs(grad - numeric) / np.where(size == 0, 1.0, size)).max())


def floor_added(f, grad, theta, eps):
    """1e-8 added to the divisor

    max(…, 1e-8) leaves ordinary divisors as they are; adding changes them all.
    """
    numeric = _central(f, theta, eps)
    size = np.maximum(abs(grad), abs(numeric)) + 1e-8
    return float((abs(grad - numeric) / size).max())


def relative_steps(f, grad, theta, eps):
    """steps relative to the size of the element

    Each element moves by eps itself, whatever its size.
    """
    numeric = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps * abs(theta[index])
        above, below = f(theta + step), f(theta - step)
        numeric[index] = (above - below) / (2 * step[index])
    return float(_errors(grad, numeric).max())


def flat_vector(f, grad, theta, eps):
    """a flat vector given to f

    f takes arrays of theta's shape: reshape back before you call it.
    """
    flat = theta.reshape(-1)
    numeric = _central(f, flat, eps)
    return float(_errors(grad.reshape(-1), numeric).max())


def changes_lost_in_a_copy(f, grad, theta, eps):
    """changes written to a copy that reshape made

    reshape(-1) is a view only if the array is stored row by row; index theta itself.
    """
    moved = np.copy(theta)  # keeps the order in memory
    flat, worst = moved.reshape(-1), 0.0
    for i, claimed in enumerate(grad.reshape(-1)):
        old = flat[i]
        flat[i] = old + eps
        above = f(moved)
        flat[i] = old - eps
        numeric = (above - f(moved)) / (2 * eps)
        flat[i] = old
        worst = max(worst, float(_errors(claimed, numeric)))
    return worst


def true_or_false(f, grad, theta, eps):
    """a verdict in place of the error

    Return the largest relative error, a number; the caller decides what is small.
    """
    return bool(_errors(grad, _central(f, theta, eps)).max() < 1e-5)
