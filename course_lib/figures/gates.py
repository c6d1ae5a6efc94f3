"""The figure of chapter 10: one LSTM unit by hand, its cell and its gradient.

The unit reads a sequence of the adding problem: a number and a mark at every step. Its
recurrent weights are zero, so its gates follow from three numbers that the reader
turns: the bias of the forget gate, the weight of the mark in the input gate, and the
bias of the output gate. Every curve is a run of `lstm_trace`.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from course_lib.cells import LSTMParams, LSTMTrace, cell_gradient_path, lstm_trace
from course_lib.data.memory import adding
from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves

FORGET = (-2.0, 0.0, 1.0, 3.0, 5.0, 9.0)
MARK = (0.0, 2.0, 4.0, 8.0, 12.0)
OUTPUT = (-6.0, 0.0, 6.0)
START = (4, 3, 2)
STEPS, SEED = 24, 22
RANGE, LOWEST = (0.0, 2.0), 1e-6
CAPTION = (
    "One LSTM unit on a sequence of the adding problem. Turn its biases and the weight "
    "of the mark: left what it holds and shows, right what reaches each step of a "
    "gradient of the last cell."
)


def sequence(steps: int = STEPS, seed: int = SEED) -> tuple[Tensor, list[int]]:
    """Draw a sequence: x (1, steps, 2), and its two marked steps, counted from 1."""
    x, _ = adding(1, steps, torch.Generator().manual_seed(seed))
    return x, [int(step) + 1 for step in x[0, :, 1].nonzero()]


def hand_made_unit(forget_bias: float, mark: float, output_bias: float) -> LSTMParams:
    """Return the parameters of the unit.

    The input gate is σ(mark / 2) at a mark and σ(-mark / 2) elsewhere: it does not
    listen if the weight is 0, and is a switch if it is large. The candidate is the
    tanh of the number.
    """
    W_x = torch.tensor([[0.0, 0.0, 1.0, 0.0], [mark, 0.0, 0.0, 0.0]])
    b = torch.tensor([-mark / 2, forget_bias, 0.0, output_bias])
    return LSTMParams(W_x, torch.zeros(1, 4), b)


def run(forget_bias: float, mark: float, output_bias: float) -> LSTMTrace:
    """Run the unit over the sequence."""
    x, _ = sequence()
    return lstm_trace(x, None, hand_made_unit(forget_bias, mark, output_bias))


def wanted() -> Tensor:
    """Return (steps,) what a perfect unit would hold: the marked candidates, summed."""
    x, _ = sequence()
    return (x[0, :, 0].tanh() * x[0, :, 1]).cumsum(0)


def describe(trace: LSTMTrace, marks: Sequence[int]) -> str:
    """Say what the gates are, and what becomes of the first marked number."""
    f = float(trace.f[0, 0, 0])
    at, off = (float(trace.i[0, step - 1, 0]) for step in (marks[0], marks[0] + 1))
    c, h = float(trace.c[0, -1, 0]), float(trace.h[0, -1, 0])
    left = float(cell_gradient_path(trace.f)[0, marks[0] - 1, 0])
    share = f"{100 * left:.0f} %" if left > 0.005 else "almost nothing"
    return (
        f"Forget gate <b>{f:.2f}</b>; input gate <b>{at:.2f}</b> at a mark, "
        f"<b>{off:.2f}</b> elsewhere. Of what step {marks[0]} writes, <b>{share}</b> "
        f"is left at step {STEPS}. There the cell is <b>{c:.2f}</b>, wanted is "
        f"{float(wanted()[-1]):.2f}, and the unit shows <b>{h:.2f}</b>."
    )


def gate_explorer() -> svg.Figure:
    """Draw cell, shown state and gradient path for every setting of the three numbers.

    Returns:
        the figure, to stand last in a cell.
    """
    _, marks = sequence()
    panel = partial(
        Panel,
        x=range(1, STEPS + 1),
        x_label="time step",
        x_ticks=(1, *marks, STEPS),
    )
    values = panel(
        title=f"The cell and what is shown (marks at steps {marks[0]} and {marks[1]})",
        y_label="value",
        y_range=RANGE,
        curves=["cell c", "shown h", "marked numbers, summed"],
    )
    gradient = panel(
        title=f"Gradient of the cell at step {STEPS} with respect to earlier ones",
        y_label="gradient along the cell",
        y_range=(LOWEST, 1.0),
        curves=["product of the forget gates"],
        log=True,
        y_ticks=(1e-6, 1e-4, 1e-2, 1.0),
    )

    def frame(i: int, j: int, k: int) -> Frame:
        trace = run(FORGET[i], MARK[j], OUTPUT[k])
        path = cell_gradient_path(trace.f)
        lines = [part[0].flatten().tolist() for part in (trace.c, trace.h)]
        return Frame(
            [[*lines, wanted().tolist()], [path[0, :, 0].tolist()]],
            describe(trace, marks),
        )

    sliders = [
        Slider("Forget bias", [f"{b:g}" for b in FORGET], START[0]),
        Slider("Weight of the mark", [f"{w:g}" for w in MARK], START[1]),
        Slider("Output bias", [f"{b:g}" for b in OUTPUT], START[2]),
    ]
    panels = [values, gradient]
    return moving_curves("One LSTM unit by hand", sliders, panels, frame, CAPTION)
