"""The small vocabulary of the figures: elements, labels, nodes, edges and the frame.

A figure is an XML tree, built with the standard library and written once. What the
reader can choose and every sentence the figure can say are stored in ``data-``
attributes; ``figures.js`` reads them and ``figures.css`` gives the colours. Without
either file the picture still stands, in the colour of the text around it.
"""

import json
import math
import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

Point = tuple[float, float]
HEAD = (9.0, 7.5)  # length and width of an arrowhead


@dataclass(frozen=True)
class Figure:
    """A finished figure; notebooks and the book show its HTML."""

    html: str
    summary: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<Figure: {self.summary}>"


def element(parent: ET.Element | None, tag: str, /, **attributes) -> ET.Element:
    """Make ``<tag>`` inside ``parent``: ``class_`` → class, ``data_x`` → data-x."""
    named = {
        name.rstrip("_").replace("_", "-"): _written(value)
        for name, value in attributes.items()
        if value is not None
    }
    return (
        ET.Element(tag, named) if parent is None else ET.SubElement(parent, tag, named)
    )


def _written(value) -> str:
    """Write an attribute's value: numbers without a tail, lists as JSON."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def rich(text: str) -> str:
    """Turn ``s_3``, ``h_{k−1}`` and ``θ`` into HTML: letters in italics."""

    def indexed(found: re.Match) -> str:
        index = re.sub(r"([a-z]+)", r"<i>\1</i>", found[2].strip("{}"))
        return f"<i>{found[1]}</i><sub>{index}</sub>"

    text = re.sub(r"([A-Za-z])_(\{[^}]*\}|\w+)", indexed, text)
    return text.replace("θ", "<i>θ</i>")


def spoken(text: str) -> str:
    """Turn the same text into words for a screen reader: "s 3"."""
    return re.sub(r"<[^>]*>|[{}]", "", text).replace("_", " ")


def paragraph(parent: ET.Element, tag: str, text: str, /, **attributes) -> ET.Element:
    """Put a line of ``rich`` text into the tree."""
    made = element(parent, tag, **attributes)
    parsed = ET.fromstring(f"<p>{rich(text)}</p>")
    made.text = parsed.text
    made.extend(parsed)
    return made


def canvas(parent: ET.Element, width: float, height: float, label: str, **attributes):
    """Open an ``<svg>``: one picture to a screen reader until the script runs."""
    return element(
        parent,
        "svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,  # for a page without our style sheet, such as JupyterLab
        role="img",
        aria_label=label,
        fill="none",
        stroke="currentColor",
        text_anchor="middle",
        font_size=18,
        **attributes,
    )


def label(parent: ET.Element, at: Point, name: str, **attributes) -> ET.Element:
    """Write ``s_3`` centred on a point, the index lowered by ``dy``."""
    attributes = {"class_": "uf-label", **attributes}
    colours = {"fill": "currentColor", "stroke": "none"}
    text = element(parent, "text", x=at[0], y=at[1], **colours, **attributes)
    letter, _, index = name.partition("_")
    main = element(text, "tspan", dy=".26em", font_style="italic")
    main.text = letter
    if index:
        # Lowering by dy is drawn alike everywhere; baseline-shift is not.
        low = element(text, "tspan", dx=".06em", dy=".32em", font_size="70%")
        low.text = index
    return text


def words(parent: ET.Element, at: Point, text: str, **attributes) -> ET.Element:
    """Write upright words or numbers centred on a point."""
    attributes = {"class_": "uf-words", **attributes}
    colours = {"fill": "currentColor", "stroke": "none"}
    made = element(
        parent, "text", x=at[0], y=at[1], dy=".35em", **colours, **attributes
    )
    made.text = text
    return made


def node(
    parent: ET.Element,
    at: Point,
    name: str,
    radius: float,
    kind: str,
    hit: tuple[float, float, float, float] | None = None,
    **data,
) -> ET.Element:
    """Draw a node: ``kind`` "state" is a circle, any other a rounded square.

    ``hit`` (x, y, width, height) is the place that listens, larger than the drawing.
    """
    group = element(parent, "g", class_=f"uf-node uf-{kind}", **data)
    if hit:
        box = dict(zip(("x", "y", "width", "height"), hit, strict=True))
        element(group, "rect", class_="uf-hit", stroke="none", rx=8, **box)
    x, y = at
    if kind == "state":
        element(group, "circle", class_="uf-shape", cx=x, cy=y, r=radius)
    else:
        half = radius - 1.5
        box = {"width": 2 * half, "height": 2 * half, "rx": 7}
        element(group, "rect", class_="uf-shape", x=x - half, y=y - half, **box)
    label(group, at, name)
    return group


def mark(group: ET.Element, lit: bool, later: bool) -> None:
    """Set what the still picture shows: lit or not, and nothing after the last step."""
    classes = [
        group.get("class"),
        "uf-on" if lit else None,
        "uf-later" if later else None,
    ]
    group.set("class", " ".join(name for name in classes if name))
    if later:
        group.set("display", "none")


def toward(start: Point, end: Point, distance: float) -> Point:
    """Return the point ``distance`` away from ``start`` on the way to ``end``."""
    length = math.dist(start, end)
    share = distance / length
    return (
        start[0] + share * (end[0] - start[0]),
        start[1] + share * (end[1] - start[1]),
    )


def rim(centre: Point, radius: float, degrees: float) -> Point:
    """Return a point on a node's rim; degrees run counter-clockwise from the right."""
    turn, reach = math.radians(degrees), radius + 1.5
    return (centre[0] + reach * math.cos(turn), centre[1] - reach * math.sin(turn))


