"""Right answers to `spectral_radius_scale`, written in other ways."""

import torch


def divided_first(W, rho):
    return rho * (W / torch.linalg.eigvals(W).abs().amax())


def with_eig(W, rho):
    values, _ = torch.linalg.eig(W)
    return torch.mul(W, rho) / max(values.abs())


def from_real_and_imaginary_parts(W, rho):
    values = torch.view_as_real(torch.linalg.eigvals(W))
    return W.clone().div_(values.square().sum(-1).sqrt().max()).mul_(rho)
