"""Right answers to exercise 5, written in other ways. Each must pass."""

import warnings

import numpy as np
import torch

from course_lib.cells import RNNParams, rnn_forward
from course_lib.checks import accepted
from course_lib.gradients.bptt.rnn import RNNGrads, StepGrads

# --- rnn_backward_step ----------------------------------------------------------------


@accepted("rnn_backward_step")
def with_einsum(dh, cache):
    slope = (1 - cache.h_t) * (1 + cache.h_t)
    da_t = slope * dh
    return StepGrads(
        np.einsum("bh,ih->bi", da_t, cache.params.W_xh),
        np.einsum("bh,kh->bk", da_t, cache.params.W_hh),
        np.einsum("bi,bh->ih", cache.x_t, da_t),
        np.einsum("bk,bh->kh", cache.h_prev, da_t),
        np.einsum("bh->h", da_t),
    )


@accepted("rnn_backward_step")
def from_the_preactivation(dh, cache):
    x_t, h_prev, _, (W_xh, W_hh, b_h) = cache
    da_t = dh / np.cosh(x_t @ W_xh + h_prev @ W_hh + b_h) ** 2
    return (
        (W_xh @ da_t.T).T,
        (W_hh @ da_t.T).T,
        np.dot(x_t.T, da_t),
        (da_t.T @ h_prev).T,
        np.ones(len(dh)) @ da_t,
    )


@accepted("rnn_backward_step")
def example_by_example(dh, cache):
    da_t = dh - dh * cache.h_t**2
    dW_xh, dW_hh = np.zeros_like(cache.params.W_xh), np.zeros_like(cache.params.W_hh)
    for x_row, h_row, da_row in zip(cache.x_t, cache.h_prev, da_t, strict=True):
        dW_xh += np.outer(x_row, da_row)
        dW_hh += np.outer(h_row, da_row)
    dx_t, dh_prev = da_t @ cache.params.W_xh.T, da_t @ cache.params.W_hh.T
    return StepGrads(dx_t, dh_prev, dW_xh, dW_hh, np.add.reduce(da_t))


@accepted("rnn_backward_step")
def one_product_for_all(dh, cache):
    """Treat [x_t, h_prev, 1] as one input of one stacked matrix."""
    warnings.warn("a right answer may warn", stacklevel=1)
    D = cache.x_t.shape[1]
    W = np.concatenate([cache.params.W_xh, cache.params.W_hh, [cache.params.b_h]])
    into = np.concatenate([cache.x_t, cache.h_prev, np.ones((len(dh), 1))], axis=1)
    da_t = dh * (1 - np.square(cache.h_t))
    d_into, dW = da_t @ W.T, into.T @ da_t
    return StepGrads(d_into[:, :D], d_into[:, D:-1], dW[:D], dW[D:-1], dW[-1])


# --- rnn_backward ---------------------------------------------------------------------


@accepted("rnn_backward")
def with_running_sums(dstates, caches):
    batch, time, _ = dstates.shape
    params = caches[0].params
    dx = np.empty((batch, time, params.W_xh.shape[0]))
    dW_xh, dW_hh, db_h = (np.zeros_like(weight) for weight in params)
    dh = np.zeros_like(dstates[:, 0])
    for t in range(time - 1, -1, -1):
        dh = dh + dstates[:, t]
        dx[:, t], dh, step_xh, step_hh, step_b = rnn_backward_step(dh, caches[t])
        dW_xh += step_xh
        dW_hh += step_hh
        db_h += step_b
    return RNNGrads(dx, dh, dW_xh, dW_hh, db_h)


@accepted("rnn_backward")
def by_recursion(dstates, caches):
    if not caches:
        return None
    rest = by_recursion(dstates[:, 1:], caches[1:])
    dh = dstates[:, 0] if rest is None else dstates[:, 0] + rest.dh_0
    step = rnn_backward_step(dh, caches[0])
    if rest is None:
        return RNNGrads(step.dx_t[:, None], *step[1:])
    return RNNGrads(
        np.concatenate([step.dx_t[:, None], rest.dx], axis=1),
        step.dh_prev,
        *(a + b for a, b in zip(step[2:], rest[2:], strict=True)),
    )


@accepted("rnn_backward")
def products_after_the_sweep(dstates, caches):
    """Sweep over da_t alone; one product over batch and time gives each matrix."""
    W_xh, W_hh, _ = caches[0].params
    hs = np.stack([cache.h_t for cache in caches], axis=1)
    h_prev = np.stack([cache.h_prev for cache in caches], axis=1)
    x = np.stack([cache.x_t for cache in caches], axis=1)
    da = np.zeros_like(hs)
    dh = np.zeros_like(hs[:, 0])
    for t in range(len(caches) - 1, -1, -1):
        da[:, t] = (dstates[:, t] + dh) * (1 - hs[:, t] ** 2)
        dh = da[:, t] @ W_hh.T
    return (
        da @ W_xh.T,
        dh,
        np.einsum("bti,bth->ih", x, da),
        np.tensordot(h_prev, da, axes=([0, 1], [0, 1])),
        da.sum(axis=(0, 1)),
    )


