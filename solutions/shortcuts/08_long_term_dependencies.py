"""Answers to exercise 8 that somebody else has written: none of them earns a point."""

from types import SimpleNamespace

import torch

from course_lib.checks import shortcut
from course_lib.experiments.memory import latch, side_by_side
from course_lib.gradients import jacobians, starts


@shortcut("gradient_norm_by_lag", "course_lib.gradients.jacobians.products_by_lag")
def norms_of_the_librarys_products(states, params):
    products = jacobians.products_by_lag(states, params)
    return torch.linalg.matrix_norm(products, ord=2)


@shortcut("gradient_norm_by_lag", "course_lib.gradients.jacobians.jacobians")
def products_of_the_librarys_jacobians(states, params):
    batch, _, hidden = states.shape
    product = torch.eye(hidden).to(states).expand(batch, hidden, hidden)
    products = [product]
    for jacobian in jacobians.jacobians(states, params).flip(1).unbind(1)[:-1]:
        product = jacobian @ product
        products.append(product)
    return torch.linalg.matrix_norm(torch.stack(products, 1), ord=2)


@shortcut("spectral_radius_scale", "course_lib.gradients.starts.spectral_radius")
def radius_of_the_library(W, rho):
    return W * (rho / starts.spectral_radius(W))


@shortcut("clip_by_global_norm", "torch.nn.utils.clip_grad_norm_")
def clipping_of_torch(grads, max_norm):
    holders = [torch.nn.Parameter(torch.zeros_like(grad)) for grad in grads]
    for holder, grad in zip(holders, grads, strict=True):
        holder.grad = grad.clone()
    norm = torch.nn.utils.clip_grad_norm_(holders, max_norm)
    return [holder.grad for holder in holders], norm


@shortcut("clip_by_global_norm", "torch.nn.utils.get_total_norm")
def norm_of_torch(grads, max_norm):
    norm = torch.nn.utils.get_total_norm(grads)
    scale = max_norm / norm.clamp(min=max_norm)
    return [grad * scale for grad in grads], norm


@shortcut("score_guesses", "course_lib.experiments.memory.latch.runs_forward")
def states_of_the_library(x, targets, guesses):
    runs = len(guesses.W_hh)
    hs = latch.runs_forward(x.expand(runs, *x.shape), guesses)
    right = hs[:, :, -1, 0].sign() == targets
    return right.to(x.dtype).mean(dim=1)


@shortcut("clip_by_global_norm", "course_lib.experiments.memory.side_by_side.clip_each")
def clipped_side_by_side(grads, max_norm):
    runs = [SimpleNamespace(grad=grad.clone()[None]) for grad in grads]
    side_by_side.clip_each(runs, max_norm)
    return [run.grad[0] for run in runs], torch.cat([g.flatten() for g in grads]).norm()
