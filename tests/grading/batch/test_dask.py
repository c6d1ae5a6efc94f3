"""Dask's workers, here or at an address, give what our own give, also when one dies."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from grading.batch.class_kit import IGNORED, NAME, command, contents, fresh, progress
from places import ROOT

from course_lib.grading.batch import dask, pool
from course_lib.grading.batch.jobs import Job, Result, Shared
from course_lib.grading.batch.submissions import Batch
from course_lib.grading.course import load_config, programs_on_path, quiet
from course_lib.grading.submission.read import fetch

pytest.importorskip("distributed")
NOTHING = Shared("k", NAME, exercises={}, engine={}, before=[], after=[])
pytestmark = IGNORED


def started(*arguments: str) -> subprocess.Popen:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    quietly = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    call = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(call, env=env, **quietly)


def ended(*processes: subprocess.Popen) -> None:
    for process in processes:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def address_in(file: Path, scheduler: subprocess.Popen) -> str:
    """Return the scheduler's address when its file has been written to the end."""
    while scheduler.poll() is None:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(file.read_text(encoding="utf-8"))["address"]
        time.sleep(0.1)
    pytest.fail("the scheduler ended before it told its address")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler at an address and one worker with its nanny, as on other machines."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    scheduler = started(
        *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(file)),
    )
    address = address_in(file, scheduler)
    worker = started(
        *("worker", address, "--nthreads", "1", "--nworkers", "1", "--no-dashboard"),
        *("--local-directory", str(folder), "--host", "127.0.0.1"),
    )
    yield address, worker
    ended(worker, scheduler)


def grader_of(worker: subprocess.Popen) -> psutil.Process:
    """Return the process below the nanny that grades."""
    below = psutil.Process(worker.pid).children(recursive=True)
    return next(p for p in below if "spawn_main" in " ".join(p.cmdline()))


def test_a_local_cluster_gives_the_same(prepared, undisturbed, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    process = command(root, "--workers", "1", "--scheduler", "local")
    assert process.wait(300) == 0
    assert contents(root) == undisturbed[1]


def test_a_worker_that_dies_costs_nothing(prepared, undisturbed, tmp_path, cluster):
    address, worker = cluster
    root = fresh(prepared, tmp_path / "course")
    process = command(root, "--scheduler", address)
    while not progress(root) and process.poll() is None:
        time.sleep(0.01)
    before = grader_of(worker)
    before.kill()
    assert process.wait(300) == 0
    assert not before.is_running()
    assert contents(root) == undisturbed[1]


def test_ctrl_c_ends_a_run_that_waits_for_a_cluster(prepared, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    process = command(root, "--workers", "1", "--scheduler", "local")
    while not progress(root) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 2
    assert progress(root) < 6, "the run was over before it was stopped"


def test_a_call_has_a_time_limit(prepared, tmp_path, cluster):
    address, _ = cluster
    root = fresh(prepared, tmp_path / "course")
    batch = Batch(root, NAME, load_config(root))
    with quiet(), programs_on_path(), batch.writer.begin():
        shared = batch.share()
        student, folder = next(iter(batch.find_folders().items()))
        job = Job("k", student, {NAME: fetch(folder, NAME)})
        remote = dask.DaskWorkers(address, 1, shared)
        try:
            first, remote.limit_s = remote.limit_s, 0.05
            with pytest.raises(pool.Accident, match="did not answer for 0 s"):
                remote.call(0, job)
            remote.limit_s = first
            result = Result.unpack(remote.call(0, job), "k")
            assert result.rows[NAME]["scores"]
        finally:
            remote.close()


def test_without_dask_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(pool.Accident, match="pip install distributed"):
        dask.DaskWorkers("local", 1, NOTHING)


def test_an_address_where_nobody_is_has_a_sentence(monkeypatch):
    monkeypatch.setattr(dask, "CONNECT_S", 1)
    with pytest.raises(pool.Accident, match="no Dask worker at tcp://127"):
        dask.DaskWorkers("tcp://127.0.0.1:9", 1, NOTHING)
