"""The one writer: puts graded submissions into the gradebook and into `autograded/`.

Workers return finished notebooks and what is to be saved of them (see `steps`). The
writer leaves what `nbgrader autograde` would leave, a batch at a time. So formgrader,
feedback and export find what they always found.
"""

import contextlib
import errno
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import nbformat
import sqlalchemy.exc
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import parse_utc, rmtree
from traitlets import Float

from course_lib.grading.batch.jobs import Result
from course_lib.grading.batch.tables import Entry, Rows
from course_lib.grading.engine.preprocessor import Engine
from course_lib.grading.feedback.release import SECRET
from course_lib.grading.notebook.cells import error, is_test
from course_lib.grading.pipeline import steps
from course_lib.grading.pipeline.autograde import CourseAutograde
from course_lib.grading.pipeline.kernel import RunNotebook
from course_lib.grading.pipeline.penalties import late_step
from course_lib.grading.submission.folders import other_files
from course_lib.grading.submission.rebuild import Exercise

WILL_PASS = (
    *("locked", "busy", "could not connect", "connection refused", "closed the"),
    *("terminating connection", "starting up", "shutting down", "deadlock"),
    "is the server running",
    *("connection is lost", "connection is closed", "too many clients"),
)


T = TypeVar("T")


@dataclass(frozen=True)
class Submission:
    """What is known of one submission.

    Attributes:
        student: the learner's id.
        timestamp: when it was handed in, in UTC.
        secret: the exchange's.
        result: a worker's, if there is one.
        failed: why there is none.
    """

    student: str
    timestamp: str | None
    secret: bytes | None
    result: Result | None
    failed: str = ""


