"""Recognise in a learner's cells the answer to each task of an exercise.

A cell is known by nbgrader's label, else by the function or class it defines. A cell
that is still as it was released, wherever it stands, never takes an answer's place.
"""

import re
from dataclasses import dataclass, field

from nbformat import NotebookNode

from course_lib.grading.submission.handed import Note
from course_lib.grading.submission.read import Cell
from course_lib.grading.submission.stubs import Essence, binds, essence, essences

DEFINES = re.compile(
    r"^(?:(?:async +)?(?:def|class) +(\w+)|(\w+) *(?::[^=\n]{0,200})?=(?!=))", re.M
)
NESTED = re.compile(r"^[ \t]+(?:async +)?(?:def|class) +(\w+)", re.M)
STUB = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.M)
# its text goes to a file or to another program: it defines nothing in the notebook
ELSEWHERE = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b)")


@dataclass
class Exercise:
    """The notebook as nbgrader generated it: stubs, locked cells, hidden tests."""

    notebook: NotebookNode

    def __post_init__(self) -> None:
        """Index the labelled cells by their grade_id."""
        cells = self.notebook.cells
        self.place = {
            cell.metadata.nbgrader.grade_id: index
            for index, cell in enumerate(cells)
            if "nbgrader" in cell.metadata
        }
        self.text = {
            cell.source.strip(): index
            for index, cell in enumerate(cells)
            if "nbgrader" not in cell.metadata
        }

    def cell(self, grade_id: str) -> NotebookNode:
        """Return the labelled cell."""
        cell: NotebookNode = self.notebook.cells[self.place[grade_id]]
        return cell

    @property
    def answers(self) -> list[str]:
        """The labels of the cells that a learner fills in, in order."""
        return [
            grade_id
            for grade_id in self.place
            if self.cell(grade_id).metadata.nbgrader.solution
        ]

    def names(self, grade_id: str) -> set[str]:
        """Return the functions and classes that an answer is to define."""
        cell = self.cell(grade_id)
        return set(STUB.findall(cell.source)) if cell.cell_type == "code" else set()


@dataclass
class Answer:
    """The cell that is graded, and its other copies, by their index among the cells."""

    graded: int
    source: str
    others: list[int] = field(default_factory=list)


