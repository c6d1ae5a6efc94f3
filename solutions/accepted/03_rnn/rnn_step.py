"""Right answers to `rnn_step`, written in other ways."""

import warnings

import torch
import torch.nn.functional as F


def with_linear(x_t, h_prev, params):
    a_t = F.linear(x_t, params.W_xh.T, params.b_h)
    return (a_t + F.linear(h_prev, params.W_hh.T)).tanh()


def with_einsum(x_t, h_prev, params):
    from_input = torch.einsum("bi,ih->bh", x_t, params.W_xh)
    from_state = torch.einsum("bh,hk->bk", h_prev, params.W_hh)
    return torch.tanh(params.b_h + from_state + from_input)


def with_one_product(x_t, h_prev, params):
    both = torch.cat([h_prev, x_t], dim=1)
    W = torch.cat([params.W_hh, params.W_xh], dim=0)
    return torch.tanh(both @ W + params.b_h)


def with_addmm_and_sigmoid(x_t, h_prev, params):
    a_t = torch.addmm(params.b_h, x_t, params.W_xh).addmm(h_prev, params.W_hh)
    return 2 * torch.sigmoid(2 * a_t) - 1


def with_a_warning(x_t, h_prev, params):
    warnings.warn("a right answer may warn", stacklevel=1)
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)
