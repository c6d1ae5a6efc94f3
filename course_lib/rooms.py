"""The rooms of the library in reading order: one line between teaching and grading.

What follows from this table, and is written nowhere else: which room may import which,
which edit runs the pages of the book again, and which edit grades a class again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

LIBRARY = Path(__file__).parent
# a room may import those before it, of these wings
TEACHING = (
    *("shapes", "device", "data", "cells", "gradients", "layers", "training"),
    *("language", "experiments"),
)
PICTURES = "plots", "figures"  # read teaching; nothing reads them but pages
CHECKING = "results", "checks"  # what exercises call; needs no lesson
MENDING = "errors", "checkout"  # what is said to who runs a command; no verdict
BUILDING = ("authoring",)  # from the source of an exercise to notebooks
GRADING = ("grading",)  # needs no lesson either: the tests bring what they import
COMMANDS = "commands", "__main__"
ORDER = (
    *("rooms", *TEACHING, *PICTURES, *CHECKING),
    *(*MENDING, *BUILDING, *GRADING, *COMMANDS),
)
GROUND = "rooms", "shapes", "device"
MAY_IMPORT = {
    **dict.fromkeys(GROUND, GROUND),
    **dict.fromkeys(TEACHING[2:], GROUND + TEACHING),
    **dict.fromkeys(PICTURES, GROUND + TEACHING + PICTURES),
    **dict.fromkeys(CHECKING, GROUND + CHECKING),
    **dict.fromkeys(MENDING, MENDING),
    **dict.fromkeys(BUILDING, GROUND + CHECKING + MENDING + BUILDING),
    **dict.fromkeys(GRADING, GROUND + CHECKING + MENDING + GRADING),
    **dict.fromkeys(COMMANDS, ORDER),
}
READ_BY_PAGES = GROUND + TEACHING + PICTURES
READ_BY_VERDICTS = GROUND + TEACHING + CHECKING + GRADING


def files(rooms: Iterable[str], library: Path = LIBRARY) -> Iterator[Path]:
    """Yield every file of these rooms in a fixed order: code, tables and templates."""
    for room in sorted({*rooms, "__init__"}):
        folder = library / room
        paths = folder.rglob("*") if folder.is_dir() else [library / f"{room}.py"]
        for path in sorted(paths):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def digest(paths: Iterable[Path], root: Path) -> str:
    """Return hexadecimal digits that change with the names or texts of files.

    Args:
        paths: of the files, below `root`.
        root: a folder; where it lies makes no difference.
    """
    known = hashlib.sha256()
    for path in paths:
        known.update(f"{path.relative_to(root).as_posix()}\0".encode())
        known.update(hashlib.sha256(path.read_bytes()).digest())
    return known.hexdigest()
