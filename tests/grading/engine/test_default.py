"""The engine is the default; where it cannot be had, grading a class refuses."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.converters.base import NbGraderException
from places import ROOT, TINY
from traitlets.config import Config

from course_lib import __main__ as command_line
from course_lib.authoring import build
from course_lib.commands import demo as demonstration
from course_lib.grading.batch.grade import GradeError, grade
from course_lib.grading.course import Course, load_config
from course_lib.grading.engine.preprocessor import Engine
from course_lib.grading.pipeline.kernel import RunNotebook
from course_lib.grading.sandbox import backends
from course_lib.grading.settings import NoEngine, configure, trust_learners, use_engine

NAME = "0_tiny"
PROBLEM = "bwrap is not installed. Install it: apt install bubblewrap"
LINUX_ONLY = ("fcntl", "resource", "grp")
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("tiny_source")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    return build.write_source(root / "solutions" / f"{NAME}.py")


@pytest.fixture
def course(source, tmp_path) -> Course:
    """A course with the engine, and one submission."""
    settings = Config()
    configure(settings)
    use_engine(settings)
    course = Course(tmp_path / "course", settings)
    course.add_exercise(source)
    course.generate(NAME)
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    shutil.copy(release, course.submission("ann", NAME))
    return course


@pytest.fixture
def no_walls(monkeypatch):
    """A machine on which nothing can be isolated."""
    monkeypatch.setattr(backends, "_problem", lambda name: PROBLEM)


def steps(config: Config) -> list[type]:
    return config.Autograde.autograde_preprocessors


def test_the_course_grades_with_the_engine():
    found = steps(load_config(ROOT))
    assert Engine in found
    assert RunNotebook not in found


def test_without_walls_grading_refuses_and_says_what_to_do(course, no_walls):
    with pytest.raises(NbGraderException, match="apt install bubblewrap") as refused:
        course.autograde(NAME)
    assert "trust_learners(c)" in str(refused.value)
    with pytest.raises(GradeError, match="apt install bubblewrap") as refused:
        grade(course.root, NAME)
    assert "c.Engine.trusted = True" in str(refused.value)
    assert not list((course.root / "autograded").glob("[!.]*"))


def test_with_a_word_of_trust_it_grades_without_walls(course, no_walls):
    trust_learners(course.settings)
    assert Engine not in steps(course.settings)
    course.autograde(NAME)
    assert [g.score for g in course.grades("ann", NAME)] == [0, 0, 0]


def test_grade_without_walls_needs_a_word_of_trust(course, no_walls):
    config = course.root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8") + '\nc.Engine.sandbox = "none"\n'
    config.write_text(text, encoding="utf-8")
    with pytest.raises(GradeError, match="other submissions and change grades"):
        grade(course.root, NAME)
    config.write_text(text + "c.Engine.trusted = True\n", encoding="utf-8")
    assert grade(course.root, NAME).executed == 1


def test_the_demonstration_says_that_it_has_no_walls(course, no_walls, capsys):
    demonstration._say_how(course)
    assert PROBLEM in capsys.readouterr().out
    assert RunNotebook in steps(load_config(course.root))


def elsewhere(code: str) -> subprocess.CompletedProcess:
    """Run code where the modules that only Linux has cannot be imported."""
    block = "import sys\n" + "".join(
        f"sys.modules[{name!r}] = None\n" for name in LINUX_ONLY
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-c", block + code]
    return subprocess.run(
        call, env=env, capture_output=True, text=True, encoding="utf-8"
    )


def test_checking_ones_own_notebook_needs_nothing_of_linux(source, tmp_path):
    target = tmp_path / "solutions" / NAME / source.name
    own = tmp_path / "exercises" / NAME / source.name
    for path in (target, own):
        path.parent.mkdir(parents=True)
        shutil.copy(source, path)
    done = elsewhere(
        "from pathlib import Path\nfrom course_lib.commands.check import check\n"
        "from course_lib.commands import demo\n"
        f"check(Path({str(tmp_path)!r}), {NAME!r})\n"
    )
    assert "0.1 Twice: 2 of 2" in done.stdout, done.stderr
    assert "0.2 Three times: 3 of 3" in done.stdout


def test_elsewhere_grading_a_class_refuses_and_the_rest_works():
    done = elsewhere(
        "from traitlets.config import Config\n"
        "from course_lib.grading import settings\n"
        "c = Config()\nsettings.configure(c)\nsettings.use_engine(c)\n"
        "assert settings.NoEngine in c.Autograde.autograde_preprocessors\n"
        "from course_lib.__main__ import main\n"
        "sys.exit(main(['grade', '03_rnn']))"
    )
    assert done.returncode == command_line.USAGE_ERROR, done.stderr
    assert "needs Linux" in done.stderr
    with pytest.raises(RuntimeError, match="needs Linux"):
        NoEngine().backend()
