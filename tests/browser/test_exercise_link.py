"""A learner's click: from an exercise in JupyterLab to its chapter."""

import subprocess
import sys

import pytest
from places import ROOT

from course_lib.commands import serve


@pytest.fixture(scope="module")
def lab():
    """The address of JupyterLab as `serve` starts it, with its token."""
    port = serve._free(0)
    process = subprocess.Popen(
        serve.lab_command(ROOT, port, "of-a-test"),
        stdout=sys.stderr,
        stderr=subprocess.DEVNULL,
    )
    yield lambda path: f"http://127.0.0.1:{port}/lab/tree/{path}?token=of-a-test"
    serve._stop(process)


def arrive(page, address):
    """Go to an address as soon as something answers there."""
    for _ in range(240):
        try:
            return page.goto(address, timeout=120_000)
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(500)
    raise AssertionError(f"nothing answers at {address}")


def test_read_first_opens_the_chapter(browser, lab):
    page = browser.new_page()
    arrive(page, lab("exercises/03_rnn/03_rnn.ipynb"))
    link = page.locator("a", has_text="The recurrent network").first
    link.wait_for(timeout=120_000)
    page.wait_for_function(
        "a => a.href.includes('book/03_rnn.md')", arg=link.element_handle()
    )
    link.click()
    title = page.get_by_role("heading", name="3 · The recurrent network, forward")
    title.wait_for(timeout=60_000)
    assert title.is_visible()
    page.close()
