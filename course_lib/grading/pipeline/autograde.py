"""nbgrader's autograde converter, fed with notebooks that cannot trip it.

Every submission is read and rebuilt first, into a temporary folder from which nbgrader
then takes it. So nbgrader meets regular files, valid notebooks and readable timestamps
only, and a submission without a usable notebook is graded like any other: with 0 and a
reason. Everything after that is nbgrader's own.
"""

import contextlib
import fnmatch
import json
import tempfile
import traceback
from pathlib import Path
from typing import Protocol, runtime_checkable

import nbformat
import nbgrader.api
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import sqlalchemy.exc
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import is_grade, is_task
from traitlets import Integer

from course_lib.grading.feedback.release import SECRET, read_secret
from course_lib.grading.pipeline.penalties import late_step, refresh
from course_lib.grading.pipeline.steps import StepError, resolved
from course_lib.grading.submission import folders
from course_lib.grading.submission.choose import read_submission
from course_lib.grading.submission.read import (
    MAX_BYTES,
    Note,
    Submission,
    read_timestamp,
)
from course_lib.grading.submission.rebuild import Exercise, rebuild

TRUST = (
    "If you would run every submission on this machine yourself, say so in "
    "nbgrader_config.py, below use_engine(c): c.Engine.sandbox = 'none' with "
    "c.Engine.trusted = True, or, where there is no Linux, "
    "settings.trust_learners(c)"
)


@runtime_checkable
class Isolating(Protocol):
    """A step that runs learners' code behind walls."""

    def __init__(self, *, parent: Autograde) -> None:
        """Take the options from the configuration of a converter."""

    def backend(self) -> object:
        """Return the walls; RuntimeError where there are none."""


