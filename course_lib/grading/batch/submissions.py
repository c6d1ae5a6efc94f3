"""The submissions of one assignment on their way to the gradebook.

    submitted/ ─ read ─ key ─┬─ in the journal ──────────────┬─ writer ─ gradebook.db
                             └─ worker ─ result ─ journal ───┘

Each slot of the workers has a thread here, which takes the next submission. The main
thread is the writer; it takes what has come in a while as one batch. What was graded
and written before is passed over.
"""

import contextlib
import copy
import difflib
import hashlib
import os
import queue
import sys
import threading
import time
from collections.abc import Collection
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config

from course_lib.errors import CourseError
from course_lib.grading.batch import pool
from course_lib.grading.batch.journal import Journal, key_of, unpacked
from course_lib.grading.batch.summary import Message, Summary
from course_lib.grading.batch.writer import GradebookWriter, Result
from course_lib.grading.engine import preprocessor
from course_lib.grading.feedback.release import read_secret
from course_lib.grading.pipeline import steps
from course_lib.grading.submission import folders
from course_lib.grading.submission.read import fetch
from course_lib.grading.submission.timestamps import read_stamp

BATCH = 64  # submissions in one transaction
GATHER_S = 0.5  # how long a batch waits for more


class GradeError(CourseError):
    """The batch could not start or go on; what was graded is in the journal."""


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
        self.force = False
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
        settings = steps.options_of(steps.chosen(preprocessor.Engine, self.config))
        chosen = preprocessor.Engine(**settings)
        seed = {k: os.environ[k] for k in ("UNROLLED_SEED",) if k in os.environ}
        settings["environment"] = {**seed, **chosen.environment}
        shared = {"assignment": self.name, "exercises": texts, "engine": settings}
        shared |= {"before": writer.before, "after": writer.after}
        code = [steps.sources(shared[part]) for part in ("before", "after")]
        return {"key": key_of(shared, code), **shared}

    def folders(self, students: Collection[str] = ()) -> dict[str, Path]:
        """Return the submitted folders by learner; say why others are left out.

        Args:
            students: those to grade; none means all.

        Raises:
            GradeError: there is nothing to grade, or no such learner.
        """
        found = folders.submissions(self.course, self.course.submitted_directory)
        for student in students:
            if student not in found.folders:
                raise GradeError(_unknown(student, found))
        if students:
            return {student: found.folders[student] for student in students}
        self.summary.left_out = found.left_out
        if not found.folders and not found.left_out:
            raise GradeError(f"nobody handed in {self.name}: submitted/ has none")
        return found.folders

    def run(
        self, workers: pool.Workers, shared: dict, students: Collection[str] = ()
    ) -> None:
        """Grade submissions; return when each is in the gradebook.

        Args:
            workers: where to grade.
            shared: what `shared` gave.
            students: whose submissions; none means all.
        """
        waiting = self.folders(students)
        self.shared_key = shared["key"]
        self.files_key = key_of(
            sorted(
                (str(place), hashlib.sha256(path.read_bytes()).hexdigest())
                for place, path in self.writer.files.items()
            )
        )
        self.stands = self._standing()
        self.waiting = iter(waiting.items())
        self.lock = threading.Lock()
        threads = [
            threading.Thread(target=self._slot, args=(workers, slot), daemon=True)
            for slot in range(min(workers.slots, len(waiting)))
        ]
        for thread in threads:
            thread.start()
        try:
            self._write_all(len(waiting))
        finally:
            self.stop.set()
        for thread in threads:
            thread.join()
        self._refresh(waiting.keys())

    def _standing(self) -> dict[str, str]:
        """Return the state in which each learner's grades stand, if they still do."""
        scores = self.writer.patiently(self.writer.rows.digests)
        marked = self.journal.marked()
        return {
            who: marked[who].removesuffix(f" {scores[who]}")
            for who in self.writer.present() & marked.keys() & scores.keys()
            # a gradebook may have been put back to what it once was
            if marked[who].endswith(f" {scores[who]}")
        }

    def _refresh(self, who: Collection[str]) -> None:
        """See to the penalties of those whose notebook did not need to run again."""
        writer = self.writer
        before = writer.patiently(lambda: writer.rows.refresh(set(who)))
        self.summary.penalties = {s: p for s, p in before.items() if s in self.stands}
        if writer.penalties:
            self.summary.no_penalty = dict(writer.penalties.plugin_inst.problems)

    def _slot(self, workers: pool.Workers, slot: int) -> None:
        """Take submissions until there are none; every one leaves a message."""
        while not self.stop.is_set():
            with self.lock:
                student, folder = next(self.waiting, (None, None))
            if folder is None:
                return
            try:
                message = self._grade(workers, slot, student, folder)
            except BaseException as error:
                message = error
            while not self.stop.is_set():
                with contextlib.suppress(queue.Full):
                    self.done.put(message, timeout=1)
                    break
            if isinstance(message, BaseException):
                return

    def _grade(
        self, workers: pool.Workers, slot: int, student: str, folder: Path
    ) -> "Message":
        """Grade a submission unless that was done; its result is in the journal."""
        size = self.writer.max_notebook_bytes
        try:
            handed = {name: fetch(folder, name, size) for name in self.writer.exercises}
            stamp = read_stamp(folder)
            message = Message(student, "", stamp.text, read_secret(folder))
            message.undated = stamp.note
        except OSError as error:
            why = f"it cannot be read: {error.strerror}"
            return Message(student, kind="left_out", failed=why)
        if why := self.writer.unwanted(student):
            return Message(student, kind="left_out", failed=why)
        files = sorted(one.digest() for one in handed.values())
        key = key_of(self.shared_key, student, files)
        secret = hashlib.sha256(message.secret or b"").hexdigest()
        message.key = key
        message.state = key_of(key, message.timestamp, secret, self.files_key)
        if self.stands.get(student) == message.state and not self.force:
            return message
        message.kind, message.data = "from_journal", self.journal.load(student)
        if unpacked(message.data, key) and not self.force:
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
        new = [m for m in batch if m.kind not in ("up_to_date", "left_out")]
        lost = self.writer.write(
            [Result(m.student, m.result, m.timestamp, m.secret) for m in new]
        )
        for message in batch:
            if message.student in lost:
                message.kind, message.failed = "left_out", lost[message.student]
        graded = [m for m in new if m.kind not in ("failed", "left_out")]
        if graded:
            who, rows = [m.student for m in graded], self.writer.rows
            scores = self.writer.patiently(lambda: rows.digests(who))
            self.journal.mark(
                {m.student: f"{m.state} {scores.get(m.student)}" for m in graded}
            )
        for message in batch:
            self.summary.add(message)


def _unknown(student: str, found: folders.Found) -> str:
    """Return why a learner that was asked for is not graded."""
    if why := found.left_out.get(folders.shown(student)):
        return f"{folders.shown(student)} is not graded: {why}"
    near = difflib.get_close_matches(student, found.folders, 3)
    text = f"submitted/ has nothing of {folders.shown(student)!r} for this exercise"
    return f"{text}; did you mean {', '.join(near)}?" if near else text
