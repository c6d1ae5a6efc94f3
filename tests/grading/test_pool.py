"""A class is graded the same with any number of workers and after any kill."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from traitlets.config import Config

from course_lib import assignments
from course_lib.grading import grade as grading
from course_lib.grading import journal, pool, sandbox
from course_lib.grading.course import Course
from course_lib.grading.grade import GradeError, grade
from course_lib.grading.settings import configure, use_engine

NAME = "0_tiny"
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KILLS = int(os.environ.get("UNROLLED_KILLS", "2"))
SCORES = """
    SELECT s.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade
    FROM grade g JOIN base_cell c ON g.cell_id = c.id
    JOIN submitted_notebook n ON g.notebook_id = n.id
    JOIN submitted_assignment s ON n.assignment_id = s.id
"""
COMMENTS = """
    SELECT s.student_id, c.name, g.auto_comment, g.manual_comment
    FROM comment g JOIN base_cell c ON g.cell_id = c.id
    JOIN submitted_notebook n ON g.notebook_id = n.id
    JOIN submitted_assignment s ON n.assignment_id = s.id
"""
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A course with six submissions; nothing is graded."""
    try:
        sandbox.choose("bwrap")
    except sandbox.SandboxError as problem:
        pytest.skip(str(problem))
    root = tmp_path_factory.mktemp("pool")
    (root / "solutions").mkdir()
    shutil.copy(HERE / "tiny.py", root / "solutions" / f"{NAME}.py")
    source = assignments.write_source(root / "solutions" / f"{NAME}.py")
    course = Course(root / "course")
    course.add_exercise(source)
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    text = release.read_text()
    for number in range(6):
        folder = course.submission(f"learner, {number}", NAME)
        answer(folder, text, "2 * x" if number % 2 else "x + x + 1", "3 * x")
    (folder / f"{NAME}.ipynb").write_text(text[:100])  # the last is not a notebook
    return course.root


def answer(folder: Path, release: str, double: str, triple: str) -> None:
    """Hand in a notebook with two functions of one line."""
    notebook = json.loads(release)
    for cell in notebook["cells"]:
        label = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if label in ("double", "triple"):
            body = {"double": double, "triple": triple}[label]
            cell["source"] = f"def {label}(x):\n    return {body}\n"
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))


@pytest.fixture(scope="module", autouse=True)
def workers():
    """Keep the workers of all runs in this process: warm servers start once."""
    kept: dict[str, pool.LocalWorkers] = {}

    def get(count: int, scheduler: str | None, shared: dict) -> pool.LocalWorkers:
        known = kept.setdefault(journal.key_of(shared), pool.LocalWorkers(2, shared))
        known.slots = count
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "_workers", get)
        close = pool.LocalWorkers.close
        patch.setattr(pool.LocalWorkers, "close", lambda self: None)
        yield kept
        for found in kept.values():
            close(found)
            assert not found.running


def fresh(prepared: Path, target: Path) -> Path:
    shutil.copytree(prepared, target)
    return target


def contents(root: Path) -> tuple[list, list, list]:
    """Return everything that grading decides, without random identifiers."""
    with sqlite3.connect(root / "gradebook.db") as database:
        found = [sorted(database.execute(q), key=str) for q in (SCORES, COMMENTS)]
    files = sorted((root / "autograded").glob("[!.]*/*/*"))
    return *found, [(str(p.relative_to(root)), p.read_text()) for p in files]


@pytest.fixture(scope="module")
def undisturbed(prepared, tmp_path_factory) -> tuple:
    """What two workers give when nothing happens to them."""
    root = fresh(prepared, tmp_path_factory.mktemp("calm") / "course")
    summary = grade(root, NAME, workers=2)
    assert (summary.executed, summary.failed) == (6, {})
    found = contents(root)
    assert len(found[0]) == 18
    assert len(found[2]) == 6
    again = grade(root, NAME)
    assert (again.up_to_date, again.executed) == (6, 0)
    assert contents(root) == found
    return root, found


