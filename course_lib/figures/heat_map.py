"""The figure of chapter 15: where a translator looks at each word, as a table.

A real `<table>`, one row a word and one column a character: text stays text, so that
characters come from the reader's own fonts, can be selected, and are read aloud in
their language. A cell's shade is its weight; a frame marks the right characters. The
row under the mouse or the focus is lit, and a sentence says what it shows.
"""

from collections.abc import Collection, Sequence
from xml.etree import ElementTree as ET

from torch import Tensor

from course_lib.figures.parts import svg

LANGUAGE = "zh-Hans"
SHOWN = 0.1  # weights from here on are written into their cells
SEEN = 0.25  # and from here on their characters are lit with the row
STRONG = 0.85  # shades from here on carry the paper's colour: 4.5 to 1 on both sides


def heat_map(
    weights: Tensor,
    source: str,
    words: Sequence[str],
    gold: Sequence[Collection[int]] | None = None,
    title: str = "Attention of each word",
    start: int = 0,
) -> svg.Figure:
    """Draw the weights of one sentence.

    Args:
        weights: (words, characters), the rows add up to 1.
        source: the characters.
        words: what was said, one a row.
        gold: for each word the places of the characters that say it; None: not known.
        title: the figure's name to a screen reader.
        start: the row that is lit at first and in print.

    Returns:
        the figure, to stand last in a cell.

    Raises:
        ValueError: the weights are not (words, characters), or the gold places are not
            one collection a word.
    """
    if tuple(weights.shape) != (len(words), len(source)):
        raise ValueError(
            f"weights has shape {tuple(weights.shape)}, expected (words, characters) "
            f"with words={len(words)}, characters={len(source)}"
        )
    if gold is not None and len(gold) != len(words):
        raise ValueError(f"gold is for {len(gold)} words, expected {len(words)}")
    rows = weights.tolist()
    root, figure, controls = svg.frame("heat-map", title)
    if gold is None:
        figure.remove(controls)
    else:
        frames = svg.switch(controls, "Frame the characters that say the word", "gold")
        frames.set("checked", "checked")
    # what is wider than a phone scrolls in a box of its own
    box = svg.element(
        figure, "div", class_="uf-scroll", tabindex=0, role="region", aria_label=title
    )
    table = svg.element(box, "table", class_="uf-map")
    _heads(svg.element(table, "thead"), source, rows[start] if rows else [])
    body = svg.element(table, "tbody")
    says = "Nothing was said."
    for place, (word, row) in enumerate(zip(words, rows, strict=True)):
        right = None if gold is None else set(gold[place])
        line = _row(body, word, row, right)
        sentence = describe(word, row, source, right)
        line.set("data-say", sentence)
        if place == start:
            line.set("class", "uf-on")
            says = sentence
    svg.paragraph(figure, "p", says, class_="uf-say", role="status")
    return svg.finish(root, f"{title}, {len(words)} words")


def describe(
    word: str, row: Sequence[float], source: str, gold: Collection[int] | None
) -> str:
    """Say where a word looks most, and whether that is right.

    Args:
        word: what was said.
        row: (characters,) weights.
        source: the characters.
        gold: the places that say the word; empty: none does; None: not known.
    """
    place = max(range(len(row)), key=row.__getitem__)
    where = f"{_chinese(source[place])}, character {place + 1}"
    says = f"<b>{word}</b> looks most at {where} ({100 * row[place]:.0f}\u00a0%)"
    if gold is None:
        return f"{says}."
    if not gold:
        return f"{says}. No character says this word."
    if place in gold:
        return f"{says}, which says it."
    right = _chinese("".join(source[at] for at in sorted(gold)))
    share = 100 * sum(row[at] for at in gold)
    return f"{says}. What says it is {right}, with {share:.0f}\u00a0% of the weight."


def _chinese(text: str) -> str:
    return f'<span lang="{LANGUAGE}">{text}</span>'


def _heads(parent: ET.Element, source: str, lit: Sequence[float]) -> None:
    """Write the characters above their columns."""
    line = svg.element(parent, "tr")
    svg.element(line, "td").text = "\u00a0"  # the corner
    for character, weight in zip(source, lit, strict=False):
        lit_class = "uf-on" if weight >= SEEN else None
        head = {"scope": "col", "lang": LANGUAGE, "class_": lit_class}
        svg.element(line, "th", **head).text = character


def _row(
    parent: ET.Element, word: str, row: Sequence[float], gold: Collection[int] | None
) -> ET.Element:
    line = svg.element(parent, "tr", tabindex=0)
    svg.element(line, "th", scope="row").text = word
    for place, weight in enumerate(row):
        names = [
            "uf-seen" if weight >= SEEN else "",
            "uf-strong" if weight >= STRONG else "",
            "uf-gold" if gold and place in gold else "",
        ]
        shade = {"style": f"--w:{100 * weight:.0f}%"} if weight >= 0.005 else {}
        classes = " ".join(filter(None, names)) or None
        cell = svg.element(line, "td", class_=classes, **shade)
        # a cell is never empty: <td /> is no HTML
        cell.text = f"{100 * weight:.0f}" if weight >= SHOWN else "\u00a0"
    return line
