"""Right answers to `lstm_step`, written in other ways."""

import warnings

import torch
import torch.nn.functional as F

from course_lib.cells import LSTMState


def gate_by_gate(x_t, state, params):
    """Four products of their own, with slices of the stacked matrices."""
    H = state.h.shape[1]
    quarters = []
    for k in range(4):
        part = slice(k * H, (k + 1) * H)
        a = x_t @ params.W_x[:, part] + state.h @ params.W_h[:, part]
        quarters.append(a + params.b[part])
    i, f, o = (torch.sigmoid(quarters[k]) for k in (0, 1, 3))
    c_t = f * state.c + i * torch.tanh(quarters[2])
    return LSTMState(o * torch.tanh(c_t), c_t)


def one_product_for_both(x_t, state, params):
    """[x, h] times the matrices on top of each other; a plain tuple comes back."""
    h_prev, c_prev = state
    stacked = torch.cat([params.W_x, params.W_h])
    a_t = torch.addmm(params.b, torch.cat([x_t, h_prev], dim=1), stacked)
    i, f, g, o = a_t.reshape(len(x_t), 4, -1).unbind(1)
    c_t = torch.addcmul(f.sigmoid() * c_prev, i.sigmoid(), g.tanh())
    return o.sigmoid() * c_t.tanh(), c_t


def with_sigmoids_only(x_t, state, params):
    """tanh(a) = 2 σ(2a) - 1: one function for everything, as fast kernels do it."""
    warnings.warn("a right answer may warn", stacklevel=1)
    a_t = F.linear(x_t, params.W_x.T, params.b) + F.linear(state.h, params.W_h.T)
    H = a_t.shape[1] // 4
    scale = torch.ones_like(params.b)
    scale[2 * H : 3 * H] = 2
    i, f, g, o = torch.split(torch.sigmoid(a_t * scale), H, dim=1)
    c_t = f * state.c + i * (2 * g - 1)
    return LSTMState(c=c_t, h=o * (2 * torch.sigmoid(2 * c_t) - 1))


def with_einsum(x_t, state, params):
    D, H = params.W_x.shape[0], params.W_h.shape[0]
    W_x, W_h = params.W_x.view(D, 4, H), params.W_h.view(H, 4, H)
    a = torch.einsum("bd,dkh->kbh", x_t, W_x) + torch.einsum(
        "bm,mkh->kbh", state.h, W_h
    )
    i, f, g, o = a + params.b.view(4, 1, H)
    c_t = torch.lerp(torch.zeros_like(state.c), state.c, f.sigmoid())
    c_t = c_t + g.tanh() * i.sigmoid()
    return LSTMState(c_t.tanh().mul(o.sigmoid()), c_t)
