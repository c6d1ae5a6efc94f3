"""Right answers to `clockwork_step`, written in other ways."""

import torch

from course_lib.cells import rnn_step


def with_a_share(t, x_t, h_prev, params, periods):
    rests = (t % periods != 0).to(h_prev.dtype)
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = torch.tanh(x_t @ params.W_xh + h_prev @ W_hh + params.b_h)
    return rests * h_prev + (1 - rests) * new


def with_masked_fill(t, x_t, h_prev, params, periods):
    faster = periods[:, None] < periods[None, :]
    masked = params._replace(W_hh=params.W_hh.masked_fill(faster, 0.0))
    new = rnn_step(x_t, h_prev, masked)
    return new.where(torch.remainder(t, periods).eq(0), h_prev)


def unit_by_unit(t, x_t, h_prev, params, periods):
    columns = []
    for j in range(len(periods)):
        if t % periods[j] != 0:
            columns.append(h_prev[:, j])
            continue
        read = (periods >= periods[j]).to(h_prev.dtype)
        a_t = x_t @ params.W_xh[:, j] + (h_prev * read) @ params.W_hh[:, j]
        columns.append(torch.tanh(a_t + params.b_h[j]))
    return torch.stack(columns, dim=1)
