"""A browser runs hostile Markdown as nbconvert renders it, and none made inert."""

import html

import pytest
from grading.hostile import HONEST, HOSTILE, PNG
from nbconvert.exporters import HTMLExporter

from course_lib.grading.pipeline.inert import inert

pytestmark = pytest.mark.browser
ADDRESS = "http://127.0.0.1:9/"  # nobody listens; the page is answered here
CLICK = """async () => {
  for (const frame of document.querySelectorAll("iframe.text")) {
    const page = frame.contentDocument;
    if (!page) continue;  // it led elsewhere
    for (const link of page.querySelectorAll("a[href]"))
      if (!link.protocol.startsWith("http")) link.click();
    for (const any of page.querySelectorAll("*"))
      any.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  }
}"""


@pytest.fixture
def show(browser):
    """Return a function that renders texts, each in a frame, and says what happened."""
    contexts = []

    def shown(texts: dict[str, str]) -> tuple[set[str], set[str]]:
        context = browser.new_context()
        contexts.append(context)
        ran, asked = set(), set()
        context.expose_binding("ran", lambda source, name: ran.add(str(name)))
        frames = "".join(
            f'<iframe class=text name="{name}" srcdoc="{html.escape(render(text))}">'
            "</iframe>"
            for name, text in texts.items()
        )

        def routed(route):
            if route.request.url == ADDRESS:
                page = f"<!DOCTYPE html><meta charset=utf-8><body>{frames}"
                route.fulfill(body=page, content_type="text/html")
            else:
                asked.add(route.request.url)
                route.abort()

        context.route("**/*", routed)
        page = context.new_page()
        page.goto(ADDRESS)
        page.wait_for_timeout(500)
        page.evaluate(CLICK)
        page.wait_for_timeout(500)
        return ran, asked

    yield shown
    for context in contexts:
        context.close()


def render(text: str) -> str:
    exporter = HTMLExporter()
    picture = {"drawing.png": {"image/png": PNG}}
    names = ("x.svg", "page", "nowhere.png")
    cell = {"attachments": picture | {name: {"text/html": "eA=="} for name in names}}
    return exporter.markdown2html({"cell": cell}, text)


def test_hostile_texts_run_as_they_are(show):
    ran, asked = show(HOSTILE)
    assert len(ran & set(HOSTILE)) > 40
    kinds = {"script", "image", "svg", "frame", "cell", "heading", "mermaid", "comment"}
    assert kinds | {"link", "link_upper", "link_entity", "reference", "autolink"} <= ran
    assert any(url.startswith("https://hostile.example/") for url in asked)


def test_no_text_runs_or_loads_once_it_is_inert(show):
    texts = {name: inert(text, {"drawing.png"}) for name, text in HOSTILE.items()}
    assert show(texts | {"honest": inert(HONEST, {"drawing.png"})}) == (set(), set())
