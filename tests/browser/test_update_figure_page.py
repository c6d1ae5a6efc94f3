"""The figure of chapter 11: two sliders, by keyboard, on a narrow screen."""

import pytest
from places import STATIC

from course_lib.figures import update

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheet, script = (STATIC / name for name in ("figures.css", "figures.js"))
    path = tmp_path_factory.mktemp("update") / "update.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Update gate</title>"
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{sheet.as_uri()}">'
        f'<script src="{script.as_uri()}"></script></head><body style="margin: 16px">'
        f"{update.update_figure()._repr_html_()}</body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_the_mark_turns_a_leaky_unit_into_a_memory(browser, address):
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    figure = page.locator("[kind=curves]")
    say, curves = figure.locator(".uf-say"), figure.locator(".uf-curve")
    bias, weight = figure.locator("[type=range]").all()

    def drawn():
        return [curve.get_attribute("d") for curve in curves.all()]

    first = drawn()
    assert "a leaky unit with α = 0.881" in say.inner_text()
    weight.press("End")
    bias.press("End")
    assert "1.000 without a mark and 0.000 at a mark" in say.inner_text()
    assert "off by 0.00" in say.inner_text()
    # state and gate follow; what is read and what is wanted do not
    same = [a == b for a, b in zip(first, drawn(), strict=True)]
    assert same == [False, True, True, False]
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320
    assert troubles == []
