"""The figures of chapter 13: an encoder and a decoder at work, and what they say.

Both are still: the picture of a translation, symbol by symbol, and a table of what the
decoder found likely at each step. The letters are the reader's own, so that Chinese
shows in every browser.
"""

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from course_lib.figures.parts import svg

START, STOP = "<start>", "<stop>"
READ, SPOKEN = 46, 100  # the width of a column of the encoder, of the decoder
ROWS = {
    "said": 26,
    "argmax": 82,
    "softmax": 128,
    "fc": 174,
    "state": 230,
    "read": 296,
    "half": 344,
}
RADIUS, MARGIN, GAP = 17, 38, 80
ACCENT = "var(--pst-color-secondary, #a8480b)"


class Step(NamedTuple):
    """One step of a decoder.

    Attributes:
        read: the symbol that it read.
        likely: symbols and their probabilities, the likeliest first.
    """

    read: str
    likely: Sequence[tuple[str, float]]


def translation_picture(source: str, words: Sequence[str]) -> svg.Figure:
    """Draw a source being read, and its translation being said.

    Args:
        source: the symbols that are read, one character each.
        words: what is said, without <stop>.

    Returns:
        the figure, to stand last in a cell.
    """
    if not 1 <= len(source) <= 4 or not 1 <= len(words) <= 3:
        raise ValueError(
            f"{len(source)} characters and {len(words)} words: expected 1 to 4 and 1 "
            "to 3, or the letters would be too small on a phone"
        )
    said = [*words, STOP]
    width = 2 * MARGIN + READ * (len(source) - 1) + GAP + SPOKEN * (len(said) - 1) + 40
    root = svg.element(None, "div", class_="still-figure", lang="en")
    text = (
        f"The encoder reads {' '.join(source)}. Its last state, the context, is the "
        f"decoder's first. The decoder reads {', '.join([START, *words])}, each after "
        f"it was said, and says {', '.join(said)}: state, fc, softmax, argmax, symbol."
    )
    picture = svg.canvas(root, width, 362, text, style="max-width: 100%; height: auto")
    last = _draw_encoder(picture, source)
    _draw_decoder(picture, said, last)
    return svg.finish(root, f"{source} translated to {' '.join(words)}")


def _draw_encoder(picture: ET.Element, source: str) -> svg.Point:
    """Draw the states over the characters; return the place of the last one."""
    places = [(MARGIN + column * READ, ROWS["state"]) for column in range(len(source))]
    for column, (at, character) in enumerate(zip(places, source, strict=True)):
        below = at[0], ROWS["read"]
        _symbol(picture, below, character, lang="zh-Hans", font_size=22)
        svg.edge(picture, [(below[0], below[1] - 17), (at[0], at[1] + RADIUS + 2)])
        if column:
            svg.edge(picture, svg.straight(places[column - 1], at, RADIUS))
        svg.element(picture, "circle", cx=at[0], cy=at[1], r=RADIUS)
        svg.label(picture, at, f"h_{column + 1}", font_size=17)
    middle = MARGIN + (len(source) - 1) * READ / 2
    svg.words(picture, (middle, ROWS["half"]), "encoder", font_weight="bold")
    return places[-1]


def _draw_decoder(picture: ET.Element, said: Sequence[str], last: svg.Point) -> None:
    """Draw each step as a column, from what it reads to what it says."""
    before, read = last, START
    for column, word in enumerate(said):
        at = last[0] + GAP + column * SPOKEN, ROWS["state"]
        colour = {"style": f"color: {ACCENT}"} if column == 0 else {}
        group = svg.element(picture, "g", stroke="currentColor", **colour)
        width = 1.5 if column else 3
        path = svg.edge(group, svg.straight(before, at, RADIUS))
        path.set("stroke-width", f"{width}")
        _draw_step(picture, at, f"s_{column + 1}", read, word)
        if word != said[-1]:
            _draw_feedback(picture, at[0], word)
        before, read = at, word
    x = last[0] + GAP / 2
    style = {"style": f"fill: {ACCENT}", "font_weight": "bold", "font_size": 16}
    svg.words(picture, (x, ROWS["state"] - 27), "context", **style)
    middle = last[0] + GAP + SPOKEN * (len(said) - 1) / 2
    svg.words(picture, (middle, ROWS["half"]), "decoder", font_weight="bold")


def _draw_step(
    picture: ET.Element, at: svg.Point, name: str, read: str, said: str
) -> None:
    x, y = at
    _symbol(picture, (x, ROWS["read"]), read)
    svg.edge(picture, [(x, ROWS["read"] - 17), (x, y + RADIUS + 2)])
    svg.element(picture, "circle", cx=x, cy=y, r=RADIUS)
    svg.label(picture, at, name, font_size=17)
    below = y - RADIUS - 2
    for row in ("fc", "softmax", "argmax"):
        svg.edge(picture, [(x, below), (x, ROWS[row] + 15)])
        box = {"width": 72, "height": 28, "rx": 6}
        svg.element(picture, "rect", x=x - 36, y=ROWS[row] - 14, **box)
        svg.words(picture, (x, ROWS[row]), row, font_size=16)
        below = ROWS[row] - 15
    svg.edge(picture, [(x, below), (x, ROWS["said"] + 15)])
    _symbol(picture, (x, ROWS["said"]), said, font_weight="bold")


def _draw_feedback(picture: ET.Element, x: float, word: str) -> None:
    """Draw the way of a symbol back in: down beside its column, to the next one."""
    side, top, low = x + SPOKEN / 2, ROWS["said"], ROWS["read"]
    start = x + 8 + 4.5 * len(word), top
    end = x + SPOKEN - 8 - 4.5 * len(word), low
    path = svg.edge(picture, [start, (side, top), (side, low), end], 9)
    path.set("stroke-dasharray", "5 4")


def _symbol(picture: ET.Element, at: svg.Point, text: str, **style) -> None:
    svg.words(picture, at, text, **{"font_size": 17, **style})


def step_table(steps: Sequence[Step], title: str) -> svg.Figure:
    """Make a table of what a decoder found likely, one row a step.

    Args:
        steps: each with as many likely symbols as the first.
        title: stands above the table.

    Returns:
        the table, to stand last in a cell.
    """
    if not steps:
        raise ValueError("there are no steps to show")
    root = svg.element(None, "div", class_="still-figure")
    table = svg.element(root, "table")
    svg.element(table, "caption").text = title
    head = svg.element(svg.element(table, "thead"), "tr")
    ranks = ["says", "second", "third", "fourth", "fifth"][: len(steps[0].likely)]
    for name in ("step", "reads", *ranks):
        svg.element(head, "th", scope="col").text = name
    body = svg.element(table, "tbody")
    for number, step in enumerate(steps, start=1):
        row = svg.element(body, "tr")
        svg.element(row, "th", scope="row").text = str(number)
        svg.element(row, "td").text = step.read
        for rank, (symbol, probability) in enumerate(step.likely):
            cell = svg.element(row, "td")
            said = svg.element(cell, "span" if rank else "b")
            small = probability < 5e-4
            said.text = symbol
            said.tail = " <\u00a00.001" if small else f" {probability:.3f}"
    return svg.finish(root, f"{len(steps)} steps of a decoder")
