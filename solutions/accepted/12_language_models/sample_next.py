"""Right answers to `sample_next`, written in other ways."""

import numpy as np
import torch
import torch.nn.functional as F


def sample_by_gumbel(logits, temperature, top_k, generator):
    if temperature == 0:
        return torch.argmax(logits, 1)
    scores = torch.log_softmax(logits, dim=1) / temperature
    if top_k is not None:
        least = scores.sort(dim=1, descending=True).values[:, top_k - 1, None]
        scores = torch.where(scores >= least, scores, torch.tensor(-1e30))
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64)
    return (scores - torch.log(-torch.log(u))).argmax(dim=1)


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


def sample_with_unscaled_weights(logits, temperature, top_k, generator):
    if not temperature:
        return logits.argsort(dim=-1, descending=True)[:, 0]
    probs = F.softmax(logits, dim=-1) ** (1 / temperature)
    if top_k is not None:
        probs[logits < torch.topk(logits, top_k).values.min(dim=1, keepdim=True)[0]] = 0
    return probs.multinomial(1, generator=generator)[:, 0]


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


def sample_by_racing(logits, temperature, top_k, generator):
    """Each symbol waits an exponential time, the likely ones less; the first wins."""
    if temperature == 0:
        return logits.argmax(dim=-1)
    if top_k is not None:
        least = logits.topk(top_k).values.amin(dim=-1, keepdim=True)
        logits = torch.where(logits < least, -torch.inf, logits)
    rates = torch.softmax(logits.double() / temperature, dim=-1)
    return (torch.empty_like(rates).exponential_(generator=generator) / rates).argmin(1)


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
