"""Right answers to exercise 13, written in other ways. Each must pass."""

import torch
from torch.nn import functional as F

from course_lib.checks import accepted


@accepted("encode")
def encode_with_gather(sources, lengths, embedding, layer):
    hs, _ = layer(F.embedding(sources, embedding), None)
    last = (lengths - 1)[:, None, None].expand(-1, 1, hs.shape[2])
    context = hs.gather(1, last)[:, 0]
    steps = torch.arange(sources.size(1), device=sources.device)
    padding = steps[None] >= lengths[:, None]
    return hs.masked_fill(padding[..., None], 0), context


@accepted("encode")
def encode_one_by_one(sources, lengths, embedding, layer):
    """Each source alone, without its padding."""
    states, contexts = [], []
    for row, length in zip(sources, lengths.tolist(), strict=True):
        hs, last = layer(embedding[row[None, :length]], None)
        states.append(F.pad(hs, (0, 0, 0, sources.shape[1] - length)))
        contexts.append(last)
    return torch.cat(states), torch.cat(contexts)


@accepted("encode")
def encode_step_by_step(sources, lengths, embedding, layer):
    """The context stands still when a source is over."""
    state, hs, context = None, [], 0.0
    for t, ids in enumerate(sources.unbind(1)):
        h, state = layer(embedding[ids][:, None], state)
        real = (t < lengths)[:, None].to(h.dtype)
        hs.append(h[:, 0] * real)
        context = real * h[:, 0] + (1 - real) * context
    return torch.stack(hs, 1), context


@accepted("encode")
def encode_by_one_hot(sources, lengths, embedding, layer):
    """A sum in which one state of each row is multiplied by one."""
    table = embedding
    x = F.one_hot(sources, len(table)).to(table) @ table
    hs = layer(x, None)[0]
    where = torch.arange(sources.shape[1], device=hs.device)[None]
    last = (where == lengths.unsqueeze(1) - 1).to(hs)
    real = (where < lengths.unsqueeze(1)).to(hs)
    return hs * real[:, :, None], torch.einsum("bs,bsh->bh", last, hs)


@accepted("reverse_sources")
def reverse_row_by_row(sources, lengths):
    rows = sources.clone()
    for row, n in zip(rows, lengths, strict=True):
        row[:n] = row[:n].flip(0)
    return rows


@accepted("reverse_sources")
def reverse_by_rolling(sources, lengths):
    """Flip all, and push the symbols back to the left."""
    width = sources.size(1)
    steps = torch.arange(width, device=sources.device)
    turned = sources.flip(1).gather(1, (steps + (width - lengths)[:, None]) % width)
    return torch.where(steps < lengths[:, None], turned, sources)


@accepted("reverse_sources")
def reverse_by_sorting(sources, lengths):
    """Sort places: real ones by falling number, padding behind them."""
    steps = torch.arange(sources.shape[1], device=sources.device)
    keys = torch.where(steps < lengths[:, None], -steps, steps + 1)
    return torch.take_along_dim(sources, keys.argsort(dim=1), dim=1)


@accepted("shift_right")
def shift_with_pad(targets, start_id):
    return F.pad(targets, (1, 0), value=start_id)[:, :-1]


@accepted("shift_right")
def shift_with_roll(targets, start_id):
    out = torch.roll(targets, shifts=1, dims=1)
    out[:, 0] = start_id
    return out


@accepted("shift_right")
def shift_into_empty(targets, start_id):
    out = torch.full_like(targets, start_id)
    out[:, 1:] = targets[:, :-1]
    return out


@accepted("shift_right")
def shift_columns(targets, start_id):
    columns = list(targets.unbind(dim=1))
    columns.insert(0, torch.full_like(columns[0], start_id))
    return torch.stack(columns[:-1], dim=-1)


@accepted("masked_cross_entropy")
def loss_of_chosen_tokens(logits, targets, mask):
    return F.cross_entropy(logits[mask], targets[mask])


@accepted("masked_cross_entropy")
def loss_by_ignoring(logits, targets, mask):
    wanted = targets.masked_fill(~mask, -100)
    return F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=-100)


@accepted("masked_cross_entropy")
def loss_by_logsumexp(logits, targets, mask):
    safe = logits.masked_fill(~mask.unsqueeze(-1), 0.0)
    index = targets.masked_fill(~mask, 0).unsqueeze(-1)
    nats = safe.logsumexp(dim=-1) - safe.gather(-1, index)[..., 0]
    return nats.masked_fill(~mask, 0.0).sum().div(mask.sum())


@accepted("masked_cross_entropy")
def loss_token_by_token(logits, targets, mask):
    total, count = 0.0, 0
    for scores, ids, real in zip(logits, targets, mask.tolist(), strict=True):
        for t, counts in enumerate(real):
            if counts:
                shifted = scores[t] - scores[t].max().detach()
                total = total - shifted[ids[t]] + shifted.exp().sum().log()
                count += 1
    return total / count


@accepted("greedy_decode")
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


@accepted("greedy_decode")
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


@accepted("greedy_decode")
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


@accepted("greedy_decode")
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
