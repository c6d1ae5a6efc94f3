"""The figure of chapter 14: two sliders, by keyboard, on a narrow screen."""

import pytest
from places import STATIC

from course_lib.figures import schedules

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheet, script = (STATIC / name for name in ("figures.css", "figures.js"))
    path = tmp_path_factory.mktemp("schedules") / "schedules.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Schedules</title>"
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{sheet.as_uri()}">'
        f'<script src="{script.as_uri()}"></script></head><body style="margin: 16px">'
        f"{schedules.schedules_figure()._repr_html_()}</body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_the_end_moves_both_panels_and_the_length_the_second(browser, address):
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    figure = page.locator("[kind=curves]")
    say, curves = figure.locator(".uf-say"), figure.locator(".uf-curve")
    end, symbols = figure.locator("[type=range]").all()

    def drawn():
        return [curve.get_attribute("d") for curve in curves.all()]

    first = drawn()
    assert len(first) == 6
    symbols.press("Home")
    second = drawn()
    assert second[:3] == first[:3]
    assert second[3:] == second[:3], "one symbol: both panels show the same"
    assert "reads a symbol with probability 0.2" in say.inner_text()
    end.press("End")
    assert all(a != b for a, b in zip(drawn(), second, strict=True))
    assert "probability 0.8" in say.inner_text()
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320
    assert troubles == []
