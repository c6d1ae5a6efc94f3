"""The answers that lie beside an exercise, one file per task.

    solutions/mistakes/NAME/TASK.py   wrong answers; the docstring says phrase and hint
    solutions/accepted/NAME/TASK.py   right answers, written in other ways
    solutions/…/NAME/_shared.py       helpers of several tasks, where there are any

The file is the task, a function is an answer, and `_name` is a helper. The text runs
after the reference solution, so it may call that. To pack a bank is to read a file.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from course_lib.authoring.rules import AssignmentError
from course_lib.authoring.source import ROOT, read_cells, tasks
from course_lib.authoring.twins import twins
from course_lib.results.marks import answers, read_mark

KINDS = "mistakes", "accepted"
SHARED = "_shared"
IMPORTS = ast.Import | ast.ImportFrom


def texts_of(
    exercise: str, task: str, root: Path = ROOT
) -> tuple[str, str, tuple[str, ...]]:
    """Return what `checks.Bank` takes: reference, mistakes, and twins of a task.

    Args:
        exercise: the exercise's name, such as "03_rnn".
        task: the function that the learner writes.
        root: the folder of the course.
    """
    cells = read_cells(root / "solutions" / f"{exercise}.py")
    parts = []
    for cell in cells:
        if cell.cell_type == "code" and "tests" not in cell.metadata:
            parts.append(_without_docstrings(_without_markers(cell.source)))
        if cell.metadata.get("solution") == task:
            break
    reference = "\n\n".join(part.strip("\n") for part in parts) + "\n"
    wrong = read_answers(root / "solutions" / "mistakes" / exercise, task)
    return reference, wrong, twins(task)


def answer_files(folder: Path, task: str) -> list[Path]:
    """Return the files that hold the answers to a task, in the order they run.

    Args:
        folder: the answers to an exercise, such as `solutions/mistakes/03_rnn`.
        task: the function that the learner writes.
    """
    path = folder / f"{task}.py"
    if not path.exists():
        return []
    shared = folder / f"{SHARED}.py"
    return [shared, path] if shared.exists() else [path]


def read_answers(folder: Path, task: str) -> str:
    """Return the text of the answers to a task; "" where there are none."""
    files = answer_files(folder, task)
    return "\n\n".join(path.read_text(encoding="utf-8") for path in files)


def first_mistake(text: str, task: str) -> str | None:
    """Return the first mistake of a task, written as a learner's answer, if any.

    The imports and helpers of the file come along. A mistake that calls the right
    answer is passed over, even if a helper does it: it would call itself.

    Args:
        text: the mistakes of the task; see `read_answers`.
        task: the function that the learner writes.
    """
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, IMPORTS)]
    for mistake in answers(tree):
        functions = _called(mistake, tree)
        if any(task in _names(function) for function in functions):
            continue
        mistake.name, mistake.body = task, mistake.body[1:]  # without its docstring
        return "\n\n".join(ast.unparse(node) for node in [*imports, *functions])
    return None


def _called(function: ast.FunctionDef, tree: ast.Module) -> list[ast.FunctionDef]:
    """Return a function and those of its file that it calls, in the file's order."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    called, waiting = [], [function]
    while waiting:
        called.append(waiting.pop())
        names = _names(called[-1])
        waiting += [f for f in functions if f.name in names and f not in called]
    return [node for node in functions if node in called]


def _names(function: ast.FunctionDef) -> set[str]:
    return {part.id for part in ast.walk(function) if isinstance(part, ast.Name)}


def check_answers(path: Path, cells: list[NotebookNode]) -> None:
    """Refuse files of answers that would be lost or would spoil a bank.

    Args:
        path: the source of the exercise, `solutions/NAME.py`.
        cells: its cells.

    Raises:
        AssignmentError: the first rule that does not hold; the message names file
            and line.
    """
    own = _defined(cells)
    for kind in KINDS:
        for file in sorted((path.parent / kind / path.stem).glob("*.py")):
            for line, problem in _problems(file, kind, tasks(cells), own):
                where = file.relative_to(path.parent).as_posix()
                raise AssignmentError(f"{where}:{line}: {problem}")


def _problems(
    file: Path, kind: str, known: list[str], own: set[str]
) -> Iterator[tuple[int, str]]:
    if file.stem not in {*known, SHARED}:
        yield 1, f"there is no task {file.stem!r}; there are {', '.join(known)}"
    text = file.read_text(encoding="utf-8")
    if "'''" in text:  # a bank is packed between them
        line = text[: text.index("'''")].count("\n") + 1
        yield line, "a bank must not contain '''; use \"\"\""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 1, f"not Python: {error.msg}"
        return
    yield from _clashes(tree, own)
    for node in answers(tree):
        if file.stem == SHARED:
            yield node.lineno, f"{node.name!r} is a helper: call it _{node.name}"
        elif kind == "mistakes":
            try:
                read_mark(ast.get_docstring(node))
            except ValueError as error:
                yield node.lineno, f"mistake {node.name!r} {error}"


def _clashes(tree: ast.Module, own: set[str]) -> Iterator[tuple[int, str]]:
    """Name functions that replace another one, which would be lost."""
    lines: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            name = node.name
            if name in lines:
                yield node.lineno, f"{name!r} is the name of line {lines[name]} too"
            if name in own:
                yield node.lineno, f"{name!r} is a name of the exercise itself"
            lines[name] = node.lineno


def _defined(cells: list[NotebookNode]) -> set[str]:
    """Return the functions and classes that the cells of an exercise define."""
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    kinds = ast.FunctionDef | ast.ClassDef
    return {node.name for t in trees for node in t.body if isinstance(node, kinds)}


def _without_markers(source: str) -> str:
    return re.sub(r"^\s*### (BEGIN|END) SOLUTION\n?", "", source, flags=re.M)


def _without_docstrings(source: str) -> str:
    """Drop the docstrings of functions: the stub above the cell shows them."""
    dropped: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            text = node.body[0]
            dropped |= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return "\n".join(line for number, line in lines if number not in dropped)
