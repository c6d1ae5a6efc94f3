"""The course's commands: build, check, demo, serve. What each does stands elsewhere."""

import argparse
import sys
from pathlib import Path

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
    commands.add_parser("demo", help="grade a demonstration class")
    serve = commands.add_parser("serve", help="serve the book and the exercises")
    serve.add_argument("--book-port", type=int, default=8000)
    serve.add_argument("--lab-port", type=int, default=8888)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = parser().parse_args(argv)
    command = globals().get(f"_{arguments.command}")
    if command is None:
        parser().print_help()
        return 0
    return command(arguments)


def _build(arguments: argparse.Namespace) -> int:
    from course_lib.assignments import AssignmentError, build, release_path

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
    from course_lib.grading.check import UsageError, check

    try:
        return check(ROOT, arguments.name, arguments.notebook, arguments.open)
    except UsageError as error:
        return _fail(error)


def _demo(arguments: argparse.Namespace) -> int:
    from course_lib.grading.demo import DemoError, demo

    try:
        demo(ROOT)
    except DemoError as error:
        return _fail(error)
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from course_lib.serve import serve

    return serve(ROOT, arguments.book_port, arguments.lab_port)


def _fail(error: Exception) -> int:
    print(f"python -m course_lib: {error}", file=sys.stderr)
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
