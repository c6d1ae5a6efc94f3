"""Grade a class: workers run notebooks, the journal keeps results, one writer writes.

    submitted/ ─ read ─ key ─┬─ in the journal ──────────────┬─ writer ─ gradebook.db
                             └─ worker ─ result ─ journal ───┘

Each slot of the workers has a thread here, which takes the next submission. The main
thread is the writer. What was graded and written before is passed over.
"""

import copy
import glob
import os
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib.grading import engine, pool, sandbox
from course_lib.grading.course import programs_on_path, quiet
from course_lib.grading.gradebook import GradebookWriter
from course_lib.grading.journal import Journal, JournalBusy, key_of
from course_lib.grading.preflight import read_submission, read_timestamp

PROBLEMS = (JournalBusy, NbGraderException, sandbox.SandboxError, pool.Accident)


class GradeError(RuntimeError):
    """The batch could not start or go on; what was graded is in the journal."""


@dataclass
class Summary:
    """What became of a class."""

    executed: int = 0
    from_journal: int = 0
    up_to_date: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [
            f"{self.executed} graded, {self.from_journal} taken from the journal, "
            f"{self.up_to_date} up to date, {len(self.failed)} failed "
            f"({self.seconds:.1f} s)"
        ]
        lines += [f"  {student}: 0, {why}" for student, why in self.failed.items()]
        return "\n".join(lines)


def load_config(root: Path) -> Config:
    """Return the configuration of a course, as nbgrader's own commands read it."""
    path = root / "nbgrader_config.py"
    if not path.exists():
        raise GradeError(f"{path} is missing; run this in the folder of the course")
    return PyFileConfigLoader(path.name, path=str(root)).load_config()


class Class:
    """The submissions of one assignment on their way to the gradebook."""

    def __init__(self, root: Path, name: str, config: Config):
        """Find the folders of a course; nothing is read yet."""
        config = copy.deepcopy(config)
        config.CourseDirectory.root = str(root.resolve())
        config.CourseDirectory.assignment_id = name
        self.course = CourseDirectory(config=config)
        self.writer = GradebookWriter(coursedir=self.course, config=config)
        self.name, self.config = name, config
        autograded = Path(root.resolve(), self.course.autograded_directory)
        autograded.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(autograded, name)
        self.done: queue.Queue = queue.Queue()
        self.summary = Summary()
        self.stop = threading.Event()

    def shared(self) -> dict:
        """Return what every worker needs to know."""
        texts = {
            name: nbformat.writes(exercise.notebook)
            for name, exercise in self.writer.exercises.items()
        }
        settings = dict(self.config.Engine)
        chosen = engine.Engine(**settings)
        seed = {k: os.environ[k] for k in ("UNROLLED_SEED",) if k in os.environ}
        settings["environment"] = {**seed, **chosen.environment}
        return {"exercises": texts, "engine": settings}

    def folders(self) -> list[Path]:
        """Return the submitted folders in order."""
        course = self.course
        pattern = course.format_path(course.submitted_directory, "*", self.name)
        return sorted(map(Path, glob.glob(pattern)))

    def run(self, workers: pool.Workers, shared: dict) -> None:
        """Grade all submissions; return when each is in the gradebook."""
        folders = self.folders()
        if not folders:
            raise GradeError(f"nobody handed in {self.name}: submitted/ has none")
        self.shared_key = key_of(shared)
        self.present = self.writer.present()
        self.waiting = iter(folders)
        self.lock = threading.Lock()
        threads = [
            threading.Thread(target=self._slot, args=(workers, slot), daemon=True)
            for slot in range(min(workers.slots, len(folders)))
        ]
        for thread in threads:
            thread.start()
        try:
            self._write_all(len(folders))
        finally:
            self.stop.set()
        for thread in threads:
            thread.join()

    def _slot(self, workers: pool.Workers, slot: int) -> None:
        """Take submissions until there are none; every one leaves a message."""
        while not self.stop.is_set():
            with self.lock:
                folder = next(self.waiting, None)
            if folder is None:
                return
            try:
                self.done.put(self._grade(workers, slot, folder))
            except BaseException as error:
                self.done.put(error)
                return

    def _grade(self, workers: pool.Workers, slot: int, folder: Path) -> tuple:
        """Return learner, kind, key, timestamp; the result is in the journal."""
        student = folder.parent.name
        size = self.writer.max_notebook_bytes
        names = self.writer.exercises
        read = {
            name: pool.packed(read_submission(folder, name, size)) for name in names
        }
        timestamp = read_timestamp(folder)
        key = key_of(self.shared_key, student, read)
        if self.journal.marked(student) == f"{key} {timestamp}" and (
            student in self.present
        ):
            return student, "up_to_date", key, timestamp, None
        if self.journal.load(student, key):
            return student, "from_journal", key, timestamp, None
        result = pool.attempt(workers, slot, {"submissions": read})
        if "failed" in result:  # not kept: the next run shall try again
            return student, "failed", key, timestamp, result
        self.journal.save(student, {"key": key, **result})
        return student, "executed", key, timestamp, None

    def _write_all(self, count: int) -> None:
        bar = tqdm(total=count, desc=self.name, unit="submission", file=sys.stderr)
        with bar:
            for _ in range(count):
                message = self.done.get()
                if isinstance(message, BaseException):
                    raise message
                self._write(*message)
                bar.update()

    def _write(self, student, kind, key, timestamp, result) -> None:
        if kind == "failed":
            self.summary.failed[student] = result["failed"]
        else:
            setattr(self.summary, kind, getattr(self.summary, kind) + 1)
        if kind == "up_to_date":
            return
        result = result or self.journal.load(student, key)
        self.writer.write(student, result, timestamp)
        if kind != "failed":
            self.journal.mark(student, f"{key} {timestamp}")


def grade(
    root: Path, name: str, workers: int = 1, scheduler: str | None = None
) -> Summary:
    """Grade everything handed in for one assignment.

    Args:
        root: the folder of the course, with `nbgrader_config.py`.
        name: the assignment, such as "03_rnn".
        workers: processes on this machine, or of a local Dask cluster.
        scheduler: the address of a Dask scheduler; "local" makes a cluster here.

    Raises:
        GradeError: the batch could not start or go on; the message says why.
    """
    start = time.monotonic()
    whole = Class(root, name, load_config(root))
    one = whole.journal.one_writer()
    try:
        with quiet(), programs_on_path(), one, whole.writer.opened():
            shared = whole.shared()
            engine.Engine(**shared["engine"]).backend()  # refuse before all work
            at = _workers(workers, scheduler, shared)
            try:
                whole.run(at, shared)
            finally:
                at.close()
    except PROBLEMS as error:
        raise GradeError(str(error)) from error
    whole.summary.seconds = time.monotonic() - start
    return whole.summary


def _workers(count: int, scheduler: str | None, shared: dict) -> pool.Workers:
    if count < 1:
        raise GradeError(f"--workers is {count}; at least 1 is needed")
    if scheduler:
        return pool.DaskWorkers(scheduler, count, shared)
    return pool.LocalWorkers(count, shared)
