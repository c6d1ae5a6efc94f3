"""Right answers to `vanishing_rate`, written in other ways."""

import math

import numpy as np
import torch


def with_polyfit(norms):
    values = norms.numpy()
    values = values[values > 0]
    return np.exp(np.polyfit(np.arange(len(values)), np.log(values), 1)[0])


def in_base_ten(norms):
    points = [(k, math.log10(n)) for k, n in enumerate(norms.tolist()) if n > 0]
    middle = sum(k for k, _ in points) / len(points)
    above = sum((k - middle) * y for k, y in points)
    return 10 ** (above / sum((k - middle) ** 2 for k, _ in points))


def by_least_squares(norms):
    norms = norms[norms > 0]
    k = torch.arange(1, len(norms) + 1).to(norms)  # where it starts does not matter
    A = torch.stack([k, torch.ones_like(k)], dim=1)
    return torch.linalg.lstsq(A, norms.log()[:, None]).solution[0, 0].exp()


def from_a_covariance(norms):
    kept = norms.nonzero().flatten()
    both = torch.stack([kept.to(norms.dtype), norms[kept].log()])
    cov = torch.cov(both)
    return torch.exp(cov[0, 1] / cov[0, 0]).item()
