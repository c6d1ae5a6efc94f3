"""Right answers to `alignment_error_rate`, written in other ways."""

import numpy as np
import torch
import torch.nn.functional as F


def rate_with_a_loop(weights, gold, mask):
    wrong = words = 0
    for b in range(weights.shape[0]):
        for t in range(weights.shape[1]):
            if not mask[b, t] or not gold[b, t].any():
                continue
            words += 1
            wrong += not gold[b, t, int(weights[b, t].argmax())]
    return wrong / words


def rate_with_one_hot(weights, gold, mask):
    pointed = F.one_hot(weights.max(dim=-1).indices, weights.shape[-1])
    hit = (pointed * gold).sum(dim=-1)
    counted = gold.any(-1) * mask
    return float(1 - hit[counted].double().mean())


def rate_by_comparison(weights, gold, mask):
    """The largest gold weight is the largest of all."""
    inside = weights.masked_fill(~gold, -1.0).amax(dim=-1)
    counted = torch.logical_and(mask, gold.sum(dim=-1) > 0)
    return (inside < weights.amax(dim=-1))[counted].double().mean()


def rate_in_numpy(weights, gold, mask):
    weights, gold, mask = (x.detach().cpu().numpy() for x in (weights, gold, mask))
    counted = gold.any(-1) & mask
    hit = np.take_along_axis(gold, weights.argmax(-1)[..., None], -1)[..., 0]
    return float(1 - hit[counted].mean())
