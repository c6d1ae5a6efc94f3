"""Workers die, and their servers: no learner loses a point."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from grading.batch.class_kit import IGNORED, NAME, contents, fresh
from grading.batch.conftest import CLOSE

from course_lib.grading.batch import grade as grading
from course_lib.grading.batch import pool
from course_lib.grading.batch.grade import grade
from course_lib.grading.batch.jobs import Job
from course_lib.grading.batch.submissions import Batch
from course_lib.grading.course import load_config

pytestmark = [IGNORED, pytest.mark.usefixtures("workers")]


def test_workers_share_one_pair_of_servers(prepared, tmp_path, workers):
    grade(fresh(prepared, tmp_path / "course"), NAME, workers=2)
    [local] = workers.values()
    shared = local.servers.pair
    assert shared.alive()
    processes = [process for process, _, _ in local.running.values()]
    assert len(processes) == 2
    for process in processes:
        assert psutil.Process(process.pid).children(recursive=True) == []
    servers = [psutil.Process(process.pid) for process in shared.processes]
    assert len({server.pid for server in servers}) == 2
    assert {server.ppid() for server in servers} == {os.getpid()}


def test_a_killed_worker_costs_one_attempt(prepared, undisturbed, tmp_path, workers):
    root = fresh(prepared, tmp_path / "course")
    [local] = workers.values()
    process = local.running[0][0]
    os.kill(process.pid, signal.SIGKILL)
    summary = grade(root, NAME)
    assert local.running[0][0].pid != process.pid
    assert summary.executed == 6
    assert contents(root) == undisturbed[1]


def test_the_death_of_the_shared_servers_is_survived(prepared, undisturbed, tmp_path):
    """Their workers go on with servers of their own, and nobody loses a point."""
    root = fresh(prepared, tmp_path / "course")
    workers = doomed(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "start_workers", lambda *_: workers)
        summary = grade(root, NAME, workers=2)
    assert workers.killed
    assert (summary.executed, summary.failed) == (6, {})
    assert contents(root) == undisturbed[1]


def doomed(root: Path) -> "pool.LocalWorkers":
    """Return two workers whose shared servers are killed after the second job."""

    class Doomed(pool.LocalWorkers):
        calls, killed, close = 0, False, CLOSE

        def call(self, slot: int, job: Job) -> bytes:
            self.calls += 1
            if self.calls == 3:
                for process in self.servers.pair.processes:
                    process.kill()
                self.killed = True
            return super().call(slot, job)

    batch = Batch(root, NAME, load_config(root))
    with batch.writer.begin():
        return Doomed(2, batch.share())


class Cursed:
    """Workers that die at one learner's submission, however often it is tried."""

    slots, calls = 1, 0

    def call(self, slot, job):
        self.calls += 1
        raise pool.Accident("the grader's own process died")

    def close(self):
        pass


def test_after_some_accidents_there_is_a_0_with_a_reason(
    prepared, undisturbed, tmp_path, monkeypatch
):
    root = fresh(prepared, tmp_path / "course")
    cursed = Cursed()
    with monkeypatch.context() as patch:
        patch.setattr(grading, "start_workers", lambda *_: cursed)
        summary = grade(root, NAME)
    assert cursed.calls == 6 * pool.ATTEMPTS
    assert len(summary.failed) == 6
    rows = [dict(row) for row in contents(root)[0]["grade"]]
    scores = {row["auto_score"] for row in rows if "test_" in row["cell_id"]}
    assert scores == {"0.0"}
    assert "could not be graded" in str(contents(root)[0]["comment"])
    assert grade(root, NAME, workers=2).executed == 6  # the accident is over
    assert contents(root) == undisturbed[1]


def test_a_timeout_of_the_learner_is_not_tried_again():
    calls = []

    class Once:
        def call(self, slot, job):
            calls.append(job)
            return b"graded"

    assert pool.attempt(Once(), 0, Job("k", "ann", {})) == b"graded"
    assert len(calls) == 1
