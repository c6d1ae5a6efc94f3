"""Read a submission as far as it can be read, and say in words where it cannot.

Nothing here raises: whatever lies in a submitted folder becomes cells, or a reason why
there are none. `fetch` takes the bytes of what may be the notebook (see `handed`),
`parse` makes cells of one file. Other files of the folder never reach a kernel.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from course_lib.grading.submission.filenames import looks_like
from course_lib.grading.submission.handed import MAX_BYTES, File, Handed, Note, collect
from course_lib.grading.submission.regular import Unreadable
from course_lib.grading.submission.timestamps import read_stamp, read_timestamp

__all__ = ["MAX_BYTES", "Handed", "Note", "fetch", "parse", "read_timestamp"]

CELL_TYPES = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Cell:
    """One cell as handed in; `grade_id` is empty where nbgrader's label is missing."""

    cell_type: str
    source: str
    grade_id: str = ""
    attachments: object = None  # whatever stands there


@dataclass
class Submission:
    """The cells that could be read, and what there is to say about the reading."""

    cells: list[Cell] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    readable: bool = True


def fetch(folder: Path, name: str, max_bytes: int = MAX_BYTES) -> Handed:
    """Return the bytes of what may be the notebook `name` in a submitted folder.

    Args:
        folder: what the learner handed in for one exercise.
        name: the notebook's name, without `.ipynb`.
        max_bytes: a larger file is not read.
    """
    handed = collect(folder, name, max_bytes)
    said = read_stamp(folder).note
    return replace(handed, notes=(*handed.notes, Note(said))) if said else handed


def parse(file: File) -> tuple[list[Cell], list[Note]]:
    """Return the cells of a notebook file, and notes on the reading.

    Raises:
        Unreadable: it is no notebook.
    """
    if file.problem:
        raise Unreadable(file.problem)
    notes: list[Note] = []
    return _cells(_json(file.data, notes)), notes


def _json(data: bytes, notes: list[Note]) -> object:
    """Return the JSON value of a file in any Unicode encoding, or in Latin-1."""
    if not data.strip():
        raise Unreadable("The notebook is an empty file.")
    try:
        try:
            text = data.decode(json.detect_encoding(data))
        except UnicodeDecodeError:
            text = data.decode("latin-1")
            notes.append(
                Note("The notebook is not saved in UTF-8; it was read as Latin-1.")
            )
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        kind = looks_like(data)
        mend = f"It looks like {kind}. Hand in the notebook itself."
        raise Unreadable(
            f"The notebook is not JSON, or not all of it: line {error.lineno}, "
            f"column {error.colno}, {error.msg}. "
            f"{mend if kind else 'Save it again in JupyterLab.'}"
        ) from None
    except (RecursionError, ValueError):
        raise Unreadable("The notebook is JSON that cannot be read.") from None


def _cells(value: object) -> list[Cell]:
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("The file is JSON but not a notebook: it has no cells.")
    read = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    read = [cell for cell in read if cell.cell_type in CELL_TYPES]
    if not read:
        raise Unreadable("The notebook has no cells.")
    return read


def _cell(value: dict[str, object]) -> Cell:
    source = value.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    label = value.get("metadata")
    for key in ("nbgrader", "grade_id"):
        label = label.get(key) if isinstance(label, dict) else None
    return Cell(
        str(value.get("cell_type")),
        # a lone surrogate is valid JSON and cannot be written to a file
        source.encode("utf-8", "replace").decode("utf-8"),
        label if isinstance(label, str) else "",
        value.get("attachments"),
    )
