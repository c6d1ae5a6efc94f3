"""The pages that several processes write are those of `nbgrader generate_feedback`.

A page that cannot be written costs no other; what stood there before does not stay.
"""

import json
import shutil
from pathlib import Path

import pytest
from grading import engine_kit as kit
from places import TINY

from course_lib import __main__ as commands
from course_lib.authoring import build
from course_lib.grading.batch import feedback_pages
from course_lib.grading.batch.grade import grade
from course_lib.grading.course import Course

NAME = "00_tiny"
LEARNERS = [f"learner {number}" for number in range(5)]
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::sqlalchemy.exc.SAWarning",
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    """A course with five graded submissions and no page."""
    kit.backend()
    root = tmp_path_factory.mktemp("pages")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    course = Course(root / "course")
    course.add_exercise(build.write_source(root / "solutions" / f"{NAME}.py"))
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    for number, learner in enumerate(LEARNERS):
        text = release.read_text(encoding="utf-8").replace(
            "raise NotImplementedError", "return 42"
        )
        target = course.submission(learner, NAME) / f"{NAME}.ipynb"
        target.write_text(text if number % 2 else text[:99], encoding="utf-8")
    assert not grade(course.root, NAME).failed
    return course.root


@pytest.fixture
def root(graded, tmp_path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course"))


def pages(root: Path) -> dict[str, bytes]:
    files = [path for path in (root / "feedback").rglob("*") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_the_pages_are_nbgraders(root, monkeypatch):
    Course(root).feedback(NAME)
    expected = pages(root)
    assert len(expected) == 2 * len(LEARNERS)  # the page, and the same as data
    shutil.rmtree(root / "feedback")
    monkeypatch.setattr(feedback_pages, "SHARE", 2)
    found = feedback_pages.write_pages(root, NAME, workers=2)
    assert (found.written, found.failed) == (len(LEARNERS), [])
    assert pages(root) == expected


def test_pages_follow_the_grades(root):
    """Where nbgrader would leave a page as it is, this writes it anew."""
    feedback_pages.write_pages(root, NAME)
    with Course(root).gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, LEARNERS[1])
        for graded in notebook.grades:
            graded.extra_credit = 17.0
        gradebook.db.commit()
    before = pages(root)
    feedback_pages.write_pages(root, NAME)
    changed = {path for path, text in pages(root).items() if text != before[path]}
    assert changed == {
        f"feedback/{LEARNERS[1]}/{NAME}/{name}"
        for name in (f"{NAME}.html", "results.json")
    }


def test_a_notebook_that_cannot_be_read_costs_its_own_page_only(root, capfd):
    feedback_pages.write_pages(root, NAME)
    broken = root / "autograded" / LEARNERS[2] / NAME / f"{NAME}.ipynb"
    broken.write_text("no notebook", encoding="utf-8")
    assert commands.main(["feedback", NAME, "--course", str(root)]) == 1
    said = capfd.readouterr()
    assert "4 pages, 1 failed" in said.out
    assert f"no page for {broken.parent}" in said.out
    assert "NotJSONError" in said.err
    learners = {path.split("/")[1] for path in pages(root)}
    assert learners == {*LEARNERS} - {LEARNERS[2]}


def test_a_process_that_dies_is_said(root, monkeypatch):
    monkeypatch.setattr(feedback_pages, "_begin", _die)
    with pytest.raises(
        feedback_pages.FeedbackError, match="run the same command again"
    ):
        feedback_pages.write_pages(root, NAME)


def _die(*_):
    raise SystemExit(3)


def test_what_cannot_work_is_said(root, tmp_path, capsys):
    assert commands.main(["feedback", "01_none", "--course", str(root)]) == 2
    assert "nothing is graded for 01_none" in capsys.readouterr().err
    assert commands.main(["feedback", NAME, "--course", str(tmp_path)]) == 2
    assert "nbgrader_config.py is missing" in capsys.readouterr().err
    words = ["feedback", NAME, "--course", str(root), "--workers", "0"]
    assert commands.main(words) == 2
    assert "at least 1 is needed" in capsys.readouterr().err


def test_results_say_what_the_gradebook_says(root):
    feedback_pages.write_pages(root, NAME)
    place = root / "feedback" / LEARNERS[1] / NAME / "results.json"
    said = {
        t["task"]: t["score"]
        for t in json.loads(place.read_text(encoding="utf-8"))["tasks"]
    }
    known = {g.task: g.score for g in Course(root).grades(LEARNERS[1], NAME)}
    assert {task: said[task] for task in known if task.startswith("test_")} == {
        task: score for task, score in known.items() if task.startswith("test_")
    }
