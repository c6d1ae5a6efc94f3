"""A class is graded the same with any number of workers and after any kill."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from places import ROOT, TINY
from traitlets.config import Config

from course_lib import __main__ as command_line
from course_lib.authoring import build
from course_lib.grading.batch import grade as grading
from course_lib.grading.batch import journal, pool
from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.batch.submissions import Class
from course_lib.grading.course import Course, load_config
from course_lib.grading.sandbox import backends
from course_lib.grading.settings import configure, use_engine

NAME = "0_tiny"
CLOSE = pool.LocalWorkers.close
KILLS = int(os.environ.get("UNROLLED_KILLS", "2"))
# what each table's rows are called by; those above explain those below
NAMED = {
    "assignment": ["name"],
    "notebook": ["assignment_id", "name"],
    "base_cell": ["notebook_id", "type", "name"],
    "source_cell": ["notebook_id", "name"],
    "submitted_assignment": ["assignment_id", "student_id"],
    "submitted_notebook": ["assignment_id", "notebook_id"],
    "grade": ["notebook_id", "cell_id"],
    "comment": ["notebook_id", "cell_id"],
}
MADE_UP = re.compile(r'"seconds": [\d.e-]+')
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A course with six submissions; nothing is graded."""
    try:
        backends.choose("bwrap")
    except backends.SandboxError as problem:
        pytest.skip(str(problem))
    root = tmp_path_factory.mktemp("pool")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    source = build.write_source(root / "solutions" / f"{NAME}.py")
    course = Course(root / "course")
    course.add_exercise(source)
    (course.root / "solutions" / NAME / "data.txt").write_text(
        "for everyone", encoding="utf-8"
    )
    config = course.root / "nbgrader_config.py"
    late = 'c.LateSubmissionPlugin.penalty_method = "zero"'
    config.write_text(
        f"{config.read_text(encoding='utf-8')}\n{late}\n", encoding="utf-8"
    )
    course.generate(NAME)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2024, 5, 1))
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    text = release.read_text(encoding="utf-8")
    for number in range(6):
        folder = course.submission(f"learner, {number}", NAME)
        answer(folder, text, "2 * x" if number % 2 else "x + x + 1", "3 * x")
        day = 2 - number % 2  # every second one is late
        (folder / "timestamp.txt").write_text(
            f"2024-05-0{day} 00:00:00 UTC\n", encoding="utf-8"
        )
    # the last is not a notebook
    (folder / f"{NAME}.ipynb").write_text(text[:100], encoding="utf-8")
    return course.root


def answer(folder: Path, release: str, double: str, triple: str) -> None:
    """Hand in a notebook with two functions of one line."""
    notebook = json.loads(release)
    for cell in notebook["cells"]:
        label = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if label in ("double", "triple"):
            body = {"double": double, "triple": triple}[label]
            cell["source"] = f"def {label}(x):\n    return {body}\n"
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def workers():
    """Keep the workers of all runs in this process: warm servers start once."""
    kept: dict[str, pool.LocalWorkers] = {}

    def get(count: int, scheduler: str | None, shared: dict, _) -> pool.LocalWorkers:
        known = kept.setdefault(journal.key_of(shared), pool.LocalWorkers(2, shared))
        known.slots = count
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "_workers", get)
        patch.setattr(pool.LocalWorkers, "close", lambda self: None)
        yield kept
        for found in kept.values():
            CLOSE(found)
            assert not found.running


def fresh(prepared: Path, target: Path) -> Path:
    shutil.copytree(prepared, target)
    return target


def tables(database: Path) -> dict[str, list]:
    """Return every table of a gradebook, with what an id stands for in its place."""
    found = {}
    with sqlite3.connect(database) as at:
        at.row_factory = sqlite3.Row
        names = at.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in names.fetchall():
            found[name] = [dict(row) for row in at.execute(f"SELECT * FROM {name}")]
    meant = {}
    for name, key in NAMED.items():
        for row in found[name]:
            meant[row["id"]] = [meant.get(row[part], row[part]) for part in key]
    return {
        name: sorted(
            sorted((key, str(meant.get(value, value))) for key, value in row.items())
            for row in rows
        )
        for name, rows in found.items()
    }


def contents(root: Path) -> tuple[dict, list]:
    """Return everything that grading leaves, without random identifiers and times."""
    files = sorted((root / "autograded").glob("[!.]*/*/*"))
    return tables(root / "gradebook.db"), [
        (
            str(path.relative_to(root)),
            path.stat().st_mode,
            MADE_UP.sub("", path.read_text(encoding="utf-8")),
        )
        for path in files
    ]


