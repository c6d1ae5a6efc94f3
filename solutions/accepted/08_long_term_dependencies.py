"""Right answers to exercise 8, written in other ways. Each must pass."""

import math
import warnings

import numpy as np
import torch

from course_lib.checks import accepted

# --- gradient_norm_by_lag -------------------------------------------------------------


@accepted("gradient_norm_by_lag")
def with_diagonal_matrices(states, params):
    hidden = states.shape[-1]
    columns, product = [], None
    for t in range(states.shape[1] - 1, -1, -1):
        if product is None:
            product = torch.diag_embed(torch.ones_like(states[:, t]))
        columns.append(torch.linalg.svdvals(product)[:, 0])
        product = params.W_hh @ torch.diag_embed(1 - states[:, t] ** 2) @ product
    return torch.stack(columns, 1).reshape(-1, states.shape[1]) * (hidden / hidden)


@accepted("gradient_norm_by_lag")
def on_the_way_of_a_gradient(states, params):
    """Transpose everything: g ← (g ⊙ slope) W_hhᵀ for all unit vectors g at once."""
    batch, time, hidden = states.shape
    rows = torch.eye(hidden, dtype=states.dtype, device=states.device)
    rows = rows.repeat(batch, 1, 1)
    norms = states.new_ones(batch, time)
    for lag in range(1, time):
        slope = 1 - states[:, time - lag] * states[:, time - lag]
        rows = (rows * slope.unsqueeze(1)) @ params.W_hh.T
        norms[:, lag] = torch.linalg.norm(rows, ord=2, dim=(1, 2))
    return norms


@accepted("gradient_norm_by_lag")
def sequence_by_sequence(states, params):
    """Loop over the batch, and take the root of an eigenvalue of P Pᵀ."""
    warnings.warn("a right answer may warn", stacklevel=1)
    result = []
    for sequence in states:
        product, row = torch.eye(len(params.W_hh)).to(sequence), []
        for h_t in [None, *reversed(list(sequence)[1:])]:
            if h_t is not None:
                product = params.W_hh @ torch.diag((1 - h_t) * (1 + h_t)) @ product
            row.append(torch.linalg.matrix_norm(product, 2))
        result.append(torch.stack(row))
    return torch.stack(result)


@accepted("gradient_norm_by_lag")
def with_einsum(states, params):
    jacobians = torch.einsum("mn,btn->btmn", params.W_hh, 1 - states.square())
    products = [torch.eye(states.shape[2]).to(states).expand_as(jacobians[:, 0])]
    for t in reversed(range(1, states.shape[1])):
        products.append(torch.einsum("bij,bjk->bik", jacobians[:, t], products[-1]))
    return torch.linalg.matrix_norm(torch.stack(products, 1), ord=2, dim=(-2, -1))


# --- vanishing_rate -------------------------------------------------------------------


@accepted("vanishing_rate")
def with_polyfit(norms):
    values = norms.numpy()
    values = values[values > 0]
    return np.exp(np.polyfit(np.arange(len(values)), np.log(values), 1)[0])


@accepted("vanishing_rate")
def in_base_ten(norms):
    points = [(k, math.log10(n)) for k, n in enumerate(norms.tolist()) if n > 0]
    middle = sum(k for k, _ in points) / len(points)
    above = sum((k - middle) * y for k, y in points)
    return 10 ** (above / sum((k - middle) ** 2 for k, _ in points))


@accepted("vanishing_rate")
def by_least_squares(norms):
    norms = norms[norms > 0]
    k = torch.arange(1, len(norms) + 1).to(norms)  # where it starts does not matter
    A = torch.stack([k, torch.ones_like(k)], dim=1)
    return torch.linalg.lstsq(A, norms.log()[:, None]).solution[0, 0].exp()


@accepted("vanishing_rate")
def from_a_covariance(norms):
    kept = norms.nonzero().flatten()
    both = torch.stack([kept.to(norms.dtype), norms[kept].log()])
    cov = torch.cov(both)
    return torch.exp(cov[0, 1] / cov[0, 0]).item()


# --- spectral_radius_scale ------------------------------------------------------------


