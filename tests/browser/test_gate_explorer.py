"""The gate explorer of chapter 10: three sliders, by keyboard, on a narrow screen."""

import pytest
from places import STATIC

from course_lib.figures import gates

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheet, script = (STATIC / name for name in ("figures.css", "figures.js"))
    path = tmp_path_factory.mktemp("gates") / "gates.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Gates</title>"
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{sheet.as_uri()}">'
        f'<script src="{script.as_uri()}"></script></head><body style="margin: 16px">'
        f"{gates.gate_explorer()._repr_html_()}</body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


def test_the_three_sliders_set_the_gates(browser, address):
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    figure = page.locator("[kind=curves]")
    say, curves = figure.locator(".uf-say"), figure.locator(".uf-curve")
    forget, mark, output = figure.locator("[type=range]").all()

    def drawn():
        return [curve.get_attribute("d") for curve in curves.all()]

    first = drawn()
    assert "Forget gate 0.99" in say.inner_text()
    for _ in range(2):
        forget.press("ArrowLeft")
    assert "Forget gate 0.73" in say.inner_text()
    shorter = drawn()
    # cell, shown state and gradient follow; what is wanted does not
    assert [a == b for a, b in zip(first, shorter, strict=True)] == [
        *(False, False, True, False)
    ]
    mark.press("Home")
    assert "input gate 0.50 at a mark, 0.50 elsewhere" in say.inner_text()
    output.press("Home")
    assert "the unit shows 0.00" in say.inner_text()
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width <= 320
    assert troubles == []
