"""Honest submissions have the same points everywhere, and each time.

Right answers, every accepted answer and a wrong one are graded by stock nbgrader with
no configuration of ours, by `nbgrader autograde` with the engine, and by `grade` with
two workers. Each learner of `grade` has a seed of their own, so copies of a submission
are reruns. UNROLLED_ALL=1 takes all exercises and answers, and 20 copies or as many as
UNROLLED_COPIES says.
"""

import contextlib
import io
import itertools
import json
import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from grading import engine_kit as kit
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from places import ROOT
from traitlets.config import Config

from course_lib.authoring import banks
from course_lib.commands.check import check
from course_lib.grading.batch.grade import grade
from course_lib.grading.course import Course, Grade, programs_on_path
from course_lib.grading.settings import configure, use_engine

ALL = os.environ.get("UNROLLED_ALL") == "1"
COPIES = int(os.environ.get("UNROLLED_COPIES", "20" if ALL else "2"))
EXERCISES = kit.SOURCES if ALL else [p for p in kit.SOURCES if p.stem == "03_rnn"]
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::sqlalchemy.exc.SAWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def honest(path: Path) -> dict[str, dict[str, str]]:
    """Return submissions by name: the text of each solution cell that differs."""
    exercise = kit.Exercise(path)
    # where an accepted answer uses another task, it meets the reference
    load = (
        "_known = {**globals().get('_known', {}), %r: %s}\n_bank = globals() | _known"
    )
    load += "\nexec(%r, _bank)"
    right = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in exercise.notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    by_task = [
        [(task, f.__name__) for of, f in exercise.answers("accepted") if of == task]
        for task in exercise.tests
    ]
    found = {"right": right}
    for number, chosen in enumerate(itertools.zip_longest(*by_task)):
        found[f"accepted_{number}"] = right | {
            task: "\n".join(
                (
                    right[task],
                    load % (task, task, exercise.text("accepted", task)),
                    f"{task} = _bank[{name!r}]",
                )
            )
            for task, name in filter(None, chosen)
        }
    mistakes = (
        (task, banks.first_mistake(exercise.text("mistakes", task), task))
        for task in exercise.tests
    )
    task, wrong = next(pair for pair in mistakes if pair[1])
    found["wrong"] = right | {task: wrong}
    sample = list(found) if ALL else ["right", "accepted_0", "wrong"]
    return {name: found[name] for name in sample}


def hand_in(course: Course, name: str, student: str, answers: dict[str, str]) -> None:
    notebook = nbformat.read(
        course.root / "exercises" / name / f"{name}.ipynb", as_version=4
    )
    for cell in notebook.cells:
        label = cell.metadata.get("nbgrader", {}).get("grade_id")
        if label in answers:
            lines = answers[label].splitlines()
            marks = ("### BEGIN SOLUTION", "### END SOLUTION")
            cell.source = "\n".join(x for x in lines if x.strip() not in marks)
    nbformat.write(notebook, course.submission(student, name) / f"{name}.ipynb")


def stock(root: Path, name: str) -> None:
    """Do what `nbgrader autograde` does without any line of ours."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "unrolled"
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.assignment_id = name
    config.ExecutePreprocessor.timeout = config.Execute.timeout = 300
    coursedir = CourseDirectory(config=config)
    with programs_on_path():
        Autograde(coursedir=coursedir, config=config).start()


def with_engine(root: Path, name: str) -> None:
    settings = Config()
    configure(settings)
    use_engine(settings)
    Course(root, settings).autograde(name)


def points(course: Course, name: str) -> dict[str, list[Grade]]:
    folders = sorted(course.root.glob(f"submitted/*/{name}"))
    return {f.parent.name: course.grades(f.parent.name, name) for f in folders}


@pytest.fixture(scope="module", params=EXERCISES, ids=lambda path: path.stem)
def course(request, tmp_path_factory) -> tuple[str, Course]:
    kit.backend()
    name = request.param.stem
    course = Course(tmp_path_factory.mktemp(name) / "course")
    course.add_exercise(ROOT / "solutions" / name / f"{name}.ipynb")
    course.generate(name)
    for student, answers in honest(request.param).items():
        hand_in(course, name, student, answers)
    return name, course


@pytest.fixture(scope="module")
def ours(course) -> dict[str, list[Grade]]:
    """The points that `grade` gives, the same for every copy."""
    name, source = course
    copy = Course(shutil.copytree(source.root, source.root.with_name("copies")))
    for folder in list(copy.root.glob("submitted/*")):
        for number in range(1, COPIES):
            target = folder.with_name(f"{folder.name}~{number}")
            shutil.copytree(folder, target)
    summary = grade(copy.root, name, workers=2)
    assert not summary.failed, summary
    copy.feedback(name)
    found: dict[str, list[Grade]] = {}
    for student, grades in points(copy, name).items():
        first = found.setdefault(student.split("~")[0], grades)
        assert grades == first, f"{student} differs from the first of these copies"
    print(f"\n{name}: {len(found)} submissions x {COPIES} copies agree")
    for student, grades in found.items():
        print(f"  {student}: {[grade.score for grade in grades]}")
    return found


def test_all_right_answers_have_full_marks_and_the_wrong_one_has_not(ours):
    for student, grades in ours.items():
        tests = [g for g in grades if g.task.startswith("test_")]
        full = all(grade.score == grade.points for grade in tests)
        assert full == (student != "wrong"), (student, grades)


@pytest.mark.parametrize("way", [stock, with_engine])
def test_points_are_the_same(course, ours, way):
    name, source = course
    copy = Course(shutil.copytree(source.root, source.root.with_name(way.__name__)))
    (copy.root / "nbgrader_config.py").unlink()
    way(copy.root, name)
    assert points(copy, name) == ours


def test_the_seed_repeats_a_result(course, ours, tmp_path, monkeypatch):
    """What the feedback says of a wrong answer, `check --seed` says again."""
    name, source = course
    place = source.root.with_name("copies") / "feedback" / "wrong" / name
    tasks = json.loads((place / "results.json").read_text(encoding="utf-8"))["tasks"]
    found = next(task for task in tasks if task["failures"])
    assert found["seconds"] > 0
    failure = next(failure for failure in found["failures"] if failure["mistake"])
    assert all(failure[key] for key in ("check", "concept", "hint", "gap"))
    monkeypatch.setenv("UNROLLED_SEED", str(found["seed"]))
    folder = source.root / "submitted" / "wrong" / name
    course_of = tmp_path / "course"
    shutil.copytree(source.root / "solutions", course_of / "solutions")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        check(course_of, name, folder / f"{name}.ipynb")
    words = re.sub(r"\s+", " ", said.getvalue())
    assert re.sub(r"\s+", " ", failure["gap"]) in words