@pytest.fixture(scope="module")
def undisturbed(prepared, tmp_path_factory) -> tuple:
    """What two workers give when nothing happens to them."""
    root = fresh(prepared, tmp_path_factory.mktemp("calm") / "course")
    summary = grade(root, NAME, workers=2)
    assert (summary.executed, summary.failed) == (6, {})
    assert list(summary.unreadable) == ["learner, 5"]
    assert "learner, 5: 0, The notebook is not JSON" in str(summary)
    found = contents(root)
    assert len(found[0]["grade"]) == 18
    assert len(found[1]) == 18  # notebook, timestamp and data.txt
    penalties = [
        dict(row)["late_submission_penalty"] for row in found[0]["submitted_notebook"]
    ]
    assert sorted(penalties) == ["3.5"] * 3 + ["None"] * 3
    again = grade(root, NAME)
    assert (again.up_to_date, again.executed) == (6, 0)
    assert contents(root) == found
    return root, found


def test_one_worker_and_nbgrader_itself_give_the_same(prepared, undisturbed, tmp_path):
    one = fresh(prepared, tmp_path / "one")
    grade(one, NAME, workers=1)
    assert contents(one) == undisturbed[1]
    plain = fresh(prepared, tmp_path / "plain")
    nbgrader_course(plain).autograde(NAME)
    assert contents(plain) == undisturbed[1]


