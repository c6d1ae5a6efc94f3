"""Right answers to `attend`, written in other ways."""

import torch
import torch.nn.functional as F


def attend_with_nan_to_num(query, keys, values, mask):
    scores = torch.bmm(query, keys.transpose(1, 2))
    scores = scores.masked_fill(mask.logical_not().unsqueeze(1), float("-inf"))
    weights = torch.nan_to_num(F.softmax(scores, dim=2))
    return torch.bmm(weights, values), weights


def attend_with_a_large_number(query, keys, values, mask):
    real = mask.unsqueeze(1)
    scores = torch.where(real, torch.einsum("btd,bsd->bts", query, keys), -1e9)
    weights = scores.softmax(-1) * real
    return torch.einsum("bts,bsv->btv", weights, values), weights


def attend_by_hand(query, keys, values, mask):
    """The maximum over the real places only, exponentials, a sum kept from 0."""
    real = mask[:, None].to(query.dtype)
    scores = query @ keys.mT
    least = torch.finfo(scores.dtype).min
    top = scores.masked_fill(~mask[:, None], least).amax(dim=-1, keepdim=True)
    # padding may be larger than the maximum: its exponential must not overflow
    powers = torch.exp((scores - top.detach()).clamp(max=0.0)) * real
    weights = powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-30)
    return weights @ values, weights


def attend_step_by_step(query, keys, values, mask):
    contexts, looks = [], []
    for q in query.unbind(1):
        scores = (keys @ q[:, :, None])[..., 0]
        log_weights = scores.masked_fill(~mask, -torch.inf).log_softmax(dim=1)
        weights = torch.where(mask, log_weights.exp(), torch.zeros_like(scores))
        looks.append(weights)
        contexts.append((weights[..., None] * values).sum(dim=1))
    return torch.stack(contexts, 1), torch.stack(looks, 1)


def attend_with_a_penalty(query, keys, values, mask):
    penalty = torch.zeros_like(mask, dtype=query.dtype).masked_fill(~mask, -torch.inf)
    nothing = ~mask.any(dim=1)
    penalty = penalty.masked_fill(nothing[:, None], 0.0)
    weights = torch.softmax(torch.baddbmm(penalty[:, None], query, keys.mT), -1)
    weights = weights * (~nothing).to(weights.dtype)[:, None, None]
    return [weights @ values, weights]
