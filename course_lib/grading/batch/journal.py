"""A small database holds what each submission's notebook gave, so no kill loses it.

It is `autograded/.journal/NAME.sqlite`. It holds each result under the key of all that
the result depends on; under another key it is not read. A mark says in which state a
result stands in the gradebook. A kill between the two leaves a result without a mark;
it is written once more, and that changes nothing.

When `save` or `mark` returns, its data is on the disk (`synchronous=FULL`), as far as
the disk does what `fsync` asks. SQLite writes ahead (WAL), one `fsync` per submission;
where a file system offers no shared memory, it keeps a rollback journal instead. In a
folder that several machines share, file locks must hold between these machines: the
lock of the course lets one of them write at a time, and WAL needs that.

A damaged file is set aside, and its submissions are graded again. Copy the folder when
nobody grades: a copy of a file that is being written may be damaged.
"""

import contextlib
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from course_lib.errors import CourseError

TABLES = """
CREATE TABLE IF NOT EXISTS result (
    student BLOB PRIMARY KEY,  -- the name of a folder, which may be no text
    key TEXT NOT NULL,         -- of all that the result depends on
    data BLOB NOT NULL
);
-- not columns beside the result: a mark would write all of it to the disk again
CREATE TABLE IF NOT EXISTS mark (
    student BLOB PRIMARY KEY,
    state TEXT NOT NULL,       -- in which the result stands in the gradebook
    scores TEXT NOT NULL       -- a digest of the scores that the gradebook then held
);
"""
DAMAGE = sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB
LOCK_S = 60.0  # to wait for somebody who looks into the file
T = TypeVar("T")


class JournalError(CourseError):
    """The journal cannot be used; the message says why, and what to do."""


class JournalBusy(JournalError):
    """Another process writes into this course's gradebook."""


class Mark(NamedTuple):
    """What stands in the gradebook: a result's state, and a digest of its scores."""

    state: str
    scores: str


class Journal:
    """The results of one assignment; all methods may be called by any thread."""

    def __init__(self, autograded: Path, assignment: str):
        """Take the folder of graded notebooks; a leading dot hides ours from it."""
        self.folder = autograded / ".journal"
        self.path = self.folder / f"{assignment}.sqlite"
        self.lock = self.folder / "lock"
        self._outdated = self.folder / assignment  # a folder of files, once
        self._connection: sqlite3.Connection
        self._one_at_a_time = threading.Lock()

    @contextlib.contextmanager
    def hold(self) -> Iterator["Journal"]:
        """Hold the lock of the course, and the file open.

        The system frees the lock when a holder dies.

        Raises:
            JournalBusy: another process holds the lock.
            JournalError: the files cannot be made or used.
        """
        with self._lock_course():
            if self._outdated.is_dir() and not self.path.exists():
                _say(
                    f"{self._outdated} is of an older version and is not read; what it "
                    "holds is graded again. You can delete it"
                )
            self._connect()
            try:
                yield self
            finally:
                with self._one_at_a_time:  # after Ctrl-C threads are still at work
                    self._connection.close()

    def save(self, student: str, key: str, data: bytes) -> None:
        """Write a result; it takes the place of an older one.

        Args:
            student: the learner.
            key: of all that the result depends on.
            data: the result as bytes.

        Raises:
            JournalError: it could not be written, for instance on a full disk.
        """
        who = _encode(student)

        def replace(connection: sqlite3.Connection) -> None:
            connection.execute("REPLACE INTO result VALUES (?, ?, ?)", (who, key, data))
            connection.execute("DELETE FROM mark WHERE student = ?", (who,))

        self._run(replace)

    def load(self, student: str, key: str) -> bytes | None:
        """Return the result of a submission, if there is one under this key."""
        statement = "SELECT data FROM result WHERE student = ? AND key = ?"
        row = self._run(
            lambda connection: connection.execute(
                statement, (_encode(student), key)
            ).fetchone()
        )
        return row[0] if row else None

    def mark(self, marks: dict[str, Mark]) -> None:
        """Note what stands in the gradebook, by learner, all of it or nothing."""
        statement = "REPLACE INTO mark VALUES (?, ?, ?)"
        rows = [(_encode(student), *mark) for student, mark in marks.items()]
        self._run(lambda connection: connection.executemany(statement, rows))

    def read_marks(self) -> dict[str, Mark]:
        """Return what was noted to stand in the gradebook, by learner."""
        statement = "SELECT student, state, scores FROM mark"
        rows: Iterable[tuple[bytes, str, str]] = self._run(
            lambda connection: connection.execute(statement).fetchall()
        )
        return {_decode(student): Mark(*mark) for student, *mark in rows}

    @contextlib.contextmanager
    def _lock_course(self) -> Iterator[None]:
        import fcntl  # there is none on Windows, where `check` works all the same

        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(self.lock.open("w", encoding="utf-8"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise JournalBusy(
                    f"another `grade` is writing into this gradebook (it holds "
                    f"{self.lock}); wait for its end and run this again"
                ) from None
            except OSError as error:
                raise JournalError(
                    f"{self.lock} cannot be locked ({error.strerror}); `grade` needs a "
                    "folder that it may write to, on a file system with locks"
                ) from error
            yield

    def _connect(self) -> None:
        """Open the file and make its tables; a damaged file is set aside."""
        with self._name_problems():
            try:
                self._connection = _open(self.path)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._set_aside(error)

    def _run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Run an action in one transaction; after damage, again in a new file."""
        with self._one_at_a_time, self._name_problems():
            try:
                with self._connection:
                    return action(self._connection)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._connection.close()
                self._set_aside(error)
            with self._connection:
                return action(self._connection)

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        """Give a damaged file another name, and begin a new one."""
        number = 1
        while (aside := Path(f"{self.path}.damaged-{number}")).exists():
            number += 1
        for end in ("-wal", "-shm", "-journal", ""):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.path}{end}").rename(f"{aside}{end}")
        _say(
            f"{self.path} is damaged ({error}). It is now {aside.name}, and its "
            "submissions are graded again; no grade is lost"
        )
        self._connection = _open(self.path)

    @contextlib.contextmanager
    def _name_problems(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"the journal {self.path} cannot be used: {error}. What it holds is "
                "safe; see to the disk, and the same command goes on with what is left"
            ) from error


def _open(path: Path) -> sqlite3.Connection:
    """Open a journal's file; every commit is on the disk when it returns."""
    connection = sqlite3.connect(path, timeout=LOCK_S, check_same_thread=False)
    try:
        # refused where there is no shared memory; then a rollback journal is kept
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in DAMAGE  # the rest of the number is a detail


def _encode(student: str) -> bytes:
    return student.encode("utf-8", "surrogateescape")


def _decode(student: bytes) -> str:
    return student.decode("utf-8", "surrogateescape")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