def test_only_what_changed_is_graded_again(prepared, undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    release = (root / "exercises" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    answer(root / "submitted" / "learner, 0" / NAME, release, "2 * x", "0")
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (1, 5)
    before, after = undisturbed[1][0]["grade"], contents(root)[0]["grade"]
    changed = [row for row in after if row not in before]
    assert changed
    assert all("learner, 0" in str(row) for row in changed)
    (root / "gradebook.db").unlink()
    Course(root).generate(NAME)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal) == (0, 6)
    assert contents(root)[0]["grade"] == after


def test_time_stamps_are_read_in_any_form_or_named(prepared, undisturbed, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    late, none = (root / "submitted" / f"learner, {n}" / NAME for n in (1, 3))
    (late / "timestamp.txt").write_bytes("2024-05-02 00:00 UTC\r\n".encode("utf-16"))
    (none / "timestamp.txt").write_text("11/12/2024 23:59", encoding="utf-8")
    summary = grade(root, NAME, workers=2)
    assert summary.executed == 6
    assert list(summary.undated) == ["learner, 3"]
    said = "The time of handing in is not known: timestamp.txt (11/12/2024) may name"
    assert f"  learner, 3: {said} several days." in str(summary)
    course = Course(root)
    assert said in " ".join(course.comments("learner, 3", NAME).values())
    with course.gradebook() as gradebook:
        found = {n: gradebook.find_submission(NAME, f"learner, {n}") for n in (1, 3)}
        assert found[1].timestamp == datetime(2024, 5, 2)
        assert found[1].late_submission_penalty == found[1].score == 5
        assert found[3].timestamp is None
        assert found[3].late_submission_penalty == 0
    again = grade(root, NAME)
    assert again.up_to_date == 6
    assert said in str(again)


def command(root: Path, *how: str) -> subprocess.Popen:
    """Start `grade` in a group of its own, with two workers unless told otherwise."""
    call = [sys.executable, "-m", "course_lib", "grade", NAME]
    call += how or ("--workers", "2")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*call, "--course", str(root)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def progress(root: Path) -> int:
    return len(list((root / "autograded" / ".journal" / NAME).glob("*.gz")))


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


def test_manual_grades_outlive_another_grading(prepared, undisturbed, tmp_path):
    """What a person entered stays, and both ways leave the same."""
    found = []
    for name, again in (("ours", grade_again), ("nbgrader", nbgrader_again)):
        root = fresh(undisturbed[0], tmp_path / name)
        with Course(root).gradebook() as gradebook:
            for student in ("learner, 0", "learner, 1"):
                score = gradebook.find_grade("why", NAME, NAME, student)
                score.manual_score, score.extra_credit = 0.5, 1.0
                comment = gradebook.find_comment("triple", NAME, NAME, student)
                comment.manual_comment = "Well done."
            gradebook.grant_extension(NAME, "learner, 0", hours=48)
            gradebook.db.commit()
        again(root)
        found.append(contents(root))
    assert found[0] == found[1]
    assert found[0] != undisturbed[1]
    assert "Well done." in str(found[0])


def grade_again(root: Path) -> None:
    shutil.rmtree(root / "autograded")
    assert grade(root, NAME).executed == 6


def nbgrader_again(root: Path) -> None:
    nbgrader_course(root).autograde(NAME)


def nbgrader_course(root: Path) -> Course:
    """Return a course that nbgrader's own converter grades, with the engine."""
    settings = Config()
    configure(settings)
    use_engine(settings)
    settings.LateSubmissionPlugin.penalty_method = "zero"
    return Course(root, settings)


def test_a_second_writer_is_refused(prepared, tmp_path):
    root = fresh(prepared, tmp_path / "course")
    (root / "autograded").mkdir()
    held = journal.Journal(root / "autograded", NAME).one_writer()
    with held, pytest.raises(GradeError, match="another `grade` is writing"):
        grade(root, NAME)


def test_a_killed_worker_costs_one_attempt(prepared, undisturbed, tmp_path, workers):
    root = fresh(prepared, tmp_path / "course")
    [known] = workers.values()
    process = known.running[0][0]
    os.kill(process.pid, signal.SIGKILL)
    summary = grade(root, NAME)
    assert known.running[0][0].pid != process.pid
    assert summary.executed == 6
    assert contents(root) == undisturbed[1]


def test_workers_share_one_pair_of_servers(undisturbed, workers):
    [known] = workers.values()
    shared = known.servers.found
    assert shared.alive()
    processes = [process for process, _, _ in known.running.values()]
    assert len(processes) == 2
    for process in processes:
        assert psutil.Process(process.pid).children(recursive=True) == []
    servers = [psutil.Process(process.pid) for process in shared.processes]
    assert len({server.pid for server in servers}) == 2
    assert {server.ppid() for server in servers} == {os.getpid()}


def test_the_death_of_the_shared_servers_is_survived(prepared, undisturbed, tmp_path):
    """Their workers go on with servers of their own, and nobody loses a point."""
    root = fresh(prepared, tmp_path / "course")
    workers = doomed(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "_workers", lambda *_: workers)
        summary = grade(root, NAME, workers=2)
    assert workers.killed
    assert (summary.executed, summary.failed) == (6, {})
    assert contents(root) == undisturbed[1]


def doomed(root: Path) -> "pool.LocalWorkers":
    """Return two workers whose shared servers are killed after the second job."""

    class Doomed(pool.LocalWorkers):
        calls, killed, close = 0, False, CLOSE

        def call(self, slot: int, job: dict) -> bytes:
            self.calls += 1
            if self.calls == 3:
                for process in self.servers.found.processes:
                    process.kill()
                self.killed = True
            return super().call(slot, job)

    whole = Class(root, NAME, load_config(root))
    with whole.writer.opened():
        return Doomed(2, whole.shared())


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

    assert pool.attempt(Once(), 0, {}) == b"graded"
    assert len(calls) == 1


def penalties(root: Path) -> dict[str, float]:
    """Return the penalty of each learner, 0 for none."""
    with Course(root).gradebook() as gradebook:
        found = gradebook.assignment_submissions(NAME)
        return {one.student.id: one.late_submission_penalty for one in found}


def test_penalties_follow_what_they_depend_on(undisturbed, tmp_path):
    """No notebook runs again for them, and both ways of grading leave the same."""
    root = fresh(undisturbed[0], tmp_path / "course")
    names = [f"learner, {number}" for number in range(6)]
    late = names[::2]
    assert penalties(root) == dict.fromkeys(names, 0) | dict.fromkeys(late, 3.5)
    with Course(root).gradebook() as gradebook:
        gradebook.find_grade("why", NAME, NAME, late[0]).manual_score = 1.0
        gradebook.grant_extension(NAME, late[1], hours=48)
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (0, 0, 6)
    assert summary.penalties == {late[0]: 4.5, late[1]: 0}
    assert f"  {late[0]}: 4.5" in str(summary)
    with Course(root).gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2024, 5, 3))
    by_nbgrader = fresh(root, tmp_path / "nbgrader")
    assert grade(root, NAME).penalties == {late[0]: 0, late[2]: 0}
    assert penalties(root) == dict.fromkeys(names, 0)
    assert grade(root, NAME).penalties == {}
    nbgrader_again(by_nbgrader)
    assert penalties(by_nbgrader) == dict.fromkeys(names, 0)


