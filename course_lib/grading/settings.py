"""Our parts, named in nbgrader's configuration: the one place to change a limit."""

import warnings

from nbgrader.preprocessors import (
    CheckCellMetadata,
    GetGrades,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from course_lib.grading.feedback import generate
from course_lib.grading.feedback.page import TEMPLATES, FeedbackPage, Report
from course_lib.grading.feedback.release import ReleaseFeedback
from course_lib.grading.notebook.outputs import SafeOutputs
from course_lib.grading.pipeline import autograde, regenerate
from course_lib.grading.pipeline.formgrader import protect_formgrader
from course_lib.grading.pipeline.inert import InertText
from course_lib.grading.pipeline.kernel import RunNotebook
from course_lib.grading.pipeline.penalties import LatePenalties
from course_lib.grading.pipeline.score import SaveReasons, Verdict

NO_LINUX = (
    "grading a class needs Linux, which isolates learners' code; use a Linux machine, "
    "a container, or WSL, with bubblewrap installed"
)


def configure(c: Config) -> None:
    """Set up nbgrader for this course; a later line in a config file still wins.

    Args:
        c: what `get_config()` returns in `nbgrader_config.py`.
    """
    c.CourseDirectory.course_id = "unrolled"
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "exercises"

    # nbgrader 0.9.6 flushes objects that SQLAlchemy 2.1 would rather see added first
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")

    for ours in (regenerate, autograde, generate):
        ours.use_in_nbgrader()
    protect_formgrader()
    c.ExchangeFactory.release_feedback = ReleaseFeedback
    c.CourseAutograde.max_notebook_bytes = 20_000_000
    c.Execute.timeout = 30  # seconds a cell
    c.RunNotebook.notebook_timeout = 120  # seconds for all cells together
    c.Autograde.autograde_preprocessors = [
        RunNotebook,
        Verdict,
        SafeOutputs,
        IgnorePattern,
        LimitOutput,
        SaveAutoGrades,
        SaveReasons,
        LatePenalties,
        CheckCellMetadata,
        InertText,
    ]

    c.Engine.timeout = 30  # seconds a cell of a learner
    c.Engine.notebook_timeout = 300  # seconds for all cells together
    c.Engine.sandbox = "bwrap"  # see `python -m course_lib doctor`

    c.GenerateFeedback.preprocessors = [GetGrades, Report]
    c.GenerateFeedback.exporter_class = FeedbackPage
    # a section of its own: formgrader sets HTMLExporter.template_name for its pages
    c.FeedbackPage.template_name = "report"
    c.FeedbackPage.extra_template_basedirs = [str(TEMPLATES)]


def use_engine(c: Config) -> None:
    """Let the verdict be reached in a process of its own, learners' code behind walls.

    `nbgrader_config.py` calls this. What grades one's own notebook on one's own machine
    (`check`) runs it in a kernel instead, which needs no walls.

    Args:
        c: a configuration after `configure`.
    """
    try:
        from course_lib.grading.engine.preprocessor import Engine
    except ImportError:  # what only Linux has: grading refuses, all else works
        _run_with(c, NoEngine)
    else:
        _run_with(c, Engine)


def trust_learners(c: Config) -> None:
    """Run submissions in a plain Jupyter kernel, without walls and with your rights.

    Call it in `nbgrader_config.py` only if you would run each submission yourself: its
    code can read and write whatever you can, hidden tests and grades included.

    Args:
        c: a configuration after `use_engine`.
    """
    _run_with(c, RunNotebook)


def _run_with(c: Config, chosen: type) -> None:
    """Put a step in the place of the one that runs notebooks."""
    parts = c.Autograde.autograde_preprocessors
    c.Autograde.autograde_preprocessors = [
        chosen if hasattr(part, "notebook_timeout") else part for part in parts
    ]


class NoEngine(RunNotebook):
    """Stands where the engine cannot be had, and says what to do."""

    def backend(self) -> None:
        """Refuse.

        Raises:
            RuntimeError: always; the message says what to do.
        """
        raise RuntimeError(NO_LINUX)
