"""The figure of chapter 11: a leaky unit becomes a gated one.

One unit, run by the course's GRU, reads numbers and marks, and should hold the last
marked number. Its update gate is σ(b + w · mark). With w = 0 the gate cannot see the
mark and the unit is a leaky one, whatever b is; w alone turns it into a memory.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.cells import GRUParams, gru_forward
from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves

BIASES = (-2.0, 0.0, 2.0, 4.0, 6.0, 8.0)
WEIGHTS = (0.0, -2.0, -4.0, -8.0, -16.0)
STEPS, MARKED = 40, (3, 17, 30)


class Measured(NamedTuple):
    """One setting of the gate.

    Attributes:
        state: (STEPS,) the unit's state after every step.
        gate: (STEPS,) its update gate.
        off: how far the state is from the last marked number, averaged over the steps
            from the first mark on.
    """

    state: Tensor
    gate: Tensor
    off: float


def marked_numbers(seed: int = 11) -> tuple[Tensor, Tensor]:
    """Return the numbers between -0.8 and 0.8, and the marks, each (STEPS,)."""
    generator = torch.Generator().manual_seed(seed)
    numbers = 1.6 * torch.rand(STEPS, generator=generator) - 0.8
    marks = torch.zeros(STEPS)
    marks[list(MARKED)] = 1.0
    return numbers, marks


def wanted(numbers: Tensor, marks: Tensor) -> Tensor:
    """Return the last marked number at every step, (STEPS,); 0 before there is one."""
    last, held = 0.0, []
    for number, mark in zip(numbers.tolist(), marks.tolist(), strict=True):
        last = number if mark else last
        held.append(last)
    return torch.tensor(held)


def measure(bias: float, weight: float) -> Measured:
    """Run one unit whose candidate is the number it reads."""
    numbers, marks = marked_numbers()
    # small inputs, so that the tanh is a straight line: tanh(x / 1000) is x / 1000
    params = GRUParams(
        W_x=torch.tensor([[0.0, 0.0, 1e-3], [0.0, weight, 0.0]]),
        W_h=torch.zeros(1, 3),
        b=torch.tensor([0.0, bias, 0.0]),
        b_hn=torch.zeros(1),
    )
    x = torch.stack([numbers, marks], dim=-1)[None]
    hs, _ = gru_forward(x.double(), None, GRUParams(*(p.double() for p in params)))
    state = 1e3 * hs[0, :, 0]
    error = (state - wanted(numbers, marks)).abs()[MARKED[0] :]
    return Measured(state, torch.sigmoid(bias + weight * marks), float(error.mean()))


def describe(bias: float, weight: float, found: Measured) -> str:
    """Say in one sentence what the gate does and how well the unit holds."""
    off = f"on average it is off by <b>{found.off:.2f}</b>."
    without = torch.sigmoid(torch.tensor(bias)).item()
    if weight == 0:
        return (
            f"The gate does not see the mark: a leaky unit with α = {without:.3f} at "
            f"every step; {off}"
        )
    at_mark = torch.sigmoid(torch.tensor(bias + weight)).item()
    return (
        f"The gate is {without:.3f} without a mark and {at_mark:.3f} at a mark: the "
        f"unit keeps the one share, then the other; {off}"
    )


def update_figure() -> svg.Figure:
    """Draw the unit for every bias and every weight of the mark.

    Returns:
        the figure, to stand last in a cell.
    """
    numbers, marks = marked_numbers()
    steps = list(range(STEPS))
    panels = [
        Panel(
            title="State",
            x=steps,
            x_label="step t",
            y_label="state and number",
            y_range=(-1, 1),
            curves=["state", "number read", "to be held"],
            x_ticks=list(MARKED),
        ),
        Panel(
            title="Update gate",
            x=steps,
            x_label="step t (marks)",
            y_label="gate z",
            y_range=(0, 1),
            curves=["gate z"],
            x_ticks=list(MARKED),
        ),
    ]
    held = wanted(numbers, marks).tolist()

    def frame(i: int, j: int) -> Frame:
        found = measure(BIASES[i], WEIGHTS[j])
        first = [found.state.tolist(), numbers.tolist(), held]
        says = describe(BIASES[i], WEIGHTS[j], found)
        return Frame([first, [found.gate.tolist()]], says)

    sliders = [
        Slider("<i>b</i>", [f"{bias:g}" for bias in BIASES], 2),
        Slider("weight of the mark", [f"{weight:g}" for weight in WEIGHTS], 0),
    ]
    return moving_curves("Update gate: bias and mark", sliders, panels, frame)
