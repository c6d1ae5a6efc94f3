"""Metadata says that a cell is another one, or worth more."""

from ..entry import Entry, cell, code_cell
from .changes import changed, relabel, role, source, wrong_and


def tag(label: str, *tags: str):
    """Return a change that gives a cell tags."""

    def change(notebook):
        cell(notebook, label)["metadata"]["tags"] = list(tags)

    return change


def bonus(points, text: str):
    """Return a change that adds a graded cell of the learner's own."""

    def change(notebook):
        notebook["cells"].append(
            code_cell(
                text,
                nbgrader={
                    "grade": True,
                    "solution": False,
                    "locked": True,
                    "task": False,
                    "grade_id": "bonus",
                    "points": points,
                    "schema_version": 3,
                    "cell_type": "code",
                },
            )
        )

    return change


ENTRIES = [
    wrong_and(
        "points_raised",
        "the task is worth a hundred points",
        relabel("test_leaky", points=100),
    ),
    changed(
        "points_raised_right",
        "a right answer to a task of a hundred points",
        relabel("test_leaky", points=100),
        quick=True,
    ),
    changed("points_negative", "points below zero", relabel("test_leaky", points=-1)),
    changed(
        "points_not_a_number",
        "points that are NaN",
        relabel("test_leaky", points=float("nan")),
    ),
    changed(
        "points_infinite",
        "points that are infinite",
        relabel("test_leaky", points=float("inf")),
    ),
    changed("points_as_text", "points in words", relabel("test_leaky", points="three")),
    changed(
        "points_missing",
        "no points",
        lambda nb: cell(nb, "test_leaky")["metadata"]["nbgrader"].pop("points"),
    ),
    wrong_and(
        "test_made_solution",
        "the test waits for a grade by hand",
        relabel("test_leaky", solution=True),
        quick=True,
    ),
    wrong_and(
        "test_not_graded", "the test is not graded", relabel("test_leaky", grade=False)
    ),
    wrong_and(
        "test_unlocked",
        "the test is the learner's own, and edited",
        lambda nb: (
            role(nb, "test_leaky", locked=False),
            source("test_leaky", "3.0")(nb),
        ),
    ),
    wrong_and(
        "test_made_task",
        "the test is a task by hand",
        relabel("test_leaky", task=True, solution=False, grade=False),
    ),
    changed(
        "solution_made_graded",
        "the answer is graded",
        relabel("leaky", grade=True, points=50),
    ),
    changed("solution_locked", "the answer is locked", relabel("leaky", locked=True)),
    wrong_and(
        "skip_execution",
        "a tag that nbclient obeys: this cell is not run",
        tag("test_leaky", "skip-execution"),
        quick=True,
    ),
    changed(
        "skip_execution_right",
        "the answer itself is not run",
        tag("leaky", "skip-execution"),
        golden={"leaky": (0, 3)},
    ),
    wrong_and(
        "raises_exception",
        "a tag that nbclient obeys: errors are welcome",
        tag("test_leaky", "raises-exception"),
    ),
    changed(
        "checksum_forged", "another checksum", relabel("test_leaky", checksum="0" * 32)
    ),
    changed(
        "schema_old",
        "an old version of nbgrader's metadata",
        relabel("leaky", schema_version=1),
    ),
    changed(
        "schema_of_the_future",
        "a version that does not exist yet",
        relabel("leaky", schema_version=99),
    ),
    changed(
        "schema_as_text", "a version in words", relabel("leaky", schema_version="three")
    ),
    changed(
        "label_is_a_number", "a label that is no string", relabel("leaky", grade_id=5)
    ),
    changed(
        "label_with_path",
        "a label that leads elsewhere",
        relabel("leaky", grade_id="../../z_neighbour/leaky"),
    ),
    changed(
        "label_with_html",
        "a label that acts",
        relabel("leaky", grade_id="<script>corpus_active()</script>"),
    ),
    changed(
        "label_of_a_megabyte",
        "a label that fills the database",
        relabel("leaky", grade_id="x" * 1_000_000),
    ),
    changed(
        "label_look_alike",
        "a label with a Cyrillic letter",
        relabel("leaky", grade_id="le\u0430ky"),
    ),
    changed(
        "role_is_a_list",
        "nbgrader's metadata is a list",
        lambda nb: cell(nb, "leaky")["metadata"].update(nbgrader=[1]),
        golden={"leaky": (0, 3)},
    ),
    changed(
        "role_is_null",
        "nbgrader's metadata is null",
        lambda nb: cell(nb, "leaky")["metadata"].update(nbgrader=None),
    ),
    Entry(
        "bonus_cell",
        "a graded cell of one's own, worth fifty points",
        notebook=bonus(50, "50.0"),
        quick=True,
    ),
    Entry(
        "bonus_cell_as_text",
        "a graded cell with points in words",
        notebook=bonus("many", "1.0"),
    ),
]
