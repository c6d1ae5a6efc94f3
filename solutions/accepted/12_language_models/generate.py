"""Right answers to `generate`, written in other ways."""

import torch


def generate_reading_all_again(model, prime, length, temperature, top_k, generator):
    """Slow and right: no state is carried, everything is read again."""
    text = prime
    for _ in range(length):
        logits, _ = model(text, None)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        text = torch.cat([text, drawn.reshape(-1, 1)], dim=1)
    return text[:, prime.shape[1] :]


def generate_into_a_tensor(model, prime, length, temperature, top_k, generator):
    batch, _ = prime.shape
    written = torch.zeros(batch, length, dtype=torch.long, device=prime.device)
    with torch.no_grad():
        logits, state = model(prime, None)
        for t in range(length):
            scores = logits[:, -1, :]
            written[:, t] = sample_next(scores, temperature, top_k, generator)
            if t + 1 < length:
                logits, state = model(written[:, t : t + 1], state)
    return written


def generate_symbol_by_symbol(model, prime, length, temperature, top_k, generator):
    """The prime, too, is read one symbol at a time."""
    state = None
    for x_t in prime.unbind(dim=1):
        logits, state = model(x_t.unsqueeze(1), state)
    written = []
    while len(written) < length:
        x_t = sample_next(logits.squeeze(1), temperature, top_k, generator)
        written.append(x_t)
        logits, state = model(x_t.unsqueeze(1), state)
    return torch.stack(written, -1)


def generate_recursively(model, prime, length, temperature, top_k, generator):
    def rest(read, state, left):
        if left == 0:
            return []
        logits, state = model(read, state)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        return [drawn, *rest(drawn.unsqueeze(1), state, left - 1)]

    return torch.stack(rest(prime, None, length)).T
