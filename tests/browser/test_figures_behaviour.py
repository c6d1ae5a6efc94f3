"""The figures in a real browser: mouse, keyboard, print, no script, phone, dark.

The page is written here, from the figures and the installed theme's style sheets, so
the test needs no built book and no server.
"""

from pathlib import Path

import numpy as np
import pydata_sphinx_theme
import pytest
import sphinx_book_theme
from places import STATIC

from course_lib.figures import bptt_paths as paths
from course_lib.figures.graph import ancestors, descendants, unrolled_graph
from course_lib.figures.parts.curves import Frame, Panel, Slider, moving_curves
from course_lib.figures.unrolling import unrolling

pytestmark = pytest.mark.browser
THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
BOOK = Path(sphinx_book_theme.__file__).parent / "theme/sphinx_book_theme/static"
EDGES = unrolled_graph(6)[1]
SCREENS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]


@pytest.fixture(scope="module")
def sizes():
    rng = np.random.default_rng(5)
    shapes = ((3, 4), (4, 4), (4,), (8, 3), (4,), (8, 4))
    return paths.contributions(*(rng.normal(size=shape) / 2 for shape in shapes))


def decay():
    """Two sliders, two panels: powers of a rate, times a gain."""
    rates, gains = (0.5, 0.9, 1.0), (1, 2)
    panel = Panel("Decay", range(11), "lag (steps)", "share", (1e-3, 2), ["a", "b"])

    def frame(i, j):
        curve = [gains[j] * rates[i] ** lag for lag in range(11)]
        return Frame([[curve, curve[::-1]]] * 2, f"Rate <b>{rates[i]}</b>: h_t")

    sliders = [Slider("Rate", [str(r) for r in rates], 1), Slider("Gain", "12", 0)]
    panels = [panel, panel._replace(log=True)]
    return moving_curves("Decay by lag", sliders, panels, frame)


