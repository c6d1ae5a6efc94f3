"""Where the course is: around the library, or else in the current folder.

In a checkout the course lies around the library. A library that pip has installed lies
among other packages, and the course is the folder that a command is started in.
"""

from pathlib import Path

from course_lib.errors import CourseError

CONFIG = "nbgrader_config.py"  # what nbgrader, too, knows a course by


class NoCourse(CourseError):
    """A folder is no course, or only part of one; the message says what is missing."""


def course_folder() -> Path:
    """Return the folder of the course; whether it holds one is seen when it is used."""
    around = Path(__file__).parents[1]
    return around if (around / CONFIG).exists() else Path.cwd()


def require(root: Path, pattern: str, what: str) -> None:
    """See to it that a course has what a command is about to use.

    Args:
        root: the folder of the course.
        pattern: of the files, below `root`, such as "solutions/[0-9]*.py".
        what: the files in words, for the message.

    Raises:
        NoCourse: there is no such file.
    """
    if not any(root.glob(pattern)):
        raise NoCourse(
            f"{root} has no {what} ({pattern}); run this in the folder of the course, "
            "or name it with --course"
        )
