"""Build, check and grade the exercises of the course; `COMMAND --help` says more."""

import argparse
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from course_lib.checkout import course_folder
from course_lib.commands.terminal import speak_plainly
from course_lib.commands.words import add_commands
from course_lib.errors import CourseError

ROOT = course_folder()
USAGE_ERROR = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of `unrolled`, which is also `python -m course_lib`."""
    name = Path(sys.argv[0]).stem
    program = name if name == "unrolled" else "python -m course_lib"
    top = argparse.ArgumentParser(prog=program, description=__doc__)
    top.add_argument("--version", action="version", version=_version())
    top.set_defaults(course=ROOT)
    add_commands(top.add_subparsers(metavar="command"))
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status; 2: a person has to mend something."""
    speak_plainly()
    words = parser()
    arguments = words.parse_args(argv)
    if "run" not in arguments:
        words.print_help()
        return 0
    try:
        return int(arguments.run(arguments))
    except CourseError as error:
        problem = str(error)
    except ModuleNotFoundError as error:
        problem = _missing(error, arguments.extra)
    print(f"{words.prog}: {problem}", file=sys.stderr)
    return USAGE_ERROR


def _missing(error: ModuleNotFoundError, extra: str) -> str:
    """Return what to do about a missing module; raise `error` if the module is ours."""
    top = (error.name or "course_lib").partition(".")[0]
    if top in sys.stdlib_module_names:  # what Python has on Linux only
        from course_lib.grading.settings import NO_LINUX

        return f"{NO_LINUX} ({error})"
    if top == "course_lib":
        raise error
    return (
        f"the module {top} is missing. What this command needs is installed by "
        f'`pip install ".[{extra}]"` in the folder of the course'
    )


def _version() -> str:
    try:
        return version("unrolled")
    except PackageNotFoundError:  # a checkout that nobody has installed
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
