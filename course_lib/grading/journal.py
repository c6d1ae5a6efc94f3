"""One file a submission holds what its notebook gave, so no kill loses it.

A result file appears whole or not at all: it is written beside its place, forced to
the disk and renamed. It holds the key of everything its content depends on; under
another key it is not read. A second file, the mark, says which result stands in the
gradebook. Whoever is killed between the two writes the result once more, and that
changes nothing.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FORMAT = 1
PACKAGE = Path(__file__).parents[1]


class JournalBusy(RuntimeError):
    """Another process writes into this course's gradebook."""


@cache
def engine_version() -> str:
    """Return a digest of all code of ours that a result depends on."""
    import torch

    digest = hashlib.sha256(torch.__version__.encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(*parts: Any) -> str:
    """Return the digest of some JSON values, this format and the engine's version."""
    text = json.dumps([FORMAT, engine_version(), *parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """The results of one assignment, in `autograded/.journal/NAME/`."""

    def __init__(self, autograded: Path, assignment: str):
        """Take the folder of graded notebooks; a leading dot hides ours from it."""
        self.folder = autograded / ".journal" / assignment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = autograded / ".journal" / "lock"

    def save(self, student: str, result: dict) -> None:
        """Write a result whole; it takes the place of an older one."""
        data = json.dumps(result).encode()
        _write(self._path(student, "json.gz"), gzip.compress(data, 1, mtime=0))

    def load(self, student: str, key: str | None = None) -> dict | None:
        """Return the result of a submission, if there is one under this key."""
        try:
            data = gzip.decompress(self._path(student, "json.gz").read_bytes())
            result = json.loads(data)
        except (OSError, EOFError, ValueError):
            return None
        return result if key in (None, result.get("key")) else None

    def mark(self, student: str, state: str) -> None:
        """Note what stands in the gradebook."""
        _write(self._path(student, "written"), state.encode())

    def marked(self, student: str) -> str:
        """Return what stands in the gradebook; nothing is the empty text."""
        try:
            return self._path(student, "written").read_text()
        except OSError:
            return ""

    def _path(self, student: str, kind: str) -> Path:
        # a student's name may be anything that a folder may be called
        name = hashlib.sha256(os.fsencode(student)).hexdigest()[:32]
        return self.folder / f"{name}.{kind}"

    @contextlib.contextmanager
    def one_writer(self) -> Iterator[None]:
        """Hold the lock of the course; the system frees it when a holder dies.

        Raises:
            JournalBusy: another process holds it.
        """
        with self.lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise JournalBusy(
                    f"another `grade` is writing into this gradebook (it holds "
                    f"{self.lock}); wait for its end and run this again"
                ) from None
            for path in self.folder.glob("*.part"):
                path.unlink(missing_ok=True)  # of a writer that was killed
            yield


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole after a crash, or not at all."""
    fd, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the rename, too
    finally:
        os.close(folder)