class CourseAutograde(Autograde):
    """`nbgrader autograde`, with a preflight before it and a grade after it."""

    max_notebook_bytes = Integer(
        MAX_BYTES, help="A larger submitted notebook is not read and gets 0."
    ).tag(config=True)

    staged = ""

    @property
    def _input_directory(self) -> str:
        return self.staged if self._sanitizing else super()._input_directory

    def start(self) -> None:
        """Grade from a folder of rebuilt submissions that lives as long as this."""
        self._see_to_walls()
        try:
            late_step(self)  # refuse before all work if there is no such plugin
        except StepError as problem:
            self.log.error("%s", problem)
            raise
        with tempfile.TemporaryDirectory(prefix="rebuilt_") as folder:
            self.staged = folder
            try:
                super().start()
            finally:  # also if one of them failed
                self._refresh_penalties()

    def _refresh_penalties(self) -> None:
        students = {Path(path).parent.name for path in self.assignments}
        with contextlib.suppress(sqlalchemy.exc.OperationalError):
            for student, penalty in refresh(self, students).items():
                self.log.warning("%s: the late penalty is now %s", student, penalty)

    def _see_to_walls(self) -> None:
        """Refuse before all work where learners' code cannot be isolated as asked."""
        for step in resolved(self.autograde_preprocessors):
            if isinstance(step, type) and issubclass(step, Isolating):
                try:
                    step(parent=self).backend()
                except RuntimeError as problem:
                    self.log.error("%s. %s", problem, TRUST)
                    raise NbGraderException(f"{problem}. {TRUST}") from None

    def init_notebooks(self) -> None:
        """Rebuild every submission there is, for nbgrader to take from the stage."""
        found = folders.submissions(self.coursedir, self.coursedir.submitted_directory)
        self.exercises = self._load_exercises()
        staged = {}
        for student, folder in found.folders.items():
            target = Path(self._format_source(self.coursedir.assignment_id, student))
            target.mkdir(parents=True)
            try:
                self._stage(folder, target)
            except OSError as error:
                found.left_out[student] = f"it cannot be read: {error.strerror}"
            else:
                names = [str(target / f"{name}.ipynb") for name in self.exercises]
                staged[str(target)] = names
        for name, why in found.left_out.items():
            self.log.error("%s is not graded: %s", name, why)
        if not staged:
            super().init_notebooks()  # says what is missing
        self.assignments = staged

    def _stage(self, folder: Path, target: Path) -> None:
        for name, exercise in self.exercises.items():
            submission = read_submission(
                folder, name, exercise, self.max_notebook_bytes
            )
            for note in submission.notes:
                self.log.warning("%s: %s", folder, note.text)
            notebook = rebuild(exercise, submission)
            nbformat.write(notebook, target / f"{name}.ipynb")
        if timestamp := read_timestamp(folder):
            (target / "timestamp.txt").write_text(timestamp, encoding="utf-8")
        if secret := read_secret(folder):
            (target / SECRET).write_bytes(secret)

    def _load_exercises(self) -> dict[str, Exercise]:
        """Return the assignment's notebooks as generated, from source and gradebook."""
        course = self.coursedir
        assignment = course.assignment_id
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                found = gradebook.find_assignment(assignment).notebooks
            except MissingEntry:
                self._refuse(f"{assignment} is not in the gradebook")
            return {
                notebook.name: self._exercise(notebook)
                for notebook in found
                if fnmatch.fnmatch(notebook.name, course.notebook_id)
            }

    def _exercise(self, known: nbgrader.api.Notebook) -> Exercise:
        """Return a notebook from its source, with what the gradebook says of it."""
        name, generated = known.name, {cell.name: cell for cell in known.source_cells}
        course = self.coursedir
        source = course.format_path(course.source_directory, ".", course.assignment_id)
        path = Path(source, f"{name}.ipynb")
        if not path.exists():
            message = (
                f"{path} is missing, and the gradebook has it. Put it back, under the "
                "same name; or begin anew, which costs all grades of the exercise: "
                f"`nbgrader db assignment remove {course.assignment_id} --force`"
            )
            self.log.error(message)
            raise NbGraderException(message)
        exercise = Exercise(nbformat.read(path, as_version=4))
        marked = {cell.name: cell for cell in [*known.grade_cells, *known.task_cells]}
        stale = (
            set(exercise.place) != set(generated)
            or _points(exercise) != {n: cell.max_score for n, cell in marked.items()}
            or any(
                cell.locked and cell.source != exercise.cell(label).source
                for label, cell in generated.items()
            )
        )
        if stale:
            self._refuse(f"{path} has changed since it was last generated")
        if known.kernelspec and (kernelspec := json.loads(known.kernelspec)):
            exercise.notebook.metadata["kernelspec"] = kernelspec
        for label, cell in generated.items():
            own = exercise.cell(label)
            own.source, own.metadata.nbgrader["checksum"] = cell.source, cell.checksum
        return exercise

    def _refuse(self, why: str) -> None:
        message = (
            f"{why}; run `nbgrader generate_assignment "
            f"{self.coursedir.assignment_id} --force` and grade again."
        )
        self.log.error(message)
        raise NbGraderException(message)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook; if the grader itself fails, give 0 and say so."""
        try:
            super().convert_single_notebook(notebook_filename)
        except (sqlalchemy.exc.OperationalError, NbGraderException):
            raise
        except Exception as error:
            self.log.error("%s: %s", notebook_filename, traceback.format_exc())
            name = Path(notebook_filename).stem
            text = (
                f"The grader failed on this notebook ({type(error).__name__}); "
                "your instructor can see why in the log."
            )
            empty = Submission([], [Note(text)], readable=False)
            nbformat.write(rebuild(self.exercises[name], empty), notebook_filename)
            super().convert_single_notebook(notebook_filename)


def _points(exercise: Exercise) -> dict[str, float]:
    """Return the points of each cell that has some."""
    cells = {label: exercise.cell(label) for label in exercise.place}
    return {
        label: float(cell.metadata.nbgrader.points)
        for label, cell in cells.items()
        if is_grade(cell) or is_task(cell)
    }


def use_in_nbgrader() -> None:
    """Let `nbgrader autograde` and the formgrader use this converter.

    nbgrader has no setting for the class; both places look it up when they start.
    """
    nbgrader.apps.autogradeapp.Autograde = CourseAutograde
    nbgrader.apps.api.Autograde = CourseAutograde
