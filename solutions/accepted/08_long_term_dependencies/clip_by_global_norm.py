"""Right answers to `clip_by_global_norm`, written in other ways."""

import warnings

import torch


def as_pytorch_does(grads, max_norm):
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in grads]))
    scale = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    return [g * scale for g in grads], norm


def with_a_condition(grads, max_norm):
    norm = sum((grad**2).sum() for grad in grads) ** 0.5
    if norm > max_norm:
        return [grad / norm * max_norm for grad in grads], norm
    return [grad.clone() for grad in grads], norm


def through_one_vector(grads, max_norm):
    flat = torch.cat([grad.reshape(-1) for grad in grads])
    norm = flat.norm()
    flat = flat * torch.minimum(torch.ones_like(norm), max_norm / norm.clamp(min=1e-30))
    parts = flat.split([grad.numel() for grad in grads])
    return tuple(p.view(g.shape) for p, g in zip(parts, grads, strict=True)), norm


def without_a_branch(grads, max_norm):
    warnings.warn("a right answer may warn", stacklevel=1)
    n = torch.stack([torch.einsum("i,i->", g.flatten(), g.flatten()) for g in grads])
    n = n.sum().sqrt()
    scale = torch.where(n > max_norm, max_norm / n, torch.ones_like(n))
    return list(map(scale.mul, grads)), n
