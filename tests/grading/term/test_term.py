"""A term with nbgrader's own commands and its exchange, from release to export.

Two learners work in homes of their own; a third submission is put in by hand, and one
folder cannot be graded at all.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy.exc
from grading import engine_kit as kit
from grading import postgres_kit
from grading.faults import solved
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from places import ROOT, TINY
from sqlalchemy import create_engine, text

from course_lib.authoring import build
from course_lib.grading.batch.writer import GradebookWriter
from course_lib.grading.course import Course, load_config, programs_on_path

NAME = "0_tiny"
CANARIES = ("CANARY_in_the_hidden_region", "CANARY_in_the_bank")
ODD = b"odd\xff"
WRONG = "def triple(x):\n    return 4 * x"
LATE = datetime(2020, 1, 1)  # everything comes after that
PLUGIN = '''
from nbgrader.plugins import BasePlugin
from traitlets import Float


class APoint(BasePlugin):
    """Takes away some points, however late."""

    points = Float(1.0).tag(config=True)

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return self.points
'''
WAYS = {
    # database, how it is graded, what the configuration says, what it costs of 2 points
    "sqlite": ("sqlite", "grade", 'c.LateSubmissionPlugin.penalty_method = "zero"', 2),
    "postgresql": (
        *("postgresql", "grade"),
        "from late_plugin import APoint\nc.AssignLatePenalties.plugin_class = APoint\n"
        "c.APoint.points = 1.5",
        1.5,
    ),
    "autograde": (
        *("sqlite", "autograde"),
        'c.AssignLatePenalties.plugin_class = "late_plugin.APoint"',
        1,
    ),
}
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::sqlalchemy.exc.SAWarning",
)


class Term:
    """A course, its exchange, and people who run commands."""

    def __init__(self, root: Path, source: Path, url: str, lines: str):
        self.root, self.exchange = root / "course", root / "exchange"
        self.course = Course(self.root)
        self.course.add_exercise(source)
        self.url = url or f"sqlite:///{self.root}/gradebook.db"
        config = self.root / "nbgrader_config.py"
        own = f"c.Exchange.root = {str(self.exchange)!r}\n{lines}\n"
        if url:
            own += f"c.CourseDirectory.db_url = {url!r}\n"
        before = config.read_text(encoding="utf-8")
        config.write_text(f"{before}\n{own}", encoding="utf-8")
        (self.root / "late_plugin.py").write_text(PLUGIN, encoding="utf-8")
        self.homes = root / "homes"

    def run(self, command: list[str], cwd: Path, home: str, fails: int = 0) -> str:
        """Run a command as one of the people and return all that it said."""
        private = self.homes / home
        private.mkdir(parents=True, exist_ok=True)
        env = os.environ | {
            **{"HOME": str(private), "OMP_NUM_THREADS": "1"},
            **{"JUPYTER_DATA_DIR": f"{private}/data", "PYTHONPATH": str(ROOT)},
            **{"JUPYTER_CONFIG_DIR": f"{private}/config", "PYTHONUTF8": "1"},
        }
        with programs_on_path():
            env["PATH"] = os.environ["PATH"]
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == fails, f"{command}: {done.stdout}"
        return done.stdout

    def teacher(self, *command: str, fails: int = 0) -> str:
        return self.run(["nbgrader", *command], self.root, "teacher", fails)

    def ours(self, *command: str, fails: int = 0) -> str:
        where = ("--course", str(self.root))
        return self.run(["course_lib", *command, *where], self.root, "teacher", fails)

    def learner(self, name: str, *command: str) -> str:
        """Run nbgrader as a learner, whose configuration knows the exchange only."""
        config = self.homes / name / "config" / "nbgrader_config.py"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            f"c = get_config()\nc.Exchange.root = {str(self.exchange)!r}\n",
            encoding="utf-8",
        )
        who = ("--course=unrolled", f"--CourseDirectory.student_id={name}")
        return self.run(["nbgrader", *command, *who], self.homes / name, name)

    def answer(self, name: str, **answers: str) -> None:
        """Fill in the notebook that a learner has fetched, and hand it in."""
        path = self.homes / name / NAME / f"{NAME}.ipynb"
        notebook = solved(json.loads(path.read_text(encoding="utf-8")), **answers)
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "why":
                cell["source"] = "3 x is 2 x and x."
        path.write_text(json.dumps(notebook), encoding="utf-8")
        self.learner(name, "submit", NAME)

    def gradebook(self) -> Gradebook:
        with programs_on_path():
            return Gradebook(self.url, "unrolled")

    def marks(self) -> dict[str, tuple[float, float]]:
        """Return the points and the penalty of each learner."""
        with self.gradebook() as gradebook:
            return {
                one.student.id: (one.score, one.late_submission_penalty)
                for one in gradebook.assignment_submissions(NAME)
            }


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """The tiny exercise, built by the builder."""
    kit.backend()
    root = tmp_path_factory.mktemp("tiny_source")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    return build.write_source(root / "solutions" / f"{NAME}.py")


@pytest.fixture(scope="module")
def postgres() -> Iterator[postgres_kit.Server]:
    with postgres_kit.running() as server:
        yield server


@pytest.fixture
def new_term(tmp_path, source, request) -> Callable[..., Term]:
    def make(database: str, lines: str = "") -> Term:
        url = ""
        if database == "postgresql":
            url = request.getfixturevalue("postgres").address()
        return Term(tmp_path, source, url, lines)

    return make


@pytest.mark.parametrize("way", WAYS)
def test_a_term(way, new_term):
    database, how, lines, cost = WAYS[way]
    term = new_term(database, lines)
    release_and_hand_in(term)
    said = collect_and_grade(term, how)
    assert r"odd\xff" in said
    assert "its name is not UTF-8" in said
    # ann has an extension, bob is late, carl's folder has no time in it
    assert term.marks() == {"ann": (5, 0), "bob": (2, cost), "carl": (5, 0)}

    look(term)
    again(term, how, cost)
    hand_back(term, how)
    export(term)


def release_and_hand_in(term: Term) -> None:
    """Release, fetch, submit; one submission is put in by hand."""
    term.teacher("generate_assignment", NAME, "--force")
    due = f"--duedate={LATE:%Y-%m-%d} 00:00:00 UTC"
    term.teacher("db", "assignment", "add", NAME, due)
    term.teacher("release_assignment", NAME)
    assert NAME in term.learner("ann", "list")
    for name in ("ann", "bob"):
        term.learner(name, "fetch_assignment", NAME)
    term.answer("ann")
    term.answer("bob", triple=WRONG)
    by_hand = term.course.submission("carl", NAME)
    fetched = term.homes / "ann" / NAME / f"{NAME}.ipynb"
    shutil.copy(fetched, by_hand)
    odd = Path(os.fsdecode(os.fsencode(term.root / "submitted") + b"/" + ODD), NAME)
    odd.mkdir(parents=True)
    shutil.copy(fetched, odd)


def collect_and_grade(term: Term, how: str) -> str:
    term.teacher("collect", NAME)
    for name in ("ann", "bob"):
        folder = term.root / "submitted" / name / NAME
        assert (folder / "submission_secret.txt").is_file()
    with term.gradebook() as gradebook:
        gradebook.add_student("ann", first_name="伟", last_name="王")
        gradebook.add_submission(NAME, "ann")
        gradebook.grant_extension(NAME, "ann", days=365 * 100)
        gradebook.db.commit()
    return do_grade(term, how)


def do_grade(term: Term, how: str, fails: int = 1) -> str:
    if how == "autograde":
        return term.teacher("autograde", NAME, "--force")
    return term.ours("grade", NAME, "--workers", "2", fails=fails)


def look(term: Term) -> None:
    """Do what the formgrader does: list the class, give points, comment."""
    config = load_config(term.root)
    config.CourseDirectory.root = str(term.root)
    course = CourseDirectory(config=config)
    with programs_on_path():
        api = NbGraderAPI(coursedir=course, config=config)
        seen = {one["student"]: one for one in api.get_submissions(NAME)}
    assert {"ann", "bob", "carl"} <= set(seen)
    assert seen["ann"]["needs_manual_grade"]
    with term.gradebook() as gradebook:
        for name in ("ann", "bob"):
            grade = gradebook.find_grade("why", NAME, NAME, name)
            assert grade.needs_manual_grade
            grade.manual_score, grade.needs_manual_grade = 0.5, False
        comment = gradebook.find_comment("why", NAME, NAME, "bob")
        comment.manual_comment = "Say more."
        gradebook.db.commit()


def again(term: Term, how: str, cost: float) -> None:
    """Bob hands in a better one; then the due date moves."""
    term.answer("bob")
    term.teacher("collect", NAME, "--update")
    said = do_grade(term, how)
    if how == "grade":
        assert "1 graded, 0 taken from the journal, 2 up to date" in said
    zero = 'penalty_method = "zero"' in WAYS["sqlite"][2] and cost == 2
    expected = {"ann": (5.5, 0), "bob": (5.5, 5.5 if zero else cost), "carl": (5, 0)}
    assert term.marks() == expected

    moved = datetime.now() + timedelta(days=30)
    due = f"--duedate={moved:%Y-%m-%d} 00:00:00 UTC"
    term.teacher("db", "assignment", "add", NAME, due)
    said = do_grade(term, how)
    if how == "grade":
        assert "0 graded, 0 taken from the journal, 3 up to date" in said
        assert "late penalties brought up to date" in said
        assert "  bob: 0\n" in said
    assert term.marks() == expected | {"bob": (5.5, 0)}


def hand_back(term: Term, how: str) -> None:
    """Feedback, release_feedback, fetch_feedback."""
    if how == "autograde":
        term.teacher("generate_feedback", NAME, "--force")
    else:
        assert "3 pages, 0 failed" in term.ours("feedback", NAME)
    said = term.teacher("release_feedback", NAME)
    assert "carl: this did not come through the exchange" in said
    released = term.exchange / "unrolled" / "feedback"
    assert len(list(released.iterdir())) == 2
    for name in ("ann", "bob"):
        term.learner(name, "fetch_feedback", NAME)
        pages = list((term.homes / name / NAME / "feedback").rglob("*.html"))
        assert len(pages) == 1, f"{name} handed in more than once, and has one page"
        page = pages[0].read_text(encoding="utf-8")
        assert "5.5" in page
        assert ("Say more." in page) == (name == "bob")
        assert not any(canary in page for canary in CANARIES)


def export(term: Term) -> None:
    theirs = "course_lib.commands.export.CsvExport"
    term.ours("export", "--to", "ours.csv")
    term.teacher("export", "--exporter", theirs, "--to", "theirs.csv")
    data = (term.root / "ours.csv").read_bytes()
    assert data == (term.root / "theirs.csv").read_bytes()
    rows = list(csv.DictReader(data.decode("utf-8").splitlines()))
    found = {row["student_id"]: float(row["score"]) for row in rows}
    assert found == {"ann": 5.5, "bob": 5.5, "carl": 5.0}
    term.ours("export", "--format", "canvas", "--to", "canvas.csv", "--excel")
    data = (term.root / "canvas.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfStudent,")
    assert '"王, 伟",,,ann,,5.5' in data.decode("utf-8-sig")


def test_a_server_that_restarts_is_waited_for(postgres, tmp_path):
    """Nothing is lost: what was being written is written again."""
    with programs_on_path():
        Gradebook(url := postgres.address(), "unrolled").close()
    engine = create_engine(url)

    def ask() -> int:
        with engine.connect() as at:
            return at.scalar(text("SELECT count(*) FROM student"))

    writer = GradebookWriter()
    assert writer.retry_while_locked(ask) == 0
    postgres.stop()
    writer.lock_patience = 0.0
    with pytest.raises(sqlalchemy.exc.OperationalError):
        writer.retry_while_locked(ask)
    writer.lock_patience = 300.0
    asking = threading.Timer(0, lambda: answers.append(writer.retry_while_locked(ask)))
    answers: list[int] = []
    asking.start()
    time.sleep(1)
    assert not answers
    postgres.start()
    asking.join(300)
    assert answers == [0]
    engine.dispose()
