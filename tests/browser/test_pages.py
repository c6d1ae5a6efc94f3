"""Every page in a real browser: desktop and phone, light and dark.

No error on the console, no request to another host, no violation that axe-core calls
serious or critical, nothing wider than the screen; and the figures answer.
"""

from importlib.resources import files

import pytest
from book_kit import CHAPTERS, files_in_toc
from browsing import settle, show_theme

pytestmark = pytest.mark.browser
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
PAGES = ["book/index", *files_in_toc(), "search", "genindex"]
HEAVIEST = 2.2e6  # bytes
COLOURS = ["color-contrast", "link-in-text-block"]
# Contrast depends on the colour, size and weight of a text and on what lies behind it.
LOOKS = """() => {
  const looks = new Map();
  for (const word of document.querySelectorAll("pre, pre *")) {
    if (![...word.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(word);
    const behind = [];
    for (let box = word; box; box = box.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(box);
      behind.push(backgroundColor, backgroundImage, opacity);
    }
    const seen = word.checkVisibility();
    const look = [style.color, style.fontSize, style.fontWeight, seen, ...behind];
    const key = look.join();
    // the longest word of a look: axe-core passes over single letters and signs
    const longest = looks.get(key)?.textContent.trim().length ?? 0;
    if (word.textContent.trim().length > longest) looks.set(key, word);
  }
  return [...looks.values()];
}"""
CHECK_COLOURS = f"""options => {{
  const words = ({LOOKS})();
  const include = [document.documentElement, ...words];
  const exclude = [...document.querySelectorAll("pre")];
  return axe.run({{ include, exclude }}, options);
}}"""
PALE = """() => {
  const words = [...document.querySelectorAll("article pre span")];
  words.findLast((word) => /\\w{3}/.test(word.textContent)).style.color = "#bbb";
}"""
WIDER = """() => {
  const wide = document.scrollingElement.scrollWidth - innerWidth;
  if (wide <= 0) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5)
    .map((e) => `${e.tagName} ${e.className}: ${e.textContent.slice(0, 40)}`)
    .concat(`the page is ${wide} px wider than the screen`);
}"""
# what stands in a closed <details> is not on the page
TOO_WIDE = """boxes => boxes.flatMap((e, index) =>
  e.scrollWidth - e.clientWidth > 20 && e.checkVisibility() ? [index] : [])"""
TAB_STOPS = """() => [...document.querySelectorAll("a[href], button, input, summary")]
  .filter((e) => e.checkVisibility() && e.tabIndex >= 0)
  .map((e) => { e.focus({ focusVisible: true }); return [e, getComputedStyle(e)]; })
  .filter(([e, style]) => document.activeElement === e && style.outlineStyle === "none")
  .map(([e]) => e.outerHTML.slice(0, 120))"""


