"""The submissions of one assignment on their way to the gradebook.

    submitted/ ─ read ─ key ─┬─ in the journal ──────────────┬─ writer ─ gradebook.db
                             └─ worker ─ result ─ journal ───┘

Threads see to a submission each, as many at a time as there are workers. The main
thread is the writer; it takes what has come in a while as one transaction. What was
graded and written before is passed over.
"""

import copy
import difflib
import hashlib
import itertools
import os
import queue
import sys
import threading
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config

from course_lib.errors import CourseError
from course_lib.grading.batch import pool
from course_lib.grading.batch.jobs import Job, Result, Shared, key_of
from course_lib.grading.batch.journal import Journal, Mark
from course_lib.grading.batch.summary import Message, Summary
from course_lib.grading.batch.writer import GradebookWriter, Submission
from course_lib.grading.engine import preprocessor
from course_lib.grading.feedback.release import read_secret
from course_lib.grading.pipeline import steps
from course_lib.grading.submission import folders
from course_lib.grading.submission.read import fetch
from course_lib.grading.submission.timestamps import read_stamp

WAITING = 64  # submissions beside those at work: read, or done and not yet written
GATHER_S = 0.5  # how long a transaction waits for more


class GradeError(CourseError):
    """The batch could not start or go on; what was graded is in the journal."""


