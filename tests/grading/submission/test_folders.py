"""Whatever lies in `submitted/` is graded, or a line says why not; all ways agree."""

import json
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from grading import engine_kit as kit
from grading.faults import solved
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from places import TINY
from traitlets.config import Config

from course_lib.authoring import build
from course_lib.grading.batch.feedback_pages import write_pages
from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.course import Course
from course_lib.grading.feedback.release import ReleaseFeedback, read_secret
from course_lib.grading.settings import configure, use_engine
from course_lib.grading.submission import folders

NAME = "0_tiny"
ACCENT = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
GOOD = [
    *("ann", "Ann", " lead", "trail ", "a, b", "O'Hara", 'say "hi"', "<b onclick=f()>"),
    *("[x]*?", "[!a]", "*", "?", "CON", "a+b", "{student_id}", "50%", "back\\slash"),
    *(*ACCENT, "李 明", "🦜", "x" * 128, "--force", "a.b", "~", "$HOME", "a;b|c&d"),
]
BAD = {
    "odd\udcff": ("odd\\xff", "not UTF-8"),
    "line\nbreak": ("line\\nbreak", "a line break"),
    "escape\x1b[31m": ("escape\\x1b[31m", "control character"),
    ".hidden": (".hidden", "begins with a dot"),
    "y" * 129: ("y" * 129, "129 characters, 128 can be kept"),
}
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::sqlalchemy.exc.SAWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def settings() -> Config:
    config = Config()
    configure(config)
    use_engine(config)
    return config


def look(root: Path, step: str = "submitted", **options: str) -> folders.Found:
    found = CourseDirectory(root=str(root), assignment_id=NAME, **options)
    return folders.submissions(found, step)


def test_names_that_can_be_graded_and_names_that_cannot(tmp_path):
    for name in [*GOOD, *BAD]:
        (tmp_path / "submitted" / name / NAME).mkdir(parents=True)
    (tmp_path / "submitted" / "nothing" / "another").mkdir(parents=True)
    found = look(tmp_path)
    assert list(found.folders) == sorted(GOOD)
    assert len(found.left_out) == len(BAD)
    for shown, why in BAD.values():
        assert why in found.left_out[shown]
        assert shown.isprintable()


def test_what_is_no_folder(tmp_path):
    top = tmp_path / "submitted"
    elsewhere = tmp_path / "elsewhere" / NAME
    elsewhere.mkdir(parents=True)
    (top / "file_for_folder").mkdir(parents=True)
    (top / "file_for_folder" / NAME).write_text("", encoding="utf-8")
    (top / "linked").mkdir()
    (top / "linked" / NAME).symlink_to(elsewhere)
    (top / "on_another_disk").symlink_to(elsewhere.parent)
    (top / "ann.zip").write_bytes(b"PK")
    (top / ".DS_Store").write_bytes(b"")
    (top / "broken").symlink_to(tmp_path / "nowhere")
    (top / "circle").symlink_to(top / "circle")
    found = look(tmp_path)
    # the first two get 0 and a reason, see `preflight`
    assert list(found.folders) == ["file_for_folder", "linked", "on_another_disk"]
    assert found.left_out == {
        "ann.zip": "it is no folder; unpack it or take it away",
        "broken": "it is a link that leads nowhere",
        "circle": found.left_out["circle"],
    }
    assert "symbolic links" in found.left_out["circle"]


@pytest.mark.parametrize("where", ["learner", "assignment", "all"])
def test_what_may_not_be_read(tmp_path, monkeypatch, where):
    """Tests may run as root, who may read everything: the system's word is made up."""
    for name in ("ann", "bob"):
        (tmp_path / "submitted" / name / NAME).mkdir(parents=True)
    closed = tmp_path / "submitted" / "ann"
    closed = {"learner": closed, "assignment": closed / NAME, "all": closed.parent}

    def refusing(function):
        def call(path, *more, **options):
            if Path(path) == closed[where] or closed[where] in Path(path).parents:
                raise PermissionError(13, "Permission denied", str(path))
            return function(path, *more, **options)

        return call

    if where == "learner":
        monkeypatch.setattr(os, "lstat", refusing(os.lstat))
    monkeypatch.setattr(os, "listdir", refusing(os.listdir))
    if where == "all":
        with pytest.raises(NbGraderException, match="cannot be read: Permission"):
            look(tmp_path)
        return
    found = look(tmp_path)
    assert list(found.folders) == ["bob"]
    assert found.left_out == {"ann": "it cannot be looked into: Permission denied"}


def test_who_is_asked_for(tmp_path):
    for name in ("ann", "anne", "[a]nn", "bob"):
        (tmp_path / "submitted" / name / NAME).mkdir(parents=True)
    assert list(look(tmp_path, student_id="[a]nn").folders) == ["[a]nn"]
    assert list(look(tmp_path, student_id="ann*").folders) == ["ann", "anne"]
    found = look(tmp_path, student_id_exclude="ann,bob")
    assert list(found.folders) == ["[a]nn", "anne"]
    assert set(found.left_out) == {"ann", "bob"}