class Recognised:
    """What a learner's cells are to an exercise."""

    def __init__(self, exercise: Exercise, cells: list[Cell]):
        """Find an answer for every task; `notes` say where that was not plain."""
        self.exercise, self.cells = exercise, cells
        self.kinds = {g: exercise.cell(g).cell_type for g in exercise.answers}
        stubs = ((exercise.cell(g).source, kind) for g, kind in self.kinds.items())
        self.stubs = {essence(source, kind) for source, kind in stubs}
        self.sources = self._without_tasks()
        self.essences: list[Essence] = essences(
            (source, self.kinds.get(cell.grade_id, cell.cell_type))
            if cell.grade_id in self.kinds or cell.grade_id not in exercise.place
            else ("", "locked")
            for cell, source in zip(cells, self.sources, strict=True)
        )
        self.defined = [
            {name for both in DEFINES.findall(source) for name in both if name}
            if not ELSEWHERE.match(source)
            else set()
            for source in self.sources
        ]
        self.notes: list[Note] = []
        self.answers: dict[str, Answer] = {}
        for grade_id in self.kinds:
            if (answer := self._answer(grade_id)) is None:
                text = f"The cell {grade_id} is missing from what was handed in."
                self.notes.append(Note(text, grade_id))
            else:
                self.answers[grade_id] = answer
        order = [answer.graded for answer in self.answers.values()]
        if order != sorted(order):
            self.notes.append(
                Note("The cells were put back into the exercise's order.")
            )

    @property
    def written(self) -> dict[str, str]:
        """The text of each answer that is more than what was released."""
        return {
            grade_id: answer.source.strip()
            for grade_id, answer in self.answers.items()
            if self.is_written(answer.graded)
        }

    @property
    def own(self) -> set[str]:
        """The texts of the cells that the learner added."""
        return {
            cell.source.strip()
            for index, cell in enumerate(self.cells)
            if cell.grade_id not in self.exercise.place
            and cell.source.strip() not in self.exercise.text
            and self.is_written(index)
        }

    @property
    def is_of_exercise(self) -> bool:
        """Whether any of the cells belongs to the exercise."""
        return bool(self.answers) or any(
            cell.grade_id in self.exercise.place
            or cell.source.strip() in self.exercise.text
            for cell in self.cells
        )

    def is_written(self, index: int) -> bool:
        """Whether a cell holds anything that no stub holds."""
        return bool(self.essences[index]) and self.essences[index] not in self.stubs

    def is_stub(self, index: int) -> bool:
        """Whether a cell is a task as it was released."""
        return self.essences[index] in self.stubs

    def _answer(self, grade_id: str) -> Answer | None:
        labelled = [i for i, c in enumerate(self.cells) if c.grade_id == grade_id]
        written = self._suited(grade_id, [i for i in labelled if self.is_written(i)])
        names = self.exercise.names(grade_id)
        best = self._with_names(written, names)
        elsewhere = []
        if names and not best:
            elsewhere = self._by_definition(grade_id, names)
        if elsewhere:
            self._say_found(grade_id, labelled, names)
            graded = elsewhere[-1]
            others = [i for i in [*written, *elsewhere] if i != graded]
            own = (i for i in others if self.cells[i].grade_id not in self.kinds)
            others = [*written, *own]
        elif labelled:
            graded = (best or written or labelled)[-1]
            others = [i for i in labelled if self.is_written(i) and i != graded]
            self._say_doubled(grade_id, labelled)
        else:
            return None
        self._say_kind(grade_id, graded)
        source = self.sources[graded]
        if source != self.cells[graded].source:
            if names & self.defined[graded]:
                text = (
                    f"The cell {grade_id} held an untouched task, too; it was left out."
                )
                self.notes.append(Note(text, grade_id))
            else:
                source = self.cells[graded].source
        return Answer(graded, source, sorted(set(others) - {graded}))

    def _without_tasks(self) -> list[str]:
        """Return the cells' texts without untouched tasks that stand beside work."""
        released = [
            re.compile(
                rf"^{re.escape(self.exercise.cell(g).source.strip())}[ \t]*$", re.M
            )
            for g, kind in self.kinds.items()
            if kind == "code" and self.exercise.names(g)
        ]
        found = []
        for cell in self.cells:
            rest = cell.source
            for task in released:
                rest = task.sub("", rest)
            found.append(rest if rest.strip() else cell.source)
        return found

    def _suited(self, grade_id: str, found: list[int]) -> list[int]:
        """Return those of the right type, if there are any."""
        kind = self.kinds[grade_id]
        return [i for i in found if self.cells[i].cell_type == kind] or found

    def _with_names(self, found: list[int], names: set[str]) -> list[int]:
        """Return those that define a name, or else those that may."""
        plainly = [i for i in found if names & self.defined[i]]
        return plainly or [i for i in found if binds(self.essences[i], names)]

    def _by_definition(self, grade_id: str, names: set[str]) -> list[int]:
        """Find cells by what they define: without a label, else of other tasks."""
        place, text = self.exercise.place, self.exercise.text
        possible = [
            i
            for i, cell in enumerate(self.cells)
            if (cell.grade_id not in place or cell.grade_id in self.kinds)
            and cell.grade_id != grade_id
            and cell.source.strip() not in text
            and not ELSEWHERE.match(cell.source)
        ]
        defining = [i for i in possible if names & self.defined[i]] or [
            i for i in possible if names & set(NESTED.findall(self.cells[i].source))
        ]
        free = [i for i in defining if self.cells[i].grade_id not in self.kinds]
        written = [i for i in free if self.is_written(i)]
        merged = [i for i in defining if i not in free and self.is_written(i)]
        return self._suited(grade_id, written or merged or free)

    def _say_found(self, grade_id: str, labelled: list[int], names: set[str]) -> None:
        text = (
            f"The cell {grade_id} had lost its label; it was found by what it defines."
        )
        if labelled:
            text = (
                f"The cell {grade_id} holds no answer. The cell that defines "
                f"{', '.join(sorted(names))} was graded in its place."
            )
        self.notes.append(Note(text, grade_id))

    def _say_doubled(self, grade_id: str, labelled: list[int]) -> None:
        if len(labelled) < 2:
            return
        written = sum(map(self.is_written, labelled))
        said = {
            0: "None of them holds an answer.",
            1: "The one with an answer was graded.",
        }
        more = "The last answer was graded; the others ran, too."
        text = f"The cell {grade_id} is there {len(labelled)} times."
        self.notes.append(Note(f"{text} {said.get(written, more)}", grade_id))

    def _say_kind(self, grade_id: str, graded: int) -> None:
        was, kind = self.cells[graded].cell_type, self.kinds[grade_id]
        if was != kind:
            text = f"The cell {grade_id} was a {was} cell; it was read as {kind}."
            self.notes.append(Note(text, grade_id))
