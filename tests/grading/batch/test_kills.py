"""A kill at any moment, a locked database and a second writer change nothing."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from grading.batch.class_kit import IGNORED, NAME, command, contents, fresh, progress

from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.batch.journal import Journal

KILLS = int(os.environ.get("UNROLLED_KILLS", "2"))
pytestmark = [IGNORED, pytest.mark.usefixtures("workers")]


def await_moment(root: Path, process: subprocess.Popen, chance: random.Random) -> str:
    """Wait until it is time to kill, and say what for."""
    kind = chance.choice(["results", "transaction", "files"])
    goal = chance.randrange(1, 7)
    come = {
        "results": lambda: progress(root) >= goal,
        # SQLite keeps it only while a transaction is open
        "transaction": lambda: (
            progress(root) and (root / "gradebook.db-journal").exists()
        ),
        "files": lambda: len(list((root / "autograded").glob("l*/*/*.ipynb"))) >= goal,
    }[kind]
    while not come() and process.poll() is None:
        time.sleep(0.0005)
    if kind != "transaction":
        time.sleep(chance.random() * 0.3)
    return f"{kind} {goal}"


def test_a_kill_at_any_moment_changes_nothing(prepared, undisturbed, tmp_path):
    chance = random.Random(7)
    in_time = 0
    for number in range(KILLS):
        root = fresh(prepared, tmp_path / str(number))
        process = command(root)
        moment = await_moment(root, process, chance)
        below = []
        if process.poll() is None:
            below = psutil.Process(process.pid).children(recursive=True)
            process.kill()
        in_time += process.wait() == -signal.SIGKILL
        _, alive = psutil.wait_procs(below, timeout=10)
        assert not alive, f"these outlived the kill: {alive}"
        reached = progress(root)
        summary = grade(root, NAME, workers=2)
        assert summary.executed == 6 - reached
        assert contents(root) == undisturbed[1], f"kill {number} at {moment}"
        print(f"kill {number} at {moment}: {summary}")
    assert in_time >= KILLS / 2, "most runs were over before the kill"


def test_ctrl_c_ends_all_and_the_same_command_goes_on(prepared, undisturbed, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    process = command(root)
    while not progress(root):
        time.sleep(0.01)
    below = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # a terminal tells the whole group
    assert process.wait(60) == 2
    _, alive = psutil.wait_procs(below, timeout=10)
    assert not alive, f"these outlived Ctrl-C: {alive}"
    reached = progress(root)
    assert reached < 6, "the run was over before it was stopped"
    assert grade(root, NAME, workers=2).executed == 6 - reached
    assert contents(root) == undisturbed[1]


def test_a_locked_database_is_waited_for(prepared, undisturbed, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    process = command(root)
    while not progress(root):
        time.sleep(0.01)
    database = sqlite3.connect(root / "gradebook.db", timeout=60)
    database.execute("BEGIN EXCLUSIVE")
    time.sleep(float(os.environ.get("UNROLLED_LOCK_S", "8")))
    assert process.poll() is None
    database.rollback()
    database.close()
    assert process.wait(120) == 0
    assert contents(root) == undisturbed[1]


def test_a_second_writer_is_refused(prepared, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    held = Journal(root / "autograded", NAME).hold()
    with held, pytest.raises(GradeError, match="another `grade` is writing"):
        grade(root, NAME)
