"""Rows of the gradebook for many submissions in one transaction.

nbgrader saves each grade in a transaction of its own, with the whole assignment read
anew before each. For a large class that is most of the work. Here a batch is a few
statements on nbgrader's own tables, and leaves the same rows (a test compares all
tables). What people enter by hand is kept: manual scores, comments, extra credit.
"""

import datetime
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import (
    Boolean,
    Connection,
    Row,
    Table,
    Update,
    bindparam,
    create_engine,
    insert,
    select,
    update,
)

from course_lib.grading.pipeline.penalties import brought_up_to_date
from course_lib.grading.pipeline.steps import Marks

STUDENT, SUBMISSION = Student.__table__, SubmittedAssignment.__table__
SUBMITTED = SubmittedNotebook.__table__  # a submission's notebooks
GRADE, COMMENT = Grade.__table__, Comment.__table__
NOTEBOOK, CELL = Notebook.__table__, BaseCell.__table__  # of the exercise
GRADED, COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")

Ids = dict[tuple[str, str], str]  # of a submission's notebooks; see `_notebooks`
Cells = list[Row[Any]]  # of the exercise


@dataclass(frozen=True)
class Entry:
    """What is to stand in the gradebook for one submission.

    Attributes:
        student: the learner's id.
        timestamp: when it was handed in, in UTC; None leaves what is there.
        rows: by notebook `scores` and `comments`, each by grade_id.
    """

    student: str
    timestamp: datetime.datetime | None
    rows: dict[str, Marks] = field(default_factory=dict)


Written = dict[str, tuple[Entry, str]]  # by id of the submitted notebook, with its name


