"""The submissions of one assignment on their way to the gradebook.

    submitted/ ─ read ─ key ─┬─ in the journal ──────────────┬─ writer ─ gradebook.db
                             └─ worker ─ result ─ journal ───┘

Each slot of the workers has a thread here, which takes the next submission. The main
thread is the writer; it takes what has come in a while as one batch. What was graded
and written before is passed over.
"""

import contextlib
import copy
import functools
import glob
import os
import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config

from course_lib.grading import engine, pool
from course_lib.grading.gradebook import GradebookWriter, Result
from course_lib.grading.journal import Journal, key_of, unpacked
from course_lib.grading.preflight import fetch
from course_lib.grading.timestamps import read_stamp

BATCH = 64  # submissions in one transaction
GATHER_S = 0.5  # how long a batch waits for more


class GradeError(RuntimeError):
    """The batch could not start or go on; what was graded is in the journal."""


@dataclass
class Summary:
    """What became of a class."""

    executed: int = 0
    from_journal: int = 0
    up_to_date: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    undated: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, message: "Message") -> None:
        """Count one submission."""
        if message.undated:
            self.undated[message.student] = message.undated
        if message.kind == "failed":
            self.failed[message.student] = message.failed
        else:
            setattr(self, message.kind, getattr(self, message.kind) + 1)
            if message.kind != "up_to_date" and (why := message.result["unreadable"]):
                self.unreadable[message.student] = " ".join(why.values())

    def __str__(self) -> str:
        lines = [
            f"{self.executed} graded, {self.from_journal} taken from the journal, "
            f"{self.up_to_date} up to date, {len(self.failed)} failed "
            f"({self.seconds:.1f} s)"
        ]
        reasons = self.failed | self.unreadable
        lines += [f"  {student}: 0, {why}" for student, why in sorted(reasons.items())]
        lines += [
            f"  {student}: {why}" for student, why in sorted(self.undated.items())
        ]
        return "\n".join(lines)


@dataclass
class Message:
    """What a thread says of one submission when it is done with it."""

    student: str
    key: str
    timestamp: str | None
    kind: str = "up_to_date"
    data: bytes | None = None
    failed: str = ""
    undated: str = ""  # what is wrong with the time stamp

    @property
    def state(self) -> str:
        """What the journal notes when this stands in the gradebook."""
        return f"{self.key} {self.timestamp}"

    @functools.cached_property
    def result(self) -> dict:
        """The result, or why there is none."""
        if self.kind == "failed":
            return {"failed": self.failed}
        return unpacked(self.data, self.key)


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
        stamp = read_stamp(folder)
        key = key_of(
            self.shared_key, student, sorted(h.digest() for h in handed.values())
        )
        message = Message(student, key, stamp.text, undated=stamp.note)
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
        self.writer.write([Result(m.student, m.result, m.timestamp) for m in new])
        graded = [message for message in new if message.kind != "failed"]
        self.journal.mark({message.student: message.state for message in graded})
        for message in batch:
            self.summary.add(message)
