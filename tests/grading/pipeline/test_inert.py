"""What learners write in Markdown does nothing, and stays readable."""

import json
import random
import re
import time

import bs4
import pytest
from grading.hostile import HONEST, HOSTILE, PNG
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from places import ROOT

from course_lib.grading.pipeline.inert import PAIRED, VOID, InertText, inert

EXERCISES = sorted((ROOT / "exercises").glob("*/*.ipynb"))
PICTURE = {"image/png": PNG}
# what nbconvert makes of Markdown without HTML in it, and the attributes of it
WRITTEN = {
    "a",
    "blockquote",
    "div",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "ul",
}
WRITTEN |= {"table", "tbody", "td", "th", "thead", "tr", "dl", "dt", "dd"}
WRITTEN |= {f"h{level}" for level in range(1, 7)}
ATTRIBUTES = {"alt", "checked", "class", "disabled", "href", "src", "start", "style"}
ATTRIBUTES |= {"title", "type"}
LED_TO = re.compile(
    r"(?i)https?://|mailto:|attachment:|[\w./#?=~+,-]*\Z|data:image/png;"
)


def rendered(text: str, **attachments: dict) -> str:
    exporter = HTMLExporter(exclude_anchor_links=True)
    return exporter.markdown2html({"cell": {"attachments": attachments}}, text)


def acting(page: str) -> list[str]:
    """Return the elements of a page that Markdown alone would not make."""
    found = []
    for parser in ("html.parser", "lxml"):
        soup = bs4.BeautifulSoup(page, parser)
        for tag in soup.find_all(True):
            plain = tag.name in WRITTEN | PAIRED | VOID | {"html", "body"}
            known = set(tag.attrs) <= ATTRIBUTES
            led_to = LED_TO.match(tag.attrs.get("href", ""))
            shown = tag.attrs.get("src", "data:image/").startswith("data:image/")
            if not (plain and known and led_to and shown):
                found.append(str(tag))
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_rendered_as_text(name):
    made = inert(HOSTILE[name])
    assert acting(rendered(made)) == []
    assert inert(made) == made, "once is enough"


def test_the_check_finds_what_acts():
    names = ("script", "image", "link", "reference", "mermaid", "outside", "kept_tag")
    assert all(acting(rendered(HOSTILE[name])) for name in names)


def test_mixtures_of_hostile_texts_are_rendered_as_text():
    draw = random.Random(7)
    parts = [*HOSTILE.values(), *"<>[]()!&;:`~$|\\\"'-#*_\n\t >", "\n\n", "](", "]:"]
    parts += ["<b>", "</b>", "<br>", "<details>", "</summary>", "```", "&#106;", "$$"]
    for _ in range(600):
        text = "".join(draw.choices(parts, k=draw.randint(2, 12)))
        for _ in range(draw.randint(0, 3)):  # cut something out of it
            begin = draw.randrange(len(text) + 1)
            text = text[:begin] + text[begin + draw.randint(0, 4) :]
        made = inert(text)
        assert inert(made) == made, repr(text)
        assert acting(rendered(made)) == [], repr(text)


def test_an_honest_text_stays_as_it_is():
    address = "<https://example.org/>"
    made = inert(HONEST, {"drawing.png"})
    assert made == HONEST.replace(address, "< https://example.org/ >")


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_the_exercises_own_text_stays_as_it_is(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    assert texts
    for text in texts:
        # symbols of the exercises on language, which stand in code
        assert inert(text) == re.sub("<(?=start>|stop>)", "< ", text)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a<b", "a< b"),
        ("`<div>`", "`< div>`"),
        ("H<sub>2</sub>O<br/>x<BR>", "H<sub>2</sub>O<br/>x<BR>"),
        ("<b>x<i>y</b>z</i>", "<b>x< i>y</b>z< /i>"),
        ("</details>x<details>", "< /details>x< details>"),
        ("<b/>x</b>", "< b/>x< /b>"),
        ("[x](HTTPS://a.b/c)", "[x](HTTPS://a.b/c)"),
        ("[x](a.md 't')", "[x](a.md 't')"),
        ("[x](a:b)", "[x] (a:b)"),
        ("x[0]: int = y[1](z)", "x[0]: int = y[1](z)"),
        ("&amp; &lt; &nbsp; &rarr; &#945; a&b", "&amp; &lt; &nbsp; &rarr; &#945; a&b"),
        ("&#x6a; &colon; &lpar;", "& #x6a; & colon; & lpar;"),
        ("![x](attachment:here.png)", "![x](attachment:here.png)"),
        ("![x](attachment:there.png)", "! [x] (attachment:there.png)"),
        ("![x](https://a.b/c.png)", "! [x](https://a.b/c.png)"),
        ("\\href{a}{b} \\hrefs \\classes", "\\ href{a}{b} \\hrefs \\classes"),
        ("a\r\nb\rc\x00d", "a\nb\nc\ufffdd"),
    ],
)
def test_what_becomes_of_a_text(text, made):
    assert inert(text, {"here.png"}) == made


@pytest.mark.parametrize(
    "text", ["<", "<b>", "</b>", "<b><i>", "&", "&#", "![", "](", "]:", "] (", "`", " "]
)
def test_a_long_text_takes_no_long_time(text):
    begin = time.process_time()
    inert(text * 100_000)
    inert("[x](" + text * 100_000)
    assert time.process_time() - begin < 5


def test_a_number_of_many_digits_is_no_error():
    assert inert(f"&#{'1' * 5000};") == f"& #{'1' * 5000};"


def test_code_stays_and_pictures_are_all_that_is_attached():
    code = new_code_cell("x = '<script>'")
    text = new_markdown_cell("![x](attachment:a.png) ![x](attachment:b.svg) <script>")
    raw = new_raw_cell("<script>", metadata={"raw_mimetype": "text/html"})
    raw["attachments"] = {}
    notebook = new_notebook(cells=[code, text, raw])
    text["attachments"] = {
        "a.png": PICTURE | {"image/svg+xml": "<svg/>"},
        "b.svg": {"image/svg+xml": "<svg/>"},
        "c.png": {"image/png": '" onerror="x'},
        "d.png": "<script>",
    }
    notebook, _ = InertText().preprocess(notebook, {})
    assert code.source == "x = '<script>'"
    assert text.attachments == {"a.png": PICTURE}
    assert text.source == ("![x](attachment:a.png) ! [x] (attachment:b.svg) < script>")
    assert raw.source == "< script>"
    assert "attachments" not in raw