def test_one_worker_and_nbgrader_itself_give_the_same(prepared, undisturbed, tmp_path):
    one = fresh(prepared, tmp_path / "one")
    grade(one, NAME, workers=1)
    assert contents(one) == undisturbed[1]
    settings = Config()
    configure(settings)
    use_engine(settings)
    plain = fresh(prepared, tmp_path / "plain")
    Course(plain, settings).autograde(NAME)
    assert contents(plain)[:2] == undisturbed[1][:2]


def test_only_what_changed_is_graded_again(prepared, undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    release = (root / "exercises" / NAME / f"{NAME}.ipynb").read_text()
    answer(root / "submitted" / "learner, 0" / NAME, release, "2 * x", "0")
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (1, 5)
    before, after = set(undisturbed[1][0]), set(contents(root)[0])
    assert {row[0] for row in before ^ after} == {"learner, 0"}
    (root / "gradebook.db").unlink()
    Course(root).generate(NAME)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal) == (0, 6)
    assert set(contents(root)[0]) == after


def command(root: Path) -> subprocess.Popen:
    """Start `grade` with two workers in a process group of its own."""
    call = [sys.executable, "-m", "course_lib", "grade", NAME, "--workers", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*call, "--course", str(root)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def progress(root: Path) -> int:
    folder = root / "autograded" / ".journal" / NAME
    return len(list(folder.glob("*.gz"))) + len(list(folder.glob("*.written")))


def test_a_kill_at_any_moment_changes_nothing(prepared, undisturbed, tmp_path):
    chance = random.Random(7)
    for number in range(KILLS):
        root = fresh(prepared, tmp_path / str(number))
        process = command(root)
        goal = chance.randrange(1, 12)  # of 12 files that a whole run leaves
        while progress(root) < goal and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.3)
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(below, timeout=10)
        assert not alive, f"these outlived the kill: {alive}"
        reached = len(list((root / "autograded" / ".journal" / NAME).glob("*.gz")))
        summary = grade(root, NAME, workers=2)
        assert summary.executed == 6 - reached
        assert contents(root) == undisturbed[1], f"kill {number} at {goal}"


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
    (root / "autograded").mkdir()
    held = journal.Journal(root / "autograded", NAME).one_writer()
    with held, pytest.raises(GradeError, match="another `grade` is writing"):
        grade(root, NAME)


def test_a_killed_worker_costs_one_attempt(prepared, undisturbed, tmp_path, workers):
    root = fresh(prepared, tmp_path / "course")
    [known] = workers.values()
    process, _ = known.running[0]
    os.kill(process.pid, signal.SIGKILL)
    summary = grade(root, NAME)
    assert known.running[0][0].pid != process.pid
    assert summary.executed == 6
    assert contents(root) == undisturbed[1]


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
        patch.setattr(grading, "_workers", lambda *_: cursed)
        summary = grade(root, NAME)
    assert cursed.calls == 6 * pool.ATTEMPTS
    assert len(summary.failed) == 6
    scores, comments, _ = contents(root)
    assert {row[2] for row in scores if row[1].startswith("test_")} == {0.0}
    assert any("could not be graded" in str(row[2]) for row in comments)
    assert grade(root, NAME, workers=2).executed == 6  # the accident is over
    assert contents(root) == undisturbed[1]


def test_a_timeout_of_the_learner_is_not_tried_again():
    calls = []

    class Once:
        def call(self, slot, job):
            calls.append(job)
            return {"notebooks": {}}

    assert pool.attempt(Once(), 0, {}) == {"notebooks": {}}
    assert len(calls) == 1


def test_a_local_dask_cluster_gives_the_same(prepared, undisturbed, tmp_path):
    pytest.importorskip("distributed")
    root = fresh(prepared, tmp_path / "course")
    call = [sys.executable, "-m", "course_lib", "grade", NAME, "--scheduler", "local"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*call, "--course", str(root)], env=env, capture_output=True)
    assert done.returncode == 0, done.stderr[-3000:].decode()
    assert contents(root) == undisturbed[1]


def test_without_dask_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(pool.Accident, match="pip install distributed"):
        pool.DaskWorkers("local", 1, {})
