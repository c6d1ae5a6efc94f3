"""A course in a folder of its own, graded by nbgrader inside this process.

`python -m course_lib check` and the tests make one: the exercises' sources, submissions
of any kind, a gradebook. Nothing of the real course is touched.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import LoggerAdapter
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from sqlalchemy import make_url
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader
from traitlets.log import get_logger

from course_lib import checkout
from course_lib.checkout import NoCourse
from course_lib.grading.feedback.generate import CourseFeedback
from course_lib.grading.feedback.page import Report
from course_lib.grading.notebook.resources import Resources
from course_lib.grading.pipeline.autograde import CourseAutograde
from course_lib.grading.pipeline.kernel import UTF8
from course_lib.grading.pipeline.regenerate import CourseGenerate
from course_lib.grading.settings import configure

CONFIG = checkout.course_folder() / checkout.CONFIG
# what a course gets where none is to be had: the library was installed without one
PLAIN_CONFIG = """\
from course_lib.grading.settings import configure, use_engine

c = get_config()
configure(c)
use_engine(c)
"""


@dataclass(frozen=True)
class Grade:
    """What the gradebook says about one graded cell of one submission."""

    task: str
    score: float | None
    points: float
    needs_manual_grade: bool


def load_config(root: Path) -> Config:
    """Return the configuration of a course, as nbgrader's own commands read it.

    Raises:
        NoCourse: there is none.
    """
    path = root / CONFIG.name
    if not path.exists():
        raise NoCourse(f"{path} is missing; run this in the folder of the course")
    if (folder := str(root.resolve())) not in sys.path:
        sys.path.insert(0, folder)  # modules beside it, as in nbgrader's commands
    return PyFileConfigLoader(path.name, path=str(root)).load_config()


def gradebook_url(root: Path) -> str:
    """Return the address of a course's gradebook, as its configuration has it.

    Raises:
        NoCourse: `root` holds no course.
    """
    config = load_config(root)
    config.CourseDirectory.root = str(root.resolve())
    url: str = CourseDirectory(config=config).db_url
    return url


def trouble(url: str, error: Exception) -> str:
    """Return in words why a gradebook cannot be used, without its password."""
    where = make_url(url).render_as_string(hide_password=True)
    if isinstance(error, ImportError):
        return (
            f"the driver {error.name} for the gradebook {where} is not installed; for "
            'PostgreSQL run `pip install "psycopg[binary]"`'
        )
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return f"the gradebook {where} cannot be used: {said[0] if said else error!r}"


def source_notebooks(root: Path) -> list[Path]:
    """Return solutions/NAME/NAME.ipynb of every exercise, in order."""
    found = sorted(root.glob("solutions/*/*.ipynb"))
    return [path for path in found if path.stem == path.parent.name]


class Course:
    """A course at `root`; what can be found in it is nbgrader's layout."""

    def __init__(self, root: Path, settings: Config | None = None):
        """Take the folder as it is, and create it if it is not there.

        Args:
            root: the folder.
            settings: what should differ from `settings.configure`.
        """
        self.root = root
        self.settings = settings or Config()
        root.mkdir(parents=True, exist_ok=True)
        config = root / CONFIG.name
        if not config.exists():  # so that nbgrader's programs work here too
            text = CONFIG.read_text(encoding="utf-8") if CONFIG.exists() else ""
            config.write_text(text or PLAIN_CONFIG, encoding="utf-8")

    def add_exercise(self, source: Path) -> None:
        """Copy an exercise's source notebook, solutions/NAME/NAME.ipynb."""
        target = self.root / "solutions" / source.stem / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def submission(self, student: str, name: str) -> Path:
        """Return the folder of a submission, made if it is not there."""
        folder = self.root / "submitted" / student / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def generate(self, name: str) -> None:
        """Do `nbgrader generate_assignment NAME --force`."""
        self._run(CourseGenerate, name)

    def autograde(self, name: str) -> None:
        """Do `nbgrader autograde NAME --force`."""
        self._run(CourseAutograde, name)

    def feedback(self, name: str) -> None:
        """Do `nbgrader generate_feedback NAME --force`."""
        self._run(CourseFeedback, name)

    def page(self, student: str, name: str) -> Path:
        """Return where the feedback page of a submission lies."""
        return self.root / "feedback" / student / name / f"{name}.html"

    def grades(self, student: str, name: str) -> list[Grade]:
        """Return the grades of a submission in the order of the notebook."""
        with self.gradebook() as gradebook:
            graded = gradebook.find_submission_notebook(name, name, student).grades
            found = {grade.name: grade for grade in graded}
            return [
                Grade(cell.name, g.auto_score, g.max_score, g.needs_manual_grade)
                for cell in gradebook.find_notebook(name, name).source_cells
                if (g := found.get(cell.name))
            ]

    def report(self, student: str, name: str) -> Resources:
        """Return what the feedback page is made from: score, tasks, notes."""
        path = self.root / "autograded" / student / name / f"{name}.ipynb"
        where = {"notebook": name, "assignment": name, "student": student}
        where["db_url"] = f"sqlite:///{self.root / 'gradebook.db'}"
        notebook, resources = nbformat.read(path, as_version=4), {"nbgrader": where}
        for step in (GetGrades(), Report()):
            notebook, resources = step.preprocess(notebook, resources)
        return resources

    def comments(self, student: str, name: str) -> dict[str, str]:
        """Return the comments of a submission by solution cell."""
        with self.gradebook() as gradebook:
            notebook = gradebook.find_submission_notebook(name, name, student)
            return {c.name: c.comment for c in notebook.comments if c.comment}

    def gradebook(self) -> Gradebook:
        """Open the gradebook; use it in a `with`."""
        with programs_on_path():
            return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "unrolled")

    def _run(self, converter: type, name: str) -> None:
        config = Config()
        configure(config)
        config.merge(self.settings)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.assignment_id = name
        coursedir = CourseDirectory(config=config)
        with programs_on_path():
            converter(coursedir=coursedir, config=config, force=True).start()


@contextmanager
def programs_on_path() -> Iterator[None]:
    """Let nbgrader find `alembic`, which it calls by its bare name, and use UTF-8."""
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    new = {"PATH": os.pathsep.join(path), **UTF8}
    before = {name: os.environ.get(name) for name in new}
    os.environ.update(new)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def quiet() -> Iterator[None]:
    """Keep nbgrader's log to ourselves."""
    log = get_logger()
    if isinstance(log, LoggerAdapter):
        log = log.logger
    level = log.level
    log.setLevel("CRITICAL")
    try:
        yield
    finally:
        log.setLevel(level)
