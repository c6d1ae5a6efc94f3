"""What a file's name and its first bytes say of it: the notebook, or something else.

A notebook is known by what is in it; its name says only how likely it is the one that
is meant, and what to call a file that is none.
"""

import json
import unicodedata
from pathlib import PurePosixPath

from course_lib.grading.submission.regular import shown

CHECKPOINTS = ".ipynb_checkpoints"
KINDS = {
    ".py": "a Python script",
    ".html": "a web page",
    ".htm": "a web page",
    ".pdf": "a PDF file",
    ".zip": "an archive",
    ".rar": "an archive that is not read",
    ".7z": "an archive that is not read",
    ".tar": "an archive that is not read",
    ".gz": "an archive that is not read",
    ".tgz": "an archive that is not read",
    ".part": "a download that did not end",
    ".partial": "a download that did not end",
    ".crdownload": "a download that did not end",
    ".download": "a download that did not end",
}
STARTS = {
    b"<": "a web page",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
    b"PK": "an archive",
    b"\x1f\x8b": "an archive",
    b"Rar!": "an archive",
    b"7z": "an archive",
    **dict.fromkeys((b"import ", b"from ", b"def ", b"# %%", b"#!"), "Python code"),
}


def is_litter(path: str) -> bool:
    """Whether a program left this file for itself: no learner's work is in it."""
    parts = PurePosixPath(path).parts
    last = parts[-1].lower() if parts else ""
    if last in ("thumbs.db", "desktop.ini") or "__MACOSX" in parts:
        return True
    plain = (CHECKPOINTS, "..")
    hidden = any(part.startswith(".") and part not in plain for part in parts)
    return hidden or last.startswith("~$")


def is_notebook(data: bytes) -> bool:
    """Whether bytes look like a notebook, whatever the file is called."""
    return is_object(data[:1000]) and '"cells"' in _text(data)


def is_archive(data: bytes) -> bool:
    """Whether bytes begin as a zip archive does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def may_hold_one(start: bytes) -> bool:
    """Whether a file that begins so may be a notebook, or have one in it."""
    return is_archive(start) or is_object(start)


def is_object(start: bytes) -> bool:
    """Whether bytes begin as a JSON object does."""
    return _text(start).lstrip("\ufeff \t\r\n").startswith("{")


def _text(data: bytes) -> str:
    return data.decode(json.detect_encoding(data), "ignore")


def looks_like(data: bytes) -> str:
    """Return what a file seems to be by its first bytes, or nothing."""
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = (kind for known, kind in STARTS.items() if start.startswith(known))
    return next(found, "")


def described(path: str, start: bytes = b"") -> str:
    """Return a name, with what the file is where that can be told."""
    name = PurePosixPath(path).name.lower()
    kind = KINDS.get(PurePosixPath(name).suffix) or looks_like(start)
    if is_litter(path):
        kind = "left by a program"
    return f"{shown(path)} ({kind})" if kind else shown(path)


def likeliest_first(
    path: PurePosixPath, name: str
) -> tuple[bool, bool, int, bool, int, str]:
    """Return a key that sorts the likeliest file first."""
    own = f"{name}.ipynb"
    flat = _flat(path.name)
    likeness = 0 if flat == _flat(own) else 1 if _flat(name) in flat else 2
    other = path.suffix.lower() != ".ipynb"
    early = saved_on_the_way(str(path))
    return str(path) != own, early, len(path.parts), other, likeness, str(path)


def same_name(path: str, name: str) -> bool:
    """Whether a file is called `name` but for what systems change in a name."""
    return _flat(PurePosixPath(path).name) == _flat(name)


def _flat(name: str) -> str:
    """Return a name without what systems change in it: case, accents' form, width."""
    return unicodedata.normalize("NFKC", name).casefold()


def saved_on_the_way(path: str) -> bool:
    """Whether this is what Jupyter saves between two savings of one's own."""
    parts = PurePosixPath(path).parts
    return CHECKPOINTS in parts or parts[-1].lower().endswith("-checkpoint.ipynb")
