"""Curves that follow sliders: every setting is computed and drawn beforehand.

Chapters 08 to 11 ask "what happens to this curve when I turn that number?". Python
computes the answer for each position of the sliders and writes the curves' paths; the
script only swaps them, and says the sentence that belongs to the setting.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from course_lib.figures.parts import svg

LEFT, RIGHT, TOP, BOTTOM = 50, 12, 34, 44
TICK = {"class_": "uf-words uf-tick"}


class Slider(NamedTuple):
    """A number to turn.

    Attributes:
        label: what stands before the slider; `<i>` and `<sub>` are allowed.
        values: one text a position, in order.
        start: index of the position at first and in print.
    """

    label: str
    values: Sequence[str]
    start: int


class Panel(NamedTuple):
    """One pair of axes.

    Attributes:
        title: what stands above it.
        x: where the curves' points lie on the horizontal axis.
        x_label, y_label: names of the axes, with units.
        y_range: lowest and highest value drawn; curves are cut off there.
        curves: the curves' names, as the key shows them, in the order of their colours;
            at most three.
        log: whether the vertical axis is logarithmic.
        y_ticks: where it is marked; the ends and the middle by default.
        x_ticks: the same for the horizontal axis.
        width, height: of the picture, in pixels where it is not scaled.
    """

    title: str
    x: Sequence[float]
    x_label: str
    y_label: str
    y_range: tuple[float, float]
    curves: Sequence[str]
    log: bool = False
    y_ticks: Sequence[float] | None = None
    x_ticks: Sequence[float] | None = None
    width: int = 340
    height: int = 250


class Frame(NamedTuple):
    """What one setting shows.

    Attributes:
        curves: for each panel, for each of its curves, one value a point; None leaves a
            gap.
        says: the sentence, with `<b>`, `<i>`, `<sub>` where wanted.
    """

    curves: Sequence[Sequence[Sequence[float | None]]]
    says: str


def moving_curves(
    title: str,
    sliders: Sequence[Slider],
    panels: Sequence[Panel],
    frame: Callable[..., Frame],
    caption: str = "",
) -> svg.Figure:
    """Draw panels of curves for every position of the sliders.

    Args:
        title: the figure's name to a screen reader.
        sliders: one or two; the product of their positions is computed.
        panels: one or two pairs of axes.
        frame: frame(i, j, …) gives the curves at positions i, j, … of the sliders.
        caption: what stands below the figure; a page of the book asks for one.

    Returns:
        the figure, to stand last in a cell.

    Raises:
        ValueError: a frame does not have one value a point of each curve.
    """
    start = tuple(slider.start for slider in sliders)
    counts = [range(len(slider.values)) for slider in sliders]
    frames = {at: frame(*at) for at in itertools.product(*counts)}
    for at, one in frames.items():
        check_frame(one, panels, at)
    root, figure, controls = svg.frame("curves", title)
    for index, slider in enumerate(sliders):
        name, values = f"slider-{index}", list(slider.values)
        svg.slider(
            controls, slider.label, name, slider.start + 1, len(values), labels=values
        )
    row = svg.element(figure, "div", class_="uf-panels")
    for index, panel in enumerate(panels):
        _draw_panel(row, index, panel, frames[start])
    table = {_key(at): _written(one, panels) for at, one in frames.items()}
    svg.paragraph(
        figure,
        "p",
        frames[start].says,
        class_="uf-say",
        role="status",
        data_frames=table,
    )
    if caption:
        svg.paragraph(figure, "figcaption", caption)
    return svg.finish(root, f"{title}, {len(frames)} settings")


def check_frame(frame: Frame, panels: Sequence[Panel], at: Sequence[int]) -> None:
    """Refuse a frame whose curves do not fit the panels.

    Raises:
        ValueError: says which curve, and what was expected.
    """
    if len(frame.curves) != len(panels):
        raise ValueError(
            f"frame{tuple(at)} has curves for {len(frame.curves)} panels, "
            f"expected {len(panels)}"
        )
    for panel, curves in zip(panels, frame.curves, strict=True):
        lengths = [len(curve) for curve in curves]
        if lengths != [len(panel.x)] * len(panel.curves):
            raise ValueError(
                f"frame{tuple(at)}, panel {panel.title!r}: curves of {lengths} points, "
                f"expected {len(panel.curves)} curves of {len(panel.x)}"
            )


def path(values: Sequence[float | None], panel: Panel) -> str:
    """Write a curve as an SVG path, cut off at the panel's lowest and highest value."""
    pen, parts = "M", []
    for x, value in zip(panel.x, values, strict=True):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        parts.append(f"{pen}{_across(x, panel):.0f} {_up(value, panel):.1f}")
        pen = "L"
    return "".join(parts)


