"""Workers that grade one submission each, as processes of this machine.

A worker gets plain data and returns plain data; it opens no gradebook and writes no
file. If it dies, one attempt at one submission is lost, and a new worker tries again.
Only such accidents are tried again: a learner's loop without end is a result.
"""

import contextlib
import multiprocessing
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from course_lib.grading.batch.grader import Grader
from course_lib.grading.batch.jobs import Job, Shared
from course_lib.grading.batch.template import Forked, Template
from course_lib.grading.engine import preprocessor
from course_lib.grading.sandbox.backends import Backend

ATTEMPTS = 3
SLACK_S = 180.0  # beyond the engine's own limits: to start servers, to send results
PATIENCE_S = 20.0  # with a worker that is to end


class Accident(RuntimeError):
    """Grading failed for a reason that is none of the learner's."""


@dataclass(frozen=True)
class Problem:
    """What a worker returns in place of a result: why grading failed."""

    text: str


class Workers(Protocol):
    """Something that can grade `slots` submissions at a time.

    After `close`, what still waits in `call` raises Accident soon.
    """

    slots: int

    def call(self, slot: int, job: Job) -> bytes:
        """Grade one submission in a slot, or raise Accident."""

    def close(self) -> None:
        """End all workers."""


def attempt(
    workers: Workers, slot: int, job: Job, stopped: Callable[[], bool] = bool
) -> bytes:
    """Grade one submission, again after an accident, ATTEMPTS times at most.

    Args:
        workers: where to grade.
        slot: which of them.
        job: what to grade.
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


def limit_s(shared: Shared) -> float:
    """Return the seconds after which a worker that grades a submission is given up."""
    default = preprocessor.Engine.notebook_timeout.default_value
    one: float = shared.engine.get("notebook_timeout", default)
    return SLACK_S + len(shared.exercises) * one


def make_template() -> Template:
    """Return what workers are forked from, best before anything else is done."""
    return Template(serve)


class LocalWorkers:
    """Processes of this machine, which share one pair of warm servers."""

    def __init__(self, slots: int, shared: Shared, template: Template | None = None):
        """Start no process yet; the first call in a slot does.

        Args:
            slots: how many submissions to grade at a time.
            shared: what every worker needs to know.
            template: what workers are forked from; or else a new Python is.
        """
        self.slots, self.shared, self.closed = slots, shared, False
        self.template = template or Template(serve, fork_now=False)
        self.running: dict[int, tuple[Forked, Connection, socket.socket]] = {}
        self.limit_s = limit_s(shared)
        self.servers = Keeper(preprocessor.Engine(**shared.engine).backend())

    def call(self, slot: int, job: Job) -> bytes:
        """Send a job to the worker of a slot and wait for what it returns."""
        worker = self.running.get(slot)
        if worker is None:
            worker = self.running[slot] = self._start()
        _, ours, _ = worker
        if self.closed:
            self._end(slot)
            raise Accident("grading was stopped")
        try:
            ours.send(job)
            if not ours.poll(self.limit_s):
                raise Accident(f"the grader did not answer for {self.limit_s:.0f} s")
            answer: bytes | Problem = ours.recv()
        except (EOFError, OSError):
            self._end(slot)
            raise Accident("the grader's own process died") from None
        except Accident:
            self._end(slot)
            raise
        if isinstance(answer, Problem):
            self._end(slot)
            raise Accident(f"the grader failed ({answer.text})")
        return answer

    def _start(self) -> tuple[Forked, Connection, socket.socket]:
        ours, theirs = multiprocessing.Pipe()
        life, its_life = socket.socketpair()
        controllers = self.servers.controllers()
        with theirs, its_life:
            fds = theirs.fileno(), *(end.fileno() for end in (its_life, *controllers))
            try:
                process = self.template.fork(*fds)
                with contextlib.suppress(OSError):  # the first call says that it died
                    ours.send((sys.path, self.servers.backend, self.shared))
            except OSError as error:
                ours.close()
                life.close()
                raise Accident(f"no worker could be started ({error})") from None
            finally:
                for sock in controllers:
                    sock.close()
        return process, ours, life

    def _end(self, slot: int) -> None:
        if worker := self.running.pop(slot, None):  # or `close` has it
            process, ours, life = worker
            ours.close()
            process.end()
            life.close()

    def close(self) -> None:
        """Let every worker end by itself, and see that it does."""
        self.closed = True
        self.template.close()
        # after Ctrl-C the threads of the slots are still at work
        workers = [self.running.pop(slot, None) for slot in list(self.running)]
        ending = list(filter(None, workers))
        for _, ours, _ in ending:
            ours.close()
        for process, _, life in ending:
            process.end(PATIENCE_S)
            life.close()
        self.servers.close()


class Keeper:
    """The warm servers that all workers of this process share; started when needed.

    They are started by a thread that lives as long as they shall: what builds the walls
    ends with the thread that started it, not only with the process.
    """

    def __init__(self, backend: Backend):
        """Start nothing yet."""
        self.backend, self.lock = backend, threading.Lock()
        self.pair: preprocessor.Servers | None = None
        self.thread: threading.Thread | None = None
        self.ready, self.over = threading.Event(), threading.Event()

    def controllers(self) -> tuple[socket.socket, ...]:
        """Return a worker's connections to the servers, once they are ready.

        There are none where they did not start, or died: such a worker starts its own.
        """
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._keep, daemon=True)
                self.thread.start()
            self.ready.wait()
            if self.pair is None or not self.pair.alive():
                return ()
            try:
                return self.pair.controllers()
            except OSError:
                return ()

    def _keep(self) -> None:
        try:
            self.pair = preprocessor.Servers(self.backend)
        except Exception as error:  # a worker's own try says what is wrong
            print(f"no servers to share: {error}", file=sys.stderr)
            return
        finally:
            self.ready.set()
        self.over.wait()
        self.pair.close()

    def close(self) -> None:
        """End the servers."""
        self.over.set()
        if self.thread is not None:
            self.thread.join()


def serve(conn: int, life: int, *controllers: int) -> None:
    """Be a worker: grade what comes over a connection until its other end is closed.

    Args:
        conn: its descriptor.
        life: one that the engine holds the other end of, and nobody else does.
        controllers: connections to servers of judges and of learners, if there are any.
    """
    alive = socket.socket(fileno=life)
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    jobs, grader = Connection(conn), None
    answer: bytes | Problem
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        sys.path[:], backend, shared = jobs.recv()
        if controllers:
            preprocessor.share(
                backend, *(socket.socket(fileno=fd) for fd in controllers)
            )
        while True:
            job = jobs.recv()
            try:
                grader = grader or Grader(shared)
                answer = grader.grade(job)
            except Exception as error:
                answer = Problem(f"{type(error).__name__}: {error}")
            jobs.send(answer)
    preprocessor.close_servers()


def _end_with(engine_side: socket.socket) -> None:
    """A worker whose engine was killed ends at once, and what it started with it."""
    with contextlib.suppress(OSError):
        engine_side.recv(1)
    os._exit(1)
