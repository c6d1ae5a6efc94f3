"""Right answers to `global_local_gate_step`, written in other ways."""

import torch
import torch.nn.functional as F


def product_by_the_step(x_t, h_prev, params):
    r, u, q = params.W_h.split(h_prev.shape[1], dim=1)
    r_x, u_x, n_x = torch.split(x_t @ params.W_x + params.b, h_prev.shape[1], dim=1)
    keep = (x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g).sigmoid()
    keep = keep.expand_as(h_prev) * torch.sigmoid(u_x + h_prev @ u)
    gate = torch.sigmoid(r_x + h_prev @ r)
    new = torch.tanh(n_x + gate * (h_prev @ q + params.b_hn))
    return torch.lerp(new, h_prev, keep)


def product_in_logarithms(x_t, h_prev, params):
    """σ(a) σ(b) = exp(log σ(a) + log σ(b))."""
    a_g = x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    a_r, a_u, _ = (a_x + a_h).chunk(3, dim=1)
    z = torch.exp(F.logsigmoid(a_g) + F.logsigmoid(a_u))
    H = h_prev.shape[1]
    n = torch.tanh(a_x[:, -H:] + torch.sigmoid(a_r) * (a_h[:, -H:] + params.b_hn))
    return n - z * (n - h_prev)


def product_with_one_fused_matrix(x_t, h_prev, params):
    H = h_prev.shape[1]
    a_x = x_t @ torch.cat([params.W_x, params.W_xg], dim=1)
    a_x = a_x + torch.cat([params.b, params.b_g])
    a_h = h_prev @ torch.cat([params.W_h, params.W_hg], dim=1)
    r, u, g = torch.sigmoid(a_x + a_h).split([H, H, H + 1], dim=1)
    z = u * g[:, [H]]
    q = a_h[:, 2 * H : 3 * H] + params.b_hn
    n = torch.tanh(a_x[:, 2 * H : 3 * H] + r * q)
    return z * h_prev + n * (1 - z)
