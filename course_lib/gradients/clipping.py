"""Exploding gradients on the smallest example, and the clipping that tames them.

One unit that feeds itself has two stable states. A bias that is moved far enough makes
one of them disappear, and the loss after many steps falls off a cliff: its gradient
there is as large as one likes, and a step along it ends anywhere. Clipping keeps the
direction of the step and bounds its length.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.shapes import can_look


def clip_by_global_norm(
    grads: Sequence[Tensor], max_norm: float
) -> tuple[list[Tensor], Tensor]:
    """Scale all gradients down together where their common norm is too large.

        n = √(Σ_i ‖g_i‖²),     g_i ← g_i · min(1, max_norm / n)

    The norm is summed in float64, where no float32 gradient overflows.

    Args:
        grads: tensors of any shapes; they are not changed.
        max_norm: the largest norm allowed, positive; infinity clips nothing.

    Returns:
        clipped: the gradients, shaped as before.
        norm: a scalar, the global norm before clipping.

    Raises:
        TypeError: `grads` is no list or tuple, or what it holds is no gradient.
        ValueError: `max_norm` is not positive, there is no gradient, or a number in
            one is infinite or NaN: such a gradient has no direction.

    Source: Pascanu, Mikolov and Bengio (2013).
    """
    _check_gradients(grads)
    if not max_norm > 0 or not grads:
        raise ValueError(
            f"max_norm is {max_norm} for {len(grads)} gradients, expected a positive "
            "number and one gradient or more"
        )
    first = grads[0]
    norms = [torch.linalg.vector_norm(g, dtype=torch.float64) for g in grads]
    norm = torch.stack([one.to(first.device) for one in norms]).norm()
    if can_look(norm) and not norm.isfinite():  # one look for all of them
        raise ValueError(_not_finite(grads))
    scale = (max_norm / norm).clamp(max=1)
    clipped = [(grad * scale.to(grad.device)).to(grad.dtype) for grad in grads]
    return clipped, norm.to(first)


def _check_gradients(grads: Sequence[Tensor]) -> None:
    if not isinstance(grads, list | tuple):
        raise TypeError(
            f"grads is a {type(grads).__name__}, expected a list or tuple of tensors; "
            "they are read twice. Write list(…), or [gradient] for a single one."
        )
    for place, grad in enumerate(grads):
        if grad is None:
            raise TypeError(
                f"grads[{place}] is None, expected a tensor: the loss does not use this"
                " parameter. Leave out what is None."
            )
        if isinstance(grad, nn.Parameter):
            raise TypeError(
                f"grads[{place}] is a parameter, expected its gradient: pass p.grad, "
                "not p"
            )
        if not isinstance(grad, Tensor) or not grad.is_floating_point():
            kind = grad.dtype if isinstance(grad, Tensor) else type(grad).__name__
            raise TypeError(
                f"grads[{place}] is {kind}, expected a tensor of floating-point numbers"
            )


def _not_finite(grads: Sequence[Tensor]) -> str:
    wrong = [place for place, grad in enumerate(grads) if not grad.isfinite().all()]
    if not wrong:
        return (
            "the norm of the gradients is beyond float64, expected a finite number. "
            "Take smaller weights or fewer steps."
        )
    return (
        f"grads[{wrong[0]}] holds an infinite number or NaN, expected finite ones: no "
        "scale makes such a step a good one. Look where the loss overflows, or skip "
        "this update."
    )


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
