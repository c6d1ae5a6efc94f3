"""Right answers to `gru_step`, written in other ways."""

import torch
import torch.nn.functional as F


def step_gate_by_gate(x_t, h_prev, params, reset):
    H = h_prev.size(1)

    def block(i, state):
        columns = slice(i * H, (i + 1) * H)
        a = F.linear(x_t, params.W_x[:, columns].T, params.b[columns])
        return a + F.linear(state, params.W_h[:, columns].T)

    r, z = block(0, h_prev).sigmoid(), block(1, h_prev).sigmoid()
    if reset == "before":
        n = torch.tanh(block(2, r * h_prev) + params.b_hn)
    else:
        from_input = block(2, torch.zeros_like(h_prev))
        n = torch.tanh(from_input + r * (h_prev @ params.W_h[:, 2 * H :] + params.b_hn))
    return torch.lerp(n, h_prev, z)


def step_from_the_difference(x_t, h_prev, params, reset):
    hidden = h_prev.shape[-1]
    a_x = torch.addmm(params.b, x_t, params.W_x)
    a_h = h_prev @ params.W_h
    gates = torch.sigmoid(a_x[:, : 2 * hidden] + a_h[:, : 2 * hidden])
    r, z = torch.tensor_split(gates, 2, dim=-1)
    q = a_h[:, 2 * hidden :]
    if reset != "after":
        q = torch.einsum("bh,hk->bk", r * h_prev, params.W_h[:, 2 * hidden :])
        n = (a_x[:, 2 * hidden :] + q + params.b_hn).tanh()
    else:
        n = (a_x[:, 2 * hidden :] + r * q + r * params.b_hn).tanh()
    return n + z * (h_prev - n)


def step_with_tanh_only(x_t, h_prev, params, reset):
    """σ(a) = (1 + tanh(a / 2)) / 2."""
    W = torch.cat([params.W_x, params.W_h])
    both = torch.cat([x_t, h_prev], dim=1)
    W_r, W_z, _ = W.split(h_prev.shape[1], dim=1)
    b_r, b_z, b_n = params.b.split(h_prev.shape[1])
    r = (1 + torch.tanh((both @ W_r + b_r) / 2)) / 2
    z = (1 + torch.tanh((both @ W_z + b_z) / 2)) / 2
    n_x = x_t @ params.W_x[:, -h_prev.shape[1] :] + b_n
    W_hn = params.W_h[:, -h_prev.shape[1] :]
    placed = {
        "after": lambda: r * (h_prev @ W_hn + params.b_hn),
        "before": lambda: (r * h_prev) @ W_hn + params.b_hn,
    }
    n = torch.tanh(n_x + placed[reset]())
    return n - z * n + z * h_prev