def straight(start: Point, end: Point, radius: float) -> list[Point]:
    """Return the straight way from one node's rim to the other's."""
    return [toward(start, end, radius + 1.5), toward(end, start, radius + 1.5)]


def edge(parent: ET.Element, points: list[Point], radius: float = 0, **data):
    """Draw an arrow along ``points``, corners rounded by ``radius``.

    Each end carries an arrowhead, forwards and backwards; the style sheet shows one.
    """
    group = element(parent, "g", class_="uf-edge", **data)
    first, last = toward(points[0], points[1], 3), toward(points[-1], points[-2], 3)
    path = [f"M{first[0]:.1f} {first[1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        a, b = toward(corner, before, radius), toward(corner, after, radius)
        path.append(f"L{a[0]:.1f} {a[1]:.1f}")
        path.append(f"Q{corner[0]:.1f} {corner[1]:.1f} {b[0]:.1f} {b[1]:.1f}")
    path.append(f"L{last[0]:.1f} {last[1]:.1f}")
    element(group, "path", class_="uf-line", d="".join(path))
    _head(group, points[-2], points[-1], class_="uf-head uf-ahead")
    _head(group, points[1], points[0], class_="uf-head uf-back", display="none")
    return group


def _head(parent: ET.Element, before: Point, tip: Point, **attributes) -> None:
    """Draw an arrowhead as a shape: markers cannot take their line's colour."""
    length, width = HEAD
    base = toward(tip, before, length)
    across = ((tip[1] - base[1]) / length, (base[0] - tip[0]) / length)
    corners = [tip]
    for side in (0.5, -0.5):
        corners.append(
            (base[0] + side * width * across[0], base[1] + side * width * across[1])
        )
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
    element(parent, "path", d=path, fill="currentColor", stroke="none", **attributes)


def frame(kind: str, title: str) -> tuple[ET.Element, ET.Element, ET.Element]:
    """Open a figure: the custom element, its ``<figure>`` and the row of controls."""
    root = element(None, "unrolled-figure", kind=kind)
    figure = element(root, "figure", aria_label=title)
    # The script takes this away: without it the controls would do nothing.
    controls = element(figure, "div", class_="uf-controls", hidden="hidden")
    return root, figure, controls


def slider(
    parent: ET.Element,
    text: str,
    name: str,
    value: int,
    highest: int,
    labels: list[str] | None = None,
) -> None:
    """Add a native range input from 1 to ``highest`` with its value beside it.

    ``labels`` are what the positions stand for, where it is not the numbers themselves.
    """
    outer = paragraph(parent, "label", text + " ", class_="uf-slider")
    attributes = {"type": "range", "min": 1, "max": highest, "step": 1, "name": name}
    shown = str(value)
    if labels:
        shown = labels[value - 1]
        attributes |= {"data_labels": labels, "aria_valuetext": shown}
    # autocomplete: a reloaded page starts from the drawn value, not the last one
    element(outer, "input", **attributes, value=value, autocomplete="off")
    element(outer, "b", aria_hidden="true").text = shown


def switch(parent: ET.Element, text: str, name: str) -> ET.Element:
    """Add a native check box that acts as a switch; return its input."""
    outer = element(parent, "label", class_="uf-switch")
    attributes = {"type": "checkbox", "role": "switch", "autocomplete": "off"}
    box = element(outer, "input", **attributes, name=name)
    box.tail = f" {text}"
    return box


def finish(root: ET.Element, summary: str) -> Figure:
    """Write the tree."""
    return Figure(ET.tostring(root, encoding="unicode"), summary)
