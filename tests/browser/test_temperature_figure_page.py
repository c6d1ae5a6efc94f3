"""The temperature of chapter 12: one slider, on a narrow screen, in both themes."""

import pytest
import torch
from places import STATIC

from course_lib.figures.poems import poem_table
from course_lib.figures.temperature import temperature_figure

pytestmark = pytest.mark.browser
SYMBOLS = "青高小空春江山水月花云雨风天人家南北东西"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheet, script = (STATIC / name for name in ("figures.css", "figures.js"))
    path = tmp_path_factory.mktemp("temperature") / "temperature.html"
    figure = temperature_figure(torch.linspace(4, -4, 20), SYMBOLS)
    poems = [("after", ("明月照青山", "清风入小楼"))]
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Temperature</title>"
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{sheet.as_uri()}">'
        f'<script src="{script.as_uri()}"></script></head><body style="margin: 16px">'
        f"{figure._repr_html_()}{poem_table(poems, 'Poems')._repr_html_()}"
        "</body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_the_slider_turns_the_temperature(browser, address):
    context = browser.new_context(viewport={"width": 320, "height": 900})
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
    assert first[0] == first[1], "at first it is the model's own temperature"
    assert "τ = 1: 青 " in say.inner_text()
    assert say.locator("[lang=zh-Hans]").count() == 3
    slider.press("ArrowRight")
    assert "τ = 1.4: 青 " in say.inner_text()
    moved = [a != b for a, b in zip(first, drawn(), strict=True)]
    assert moved == [True, False, True, False]
    slider.press("Home")
    assert "a fair choice among 1.1" in say.inner_text()
    # the table is wider than the screen, and scrolls in its own box, by keyboard too
    table = page.get_by_role("region", name="Poems")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.still-figure').scrollLeft > 0")
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320
    assert troubles == []
