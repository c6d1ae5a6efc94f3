"""nbgrader's steps around the running of a notebook, for workers without a gradebook.

`described` writes down the steps that the configuration names, as plain data. A worker
makes them again and applies them in the same order. Those that read or write the
gradebook are not run: what they would write is returned, and the one writer writes it.
"""

import hashlib
import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
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

from course_lib.grading.notebook.resources import Resources, Stepped, Where
from course_lib.grading.pipeline.plain import NotPlain, plain, restored
from course_lib.grading.pipeline.score import SaveReasons, comments_of

# The rebuilt notebook has the gradebook's cells already; the writer sees to the last.
NOT_RUN = (OverwriteKernelspec, OverwriteCells, AssignLatePenalties)

MOST_VALID = 1000

Description = list[tuple[str, dict[str, Any]]]


class Marks(TypedDict):
    """What the gradebook is to hold of a notebook, by grade_id."""

    scores: dict[str, float | None]
    comments: dict[str, str | None]


class StepError(NbGraderException):
    """A configured step that workers cannot run, or one of its options."""


def resolved(steps: Sequence[object]) -> list[object]:
    """Return the steps of a configuration as classes, which may stand there as texts.

    Raises:
        StepError: a text names nothing that can be imported.
    """
    try:
        return [import_item(s) if isinstance(s, str) else s for s in steps]
    except ImportError as error:
        raise StepError(f"a step named in nbgrader_config.py: {error}") from None


def described(steps: Sequence[object], config: Config) -> Description:
    """Return the place and the options of each step, as JSON values.

    Raises:
        StepError: a step is no class, or it or an option cannot be had elsewhere.
    """
    found = []
    for step, kind in zip(steps, resolved(steps), strict=True):
        if not (isinstance(kind, type) and issubclass(kind, Preprocessor)):
            raise StepError(f"the step {step!r} is no preprocessor's class")
        try:
            place = plain(kind)
        except NotPlain as problem:
            raise StepError(f"{problem}, or run `nbgrader autograde`") from None
        # those that are not run need no options: the writer has the configuration
        options = {} if issubclass(kind, NOT_RUN) else chosen(kind, config)
        found.append((place, options))
    return found


def chosen(kind: type, config: Config) -> dict[str, Any]:
    """Return the options of a configurable class that the configuration sets.

    Raises:
        StepError: the value of one is no plain data; the message names it.
    """
    one = kind(config=config)
    options = {}
    for name in sorted(one._find_my_config(config)):
        if one.has_trait(name):
            value = getattr(one, name)
            try:
                options[name] = plain(value)
            except NotPlain as problem:
                raise StepError(
                    f"c.{kind.__name__}.{name} = {value!r} in nbgrader_config.py: "
                    f"{problem}"
                ) from None
    return options


def options_of(described: dict[str, Any]) -> dict[str, Any]:
    """Return the options that `chosen` has written down."""
    return {name: restored(value) for name, value in described.items()}


def made(description: Description) -> list[Preprocessor]:
    """Return the steps that were described."""
    return [restored(place)(**options_of(options)) for place, options in description]


def sources(description: Description) -> list[str]:
    """Return a digest of the code of each step: who edits one changes what it gives."""
    found = []
    for place, _ in description:
        file = inspect.getsourcefile(restored(place))
        code = Path(file).read_bytes() if file else b""
        found.append(hashlib.sha256(code).hexdigest())
    return found


def prepared(steps: list[Preprocessor], nb: NotebookNode, where: Where) -> NotebookNode:
    """Apply the steps that come before a notebook runs."""
    for step in steps:
        if not isinstance(step, NOT_RUN):
            nb, _ = _applied(step, nb, _resources(where))
    return nb


def finished(
    steps: list[Preprocessor], nb: NotebookNode, where: Where
) -> tuple[str, Marks]:
    """Apply the steps that come after a notebook has run.

    Returns:
        the notebook as JSON text, and what the gradebook is to hold.
    """
    rows = Marks(scores={}, comments={})
    resources = _resources(where)
    for step in steps:
        if isinstance(step, SaveAutoGrades):
            rows = _marks(nb)
        elif isinstance(step, SaveReasons):
            rows["comments"] |= comments_of(nb)
        elif not isinstance(step, NOT_RUN):
            nb, resources = _applied(step, nb, resources)
    text: str = nbformat.writes(nb, version=4)
    return text if text.endswith("\n") else f"{text}\n", rows


_valid: set[str] = set()  # metadata that nbgrader has found to be in order


def _applied(step: Preprocessor, nb: NotebookNode, resources: Resources) -> Stepped:
    """Apply a step; metadata that a whole class shares are looked at once.

    nbgrader checks its own schema again with every cell, which takes longer than all
    the rest that a worker does with a notebook.
    """
    if type(step) is not CheckCellMetadata:
        nb, resources = step(nb, resources)
        return nb, resources
    cells = [[cell.cell_type, cell.metadata.get("nbgrader")] for cell in nb.cells]
    if (text := json.dumps(cells, sort_keys=True)) not in _valid:
        nb, resources = step(nb, resources)
        if len(_valid) < MOST_VALID:
            _valid.add(text)
    return nb, resources


def _resources(where: Where) -> Resources:
    """Return what nbgrader tells a step, but for the gradebook's address."""
    name = where["notebook"]
    files = f"{name}_files"
    return {
        "nbgrader": dict(where),
        "metadata": {"name": name},
        "unique_key": name,
        "output_files_dir": files,
    }


def _marks(nb: NotebookNode) -> Marks:
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
    return Marks(scores=scores, comments=comments)
