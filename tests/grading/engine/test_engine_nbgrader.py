"""nbgrader with the engine gives every faulty submission its grade and its reason."""

import json
import shutil

import pytest
from grading import engine_kit as kit
from grading.faults import CASES
from places import TINY
from traitlets.config import Config

from course_lib.authoring import build
from course_lib.grading.course import Course
from course_lib.grading.settings import configure, use_engine

NAME = "0_tiny"
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    kit.backend()
    root = tmp_path_factory.mktemp("engine")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    source = build.write_source(root / "solutions" / f"{NAME}.py")
    settings = Config()
    configure(settings)
    use_engine(settings)
    settings.CourseAutograde.max_notebook_bytes = 2_000_000
    settings.Engine.timeout = 6
    settings.Engine.notebook_timeout = 40
    course = Course(root / "course", settings)
    course.add_exercise(source)
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    for name, case in CASES.items():
        case.make(
            course.submission(name, NAME),
            json.loads(release.read_text(encoding="utf-8")),
        )
    course.autograde(NAME)
    course.feedback(NAME)
    return course


@pytest.mark.parametrize("name", CASES)
def test_every_submission_gets_its_grade_and_its_reason(graded, name):
    case = CASES[name]
    grades = {grade.task: grade.score for grade in graded.grades(name, NAME)}
    assert (grades["test_double"], grades["test_triple"]) == case.scores
    assert case.reason in graded.page(name, NAME).read_text(encoding="utf-8")
