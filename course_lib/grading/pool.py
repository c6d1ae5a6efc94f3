"""Workers that grade one submission each, as processes of this machine.

A worker gets plain data and returns plain data; it opens no gradebook and writes no
file. If it dies, one attempt at one submission is lost, and a new worker tries again.
Only such accidents are tried again: a learner's loop without end is a result.
"""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from course_lib.grading import engine
from course_lib.grading.worker import Grader

ATTEMPTS = 3
SLACK_S = 180.0  # beyond the engine's own limits: to start servers, to send results


class Accident(RuntimeError):
    """Grading failed for a reason that is none of the learner's."""


class Workers(Protocol):
    """Something that can grade `slots` submissions at a time."""

    slots: int

    def call(self, slot: int, job: dict) -> bytes:
        """Grade one submission in a slot, or raise Accident."""

    def close(self) -> None:
        """End all workers."""


def attempt(
    workers: Workers, slot: int, job: dict, stopped: Callable[[], bool] = bool
) -> bytes:
    """Grade one submission, again after an accident, ATTEMPTS times at most.

    Args:
        workers: where to grade.
        slot: which of them.
        job: what to grade, as `Grader.grade` takes it.
        stopped: whether the batch was stopped, and nothing is to be tried again.

    Raises:
        Accident: none of the attempts came to an end.
    """
    problem = None
    for _ in range(ATTEMPTS):
        try:
            return workers.call(slot, job)
        except Accident as accident:
            problem = accident
        if stopped():
            break
    raise Accident(f"{problem}, {ATTEMPTS} times")


def limit_s(shared: dict) -> float:
    """Return the seconds after which a worker that grades a submission is given up."""
    default = engine.Engine.notebook_timeout.default_value
    one = shared["engine"].get("notebook_timeout", default)
    return SLACK_S + len(shared["exercises"]) * one


class LocalWorkers:
    """Processes of this machine, each with warm servers of its own."""

    def __init__(self, slots: int, shared: dict):
        """Start no process yet; the first call in a slot does."""
        self.slots, self.shared = slots, shared
        self.context = multiprocessing.get_context("spawn")
        self.running: dict[int, tuple[Any, Connection]] = {}
        self.limit_s = limit_s(shared)

    def call(self, slot: int, job: dict) -> bytes:
        """Send a job to the worker of a slot and wait for what it returns."""
        if slot not in self.running:
            self.running[slot] = self._start()
        _, ours = self.running[slot]
        try:
            ours.send(job)
            if not ours.poll(self.limit_s):
                raise Accident(f"the grader did not answer for {self.limit_s:.0f} s")
            kind, value = ours.recv()
        except (EOFError, OSError):
            self._end(slot)
            raise Accident("the grader's own process died") from None
        except Accident:
            self._end(slot)
            raise
        if kind == "problem":
            self._end(slot)
            raise Accident(f"the grader failed ({value})")
        return value

    def _start(self) -> tuple[Any, Connection]:
        ours, theirs = self.context.Pipe()
        with theirs:
            process = self.context.Process(
                target=_serve, args=(theirs, self.shared), daemon=True
            )
            process.start()
        return process, ours

    def _end(self, slot: int) -> None:
        process, ours = self.running.pop(slot)
        ours.close()
        process.kill()
        process.join()

    def close(self) -> None:
        """Let every worker end by itself, and see that it does."""
        for _, ours in self.running.values():
            ours.close()
        for process, _ in self.running.values():
            process.join(20)
            process.kill()
            process.join()
        self.running.clear()


def _serve(conn: Connection, shared: dict) -> None:
    """Grade what comes over the connection until its other end is closed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    grader = None
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            job = conn.recv()
            try:
                grader = grader or Grader(shared)
                answer = "result", grader.grade(job)
            except Exception as error:
                answer = "problem", f"{type(error).__name__}: {error}"
            conn.send(answer)
    engine.close_servers()


def _end_with_parent() -> None:
    """A worker whose parent was killed ends at once, and its servers with it."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
