"""Grade a learner's own notebook as an instructor would, and show the feedback.

The notebook is handed in to a temporary course, which nbgrader grades. What comes out
is printed, and the page of it is kept under `_build/feedback/`.
"""

import shutil
import tempfile
import textwrap
import webbrowser
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.grading.course import Course, quiet, source_notebooks
from course_lib.grading.feedback.page import Section
from course_lib.grading.notebook.reasons import Ran, problem
from course_lib.grading.notebook.resources import Resources

LEARNER = "you"


class UsageError(CourseError):
    """Nothing was graded, because what was asked for is not there."""


def check(
    root: Path, name: str, notebook: Path | None = None, show: bool = False
) -> int:
    """Grade one exercise, print what came out, and return the exit status.

    Args:
        root: the folder of the course.
        name: the exercise, such as "03_rnn".
        notebook: the notebook to grade; None means exercises/NAME/NAME.ipynb.
        show: whether to open the feedback in a browser.

    Returns:
        0 for full marks, otherwise 1.

    Raises:
        UsageError: the exercise or the notebook does not exist.
    """
    source = find_source(root, name)
    notebook = notebook or root / "exercises" / name / f"{name}.ipynb"
    if not notebook.exists():
        raise UsageError(f"{notebook} does not exist; give another with --notebook")
    page = root / "_build" / "feedback" / f"{name}.html"
    print(f"Grading {notebook} …", flush=True)
    with tempfile.TemporaryDirectory(prefix="course_") as folder, quiet():
        course = Course(Path(folder))
        report = _grade(course, source, notebook)
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course.page(LEARNER, name), page)
    print(in_words(report))
    print(f"Feedback: {page}")
    if show:
        webbrowser.open(page.resolve().as_uri())
    total = report["nbgrader"]
    return 0 if total["score"] == total["max_score"] else 1


def find_source(root: Path, name: str) -> Path:
    """Return solutions/NAME/NAME.ipynb.

    Raises:
        UsageError: there is no such exercise; the message lists those there are.
    """
    found = {path.stem: path for path in source_notebooks(root)}
    if name in found:
        return found[name]
    if not found:
        raise UsageError(
            "this copy of the course carries no tests to grade with. The examples "
            "in each notebook run without them; hand your notebook in to be graded."
        )
    known = ", ".join(sorted(found))
    raise UsageError(f"there is no exercise {name!r}; there are {known}")


def _grade(course: Course, source: Path, notebook: Path) -> Resources:
    name = source.stem
    course.add_exercise(source)
    shutil.copy(notebook, course.submission(LEARNER, name) / f"{name}.ipynb")
    course.generate(name)
    course.autograde(name)
    course.feedback(name)
    return course.report(LEARNER, name)


def in_words(report: Resources) -> str:
    """Return what the feedback page says, as text for a terminal."""
    total = report["nbgrader"]
    lines = list(report["notes"])
    for task in report["tasks"]:
        if "points" not in task:
            continue
        lines.append(f"\n{task['title']}: {task['score']:g} of {task['points']:g}")
        for message in task["messages"] + _cell_errors(task) + task["comments"]:
            lines.append(textwrap.indent(message, "  "))
    lines.append(f"\n{total['score']:g} of {total['max_score']:g} points")
    return "\n".join(lines)


def _cell_errors(task: Section) -> list[str]:
    """Return the errors of a task's cells, unless its test has named one already."""
    said = any("is not defined: " in message for message in task["messages"])
    if said or task["score"] == task["points"]:
        return []
    ran = [Ran(c.source, c.outputs) for c in task["cells"] if c.cell_type == "code"]
    return [f"✗ A cell of yours {what}" for cell in ran if (what := problem(cell))]