def violations(page, only_colours: bool = False) -> list[str]:
    """Return what axe-core finds on the page; the colours of code once per look.

    A page has thousands of coloured words of code in a few colours, and the contrast of
    each would take as long as all other rules together, four times over.
    """
    if page.evaluate("() => !window.axe"):
        page.evaluate(AXE)
    # preload would ask the server for every style sheet once more
    options = {"resultTypes": ["violations"], "preload": False}
    colours = {**options, "runOnly": {"type": "rule", "values": COLOURS}}
    found = page.evaluate(CHECK_COLOURS, colours)["violations"]
    if not only_colours:
        others = {**options, "rules": {rule: {"enabled": False} for rule in COLOURS}}
        found += page.evaluate("options => axe.run(options)", others)["violations"]
    return [
        f"{one['impact']}: {one['id']}: {node['target']}: {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_offline_and_accessible(visit, picture, name, width):
    visited = visit(f"{name}.html", width)
    page = visited.page
    found = {}
    for theme in ("light", "dark"):
        show_theme(page, theme)
        picture(page, f"{name.replace('/', '_')}-{width}-{theme}")
        # the tree is the same in both themes: on phones, names and roles run once
        found[theme] = violations(page, only_colours=(width, theme) == (390, "dark"))
    assert not visited.errors
    assert not visited.outside
    assert not visited.missing
    assert found == {"light": [], "dark": []}
    assert page.evaluate(WIDER) == []
    assert 0 < visited.loaded <= HEAVIEST, f"{visited.loaded} bytes"
    if width == 390:
        page.set_viewport_size({"width": 320, "height": 640})
        settle(page)
        assert page.evaluate(WIDER) == []


def test_one_pale_word_among_the_code_of_a_page_is_seen(visit):
    page = visit("book/instructors.html").page
    assert violations(page, only_colours=True) == []
    page.evaluate(PALE)
    (found,) = violations(page, only_colours=True)
    assert "color-contrast" in found


@pytest.mark.parametrize("name", [f"book/{path.stem}" for path in CHAPTERS])
def test_mathematics_is_set_and_is_no_tab_stop(visit, name):
    page = visit(f"{name}.html").page
    formulas = page.locator(".math")
    assert formulas.count() > 0
    assert page.locator(".math mjx-container").count() == formulas.count()
    assert page.locator("mjx-container mjx-assistive-mml math").count() > 0
    assert page.locator("mjx-merror").count() == 0
    assert page.locator("mjx-container[tabindex='0']").count() == 0
    assert page.evaluate(TAB_STOPS) == [], "each tab stop shows that it has the focus"


@pytest.mark.parametrize("name", [f"book/{path.stem}" for path in CHAPTERS])
def test_interactive_figures_answer_to_mouse_and_keyboard(visit, name):
    visited = visit(f"{name}.html")
    figures = visited.page.locator("unrolled-figure")
    for index in range(figures.count()):
        figure = figures.nth(index)
        figure.scroll_into_view_if_needed()

        def heard(figure=figure):
            return figure.locator("[role=status]").all_inner_texts()

        before = heard()
        assert any(before), "a figure says in words what it shows"
        slider = figure.locator("input[type=range]").first
        if not slider.count():
            continue  # a heat map: its keys are tested in test_heat_map_page
        slider.focus()
        slider.press("ArrowLeft")
        moved = heard()
        assert moved != before, "the slider answers to the keyboard"
        if not figure.locator("[role=radiogroup]").count():
            continue  # a figure of sliders only
        others = figure.locator("[role=radio][aria-checked=false]:not(.uf-later)")
        others.first.click()
        clicked = heard()
        assert clicked != moved, "a node answers to the mouse"
        chosen = figure.locator("[role=radio][aria-checked=true]")
        for key in ("ArrowRight", "ArrowLeft"):
            chosen.press(key)
            if heard() != clicked:
                break
        assert heard() != clicked, "the nodes answer to the keyboard"
    assert not visited.errors


def test_some_chapter_has_an_interactive_figure(built_book):
    pages = (built_book / "book" / f"{path.stem}.html" for path in CHAPTERS)
    assert any("<unrolled-figure" in page.read_text(encoding="utf-8") for page in pages)


def test_search_works_without_a_network(visit):
    visited = visit("search.html?q=notation")
    page = visited.page
    page.wait_for_selector("ul.search li a")
    results = page.locator("ul.search li a").all_inner_texts()
    assert "Notation" in results
    assert not visited.outside


def test_the_front_door_opens_the_book(browser, site):
    page = browser.new_page()
    page.goto(site)
    page.wait_for_url("**/book/index.html")
    page.close()


def test_what_is_too_wide_scrolls_in_its_own_box_by_keyboard(visit):
    scrolled = {"div.math mjx-container": 0, "pre": 0}
    for path in CHAPTERS:
        page = visit(f"book/{path.stem}.html", 320).page
        for kind in scrolled:
            boxes = page.locator(f"article {kind}")
            for index in boxes.evaluate_all(TOO_WIDE):
                box = boxes.nth(index)
                box.focus()
                box.press("ArrowRight")
                assert box.evaluate("e => e === document.activeElement"), path.name
                page.wait_for_timeout(150)
                assert box.evaluate("e => e.scrollLeft > 0"), (
                    f"{path.name}: {box.inner_text()[:60]!r} does not scroll"
                )
                scrolled[kind] += 1
        page.context.close()
    assert all(scrolled.values()), scrolled
