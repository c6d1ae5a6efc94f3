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
from typing import Any

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
    bindparam,
    create_engine,
    insert,
    select,
)
from sqlalchemy import update as change

from course_lib.grading.pipeline.penalties import brought_up_to_date

STUDENT, HANDED = Student.__table__, SubmittedAssignment.__table__
BOOK, GRADE = SubmittedNotebook.__table__, Grade.__table__
COMMENT = Comment.__table__
GRADED, COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")


@dataclass
class Graded:
    """What is to stand in the gradebook for one submission.

    Attributes:
        student: the learner's id.
        timestamp: when it was handed in, in UTC; None leaves what is there.
        rows: by notebook `scores` and `comments`, each by grade_id.
    """

    student: str
    timestamp: datetime.datetime | None
    rows: dict[str, dict[str, dict]] = field(default_factory=dict)


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
            found = select(Assignment.id).where(Assignment.name == assignment)
            self.assignment = connection.scalars(found).one()
            found = select(Notebook.id, Notebook.name)
            found = found.where(Notebook.assignment_id == self.assignment)
            self.notebooks = {name: id_ for id_, name in connection.execute(found)}
            found = select(BaseCell.notebook_id, BaseCell.name, BaseCell.id)
            found = found.add_columns(BaseCell.__table__.c.type)
            found = found.where(BaseCell.notebook_id.in_(self.notebooks.values()))
            cells = connection.execute(found).all()
        self.graded = [row for row in cells if row.type in GRADED]
        self.commented = [row for row in cells if row.type in COMMENTED]

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def students(self) -> set[str]:
        """Return the learners with a submission in the gradebook."""
        found = select(HANDED.c.student_id)
        found = found.where(HANDED.c.assignment_id == self.assignment)
        with self.engine.connect() as connection:
            return set(connection.scalars(found))

    def digests(self, who: Collection[str] | None = None) -> dict[str, str]:
        """Return a digest of the automatic scores of each learner, or of some."""
        at = Notebook.__table__, BaseCell.__table__
        found = select(HANDED.c.student_id, at[0].c.name, at[1].c.name, at[1].c.type)
        found = (
            found.add_columns(GRADE.c.auto_score)
            .join(BOOK, BOOK.c.assignment_id == HANDED.c.id)
            .join(at[0], at[0].c.id == BOOK.c.notebook_id)
            .join(GRADE, GRADE.c.notebook_id == BOOK.c.id)
            .join(at[1], at[1].c.id == GRADE.c.cell_id)
            .where(HANDED.c.assignment_id == self.assignment)
        )
        if who is not None:
            found = found.where(HANDED.c.student_id.in_(who))
        scores: dict[str, list] = {}
        with self.engine.connect() as connection:
            for student, *score in connection.execute(found):
                scores.setdefault(student, []).append(str(score))
        return {
            student: hashlib.sha256("".join(sorted(all_)).encode()).hexdigest()
            for student, all_ in scores.items()
        }

    def people(self) -> set[str]:
        """Return all learners that the gradebook knows."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(STUDENT.c.id)))

    def write(self, batch: list[Graded]) -> None:
        """Write a batch; either all of it is in the gradebook afterwards, or nothing.

        Args:
            batch: submissions of different learners.
        """
        with self.engine.begin() as connection:
            handed = self._submissions(connection, batch)
            books = self._notebooks(connection, handed.values())
            written = {
                books[handed[one.student], self.notebooks[name]]: (one, name)
                for one in batch
                for name in one.rows
            }
            self._grades(connection, books, written)
            self._comments(connection, books, written)
            if self.penalties:
                brought_up_to_date(
                    connection, self.assignment, self.penalties, handed.keys()
                )

    def refresh(self, who: Collection[str]) -> dict[str, float]:
        """Bring the penalties of some learners up to date; return what changed."""
        if not (self.penalties and who):
            return {}
        with self.engine.begin() as connection:
            return brought_up_to_date(connection, self.assignment, self.penalties, who)

    def _submissions(self, at: Connection, batch: list[Graded]) -> dict[str, str]:
        """Return the id of each learner's submission; make what is missing."""
        ids = [one.student for one in batch]
        known = set(at.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(ids))))
        _insert(at, STUDENT, [{"id": name} for name in ids if name not in known])
        found = select(HANDED.c.student_id, HANDED.c.id).where(
            HANDED.c.assignment_id == self.assignment, HANDED.c.student_id.in_(ids)
        )
        handed = dict(at.execute(found).all())
        new = [
            {
                **{"id": new_uuid(), "assignment_id": self.assignment},
                **{"student_id": one.student, "timestamp": one.timestamp},
            }
            for one in batch
            if one.student not in handed
        ]
        _insert(at, HANDED, new)
        known = [one for one in batch if one.student in handed and one.timestamp]
        if known:
            at.execute(
                change(HANDED).where(HANDED.c.id == bindparam("at")),
                [{"at": handed[o.student], "timestamp": o.timestamp} for o in known],
            )
        return handed | {row["student_id"]: row["id"] for row in new}

    def _notebooks(self, at: Connection, handed: Iterable[str]) -> dict:
        """Return the id of each submission's notebooks; make what is missing."""
        handed = list(handed)
        found = select(BOOK.c.assignment_id, BOOK.c.notebook_id, BOOK.c.id)
        found = found.where(BOOK.c.assignment_id.in_(handed))
        books = {(one, name): id_ for one, name, id_ in at.execute(found)}
        new = {
            (one, name): new_uuid()
            for one in handed
            for name in self.notebooks.values()
            if (one, name) not in books
        }
        _insert(
            at,
            BOOK,
            [
                {"id": id_, "assignment_id": one, "notebook_id": name}
                for (one, name), id_ in new.items()
            ],
        )
        return books | new

    def _cells(self, at: Connection, table: Any, cells: list, books: dict) -> None:
        """Make the rows of a table that a submission must have and has not."""
        found = select(table.c.notebook_id, table.c.cell_id)
        found = found.where(table.c.notebook_id.in_(books.values()))
        known = {tuple(row) for row in at.execute(found)}
        wanted = [
            {"notebook_id": id_, "cell_id": cell.id}
            for (_, notebook), id_ in books.items()
            for cell in cells
            if cell.notebook_id == notebook and (id_, cell.id) not in known
        ]
        _insert(at, table, wanted)

    def _grades(self, at: Connection, books: dict, written: dict) -> None:
        self._cells(at, GRADE, self.graded, books)
        # as in nbgrader: what a person has graded is to be looked at again
        by_hand = GRADE.c.manual_score.is_not(None) | bindparam("open", type_=Boolean)
        statement = change(GRADE).where(
            GRADE.c.notebook_id == bindparam("book"), GRADE.c.cell_id == bindparam("of")
        )
        values = [
            {"book": book, "of": cell.id, "auto_score": score, "open": score is None}
            for book, cell, score in self._values(written, "scores", self.graded)
        ]
        if values:
            at.execute(statement.values(needs_manual_grade=by_hand), values)

    def _comments(self, at: Connection, books: dict, written: dict) -> None:
        self._cells(at, COMMENT, self.commented, books)
        statement = change(COMMENT).where(
            COMMENT.c.notebook_id == bindparam("book"),
            COMMENT.c.cell_id == bindparam("of"),
        )
        values = [
            {"book": book, "of": cell.id, "auto_comment": text}
            for book, cell, text in self._values(written, "comments", self.commented)
        ]
        if values:
            at.execute(statement, values)

    def _values(self, written: dict, kind: str, cells: list) -> Iterable[tuple]:
        """Yield row of the notebook, cell and value for all that is to be written."""
        for book, (one, name) in written.items():
            values = one.rows[name][kind]
            for cell in cells:
                of_notebook = cell.notebook_id == self.notebooks[name]
                if of_notebook and cell.name in values:
                    yield book, cell, values[cell.name]


def _insert(at: Connection, table: Any, rows: list[dict]) -> None:
    if rows:
        at.execute(insert(table), rows)
