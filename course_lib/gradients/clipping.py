"""Exploding gradients on the smallest example, and the clipping that tames them.

One unit that feeds itself has two stable states. A bias that is moved far enough makes
one of them disappear, and the loss after many steps falls off a cliff: its gradient
there is as large as one likes, and a step along it ends anywhere. Clipping keeps the
direction of the step and bounds its length.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def clip_by_global_norm(
    grads: Sequence[Tensor], max_norm: float
) -> tuple[list[Tensor], Tensor]:
    """Scale all gradients down together where their common norm is too large.

        n = √(Σ_i ‖g_i‖²),     g_i ← g_i · min(1, max_norm / n)

    Args:
        grads: tensors of any shapes; they are not changed.
        max_norm: the largest norm allowed, positive.

    Returns:
        clipped: the gradients, shaped as before.
        norm: a scalar, the global norm before clipping.

    Raises:
        ValueError: `max_norm` is not positive, or there is no gradient.

    Source: Pascanu, Mikolov and Bengio (2013).
    """
    if not max_norm > 0 or not grads:
        raise ValueError(
            f"max_norm is {max_norm} for {len(grads)} gradients, expected a positive "
            "number and one gradient or more"
        )
    norm = torch.stack([grad.norm() for grad in grads]).norm()
    # dividing by the larger of the two is min(1, max_norm / norm) without 0 / 0
    scale = max_norm / norm.clamp(min=max_norm)
    return [grad * scale for grad in grads], norm


def cliff_loss(b: Tensor, w: float = 2.0, target: float = 0.5, steps: int = 50):
    """Return the loss of one unit that starts at 1 and feeds itself for `steps` steps.

        h_t = tanh(w h_{t-1} + b),   h_0 = 1,   L = (h_T - target)²

    Args:
        b: biases, any shape.
        w: the unit's weight on itself; above 1 there are two stable states.
        target: what the last state should be.
        steps: T.

    Returns:
        A tensor shaped as `b`.
    """
    h_t = torch.ones_like(b)
    for _ in range(steps):
        h_t = torch.tanh(w * h_t + b)
    return (h_t - target) ** 2


def descend_cliff(
    start: float, updates: int, learning_rate: float, max_norm: float | None = None
) -> tuple[list[float], list[float], list[float]]:
    """Follow the gradient of `cliff_loss` from a bias, with clipping or without.

    Args:
        start: the first bias.
        updates: how many steps of gradient descent.
        learning_rate: the step size.
        max_norm: gradients are clipped to it; None leaves them as they are.

    Returns:
        biases, losses and absolute gradients, before each update and after the last.
    """
    b, found = torch.tensor(start, dtype=torch.float64), []
    for _ in range(updates + 1):
        b = b.detach().requires_grad_()
        loss = cliff_loss(b)
        (gradient,) = torch.autograd.grad(loss, b)
        found.append((b.item(), loss.item(), gradient.abs().item()))
        if max_norm is not None:
            (gradient,), _ = clip_by_global_norm([gradient], max_norm)
        b = b - learning_rate * gradient
    biases, losses, sizes = zip(*found, strict=True)
    return list(biases), list(losses), list(sizes)