class Rows:
    """The rows of one assignment."""

    def __init__(
        self, url: str, assignment: str, penalties: AssignLatePenalties | None
    ):
        """Read the assignment's notebooks and cells, which do not change.

        Args:
            url: of a gradebook that holds the assignment.
            assignment: its name.
            penalties: nbgrader's step for late work; None leaves penalties alone.
        """
        self.engine = create_engine(url)
        self.penalties = penalties
        with self.engine.connect() as connection:
            of_name = select(Assignment.id).where(Assignment.name == assignment)
            self.assignment: str = connection.scalars(of_name).one()
            of_assignment = select(NOTEBOOK.c.id, NOTEBOOK.c.name).where(
                NOTEBOOK.c.assignment_id == self.assignment
            )
            self.notebooks: dict[str, str] = {
                name: id_ for id_, name in connection.execute(of_assignment)
            }
            of_notebooks = select(
                CELL.c.notebook_id, CELL.c.name, CELL.c.id, CELL.c.type
            ).where(CELL.c.notebook_id.in_(self.notebooks.values()))
            cells = connection.execute(of_notebooks).all()
        self.graded = [cell for cell in cells if cell.type in GRADED]
        self.commented = [cell for cell in cells if cell.type in COMMENTED]

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def students(self) -> set[str]:
        """Return the learners with a submission in the gradebook."""
        of_assignment = select(SUBMISSION.c.student_id).where(
            SUBMISSION.c.assignment_id == self.assignment
        )
        with self.engine.connect() as connection:
            return set(connection.scalars(of_assignment))

    def digests(self, students: Collection[str] | None = None) -> dict[str, str]:
        """Return a digest of the automatic scores of each learner, or of some."""
        all_scores = (
            select(SUBMISSION.c.student_id, NOTEBOOK.c.name, CELL.c.name, CELL.c.type)
            .add_columns(GRADE.c.auto_score)
            .join(SUBMITTED, SUBMITTED.c.assignment_id == SUBMISSION.c.id)
            .join(NOTEBOOK, NOTEBOOK.c.id == SUBMITTED.c.notebook_id)
            .join(GRADE, GRADE.c.notebook_id == SUBMITTED.c.id)
            .join(CELL, CELL.c.id == GRADE.c.cell_id)
            .where(SUBMISSION.c.assignment_id == self.assignment)
        )
        if students is not None:
            all_scores = all_scores.where(SUBMISSION.c.student_id.in_(students))
        scores: dict[str, list[str]] = {}
        with self.engine.connect() as connection:
            for student, *score in connection.execute(all_scores):
                scores.setdefault(student, []).append(str(score))
        texts = {student: "".join(sorted(some)) for student, some in scores.items()}
        return {
            who: hashlib.sha256(text.encode()).hexdigest()
            for who, text in texts.items()
        }

    def people(self) -> set[str]:
        """Return all learners that the gradebook knows."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(STUDENT.c.id)))

    def write(self, entries: list[Entry]) -> None:
        """Write entries; either all are in the gradebook afterwards, or none.

        Args:
            entries: of different learners.
        """
        with self.engine.begin() as connection:
            submissions = self._submissions(connection, entries)
            notebooks = self._notebooks(connection, submissions.values())
            written: Written = {}
            for entry in entries:
                for name, notebook in self.notebooks.items():
                    if name in entry.rows:
                        id_ = notebooks[submissions[entry.student], notebook]
                        written[id_] = entry, name
            self._write_grades(connection, notebooks, written)
            self._write_comments(connection, notebooks, written)
            if self.penalties:
                brought_up_to_date(
                    connection, self.assignment, self.penalties, submissions.keys()
                )

    def refresh(self, students: Collection[str]) -> dict[str, float]:
        """Bring the penalties of some learners up to date; return what changed."""
        if not (self.penalties and students):
            return {}
        with self.engine.begin() as connection:
            return brought_up_to_date(
                connection, self.assignment, self.penalties, students
            )

    def _submissions(
        self, connection: Connection, entries: list[Entry]
    ) -> dict[str, str]:
        """Return the id of each learner's submission; make what is missing."""
        students = [entry.student for entry in entries]
        of_students = select(STUDENT.c.id).where(STUDENT.c.id.in_(students))
        present = set(connection.scalars(of_students))
        missing = [{"id": name} for name in students if name not in present]
        _insert(connection, STUDENT, missing)
        of_assignment = select(SUBMISSION.c.student_id, SUBMISSION.c.id).where(
            SUBMISSION.c.assignment_id == self.assignment,
            SUBMISSION.c.student_id.in_(students),
        )
        ids: dict[str, str] = dict(connection.execute(of_assignment).tuples().all())
        new = [
            {
                "id": new_uuid(),
                "assignment_id": self.assignment,
                "student_id": entry.student,
                "timestamp": entry.timestamp,
            }
            for entry in entries
            if entry.student not in ids
        ]
        _insert(connection, SUBMISSION, new)
        stamps = [
            {"submission": ids[entry.student], "timestamp": entry.timestamp}
            for entry in entries
            if entry.student in ids and entry.timestamp
        ]
        if stamps:
            of_id = SUBMISSION.c.id == bindparam("submission")
            connection.execute(update(SUBMISSION).where(of_id), stamps)
        return ids | {row["student_id"]: row["id"] for row in new}

    def _notebooks(self, connection: Connection, submissions: Iterable[str]) -> Ids:
        """Return ids by submission and exercise's notebook; make what is missing."""
        submissions, columns = list(submissions), SUBMITTED.c
        of_submissions = select(
            columns.assignment_id, columns.notebook_id, columns.id
        ).where(columns.assignment_id.in_(submissions))
        ids = {
            (submission, notebook): id_
            for submission, notebook, id_ in connection.execute(of_submissions)
        }
        new = {
            (submission, notebook): new_uuid()
            for submission in submissions
            for notebook in self.notebooks.values()
            if (submission, notebook) not in ids
        }
        rows = [
            {"id": id_, "assignment_id": submission, "notebook_id": notebook}
            for (submission, notebook), id_ in new.items()
        ]
        _insert(connection, SUBMITTED, rows)
        return ids | new

    def _add_missing_cells(
        self,
        connection: Connection,
        table: Table,
        cells: Cells,
        notebooks: Ids,
    ) -> None:
        """Make the rows of a table that a submission must have and has not."""
        of_notebooks = select(table.c.notebook_id, table.c.cell_id).where(
            table.c.notebook_id.in_(notebooks.values())
        )
        present = {tuple(row) for row in connection.execute(of_notebooks)}
        missing = [
            {"notebook_id": id_, "cell_id": cell.id}
            for (_, notebook), id_ in notebooks.items()
            for cell in cells
            if cell.notebook_id == notebook and (id_, cell.id) not in present
        ]
        _insert(connection, table, missing)

    def _write_grades(
        self, connection: Connection, notebooks: Ids, written: Written
    ) -> None:
        self._add_missing_cells(connection, GRADE, self.graded, notebooks)
        # as in nbgrader: what a person has graded is to be looked at again
        by_hand = GRADE.c.manual_score.is_not(None) | bindparam("open", type_=Boolean)
        values = [
            {"book": id_, "of": cell.id, "auto_score": score, "open": score is None}
            for id_, cell, score in self._values(written, "scores", self.graded)
        ]
        if values:
            statement = _update_cell(GRADE).values(needs_manual_grade=by_hand)
            connection.execute(statement, values)

    def _write_comments(
        self, connection: Connection, notebooks: Ids, written: Written
    ) -> None:
        self._add_missing_cells(connection, COMMENT, self.commented, notebooks)
        values = [
            {"book": id_, "of": cell.id, "auto_comment": text}
            for id_, cell, text in self._values(written, "comments", self.commented)
        ]
        if values:
            connection.execute(_update_cell(COMMENT), values)

    def _values(
        self, written: Written, kind: Literal["scores", "comments"], cells: Cells
    ) -> Iterable[tuple[str, Row[Any], Any]]:
        """Yield id of the notebook, cell and value for all that is to be written."""
        for id_, (entry, name) in written.items():
            values = entry.rows[name][kind]
            for cell in cells:
                of_notebook = cell.notebook_id == self.notebooks[name]
                if of_notebook and cell.name in values:
                    yield id_, cell, values[cell.name]


def _update_cell(table: Table) -> Update:
    """Return the statement that changes the row of one cell in one notebook."""
    return update(table).where(
        table.c.notebook_id == bindparam("book"), table.c.cell_id == bindparam("of")
    )


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
