"""Right answers to `shared_gate_step`, written in other ways."""

import torch


def shared_with_unflatten(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    groups = (len(params.b) - hidden) // 2
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    gates = torch.sigmoid(a_x[:, : 2 * groups] + a_h[:, : 2 * groups])
    r, z = gates[:, :groups, None], gates[:, groups:, None]
    shape = (groups, hidden // groups)
    q = (a_h[:, 2 * groups :] + params.b_hn).unflatten(1, shape)
    n = torch.tanh(a_x[:, 2 * groups :].unflatten(1, shape) + r * q)
    return ((1 - z) * n + z * h_prev.unflatten(1, shape)).flatten(1)


def shared_by_indexing(x_t, h_prev, params):
    hidden = params.b_hn.numel()
    groups = (params.W_h.size(1) - hidden) // 2
    group_of = [unit * groups // hidden for unit in range(hidden)]
    W_x, W_h, b = params.W_x, params.W_h, params.b

    def gate(columns):
        a = x_t @ W_x[:, columns] + h_prev @ W_h[:, columns] + b[columns]
        return torch.sigmoid(a)

    r, z = gate(group_of), gate([groups + group for group in group_of])
    q = h_prev @ W_h[:, 2 * groups :] + params.b_hn
    n = torch.tanh(x_t @ W_x[:, 2 * groups :] + b[2 * groups :] + r * q)
    return n + z * (h_prev - n)


def shared_group_by_group(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    width = hidden // groups
    a_x, a_h = x_t @ params.W_x + params.b, h_prev @ params.W_h
    parts = []
    for k in range(groups):
        r = torch.sigmoid(a_x[:, [k]] + a_h[:, [k]])
        z = torch.sigmoid(a_x[:, [groups + k]] + a_h[:, [groups + k]])
        units = slice(k * width, (k + 1) * width)
        columns = slice(2 * groups + k * width, 2 * groups + (k + 1) * width)
        n = torch.tanh(a_x[:, columns] + r * (a_h[:, columns] + params.b_hn[units]))
        parts.append((1 - z) * n + z * h_prev[:, units])
    return torch.cat(parts, dim=1)
