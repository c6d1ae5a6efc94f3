"""Read a regular file and nothing else, and write a name so that it can be shown.

Links are not followed, and nothing is waited for: a pipe would never end.
"""

import os
import stat
from pathlib import Path


class Unreadable(Exception):
    """Why a file holds nothing that could be graded."""


class TooLarge(Unreadable):
    """A file has more bytes than are read."""


def read_regular(path: Path, max_bytes: int, first: int | None = None) -> bytes:
    """Return the bytes of a regular file, and wait for nothing else.

    Args:
        path: the file.
        max_bytes: a larger one is not read.
        first: how many bytes are wanted; None means all.

    Raises:
        Unreadable: it is none, it is too large, or it cannot be opened.
    """
    name = shown(path.name)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        kind = os.lstat(path).st_mode
        if not stat.S_ISREG(kind):
            wanted = "a notebook is a file" if "ipynb" in name else "a file is needed"
            raise Unreadable(f"{name} is {_kind(kind)}; {wanted}.")
        with os.fdopen(os.open(path, flags), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                raise TooLarge(
                    f"{name} has {size / 1e6:.1f} MB; at most "
                    f"{max_bytes / 1e6:g} MB are read. Clear its outputs and save."
                )
            return file.read(max_bytes if first is None else first)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "its name is none"
        raise Unreadable(f"{name} cannot be opened: {said}.") from None


def shown(path: str) -> str:
    """Return a name as it can stand in a sentence: printable and short."""
    return repr(path)[1:-1][:80]


def listed(names: list[str] | tuple[str, ...]) -> str:
    """Return a list of names for a sentence, the first few of them."""
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