class GradebookWriter(CourseAutograde):
    """nbgrader's autograde, without what workers have done before."""

    lock_patience = Float(
        600.0, help="Seconds to wait for a database that others hold."
    ).tag(config=True)

    @contextlib.contextmanager
    def begin(self) -> Iterator["GradebookWriter"]:
        """Load the exercises, keep the gradebook open, and close it at the end."""
        for option in ("pre_convert_hook", "post_convert_hook"):
            if getattr(self, option) is not None:
                raise NbGraderException(
                    f"`grade` runs no hook, and c.Autograde.{option} names one; take "
                    "it away, or run `nbgrader autograde`"
                )
        self.exercises = self.retry_while_locked(self._load_exercises)
        self.before, self.after = self._describe_steps()
        self.penalties = late_step(self)
        course = self.coursedir
        name = course.assignment_id
        self.rows = self.retry_while_locked(
            lambda: Rows(course.db_url, name, self.penalties)
        )
        source = Path(course.format_path(course.source_directory, ".", name))
        kept = {source / place for place in self.exclude_overwriting.get(name, [])}
        files = other_files(source, [*course.ignore, "*.ipynb"])
        self.files = {p.relative_to(source): p for p in files if p not in kept}
        self.people = self.retry_while_locked(self.rows.people)
        try:
            yield self
        finally:
            self.rows.close()

    def _describe_steps(self) -> tuple[steps.Description, steps.Description]:
        """Return the steps before and after the running of a notebook."""
        named = steps.resolved(self.autograde_preprocessors)
        runs = [step for step in named if step in (Engine, RunNotebook)]
        if not runs:
            raise NbGraderException(
                "Autograde.autograde_preprocessors names no Engine; `grade` needs the "
                "steps that `settings.configure` sets"
            )
        place = named.index(runs[0])
        before = [*self.sanitize_preprocessors, *named[:place]]
        after = named[place + 1 :]
        return steps.described(before, self.config), steps.described(after, self.config)

    def write(self, submissions: list[Submission]) -> dict[str, str]:
        """Bring submissions into the gradebook and into `autograded/`.

        If that fails for one of them, it gets 0 and the reason.

        Returns:
            by learner, why there is not even that.
        """
        if not submissions:
            return {}
        try:
            self._write(submissions)
        except (sqlalchemy.exc.OperationalError, NbGraderException):
            raise
        except Exception as problem:
            if getattr(problem, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
                raise NbGraderException(f"the disk is full: {problem}") from problem
            if len(submissions) > 1:
                lost: dict[str, str] = {}
                for one in submissions:
                    lost |= self.write([one])
                return lost
            [one] = submissions
            self.log.error("%s: %s", one.student, traceback.format_exc())
            reason = f"its result could not be written ({type(problem).__name__})"
            if one.result is None:
                return {one.student: f"{reason}: {problem}"}
            return self.write([replace(one, result=None, failed=reason)])
        return {}

    def _write(self, submissions: list[Submission]) -> None:
        entries = []
        for one in submissions:
            result = one.result or self._grade_nothing(one.student, one.failed)
            self._write_files(one, result.notebooks)
            when = parse_utc(one.timestamp) if one.timestamp else None
            entries.append(Entry(one.student, when, result.rows))
        self.retry_while_locked(lambda: self.rows.write(entries))

    def _write_files(self, submission: Submission, notebooks: dict[str, str]) -> None:
        assignment, student = self.coursedir.assignment_id, submission.student
        folder = Path(self._format_dest(assignment, student))
        if folder.exists():
            rmtree(str(folder))
        folder.mkdir(parents=True)
        if submission.timestamp:
            stamp = folder / "timestamp.txt"
            stamp.write_text(submission.timestamp, encoding="utf-8")
        if submission.secret:
            (folder / SECRET).write_bytes(submission.secret)
        for place, path in self.files.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / place)
        for name, text in notebooks.items():
            (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
        self.set_permissions(assignment, student)

    def _grade_nothing(self, student: str, reason: str) -> Result:
        """Return what a worker would return for a submission that no worker graded."""
        after, result = steps.made(self.after), Result()
        for name, exercise in self.exercises.items():
            where = {"student": student, "notebook": name}
            where["assignment"] = self.coursedir.assignment_id
            notebook = show_reason(exercise, reason)
            text, rows = steps.finished(after, notebook, where)
            result.notebooks[name], result.rows[name] = text, rows
        return result

    def retry_while_locked(self, action: Callable[[], T]) -> T:
        """Do something with the database; wait while others hold it."""
        deadline = time.monotonic() + self.lock_patience
        while True:
            try:
                return action()
            except (sqlalchemy.exc.OperationalError, NbGraderException) as problem:
                if not _will_pass(problem) or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def reject(self, student: str) -> str | None:
        """Return why a learner is not to be graded, by nbgrader's own options."""
        if self.create_student or student in self.people:
            return None
        return "not in the gradebook, and c.Autograde.create_student is False"

    def find_written(self) -> set[str]:
        """Return the learners whose submission the gradebook and autograded/ hold."""
        assignment = self.coursedir.assignment_id
        return {
            student
            for student in self.retry_while_locked(self.rows.students)
            if all(
                Path(self._format_dest(assignment, student), f"{name}.ipynb").exists()
                for name in self.exercises
            )
        }


def _will_pass(problem: BaseException | None) -> bool:
    """Whether an error of the database is one that passes."""
    while problem is not None:
        if isinstance(problem, sqlalchemy.exc.OperationalError):
            return any(word in str(problem).lower() for word in WILL_PASS)
        problem = problem.__cause__ or problem.__context__
    return False


def show_reason(exercise: Exercise, reason: str) -> NotebookNode:
    """Return the exercise with a reason instead of a result at every test.

    A test without outputs would have full marks in nbgrader, so each gets an error.
    """
    notebook: NotebookNode = nbformat.from_dict(exercise.notebook)
    text = f"This submission could not be graded: {reason}. Your instructor knows."
    for cell in filter(is_test, notebook.cells):
        cell.outputs = [error("NotGraded", text)]
    notes = [{"text": text, "grade_id": ""}]
    notebook.metadata["unrolled"] = {"readable": False, "notes": notes}
    return notebook