@accepted("spectral_radius_scale")
def divided_first(W, rho):
    return rho * (W / torch.linalg.eigvals(W).abs().amax())


@accepted("spectral_radius_scale")
def with_eig(W, rho):
    values, _ = torch.linalg.eig(W)
    return torch.mul(W, rho) / max(values.abs())


@accepted("spectral_radius_scale")
def from_real_and_imaginary_parts(W, rho):
    values = torch.view_as_real(torch.linalg.eigvals(W))
    return W.clone().div_(values.square().sum(-1).sqrt().max()).mul_(rho)


# --- clip_by_global_norm --------------------------------------------------------------


@accepted("clip_by_global_norm")
def as_pytorch_does(grads, max_norm):
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in grads]))
    scale = torch.clamp(max_norm / (norm + 1e-6), max=1.0)
    return [g * scale for g in grads], norm


@accepted("clip_by_global_norm")
def with_a_condition(grads, max_norm):
    norm = sum((grad**2).sum() for grad in grads) ** 0.5
    if norm > max_norm:
        return [grad / norm * max_norm for grad in grads], norm
    return [grad.clone() for grad in grads], norm


@accepted("clip_by_global_norm")
def through_one_vector(grads, max_norm):
    flat = torch.cat([grad.reshape(-1) for grad in grads])
    norm = flat.norm()
    flat = flat * torch.minimum(torch.ones_like(norm), max_norm / norm.clamp(min=1e-30))
    parts = flat.split([grad.numel() for grad in grads])
    return tuple(p.view(g.shape) for p, g in zip(parts, grads, strict=True)), norm


@accepted("clip_by_global_norm")
def without_a_branch(grads, max_norm):
    warnings.warn("a right answer may warn", stacklevel=1)
    n = torch.stack([torch.einsum("i,i->", g.flatten(), g.flatten()) for g in grads])
    n = n.sum().sqrt()
    scale = torch.where(n > max_norm, max_norm / n, torch.ones_like(n))
    return list(map(scale.mul, grads)), n


# --- score_guesses --------------------------------------------------------------------


@accepted("score_guesses")
def network_by_network(x, targets, guesses):
    shares = []
    for W_xh, W_hh, b_h in zip(*guesses, strict=True):
        h_t = torch.zeros(x.shape[0], len(W_hh), dtype=x.dtype, device=x.device)
        for t in range(x.shape[1]):
            h_t = torch.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        right = torch.sign(h_t[:, 0]) == targets
        shares.append(right.to(x.dtype).sum() / len(targets))
    return torch.stack(shares)


@accepted("score_guesses")
def with_one_product_a_step(x, targets, guesses):
    """The input product is taken out of the loop."""
    a = torch.einsum("bti,rih->trbh", x, guesses.W_xh) + guesses.b_h[:, None]
    h_t = torch.zeros_like(a[0])
    for a_t in a:
        h_t = torch.baddbmm(a_t, h_t, guesses.W_hh).tanh()
    return (1 + h_t[..., 0].sign() * targets).mean(1) / 2


@accepted("score_guesses")
def with_vmap(x, targets, guesses):
    def share(W_xh, W_hh, b_h):
        h_t = x.new_zeros(x.shape[0], W_hh.shape[0])
        for x_t in x.unbind(1):
            h_t = (x_t @ W_xh + h_t @ W_hh + b_h).tanh()
        return ((h_t[:, 0] > 0) == (targets > 0)).to(x.dtype).mean()

    return torch.vmap(share)(*guesses)


@accepted("score_guesses")
def in_one_wide_network(x, targets, guesses):
    """All networks are blocks of one large network."""
    runs, _, hidden = guesses.W_hh.shape
    W_hh = torch.block_diag(*guesses.W_hh)
    W_xh = guesses.W_xh.transpose(0, 1).reshape(-1, runs * hidden)
    h_t = x.new_zeros(x.shape[0], runs * hidden)
    for x_t in torch.unbind(x, 1):
        h_t = torch.tanh(x_t @ W_xh + h_t @ W_hh + guesses.b_h.reshape(-1))
    right = h_t[:, ::hidden] * targets[:, None] > 0
    return right.to(x.dtype).mean(0)
