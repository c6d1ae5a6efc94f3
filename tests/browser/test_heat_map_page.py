"""The map of chapter 15: rows by mouse and keyboard, its frames, print, phone, dark."""

from pathlib import Path

import pydata_sphinx_theme
import pytest
import torch
from places import STATIC

from course_lib.figures.heat_map import heat_map

pytestmark = pytest.mark.browser
THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
SOURCE = "昨天小明在公园画马"
WORDS = ("xiaoming", "drew", "horses", "in", "the", "park", "yesterday")
PLACES = ((2, 3), (7,), (8,), (4,), (), (5, 6), (0, 1))


def weights():
    """The first gold place has most of the weight; a word without one looks around."""
    found = torch.full((len(WORDS), len(SOURCE)), 0.01)
    for row, places in enumerate(PLACES):
        for share, place in zip((0.9, 0.3), places, strict=False):
            found[row, place] = share
    return found / found.sum(dim=1, keepdim=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("map")
    sheets = [
        THEME / "styles/bootstrap.css",
        THEME / "styles/pydata-sphinx-theme.css",
        STATIC / "figures.css",
    ]
    links = "".join(f'<link rel="stylesheet" href="{s.as_uri()}">' for s in sheets)
    script = f'<script src="{(STATIC / "figures.js").as_uri()}"></script>'
    html = heat_map(weights(), SOURCE, WORDS, PLACES, start=2)._repr_html_()
    for theme in ("light", "dark"):
        (folder / f"{theme}.html").write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><head>'
            '<meta charset="utf-8"><title>Map</title><meta name="viewport" '
            f'content="width=device-width">{links}{script}</head><body>'
            f'<main style="padding: 16px">{html}<button>next</button></main>'
            "</body></html>",
            encoding="utf-8",
        )
    return folder


@pytest.fixture
def open_page(browser, site):
    contexts, troubles = [], []

    def opened(width=1280, theme="light", **options):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto((site / f"{theme}.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def lit(page):
    row = page.locator("tbody tr.uf-on > th").all_inner_texts()
    return row, page.locator("thead th.uf-on").all_inner_texts()


def test_a_row_is_lit_under_the_mouse(open_page):
    page = open_page()
    assert lit(page) == (["horses"], ["马"])
    page.locator("tbody tr").nth(5).hover()
    assert lit(page) == (["park"], ["公"])
    assert page.locator(".uf-say").inner_text() == (
        "park looks most at 公, character 6 (71\u00a0%), which says it."
    )
    page.locator("tbody tr").nth(4).hover()
    assert lit(page) == (["the"], [])
    assert "No character says this word." in page.locator(".uf-say").inner_text()


def test_the_table_is_one_tab_stop_and_arrows_walk_its_rows(open_page):
    page = open_page()
    page.locator("input").focus()
    page.keyboard.press("Tab")  # the box that scrolls on a phone
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").startswith("horses")
    for key, word in (
        ("ArrowDown", "in"),
        ("End", "yesterday"),
        ("ArrowDown", "yesterday"),
        ("Home", "xiaoming"),
        ("ArrowUp", "xiaoming"),
        ("ArrowDown", "drew"),
    ):
        page.keyboard.press(key)
        assert lit(page)[0] == [word]
        assert page.locator(".uf-say b").inner_text() == word
    ring = page.locator("tbody tr.uf-on").evaluate("r => getComputedStyle(r).outline")
    assert "3px" in ring
    assert page.locator("tbody tr[tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "next"


def test_without_script_rows_are_lit_by_mouse_and_focus(open_page):
    page = open_page(java_script_enabled=False)
    assert not page.locator(".uf-controls").is_visible()
    assert page.locator("tbody tr[tabindex='0']").count() == len(WORDS)
    row = page.locator("tbody tr").nth(5)

    def weight():
        return page.locator("tbody tr").nth(5).locator("th").bounding_box()["width"]

    row.hover()
    assert row.locator("th").is_visible()
    assert weight() > 0


def test_the_frames_can_be_taken_away(open_page):
    page = open_page()
    cell = page.locator("td.uf-gold").first

    def style():
        return cell.evaluate("c => getComputedStyle(c).outlineStyle")

    assert style() == "solid"
    page.locator("input").press("Space")
    assert style() == "none"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_map_fits_and_can_be_read(open_page, width, theme):
    page = open_page(width, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for head in page.locator("thead th").all():
        box = head.bounding_box()
        size = head.evaluate("h => parseFloat(getComputedStyle(h).fontSize)")
        assert size >= 14
        assert box["width"] >= 0.95 * size, "two characters must not touch"
    table, box = (page.locator(s).bounding_box() for s in (".uf-map", ".uf-scroll"))
    assert table["width"] <= box["width"], "nine characters fit without scrolling"
    # letters on the darkest and on the lightest shades: at least 4.5 to 1
    for cell in page.locator("tbody td").all():
        if cell.inner_text().strip():
            assert cell.evaluate(CONTRAST) >= 4.5


CONTRAST = """cell => {
  const paint = document.createElement("canvas").getContext("2d");
  const luminance = (colour) => {
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(cell);
  const pair = [luminance(style.backgroundColor), luminance(style.color)].sort();
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


def test_in_print_the_shades_and_the_sentence_stay(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert not page.locator(".uf-controls").is_visible()
    assert page.locator(".uf-say").is_visible()
    adjust = "t => getComputedStyle(t).printColorAdjust"
    assert page.locator(".uf-map").evaluate(adjust) == "exact"


def test_characters_are_text_in_their_own_language(open_page):
    page = open_page()
    table = page.get_by_role("region", name="Attention of each word").get_by_role(
        "table"
    )
    heads = table.get_by_role("columnheader")
    assert [head.inner_text() for head in heads.all()] == list(SOURCE)
    assert table.get_by_role("rowheader").all_inner_texts() == list(WORDS)
    assert page.locator("thead th:not([lang=zh-Hans])").count() == 0
