"""nbgrader's steps around the running of a notebook, for workers without a gradebook.

`described` writes down the steps that the configuration names, as plain data. A worker
makes them again and applies them in the same order. Those that read or write the
gradebook are not run: what they would write is returned, and the one writer writes it.
"""

import importlib
import json
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_solution,
    is_task,
)
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from course_lib.grading.verdict import SaveReasons, comments_of

# The rebuilt notebook has the gradebook's cells already; the writer sees to the last.
NOT_RUN = (OverwriteKernelspec, OverwriteCells, AssignLatePenalties)

MOST_VALID = 1000

Description = list[tuple[str, str, dict[str, Any]]]


class StepError(ValueError):
    """A configured step that workers cannot run."""


def described(steps: list, config: Config) -> Description:
    """Return module, class and options of each step.

    Raises:
        StepError: a step is no class, or none that another process can import.
    """
    found = []
    for step in steps:
        kind = import_item(step) if isinstance(step, str) else step
        if not (isinstance(kind, type) and issubclass(kind, Preprocessor)):
            raise StepError(f"the step {step!r} is no preprocessor's class")
        try:
            known = import_item(f"{kind.__module__}.{kind.__qualname__}") is kind
        except ImportError:
            known = False
        if not known:
            raise StepError(
                f"workers cannot import the step {kind.__qualname__}; put it into a "
                "module of its own, beside nbgrader_config.py, or run "
                "`nbgrader autograde`"
            )
        one = kind(config=config)
        named = [n for n in one._find_my_config(config) if one.has_trait(n)]
        options = {name: getattr(one, name) for name in named}
        found.append((kind.__module__, kind.__qualname__, options))
    return found


def made(description: Description) -> list[Preprocessor]:
    """Return the steps that were described."""
    return [
        getattr(importlib.import_module(module), name)(**options)
        for module, name, options in description
    ]


def prepared(steps: list[Preprocessor], nb: NotebookNode, where: dict) -> NotebookNode:
    """Apply the steps that come before a notebook runs."""
    for step in steps:
        if not isinstance(step, NOT_RUN):
            nb, _ = _applied(step, nb, _resources(where))
    return nb


def finished(
    steps: list[Preprocessor], nb: NotebookNode, where: dict
) -> tuple[str, dict]:
    """Apply the steps that come after a notebook has run.

    Returns:
        the notebook as JSON text, and what the gradebook is to hold: `scores` and
        `comments` by grade_id.
    """
    rows: dict[str, dict] = {"scores": {}, "comments": {}}
    resources = _resources(where)
    for step in steps:
        if isinstance(step, SaveAutoGrades):
            rows = _marks(nb)
        elif isinstance(step, SaveReasons):
            rows["comments"] |= comments_of(nb)
        elif not isinstance(step, NOT_RUN):
            nb, resources = _applied(step, nb, resources)
    text = nbformat.writes(nb, version=4)
    return text if text.endswith("\n") else f"{text}\n", rows


_valid: set[str] = set()  # metadata that nbgrader has found to be in order


def _applied(step: Preprocessor, nb: NotebookNode, resources: dict) -> tuple:
    """Apply a step; metadata that a whole class shares are looked at once.

    nbgrader checks its own schema again with every cell, which takes longer than all
    the rest that a worker does with a notebook.
    """
    if type(step) is not CheckCellMetadata:
        return step(nb, resources)
    cells = [[cell.cell_type, cell.metadata.get("nbgrader")] for cell in nb.cells]
    if (text := json.dumps(cells, sort_keys=True)) not in _valid:
        nb, resources = step(nb, resources)
        if len(_valid) < MOST_VALID:
            _valid.add(text)
    return nb, resources


def _resources(where: dict) -> dict:
    """Return what nbgrader tells a step, but for the gradebook's address."""
    name = where["notebook"]
    files = f"{name}_files"
    return {
        "nbgrader": dict(where),
        "metadata": {"name": name},
        "unique_key": name,
        "output_files_dir": files,
    }


def _marks(nb: NotebookNode) -> dict[str, dict]:
    """Return what nbgrader's SaveAutoGrades would save."""
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in nb.cells:
        label = cell.metadata.get("nbgrader", {}).get("grade_id")
        if is_grade(cell):
            scores[label] = determine_grade(cell)[0]
        if is_solution(cell) or is_task(cell):
            same = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            comments[label] = "No response." if same and not is_task(cell) else None
    return {"scores": scores, "comments": comments}
