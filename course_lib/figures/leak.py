"""The figure of chapter 09: turn α, and see what a leaky unit keeps.

One unit, run by the cell of the chapter, reads two inputs: a single impulse, and a
signal that jumps once and is covered with noise. A large α keeps the impulse for long
and the noise out; what it costs is that the jump is noticed late.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.cells import RNNParams, leaky_forward
from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves

ALPHAS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
START = 5
STEPS, JUMP = 80, 30
NOISE, LEVEL = 0.3, 0.5


class Measured(NamedTuple):
    """One setting: both responses, and what the sentence says about them.

    Attributes:
        impulse: (STEPS,) the state after an impulse, relative to its first value.
        signal: (STEPS,) the state while the noisy signal is read.
        kept: what is left of the impulse ten steps later.
        late: steps from the jump until half of it is in the state; None if never.
    """

    impulse: Tensor
    signal: Tensor
    kept: float
    late: int | None


def noisy_signal(seed: int = 9) -> tuple[Tensor, Tensor]:
    """Return what the unit reads, (STEPS,), and the same without noise."""
    generator = torch.Generator().manual_seed(seed)
    clean = torch.full((STEPS,), -LEVEL)
    clean[JUMP:] = LEVEL
    noise = NOISE * torch.randn(STEPS, generator=generator)
    return clean + noise, clean


def respond(x: Tensor, alpha: float, before: float = 0.0) -> Tensor:
    """Run one leaky unit whose new value is x_t itself, from a state `before`."""
    # small inputs, so that the tanh is a straight line: tanh(x / 1000) is x / 1000
    params = RNNParams(torch.full((1, 1), 1e-3), torch.zeros(1, 1), torch.zeros(1))
    params = RNNParams(*(tensor.double() for tensor in params))
    h_0 = torch.full((1, 1), 1e-3 * before).double()
    hs, _ = leaky_forward(x.double()[None, :, None], h_0, params, alpha)
    return 1e3 * hs[0, :, 0]


def measure(alpha: float) -> Measured:
    """Run the unit on the impulse, the noisy signal, and the jump without noise."""
    impulse = torch.zeros(STEPS)
    impulse[0] = 1.0
    echo = respond(impulse, alpha)
    noisy, clean = noisy_signal()
    risen = (respond(clean, alpha, before=-LEVEL) >= -1e-9).nonzero()
    late = int(risen[0]) - JUMP if len(risen) else None
    echo = echo / echo[0]
    return Measured(echo, respond(noisy, alpha, -LEVEL), float(echo[10]), late)


def describe(alpha: float, found: Measured) -> str:
    """Say what a setting keeps and what it costs, in one sentence."""
    if found.late is None:
        late = f"more than {STEPS - JUMP} steps after the jump"
    elif found.late == 0:
        late = "in the step of the jump itself"
    else:
        steps = "step" if found.late == 1 else "steps"
        late = f"{found.late} {steps} after the jump"
    return (
        f"α = {alpha:g}, a time constant of <b>{1 / (1 - alpha):.3g}</b> steps: ten "
        f"steps after the impulse <b>{100 * found.kept:.2g} %</b> of it is left, and "
        f"without noise the state would cross zero {late}."
    )


def leak_figure(alphas: Sequence[float] = ALPHAS) -> svg.Figure:
    """Draw both responses for every α.

    Args:
        alphas: between 0 and 1, 1 excluded, in order.

    Returns:
        the figure, to stand last in a cell.
    """
    noisy, _ = noisy_signal()
    steps = list(range(STEPS))
    panels = [
        Panel(
            title="After one impulse",
            x=steps,
            x_label="steps since the impulse",
            y_label="share that is left",
            y_range=(0, 1),
            curves=["state"],
        ),
        Panel(
            title="A noisy jump",
            x=steps,
            x_label="step t",
            y_label="input and state",
            y_range=(-1.5, 1.5),
            curves=["state", "input"],
            x_ticks=[0, JUMP, STEPS - 1],
        ),
    ]
    found = [measure(alpha) for alpha in alphas]

    def frame(position: int) -> Frame:
        one = found[position]
        curves = [[one.impulse.tolist()], [one.signal.tolist(), noisy.tolist()]]
        return Frame(curves, describe(alphas[position], one))

    slider = Slider("<i>α</i>", [f"{alpha:g}" for alpha in alphas], START)
    return moving_curves("Leaky unit: α", [slider], panels, frame)
