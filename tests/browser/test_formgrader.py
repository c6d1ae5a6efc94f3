"""The formgrader opens on a graded class, in JupyterLab, and shows its grades."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading.faults import CASES

from course_lib import assignments
from course_lib.grading.course import Course, programs_on_path

NAME = "0_tiny"
TINY = Path(__file__).parents[1] / "grading" / "tiny.py"
STUDENTS = ("missing", "right", "syntax_error")
SECONDS_TO_START = 90
pytestmark = [
    pytest.mark.browser,
    # jupyter and nbgrader open sockets and files that they leave to the collector
    pytest.mark.filterwarnings(
        "ignore::ResourceWarning",
        "ignore::DeprecationWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class of three, graded."""
    root = tmp_path_factory.mktemp("formgrader")
    (root / "source" / "solutions").mkdir(parents=True)
    source = root / "source" / "solutions" / f"{NAME}.py"
    shutil.copy(TINY, source)
    course = Course(root / "class")
    course.add_exercise(assignments.write_source(source))
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    for student in STUDENTS:
        folder = course.submission(student, NAME)
        CASES[student].make(folder, json.loads(release.read_text(encoding="utf-8")))
    course.autograde(NAME)
    return course


@pytest.fixture(scope="module")
def lab(browser, course, tmp_path_factory) -> Iterator[str]:
    """The address of a JupyterLab whose folder is the course."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("lab") / "log.txt"
    options = [
        *("--no-browser", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0"),
        *("--allow-root", "--IdentityProvider.token=", "--ServerApp.password="),
    ]
    with programs_on_path(), log.open("w", encoding="utf-8") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=course.root,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"JUPYTER_CONFIG_DIR": str(log.parent / "config")},
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:  # not yet
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_jupyterlab_opens_the_formgrader_from_its_menu(lab, page, picture):
    page.goto(f"{lab}/lab")
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=60_000)
    page.get_by_role("menuitem", name="Formgrader").click()
    inside = page.frame_locator("iframe[src*='formgrader']")
    row = inside.get_by_role("row").filter(has_text=NAME)
    row.wait_for(timeout=60_000)
    row.scroll_into_view_if_needed()
    assert "3" in row.inner_text().split()  # submissions
    picture(page, "formgrader_lab")


def test_the_gradebook_lists_the_grades(lab, page, picture):
    page.goto(f"{lab}/formgrader/gradebook/{NAME}/{NAME}")
    page.get_by_role("link", name="Submission #1").wait_for(timeout=60_000)
    scores = page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    picture(page, "formgrader_gradebook")
    assert sorted(score.strip() for score in scores) == ["0 / 6", "3 / 6", "5 / 6"]


def test_a_submission_shows_code_scores_and_the_reason(lab, page, picture):
    page.goto(f"{lab}/formgrader/manage_students/missing/{NAME}")
    page.get_by_role("link", name=NAME, exact=True).last.click(timeout=60_000)
    page.locator(".nbgrader_cell").first.wait_for(timeout=60_000)
    picture(page, "formgrader_submission")
    assert "0_tiny.ipynb is missing from what was handed in" in page.content()
