"""Answer an exercise as a learner would, many times, without starting a kernel.

The cells are those of the instructor's notebook, exactly as nbgrader would run them;
an answer replaces the solution of one task, and the verdict is what its test cell says.
"""

import ast
import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

import nbformat
from places import ROOT

from course_lib.authoring import banks, build
from course_lib.checks import CheckFailed
from course_lib.results.marks import answers

SOURCES = build.sources(ROOT)


@dataclass
class Verdict:
    """What a test cell said: the score, and the lines a learner reads."""

    score: float
    message: str


def run_cell(source: str, namespace: dict) -> Verdict:
    """Run a cell as IPython does: print, then the value of the last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(tree, "<cell>", "exec"), namespace)
            value = eval(
                compile(ast.Expression(last.value), "<cell>", "eval"), namespace
            )
        except CheckFailed as failed:
            return Verdict(0.0, printed.getvalue() + str(failed))
    if type(value) is not float:
        raise TypeError(f"a test cell must end in a plain float, not {value!r}")
    return Verdict(value, printed.getvalue())


def is_test(cell: nbformat.NotebookNode) -> bool:
    """Whether nbgrader grades this cell by running it."""
    role = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and role.get("grade") and not role.get("solution")


class Exercise:
    """One exercise, ready to be answered."""

    def __init__(self, path: Path):
        """Read the source; nothing is run yet."""
        self.path = path
        self.name = path.stem
        self.notebook = build.read_source(path)
        self.tests = {
            cell.metadata.nbgrader.grade_id.removeprefix("test_"): cell
            for cell in self.notebook.cells
            if is_test(cell)
        }
        self.points = {
            task: float(cell.metadata.nbgrader.points)
            for task, cell in self.tests.items()
        }

    def solved(self, cells=None) -> dict:
        """Return the namespace after set-up and all solutions (or other cells)."""
        namespace: dict = {"__name__": "__main__"}
        for cell in cells or self.notebook.cells:
            if cell.cell_type == "code" and not is_test(cell):
                exec(compile(cell.source, f"<{self.name}>", "exec"), namespace)
        return namespace

    def verdict(self, task: str, namespace: dict) -> Verdict:
        """Run the test cell of a task in a copy of a namespace."""
        return run_cell(self.tests[task].source, dict(namespace))

    def text(self, kind: str, task: str) -> str:
        """Return the text of the answers of a kind to a task."""
        if kind == "shortcuts":  # one file per exercise; a mark says the task
            path = self.path.parent / kind / self.path.name
            return path.read_text(encoding="utf-8")
        return banks.read_answers(self.path.parent / kind / self.name, task)

    def answers(self, kind: str) -> list[tuple[str, FunctionType]]:
        """Return functions by task: mistakes, accepted answers, or shortcuts."""
        if kind == "shortcuts":
            return self._shortcuts()
        found, solved = [], self.solved()
        for task in self.tests:
            names, namespace = [], dict(solved)
            for path in banks.answer_files(self.path.parent / kind / self.name, task):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                exec(compile(tree, str(path), "exec"), namespace)
                names += [node.name for node in answers(tree)]
            found += [(task, namespace[name]) for name in names]
        return found

    def _shortcuts(self) -> list[tuple[str, FunctionType]]:
        path = self.path.parent / "shortcuts" / self.path.name
        namespace = self.solved()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        exec(compile(tree, str(path), "exec"), namespace)
        found = []
        for node in answers(tree):
            task = namespace[node.name].marked_shortcut[0]
            if task not in self.tests:
                raise ValueError(f"{path}:{node.lineno}: there is no task {task!r}")
            found.append((task, namespace[node.name]))
        return found
