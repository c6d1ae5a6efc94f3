"""The figure of chapter 08: spectral radius and input gain against gradients by lag.

Two numbers decide how a plain RNN treats a gradient before anything is learnt: how
large W_hh is, and how far the inputs push the units up the tanh, where its slope is
small. The figure turns both and shows the norm that k steps back leave.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from course_lib.cells import RNNParams, rnn_forward
from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves
from course_lib.gradients.jacobians import (
    gradient_norm_by_lag,
    predicted_rate,
    vanishing_rate,
)
from course_lib.gradients.starts import spectral_radius_scale

RADII = (0.5, 0.7, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
GAINS = (0.0, 0.1, 0.3, 1.0, 3.0)
START = (3, 2)
LAGS, WARM_UP, BATCH, INPUT, HIDDEN = 60, 20, 4, 3, 32
DRAWN = range(0, LAGS + 1, 2)
RANGE = (1e-12, 1e6)


class Measured(NamedTuple):
    """One setting: norms at lags 0 … 60, fitted and predicted factor, mean slope."""

    norms: torch.Tensor
    rate: float
    predicted: float
    slope: float


def measure(radius: float, gain: float, seed: int = 8) -> Measured:
    """Run one random network and measure its gradient by lag.

    Args:
        radius: the spectral radius of W_hh.
        gain: what the inputs are multiplied with; 0 leaves the state at zero.
        seed: of weights and inputs, the same at every setting.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    W_hh = spectral_radius_scale(normal(HIDDEN, HIDDEN), radius)
    W_xh = gain * normal(INPUT, HIDDEN) / INPUT**0.5
    params = RNNParams(W_xh, W_hh, torch.zeros(HIDDEN, dtype=torch.float64))
    states, _ = rnn_forward(normal(BATCH, WARM_UP + LAGS + 1, INPUT), None, params)
    states = states[:, WARM_UP:]
    norms = gradient_norm_by_lag(states, params).log().mean(0).exp()
    slope = float((1 - states**2).mean())
    rate = vanishing_rate(norms)
    return Measured(norms, rate, predicted_rate(states, params), slope)


def describe(radius: float, gain: float, found: Measured) -> str:
    """Say what a setting does to a gradient, in one sentence."""
    what = "vanish" if found.rate < 0.995 else "explode"
    what = what if abs(found.rate - 1) > 0.005 else "hardly change"
    return (
        f"Radius {radius:g}, input gain {gain:g}: the mean slope of the tanh is "
        f"<b>{found.slope:.2f}</b>, and gradients {what}: a factor of "
        f"<b>{found.rate:.2f}</b> a step (predicted {found.predicted:.2f})."
    )


def radius_figure(
    radii: Sequence[float] = RADII, gains: Sequence[float] = GAINS
) -> svg.Figure:
    """Draw the gradient's norm by lag for every radius and input gain.

    Args:
        radii: spectral radii of W_hh, in order.
        gains: input gains, in order.

    Returns:
        the figure, to stand last in a cell.
    """
    panel = Panel(
        title="Norm of ∂h_T/∂h_{T−k}",
        x=list(DRAWN),
        x_label="lag k (steps)",
        y_label="gradient norm",
        y_range=RANGE,
        curves=["measured", "predicted"],
        log=True,
        y_ticks=(1e-12, 1e-6, 1.0, 1e6),
        x_ticks=(0, 20, 40, 60),
        width=340,
        height=260,
    )

    def frame(i: int, j: int) -> Frame:
        found = measure(radii[i], gains[j])
        lines = [[float(found.norms[k]), found.predicted**k] for k in DRAWN]
        return Frame(
            [list(zip(*lines, strict=True))], describe(radii[i], gains[j], found)
        )

    sliders = [
        Slider(
            "Spectral radius", [f"{r:g}" for r in radii], min(START[0], len(radii) - 1)
        ),
        Slider("Input gain", [f"{g:g}" for g in gains], min(START[1], len(gains) - 1)),
    ]
    return moving_curves("Spectral radius and gradient by lag", sliders, [panel], frame)
