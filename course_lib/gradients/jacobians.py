"""How much of a gradient is left after k steps back: products of Jacobians, measured.

Going back by one step multiplies a gradient by the Jacobian of that step; going back by
k steps multiplies it by k of them. The singular values of the product say how much a
gradient can shrink or grow on the way, and their logarithms fall or rise along a line.
"""

import torch
from torch import Tensor, nn

from course_lib.cells import RNNParams
from course_lib.shapes import check_batch_first, check_shape


def jacobians(states: Tensor, params: RNNParams) -> Tensor:
    """Return the Jacobian of every step of a plain RNN.

        J_t = ∂h_t/∂h_{t-1} = W_hh diag(1 - h_t²)

    Args:
        states: (batch, time, hidden) h_1 … h_T, tanh applied.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        (batch, time, hidden, hidden): rows belong to the old state, columns to the new.
    """
    hidden = params.W_hh.shape[0]
    check_shape("states", states, "batch time hidden", hidden=hidden)
    return params.W_hh * (1 - states**2).unsqueeze(-2)


def products_by_lag(states: Tensor, params: RNNParams) -> Tensor:
    """Return ∂h_T/∂h_{T-k} for every lag k.

        ∂h_T/∂h_{T-k} = J_{T-k+1} … J_T

    Args:
        states: (batch, time, hidden) h_1 … h_T.
        params: of the network that made them.

    Returns:
        (batch, time, hidden, hidden): lag 0 (the identity) to lag T - 1.
    """
    steps = jacobians(states, params)
    batch, hidden = len(steps), steps.shape[-1]
    identity = torch.eye(hidden, dtype=states.dtype, device=states.device)
    products = [identity.expand(batch, hidden, hidden)]
    for step in steps[:, 1:].flip(1).unbind(1):
        products.append(step @ products[-1])
    return torch.stack(products, dim=1)


def singular_values_by_lag(states: Tensor, params: RNNParams) -> Tensor:
    """Return the singular values of ∂h_T/∂h_{T-k} for every lag k.

    They are (batch, time, hidden), the largest first. A gradient of norm 1 at h_T has,
    k steps earlier, a norm between the smallest and the largest of them.
    """
    return torch.linalg.svdvals(products_by_lag(states, params))


def gradient_norm_by_lag(states: Tensor, params: RNNParams) -> Tensor:
    """Return the spectral norm of ∂h_T/∂h_{T-k} for every lag k.

    Args:
        states: (batch, time, hidden) h_1 … h_T.
        params: of the network that made them.

    Returns:
        (batch, time): column k is the largest factor by which k steps back can multiply
        the norm of a gradient; column 0 is 1.
    """
    return torch.linalg.matrix_norm(products_by_lag(states, params), ord=2)


def vanishing_rate(norms: Tensor) -> float:
    """Fit norms by lag with an exponential and return its factor a step.

        log norm_k ≈ c + k log(rate), by least squares over the lags whose norm is
        positive

    Args:
        norms: (time,) norms at lags 0, 1, 2 …; zeros (underflow) are left out.

    Returns:
        The rate: below 1 gradients vanish, above 1 they explode.

    Raises:
        ValueError: fewer than two norms are positive, or one is not finite.
    """
    check_shape("norms", norms, "time")
    lags = torch.arange(len(norms), dtype=torch.float64, device=norms.device)
    if not bool(norms.isfinite().all()):
        raise ValueError(
            f"{int((~norms.isfinite()).sum())} of {len(norms)} norms are not finite: "
            "expected numbers. Use float64, or fewer lags."
        )
    kept = norms > 0
    if int(kept.sum()) < 2:
        raise ValueError(
            f"{int(kept.sum())} of {len(norms)} norms are positive, expected 2 or "
            "more: a line needs two points. Use float64, or fewer lags."
        )
    lags, logs = lags[kept], norms[kept].double().log()
    lags = lags - lags.mean()
    return float(((lags * logs).sum() / (lags**2).sum()).exp())


def predicted_rate(states: Tensor, params: RNNParams) -> float:
    """Predict the factor a step from the size of W_hh and of the slopes.

        rate = ‖W_hh‖_F / √hidden · √mean((1 - h²)²)

    It is the root mean square by which a step scales a gradient whose direction has
    nothing to do with W_hh and the slopes.

    Args:
        states: (batch, time, hidden).
        params: of the network that made them.
    """
    hidden = params.W_hh.shape[0]
    check_shape("states", states, "batch time hidden", hidden=hidden)
    size = torch.linalg.matrix_norm(params.W_hh) / hidden**0.5
    return float(size * (1 - states**2).square().mean().sqrt())


def input_gradient_by_lag(
    layer: nn.Module, x: Tensor, generator: torch.Generator
) -> Tensor:
    """Measure how strongly the last state depends on each input, for any layer.

    Args:
        layer: layer(x) gives all states (batch, time, hidden) first, like torch.nn's
            with batch_first.
        x: (batch, time, input); it is not changed.
        generator: draws the random direction in which the last state is read.

    Returns:
        (time,) the norm of ∂(v · h_T)/∂x_{T-k} over batch and input, relative to lag 0.

    Raises:
        ValueError: the layer has the batch second.
    """
    check_batch_first(layer)
    check_shape("x", x, "batch time input")
    x = x.detach().requires_grad_()
    last = layer(x)[0][:, -1]
    v = torch.randn(last.shape, generator=generator, dtype=x.dtype)
    (gradient,) = torch.autograd.grad(last, x, v.to(x.device))
    norms = gradient.norm(dim=(0, 2)).flip(0)
    return norms / norms[0]
