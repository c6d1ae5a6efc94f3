"""Right answers to `gradient_check`, written in other ways."""

import numpy as np


def with_two_copies(f, grad, theta, eps):
    errors = []
    for index, claimed in np.ndenumerate(grad):
        above, below = theta.copy(), theta.copy()
        above[index] += eps
        below[index] -= eps
        numeric = (f(above) - f(below)) / (2 * eps)
        size = max(abs(claimed), abs(numeric), 1e-8)
        errors.append(abs(claimed - numeric) / size)
    return max(errors)


def with_the_identity(f, grad, theta, eps):
    steps = eps * np.eye(theta.size).reshape(-1, *theta.shape)
    ups = np.array([f(theta + step) for step in steps])
    downs = np.array([f(theta - step) for step in steps])
    n, g = (ups - downs) / eps / 2, grad.ravel()
    size = np.maximum.reduce([np.abs(g), np.abs(n), np.full(g.shape, 1e-8)])
    return np.max(np.abs(g - n) / size)


def moved_and_put_back(f, grad, theta, eps):
    worst = 0.0
    moving = np.nditer(theta, flags=["multi_index"], op_flags=["readwrite"])
    for element in moving:
        old = element.copy()
        element[...] = old + eps
        above = f(theta)
        element[...] = old - eps
        below = f(theta)
        element[...] = old
        claimed, numeric = grad[moving.multi_index], (above - below) / (2 * eps)
        error = abs(claimed - numeric) / max(abs(claimed), abs(numeric), 1e-8)
        worst = max(worst, error)
    return worst


def flat_and_back(f, grad, theta, eps):
    flat, g = theta.flatten(), grad.flatten()
    n = np.zeros_like(flat)
    for i in range(flat.size):
        e = np.zeros_like(flat)
        e[i] = eps
        n[i] = f((flat + e).reshape(theta.shape)) - f((flat - e).reshape(theta.shape))
    n /= 2 * eps
    return float(np.abs((g - n) / np.clip(np.fmax(abs(g), abs(n)), 1e-8, None)).max())
