"""Read a submission as far as it can be read, and say in words where it cannot.

Nothing here raises: whatever lies in a submitted folder becomes cells, or a reason why
there are none. Only one regular file is read, the notebook; it is never followed
through a symbolic link, and other files of the folder never reach a kernel.
"""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.utils import parse_utc

MAX_BYTES = 20_000_000
CELL_TYPES = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Cell:
    """One cell as handed in; `grade_id` is empty where nbgrader's label is missing."""

    cell_type: str
    source: str
    grade_id: str = ""
    attachments: object = None  # whatever stands there


@dataclass(frozen=True)
class Note:
    """A sentence for learner and instructor, about one cell or about everything."""

    text: str
    grade_id: str = ""


@dataclass
class Submission:
    """The cells that could be read, and what there is to say about the reading."""

    cells: list[Cell] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    readable: bool = True


class Unreadable(Exception):
    """Why a file holds nothing that could be graded."""


@dataclass(frozen=True)
class Handed:
    """A file as it was handed in, not looked into yet, or why there is none."""

    data: bytes | None
    notes: tuple[Note, ...] = ()


def fetch(folder: Path, name: str, max_bytes: int = MAX_BYTES) -> Handed:
    """Return the bytes of the notebook `name` in a submitted folder.

    Args:
        folder: what the learner handed in for one exercise.
        name: the notebook's name, without `.ipynb`.
        max_bytes: a larger file is not read.
    """
    notes: list[Note] = []
    try:
        data = _read(_find(folder, name, notes), max_bytes)
    except Unreadable as reason:
        return Handed(None, (*notes, Note(str(reason))))
    return Handed(data, tuple(notes))


def understand(handed: Handed) -> Submission:
    """Return the cells of what was handed in, as far as it can be read."""
    notes = list(handed.notes)
    if handed.data is None:
        return Submission([], notes, readable=False)
    try:
        return Submission(_cells(_parse(handed.data, notes)), notes)
    except Unreadable as reason:
        return Submission([], [*notes, Note(str(reason))], readable=False)


def read_submission(folder: Path, name: str, max_bytes: int = MAX_BYTES) -> Submission:
    """Read the notebook `name` from a submitted folder: `fetch`, then `understand`."""
    return understand(fetch(folder, name, max_bytes))


def read_timestamp(folder: Path) -> str | None:
    """Return the text of `timestamp.txt` if nbgrader can read it as a time."""
    try:
        text = _read(folder / "timestamp.txt", max_bytes=1000).decode("ascii").strip()
        parse_utc(text)
    except (Unreadable, ValueError, OverflowError):
        return None
    return text


def _find(folder: Path, name: str, notes: list[Note]) -> Path:
    """Return the notebook's path; a single notebook with another name will do."""
    if folder.is_symlink() or not folder.is_dir():
        raise Unreadable(f"{folder.name} should be a folder with {name}.ipynb in it.")
    path = folder / f"{name}.ipynb"
    if os.path.lexists(path):
        return path
    others = sorted(other for other in folder.iterdir() if other.suffix == ".ipynb")
    if not others:
        raise Unreadable(f"{name}.ipynb is missing from what was handed in.")
    if len(others) > 1:
        raise Unreadable(
            f"{name}.ipynb is missing, and it is unclear which of "
            f"{_listed(others)} to grade. Hand in one file, {name}.ipynb."
        )
    notes.append(
        Note(f"The notebook was called {_listed(others)} instead of {name}.ipynb.")
    )
    return others[0]


def _listed(paths: list[Path]) -> str:
    names = [repr(path.name)[1:-1][:60] for path in paths[:4]]
    return ", ".join(names) + (", …" if len(paths) > 4 else "")


def _read(path: Path, max_bytes: int) -> bytes:
    """Return the bytes of a regular file, and wait for nothing else."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        kind = os.lstat(path).st_mode
        if not stat.S_ISREG(kind):
            raise Unreadable(f"{path.name} is {_kind(kind)}; a notebook is a file.")
        with os.fdopen(os.open(path, flags), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                raise Unreadable(
                    f"{path.name} has {size / 1e6:.1f} MB; at most "
                    f"{max_bytes / 1e6:g} MB are read. Clear its outputs and save."
                )
            return file.read(max_bytes)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {error.strerror}.") from None


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "no ordinary file"


def _parse(data: bytes, notes: list[Note]) -> object:
    """Return the JSON value of a file in any Unicode encoding, or in Latin-1."""
    if not data.strip():
        raise Unreadable("The notebook is an empty file.")
    try:
        try:
            text = data.decode(json.detect_encoding(data))
        except UnicodeDecodeError:
            text = data.decode("latin-1")
            notes.append(
                Note("The notebook is not saved in UTF-8; it was read as Latin-1.")
            )
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"The notebook is not JSON, or not all of it: line {error.lineno}, "
            f"column {error.colno}, {error.msg}. Save it again in JupyterLab."
        ) from None
    except (RecursionError, ValueError):
        raise Unreadable("The notebook is JSON that cannot be read.") from None


def _cells(value: object) -> list[Cell]:
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("The file is JSON but not a notebook: it has no cells.")
    read = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    read = [cell for cell in read if cell.cell_type in CELL_TYPES]
    if not read:
        raise Unreadable("The notebook has no cells.")
    return read


def _cell(value: dict) -> Cell:
    source = value.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    label = value.get("metadata")
    for key in ("nbgrader", "grade_id"):
        label = label.get(key) if isinstance(label, dict) else None
    return Cell(
        str(value.get("cell_type")),
        # a lone surrogate is valid JSON and cannot be written to a file
        source.encode("utf-8", "replace").decode("utf-8"),
        label if isinstance(label, str) else "",
        value.get("attachments"),
    )