class Batch:
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
        self.journal = Journal(autograded, name)
        self.force = False
        self.summary = Summary()
        self.stop = threading.Event()

    def share(self) -> Shared:
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
        parts = self.name, texts, settings, writer.before, writer.after
        code = [steps.sources(part) for part in (writer.before, writer.after)]
        return Shared(key_of(parts, code), *parts)

    def find_folders(self, students: Collection[str] = ()) -> dict[str, Path]:
        """Return the submitted folders by learner; say why others are left out.

        Args:
            students: those to grade; none means all.

        Raises:
            GradeError: there is nothing to grade, or no such learner.
        """
        found = folders.submissions(self.course, self.course.submitted_directory)
        for student in students:
            if student not in found.folders:
                raise GradeError(_explain_unknown(student, found))
        if students:
            return {student: found.folders[student] for student in students}
        self.summary.left_out = found.left_out
        if not found.folders and not found.left_out:
            raise GradeError(f"nobody handed in {self.name}: submitted/ has none")
        return found.folders

    def run(
        self, workers: pool.Workers, shared: Shared, students: Collection[str] = ()
    ) -> None:
        """Grade submissions; return when each is in the gradebook.

        Args:
            workers: where to grade.
            shared: what `share` gave.
            students: whose submissions; none means all.
        """
        handed_in = self.find_folders(students)
        self.shared_key = shared.key
        self.files_key = key_of(
            sorted(
                (str(place), hashlib.sha256(path.read_bytes()).hexdigest())
                for place, path in self.writer.files.items()
            )
        )
        self.standing = self._find_standing()
        self.workers = workers
        # the lowest number first: a small batch starts few workers
        self.free_slots: queue.PriorityQueue[int] = queue.PriorityQueue()
        for slot in range(workers.slots):
            self.free_slots.put(slot)
        threads = ThreadPoolExecutor(workers.slots)
        bar = tqdm(
            total=len(handed_in), desc=self.name, unit="submission", file=sys.stderr
        )
        try:
            with bar:
                for messages in self._gather(threads, handed_in.items()):
                    self._write(messages)
                    bar.update(len(messages))
        finally:
            self.stop.set()
            threads.shutdown(wait=False, cancel_futures=True)
        self._refresh(handed_in.keys())

    def _find_standing(self) -> dict[str, str]:
        """Return the state in which each learner's grades stand, if they still do."""
        scores = self.writer.retry_while_locked(self.writer.rows.digests)
        marks = self.journal.read_marks()
        return {
            student: marks[student].state
            for student in self.writer.find_written() & marks.keys() & scores.keys()
            # a gradebook may have been put back to what it once was
            if marks[student].scores == scores[student]
        }

    def _refresh(self, students: Collection[str]) -> None:
        """See to the penalties of those whose notebook did not need to run again."""
        writer = self.writer
        changed = writer.retry_while_locked(lambda: writer.rows.refresh(set(students)))
        self.summary.penalties = {
            student: penalty
            for student, penalty in changed.items()
            if student in self.standing
        }
        if writer.penalties:
            self.summary.no_penalty = dict(writer.penalties.plugin_inst.problems)

    def _gather(
        self, threads: ThreadPoolExecutor, handed_in: Iterable[tuple[str, Path]]
    ) -> Iterator[list[Message]]:
        """Yield what comes within a while after the first that comes, in order.

        No more than `WAITING` submissions are in memory beside those at work.
        """
        left = iter(handed_in)
        most = WAITING + self.workers.slots
        pending: list[Future[Message]] = []
        while True:
            more = itertools.islice(left, most - len(pending))
            pending += [threads.submit(self._grade, *one) for one in more]
            if not pending:
                return
            wait(pending, return_when=FIRST_COMPLETED)
            done = wait(pending, GATHER_S).done
            messages = [future.result() for future in pending if future in done]
            pending = [future for future in pending if future not in done]
            yield messages

    def _grade(self, student: str, folder: Path) -> Message:
        """Grade a submission unless that was done; its result is in the journal."""
        size = self.writer.max_notebook_bytes
        message = Message(student)
        try:
            handed = {name: fetch(folder, name, size) for name in self.writer.exercises}
            stamp = read_stamp(folder)
            message.timestamp, message.undated = stamp.text, stamp.note
            message.secret = read_secret(folder)
        except OSError as error:
            return message.leave_out(f"it cannot be read: {error.strerror}")
        if why := self.writer.reject(student):
            return message.leave_out(why)
        files = sorted(one.digest() for one in handed.values())
        key = key_of(self.shared_key, student, files)
        secret = hashlib.sha256(message.secret or b"").hexdigest()
        message.state = key_of(key, message.timestamp, secret, self.files_key)
        if not self.force:
            if self.standing.get(student) == message.state:
                return message
            message.result = Result.unpack(self.journal.load(student, key), key)
            if message.result:
                message.kind = "from_journal"
                return message
        try:
            data = self._call(Job(key, student, handed))
        except pool.Accident as accident:  # not kept: the next run shall try again
            message.kind, message.failed = "failed", str(accident)
            return message
        message.result = Result.unpack(data, key)
        if message.result is None:
            message.kind, message.failed = "failed", "the grader's answer is damaged"
            return message
        self.journal.save(student, key, data)
        message.kind = "executed"
        return message

    def _call(self, job: Job) -> bytes:
        """Have a worker grade, as soon as one of them is free."""
        slot = self.free_slots.get()
        try:
            return pool.attempt(self.workers, slot, job, self.stop.is_set)
        finally:
            self.free_slots.put(slot)

    def _write(self, messages: list[Message]) -> None:
        new = [m for m in messages if m.kind not in ("up_to_date", "left_out")]
        lost = self.writer.write(
            [
                Submission(m.student, m.timestamp, m.secret, m.result, m.failed)
                for m in new
            ]
        )
        for message in messages:
            if message.student in lost:
                message.leave_out(lost[message.student])
        graded = [m for m in new if m.kind not in ("failed", "left_out")]
        if graded:
            students, rows = [m.student for m in graded], self.writer.rows
            scores = self.writer.retry_while_locked(lambda: rows.digests(students))
            self.journal.mark(
                {m.student: Mark(m.state, scores.get(m.student, "")) for m in graded}
            )
        for message in messages:
            self.summary.add(message)


def _explain_unknown(student: str, found: folders.Found) -> str:
    """Return why a learner that was asked for is not graded."""
    if why := found.left_out.get(folders.shown(student)):
        return f"{folders.shown(student)} is not graded: {why}"
    near = difflib.get_close_matches(student, found.folders, 3)
    text = f"submitted/ has nothing of {folders.shown(student)!r} for this exercise"
    return f"{text}; did you mean {', '.join(near)}?" if near else text
