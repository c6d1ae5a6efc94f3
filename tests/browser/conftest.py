"""A browser, a server for the built book, and a page that keeps a record.

Chromium comes from the system (apt-get install chromium). Without it these tests are
skipped, except where REQUIRE_BROWSER=1 says that they must run.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Visit, settle, watch

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; one module at a time, for playwright allows one loop."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no chromium: apt-get install chromium")
        pytest.skip("no chromium on PATH: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield launched
        launched.close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files and write no log."""

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def site(built_book) -> Iterator[str]:
    """The address of the built book, served on this machine."""
    handler = functools.partial(QuietHandler, directory=str(built_book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(browser, site) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a page of the book at a width, in a theme."""
    contexts = []

    def opened(name: str, width: int = 1280, theme: str = "light") -> Visit:
        size = {"width": width, "height": 900}
        # with motion reduced no colour is caught half way between the themes
        context = browser.new_context(
            viewport=size, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        record = Visit(context.new_page())
        watch(record, context, site)
        record.page.goto(f"{site}/{name}")
        settle(record.page)
        return record

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def picture(request) -> Callable[[object, str], None]:
    """Return a function that keeps a screenshot where --screenshots DIR asks for it."""
    folder = request.config.getoption("--screenshots")

    def take(page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