def _key(at: Sequence[int]) -> str:
    """The sliders' values, which count from 1, as the script joins them."""
    return ",".join(str(index + 1) for index in at)


def _written(frame: Frame, panels: Sequence[Panel]) -> dict:
    pairs = zip(panels, frame.curves, strict=True)
    paths = [path(curve, panel) for panel, curves in pairs for curve in curves]
    return {"say": svg.rich(frame.says), "d": paths}


def _across(x: float, panel: Panel) -> float:
    low, high = panel.x[0], panel.x[-1]
    return LEFT + (x - low) / (high - low) * (panel.width - LEFT - RIGHT)


def _up(value: float, panel: Panel) -> float:
    low, high = panel.y_range
    value = min(max(value, low), high)
    if panel.log:
        low, high, value = math.log10(low), math.log10(high), math.log10(value)
    base, top = panel.height - BOTTOM, TOP
    return base - (value - low) / (high - low) * (base - top)


def _draw_panel(parent: ET.Element, index: int, panel: Panel, frame: Frame) -> None:
    """Draw a title, the key, the axes and the curves of the first setting."""
    box = svg.element(parent, "div", class_="uf-panel", style=f"--width: {panel.width}")
    svg.paragraph(box, "p", panel.title, class_="uf-title")
    if len(panel.curves) > 1:
        keys = svg.element(box, "p", class_="uf-keys")
        for number, name in enumerate(panel.curves):
            svg.paragraph(keys, "span", name, class_=f"uf-key uf-curve-{number}")
    picture = svg.canvas(box, panel.width, panel.height, svg.spoken(panel.title))
    _draw_axes(picture, panel)
    for number, curve in enumerate(frame.curves[index]):
        svg.element(
            picture,
            "path",
            class_=f"uf-curve uf-curve-{number}",
            d=path(curve, panel),
        )


def _draw_axes(picture: ET.Element, panel: Panel) -> None:
    low, high = panel.y_range
    middle = math.sqrt(low * high) if panel.log else (low + high) / 2
    base, right = panel.height - BOTTOM, panel.width - RIGHT
    for value in panel.y_ticks or (low, middle, high):
        y = _up(value, panel)
        svg.element(picture, "line", class_="uf-grid", x1=LEFT, x2=right, y1=y, y2=y)
        svg.words(picture, (LEFT - 7, y), tick(value), text_anchor="end", **TICK)
    for value in panel.x_ticks or (panel.x[0], panel.x[-1]):
        at = (_across(value, panel), base + 16)
        svg.words(picture, at, tick(value), **TICK)
    svg.words(picture, (2, TOP - 20), panel.y_label, text_anchor="start", **TICK)
    name = {"text_anchor": "end", **TICK}
    svg.words(picture, (right, base + 34), panel.x_label, **name)


def tick(value: float) -> str:
    """Write a number on an axis: 0.5, 20, and powers of ten as 10⁻⁶."""
    if value and not 1e-3 < abs(value) < 1e4:
        power = math.floor(math.log10(abs(value)) + 1e-9)
        if math.isclose(abs(value), 10.0**power):
            raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
            return ("−" if value < 0 else "") + f"10{raised}"
    return f"{value:.3g}".replace("-", "−")
