"""The notebook file: its cells, its metadata, its JSON.

A learner sends any bytes at all. What can be read is graded as the exercise has it:
released tests, released points, the learner's solution cells by name.
"""

import copy
import json

from .entry import WRONG, Entry, Notebook, as_json, cell, code_cell, label_of

NOTHING = {"tally": 0, "leaky": 0, "memory": 0, "iterate": 0}
UNREADABLE = (
    r"(?i)not JSON|cannot be (read|opened)|no cells|empty file|is missing|unclear which"
    r"|symbolic link|a notebook is a file|should be a folder|at most [\d.]+ MB"
)


def changed(name: str, why: str, change, **more) -> Entry:
    """A right answer in a changed notebook."""
    return Entry(name, why, notebook=change, **more)


def wrong_and(name: str, why: str, change, **more) -> Entry:
    """A wrong answer to `leaky` in a notebook that is changed to hide this."""
    return Entry(name, why, {"leaky": WRONG["leaky"]}, notebook=change, **more)


def role(notebook: Notebook, label: str, **values) -> None:
    """Change nbgrader's metadata of a cell."""
    cell(notebook, label)["metadata"]["nbgrader"].update(values)


def tag(label: str, *tags: str):
    """Return a change that gives a cell tags."""

    def change(notebook):
        cell(notebook, label)["metadata"]["tags"] = list(tags)

    return change


def relabel(label: str, **values):
    """Return a change of nbgrader's metadata of a cell."""
    return lambda notebook: role(notebook, label, **values)


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


def source(label: str, text):
    """Return a change of a cell's source."""

    def change(notebook):
        cell(notebook, label)["source"] = text

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


def reordered(notebook):
    """Tests first, answers last."""
    cells = notebook["cells"]
    cells.sort(key=lambda c: (label_of(c) or "").startswith("test_"), reverse=True)


def without_labels(notebook):
    """As when all cells are copied into a new notebook."""
    for c in notebook["cells"]:
        c["metadata"] = {}


def top(**values):
    """Return a change of the notebook's own keys."""
    return lambda notebook: notebook.update(values)


def metadata(**values):
    """Return a change of the notebook's metadata."""
    return lambda notebook: notebook["metadata"].update(values)


CELLS = [
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

ROLES = [
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

KERNELS = [
    changed(
        "kernel_unknown",
        "a kernel that does not exist",
        metadata(kernelspec={"name": "nowhere", "display_name": "x"}),
        quick=True,
    ),
    changed(
        "kernel_with_path",
        "a kernel in another folder",
        metadata(kernelspec={"name": "../../../tmp", "display_name": "x"}),
    ),
    changed("kernel_missing", "no kernel", lambda nb: nb["metadata"].clear()),
    changed("kernel_is_a_list", "a kernel that is a list", metadata(kernelspec=["x"])),
    changed(
        "kernel_of_r",
        "another language",
        metadata(
            kernelspec={"name": "ir", "display_name": "R", "language": "R"},
            language_info={"name": "R"},
        ),
    ),
    changed(
        "language_html",
        "a language that acts",
        metadata(
            language_info={
                "name": "<script>corpus_active()</script>",
                "pygments_lexer": "corpus_active",
            }
        ),
    ),
    changed(
        "widget_state",
        "state of widgets, which is HTML",
        metadata(
            widgets={
                "application/vnd.jupyter.widget-state+json": {
                    "state": {
                        "a": {
                            "model_name": "HTMLModel",
                            "state": {"value": "<script>corpus_active()</script>"},
                        }
                    },
                    "version_major": 2,
                    "version_minor": 0,
                }
            }
        ),
    ),
    changed(
        "title_html",
        "a title that acts",
        metadata(title="</title><script>corpus_active()</script>"),
    ),
    changed(
        "template_chosen",
        "a template for nbconvert",
        metadata(nbconvert={"template": "/etc/passwd"}, celltoolbar="x"),
    ),
    changed(
        "metadata_deep",
        "metadata a thousand levels deep",
        metadata(deep=json.loads("[" * 900 + "]" * 900)),
    ),
    changed("metadata_large", "ten megabytes of metadata", metadata(x="x" * 10**7)),
    changed(
        "attachments",
        "an attachment that is a script",
        lambda nb: nb["cells"][0].update(
            attachments={"a.svg": {"image/svg+xml": "<svg onload='corpus_active()'/>"}}
        ),
    ),
    wrong_and(
        "outputs_forged",
        "outputs of a passed test, saved in the file",
        lambda nb: cell(nb, "test_leaky").update(
            outputs=[
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/plain": "3.0"},
                }
            ]
        ),
    ),
    changed(
        "outputs_html",
        "a script in a saved output",
        lambda nb: cell(nb, "leaky").update(
            outputs=[
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": "<script>corpus_active()</script>"},
                }
            ]
        ),
    ),
    changed(
        "outputs_broken",
        "outputs that are no outputs",
        lambda nb: cell(nb, "leaky").update(outputs=[{"output_type": "evil"}, 3]),
    ),
    changed(
        "outputs_missing",
        "code cells without outputs",
        lambda nb: cell(nb, "leaky").pop("outputs"),
    ),
]

