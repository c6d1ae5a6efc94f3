"""Right answers to `lstm_backward_step`, written in other ways."""

import warnings

import numpy as np

from course_lib.gradients.bptt.lstm import LSTMStepGrads


def gates_first(dh, dc, cache):
    """The gradients of the gates' values, then one slope for all."""
    x_t, h_prev, c_prev, i, f, g, o, c_t, params = cache
    through_h = dh * o / np.cosh(c_t) ** 2
    total = through_h + dc
    values = np.hstack([i, f, g, o])
    slopes = values * (1 - values)
    H = c_t.shape[1]
    slopes[:, 2 * H : 3 * H] = (1 - g) * (1 + g)
    partners = [total * g, total * c_prev, total * i, dh * np.tanh(c_t)]
    da = np.hstack(partners) * slopes
    return (
        da.dot(params.W_x.T),
        da.dot(params.W_h.T),
        f * total,
        x_t.T.dot(da),
        h_prev.T.dot(da),
        np.add.reduce(da),
    )


def quarter_by_quarter(dh, dc, cache):
    """Each gate as a dense layer of its own; their shares of dx and dh add up."""
    H = cache.c_t.shape[1]
    shown = np.tanh(cache.c_t)
    dc = dc + dh * cache.o - dh * cache.o * shown * shown
    da = {
        0: dc * cache.g * (cache.i - cache.i**2),
        1: dc * cache.c_prev * (cache.f - cache.f**2),
        2: (1 - cache.g * cache.g) * cache.i * dc,
        3: dh * shown * (cache.o - cache.o**2),
    }
    dx_t, dh_prev = np.zeros_like(cache.x_t), np.zeros_like(cache.h_prev)
    dW_x, dW_h = (np.zeros_like(weight) for weight in cache.params[:2])
    db = np.zeros_like(cache.params.b)
    for k, part in da.items():
        columns = slice(k * H, (k + 1) * H)
        dx_t += part @ cache.params.W_x[:, columns].T
        dh_prev += part @ cache.params.W_h[:, columns].T
        dW_x[:, columns] = cache.x_t.T @ part
        dW_h[:, columns] = cache.h_prev.T @ part
        db[columns] = part.sum(axis=0)
    return LSTMStepGrads(dx_t, dh_prev, cache.f * dc, dW_x, dW_h, db)


def example_by_example(dh, dc, cache):
    warnings.warn("a right answer may warn", stacklevel=1)
    rows = []
    dW_x, dW_h = (np.zeros_like(weight) for weight in cache.params[:2])
    db = np.zeros_like(cache.params.b)
    for n in range(len(dh)):
        i, f, g, o = (gate[n] for gate in (cache.i, cache.f, cache.g, cache.o))
        shown = np.tanh(cache.c_t[n])
        cell = dc[n] + dh[n] * o * (1 - shown**2)
        da = np.r_[
            cell * g * i * (1 - i),
            cell * cache.c_prev[n] * f * (1 - f),
            cell * i * (1 - g**2),
            dh[n] * shown * o * (1 - o),
        ]
        dW_x += np.outer(cache.x_t[n], da)
        dW_h += np.outer(cache.h_prev[n], da)
        db += da
        rows.append((cache.params.W_x @ da, cache.params.W_h @ da, cell * f))
    return LSTMStepGrads(
        *(np.array(part) for part in zip(*rows, strict=True)), dW_x, dW_h, db
    )
