"""Grade a class: workers run notebooks, the journal keeps results, one writer writes.

    submitted/ ─ read ─ key ─┬─ in the journal ──────────────┬─ writer ─ gradebook.db
                             └─ worker ─ result ─ journal ───┘

Each slot of the workers has a thread here, which takes the next submission. The main
thread is the writer; it takes what has come in a while as one batch. What was graded
and written before is passed over.
"""

import contextlib
import copy
import glob
import hashlib
import os
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib.grading import engine, pool, sandbox
from course_lib.grading.autograde import TRUST
from course_lib.grading.course import programs_on_path, quiet
from course_lib.grading.gradebook import GradebookWriter, Result
from course_lib.grading.journal import Journal, JournalBusy, key_of, unpacked
from course_lib.grading.preflight import Handed, fetch, read_timestamp
from course_lib.grading.steps import StepError

BATCH = 64  # submissions in one transaction
SERVERS_MIB = 600  # of a worker before it grades, at most
GATHER_S = 0.5  # how long a batch waits for more
PROBLEMS = (JournalBusy, NbGraderException, StepError, pool.Accident)


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

    def add(self, message: "Message") -> None:
        """Count one submission."""
        if message.kind == "failed":
            self.failed[message.student] = message.failed
        else:
            setattr(self, message.kind, getattr(self, message.kind) + 1)

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
        self.done: queue.Queue = queue.Queue(BATCH)  # no more in memory than needed
        self.summary = Summary()
        self.stop = threading.Event()

    def shared(self) -> dict:
        """Return what every worker needs to know."""
        writer = self.writer
        texts = {
            name: nbformat.writes(exercise.notebook)
            for name, exercise in writer.exercises.items()
        }
        settings = dict(self.config.Engine)
        chosen = engine.Engine(**settings)
        seed = {k: os.environ[k] for k in ("UNROLLED_SEED",) if k in os.environ}
        settings["environment"] = {**seed, **chosen.environment}
        shared = {"assignment": self.name, "exercises": texts, "engine": settings}
        shared |= {"before": writer.before, "after": writer.after}
        try:
            return {"key": key_of(shared), **shared}
        except TypeError as error:
            text = (
                f"an option of a step in nbgrader_config.py is no plain data: {error}"
            )
            raise GradeError(text) from None

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
        self.shared_key = shared["key"]
        present = self.writer.present()
        marked = self.journal.marked()
        self.stands = {who: marked[who] for who in present & marked.keys()}
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
                message = self._grade(workers, slot, folder)
            except BaseException as error:
                message = error
            while not self.stop.is_set():
                with contextlib.suppress(queue.Full):
                    self.done.put(message, timeout=1)
                    break
            if isinstance(message, BaseException):
                return

    def _grade(self, workers: pool.Workers, slot: int, folder: Path) -> "Message":
        """Grade a submission unless that was done; its result is in the journal."""
        student = folder.parent.name
        size = self.writer.max_notebook_bytes
        handed = {name: fetch(folder, name, size) for name in self.writer.exercises}
        timestamp = read_timestamp(folder)
        key = key_of(self.shared_key, student, sorted(map(_digest, handed.items())))
        message = Message(student, key, timestamp)
        if self.stands.get(student) == message.state:
            return message
        message.kind, message.data = "from_journal", self.journal.load(student)
        if unpacked(message.data, key):
            return message
        job = {"key": key, "student": student, "handed": handed}
        try:
            message.data = pool.attempt(workers, slot, job, self.stop.is_set)
        except pool.Accident as accident:  # not kept: the next run shall try again
            message.kind, message.failed = "failed", str(accident)
            return message
        self.journal.save(student, message.data)
        message.kind = "executed"
        return message

    def _write_all(self, count: int) -> None:
        bar = tqdm(total=count, desc=self.name, unit="submission", file=sys.stderr)
        with bar:
            while count:
                batch = self._next(count)
                self._write(batch)
                bar.update(len(batch))
                count -= len(batch)

    def _next(self, most: int) -> list["Message"]:
        """Return what comes within a while after the first that comes."""
        batch, until = [], None
        while len(batch) < min(most, BATCH):
            try:
                wait = None if until is None else max(0, until - time.monotonic())
                message = self.done.get(timeout=wait)
            except queue.Empty:
                break
            if isinstance(message, BaseException):
                raise message
            until = until or time.monotonic() + GATHER_S
            batch.append(message)
        return batch

    def _write(self, batch: list["Message"]) -> None:
        new = [message for message in batch if message.kind != "up_to_date"]
        self.writer.write([Result(m.student, m.value(), m.timestamp) for m in new])
        graded = [message for message in new if message.kind != "failed"]
        self.journal.mark({message.student: message.state for message in graded})
        for message in batch:
            self.summary.add(message)


@dataclass
class Message:
    """What a thread says of one submission when it is done with it."""

    student: str
    key: str
    timestamp: str | None
    kind: str = "up_to_date"
    data: bytes | None = None
    failed: str = ""

    @property
    def state(self) -> str:
        """What the journal notes when this stands in the gradebook."""
        return f"{self.key} {self.timestamp}"

    def value(self) -> dict:
        """Return the result, or why there is none."""
        if self.kind == "failed":
            return {"failed": self.failed}
        return unpacked(self.data, self.key)


def _digest(item: tuple[str, Handed]) -> tuple:
    name, handed = item
    data = handed.data or b""
    notes = [note.text for note in handed.notes]
    return name, handed.data is None, hashlib.sha256(data).hexdigest(), notes


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
            chosen = engine.Engine(**shared["engine"])
            chosen.backend()  # refuse before all work
            if scheduler in (None, "local") and (text := tight(workers, chosen)):
                print(text, file=sys.stderr)
            at = _workers(workers, scheduler, shared)
            try:
                whole.run(at, shared)
            finally:
                at.close()
    except sandbox.SandboxError as error:
        raise GradeError(f"{error}. {TRUST}") from error
    except PROBLEMS as error:
        raise GradeError(str(error)) from error
    except KeyboardInterrupt:
        text = "stopped; the same command goes on with what is left"
        raise GradeError(text) from None
    whole.summary.seconds = time.monotonic() - start
    return whole.summary


def tight(workers: int, chosen: engine.Engine) -> str | None:
    """Return a warning if the memory would not do if all learners used all of theirs.

    What a worker has beside that are its warm servers; their forks share memory.
    """
    each = SERVERS_MIB + chosen.memory_mib
    free = psutil.virtual_memory().available >> 20
    if workers * each <= free:
        return None
    return (
        f"{workers} workers may need {workers} x ({SERVERS_MIB} + {chosen.memory_mib}) "
        f"MiB = {workers * each} MiB, and {free} MiB are free; honest submissions "
        "need far less. Fewer --workers or a lower c.Engine.memory_mib are safe"
    )


def _workers(count: int, scheduler: str | None, shared: dict) -> pool.Workers:
    if count < 1:
        raise GradeError(f"--workers is {count}; at least 1 is needed")
    if scheduler:
        return pool.DaskWorkers(scheduler, count, shared)
    return pool.LocalWorkers(count, shared)
