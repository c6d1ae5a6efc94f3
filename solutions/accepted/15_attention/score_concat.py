"""Right answers to `score_concat`, written in other ways."""

import torch
import torch.nn.functional as F


def concat_literally(query, keys, W_a, v_a):
    (batch, target, _), source = query.shape, keys.shape[1]
    wide = query.unsqueeze(2).expand(batch, target, source, -1)
    tall = keys.unsqueeze(1).expand(batch, target, source, -1)
    return torch.tanh(torch.cat((wide, tall), dim=-1) @ W_a) @ v_a


def concat_step_by_step(query, keys, W_a, v_a):
    n = query.size(-1)
    from_keys = F.linear(keys, W_a[n:].T)
    rows = [
        (torch.tanh((q @ W_a[:n]).unsqueeze(1) + from_keys) * v_a).sum(-1)
        for q in query.unbind(1)
    ]
    return torch.stack(rows, dim=1)


def concat_by_logistic(query, keys, W_a, v_a):
    """tanh(a) = 2 σ(2a) - 1."""
    n = query.shape[-1]
    a = torch.einsum("btq,qa->bta", query, W_a[:n])
    b = torch.einsum("bsk,ka->bsa", keys, W_a[n:])
    hidden = 2 * torch.sigmoid(2 * (a.unsqueeze(2) + b.unsqueeze(1))) - 1
    return torch.einsum("btsa,a->bts", hidden, v_a)
