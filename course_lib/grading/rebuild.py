"""Put a learner's cells into the exercise's own notebook.

What is graded is never the file that was handed in. It is the instructor's notebook,
with every locked cell as generated, and the learner's text in the solution cells. So a
missing, doubled, renamed, reordered or retyped cell and edited metadata cannot lose
another cell's grade. Cells that the learner added run where they stood.
"""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_lib.grading.outputs import pictures
from course_lib.grading.preflight import Cell, Note, Submission

DEFINES = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.M)
BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*$.*?^[ \t]*### END HIDDEN TESTS[ \t]*$\n?",
    re.M | re.S,
)


@dataclass
class Exercise:
    """The notebook as nbgrader generated it: stubs, locked cells, hidden tests."""

    notebook: NotebookNode

    def __post_init__(self):
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
        return self.notebook.cells[self.place[grade_id]]

    @property
    def answers(self) -> list[str]:
        """The labels of the cells that a learner fills in, in order."""
        return [
            grade_id
            for grade_id in self.place
            if self.cell(grade_id).metadata.nbgrader.solution
        ]


def without_hidden(source: str) -> str:
    """Return a test cell's source as it is released."""
    # line by line: a pattern would try from every line that begins a region
    kept, region = [], []
    for line in source.splitlines(keepends=True):
        word = line.strip(" \t\n")
        if region or word == BEGIN:
            region.append(line)
            region = [] if word == END else region
        else:
            kept.append(line)
    return "".join(kept + region)


def rebuild(exercise: Exercise, submission: Submission) -> NotebookNode:
    """Return the notebook to grade; what was found goes into its metadata.

    `metadata.unrolled` holds `readable`, and `notes`, a list of text and grade_id.
    """
    cells = submission.cells
    chosen, notes = _choose(exercise, cells)
    if not submission.readable:
        notes = []
    notebook = copy.deepcopy(exercise.notebook)
    for grade_id, index in chosen.items():
        own = notebook.cells[exercise.place[grade_id]]
        own.source = cells[index].source
        _attach(own, cells[index])
    extras = _extras(exercise, cells, chosen)
    notebook.cells = extras[-1] + [
        cell
        for index, own in enumerate(notebook.cells)
        for cell in [own, *extras[index]]
    ]
    notebook.metadata["unrolled"] = {
        "readable": submission.readable,
        "notes": [vars(note) for note in submission.notes + notes],
    }
    return notebook


def nothing_to_run(notebook: NotebookNode) -> str | None:
    """Return why a rebuilt notebook is not run, if it is not."""
    found = notebook.metadata.get("unrolled", {})
    if found.get("readable", True):
        return None
    return " ".join(note["text"] for note in found["notes"])


def _choose(exercise: Exercise, cells: list[Cell]) -> tuple[dict[str, int], list[Note]]:
    """Find the learner's cell for every answer; return their indices, and notes."""
    chosen: dict[str, int] = {}
    notes = []
    for grade_id in exercise.answers:
        labelled = [i for i, cell in enumerate(cells) if cell.grade_id == grade_id]
        found = labelled or _by_definition(exercise, cells, grade_id)
        if not found:
            text = f"The cell {grade_id} is missing from what was handed in."
            notes.append(Note(text, grade_id))
            continue
        chosen[grade_id] = found[-1]
        notes += [
            Note(text, grade_id)
            for text in _remarks(exercise, cells, grade_id, labelled, found[-1])
        ]
    if list(chosen.values()) != sorted(chosen.values()):
        notes.append(Note("The cells were put back into the exercise's order."))
    return chosen, notes + _changed(exercise, cells)


def _by_definition(exercise: Exercise, cells: list[Cell], grade_id: str) -> list[int]:
    """Find cells that lost their label by the function or class they define."""
    wanted = set(DEFINES.findall(exercise.cell(grade_id).source))
    return [
        index
        for index, cell in enumerate(cells)
        if cell.grade_id not in exercise.place
        and wanted & set(DEFINES.findall(cell.source))
    ]


def _remarks(
    exercise: Exercise, cells: list[Cell], grade_id: str, labelled: list[int], used: int
) -> list[str]:
    remarks = []
    if not labelled:
        remarks.append(
            f"The cell {grade_id} had lost its label; it was found by what it defines."
        )
    if len(labelled) > 1:
        remarks.append(
            f"The cell {grade_id} is there {len(labelled)} times. The last one was "
            "graded; the others ran before it."
        )
    kind = exercise.cell(grade_id).cell_type
    if cells[used].cell_type != kind:
        remarks.append(
            f"The cell {grade_id} was a {cells[used].cell_type} cell; it was read as "
            f"{kind}."
        )
    return remarks


def _changed(exercise: Exercise, cells: list[Cell]) -> list[Note]:
    """Name the locked cells that were edited; their original ran."""
    answers = exercise.answers
    changed: dict[str, None] = {}
    for cell in cells:
        if cell.grade_id in exercise.place and cell.grade_id not in answers:
            source = exercise.cell(cell.grade_id).source
            known = {source.strip(), without_hidden(source).strip()}
            if cell.source.strip() not in known:
                changed[cell.grade_id] = None
    if not changed:
        return []
    names = ", ".join(changed)
    return [Note(f"Locked cells had been changed: {names}. The originals were used.")]


def _extras(
    exercise: Exercise, cells: list[Cell], chosen: dict[str, int]
) -> dict[int, list[NotebookNode]]:
    """Return the learner's own cells, by the place after which they stood."""
    extras: dict[int, list[NotebookNode]] = defaultdict(list)
    taken = {index: grade_id for grade_id, index in chosen.items()}
    anchor = -1
    for index, cell in enumerate(cells):
        label = taken.get(index, cell.grade_id)
        if index not in taken and label in chosen:
            # an older copy of an answer: it must run before the one that is graded
            extras[exercise.place[label] - 1].append(_own(cell))
        elif label in exercise.place:
            anchor = exercise.place[label]
        elif cell.source.strip() in exercise.text:
            anchor = exercise.text[cell.source.strip()]
        elif cell.source.strip():
            extras[anchor].append(_own(cell))
    return extras


def _own(cell: Cell) -> NotebookNode:
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    own = make(cell.source)
    own.pop("id", None)  # the exercise's notebooks are nbformat 4.4, without ids
    _attach(own, cell)
    return own


def _attach(own: NotebookNode, cell: Cell) -> None:
    """Let a written answer keep the pictures that were pasted into it."""
    if own.cell_type == "markdown" and (found := pictures(cell.attachments)):
        own["attachments"] = found