@accepted("rnn_backward")
def one_loss_at_a_time(dstates, caches):
    """The sum over t of each loss's own gradient: slow, and right."""
    time = len(caches)
    total = None
    for t in range(time):
        dh, dx, sums = dstates[:, t], [], 0
        for cache in caches[t::-1]:
            step = rnn_backward_step(dh, cache)
            dh = step.dh_prev
            dx.insert(0, step.dx_t)
            sums = [a + b for a, b in zip(sums or [0, 0, 0], step[2:], strict=True)]
        dx += [np.zeros_like(dx[0])] * (time - 1 - t)
        grads = [np.stack(dx, axis=1), dh, *sums]
        total = [a + b for a, b in zip(total or [0] * 5, grads, strict=True)]
    return RNNGrads(*total)


# --- gradient_check -------------------------------------------------------------------


@accepted("gradient_check")
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


@accepted("gradient_check")
def with_the_identity(f, grad, theta, eps):
    steps = eps * np.eye(theta.size).reshape(-1, *theta.shape)
    ups = np.array([f(theta + step) for step in steps])
    downs = np.array([f(theta - step) for step in steps])
    n, g = (ups - downs) / eps / 2, grad.ravel()
    size = np.maximum.reduce([np.abs(g), np.abs(n), np.full(g.shape, 1e-8)])
    return np.max(np.abs(g - n) / size)


@accepted("gradient_check")
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


@accepted("gradient_check")
def flat_and_back(f, grad, theta, eps):
    flat, g = theta.flatten(), grad.flatten()
    n = np.zeros_like(flat)
    for i in range(flat.size):
        e = np.zeros_like(flat)
        e[i] = eps
        n[i] = f((flat + e).reshape(theta.shape)) - f((flat - e).reshape(theta.shape))
    n /= 2 * eps
    return float(np.abs((g - n) / np.clip(np.fmax(abs(g), abs(n)), 1e-8, None)).max())


# --- truncated_bptt -------------------------------------------------------------------


@accepted("truncated_bptt")
def with_backward(x, targets, h_0, params, window):
    for weight in params:
        weight.grad = None
    state = h_0
    for start in range(0, x.shape[1], window):
        steps = slice(start, start + window)
        hs, state = rnn_forward(x[:, steps], state, params)
        (0.5 * (hs - targets[:, steps]).pow(2).sum()).backward()
        state = state.detach()
    return RNNParams(*(weight.grad for weight in params)), state


@accepted("truncated_bptt")
def one_backward_for_all_windows(x, targets, h_0, params, window):
    """The graphs of the windows do not touch, so one backward serves them all."""
    loss, h_t = 0.0, h_0
    for x_part, y_part in zip(
        torch.split(x, window, 1), torch.split(targets, window, 1), strict=True
    ):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        loss = loss + ((hs - y_part) ** 2).sum() / 2
    return RNNParams(*torch.autograd.grad(loss, list(params))), h_t


@accepted("truncated_bptt")
def step_by_step(x, targets, h_0, params, window):
    h_t, loss = h_0, 0
    for t, (x_t, y_t) in enumerate(zip(x.unbind(1), targets.unbind(1), strict=True)):
        if t % window == 0:
            h_t = h_t.detach()
        h_t = torch.tanh(x_t @ params.W_xh + h_t @ params.W_hh + params.b_h)
        loss = loss + (h_t - y_t).square().sum() / 2
    return list(torch.autograd.grad(loss, params)), h_t.detach()


@accepted("truncated_bptt")
def by_hand(x, targets, h_0, params, window):
    """Without autograd: the backward sweep stops where a window begins."""
    W_xh, W_hh, b_h = (weight.detach() for weight in params)
    hs = rnn_forward(x, h_0, RNNParams(W_xh, W_hh, b_h))[0]
    before = torch.cat([h_0[:, None], hs[:, :-1]], dim=1)
    sums = [torch.zeros_like(weight) for weight in (W_xh, W_hh, b_h)]
    dh = torch.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        da_t = (hs[:, t] - targets[:, t] + dh) * (1 - hs[:, t] ** 2)
        sums[0] += x[:, t].T @ da_t
        sums[1] += before[:, t].T @ da_t
        sums[2] += da_t.sum(0)
        dh = torch.zeros_like(dh) if t % window == 0 else da_t @ W_hh.T
    return RNNParams(*sums), hs[:, -1]
