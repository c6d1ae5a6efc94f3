"""Right answers to `rnn_backward`, written in other ways."""

import numpy as np

from course_lib.gradients.bptt.rnn import RNNGrads


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
