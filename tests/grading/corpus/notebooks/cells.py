"""Cells are missing, doubled, moved, renamed, or of another type."""

import copy

from ..entry import WRONG, Entry, cell, code_cell, label_of
from .changes import changed, relabel, role, source, wrong_and


def drop(*labels: str):
    """Return a change that deletes cells."""

    def change(notebook):
        cells = notebook["cells"]
        notebook["cells"] = [c for c in cells if label_of(c) not in labels]

    return change


def retype(label: str, kind: str):
    """Return a change of a cell's type."""

    def change(notebook):
        found = cell(notebook, label)
        found["cell_type"] = kind
        if kind != "code":
            found.pop("outputs")
            found.pop("execution_count")

    return change


def twice(label: str, source: str | None = None, first: bool = False):
    """Return a change that doubles a cell, the copy with another source."""

    def change(notebook):
        cells = notebook["cells"]
        found = cell(notebook, label)
        other = copy.deepcopy(found)
        if source is not None:
            other["source"] = source
        cells.insert(cells.index(found) + (0 if first else 1), other)

    return change


def reordered(notebook):
    """Tests first, answers last."""
    cells = notebook["cells"]
    cells.sort(key=lambda c: (label_of(c) or "").startswith("test_"), reverse=True)


def without_labels(notebook):
    """As when all cells are copied into a new notebook."""
    for c in notebook["cells"]:
        c["metadata"] = {}


ENTRIES = [
    changed(
        "solution_cell_deleted",
        "the answer is gone",
        drop("leaky"),
        golden={"leaky": 0},
        reason="(?i)missing|leaky",
        quick=True,
    ),
    changed(
        "test_cell_deleted",
        "the test is gone, the answer is right",
        drop("test_leaky"),
        quick=True,
    ),
    wrong_and(
        "test_cell_deleted_wrong",
        "the test is gone, the answer is wrong",
        drop("test_leaky"),
    ),
    changed("set_up_deleted", "the imports are gone", drop("setup")),
    changed(
        "all_but_one_deleted",
        "one answer, and nothing else",
        drop(
            "setup",
            "tally",
            "test_tally",
            "test_leaky",
            "memory",
            "test_memory",
            "iterate",
            "test_iterate",
        ),
        golden={"tally": 0, "memory": 0, "iterate": 0},
    ),
    changed(
        "test_cells_deleted",
        "no test is left",
        drop("test_tally", "test_leaky", "test_memory", "test_iterate"),
    ),
    changed(
        "solution_doubled_wrong_first",
        "two answers, the second one right",
        twice("leaky", WRONG["leaky"], first=True),
    ),
    changed(
        "solution_doubled_wrong_last",
        "two answers, the second one wrong",
        twice("leaky", WRONG["leaky"]),
        golden={"leaky": 0},
    ),
    changed("test_doubled", "the test stands there twice", twice("test_leaky")),
    wrong_and(
        "test_doubled_by_score",
        "a second test that gives all points",
        twice("test_leaky", "3.0"),
        quick=True,
    ),
    changed("set_up_doubled", "the imports stand there twice", twice("setup")),
    changed(
        "solution_relabelled",
        "the answer has another label",
        relabel("leaky", grade_id="leaky_2"),
        quick=True,
    ),
    changed(
        "solution_label_removed",
        "the answer has no label",
        lambda nb: cell(nb, "leaky")["metadata"].clear(),
    ),
    changed(
        "test_relabelled",
        "the test has another label",
        relabel("test_leaky", grade_id="test_leaky_2"),
    ),
    changed(
        "labels_exchanged",
        "two answers have each other's label",
        lambda nb: (
            role(nb, "tally", grade_id="x"),
            role(nb, "leaky", grade_id="tally"),
            role(nb, "x", grade_id="leaky"),
        ),
        golden={"tally": (0, 2), "leaky": (0, 3)},
    ),
    changed(
        "labels_all_equal",
        "all cells have one label",
        lambda nb: [
            c["metadata"]["nbgrader"].update(grade_id="leaky")
            for c in nb["cells"]
            if label_of(c)
        ],
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    changed(
        "labels_all_removed",
        "all cells copied into a new notebook",
        without_labels,
        quick=True,
    ),
    changed(
        "solution_as_markdown",
        "the answer became text",
        retype("leaky", "markdown"),
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    changed(
        "solution_as_raw",
        "the answer became raw",
        retype("leaky", "raw"),
        golden={"leaky": (0, 3)},
    ),
    changed(
        "test_as_markdown", "the test became text", retype("test_leaky", "markdown")
    ),
    wrong_and(
        "test_as_markdown_wrong",
        "so it needs a grade by hand",
        retype("test_leaky", "markdown"),
    ),
    wrong_and("test_as_raw_wrong", "or none", retype("test_leaky", "raw")),
    changed(
        "cells_reordered", "all tests stand before all answers", reordered, quick=True
    ),
    wrong_and("test_edited", "the test is a score now", source("test_leaky", "3.0")),
    wrong_and("test_emptied", "the test is empty", source("test_leaky", "")),
    wrong_and(
        "set_up_edited",
        "the imports bring another kind of checks",
        source(
            "setup",
            "import torch\nfrom unittest.mock import MagicMock\nchecks = MagicMock()\n",
        ),
    ),
    changed(
        "empty_cells",
        "five thousand empty cells",
        lambda nb: nb["cells"].extend(code_cell("") for _ in range(5000)),
    ),
    changed(
        "many_cells",
        "a thousand small cells",
        lambda nb: nb["cells"].extend(code_cell(f"a{i} = {i}") for i in range(1000)),
        heavy=True,
    ),
    Entry(
        "marker_bomb",
        "fifty thousand markers that open and never close",
        extra=(("test_leaky", "### BEGIN HIDDEN TESTS\n" * 50_000),),
    ),
    changed(
        "marker_bomb_in_test",
        "the same in a locked cell",
        source("test_leaky", "### BEGIN HIDDEN TESTS\n" * 50_000),
    ),
]
