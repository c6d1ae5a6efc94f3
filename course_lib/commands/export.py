"""The gradebook as CSV files that parse: nbgrader's own columns, Canvas's, Moodle's.

nbgrader's exporter joins cells with commas, so a name that holds one breaks its line,
and it asks the database several times for each grade. Here three queries read the whole
gradebook and Python's `csv` module writes it (RFC 4180: quoted cells, CRLF, UTF-8).

A spreadsheet runs a cell that begins like a formula. Such a text gets an apostrophe in
front (`guarded`), which `unguarded` takes away again; numbers stay as they are.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import ExportPlugin
from sqlalchemy import Select, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool

from course_lib.errors import CourseError
from course_lib.grading.course import programs_on_path, trouble

FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the last four: their full-width forms
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

PER_GRADE = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
    *("email", "raw_score", "late_submission_penalty", "score", "max_score"),
)
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Identifier", "Full name", "Email address")


def guarded(value: Any) -> str:
    """Return a cell's text, with an apostrophe before what would act as a formula.

    A text that begins with apostrophes and then like a formula gets one more, so that
    `unguarded` always gives back what was there.
    """
    if value is None:
        return ""
    text = str(value)
    if text.lstrip("'").startswith(FORMULA) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given ("" for None)."""
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA):
        return text[1:]
    return text


class ExportError(CourseError):
    """Nothing was exported, because what was asked for is not there."""


class Marks(NamedTuple):
    """What one learner has for one assignment."""

    timestamp: Any
    raw: float
    penalty: float

    @property
    def score(self) -> float:
        """The score after the penalty, never below 0, as nbgrader has it."""
        return max(0.0, self.raw - self.penalty)


class Grades:
    """The whole gradebook, or the part asked for, in three queries."""

    def __init__(
        self,
        gradebook: Gradebook,
        students: Iterable[Any] = (),
        assignments: Iterable[Any] = (),
    ):
        """Read the gradebook.

        Args:
            gradebook: nbgrader's, open.
            students: the ids to keep; none means all.
            assignments: the names to keep; none means all.
        """
        names, ids = [str(a) for a in assignments], [str(s) for s in students]
        a, s = Assignment, Student
        work = select(a.id, a.name, a.duedate, a.max_score).order_by(a.duedate, a.name)
        people = select(s.id, s.last_name, s.first_name, s.email, s.lms_user_id)
        people = people.order_by(s.last_name, s.first_name, s.id)
        rows = gradebook.db.execute(work)
        self.assignments = [row for row in rows if not names or row.name in names]
        rows = gradebook.db.execute(people)
        self.students = [row for row in rows if not ids or row.id in ids]
        chosen = {row.id for row in self.assignments}
        self.marks = {
            (assignment, student): Marks(*rest)
            for assignment, student, *rest in gradebook.db.execute(_all_marks())
            if assignment in chosen
        }


def _all_marks() -> Select[Any]:
    """Return the query for assignment, student, timestamp, raw score and penalty."""
    handed, notebook = SubmittedAssignment, SubmittedNotebook
    scores = (
        select(Grade.notebook_id.label("id"), func.sum(Grade.score).label("score"))
        .group_by(Grade.notebook_id)
        .subquery()
    )
    return (
        select(
            handed.assignment_id,
            handed.student_id,
            handed.timestamp,
            func.coalesce(func.sum(scores.c.score), 0.0),
            func.coalesce(func.sum(notebook.late_submission_penalty), 0.0),
        )
        .outerjoin(notebook, notebook.assignment_id == handed.id)
        .outerjoin(scores, scores.c.id == notebook.id)
        .group_by(handed.id)
    )


class CsvExport(ExportPlugin):
    """nbgrader's columns, one line a learner and assignment; 0 if nothing came."""

    default = "grades.csv"
    excel = Bool(
        False, help="Begin with a byte order mark, by which Excel knows UTF-8."
    ).tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file; `nbgrader export --exporter CLASS` calls this."""
        path = Path(self.to or self.default)
        self.log.info("Exporting grades to %s", path)
        grades = Grades(gradebook, self.student, self.assignment)
        encoding = "utf-8-sig" if self.excel else "utf-8"
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerows(
                [guarded(cell) for cell in row] for row in self.rows(grades)
            )

    def rows(self, grades: Grades) -> Iterator[Iterable[Any]]:
        """Yield the lines of the file, the header first."""
        yield PER_GRADE
        nothing = Marks(None, 0.0, 0.0)
        for work in grades.assignments:
            for who in grades.students:
                marks = grades.marks.get((work.id, who.id), nothing)
                yield (
                    *(work.name, work.duedate, marks.timestamp),
                    *(who.id, who.last_name, who.first_name, who.email),
                    *(marks.raw, marks.penalty, marks.score, work.max_score),
                )


class CanvasExport(CsvExport):
    """Canvas's gradebook import: one column an assignment, blank if nothing came.

    Canvas finds a learner by ID (`lms_user_id` in nbgrader) or, where that is blank, by
    SIS Login ID (the name of the learner's folder in `submitted/`).
    """

    default = "canvas.csv"

    def rows(self, grades: Grades) -> Iterator[Iterable[Any]]:
        """Yield the header, the points possible, then a line a learner."""
        yield *CANVAS, *(work.name for work in grades.assignments)
        blank = [""] * (len(CANVAS) - 1)
        points = (work.max_score for work in grades.assignments)
        yield "    Points Possible", *blank, *points
        for who in grades.students:
            name = _joined(", ", who.last_name, who.first_name) or who.id
            yield name, who.lms_user_id, "", who.id, "", *_scores(grades, who)


class MoodleExport(CsvExport):
    """Moodle's grade import (CSV): one column an assignment, blank if nothing came.

    Moodle asks which column is what: map Email address, or Identifier to the ID number
    (`lms_user_id` in nbgrader, else the learner's folder in `submitted/`).
    """

    default = "moodle.csv"

    def rows(self, grades: Grades) -> Iterator[Iterable[Any]]:
        """Yield the header, then a line a learner."""
        yield *MOODLE, *(f"Grade: {work.name}" for work in grades.assignments)
        for who in grades.students:
            name = _joined(" ", who.first_name, who.last_name) or who.id
            yield who.lms_user_id or who.id, name, who.email, *_scores(grades, who)


FORMATS = {"csv": CsvExport, "canvas": CanvasExport, "moodle": MoodleExport}


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part for part in parts if part)


def _scores(grades: Grades, who: Any) -> Iterator[float | None]:
    for work in grades.assignments:
        marks = grades.marks.get((work.id, who.id))
        yield None if marks is None else marks.score


def export(
    url: str, form: str = "csv", to: str | None = None, excel: bool = False
) -> Path:
    """Export a gradebook and return the file written.

    Args:
        url: the database, such as "sqlite:///gradebook.db".
        form: a name in `FORMATS`.
        to: the file to write; None means the format's default in this folder.
        excel: whether the file begins with a byte order mark.

    Raises:
        ExportError: there is no such database, or it cannot be used.
    """
    file = make_url(url).database if url.startswith("sqlite:") else None
    if file and not Path(file).exists():
        raise ExportError(f"{file} does not exist; give another with --gradebook")
    plugin = FORMATS[form](to=to or FORMATS[form].default, excel=excel)
    try:
        with programs_on_path(), Gradebook(url, "unrolled") as gradebook:
            plugin.export(gradebook)
    except (ImportError, SQLAlchemyError) as error:
        raise ExportError(trouble(url, error)) from error
    return Path(plugin.to)
