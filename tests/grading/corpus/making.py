"""A course to grade the corpus in, and the submitted folder of each entry.

The course is an ordinary nbgrader course: solutions, releases, a gradebook in which the
assignments are generated and one learner has been graded before. Around it lies what an
attacker would like to have, each with a canary of its own.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.authoring import build

from .entry import Entry, Notebook, Place, cell, code_cell, label_of

ROOT = Path(__file__).parents[3]
OURS = Path(__file__).parent / "exercise" / "solutions"
SOURCES = {
    "01_corpus": OURS / "01_corpus.py",
    "02_lending": OURS / "02_lending.py",
    "03_rnn": ROOT / "solutions" / "03_rnn.py",
}
NEIGHBOUR = "# canary-neighbour-answer\n"
SECRET = "canary-environment-secret"
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "corpus"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""


@dataclass(frozen=True)
class Exercise:
    """A released notebook, the right answers to it, and what they are worth."""

    name: str
    release: Notebook
    answers: dict[str, str]
    points: dict[str, float]


@cache
def read_exercise(course: Path, name: str) -> Exercise:
    """Read an exercise of a course that `new_course` has made."""
    path = course / "exercises" / name / f"{name}.ipynb"
    release = json.loads(path.read_text(encoding="utf-8"))
    source = build.read_source(course / "solutions" / f"{name}.py")
    answers, points = {}, {}
    for found in source.cells:
        role = found.metadata.get("nbgrader", {})
        if role.get("solution"):
            lines = found.source.splitlines(keepends=True)
            answers[role.grade_id] = "".join(
                line for line in lines if "### " not in line and "canary" not in line
            )
        elif role.get("grade"):
            points[role.grade_id.removeprefix("test_")] = float(role.points)
    return Exercise(name, release, answers, points)


def new_course(folder: Path, port: int = 0) -> Place:
    """Make a course in which everything but the submissions stands ready.

    Args:
        folder: an empty folder; course, home and the rest come into it.
        port: where the runner listens.
    """
    place = Place(
        folder / "course", folder / "lib", folder / "home", folder / "outside", port
    )
    for path in (place.course, place.home / ".ssh", place.outside):
        path.mkdir(parents=True)
    place.outside.chmod(0o777)
    shutil.copytree(
        ROOT / "course_lib",
        place.lib / "course_lib",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (place.home / ".ssh" / "id_ed25519").write_text(
        "canary-home-key\n", encoding="utf-8"
    )
    (place.course / "roster.csv").write_text(
        "id,email\nx,canary-roster@example.org\n", encoding="utf-8"
    )
    (place.course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for name, source in SOURCES.items():
        _add_exercise(place, name, source)
    build.build(place.course)
    for name in SOURCES:
        nbgrader(place, "generate_assignment", name, "--force")
    _submit_neighbour(place, "a_neighbour")
    nbgrader(place, "autograde", "01_corpus", "--create")
    _write_emails(place)
    return place


def _add_exercise(place: Place, name: str, source: Path) -> None:
    solutions = place.course / "solutions"
    solutions.mkdir(exist_ok=True)
    shutil.copy(source, solutions)
    mistakes = Path("mistakes") / name
    shutil.copytree(source.parent / mistakes, solutions / mistakes)


def _write_emails(place: Place) -> None:
    import sqlite3

    with sqlite3.connect(place.course / "gradebook.db") as base:
        base.execute("update student set email = 'canary-email@example.org'")
    base.close()


def environment(place: Place) -> dict[str, str]:
    """Return what a grader of this course has in its environment, a secret included."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        "PATH": programs,
        "PYTHONPATH": str(place.lib),
        "HOME": str(place.home),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "COURSE_SECRET": SECRET,
    }


def nbgrader(place: Place, *words: str, check: bool = True, timeout=None) -> int:
    """Run nbgrader in the course."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=place.course,
        env=environment(place),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
    )
    with (place.course.parent / "log.txt").open("ab") as log:
        log.write(done.stdout)
    if check and done.returncode:
        raise RuntimeError(done.stdout.decode(errors="replace")[-3000:])
    return done.returncode


def _submit_neighbour(place: Place, student: str, name: str = "01_corpus") -> None:
    exercise = read_exercise(place.course, name)
    answers = {task: NEIGHBOUR + text for task, text in exercise.answers.items()}
    folder = place.course / "submitted" / student / name
    folder.mkdir(parents=True)
    text = json.dumps(answered(exercise, answers), indent=1)
    (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def submit_neighbour(place: Place, exercise: str) -> str:
    """Hand in honest answers that are graded after the entry; return the learner."""
    _submit_neighbour(place, "z_neighbour", exercise)
    return "z_neighbour"


def answered(exercise: Exercise, answers: dict[str, str | None]) -> Notebook:
    """Return the released notebook with answers in it; None leaves the stub."""
    notebook = copy.deepcopy(exercise.release)
    for found in notebook["cells"]:
        found["source"] = "".join(found["source"])
        text = answers.get(label_of(found))
        if text is not None:
            found["source"] = text
    return notebook


def submit(entry: Entry, place: Place) -> str:
    """Hand in an entry; return the name of the learner."""
    exercise = read_exercise(place.course, entry.exercise)
    filled = {task: text and place.fill(text) for task, text in entry.cells.items()}
    notebook = answered(exercise, exercise.answers | filled)
    for label, text in reversed(entry.extra):
        where = notebook["cells"].index(cell(notebook, label)) + 1
        notebook["cells"].insert(where, code_cell(place.fill(text)))
    data: Notebook | bytes | str | None = notebook
    if entry.notebook:
        changed = entry.notebook(notebook)
        data = changed if isinstance(changed, dict | bytes | str) else notebook
    student = entry.student or entry.name
    folder = place.course / "submitted" / student / entry.exercise
    folder.mkdir(parents=True)
    path = folder / f"{entry.exercise}.ipynb"
    path.write_bytes(_bytes(data, place))
    if entry.folder:
        entry.folder(folder, place)
    return student


def _bytes(data: Notebook | bytes | str, place: Place) -> bytes:
    if isinstance(data, dict):
        data = json.dumps(data, indent=1)  # escapes what UTF-8 cannot write
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return place.fill(data.decode("latin-1")).encode("latin-1")