@pytest.fixture(scope="module")
def site(tmp_path_factory, sizes):
    """Write a page like the book's for each theme; the script stands in the head."""
    folder = tmp_path_factory.mktemp("figures")
    sheets = [
        THEME / "styles/bootstrap.css",
        THEME / "styles/pydata-sphinx-theme.css",
        BOOK / "styles/sphinx-book-theme.css",
        STATIC / "figures.css",
    ]
    links = "".join(f'<link rel="stylesheet" href="{s.as_uri()}">' for s in sheets)
    script = f'<script src="{(STATIC / "figures.js").as_uri()}"></script>'
    outputs = "".join(
        f'<div class="cell"><div class="cell_output"><div class="output text_html">'
        f"{figure._repr_html_()}</div></div></div>"
        for figure in (unrolling(), paths.bptt_paths(sizes), decay())
    )
    for theme in ("light", "dark"):
        text = (
            f'<!doctype html><html lang="en" data-theme="{theme}"><head>'
            '<meta charset="utf-8"><title>Figures</title><meta name="viewport" '
            f'content="width=device-width">{links}{script}</head><body>'
            f'<main class="bd-content" style="display: block; margin: auto; '
            f'width: 100%; max-width: 700px; padding: 16px"><h1>Figures</h1>{outputs}'
            "</main></body></html>"
        )
        (folder / f"{theme}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def open_page(browser, site):
    """Open a page and, at the end, fail on any console message or page error."""
    contexts, troubles = [], []

    def opened(width=1280, theme="light", **options):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(request.url))
        page.goto((site / f"{theme}.html").as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture(params=SCREENS, ids=lambda s: f"{s[0]}-{s[1]}")
def page(request, open_page):
    return open_page(*request.param)


def lit(figure) -> set[str]:
    found = figure.locator("[data-name].uf-on").all()
    return {node.get_attribute("data-name") for node in found}


def checked(figure) -> str:
    return figure.locator("[aria-checked=true]").get_attribute("data-name")


def test_the_slider_by_keyboard(page):
    figure = page.locator("[kind=unrolling]")
    figure.locator("[type=range]").focus()
    page.keyboard.press("ArrowRight")
    assert "Depth 5" in figure.locator(".uf-facts").inner_text()
    assert "once" in figure.locator(".uf-facts").inner_text()
    assert figure.locator(".uf-slider b").inner_text() == "5"
    page.keyboard.press("Home")
    assert "Depth 1" in figure.locator(".uf-facts").inner_text()
    # what was chosen has gone: the last state takes its place
    assert checked(figure) == "s_1"
    assert "1 use of" in figure.locator(".uf-say").inner_text()
    assert figure.locator("[data-name]:not(.uf-later)").count() == 5


def test_the_slider_by_mouse(page):
    figure = page.locator("[kind=unrolling]")
    box = figure.locator("[type=range]").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert "Depth 6" in figure.locator(".uf-facts").inner_text()
    assert figure.locator(".uf-later").count() == 0


@pytest.mark.parametrize("name", ["s_2", "E_4", "s_1"])
def test_a_click_lights_the_ancestors(page, name):
    figure = page.locator("[kind=unrolling]")
    figure.locator(f"[data-name={name}]").click()
    assert lit(figure) == ancestors(name, EDGES) | {name}
    assert checked(figure) == name
    edges = {
        (e.get_attribute("data-from"), e.get_attribute("data-to"))
        for e in figure.locator("[data-from].uf-on").all()
    }
    reached = ancestors(name, EDGES) | {name}
    assert edges == {(a, b) for a, b in EDGES if b in reached}


@pytest.mark.parametrize("name", ["x_2", "θ", "s_0"])
def test_a_given_node_lights_what_it_reaches(open_page, name):
    figure = open_page().locator("[kind=unrolling]")
    figure.locator(f"[data-name={name}]").click()
    beyond = {f"{n}_{t}" for n in "sxE" for t in (5, 6)}
    seen = lit(figure) - beyond
    assert seen == (descendants(name, EDGES) | {name}) - beyond
    assert "is given" in figure.locator(".uf-say").inner_text()


def test_arrow_keys_walk_the_graph(page):
    figure = page.locator("[kind=unrolling]")
    figure.locator("[data-name=s_3]").focus()
    walk = {"ArrowLeft": "s_2", "ArrowUp": "E_2", "ArrowRight": "E_3"}
    for key, name in walk.items():
        page.keyboard.press(key)
        assert checked(figure) == name
        assert page.evaluate("document.activeElement.dataset.name") == name
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert checked(figure) == "E_4"  # the last step drawn is the last one reached
    assert figure.locator("[data-name][tabindex='0']").count() == 1


def test_gradient_turns_the_arrows_and_the_sentence(page):
    figure = page.locator("[kind=unrolling]")
    chosen = "[data-from=s_2][data-to=s_3]"
    assert figure.locator(f"{chosen} .uf-ahead").is_visible()
    figure.locator("[role=switch]").press("Space")
    assert figure.locator(f"{chosen} .uf-back").is_visible()
    assert not figure.locator(f"{chosen} .uf-ahead").is_visible()
    said = figure.locator(".uf-say").inner_text()
    assert "sends gradient to" in said
    assert "whose 3 contributions are added" in said
    assert figure.locator(".uf-badge").text_content() == "sum of 3"


def test_paths_follow_both_controls(page, sizes):
    figure = page.locator("[kind=bptt]")
    figure.locator("[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    figure.locator("[data-name=h_3]").click()
    page.keyboard.press("ArrowLeft")
    assert checked(figure) == "h_2"
    assert lit(figure) == {f"h_{k}" for k in range(2, 8)}
    said = figure.locator(".uf-say").inner_text()
    assert said == paths.describe(sizes[6], 2).replace("<b>", "").replace("</b>", "")
    assert "5 Jacobians" in said
    jacobians = figure.locator("[data-part=jacobian].uf-on").all()
    assert [j.get_attribute("data-step") for j in jacobians] == [
        "3",
        "4",
        "5",
        "6",
        "7",
    ]


def test_bars_have_the_heights_that_python_computed(open_page, sizes):
    figure = open_page().locator("[kind=bptt]")

    def bars():
        found = figure.locator(".uf-bar").all()
        return [float(bar.get_attribute("height")) for bar in found]

    assert bars() == paths.heights(sizes[-1])
    figure.locator("[type=range]").fill("4")
    assert bars() == [*paths.heights(sizes[3]), 0, 0, 0, 0]
    figure.locator("[role=switch]").check()
    assert bars()[:4] == paths.heights(sizes[3], paths.lowest_decade(sizes))
    assert figure.locator(".uf-scale-log").is_visible()
    assert not figure.locator(".uf-scale-linear").is_visible()


def test_curves_follow_their_sliders(page):
    figure = page.locator("[kind=curves]")
    curves = figure.locator(".uf-curve")

    def drawn():
        return [curve.get_attribute("d") for curve in curves.all()]

    first = drawn()
    rate, gain = figure.locator("[type=range]").all()
    rate.focus()
    page.keyboard.press("ArrowRight")
    assert figure.locator(".uf-slider b").first.inner_text() == "1.0"
    assert figure.locator(".uf-say").inner_text() == "Rate 1.0: ht"
    assert rate.get_attribute("aria-valuetext") == "1.0"
    turned = drawn()
    assert all(a != b for a, b in zip(first, turned, strict=True))
    page.keyboard.press("ArrowLeft")
    assert drawn() == first
    gain.scroll_into_view_if_needed()
    box = gain.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert drawn() not in (first, turned)


def test_the_script_changes_nothing_before_the_reader_does(open_page):
    still, live = open_page(java_script_enabled=False), open_page()
    for selector in (".uf-on", ".uf-later", ".uf-say", ".uf-facts"):
        counts = [p.locator(selector).count() for p in (still, live)]
        assert counts[0] == counts[1] > 0
    for selector in (".uf-say", ".uf-facts"):
        for a, b in zip(
            still.locator(selector).all(), live.locator(selector).all(), strict=True
        ):
            assert a.inner_text() == b.inner_text()


def test_without_script_and_in_print_a_still_picture(open_page):
    still, printed = open_page(java_script_enabled=False), open_page()
    printed.emulate_media(media="print")
    for page in (still, printed):
        for figure in page.locator("unrolled-figure").all():
            assert not figure.locator(".uf-controls").is_visible()
            assert figure.locator("svg").last.is_visible()
            assert figure.locator(".uf-say").is_visible()
            chosen = figure.locator("[aria-checked=true], .uf-curve")
            assert chosen.first.is_visible()
    assert printed.locator("[data-name=s_4]").is_visible()
    assert not printed.locator("[data-name=s_5]").is_visible()


def test_nothing_overflows_and_all_can_be_read_and_hit(page):
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for svg in page.locator("unrolled-figure svg").all():
        scale = svg.evaluate("s => s.clientWidth / s.viewBox.baseVal.width")
        for text in svg.locator("text").all():
            size = text.evaluate("t => parseFloat(getComputedStyle(t).fontSize)")
            assert size * scale >= 11
            box = text.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        for target in svg.locator(".uf-hit").all():
            box = target.bounding_box()
            assert min(box["width"], box["height"]) >= 24


def test_the_theme_does_not_paint_the_figure_light_in_the_dark(open_page):
    page = open_page(theme="dark")
    for output in page.locator(".output").all():
        ground = output.evaluate("o => getComputedStyle(o).backgroundColor")
        assert ground == "rgba(0, 0, 0, 0)"


def test_roles_and_names_for_a_screen_reader(open_page):
    page = open_page()
    figure = page.get_by_role("figure", name="A recurrent graph, unrolled")
    assert figure.get_by_role("slider", name="Steps T").count() == 1
    assert figure.get_by_role("switch", name="Gradient").count() == 1
    group = figure.get_by_role("radiogroup", name="Nodes of the unrolled graph")
    assert group.get_by_role("radio", name="state s 3", checked=True).count() == 1
    assert group.get_by_role("radio", name="shared parameter θ").count() == 1
    assert figure.get_by_role("status").count() == 2


@pytest.mark.parametrize(
    ("motion", "still"), [("reduce", True), ("no-preference", False)]
)
def test_motion_is_left_out_when_asked(open_page, motion, still):
    page = open_page(reduced_motion=motion)
    node = page.locator(".uf-unrolled .uf-node").first
    duration = node.evaluate("n => getComputedStyle(n).transitionDuration")
    assert (duration == "0s") == still


def test_focus_is_seen(open_page):
    page = open_page()
    page.locator("[kind=unrolling] [type=range]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.name") == "s_3"
    ring = page.locator("[data-name=s_3] .uf-hit")
    page.wait_for_timeout(300)
    assert ring.evaluate("r => getComputedStyle(r).stroke") == "rgb(11, 99, 165)"