def test_a_plugin_that_fails_for_one_costs_no_other(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    (root / "a_failing_plugin.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\nclass Fails(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, seconds):\n"
        "        return 1 / ('0' not in student_id)\n",
        encoding="utf-8",
    )
    config = root / "nbgrader_config.py"
    line = 'c.AssignLatePenalties.plugin_class = "a_failing_plugin.Fails"'
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\n{line}\n", encoding="utf-8")
    summary = grade(root, NAME)
    assert (summary.executed, summary.up_to_date) == (0, 6)
    assert summary.penalties == {"learner, 0": 0, "learner, 2": 1, "learner, 4": 1}
    assert list(summary.no_penalty) == ["learner, 0"]
    assert "learner, 0: no late penalty: Fails failed (ZeroDivision" in str(summary)
    assert not summary.clean


def test_a_gradebook_put_back_is_brought_up_to_date(undisturbed, tmp_path):
    """The journal's word that something was written is held against the gradebook."""
    root = fresh(undisturbed[0], tmp_path / "course")
    with Course(root).gradebook() as gradebook:
        gradebook.find_grade("test_double", NAME, NAME, "learner, 1").auto_score = 0.0
        gradebook.db.commit()
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (0, 1, 5)
    assert contents(root) == undisturbed[1]


def test_what_lies_beside_the_exercise_is_part_of_what_is_written(
    undisturbed, tmp_path
):
    root = fresh(undisturbed[0], tmp_path / "course")
    (root / "solutions" / NAME / "data.txt").write_text("other", encoding="utf-8")
    secret = root / "submitted" / "learner, 1" / NAME / "submission_secret.txt"
    assert grade(root, NAME).from_journal == 6
    secret.write_text("abc", encoding="ascii")
    assert grade(root, NAME).from_journal == 1
    folder = root / "autograded" / "learner, 1" / NAME
    assert (folder / secret.name).read_text(encoding="ascii") == "abc"
    assert (folder / "data.txt").read_text(encoding="utf-8") == "other"
    assert grade(root, NAME).up_to_date == 6


def test_some_can_be_graded_again_and_only_some(undisturbed, tmp_path, capsys):
    root = fresh(undisturbed[0], tmp_path / "course")
    one = {"students": ["learner, 1"]}
    assert grade(root, NAME, **one).up_to_date == 1
    summary = grade(root, NAME, force=True, **one)
    assert (summary.executed, summary.up_to_date) == (1, 0)
    assert contents(root) == undisturbed[1]
    assert grade(root, NAME, force=True).executed == 6
    assert contents(root) == undisturbed[1]
    words = ["grade", NAME, "--course", str(root), "--student", "learner 1"]
    assert command_line.main(words) == 2
    said = capsys.readouterr().err
    assert "submitted/ has nothing of 'learner 1'" in said
    assert "did you mean learner, 1" in said


@pytest.mark.parametrize(
    "line", ["pre_convert_hook = print", "post_convert_hook = len"]
)
def test_an_option_that_grade_cannot_follow_is_named(prepared, tmp_path, line):
    root = fresh(prepared, tmp_path / "course")
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\nc.Autograde.{line}\n", encoding="utf-8")
    with pytest.raises(GradeError, match=f"c.Autograde.{line.split()[0]}"):
        grade(root, NAME)


def test_without_leave_to_create_learners_they_are_named(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    line = "c.Autograde.create_student = False"
    config.write_text(f"{text}\n{line}\n", encoding="utf-8")
    Course(root).submission("stranger", NAME)
    summary = grade(root, NAME)
    assert summary.up_to_date == 6
    assert "not in the gradebook" in summary.left_out["stranger"]
    assert contents(root) == undisturbed[1]


def test_what_cannot_be_written_stops_no_other(undisturbed, tmp_path):
    root = fresh(undisturbed[0], tmp_path / "course")
    shutil.rmtree(root / "autograded" / "learner, 1")
    (root / "autograded" / "learner, 1").write_text("in the way", encoding="utf-8")
    answer(
        root / "submitted" / "learner, 2" / NAME,
        (root / "exercises" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"),
        *("2 * x", "3 * x + 0"),
    )
    summary = grade(root, NAME)
    assert (summary.executed, summary.from_journal, summary.up_to_date) == (1, 0, 4)
    assert "could not be written" in summary.left_out["learner, 1"]
    (root / "autograded" / "learner, 1").unlink()
    assert grade(root, NAME).clean
