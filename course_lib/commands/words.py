"""The words of every command, each set above what it runs.

The work is imported when a command runs, so that help comes at once and a learner needs
no instructor's packages. Here `run` is what a command does: it takes the arguments and
returns the exit status. `extra` names what it needs, as in `pip install ".[check]"`.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course_lib.checkout import require

Commands = Any  # what `ArgumentParser.add_subparsers` returns; argparse hides its name
Run = Callable[[argparse.Namespace], int]


def add_commands(commands: Commands) -> None:
    """Add all commands in the order in which help lists them."""
    for add in (_add_build, _add_check, _add_demo, _add_doctor, _add_grade):
        add(commands)
    for add in (_add_feedback, _add_export, _add_serve):
        add(commands)


def _add(
    commands: Commands, name: str, run: Run, extra: str, text: str
) -> argparse.ArgumentParser:
    """Add a command: what it is called, runs, needs, and does in words."""
    description = f"{text[0].upper()}{text[1:]}."
    words: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=description
    )
    words.add_argument(
        "--course",
        type=_folder,
        default=argparse.SUPPRESS,  # `__main__` sets it for all commands
        metavar="FOLDER",
        help="of the course, if it is not this one",
    )
    words.set_defaults(run=run, extra=extra)
    return words


def _folder(text: str) -> Path:
    return Path(text).absolute()  # a command may run others in a folder of its own


def _add_build(commands: Commands) -> None:
    words = _add(commands, "build", _build, "teach", "build the exercises' notebooks")
    words.add_argument("names", nargs="*", help="exercises; none means all")
    words.add_argument("--force", action="store_true", help="overwrite answers, too")


def _build(arguments: argparse.Namespace) -> int:
    from course_lib.authoring.build import build, release_path

    root = arguments.course
    require(root, "solutions/[0-9]*.py", "sources of exercises")
    written = build(root, arguments.names or None, arguments.force)
    for path in written:
        print(path.relative_to(root))
        release = release_path(root, path.stem)
        if release not in written:
            print(f"{release.relative_to(root)} holds answers and is left as it is")
    return 0


def _add_check(commands: Commands) -> None:
    words = _add(commands, "check", _check, "check", "grade your own notebook")
    words.add_argument("name", help="an exercise, such as 03_rnn")
    words.add_argument("--notebook", type=Path, help="grade this file instead")
    words.add_argument("--open", action="store_true", help="open the feedback")
    words.add_argument("--seed", type=int, help="repeat the numbers of this seed")


def _check(arguments: argparse.Namespace) -> int:
    from course_lib.commands.check import check

    if arguments.seed is not None:
        os.environ["UNROLLED_SEED"] = str(arguments.seed)
    return check(arguments.course, arguments.name, arguments.notebook, arguments.open)


def _add_demo(commands: Commands) -> None:
    _add(commands, "demo", _demo, "teach", "grade a demonstration class")


def _demo(arguments: argparse.Namespace) -> int:
    from course_lib.commands.demo import demo

    require(arguments.course, "solutions/*/*.ipynb", "exercises that are built")
    demo(arguments.course)
    return 0


def _add_doctor(commands: Commands) -> None:
    words = _add(commands, "doctor", _doctor, "teach", "prove that the sandbox holds")
    words.add_argument("--sandbox", default="bwrap", help="podman, or none")


def _doctor(arguments: argparse.Namespace) -> int:
    from course_lib.commands.doctor import doctor

    return doctor(arguments.course, arguments.sandbox)


def _add_grade(commands: Commands) -> None:
    text = "grade a class; goes on where it stopped"
    words = _add(commands, "grade", _grade, "teach", text)
    words.add_argument("name", help="an assignment, such as 03_rnn")
    words.add_argument("--workers", type=int, default=1, help="processes")
    words.add_argument("--scheduler", help="of Dask: tcp://HOST:PORT, or local")
    words.add_argument("--force", action="store_true", help="also what is up to date")
    words.add_argument(
        "--student", action="append", default=[], help="only this one; may be repeated"
    )


def _grade(arguments: argparse.Namespace) -> int:
    from course_lib.grading.batch.grade import grade

    summary = grade(
        *(arguments.course, arguments.name),
        *(arguments.workers, arguments.scheduler),
        force=arguments.force,
        students=arguments.student,
    )
    print(summary)
    return 0 if summary.clean else 1


def _add_feedback(commands: Commands) -> None:
    words = _add(commands, "feedback", _feedback, "teach", "write the pages of a class")
    words.add_argument("name", help="an assignment, such as 03_rnn")
    words.add_argument("--workers", type=int, default=1, help="processes")


def _feedback(arguments: argparse.Namespace) -> int:
    from course_lib.grading.batch.feedback_pages import write_pages

    pages = write_pages(arguments.course, arguments.name, arguments.workers)
    print(pages)
    return 1 if pages.failed else 0


def _add_export(commands: Commands) -> None:
    words = _add(commands, "export", _export, "teach", "write the grades as CSV")
    words.add_argument("--format", choices=("csv", "canvas", "moodle"), default="csv")
    words.add_argument("--to", help="the file; by default FORMAT.csv or grades.csv")
    words.add_argument("--excel", action="store_true", help="for a double click in it")
    words.add_argument("--gradebook", help="its URL; by default the course's")


def _export(arguments: argparse.Namespace) -> int:
    from course_lib.commands.export import export
    from course_lib.grading.course import gradebook_url

    url = arguments.gradebook or gradebook_url(arguments.course)
    print(export(url, arguments.format, arguments.to, arguments.excel))
    return 0


def _add_serve(commands: Commands) -> None:
    text = "serve the book and the exercises"
    words = _add(commands, "serve", _serve, "learn", text)
    words.add_argument("--book-port", type=int, default=8000)
    words.add_argument("--lab-port", type=int, default=8888)


def _serve(arguments: argparse.Namespace) -> int:
    from course_lib.commands.serve import serve

    return serve(arguments.course, arguments.book_port, arguments.lab_port)
