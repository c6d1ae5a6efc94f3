"""Right answers to `lstm_backward`, written in other ways."""

import numpy as np

from course_lib.gradients.bptt.lstm import LSTMGrads


def with_running_sums(dstates, caches):
    dx = np.empty((*dstates.shape[:2], caches[0].params.W_x.shape[0]))
    sums = [np.zeros_like(weight) for weight in caches[0].params]
    dh, dc = np.zeros_like(dstates[:, 0]), np.zeros_like(dstates[:, 0])
    for t in range(len(caches) - 1, -1, -1):
        dh = dh + dstates[:, t]
        dx[:, t], dh, dc, *step = lstm_backward_step(dh, dc, caches[t])
        for total, part in zip(sums, step, strict=True):
            total += part
    return LSTMGrads(dx, dh, dc, *sums)


def by_recursion_over_time(dstates, caches):
    if len(caches) == 1:
        none = np.zeros_like(dstates[:, 0])
        step = lstm_backward_step(dstates[:, 0], none, caches[0])
        return LSTMGrads(step.dx_t[:, None], *step[1:])
    rest = by_recursion_over_time(dstates[:, 1:], caches[1:])
    step = lstm_backward_step(dstates[:, 0] + rest.dh_0, rest.dc_0, caches[0])
    return LSTMGrads(
        np.concatenate([step.dx_t[:, None], rest.dx], axis=1),
        step.dh_prev,
        step.dc_prev,
        *(a + b for a, b in zip(step[3:], rest[3:], strict=True)),
    )


def one_loss_at_a_time(dstates, caches):
    """The sum over t of each loss's own gradient: slow, and right."""
    parts = []
    for t in range(len(caches)):
        dh, dc = dstates[:, t], np.zeros_like(dstates[:, t])
        dx = [np.zeros_like(cache.x_t) for cache in caches]
        sums = [np.zeros_like(weight) for weight in caches[0].params]
        for k in range(t, -1, -1):
            dx[k], dh, dc, *step = lstm_backward_step(dh, dc, caches[k])
            sums = [a + b for a, b in zip(sums, step, strict=True)]
        parts.append([np.stack(dx, axis=1), dh, dc, *sums])
    return tuple(sum(part) for part in zip(*parts, strict=True))
