"""What all tests may ask for: the built book, built once a test run.

At the end of a run it prints the matrices task × mistake that the run has made.
"""

import os
import time
from pathlib import Path

import pytest
from book_kit import ROOT, build_book, complaints
from filelock import FileLock

BUILD = ROOT / "_build"
STARTED = time.time()


def pytest_addoption(parser):
    parser.addoption(
        "--screenshots",
        metavar="DIR",
        help="tests/browser: put a picture of every page, width and theme there",
    )


def pytest_terminal_summary(terminalreporter):
    """Print which mistakes fail, and which of them are named."""
    for path in sorted((BUILD / "matrix").glob("*.txt")):
        if path.stat().st_mtime >= STARTED:
            terminalreporter.write_line(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def built_book() -> Path:
    """The folder of the built site; the build runs once, also with several workers."""
    BUILD.mkdir(exist_ok=True)
    stamp, run = BUILD / "built-by", os.environ.get("PYTEST_XDIST_TESTRUNUID")
    with FileLock(BUILD / "book.lock"):
        if (
            run is None
            or not stamp.is_file()
            or stamp.read_text(encoding="utf-8") != run
        ):
            stamp.unlink(missing_ok=True)
            built = build_book(ROOT)
            if built.returncode:
                pytest.fail(
                    "jupyter-book build . -n -W --keep-going fails:\n"
                    + complaints(built.stdout),
                    pytrace=False,
                )
            stamp.write_text(run or "", encoding="utf-8")
    return BUILD / "html"
