"""Poems and their scores as a table of chapter 12: characters stay text.

A real `<table>`: characters come from the reader's own fonts, can be selected, and are
read aloud in their language.
"""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from course_lib.data.verse_rules import Score, check
from course_lib.figures.parts import svg

LANGUAGE = "zh-Hans"
HEADS = {
    "length": "length",
    "tones": "tones",
    "opposition": "oppo\u00adsition",
    "adhesion": "adhe\u00adsion",
    "rhyme": "rhyme",
    "distinct": "distinct",
}


def poem_table(rows: Iterable[tuple[str, Sequence[str]]], title: str) -> svg.Figure:
    """Write poems one below the other, each with what the rules say of it.

    Args:
        rows: for each row a label, such as the updates before the poem was written, and
            the poem, its lines.
        title: the table's name to a screen reader.

    Returns:
        the table, to stand last in a cell.
    """
    root = svg.element(None, "div", class_="still-figure", tabindex=0)
    root.set("role", "region")
    root.set("aria-label", title)
    table = svg.element(root, "table")
    heads = svg.element(svg.element(table, "thead"), "tr")
    for name in ("updates", "poem", *HEADS.values()):
        svg.element(heads, "th", scope="col").text = name
    body = svg.element(table, "tbody")
    rows = list(rows)
    for label, poem in rows:
        _row(svg.element(body, "tr"), label, poem)
    return svg.finish(root, f"{title}, {len(rows)} poems")


def marks(score: Score) -> list[str]:
    """Return the scores as a reader sees them: ✓ for 1, – for 0, else a number."""
    written = {1.0: "✓", 0.0: "–"}
    return [written.get(float(value), f"{value:.2f}") for value in score]


def _row(line: ET.Element, label: str, poem: Sequence[str]) -> None:
    svg.element(line, "th", scope="row").text = label
    cell = svg.element(line, "td", lang=LANGUAGE)
    # two lines a row, as the verses are printed; what is no poem has more or fewer
    for place in range(0, len(poem), 2):
        part = svg.element(cell, "div", style="width: 12.2em")  # twelve characters
        part.text = "，".join(poem[place : place + 2]) + "。"
    if not poem:
        cell.text = "\u00a0"
    for mark in marks(check(poem)):
        svg.element(line, "td").text = mark