SOURCES = [
    changed(
        "source_as_lists",
        "sources as lists of lines",
        lambda nb: [
            c.update(source="".join(c["source"]).splitlines(True)) for c in nb["cells"]
        ],
    ),
    changed(
        "source_null",
        "a source that is null",
        source("leaky", None),
        golden={"leaky": 0},
    ),
    changed(
        "source_number",
        "a source that is a number",
        source("leaky", 3),
        golden={"leaky": 0},
    ),
    changed(
        "source_nested",
        "a source of nested lists",
        source("leaky", [["x = 1"]]),
        golden={"leaky": 0},
    ),
    changed(
        "source_missing",
        "a cell without a source",
        lambda nb: cell(nb, "leaky").pop("source") and None,
        golden={"leaky": 0},
    ),
    changed(
        "source_surrogate",
        "half a character in a comment",
        lambda nb: json.dumps(_commented(nb, "\ud800")),
        quick=True,
    ),
    changed(
        "source_null_byte",
        "a null byte in a comment",
        lambda nb: json.dumps(_commented(nb, "\x00")),
        golden={"leaky": (0, 3)},
    ),
    changed(
        "source_windows",
        "lines that end as on Windows",
        lambda nb: _replaced(nb, "\n", "\r\n"),
    ),
    changed(
        "source_old_mac",
        "lines that end as on old Macs",
        lambda nb: _replaced(nb, "\n", "\r"),
    ),
    changed(
        "source_form_feed",
        "form feeds and vertical tabs between lines",
        lambda nb: _commented(nb, "\f\v\n\f"),
    ),
    changed(
        "source_no_break_space",
        "no-break spaces in a comment",
        lambda nb: _commented(nb, "\u00a0\u2028\u202e"),
    ),
    changed(
        "source_latin_1",
        "a file in Latin-1",
        lambda nb: as_json(_commented(nb, "é")).encode("latin-1"),
    ),
    changed(
        "source_utf_16", "a file in UTF-16", lambda nb: as_json(nb).encode("utf-16")
    ),
    changed(
        "source_bom",
        "a byte order mark",
        lambda nb: as_json(nb).encode("utf-8-sig"),
        quick=True,
    ),
]


def _commented(notebook: Notebook, text: str) -> Notebook:
    found = cell(notebook, "leaky")
    found["source"] = f"# {text}\n" + "".join(found["source"])
    return notebook


def _replaced(notebook: Notebook, old: str, new: str) -> None:
    found = cell(notebook, "leaky")
    found["source"] = "".join(found["source"]).replace(old, new)


def broken(name: str, why: str, data, **more) -> Entry:
    """A file that holds no notebook: nothing is earned, and a reason is given."""
    return Entry(
        name,
        why,
        golden=NOTHING,
        reason=UNREADABLE,
        notebook=data if callable(data) else lambda nb: data,
        **more,
    )


