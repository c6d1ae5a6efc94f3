"""Grade a small demonstration class with nbgrader's own commands.

Three learners hand in every exercise: one the right answers, one a mistake from the
bank for every other task, one the notebook as it was released. The class lives in
`_build/demo/`, with a gradebook and a configuration of its own. It is graded as any
class is; where there are no walls for that, in plain kernels, as its answers are ours.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from course_lib import rooms
from course_lib.authoring import banks
from course_lib.errors import CourseError
from course_lib.grading.course import Course, source_notebooks

STUDENTS = {
    "right": ("Right", "Answers"),
    "unfinished": ("Unfinished", "Work"),
    "wrong": ("Wrong", "Answers"),
}


class DemoError(CourseError):
    """A command of nbgrader failed; the message ends with what it said."""


def demo(root: Path) -> Course:
    """Grade the class unless it is up to date, and print what came out.

    Args:
        root: the folder of the course.
    """
    sources = source_notebooks(root)
    course = Course(root / "_build" / "demo")
    stamp = course.root / "graded_from.txt"
    state = _state(root)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != state:
        shutil.rmtree(course.root)
        course = Course(course.root)
        _say_how(course)
        _grade(course, root, sources)
        stamp.write_text(state, encoding="utf-8")
    _print(course, [path.stem for path in sources])
    return course


def _say_how(course: Course) -> None:
    """Configure the class for plain kernels where the engine cannot be had."""
    try:
        from course_lib.grading.sandbox.backends import SandboxError, choose
    except ImportError:
        problem = "the engine needs Linux"
    else:
        try:
            choose("bwrap")
            return
        except SandboxError as error:
            problem = str(error)
    print(f"Grading this class without walls, since its answers are ours: {problem}")
    path = course.root / "nbgrader_config.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        f"{text}\nfrom course_lib.grading.settings import trust_learners\n"
        "\ntrust_learners(c)\n",
        encoding="utf-8",
    )


def _state(root: Path) -> str:
    """Return a digest of everything that the grades depend on."""
    answers = sorted(path for path in root.glob("solutions/**/*.*") if path.is_file())
    library = rooms.files((*rooms.READ_BY_VERDICTS, "authoring", "commands"))
    return f"{rooms.digest(answers, root)} {rooms.digest(library, rooms.LIBRARY)}"


def _grade(course: Course, root: Path, sources: list[Path]) -> None:
    for source in sources:
        name = source.stem
        course.add_exercise(source)
        _nbgrader(course, "generate_assignment", name, "--force")
        mistakes = root / "solutions" / "mistakes" / name
        for student, notebook in _answers(course, source, mistakes).items():
            path = course.submission(student, name) / f"{name}.ipynb"
            nbformat.write(notebook, path)
    with course.gradebook() as gradebook:
        for student, (first, last) in STUDENTS.items():
            gradebook.add_student(student, first_name=first, last_name=last)
    for source in sources:
        print(f"Grading {source.stem} …", flush=True)
        _nbgrader(course, "autograde", source.stem)
        _nbgrader(course, "generate_feedback", source.stem)
    _nbgrader(course, "export", "--to", "grades.csv")


def _answers(
    course: Course, source: Path, mistakes: Path
) -> dict[str, nbformat.NotebookNode]:
    """Return the notebooks that the learners of the class hand in."""
    name = source.stem
    release = course.root / "exercises" / name / f"{name}.ipynb"
    solution = nbformat.read(source, as_version=4)
    answers = {
        student: nbformat.read(release, as_version=4) for student in sorted(STUDENTS)
    }
    labels = [c for c in solution.cells if _label(c).get("solution")]
    for number, cell in enumerate(labels):
        task = _label(cell)["grade_id"]
        _fill(answers["right"], task, cell.source)
        wrong = banks.first_mistake(banks.read_answers(mistakes, task), task)
        text = wrong if wrong and number % 2 == 0 else cell.source
        _fill(answers["wrong"], task, text)
    return answers


def _label(cell: nbformat.NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get("nbgrader", {}))


def _fill(notebook: nbformat.NotebookNode, task: str, text: str) -> None:
    for cell in notebook.cells:
        if _label(cell).get("grade_id") == task:
            marks = ("### BEGIN SOLUTION", "### END SOLUTION")
            lines = [x for x in text.splitlines() if x.strip() not in marks]
            cell.source = "\n".join(lines)


def _nbgrader(course: Course, *arguments: str) -> None:
    """Run a command of nbgrader in the class's folder."""
    programs = str(Path(sys.executable).parent)
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    env["PATH"] = os.pathsep.join([programs, env.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course.root,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        command = " ".join(["nbgrader", *arguments])
        raise DemoError(f"`{command}` failed in {course.root}:\n{done.stderr[-3000:]}")


def _print(course: Course, names: list[str]) -> None:
    """Print the grades as a table, and where everything is."""
    print(f"\n{'':28}" + "".join(f"{student:>14}" for student in STUDENTS))
    for name in names:
        row = f"{name:28}"
        for student in STUDENTS:
            grades = course.grades(student, name)
            score = sum(grade.score or 0 for grade in grades)
            row += f"{f'{score:g} of {sum(g.points for g in grades):g}':>14}"
        print(row)
    activate = Path(sys.executable).with_name("activate")
    print(
        f"""
the book       {course.root.parent / "html" / "index.html"}
the exercises  `make serve` serves the book and opens JupyterLab on them
feedback       {course.root / "feedback"}
grades         {course.root / "grades.csv"}
formgrader     source {activate} && cd {course.root} && jupyter lab
               then Nbgrader > Formgrader"""
    )
