"""Put a learner's cells into the exercise's own notebook.

What is graded is never the file that was handed in. It is the instructor's notebook,
with every locked cell as generated, and the learner's text in the solution cells. So a
missing, doubled, renamed, reordered or retyped cell and edited metadata cannot lose
another cell's grade. Cells that the learner added run where they stood.
"""

import copy
import re
from collections import defaultdict

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_lib.grading.notebook.outputs import pictures
from course_lib.grading.submission.handed import Note
from course_lib.grading.submission.read import Cell, Submission
from course_lib.grading.submission.recognise import Exercise, Recognised

__all__ = ["HIDDEN", "Exercise", "nothing_to_run", "rebuild", "without_hidden"]

BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*$.*?^[ \t]*### END HIDDEN TESTS[ \t]*$\n?",
    re.M | re.S,
)


def without_hidden(source: str) -> str:
    """Return a test cell's source as it is released."""
    # line by line: a pattern would try from every line that begins a region
    kept: list[str] = []
    region: list[str] = []
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
    found = Recognised(exercise, submission.cells)
    notes = found.notes + _changed(exercise, submission.cells)
    if not submission.readable:
        notes = []
    notebook = copy.deepcopy(exercise.notebook)
    used: dict[int, str] = {}
    for grade_id, answer in found.answers.items():
        source = answer.source
        if answer.graded in used:  # two answers in one cell, which has run
            source = f"# This is answered in the cell {used[answer.graded]}."
        used.setdefault(answer.graded, grade_id)
        own = notebook.cells[exercise.place[grade_id]]
        own.source = source
        _attach(own, submission.cells[answer.graded])
    extras = _extras(found)
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


def _extras(found: Recognised) -> dict[int, list[NotebookNode]]:
    """Return the learner's own cells, by the place after which they run."""
    place, text = found.exercise.place, found.exercise.text
    taken, beside = {}, {}
    for grade_id, answer in found.answers.items():
        taken[answer.graded] = place[grade_id]
        for index in answer.others:
            # a copy of an answer: beside the one that is graded, on its own side
            beside[index] = place[grade_id] - (index < answer.graded)
    extras: dict[int, list[NotebookNode]] = defaultdict(list)
    anchor = -1
    for index, cell in enumerate(found.cells):
        if index in taken:
            anchor = taken[index]
        elif index in beside:
            extras[beside[index]].append(_own(cell, found.sources[index]))
        elif cell.grade_id in place:
            own = found.answers.get(cell.grade_id)
            if own is None or found.cells[own.graded].grade_id != cell.grade_id:
                anchor = place[cell.grade_id]
        elif cell.source.strip() in text:
            anchor = text[cell.source.strip()]
        elif cell.source.strip() and not found.is_stub(index):
            extras[anchor].append(_own(cell, found.sources[index]))
    return extras


def _own(cell: Cell, source: str) -> NotebookNode:
    is_code = cell.cell_type == "code"
    own: NotebookNode = new_code_cell(source) if is_code else new_markdown_cell(source)
    own.pop("id", None)  # the exercise's notebooks are nbformat 4.4, without ids
    _attach(own, cell)
    return own


def _attach(own: NotebookNode, cell: Cell) -> None:
    """Let a written answer keep the pictures that were pasted into it."""
    if own.cell_type == "markdown" and (found := pictures(cell.attachments)):
        own["attachments"] = found
