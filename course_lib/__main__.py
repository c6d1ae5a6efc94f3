"""The course's commands, such as build, check and demo; the work is done elsewhere."""

import argparse
import os
import sys
from pathlib import Path

from course_lib.commands.terminal import speak_plainly

ROOT = Path(__file__).parents[1]
USAGE_ERROR = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of `python -m course_lib`."""
    top = argparse.ArgumentParser(prog="python -m course_lib", description=__doc__)
    commands = top.add_subparsers(dest="command", metavar="command")
    build = commands.add_parser("build", help="build the exercises' notebooks")
    build.add_argument("names", nargs="*", help="exercises; none means all")
    build.add_argument("--force", action="store_true", help="overwrite answers, too")
    check = commands.add_parser("check", help="grade your own notebook")
    check.add_argument("name", help="an exercise, such as 03_rnn")
    check.add_argument("--notebook", type=Path, help="grade this file instead")
    check.add_argument("--open", action="store_true", help="open the feedback")
    check.add_argument("--seed", type=int, help="repeat the numbers of this seed")
    export = commands.add_parser("export", help="write the grades as CSV")
    export.add_argument("--format", choices=("csv", "canvas", "moodle"), default="csv")
    export.add_argument("--to", help="the file; by default FORMAT.csv or grades.csv")
    export.add_argument("--excel", action="store_true", help="for a double click in it")
    export.add_argument("--gradebook", help="its URL; by default the course's")
    export.add_argument("--course", type=Path, default=ROOT, help="its folder")
    commands.add_parser("demo", help="grade a demonstration class")
    doctor = commands.add_parser("doctor", help="prove that the sandbox holds")
    doctor.add_argument("--sandbox", default="bwrap", help="podman, or none")
    grade = commands.add_parser("grade", help="grade a class; goes on where it stopped")
    grade.add_argument("name", help="an assignment, such as 03_rnn")
    grade.add_argument("--workers", type=int, default=1, help="processes")
    grade.add_argument("--scheduler", help="of Dask: tcp://HOST:PORT, or local")
    grade.add_argument("--force", action="store_true", help="also what is up to date")
    grade.add_argument(
        "--student", action="append", default=[], help="only this one; may be repeated"
    )
    grade.add_argument("--course", type=Path, default=ROOT, help="its folder")
    feedback = commands.add_parser("feedback", help="write the pages of a class")
    feedback.add_argument("name", help="an assignment, such as 03_rnn")
    feedback.add_argument("--workers", type=int, default=1, help="processes")
    feedback.add_argument("--course", type=Path, default=ROOT, help="its folder")
    serve = commands.add_parser("serve", help="serve the book and the exercises")
    serve.add_argument("--book-port", type=int, default=8000)
    serve.add_argument("--lab-port", type=int, default=8888)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    speak_plainly()
    arguments = parser().parse_args(argv)
    command = globals().get(f"_{arguments.command}")
    if command is None:
        parser().print_help()
        return 0
    return command(arguments)


def _build(arguments: argparse.Namespace) -> int:
    from course_lib.authoring.build import AssignmentError, build, release_path

    try:
        written = build(ROOT, arguments.names or None, arguments.force)
    except AssignmentError as error:
        return _fail(error)
    for path in written:
        print(path.relative_to(ROOT))
        release = release_path(ROOT, path.stem)
        if release not in written:
            print(f"{release.relative_to(ROOT)} holds answers and is left as it is")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from course_lib.commands.check import UsageError, check

    if arguments.seed is not None:
        os.environ["UNROLLED_SEED"] = str(arguments.seed)
    try:
        return check(ROOT, arguments.name, arguments.notebook, arguments.open)
    except UsageError as error:
        return _fail(error)


def _demo(arguments: argparse.Namespace) -> int:
    from course_lib.commands.demo import DemoError, demo

    try:
        demo(ROOT)
    except DemoError as error:
        return _fail(error)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from course_lib.commands.export import ExportError, export
    from course_lib.grading.course import CourseError, gradebook_url

    try:
        url = arguments.gradebook or gradebook_url(arguments.course)
        print(export(url, arguments.format, arguments.to, arguments.excel))
    except (CourseError, ExportError) as error:
        return _fail(error)
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from course_lib.commands.doctor import doctor

    return doctor(ROOT, arguments.sandbox)


def _grade(arguments: argparse.Namespace) -> int:
    try:
        from course_lib.grading.batch.grade import GradeError, grade
    except ImportError as error:  # what only Linux has
        from course_lib.grading.settings import NO_LINUX

        return _fail(ImportError(f"{NO_LINUX} ({error})"))

    from course_lib.grading.course import CourseError

    try:
        summary = grade(
            *(arguments.course, arguments.name),
            *(arguments.workers, arguments.scheduler),
            force=arguments.force,
            students=arguments.student,
        )
    except (GradeError, CourseError) as error:
        return _fail(error)
    print(summary)
    return 0 if summary.clean else 1


def _feedback(arguments: argparse.Namespace) -> int:
    from course_lib.grading.batch.feedback_pages import FeedbackError, write_pages
    from course_lib.grading.course import CourseError

    try:
        pages = write_pages(arguments.course, arguments.name, arguments.workers)
    except (FeedbackError, CourseError) as error:
        return _fail(error)
    print(pages)
    return 1 if pages.failed else 0


def _serve(arguments: argparse.Namespace) -> int:
    from course_lib.commands.serve import serve

    return serve(ROOT, arguments.book_port, arguments.lab_port)


def _fail(error: Exception) -> int:
    print(f"python -m course_lib: {error}", file=sys.stderr)
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
