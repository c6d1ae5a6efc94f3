"""The one writer: puts executed notebooks into the gradebook, by nbgrader's own way.

What arrives has its outputs already. From there on everything is nbgrader's converter
with the steps of `nbgrader_config.py`: restoring the locked cells, the verdict, saving
of grades, penalties. So formgrader, feedback and export find what they always found.
"""

import contextlib
import functools
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import nbgrader.api
import sqlalchemy.exc
from nbconvert.exporters import NotebookExporter
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import ClearOutput
from traitlets import Float

from course_lib.grading.autograde import CourseAutograde
from course_lib.grading.engine import Engine
from course_lib.grading.execute import RunNotebook, error, is_test
from course_lib.grading.rebuild import Exercise

PASSING = ("locked", "busy", "could not connect", "connection refused", "closed the")


@contextlib.contextmanager
def one_database_engine() -> Iterator[None]:
    """Let nbgrader, which opens the gradebook anew at every step, compile SQL once."""
    create = nbgrader.api.create_engine
    nbgrader.api.create_engine = functools.cache(create)
    try:
        yield
    finally:
        nbgrader.api.create_engine = create


class GradebookWriter(CourseAutograde):
    """nbgrader's autograde without the running of notebooks, which was done before."""

    lock_patience = Float(
        600.0, help="Seconds to wait for a database that others hold."
    ).tag(config=True)

    @contextlib.contextmanager
    def opened(self) -> Iterator["GradebookWriter"]:
        """Load the exercises and keep a folder for what is being written."""
        self.force = True
        steps = self.autograde_preprocessors
        self.autograde_preprocessors = [
            step for step in steps if step not in (Engine, RunNotebook)
        ]
        if self.autograde_preprocessors == steps:
            raise NbGraderException(
                "Autograde.autograde_preprocessors names no Engine; `grade` needs the "
                "steps that `settings.configure` sets"
            )
        self.sanitize_preprocessors = [
            step for step in self.sanitize_preprocessors if step is not ClearOutput
        ]
        self.exercises = self.patiently(self._load_exercises)
        temporary = tempfile.TemporaryDirectory(prefix="executed_")
        with temporary as folder, one_database_engine():
            self.staged = folder
            self.writer = FilesWriter(parent=self, config=self.config)
            self.exporter = NotebookExporter(parent=self, config=self.config)
            yield self

    def write(self, student: str, result: dict, timestamp: str | None) -> None:
        """Bring one submission's notebooks into the gradebook and into autograded/.

        Args:
            student: the name of the learner's folder.
            result: `notebooks` as JSON text by name, or `failed`, a reason.
            timestamp: when it was handed in, as nbgrader reads it.
        """
        assignment = self.coursedir.assignment_id
        folder = Path(self.staged, student, assignment)
        folder.mkdir(parents=True, exist_ok=True)
        for name, exercise in self.exercises.items():
            if "failed" in result:
                notebook = ungraded(exercise, result["failed"])
            else:
                notebook = nbformat.reads(result["notebooks"][name], as_version=4)
            nbformat.write(notebook, folder / f"{name}.ipynb")
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)
        found = [str(folder / f"{name}.ipynb") for name in self.exercises]
        self.assignments = {str(folder): found}
        self.patiently(self.convert_notebooks)
        for path in folder.iterdir():
            path.unlink()

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Write one notebook; if that fails, write 0 and the reason instead."""
        convert = super(CourseAutograde, self).convert_single_notebook
        try:
            convert(notebook_filename)
        except (sqlalchemy.exc.OperationalError, NbGraderException):
            raise
        except Exception as problem:
            self.log.error("%s: %s", notebook_filename, traceback.format_exc())
            exercise = self.exercises[Path(notebook_filename).stem]
            reason = f"its result could not be written ({type(problem).__name__})"
            nbformat.write(ungraded(exercise, reason), notebook_filename)
            convert(notebook_filename)

    def patiently(self, action: Callable):
        """Do something with the database; wait while others hold it."""
        deadline = time.monotonic() + self.lock_patience
        while True:
            try:
                return action()
            except (sqlalchemy.exc.OperationalError, NbGraderException) as problem:
                if not _passing(problem) or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def present(self) -> set[str]:
        """Return the learners whose submission the gradebook and autograded/ hold."""
        return self.patiently(self._present)

    def _present(self) -> set[str]:
        course = self.coursedir
        assignment = course.assignment_id
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                found = gradebook.assignment_submissions(assignment)
            except MissingEntry:
                return set()
            known = {submission.student_id for submission in found}
        return {
            student
            for student in known
            if all(
                Path(self._format_dest(assignment, student), f"{name}.ipynb").exists()
                for name in self.exercises
            )
        }


def _passing(problem: BaseException | None) -> bool:
    """Whether an error of the database is one that passes."""
    while problem is not None:
        if isinstance(problem, sqlalchemy.exc.OperationalError):
            return any(word in str(problem).lower() for word in PASSING)
        problem = problem.__cause__ or problem.__context__
    return False


def ungraded(exercise: Exercise, reason: str) -> NotebookNode:
    """Return the exercise with a reason instead of a result at every test.

    A test without outputs would have full marks in nbgrader, so each gets an error.
    """
    notebook = nbformat.from_dict(exercise.notebook)
    text = f"This submission could not be graded: {reason}. Your instructor knows."
    for cell in filter(is_test, notebook.cells):
        cell.outputs = [error("NotGraded", text)]
    notes = [{"text": text, "grade_id": ""}]
    notebook.metadata["unrolled"] = {"readable": False, "notes": notes}
    return notebook
