"""The map of chapter 15 is a table of the weights, and says where a word looks."""

from xml.etree import ElementTree as ET

import pytest
import torch

from course_lib.figures import heat_map as figure

SOURCE, WORDS = "早上好", ("good", "morning", "!")
WEIGHTS = torch.tensor([[0.02, 0.08, 0.9], [0.5, 0.3, 0.2], [0.0, 0.996, 0.004]])
GOLD = ((2,), (0, 1), ())


def table(**options):
    html = figure.heat_map(WEIGHTS, SOURCE, WORDS, GOLD, **options).html
    return ET.fromstring(html.replace(">\u00a0<", "><"))


def test_rows_are_words_and_columns_characters():
    root = table()
    heads = root.findall(".//thead//th")
    assert [head.text for head in heads] == list(SOURCE)
    assert {head.get("lang") for head in heads} == {"zh-Hans"}
    assert {head.get("scope") for head in heads} == {"col"}
    rows = root.findall(".//tbody/tr")
    assert [row.find("th").text for row in rows] == list(WORDS)
    assert [[cell.text for cell in row.findall("td")] for row in rows] == [
        [None, None, "90"],
        ["50", "30", "20"],
        [None, "100", None],
    ]


def test_shades_are_weights_and_frames_are_gold():
    rows = table().findall(".//tbody/tr")
    cells = [row.findall("td") for row in rows]
    assert [cell.get("style") for cell in cells[0]] == ["--w:2%", "--w:8%", "--w:90%"]
    assert cells[2][0].get("style") is None
    framed = [["uf-gold" in (c.get("class") or "") for c in row] for row in cells]
    assert framed == [[False, False, True], [True, True, False], [False] * 3]
    strong = [["uf-strong" in (c.get("class") or "") for c in row] for row in cells]
    assert strong == [[False, False, True], [False] * 3, [False, True, False]]


def test_every_row_says_where_it_looks():
    says = [row.get("data-say") for row in table().findall(".//tbody/tr")]
    assert says[0] == (
        '<b>good</b> looks most at <span lang="zh-Hans">好</span>, character 3 '
        "(90\u00a0%), which says it."
    )
    assert says[2].endswith("(100\u00a0%). No character says this word.")
    wrong = figure.describe("good", [0.7, 0.1, 0.2], SOURCE, {1, 2})
    assert wrong.endswith(
        'What says it is <span lang="zh-Hans">上好</span>, '
        "with 30\u00a0% of the weight."
    )
    assert figure.describe("good", [0.7, 0.1, 0.2], SOURCE, None).endswith(
        "(70\u00a0%)."
    )


def test_one_row_is_lit_at_first_with_its_characters():
    root = table(start=1)
    assert [row.get("class") for row in root.findall(".//tbody/tr")] == [
        None,
        "uf-on",
        None,
    ]
    assert [h.get("class") for h in root.findall(".//thead//th")] == [
        "uf-on",
        "uf-on",
        None,
    ]
    said = "".join(root.find(".//p[@role='status']").itertext())
    assert said.startswith("morning looks most at 早")


def test_no_element_is_empty_for_html_has_no_such_thing():
    html = figure.heat_map(WEIGHTS, SOURCE, WORDS, GOLD).html
    assert "<td />" not in html
    assert "<th />" not in html
    assert "<div />" not in html


def test_without_gold_there_is_nothing_to_frame():
    html = figure.heat_map(WEIGHTS, SOURCE, WORDS).html
    assert "uf-gold" not in html
    assert "uf-controls" not in html


def test_weights_on_their_side_are_refused():
    with pytest.raises(ValueError, match="words=2, characters=3"):
        figure.heat_map(torch.rand(3, 2), SOURCE, WORDS[:2])
    with pytest.raises(ValueError, match="gold is for 2 words"):
        figure.heat_map(WEIGHTS, SOURCE, WORDS, GOLD[:2])
