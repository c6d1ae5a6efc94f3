"""The figure of chapter 14: three ways to stop reading the right symbols.

All three schedules are set so that they come to the same ε at the last update. What
differs is when: early, evenly, or late. The second panel shows how soon a decoder
hardly ever reads a longer beginning in which every symbol is right.
"""

from functools import partial

from course_lib.figures.parts import svg
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves
from course_lib.language.decoding.choices import sampling_schedule

UPDATES = 500
ENDS = (0.02, 0.1, 0.2, 0.4, 0.6, 0.8)
SYMBOLS = (1, 2, 4, 8, 16)
KINDS = {"linear": "line", "exponential": "power", "inverse_sigmoid": "inverse sigmoid"}
POINTS = tuple(range(0, UPDATES + 1, 10))


def slowness(end: float) -> float:
    """Return the k of the inverse sigmoid that comes to `end` at the last update."""
    low, high = 1.0, 1e6
    for _ in range(80):
        middle = (low * high) ** 0.5
        fallen = sampling_schedule("inverse_sigmoid", UPDATES, middle) < end
        low, high = (middle, high) if fallen else (low, middle)
    return low


def options(kind: str, end: float) -> tuple[float, ...]:
    """Return what `sampling_schedule` is to be told after the number of updates."""
    return {
        "linear": (1.0, (1 - end) / UPDATES, end),
        "exponential": (end ** (1 / UPDATES),),
        "inverse_sigmoid": (slowness(end),),
    }[kind]


def curve(kind: str, end: float) -> list[float]:
    """Return ε at each of `POINTS`."""
    given = options(kind, end)
    return [sampling_schedule(kind, step, *given) for step in POINTS]


def describe(end: float, symbols: int) -> str:
    """Say where the schedules stand half-way."""
    half = POINTS.index(UPDATES // 2)
    stands = [
        f"the {name} is at <b>{curve(kind, end)[half]:.2f}</b>"
        for kind, name in KINDS.items()
    ]
    several = (
        "a symbol" if symbols == 1 else f"a beginning of {symbols} symbols, all right,"
    )
    return (
        f"Half-way {stands[0]}, {stands[1]}, {stands[2]}. At the end the decoder "
        f"reads {several} with probability {end**symbols:.2g}."
    )


def schedules_figure() -> svg.Figure:
    """Draw the three schedules for every end and every length.

    Returns:
        the figure, to stand last in a cell.
    """
    names = list(KINDS.values())
    panel = partial(Panel, x=POINTS, x_label="updates", y_range=(0, 1), curves=names)
    panels = [
        panel(title="One symbol", y_label="ε"),
        panel(title="A beginning, all of it right", y_label="εⁿ"),
    ]

    def frame(i: int, j: int) -> Frame:
        curves = [curve(kind, ENDS[i]) for kind in KINDS]
        powers = [[value ** SYMBOLS[j] for value in one] for one in curves]
        return Frame([curves, powers], describe(ENDS[i], SYMBOLS[j]))

    sliders = [
        Slider("ε at the end", [f"{end:g}" for end in ENDS], 2),
        Slider("<i>n</i> symbols", [str(number) for number in SYMBOLS], 2),
    ]
    return moving_curves("Three schedules", sliders, panels, frame)
