"""Right answers to `reverse_sources`, written in other ways."""

import torch


def reverse_row_by_row(sources, lengths):
    rows = sources.clone()
    for row, n in zip(rows, lengths, strict=True):
        row[:n] = row[:n].flip(0)
    return rows


def reverse_by_rolling(sources, lengths):
    """Flip all, and push the symbols back to the left."""
    width = sources.size(1)
    steps = torch.arange(width, device=sources.device)
    turned = sources.flip(1).gather(1, (steps + (width - lengths)[:, None]) % width)
    return torch.where(steps < lengths[:, None], turned, sources)


def reverse_by_sorting(sources, lengths):
    """Sort places: real ones by falling number, padding behind them."""
    steps = torch.arange(sources.shape[1], device=sources.device)
    keys = torch.where(steps < lengths[:, None], -steps, steps + 1)
    return torch.take_along_dim(sources, keys.argsort(dim=1), dim=1)
