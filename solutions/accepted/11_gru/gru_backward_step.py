"""Right answers to `gru_backward_step`, written in other ways."""

import numpy as np

from course_lib.gradients.bptt.gru import GRUStepGrads


def backward_with_einsum(dh, cache):
    p, z, r = cache.params, cache.z, cache.r
    dn = np.multiply(dh, 1 - z)
    da_n = dn * (1 - np.square(cache.n))
    da = np.stack([da_n * cache.q * r * (1 - r), z * (1 - z) * dh, da_n])
    da[1] *= cache.h_prev - cache.n
    H = dh.shape[1]
    W_x = p.W_x.reshape(-1, 3, H)
    W_h = p.W_h.reshape(-1, 3, H)
    gated = da.copy()
    gated[2] = da[2] * r
    return GRUStepGrads(
        np.einsum("gbh,igh->bi", da, W_x),
        dh * z + np.einsum("gbh,kgh->bk", gated, W_h),
        np.einsum("bi,gbh->igh", cache.x_t, da).reshape(p.W_x.shape),
        np.einsum("bk,gbh->kgh", cache.h_prev, gated).reshape(p.W_h.shape),
        da.sum(axis=1).reshape(-1),
        gated[2].sum(axis=0),
    )


def backward_example_by_example(dh, cache):
    p = cache.params
    dx_t, dh_prev = np.empty_like(cache.x_t), np.empty_like(cache.h_prev)
    sums = [np.zeros_like(weight) for weight in p]
    for i in range(dh.shape[0]):
        r, z, n, q = cache.r[i], cache.z[i], cache.n[i], cache.q[i]
        h, x, d = cache.h_prev[i], cache.x_t[i], dh[i]
        da_n = d * (1 - z) * (1 - n * n)
        da_r, da_z = da_n * q * (r - r**2), d * (h - n) * (z - z**2)
        by_input = np.hstack([da_r, da_z, da_n])
        by_state = np.hstack([da_r, da_z, r * da_n])
        dx_t[i], dh_prev[i] = p.W_x @ by_input, p.W_h @ by_state + z * d
        parts = np.outer(x, by_input), np.outer(h, by_state), by_input, r * da_n
        for total, part in zip(sums, parts, strict=True):
            total += part
    return GRUStepGrads(dx_t, dh_prev, *sums)


def backward_by_tangents(dh, cache):
    """A step is differentiable numbers in, numbers out: complex steps find them all."""
    _, h_prev, _, _, _, _, _ = cache
    H = h_prev.shape[1]

    def loss(x_t, h_prev, W_x, W_h, b, b_hn):
        a_x, a_h = x_t @ W_x + b, h_prev @ W_h
        gates = 1 / (1 + np.exp(-(a_x + a_h)[:, : 2 * H]))
        r, z = gates[:, :H], gates[:, H:]
        n = np.tanh(a_x[:, 2 * H :] + r * (a_h[:, 2 * H :] + b_hn))
        return (dh * ((1 - z) * n + z * h_prev)).sum()

    values = [cache.x_t, h_prev, *cache.params]
    grads = []
    for k, value in enumerate(values):
        grad = np.empty(value.shape)
        for index in np.ndindex(value.shape):
            moved = [v.astype(complex) for v in values]
            moved[k][index] += 1e-30j
            grad[index] = loss(*moved).imag / 1e-30
        grads.append(grad)
    return GRUStepGrads(*grads)
