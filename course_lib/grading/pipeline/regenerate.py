"""`nbgrader generate_assignment`, also after submissions were graded.

nbgrader refuses to change which cells an exercise has once the gradebook holds
submissions of it. So a test that was forgotten could never be added. Here the gradebook
is changed first, in one transaction: new cells get a row in every submission, cells
that are gone lose theirs, and all that a person entered for the others stays. Only what
a person entered for a cell that is gone stops it; then nothing has changed.
"""

from pathlib import Path
from typing import Any

import nbformat
import nbgrader.apps.api
import nbgrader.apps.generateassignmentapp
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session
from traitlets import Bool

Row = dict[str, str | float]
Cells = dict[type, dict[str, Row]]  # by kind and name, what a new row holds


class CourseGenerate(GenerateAssignment):
    """`nbgrader generate_assignment` for an exercise that may have been graded."""

    discard = Bool(
        False, help="Drop what people entered for cells that an exercise lost."
    ).tag(config=True)

    def start(self) -> None:
        """Let the gradebook's cells follow the source, then do as nbgrader does."""
        course = self.coursedir
        release = course.format_path(
            course.release_directory, ".", course.assignment_id
        )
        if not self.no_database and (self.force or not Path(release).exists()):
            with Gradebook(course.db_url, course.course_id) as gradebook:
                try:
                    known = gradebook.find_assignment(course.assignment_id).notebooks
                except MissingEntry:
                    known = []
                for notebook in known:
                    if notebook.submissions:
                        self._follow(gradebook.db, notebook)
                gradebook.db.commit()
        super().start()

    def _follow(self, db: Session, notebook: Notebook) -> None:
        """Add and remove cells of a notebook that has submissions."""
        course = self.coursedir
        source = course.format_path(course.source_directory, ".", course.assignment_id)
        path = Path(source, f"{notebook.name}.ipynb")
        if not path.exists():
            return  # nbgrader says what to say of it
        wanted, known = cells_of(path), _known(notebook)
        gone = [
            cell
            for kind, cells in known.items()
            for name, cell in cells.items()
            if name not in wanted[kind]
        ]
        self._spare(db, notebook, gone)
        for cell in gone:
            for table in () if isinstance(cell, SourceCell) else (Grade, Comment):
                db.execute(delete(table).where(table.cell_id == cell.id))
            db.delete(cell)
        db.flush()
        new = [
            kind(name=name, notebook_id=notebook.id, **values)
            for kind, cells in wanted.items()
            for name, values in cells.items()
            if name not in known[kind]
        ]
        db.add_all(new)
        db.flush()
        found = select(SubmittedNotebook.id)
        found = found.where(SubmittedNotebook.notebook_id == notebook.id)
        books = list(db.scalars(found))
        db.add_all(
            table(cell_id=cell.id, notebook_id=book)
            for cell in new
            for table in _tables(cell)
            for book in books
        )
        if gone or new:
            names = [sorted({cell.name for cell in some}) for some in (new, gone)]
            self.log.warning(
                "%s: %d submissions are in the gradebook; new cells: %s; cells that "
                "are gone: %s. All are to be graded again: "
                "`python -m course_lib grade %s`",
                *(notebook.name, len(books)),
                *(", ".join(some) or "none" for some in names),
                course.assignment_id,
            )

    def _spare(
        self, db: Session, notebook: Notebook, gone: list[BaseCell | SourceCell]
    ) -> None:
        """Refuse to drop what a person entered, unless that was asked for."""
        ids = [cell.id for cell in gone if not isinstance(cell, SourceCell)]
        named = {cell.id: cell.name for cell in gone}
        points = select(Grade.cell_id).where(
            Grade.cell_id.in_(ids),
            or_(Grade.manual_score.is_not(None), Grade.extra_credit.is_not(None)),
        )
        words = select(Comment.cell_id).where(
            Comment.cell_id.in_(ids), Comment.manual_comment.is_not(None)
        )
        entered = [named[id_] for one in (points, words) for id_ in db.scalars(one)]
        if not entered or self.discard:
            return
        counts = ", ".join(f"{n} ({entered.count(n)})" for n in sorted(set(entered)))
        message = (
            f"{notebook.name} no longer has cells for which people entered points or "
            f"comments: {counts}. Nothing was changed. Give the cells their old names "
            "back in solutions/, or drop what was entered for them: "
            f"`nbgrader generate_assignment {self.coursedir.assignment_id} --force "
            "--CourseGenerate.discard=True`"
        )
        self.log.error(message)
        raise NbGraderException(message)


def cells_of(path: Path) -> Cells:
    """Return what nbgrader's SaveCells will save of a source notebook."""
    wanted: Cells = {kind: {} for kind in (GradeCell, SolutionCell, TaskCell)}
    wanted[SourceCell] = {}
    for cell in nbformat.read(path, as_version=4).cells:
        marks: Any = cell.metadata.get("nbgrader", {})
        name = marks.get("grade_id")
        kind: Row = {"cell_type": cell.cell_type}
        if is_grade(cell):
            wanted[GradeCell][name] = kind | {"max_score": float(marks["points"])}
        if is_solution(cell):
            wanted[SolutionCell][name] = {}
        if is_task(cell):
            wanted[TaskCell][name] = kind | {"max_score": float(marks["points"])}
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell):
            wanted[SourceCell][name] = kind
    return wanted


def _known(notebook: Notebook) -> dict[type, dict[str, BaseCell | SourceCell]]:
    of_kind = {
        GradeCell: notebook.grade_cells,
        SolutionCell: notebook.solution_cells,
        TaskCell: notebook.task_cells,
        SourceCell: notebook.source_cells,
    }
    return {kind: {c.name: c for c in cells} for kind, cells in of_kind.items()}


def _tables(cell: BaseCell | SourceCell) -> tuple[type, ...]:
    """Return which rows a submission has for a cell, as nbgrader makes them."""
    if isinstance(cell, TaskCell):
        return Comment, Grade
    if isinstance(cell, GradeCell):
        return (Grade,)
    return (Comment,) if isinstance(cell, SolutionCell) else ()


def use_in_nbgrader() -> None:
    """Let `nbgrader generate_assignment` and the formgrader use this converter."""
    nbgrader.apps.generateassignmentapp.GenerateAssignment = CourseGenerate
    nbgrader.apps.api.GenerateAssignment = CourseGenerate
