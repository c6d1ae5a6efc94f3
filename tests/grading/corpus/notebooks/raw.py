"""Bytes that are no notebook, or hardly one."""

from ..entry import Entry, as_json, cell
from .changes import changed

NOTHING = {"tally": 0, "leaky": 0, "memory": 0, "iterate": 0}


UNREADABLE = (
    r"(?i)not JSON|cannot be (read|opened)|no cells|empty file|is missing|unclear which"
    r"|symbolic link|a notebook is a file|should be a folder|at most [\d.]+ MB"
)


def top(**values):
    """Return a change of the notebook's own keys."""
    return lambda notebook: notebook.update(values)


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


ENTRIES = [
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
