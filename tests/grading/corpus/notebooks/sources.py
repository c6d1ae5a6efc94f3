"""Sources that are lists, commented, empty, or odd text."""

import json

from ..entry import Notebook, as_json, cell
from .changes import changed, source


def _commented(notebook: Notebook, text: str) -> Notebook:
    found = cell(notebook, "leaky")
    found["source"] = f"# {text}\n" + "".join(found["source"])
    return notebook


def _replaced(notebook: Notebook, old: str, new: str) -> None:
    found = cell(notebook, "leaky")
    found["source"] = "".join(found["source"]).replace(old, new)


ENTRIES = [
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
