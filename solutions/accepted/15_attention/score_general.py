"""Right answers to `score_general`, written in other ways."""

import torch
import torch.nn.functional as F


def general_by_einsum(query, keys, W_a):
    return torch.einsum("btq,qk,bsk->bts", query, W_a, keys)


def general_of_projected_keys(query, keys, W_a):
    """The keys as a query would meet them: computed once a source."""
    return torch.bmm(query, F.linear(keys, W_a).transpose(1, 2))


def general_pair_by_pair(query, keys, W_a):
    rows = []
    for q, k in zip(query.unbind(0), keys.unbind(0), strict=True):
        rows.append(torch.stack([torch.stack([a @ W_a @ b for b in k]) for a in q]))
    return torch.stack(rows)


def general_as_bilinear(query, keys, W_a):
    target, source = query.shape[1], keys.shape[1]
    a = query[:, :, None].expand(-1, -1, source, -1)
    b = keys[:, None].expand(-1, target, -1, -1)
    return F.bilinear(a.contiguous(), b.contiguous(), W_a[None])[..., 0]
