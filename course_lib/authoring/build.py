"""Build the notebooks of every exercise from its one readable source.

    solutions/NAME.py  ->  solutions/NAME/NAME.ipynb  ->  exercises/NAME/NAME.ipynb
    (edit this file)       (nbgrader's source)            (nbgrader's release)

The first arrow is `write_source`, which expands short cell keys and packs each task's
bank; the second is nbgrader's own GenerateAssignment.
"""

import ast
import re
from pathlib import Path

import jupytext
import nbformat

from course_lib.authoring.rules import AssignmentError, check_exercise
from course_lib.authoring.twins import given, twins
from course_lib.checkout import course_folder

ROLES = {
    "setup": {"grade": False, "solution": False, "locked": True},
    "solution": {"grade": False, "solution": True, "locked": False},
    "tests": {"grade": True, "solution": False, "locked": True},
    "answer": {"grade": True, "solution": True, "locked": False},
}
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LOAD_BANK = re.compile(r'checks\.load_bank\(\s*"([^"]+)",\s*"([^"]+)"\s*\)')
ROOT = course_folder()


def sources(root: Path) -> list[Path]:
    """Return the exercises of a course, in order."""
    return sorted((root / "solutions").glob("[0-9]*.py"))


def read_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the cells of `solutions/NAME.py`; each knows the line it starts at."""
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
    return notebook.cells


def read_source(path: Path) -> nbformat.NotebookNode:
    """Return the instructor notebook that `solutions/NAME.py` describes.

    Raises:
        AssignmentError: the source would build a wrong or leaking notebook; the
            message names file and line.
    """
    cells = read_cells(path)
    check_exercise(path, cells)
    _check_gifts(path, cells)
    for cell in cells:
        cell.pop("line")
        cell.pop("id", None)  # nbformat 4.4 has none: a one-word edit, a one-line diff
        for role in ROLES.keys() & cell.metadata.keys():
            cell.metadata["nbgrader"] = _grading(cell.metadata, role)
        cell.source = LOAD_BANK.sub(lambda m: _packed(path, m[1], m[2]), cell.source)
    notebook = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {"kernelspec": KERNELSPEC},
            "cells": cells,
        }
    )
    nbformat.validate(notebook)
    return notebook


def _check_gifts(path: Path, cells: list) -> None:
    """Refuse an exercise that hands out what one of its tasks is to write."""
    tasks = [cell.metadata["solution"] for cell in cells if "solution" in cell.metadata]
    for cell in cells:
        if "setup" in cell.metadata:
            for task in tasks:
                if found := given([cell.source], task):
                    problem = f"gives {found}, which task {task!r} is to write"
                    raise AssignmentError(f"{path.name}:{cell.line}: {problem}")


def _grading(metadata: dict, role: str) -> dict:
    """Replace the short key `role="name"` by nbgrader's metadata."""
    name = metadata.pop(role)
    grading = {"grade_id": f"test_{name}" if role == "tests" else name}
    grading |= {"schema_version": 3, "task": False, **ROLES[role]}
    if grading["grade"]:
        grading["points"] = metadata.pop("points")
    return grading


def _packed(path: Path, exercise: str, task: str) -> str:
    text = bank_text(exercise, task, path.parents[1])
    if "'''" in text:
        raise AssignmentError(
            f"{path.name}: a bank is packed between ''' and must not contain it; "
            'use """ in solutions and mistakes'
        )
    return f"checks.Bank(\"{task}\", r'''\n{text}''', {twins(task)!r})"


def bank_text(exercise: str, task: str, root: Path = ROOT) -> str:
    """Return the text of a task's bank: set-up, solutions, and its mistakes.

    Args:
        exercise: the exercise's name, such as "03_rnn".
        task: the function that the learner writes.
        root: the folder of the course.
    """
    path = root / "solutions" / f"{exercise}.py"
    parts = []
    for cell in read_cells(path):
        if cell.cell_type == "code" and "tests" not in cell.metadata:
            parts.append(_without_docstrings(_without_markers(cell.source)))
        if cell.metadata.get("solution") == task:
            break
    mistakes = path.parent / "mistakes" / path.name
    if mistakes.exists():
        parts.append(_of_task(mistakes.read_text(encoding="utf-8"), task))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _without_markers(source: str) -> str:
    return re.sub(r"^\s*### (BEGIN|END) SOLUTION\n?", "", source, flags=re.M)


def _without_docstrings(source: str) -> str:
    """Drop the docstrings of functions: the stub above the cell shows them."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef) or ast.get_docstring(node) is None:
            continue
        text = node.body[0]
        for number in range(text.lineno - 1, text.end_lineno):
            lines[number] = None
    return "\n".join(line for line in lines if line is not None)


def _of_task(source: str, task: str) -> str:
    """Return a mistakes file without its docstring and without other tasks' answers."""
    lines, kept = source.splitlines(), []
    body = ast.parse(source).body
    for node in body[1:] if ast.get_docstring(ast.parse(source)) else body:
        marks = [
            mark.args[0].value
            for mark in getattr(node, "decorator_list", [])
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "mistake"
        ]
        if marks and task not in marks:
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min(part.lineno for part in [node, *decorators])
        kept.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n".join(kept)


def write_source(path: Path) -> Path:
    """Write `solutions/NAME/NAME.ipynb` next to `solutions/NAME.py`."""
    target = path.with_suffix("") / f"{path.stem}.ipynb"
    notebook = read_source(path)
    target.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, target)
    return target


def write_release(root: Path, name: str) -> Path:
    """Let nbgrader write `exercises/NAME`, leaving its gradebook alone."""
    from nbgrader.converters import GenerateAssignment  # slow to import
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    config.CourseDirectory.assignment_id = name
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.force = True
    config.SaveCells.enabled = False
    converter = GenerateAssignment(
        coursedir=CourseDirectory(config=config), config=config
    )
    before = converter.log.level  # one log for the whole process
    converter.log.setLevel("ERROR")
    try:
        converter.start()
    finally:
        converter.log.setLevel(before)
    return release_path(root, name)


def release_path(root: Path, name: str) -> Path:
    """Return where the notebook that learners open lies."""
    return root / "exercises" / name / f"{name}.ipynb"


def holds_answers(path: Path) -> bool:
    """Whether someone has worked in a release: a cell is not as it was released."""
    from nbgrader.utils import compute_checksum

    if not path.exists():
        return False
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:
        return True  # not ours any more; whoever edited it decides
    marked = [cell for cell in cells if "checksum" in cell.metadata.get("nbgrader", {})]
    return any(
        compute_checksum(cell) != cell.metadata.nbgrader.checksum for cell in marked
    )


def build(
    root: Path = ROOT, names: list[str] | None = None, force: bool = False
) -> list[Path]:
    """Rebuild exercises; return the notebooks written.

    A release in which someone has worked is left as it is, and not returned.

    Args:
        root: the folder of the course.
        names: the exercises to build; None means all.
        force: overwrite answers, too.

    Raises:
        AssignmentError: an exercise is unknown, or its source is wrong.
    """
    found = {path.stem: path for path in sources(root)}
    unknown = sorted(set(names or ()) - found.keys())
    if unknown:
        raise AssignmentError(
            f"no exercise is called {', '.join(unknown)}; there are {', '.join(found)}"
        )
    written = []
    for name in names or found:
        written.append(write_source(found[name]))
        if force or not holds_answers(release_path(root, name)):
            written.append(write_release(root, name))
    return written