FILES = [
    broken("file_empty", "no bytes", b"", quick=True),
    broken("file_of_blanks", "blanks", b" \n" * 1000),
    broken(
        "file_truncated",
        "an upload that stopped",
        lambda nb: as_json(nb)[:-2000],
        quick=True,
    ),
    broken("file_binary", "a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    broken("file_null", "the word null", b"null"),
    broken("file_number", "a number of a million digits", b"9" * 1_000_000),
    broken("file_list", "a list", b"[]"),
    broken("file_object", "an empty object", b"{}"),
    broken("file_deep", "a hundred thousand brackets", b"[" * 100_000, quick=True),
    broken(
        "file_html",
        "a page that says that the server is down",
        b"<!doctype html><title>502 Bad Gateway</title>",
    ),
    broken("file_python", "a script instead of a notebook", b"def leaky(): pass\n"),
    broken(
        "file_pickle",
        "a pickle that acts",
        b"cposix\nsystem\n(S'touch @OUTSIDE@/unpickled'\ntR.",
    ),
    broken(
        "file_cells_missing",
        "a notebook without cells",
        lambda nb: nb.pop("cells") and None,
    ),
    broken("file_cells_object", "cells that are no list", top(cells={"a": 1})),
    broken("file_cells_numbers", "cells that are numbers", top(cells=[1, None, "x"])),
    changed(
        "cell_type_unknown",
        "one cell of a type that does not exist",
        lambda nb: nb["cells"].append(
            {"cell_type": "evil", "metadata": {}, "source": "x"}
        ),
    ),
    changed(
        "cell_is_a_string",
        "one cell that is a string",
        lambda nb: nb["cells"].append("x"),
    ),
    changed(
        "cell_metadata_missing",
        "one cell without metadata",
        lambda nb: nb["cells"].append(
            {
                "cell_type": "code",
                "source": "y = 1",
                "outputs": [],
                "execution_count": None,
            }
        ),
    ),
    changed(
        "cell_ids_doubled",
        "ids of version 4.5, all the same",
        lambda nb: (
            [c.update(id="same") for c in nb["cells"]],
            nb.update(nbformat_minor=5),
        ),
    ),
    changed(
        "cell_ids_invalid",
        "ids that are paths",
        lambda nb: (
            [c.update(id="../" * 40) for c in nb["cells"]],
            nb.update(nbformat_minor=5),
        ),
    ),
    changed(
        "execution_count_huge",
        "a cell that ran 10^4000 times",
        lambda nb: cell(nb, "leaky").update(execution_count=10**4000),
    ),
    changed(
        "format_3",
        "a version from 2013",
        top(nbformat=3, nbformat_minor=0),
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    changed("format_5", "a version of the future", top(nbformat=5)),
    changed("format_minor_99", "a minor version of the future", top(nbformat_minor=99)),
    changed("format_text", "a version in words", top(nbformat="four")),
    changed("format_missing", "no version", lambda nb: nb.pop("nbformat") and None),
    changed(
        "key_doubled",
        "two lists of cells; the second counts",
        lambda nb: '{"cells": [],' + as_json(nb)[1:],
    ),
    changed(
        "number_out_of_range",
        "1e999999 in the metadata",
        lambda nb: as_json(nb).replace(
            '"metadata": {}', '"metadata": {"x": 1e999999}', 1
        ),
    ),
    changed(
        "nan_in_metadata",
        "NaN and Infinity, which are no JSON",
        lambda nb: as_json(nb).replace(
            '"metadata": {}', '"metadata": {"x": [NaN, -Infinity]}', 1
        ),
    ),
    changed(
        "text_after_the_end",
        "a second document behind the first",
        lambda nb: as_json(nb) + "\n{}",
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    broken(
        "file_of_thirty_megabytes",
        "a notebook that is too large to be honest",
        lambda nb: as_json(nb).replace("{", "{" + " " * 30_000_000, 1),
    ),
]

ENTRIES: list[Entry] = CELLS + ROLES + KERNELS + SOURCES + FILES
