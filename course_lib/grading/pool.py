"""Workers that grade one submission each, on this machine or, with Dask, on many.

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

import nbformat

from course_lib.grading import engine, steps
from course_lib.grading.journal import packed
from course_lib.grading.preflight import understand
from course_lib.grading.rebuild import Exercise, rebuild

ATTEMPTS = 3
CONNECT_S = 30.0  # to a Dask scheduler
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


class OneEngine(engine.Engine):
    """The engine, told what it would otherwise look up in the gradebook."""

    def __init__(self, exercise: Exercise, **settings: Any):
        """Take the exercise as generated, and values of the engine's settings."""
        super().__init__(**settings)
        self.exercise = exercise

    def _stubs(self, where: dict) -> dict[str, str]:
        place = self.exercise.place
        return {label: self.exercise.cell(label).source for label in place}


class Grader:
    """Grades submissions of one assignment; what they share is read once."""

    def __init__(self, shared: dict):
        """Take what every worker needs to know.

        Args:
            shared: `key`, of all the rest; `assignment`; `exercises`, the generated
                notebooks as JSON text by name; `engine`, settings of the engine;
                `before` and `after`, nbgrader's steps as `steps.described` has them.
        """
        self.assignment, self.settings = shared["assignment"], shared["engine"]
        self.before, self.after = (steps.made(shared[n]) for n in ("before", "after"))
        self.exercises = {
            name: Exercise(nbformat.reads(text, as_version=4))
            for name, text in shared["exercises"].items()
        }

    def grade(self, job: dict) -> bytes:
        """Rebuild and run what one learner handed in; return it as the journal does.

        Args:
            job: `key`, `student`, and `handed`, by name a `preflight.Handed`.
        """
        result: dict[str, dict] = {"notebooks": {}, "rows": {}}
        for name, handed in job["handed"].items():
            where = {"student": job["student"], "notebook": name}
            where["assignment"] = self.assignment
            exercise = self.exercises[name]
            notebook = rebuild(exercise, understand(handed))
            notebook = steps.prepared(self.before, notebook, where)
            run = OneEngine(exercise, **self.settings)
            notebook, _ = run.preprocess(notebook, {"nbgrader": where})
            text, rows = steps.finished(self.after, notebook, where)
            result["notebooks"][name], result["rows"][name] = text, rows
        return packed(job["key"], result)


_graders: dict[str, Grader] = {}


def grade_one(shared: dict, job: dict) -> bytes:
    """Grade one submission with this process's grader."""
    key = shared["key"]
    if key not in _graders:
        _graders.clear()
        _graders[key] = Grader(shared)
    return _graders[key].grade(job)


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
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            job = conn.recv()
            try:
                answer = "result", grade_one(shared, job)
            except Exception as error:
                answer = "problem", f"{type(error).__name__}: {error}"
            conn.send(answer)
    engine.close_servers()


def _end_with_parent() -> None:
    """A worker whose parent was killed ends at once, and its servers with it."""
    wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


class DaskWorkers:
    """Workers of a Dask cluster: one that runs at an address, or one made here."""

    def __init__(self, address: str, slots: int, shared: dict):
        """Connect; "local" makes a cluster of `slots` processes on this machine.

        Raises:
            Accident: Dask is not installed, or no worker is to be had.
        """
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            raise Accident(
                "--scheduler needs Dask, which is not installed; "
                "`pip install distributed` here and on every machine"
            ) from None
        self.cluster = None
        if address == "local":
            self.cluster = LocalCluster(
                n_workers=slots, threads_per_worker=1, dashboard_address=None
            )
        try:
            self.client = Client(self.cluster or address, timeout=CONNECT_S)
            self.client.wait_for_workers(1, timeout=2 * CONNECT_S)
        except (OSError, TimeoutError) as error:
            raise Accident(f"no Dask worker at {address}: {error}") from None
        threads = self.client.nthreads()
        if any(count != 1 for count in threads.values()):
            raise Accident(
                "a Dask worker has several threads; start each with "
                "`dask worker ADDRESS --nthreads 1 --nworkers CORES`"
            )
        # two a worker: the next submission is there when one is done
        self.slots = 2 * len(threads)
        self.limit_s = 2 * limit_s(shared)
        # in a list: of a dictionary Dask would scatter every value by itself
        self.shared = self.client.scatter([shared], broadcast=True)[0]

    def call(self, slot: int, job: dict) -> bytes:
        """Grade one submission wherever Dask has room.

        Dask itself tries again where a worker died; what exceeds the time limit is
        taken away from its worker, which is started anew.
        """
        future = self.client.submit(grade_one, self.shared, job, pure=False)
        try:
            return future.result(timeout=self.limit_s)
        except TimeoutError:
            self._restart(future)
            text = f"the grader did not answer for {self.limit_s:.0f} s"
            raise Accident(text) from None
        except Exception as error:
            text = f"{type(error).__name__}: {error}"[:300]
            raise Accident(f"the grader failed ({text})") from None
        finally:
            future.release()

    def _restart(self, future: Any) -> None:
        """Start the worker anew that is busy with a future."""
        busy = self.client.processing()
        found = [worker for worker, keys in busy.items() if future.key in keys]
        future.cancel()
        if found:
            self.client.restart_workers(found, timeout=60, raise_for_error=False)

    def close(self) -> None:
        """Leave the cluster; end it if it was made here."""
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()
