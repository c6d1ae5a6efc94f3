"""The source of an exercise, `solutions/NAME.py`, cell by cell."""

from pathlib import Path

import jupytext
import nbformat

from course_lib.authoring.rules import AssignmentError
from course_lib.checkout import course_folder

ROOT = course_folder()


def sources(root: Path) -> list[Path]:
    """Return the exercises of a course, in order."""
    return sorted((root / "solutions").glob("[0-9]*.py"))


def read_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the cells of `solutions/NAME.py`; each knows the line it starts at.

    Raises:
        AssignmentError: the file does not begin with a cell.
    """
    notebook = jupytext.read(path, fmt="py:percent")
    starts = [
        number
        for number, line in enumerate(
            path.read_text(encoding="utf-8").splitlines(), start=1
        )
        if line.startswith("# %%")
    ]
    if len(starts) != len(notebook.cells):
        raise AssignmentError(f'{path.name}:1: the first line must open a cell, "# %%"')
    for cell, line in zip(notebook.cells, starts, strict=True):
        cell.line = line
        for layout in ("cell_marker", "lines_to_next_cell"):
            cell.metadata.pop(layout, None)
    return list(notebook.cells)


def tasks(cells: list[nbformat.NotebookNode]) -> list[str]:
    """Return the functions that an exercise asks for, in order."""
    return [cell.metadata["solution"] for cell in cells if "solution" in cell.metadata]
