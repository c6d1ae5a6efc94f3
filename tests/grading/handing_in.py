"""An exercise of three answers, and notebooks that learners make of it."""

import copy
import json
from pathlib import Path

import nbformat

from course_lib.grading.submission.choose import read_submission
from course_lib.grading.submission.rebuild import Exercise, rebuild

NAME = "03_rnn"
FILE = f"{NAME}.ipynb"
STUB = '''def {0}(x):
    """Return {0} of x."""
    # YOUR CODE HERE
    raise NotImplementedError()'''
STEP = "def step(x):\n    return x + 1"
LOOP = "def loop(x):\n    return step(step(x))"
WHY = "Because it is so."


def _cell(kind: str, source: str, label: str = "", **role) -> dict:
    cell = {"cell_type": kind, "source": source, "metadata": {}}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    if label:
        known = {"grade": False, "solution": False, "locked": False, "task": False}
        cell["metadata"]["nbgrader"] = {"grade_id": label, **known, **role}
    return cell


def code(source: str, label: str = "") -> dict:
    """Return a code cell; a label makes it a learner's answer."""
    return _cell("code", source, label, solution=bool(label))


def release() -> dict:
    """Return the notebook as released: two functions, a written answer."""
    locked = {"locked": True, "grade": True, "points": 2}
    cells = [
        _cell("markdown", "# Exercise"),
        _cell("code", "import math", "setup", locked=True),
        code(STUB.format("step"), "step"),
        _cell("code", "step(1) == 2", "test_step", **locked),
        _cell("markdown", "## The loop"),
        code(STUB.format("loop"), "loop"),
        _cell("code", "loop(1) == 3", "test_loop", **locked),
        _cell("markdown", "YOUR ANSWER HERE", "why", solution=True, grade=True),
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "x"}}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata}
    return {**notebook, "cells": cells}


def exercise() -> Exercise:
    """Return what the grader knows of the exercise."""
    return Exercise(nbformat.from_dict(release()))


def answered(step: str = STEP, loop: str = LOOP, why: str = WHY) -> dict:
    """Return the release with the three answers in it."""
    notebook = release()
    for label, text in {"step": step, "loop": loop, "why": why}.items():
        find(notebook, label)["source"] = text
    return notebook


def find(notebook: dict, label: str) -> dict:
    """Return the first cell with a label."""
    return next(cell for cell in notebook["cells"] if label_of(cell) == label)


def label_of(cell: dict) -> str:
    """Return a cell's label, or nothing."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def beside(notebook: dict, label: str, *cells: dict, before: bool = False) -> dict:
    """Return the notebook with more cells below, or above, a labelled one."""
    notebook = copy.deepcopy(notebook)
    place = notebook["cells"].index(find(notebook, label)) + (not before)
    notebook["cells"][place:place] = copy.deepcopy(list(cells))
    return notebook


def text(notebook: dict) -> str:
    """Return the text of a notebook file."""
    return json.dumps(notebook, ensure_ascii=False)


class Graded:
    """What would run of a submission, and what is said of it."""

    def __init__(self, folder: Path, **limits):
        """Read and rebuild what lies in a folder."""
        self.submission = read_submission(folder, NAME, exercise(), **limits)
        self.notebook = rebuild(exercise(), self.submission)
        self.readable = self.submission.readable
        notes = self.notebook.metadata["unrolled"]["notes"]
        self.said = " ".join(note["text"] for note in notes)
        self.sources = [cell.source for cell in self.notebook.cells]

    def __getitem__(self, label: str) -> str:
        """Return the text that is graded as an answer."""
        return find(self.notebook, label)["source"]

    @property
    def full(self) -> bool:
        """Whether the three right answers are what is graded."""
        return [self[label] for label in ("step", "loop", "why")] == [STEP, LOOP, WHY]

    def value(self, name: str, argument: int = 1, before: str = "") -> object:
        """Run the code cells in order up to a locked test; return what `name` gives."""
        namespace: dict = {}
        for cell in self.notebook.cells:
            if label_of(cell) == (before or f"test_{name}"):
                break
            if cell.cell_type == "code":
                try:
                    exec(cell.source, namespace)
                except Exception as error:
                    namespace.setdefault("errors", []).append(error)
        try:
            return namespace[name](argument)
        except (KeyError, NotImplementedError) as error:
            return type(error).__name__
