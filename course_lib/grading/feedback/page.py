"""The page a learner gets back: the score of every task, its message, their own code.

nbgrader's own page shows hidden tests, tracebacks through them, and scripts in outputs.
Ours is made from what a learner may see: the visible part of a test, the messages it
printed, the learner's own cells and outputs. A line of the hidden tests that turns up
in an output all the same takes that output with it. Beside the page stands the same as
data, in `results.json`.
"""

import json
import re
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution
from pygments.formatters import HtmlFormatter
from traitlets import List

from course_lib.grading.feedback.secrets import (
    WITHHELD,
    quotes,
    redacted,
    secret_lines,
)
from course_lib.grading.notebook.cells import is_test
from course_lib.grading.notebook.outputs import safe
from course_lib.grading.notebook.resources import Resources, Stepped
from course_lib.grading.submission.rebuild import without_hidden

HEADING = re.compile(r"^#+ +(.*?)(?: *\(\d+ points?\))? *$", re.M)
TEMPLATES = Path(__file__).parent  # holds report/index.html.j2
FRAME_LINE = re.compile(r"^(?:-+> *)?\d+ ?(.*)$")


class FeedbackPage(HTMLExporter):
    """nbconvert's HTML exporter; `settings` names our template in its own section."""

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.autoescape = True  # also in the template's macros
        return environment

    # nbconvert's own exporters give a text, though their base promises a notebook
    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[str, Resources]:
        """Fill in the template; what nbconvert would add to the page, it has."""
        # nbconvert parses each finished page once more, which takes half of the time
        self.register_filter("highlight_code", Highlight2HTML(parent=self))
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)


class Section(TypedDict):
    """A task on the page, or the cells after the last one, which have no score."""

    title: str
    cells: list[NotebookNode]
    id: NotRequired[str]
    score: NotRequired[float]
    points: NotRequired[float]
    test: NotRequired[NotebookNode | None]
    messages: NotRequired[list[str]]
    comments: NotRequired[list[str]]


