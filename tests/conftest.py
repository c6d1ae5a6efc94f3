"""What all tests may ask for: the built book. How a run is shared among workers.

At the end of a run it prints the matrices task × mistake that the run has made.
"""

import os
import time
from pathlib import Path

import pytest
import scheduling
from book_kit import ROOT
from book_once import BookOnce

BUILD = ROOT / "_build"
STARTED = time.time()
BOOK = BookOnce(ROOT)


def pytest_addoption(parser):
    parser.addoption(
        "--screenshots",
        metavar="DIR",
        help="tests/browser: put a picture of every page, width and theme there",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return scheduling.Units(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    if "PYTEST_XDIST_WORKER" in os.environ:
        scheduling.put_in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids):
    """Begin to build the book, where several workers can use the time until then.

    Not from a worker: tests look at what runs below theirs.
    """
    if any(name.startswith(scheduling.WITH_THE_BOOK) for name in ids):
        BOOK.start(node.workerinput["testrunuid"])


def pytest_sessionfinish():
    BOOK.stop()


def pytest_terminal_summary(terminalreporter):
    """Print which mistakes fail, and which of them are named."""
    for path in sorted((BUILD / "matrix").glob("*.txt")):
        if path.stat().st_mtime >= STARTED:
            terminalreporter.write_line(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def built_book() -> Path:
    """The folder of the built site; the build runs once, also with several workers."""
    wrong = BOOK.complaints()
    if wrong:
        pytest.fail(
            f"jupyter-book build . -n -W --keep-going fails:\n{wrong}", pytrace=False
        )
    return BUILD / "html"
