"""Right answers to `encode`, written in other ways."""

import torch
from torch.nn import functional as F


def encode_with_gather(sources, lengths, embedding, layer):
    hs, _ = layer(F.embedding(sources, embedding), None)
    last = (lengths - 1)[:, None, None].expand(-1, 1, hs.shape[2])
    context = hs.gather(1, last)[:, 0]
    steps = torch.arange(sources.size(1), device=sources.device)
    padding = steps[None] >= lengths[:, None]
    return hs.masked_fill(padding[..., None], 0), context


def encode_one_by_one(sources, lengths, embedding, layer):
    """Each source alone, without its padding."""
    states, contexts = [], []
    for row, length in zip(sources, lengths.tolist(), strict=True):
        hs, last = layer(embedding[row[None, :length]], None)
        states.append(F.pad(hs, (0, 0, 0, sources.shape[1] - length)))
        contexts.append(last)
    return torch.cat(states), torch.cat(contexts)


def encode_step_by_step(sources, lengths, embedding, layer):
    """The context stands still when a source is over."""
    state, hs, context = None, [], 0.0
    for t, ids in enumerate(sources.unbind(1)):
        h, state = layer(embedding[ids][:, None], state)
        real = (t < lengths)[:, None].to(h.dtype)
        hs.append(h[:, 0] * real)
        context = real * h[:, 0] + (1 - real) * context
    return torch.stack(hs, 1), context


def encode_by_one_hot(sources, lengths, embedding, layer):
    """A sum in which one state of each row is multiplied by one."""
    table = embedding
    x = F.one_hot(sources, len(table)).to(table) @ table
    hs = layer(x, None)[0]
    where = torch.arange(sources.shape[1], device=hs.device)[None]
    last = (where == lengths.unsqueeze(1) - 1).to(hs)
    real = (where < lengths.unsqueeze(1)).to(hs)
    return hs * real[:, :, None], torch.einsum("bs,bsh->bh", last, hs)