class Report(NbGraderPreprocessor):
    """Runs after GetGrades: redacts the notebook and groups it by task."""

    # nbconvert sets this option for every preprocessor and warns where it is missing
    display_data_priority: List[str] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Stepped:
        """Leave in the notebook nothing that a learner must not see."""
        secrets = secret_lines(nb)
        own = [line for cell in nb.cells if _is_own(cell) for line in _lines(cell)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _redacted(cell, secrets, set(own))
                cell.source = without_hidden(cell.source)
        notes = nb.metadata.get("unrolled", {}).get("notes", [])
        resources["notes"] = [note["text"] for note in notes]
        resources["tasks"] = _tasks(nb, resources["notes"])
        # nbconvert writes what stands in "outputs" beside the page
        files = resources.setdefault("outputs", {})
        files["results.json"] = _results(nb, resources, secrets).encode()
        light, dark = (
            HtmlFormatter(style=style).get_style_defs(".highlight")
            for style in ("default", "github-dark")
        )
        resources["highlight_css"] = (
            f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"
        )
        return nb, resources


def _results(nb: NotebookNode, resources: Resources, secrets: list[str]) -> str:
    """Return the scores and what the tests found as JSON.

    The scores are the gradebook's; the rest of a task is what its test published.
    """
    tasks = []
    for cell in filter(is_grade, nb.cells):
        marks = cell.metadata.nbgrader
        found = dict(cell.metadata.get("unrolled", {}).get("result") or {})
        function = found.pop("task", None)
        scores = {"score": marks.score, "points": marks.points}
        tasks.append({"task": marks.grade_id, "function": function, **found, **scores})
        failures = found.get("failures", [])
        tasks[-1]["failures"] = [redacted(failure, secrets) for failure in failures]
    where = {key: resources["nbgrader"][key] for key in ("assignment", "student")}
    result = {**where, "notes": resources["notes"], "tasks": tasks}
    # harmless also where it is shown as a page
    return json.dumps(result, ensure_ascii=False, indent=1).replace("<", "\\u003c")


def _is_own(cell: NotebookNode) -> bool:
    """Whether the learner wrote this cell."""
    return not is_locked(cell) and (cell.cell_type == "code" or is_solution(cell))


def _lines(cell: NotebookNode) -> list[str]:
    return [line.strip() for line in cell.source.splitlines() if line.strip()]


def _redacted(
    cell: NotebookNode, secrets: list[str], own: set[str]
) -> list[NotebookNode]:
    shown = []
    for output in safe(cell.outputs):
        if output.output_type == "error":
            _shorten(output, own if _is_own(cell) else set())
        elif output.output_type == "execute_result" and is_test(cell):
            continue  # the score, which stands at the top
        if quotes(_text(output), secrets):
            output = NotebookNode(output_type="stream", name="stdout", text=WITHHELD)
        shown.append(output)
    return shown


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        text = output.text
    elif output.output_type == "error":
        text = "\n".join([output.ename, output.evalue, *output.traceback])
    else:
        text = output.data.get("text/plain", "")
    return str(text)


def _shorten(output: NotebookNode, own: set[str]) -> None:
    """Keep of a traceback the frames that show the learner's own lines, and the end."""
    frames = [frame for frame in output.traceback[1:] if _is_learners(frame, own)]
    last = f"{output.ename}: {output.evalue}"
    if output.ename == "CheckFailed":
        last = f"✗ {output.evalue}"
    output.traceback = [*frames, last]


def _is_learners(frame: str, own: set[str]) -> bool:
    """Whether every line of code in a traceback's frame is the learner's."""
    if not frame.startswith(("Cell In", "Input In")):
        return False
    found = [FRAME_LINE.match(line.strip()) for line in frame.splitlines()[1:]]
    code = [match[1].strip() for match in found if match]
    return bool(code) and all(line in own or not line for line in code)


def _tasks(nb: NotebookNode, notes: list[str]) -> list[Section]:
    """Group the cells: a task ends with its graded cell and is named by a heading."""
    tasks: list[Section] = []
    cells: list[NotebookNode] = []
    title = ""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and not is_solution(cell):
            title = (HEADING.findall(cell.source) or [title])[0]
        elif is_grade(cell):
            answers = [*cells, cell] if is_solution(cell) else cells
            tasks.append(_task(title, cell, answers, notes))
            cells = []
        elif _is_own(cell) or any(o.output_type == "error" for o in cell.outputs):
            cells.append(cell)
    if cells:
        tasks.append({"title": "After the last task", "cells": cells})
    return tasks


def _task(
    title: str, graded: NotebookNode, cells: list[NotebookNode], notes: list[str]
) -> Section:
    marks = graded.metadata.nbgrader
    comments = [cell.metadata.get("nbgrader", {}).get("comment") for cell in cells]
    kind = "" if is_test(graded) else " (written answer)"
    return {
        "id": marks.grade_id,
        "title": (title or marks.grade_id) + kind,
        "score": marks.score,
        "points": marks.points,
        "test": graded if is_test(graded) else None,
        "messages": _messages(graded) if is_test(graded) else [],
        "cells": cells,
        "comments": [text for text in comments if text and not _is_known(text, notes)],
    }


def _is_known(comment: str, notes: list[str]) -> bool:
    """Whether the top of the page or the test's own message says this already."""
    for note in notes:
        comment = comment.replace(note, "")
    return comment.strip() in ("", "No response.")


def _messages(test: NotebookNode) -> list[str]:
    """Return what a test said, one paragraph a message."""
    parts = []
    for output in test.outputs:
        text = _text(output)
        if output.output_type == "error":
            text = "\n".join(output.traceback)
            text = text if text.startswith("✗") else f"✗ {text}"
        parts += re.split(r"\n(?=[✓✗])", text.strip("\n"))
    return [part for part in parts if part.strip()]
