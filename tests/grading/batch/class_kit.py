"""A small class of six submissions, and what its gradebook and folders hold."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT
from traitlets.config import Config

from course_lib.grading.batch.grade import grade
from course_lib.grading.course import Course
from course_lib.grading.settings import configure, use_engine

NAME = "0_tiny"
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
HEARING_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
MADE_UP = re.compile(r'"seconds": [\d.e-]+')
IGNORED = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def answer(folder: Path, release: str, double: str, triple: str) -> None:
    """Hand in a notebook with two functions of one line."""
    notebook = json.loads(release)
    for cell in notebook["cells"]:
        label = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if label in ("double", "triple"):
            body = {"double": double, "triple": triple}[label]
            cell["source"] = f"def {label}(x):\n    return {body}\n"
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


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


def command(root: Path, *how: str) -> subprocess.Popen:
    """Start `grade` in a group of its own, with two workers unless told otherwise."""
    call = [sys.executable, "-m", "course_lib", "grade", NAME]
    call += how or ("--workers", "2")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    # a shell's background job ignores Ctrl-C, and so would all it starts
    words = [sys.executable, "-c", HEARING_CTRL_C, *call, "--course", str(root)]
    return subprocess.Popen(
        words,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def progress(root: Path) -> int:
    """Return how many results the journal of a course holds."""
    path = root / "autograded" / ".journal" / f"{NAME}.sqlite"
    try:
        database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        with contextlib.closing(database):
            return database.execute("SELECT count(*) FROM result").fetchone()[0]
    except sqlite3.OperationalError:  # there is no file yet, or no table in it
        return 0


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
