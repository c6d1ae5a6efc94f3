"""Right answers to `batchify_text`, written in other ways."""

import torch


def batchify_by_indices(ids, B, T):
    P = (len(ids) - 1) // (B * T)
    k, b, t = torch.meshgrid(
        *(torch.arange(n, device=ids.device) for n in (P, B, T)), indexing="ij"
    )
    at = b * P * T + k * T + t
    return ids[at], ids[at + 1]


def batchify_piece_by_piece(ids, B, T):
    P = (ids.numel() - 1) // B // T
    inputs, targets = [], []
    for k in range(P):
        starts = [b * P * T + k * T for b in range(B)]
        inputs.append(torch.stack([ids[s : s + T] for s in starts]))
        targets.append(torch.stack([ids[s + 1 : s + T + 1] for s in starts]))
    return torch.stack(inputs), torch.stack(targets)


def batchify_by_splitting(ids, B, T):
    """A list of windows, each one symbol longer than a piece."""
    per_stream = (len(ids) - 1) // (B * T) * T
    windows = ids.unfold(0, T + 1, T)[: B * (per_stream // T)]
    streams = torch.stack(windows.chunk(B), dim=1)
    return [streams[..., :-1], streams[..., 1:].contiguous()]


def batchify_by_strides(ids, B, T):
    P = (len(ids) - 1) // (B * T)
    shape, strides = (P, B, T), (T, P * T, 1)
    kept = ids.contiguous()
    return kept.as_strided(shape, strides), kept[1:].as_strided(shape, strides)
