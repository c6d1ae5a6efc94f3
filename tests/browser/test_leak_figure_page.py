"""The leak of chapter 09: one slider, by keyboard and by touch, on a narrow screen."""

import pytest
from places import STATIC

from course_lib.figures import leak

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheet, script = (STATIC / name for name in ("figures.css", "figures.js"))
    path = tmp_path_factory.mktemp("leak") / "leak.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Leak</title>"
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{sheet.as_uri()}">'
        f'<script src="{script.as_uri()}"></script></head><body style="margin: 16px">'
        f"{leak.leak_figure()._repr_html_()}</body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_the_slider_turns_alpha(browser, address):
    context = browser.new_context(
        viewport={"width": 320, "height": 900}, has_touch=True
    )
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    figure = page.locator("[kind=curves]")
    say, curves = figure.locator(".uf-say"), figure.locator(".uf-curve")
    slider = figure.locator("[type=range]")

    def drawn():
        return [curve.get_attribute("d") for curve in curves.all()]

    first = drawn()
    assert "α = 0.9, a time constant of 10 steps" in say.inner_text()
    slider.press("ArrowRight")
    assert "α = 0.95, a time constant of 20 steps" in say.inner_text()
    # both states follow; the input is what it was
    moved = [a != b for a, b in zip(first, drawn(), strict=True)]
    assert moved == [True, True, False]
    slider.press("Home")
    assert "in the step of the jump itself" in say.inner_text()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert "α = 0.99" in say.inner_text()
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320
    assert troubles == []
