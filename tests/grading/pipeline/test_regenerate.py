"""An exercise may change after it was graded; what people entered stays."""

import copy
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from grading import engine_kit as kit
from grading import postgres_kit
from grading.batch.class_kit import answer
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from places import TINY

from course_lib.authoring import build
from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.course import Course, load_config, programs_on_path
from course_lib.grading.pipeline.regenerate import CourseGenerate

NAME = "0_tiny"
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::sqlalchemy.exc.SAWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


class Changing:
    """A course with two graded submissions, whose source is changed."""

    def __init__(self, root: Path):
        self.root = root
        self.path = root / "solutions" / NAME / f"{NAME}.ipynb"

    def source(self) -> nbformat.NotebookNode:
        return nbformat.read(self.path, as_version=4)

    def write(self, notebook: nbformat.NotebookNode) -> None:
        nbformat.write(notebook, self.path)

    def generate(self, **options: bool) -> None:
        """Do `nbgrader generate_assignment NAME --force`."""
        config = load_config(self.root)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.assignment_id = NAME
        course = CourseDirectory(config=config)
        with programs_on_path():
            CourseGenerate(
                coursedir=course, config=config, force=True, **options
            ).start()

    def gradebook(self) -> Gradebook:
        config = load_config(self.root)
        config.CourseDirectory.root = str(self.root)
        with programs_on_path():
            return Gradebook(CourseDirectory(config=config).db_url, "unrolled")

    def scores(self) -> dict[str, dict[str, float]]:
        with self.gradebook() as gradebook:
            return {
                one.student.id: {grade.name: grade.score for grade in one.grades}
                for book in gradebook.find_assignment(NAME).notebooks
                for one in book.submissions
            }

    def points(self) -> float:
        with self.gradebook() as gradebook:
            return gradebook.find_assignment(NAME).max_score


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    kit.backend()
    root = tmp_path_factory.mktemp("source")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    return build.write_source(root / "solutions" / f"{NAME}.py")


@pytest.fixture(scope="module")
def postgres() -> Iterator[postgres_kit.Server]:
    with postgres_kit.running() as server:
        yield server


BOTH = pytest.mark.parametrize("changing", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def changing(request, source, tmp_path) -> Changing:
    """A graded class; a person has given points and a comment."""
    root = tmp_path / "course"
    course = Course(root)
    course.add_exercise(source)
    if getattr(request, "param", "sqlite") == "postgresql":
        config = root / "nbgrader_config.py"
        url = request.getfixturevalue("postgres").address()
        text = config.read_text(encoding="utf-8")
        line = f"c.CourseDirectory.db_url = {url!r}"
        config.write_text(f"{text}\n{line}\n", encoding="utf-8")
    found = Changing(root)
    found.generate()
    release = root / "exercises" / NAME / f"{NAME}.ipynb"
    text = release.read_text(encoding="utf-8")
    for name in ("ann", "bob"):
        answer(course.submission(name, NAME), text, "2 * x", "3 * x")
    assert grade(root, NAME).executed == 2
    with found.gradebook() as gradebook:
        gradebook.find_grade("why", NAME, NAME, "ann").manual_score = 1.0
        gradebook.find_grade("test_double", NAME, NAME, "ann").extra_credit = 0.5
        comment = gradebook.find_comment("triple", NAME, NAME, "ann")
        comment.manual_comment = "Well done."
        gradebook.db.commit()
    return found


def label(cell: nbformat.NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def with_another_test(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Add a test of two points after the last."""
    [model] = [cell for cell in notebook.cells if label(cell) == "test_triple"]
    new = copy.deepcopy(model)
    new.metadata.nbgrader |= {"grade_id": "test_more", "points": 2}
    new.source = "assert double(5) == 10\n2.0"
    notebook.cells.append(new)
    return notebook


@BOTH
def test_a_test_is_added_and_another_goes(changing):
    before = changing.scores()
    assert before["ann"] == {"test_double": 2.5, "test_triple": 3, "why": 1}
    changing.write(with_another_test(changing.source()))
    with pytest.raises(GradeError, match="nbgrader generate_assignment 0_tiny --force"):
        grade(changing.root, NAME)
    changing.generate()  # as it was told
    assert changing.points() == 8
    assert changing.scores()["ann"] == before["ann"] | {"test_more": 0}
    assert grade(changing.root, NAME).executed == 2
    assert changing.scores()["ann"] == before["ann"] | {"test_more": 2}
    assert changing.scores()["bob"] == before["bob"] | {"test_more": 2}
    with changing.gradebook() as gradebook:
        comment = gradebook.find_comment("triple", NAME, NAME, "ann")
        assert comment.comment == "Well done."
        assert gradebook.find_grade("why", NAME, NAME, "ann").manual_score == 1.0

    less = changing.source()
    less.cells = [cell for cell in less.cells if label(cell) != "test_triple"]
    more = next(cell for cell in less.cells if label(cell) == "test_more")
    more.metadata.nbgrader["points"] = 4.0
    changing.write(less)
    with pytest.raises(GradeError, match="has changed since it was last generated"):
        grade(changing.root, NAME)
    changing.generate()
    assert changing.points() == 7
    assert grade(changing.root, NAME).executed == 2
    assert changing.scores()["ann"] == {"test_double": 2.5, "why": 1, "test_more": 2}


@BOTH
def test_what_people_entered_is_not_dropped_unasked(changing):
    before = changing.scores()
    renamed = changing.source()
    for cell in renamed.cells:
        if label(cell) == "why":
            cell.metadata.nbgrader["grade_id"] = "reason"
        if label(cell) == "test_triple":
            cell.metadata.nbgrader["grade_id"] = "test_thrice"
    changing.write(renamed)
    release = changing.root / "exercises" / NAME / f"{NAME}.ipynb"
    text = release.read_bytes()
    with pytest.raises(NbGraderException, match=r"entered points .*: why \(1\)\."):
        changing.generate()
    assert changing.scores() == before
    assert release.read_bytes() == text
    changing.generate(discard=True)
    assert grade(changing.root, NAME).executed == 2
    assert changing.scores()["ann"] == {
        **{"test_double": 2.5, "test_thrice": 3, "reason": 0}
    }
    for cell in renamed.cells:  # and a written answer may come back
        if label(cell) == "reason":
            cell.metadata.nbgrader["grade_id"] = "why"
    changing.write(renamed)
    changing.generate()
    assert grade(changing.root, NAME).executed == 2
    assert set(changing.scores()["ann"]) == {"test_double", "test_thrice", "why"}


def test_points_that_changed_are_not_overlooked(changing):
    other = changing.source()
    for cell in other.cells:
        if label(cell) == "test_double":
            cell.metadata.nbgrader["points"] = 3
    changing.write(other)
    with pytest.raises(GradeError, match="has changed since"):
        grade(changing.root, NAME)


def test_a_notebook_that_is_gone_has_another_way_out(changing):
    os.rename(changing.path, changing.path.with_name("other.ipynb"))
    with pytest.raises(GradeError, match=r"Put it back.*assignment remove 0_tiny"):
        grade(changing.root, NAME)
