"""What the source of an exercise must hold; each rule names file and line.

A slip here would publish a hidden test, lose points or leave a task without a test, and
nbgrader would say nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_lib.errors import CourseError

MARKERS = {
    f"### {edge} {what}"
    for edge in ("BEGIN", "END")
    for what in ("SOLUTION", "HIDDEN TESTS")
}
NO_MARKER = "nbgrader has no marker {!r}: what it hides would reach learners; use"
KEYS = {"setup", "solution", "tests", "answer", "points"}


class AssignmentError(CourseError, ValueError):
    """An exercise source that would build a wrong or leaking notebook."""


def check_exercise(path: Path, cells: list[NotebookNode]) -> None:
    """Apply all rules to the cells of an exercise.

    Args:
        path: the source, for messages.
        cells: notebook cells that carry `line`, the line each starts at.

    Raises:
        AssignmentError: the first rule that does not hold.
    """
    for rule in (_keys, _markers, _names, _pairs, _tests, _points, _parses):
        for line, problem in rule(cells):
            raise AssignmentError(f"{path.name}:{line}: {problem}")


Problems = Iterator[tuple[int, str]]


def _keys(cells: list[NotebookNode]) -> Problems:
    for cell in cells:
        for key in sorted(cell.metadata.keys() - KEYS):
            yield cell.line, f"unknown cell key {key!r}; use one of {sorted(KEYS)}"
        graded = cell.metadata.keys() & {"tests", "answer"}
        if bool(graded) != ("points" in cell.metadata):
            yield cell.line, "a cell has points if and only if it is graded"


def _markers(cells: list[NotebookNode]) -> Problems:
    for cell in cells:
        is_open = None
        for number, text in enumerate(cell.source.splitlines(), start=cell.line + 1):
            line = text.strip()
            if line not in MARKERS:
                if re.search(r"#.*\b(BEGIN|END)\b.*(SOL|HID|TEST)", line, re.I):
                    yield number, f"{NO_MARKER.format(line)} {sorted(MARKERS)}"
                continue
            _, edge, what = line.split(" ", 2)
            if (edge == "BEGIN") == (is_open is not None):
                yield number, f"{line!r} does not match the marker before it"
            if edge == "END" and is_open not in (None, what):
                yield number, f"{line!r} closes a region of {is_open}"
            is_open = what if edge == "BEGIN" else None
        if is_open:
            yield cell.line, f"a region of {is_open} is never closed"


def _names(cells: list[NotebookNode]) -> Problems:
    seen: dict[str, int] = {}
    for cell in cells:
        for role in ("setup", "solution", "tests", "answer"):
            name = cell.metadata.get(role)
            if name is None:
                continue
            key = f"test_{name}" if role == "tests" else name
            if key in seen:
                yield cell.line, f"{role} {name!r} is the name of line {seen[key]} too"
            seen[key] = cell.line


def _pairs(cells: list[NotebookNode]) -> Problems:
    written: set[str] = set()
    tested: set[str] = set()
    for cell in cells:
        if "solution" in cell.metadata:
            written.add(cell.metadata["solution"])
            if "### BEGIN SOLUTION" not in cell.source:
                yield cell.line, "a solution cell needs ### BEGIN SOLUTION … END"
        elif "### BEGIN SOLUTION" in cell.source and "answer" not in cell.metadata:
            yield cell.line, "a solution stands outside a solution cell"
        if "tests" in cell.metadata:
            name = cell.metadata["tests"]
            tested.add(name)
            if name not in written:
                yield cell.line, f"tests of {name!r} come before any solution of it"
    for cell in cells:
        name = cell.metadata.get("solution")
        if name is not None and name not in tested:
            yield cell.line, f"task {name!r} has no tests"


def _tests(cells: list[NotebookNode]) -> Problems:
    for cell in cells:
        hidden = "### BEGIN HIDDEN TESTS" in cell.source
        if "tests" not in cell.metadata:
            if hidden:
                yield cell.line, "hidden tests stand outside a tests cell"
            continue
        if not hidden:
            yield cell.line, "a tests cell needs a hidden region"
        if cell.source.rstrip().splitlines()[-1] != "check.score()":
            yield cell.line, "a tests cell ends with check.score(), its points"
        for text in re.findall(r"checks\.Task\(.*points=([\d.]+)", cell.source):
            if float(text) != float(cell.metadata["points"]):
                points = cell.metadata["points"]
                yield cell.line, f"worth {points} points, but checks.Task says {text}"


def _points(cells: list[NotebookNode]) -> Problems:
    """The points in the headings are those of the cells, and they add up."""
    total, promised, heading = 0.0, None, None
    for cell in cells:
        if cell.cell_type == "markdown" and "answer" not in cell.metadata:
            found = re.search(r"(\d+(?:\.\d+)?) points?", cell.source)
            if found and promised is None:
                promised = float(found[1])
            elif found:
                heading = float(found[1])
        if "points" in cell.metadata:
            points = float(cell.metadata["points"])
            total += points
            if heading is not None and heading != points:
                yield cell.line, f"the heading promises {heading:g} points"
            heading = None
    if promised != total:
        problem = f"the points add up to {total:g}, the introduction says {promised}"
        yield cells[0].line, problem


def _parses(cells: list[NotebookNode]) -> Problems:
    for cell in cells:
        if cell.cell_type != "code":
            continue
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield cell.line + (error.lineno or 1), f"not Python: {error.msg}"