def test_another_layout_is_refused(tmp_path):
    other = "{nbgrader_step}/{assignment_id}/{student_id}"
    with pytest.raises(NbGraderException, match="directory_structure is"):
        look(tmp_path, directory_structure=other)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A class of odd names; nothing is graded."""
    kit.backend()
    root = tmp_path_factory.mktemp("odd_names")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    course = Course(root / "course", settings())
    course.add_exercise(build.write_source(root / "solutions" / f"{NAME}.py"))
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    right = json.dumps(solved(json.loads(release.read_text(encoding="utf-8"))))
    for name in ["ann", "[x]*?", "<b onclick=f()>", ACCENT[1], "trail ", *BAD]:
        folder = course.submission(name, NAME)
        (folder / f"{NAME}.ipynb").write_text(right, encoding="utf-8")
        (folder / "submission_secret.txt").write_text(name[0], encoding="utf-8")
        (folder / "timestamp.txt").write_text("2024-05-01 00:00:00 UTC", "utf-8")
    shutil.rmtree(course.submission("by hand", NAME))
    course.submission("by hand", NAME)
    return course.root


KNOWN = sorted(["ann", "[x]*?", "<b onclick=f()>", ACCENT[1], "trail ", "by hand"])


def marks(course: Course) -> dict[str, float]:
    with course.gradebook() as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {one.student.id: one.score for one in found}


def test_grade_and_autograde_agree_on_the_class(prepared, tmp_path, caplog):
    expected = dict.fromkeys(KNOWN, 5.0) | {"by hand": 0.0}
    ours = Course(shutil.copytree(prepared, tmp_path / "ours"), settings())
    summary = grade(ours.root, NAME)
    assert summary.executed == len(KNOWN)
    assert set(summary.left_out) == {shown for shown, _ in BAD.values()}
    assert not summary.clean
    assert "odd\\xff: not graded, its name is not UTF-8" in str(summary)
    assert marks(ours) == expected
    with pytest.raises(GradeError, match=r"\.hidden is not graded: its name begins"):
        grade(ours.root, NAME, students=[".hidden"])
    theirs = Course(shutil.copytree(prepared, tmp_path / "theirs"), settings())
    theirs.autograde(NAME)
    assert marks(theirs) == expected
    for shown, _ in BAD.values():
        assert f"{shown} is not graded" in caplog.text

    assert write_pages(ours.root, NAME).written == len(KNOWN)
    theirs.feedback(NAME)
    assert left_in(ours) == left_in(theirs)
    pages = [path for path in left_in(ours) if path.endswith(".html")]
    assert sorted(Path(path).parts[0] for path in pages) == KNOWN
    # a graded notebook holds the hidden tests
    assert not [path for path in left_in(theirs) if path.endswith(".ipynb")]
    release(ours, tmp_path / "exchange", caplog)


def left_in(course: Course) -> list[str]:
    """Return the files of feedback/ in order."""
    top = course.root / "feedback"
    files = [path for path in top.rglob("*") if path.is_file()]
    return sorted(path.relative_to(top).as_posix() for path in files)


def release(course: Course, exchange: Path, caplog) -> None:
    """What has no secret, and what cannot be released, stops no other page."""
    config = Config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.course_id = "unrolled"
    config.CourseDirectory.assignment_id = NAME
    caplog.set_level("WARNING", logger="traitlets")
    config.Exchange.root = str(exchange)
    (exchange / "unrolled").mkdir(parents=True)
    exchange.chmod(0o777)
    pages = course.root / "feedback"
    (pages / "ann" / NAME / "submission_secret.txt").write_bytes(b"\xff")
    (pages / "[x]*?" / NAME / "timestamp.txt").unlink()
    ReleaseFeedback(coursedir=CourseDirectory(config=config), config=config).start()
    released = list((exchange / "unrolled" / "feedback").glob("*.html"))
    assert len(released) == len(KNOWN) - 2
    assert "by hand: this did not come through the exchange" in caplog.text
    assert "No page is released for ann" in caplog.text
    config.CourseDirectory.assignment_id = "another"
    with pytest.raises(ExchangeError, match="there is no page for another"):
        ReleaseFeedback(coursedir=CourseDirectory(config=config), config=config).start()


def test_a_secret_is_a_small_file_and_nothing_else(tmp_path):
    path = tmp_path / "submission_secret.txt"
    assert read_secret(tmp_path) is None
    path.write_bytes(b"abc")
    assert read_secret(tmp_path) == b"abc"
    path.write_bytes(b"a" * 1001)
    assert read_secret(tmp_path) is None
    path.unlink()
    path.mkdir()
    assert read_secret(tmp_path) is None
    path.rmdir()
    path.symlink_to("/etc/hostname")
    assert read_secret(tmp_path) is None
    path.unlink()
    os.mkfifo(path)
    assert read_secret(tmp_path) is None
