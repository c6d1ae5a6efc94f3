"""One file a submission holds what its notebook gave, so no kill loses it.

A result file appears whole or not at all: it is written beside its place, forced to
the disk and renamed. It holds the key of everything its content depends on; under
another key it is not read. A list of marks says which result stands in the gradebook;
it only grows, a line a submission. Whoever is killed between the two writes the result
once more, and that changes nothing.
"""

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from course_lib import rooms
from course_lib.errors import CourseError

FORMAT = 1


class JournalBusy(CourseError):
    """Another process writes into this course's gradebook."""


@cache
def engine_version() -> str:
    """Return a digest of all code that a result depends on: ours, and torch."""
    from importlib.metadata import version

    ours = rooms.digest(rooms.files(rooms.READ_BY_VERDICTS), rooms.LIBRARY)
    return f"{ours} torch {version('torch')}"


def key_of(*parts: Any) -> str:
    """Return the digest of some JSON values, this format and the engine's version."""
    text = json.dumps([FORMAT, engine_version(), *parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def packed(key: str, result: dict) -> bytes:
    """Return a result in the form of a file, under its key."""
    data = json.dumps({"key": key, **result}).encode()
    return gzip.compress(data, 1, mtime=0)


def unpacked(data: bytes | None, key: str) -> dict | None:
    """Return the result in a file, if it is whole and has this key."""
    try:
        result = json.loads(gzip.decompress(data)) if data else {}
    except (OSError, EOFError, ValueError):
        return None
    return result if result.get("key") == key else None


class Journal:
    """The results of one assignment, in `autograded/.journal/NAME/`."""

    def __init__(self, autograded: Path, assignment: str):
        """Take the folder of graded notebooks; a leading dot hides ours from it."""
        self.folder = autograded / ".journal" / assignment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.marks = self.folder / "written"
        self.lock = autograded / ".journal" / "lock"

    def save(self, student: str, data: bytes) -> None:
        """Write a result, as `packed` made it; it takes the place of an older one."""
        _write(self._path(student), data)

    def load(self, student: str) -> bytes | None:
        """Return the result of a submission, if there is one."""
        try:
            return self._path(student).read_bytes()
        except OSError:
            return None

    def mark(self, states: dict[str, str]) -> None:
        """Note what stands in the gradebook, for some learners."""
        if not states:
            return
        lines = [json.dumps([who, state]) + "\n" for who, state in states.items()]
        with self.marks.open("a", encoding="ascii") as file:
            # a kill may have left half a line: begin a new one
            file.write("".join(["\n", *lines]))
            file.flush()
            os.fsync(file.fileno())

    def marked(self) -> dict[str, str]:
        """Return what stands in the gradebook, by learner; the latest mark counts."""
        found = {}
        try:
            lines = self.marks.read_text(encoding="ascii").splitlines()
        except OSError:
            return {}
        for line in lines:
            with contextlib.suppress(ValueError):
                student, state = json.loads(line)
                found[student] = state
        return found

    def _path(self, student: str) -> Path:
        # a student's name may be anything that a folder may be called
        name = hashlib.sha256(os.fsencode(student)).hexdigest()[:32]
        return self.folder / f"{name}.json.gz"

    @contextlib.contextmanager
    def one_writer(self) -> Iterator[None]:
        """Hold the lock of the course; the system frees it when a holder dies.

        Raises:
            JournalBusy: another process holds it.
        """
        import fcntl  # there is none on Windows, where `check` works all the same

        with self.lock.open("w", encoding="utf-8") as file:
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
