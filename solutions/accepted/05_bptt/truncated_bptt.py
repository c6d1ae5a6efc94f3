"""Right answers to `truncated_bptt`, written in other ways."""

import torch

from course_lib.cells import RNNParams, rnn_forward


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


def one_backward_for_all_windows(x, targets, h_0, params, window):
    """The graphs of the windows do not touch, so one backward serves them all."""
    loss, h_t = 0.0, h_0
    for x_part, y_part in zip(
        torch.split(x, window, 1), torch.split(targets, window, 1), strict=True
    ):
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        loss = loss + ((hs - y_part) ** 2).sum() / 2
    return RNNParams(*torch.autograd.grad(loss, list(params))), h_t


def step_by_step(x, targets, h_0, params, window):
    h_t, loss = h_0, 0
    for t, (x_t, y_t) in enumerate(zip(x.unbind(1), targets.unbind(1), strict=True)):
        if t % window == 0:
            h_t = h_t.detach()
        h_t = torch.tanh(x_t @ params.W_xh + h_t @ params.W_hh + params.b_h)
        loss = loss + (h_t - y_t).square().sum() / 2
    return list(torch.autograd.grad(loss, params)), h_t.detach()


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
