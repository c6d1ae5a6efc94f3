"""Right answers to `greedy_decode`, written in other ways."""

import torch


def decode_then_cut(step, state, start, stop_id, max_steps, pad_id):
    """Let all speak to the end, and put the padding in afterwards."""
    symbols, columns = start, []
    for _ in range(max_steps):
        scores, state = step(symbols, state)
        symbols = scores.max(dim=-1).indices
        columns.append(symbols)
    ids = torch.stack(columns, dim=-1)
    stops = (ids == stop_id).long()
    after = (stops.cumsum(1) - stops).bool()
    longest = int((~after).sum(dim=1).max())
    return torch.where(after, pad_id, ids)[:, :longest]


def decode_with_while(step, state, start, stop_id, max_steps, pad_id):
    said = start.new_empty((len(start), 0))
    done = torch.zeros_like(start).bool()
    last = start
    while said.shape[1] < max_steps and not bool(done.all()):
        logits, state = step(last, state)
        last = logits.argmax(-1).masked_fill(done, pad_id)
        said = torch.cat((said, last[:, None]), dim=1)
        done |= last == stop_id
    return said


def decode_with_lists(step, state, start, stop_id, max_steps, pad_id):
    """Rows as lists, padded at the end."""
    rows = [[] for _ in start]
    symbols = start
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.argmax(torch.softmax(logits, -1), dim=-1)
        for row, symbol in zip(rows, symbols.tolist(), strict=True):
            if stop_id not in row:
                row.append(symbol)
        if all(stop_id in row for row in rows):
            break
    width = max(map(len, rows))
    rows = [row + [pad_id] * (width - len(row)) for row in rows]
    return torch.tensor(rows, device=start.device)


def decode_with_rows_kept(step, state, start, stop_id, max_steps, pad_id):
    """Fill a wide tensor; finished rows read their last symbol again."""
    out = torch.full((len(start), max_steps), pad_id, device=start.device)
    speaking = torch.arange(len(start), device=start.device)
    read, width = start.clone(), 0
    for t in range(max_steps):
        logits, state = step(read, state)
        out[speaking, t] = logits[speaking].argmax(dim=1)
        width = t + 1
        read[speaking] = out[speaking, t]
        speaking = speaking[out[speaking, t] != stop_id]
        if speaking.numel() == 0:
            break
    return out[:, :width]
