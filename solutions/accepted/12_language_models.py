"""Right answers to exercise 12, written in other ways. Each must pass."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.checks import accepted


@accepted("one_hot_embed")
def embed_by_comparison(ids, W):
    places = torch.arange(W.shape[0], device=ids.device)
    return (ids.unsqueeze(-1) == places).to(W) @ W


@accepted("one_hot_embed")
def embed_by_rows(ids, W):
    return W[ids]


@accepted("one_hot_embed")
def embed_by_scattering(ids, W):
    vocab, _ = W.shape
    rows = W.new_zeros(*ids.shape, vocab)
    return torch.einsum("...v,ve->...e", rows.scatter(-1, ids[..., None], 1.0), W)


@accepted("one_hot_embed")
def embed_with_the_identity(ids, W):
    identity = torch.eye(len(W), dtype=W.dtype, device=W.device)
    return torch.matmul(identity.index_select(0, ids.flatten()), W).view(*ids.shape, -1)


@accepted("batchify_text")
def batchify_by_indices(ids, B, T):
    P = (len(ids) - 1) // (B * T)
    k, b, t = torch.meshgrid(
        *(torch.arange(n, device=ids.device) for n in (P, B, T)), indexing="ij"
    )
    at = b * P * T + k * T + t
    return ids[at], ids[at + 1]


@accepted("batchify_text")
def batchify_piece_by_piece(ids, B, T):
    P = (ids.numel() - 1) // B // T
    inputs, targets = [], []
    for k in range(P):
        starts = [b * P * T + k * T for b in range(B)]
        inputs.append(torch.stack([ids[s : s + T] for s in starts]))
        targets.append(torch.stack([ids[s + 1 : s + T + 1] for s in starts]))
    return torch.stack(inputs), torch.stack(targets)


@accepted("batchify_text")
def batchify_by_splitting(ids, B, T):
    """A list of windows, each one symbol longer than a piece."""
    per_stream = (len(ids) - 1) // (B * T) * T
    windows = ids.unfold(0, T + 1, T)[: B * (per_stream // T)]
    streams = torch.stack(windows.chunk(B), dim=1)
    return [streams[..., :-1], streams[..., 1:].contiguous()]


@accepted("batchify_text")
def batchify_by_strides(ids, B, T):
    P = (len(ids) - 1) // (B * T)
    shape, strides = (P, B, T), (T, P * T, 1)
    kept = ids.contiguous()
    return kept.as_strided(shape, strides), kept[1:].as_strided(shape, strides)


@accepted("perplexity")
def perplexity_of_a_weighed_mean(nats, tokens):
    total = sum(tokens.tolist())
    means = [
        n / t if t else 0.0 for n, t in zip(nats.tolist(), tokens.tolist(), strict=True)
    ]
    return math.exp(
        sum(m * t / total for m, t in zip(means, tokens.tolist(), strict=True))
    )


@accepted("perplexity")
def perplexity_in_numpy(nats, tokens):
    return np.exp(nats.numpy().sum() / tokens.numpy().sum())


@accepted("perplexity")
def perplexity_in_bits(nats, tokens):
    bits = nats.sum() / math.log(2)
    return 2 ** (bits / tokens.sum())


@accepted("perplexity")
def perplexity_as_a_product(nats, tokens):
    """The geometric mean of 1/p, batch by batch."""
    total = tokens.sum().item()
    return math.prod(math.exp(n / total) for n in nats.tolist())


@accepted("sample_next")
def sample_by_gumbel(logits, temperature, top_k, generator):
    if temperature == 0:
        return torch.argmax(logits, 1)
    scores = torch.log_softmax(logits, dim=1) / temperature
    if top_k is not None:
        least = scores.sort(dim=1, descending=True).values[:, top_k - 1, None]
        scores = torch.where(scores >= least, scores, torch.tensor(-1e30))
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64)
    return (scores - torch.log(-torch.log(u))).argmax(dim=1)


@accepted("sample_next")
def sample_by_inversion(logits, temperature, top_k, generator):
    if temperature < 1e-9:
        return logits.max(dim=-1).indices
    weights = torch.exp((logits - logits.amax(-1, keepdim=True)).double() / temperature)
    if top_k:
        weights = weights * (
            logits
            >= logits.kthvalue(logits.shape[1] - top_k + 1, dim=1, keepdim=True).values
        )
    edges = weights.cumsum(dim=1)
    u = torch.rand(len(logits), 1, generator=generator, dtype=torch.float64)
    return torch.searchsorted(edges, u * edges[:, -1:], right=True).squeeze(1)


@accepted("sample_next")
def sample_with_unscaled_weights(logits, temperature, top_k, generator):
    if not temperature:
        return logits.argsort(dim=-1, descending=True)[:, 0]
    probs = F.softmax(logits, dim=-1) ** (1 / temperature)
    if top_k is not None:
        probs[logits < torch.topk(logits, top_k).values.min(dim=1, keepdim=True)[0]] = 0
    return probs.multinomial(1, generator=generator)[:, 0]


@accepted("sample_next")
def sample_row_by_row(logits, temperature, top_k, generator):
    drawn = []
    if temperature == 0:
        return torch.tensor([int(row.argmax()) for row in logits])
    k = top_k or logits.shape[1]
    least = logits.sort(dim=1).values[:, -k]
    probs = ((logits - logits.max()) / temperature).exp()
    for row, keep in zip(probs, logits >= least[:, None], strict=True):
        drawn.append(torch.multinomial(row * keep, 1, generator=generator))
    return torch.cat(drawn)


@accepted("sample_next")
def sample_by_racing(logits, temperature, top_k, generator):
    """Each symbol waits an exponential time, the likely ones less; the first wins."""
    if temperature == 0:
        return logits.argmax(dim=-1)
    if top_k is not None:
        least = logits.topk(top_k).values.amin(dim=-1, keepdim=True)
        logits = torch.where(logits < least, -torch.inf, logits)
    rates = torch.softmax(logits.double() / temperature, dim=-1)
    return (torch.empty_like(rates).exponential_(generator=generator) / rates).argmin(1)


@accepted("sample_next")
def sample_in_numpy(logits, temperature, top_k, generator):
    """A generator of NumPy, whose seed is drawn from the one that was passed."""
    if temperature == 0:
        return logits.argmax(dim=-1)
    scores = logits.double().numpy()
    if top_k is not None:
        least = np.sort(scores, axis=1)[:, [-top_k]]
        scores = np.where(scores < least, -np.inf, scores)
    probs = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    probs /= probs.sum(axis=1, keepdims=True)
    seed = int(torch.randint(2**62, (1,), generator=generator))
    rng = np.random.default_rng(seed)
    return torch.tensor([rng.choice(len(row), p=row) for row in probs])


@accepted("generate")
def generate_reading_all_again(model, prime, length, temperature, top_k, generator):
    """Slow and right: no state is carried, everything is read again."""
    text = prime
    for _ in range(length):
        logits, _ = model(text, None)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        text = torch.cat([text, drawn.reshape(-1, 1)], dim=1)
    return text[:, prime.shape[1] :]


@accepted("generate")
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


@accepted("generate")
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


@accepted("generate")
def generate_recursively(model, prime, length, temperature, top_k, generator):
    def rest(read, state, left):
        if left == 0:
            return []
        logits, state = model(read, state)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        return [drawn, *rest(drawn.unsqueeze(1), state, left - 1)]

    return torch.stack(rest(prime, None, length)).T
