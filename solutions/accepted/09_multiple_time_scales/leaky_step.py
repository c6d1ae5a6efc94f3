"""Right answers to `leaky_step`, written in other ways."""

import torch
import torch.nn.functional as F

from course_lib.cells import rnn_step


def with_lerp(x_t, h_prev, alpha, params):
    new = rnn_step(x_t, h_prev, params)
    return torch.lerp(new, h_prev, alpha + torch.zeros_like(new))


def as_a_small_move(x_t, h_prev, alpha, params):
    a_t = F.linear(x_t, params.W_xh.T, params.b_h) + h_prev @ params.W_hh
    return h_prev + (1 - alpha) * (torch.tanh(a_t) - h_prev)


def with_diagonal_matrices(x_t, h_prev, alpha, params):
    alpha = alpha * torch.ones_like(params.b_h)
    new = 2 * torch.sigmoid(2 * (x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h))
    return h_prev @ torch.diag(alpha) + (new - 1) @ torch.diag(1 - alpha)
