"""Which folders of a course are submissions, and why the others are not.

Both ways of grading and both of writing pages take the class from here, so they agree
on who is in it. nbgrader looks for folders with patterns: it passes over `[a]` and
`.a`, and a line break in one name ends the command for everybody.
"""

import fnmatch
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

LONGEST = 128  # characters of a name in the gradebook's tables
STRUCTURE = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")


@dataclass
class Found:
    """The submissions of an assignment.

    Attributes:
        folders: by learner, the folder of the assignment.
        left_out: why what else lies there is none, by its name as it can be shown.
    """

    folders: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def shown(name: str) -> str:
    """Return a file's name as it can be printed anywhere: what is odd is escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def submissions(course: CourseDirectory, step: str) -> Found:
    """Look for the submissions of an assignment.

    Args:
        course: says where, which assignment, and which learners (`student_id`).
        step: a folder of the course, such as `course.submitted_directory`.

    Raises:
        NbGraderException: the folder cannot be read, or is laid out otherwise.
    """
    if course.directory_structure != STRUCTURE:
        raise NbGraderException(
            f"c.CourseDirectory.directory_structure is {course.directory_structure!r}; "
            f"the course's commands need {STRUCTURE!r}"
        )
    top, result = Path(course.root, step), Found()
    names = _names(top)
    excluded = course.student_id_exclude.split(",")
    for name in names:
        if name.startswith(".") and step != course.submitted_directory:
            continue  # the journal's
        folder = top / name / course.assignment_id
        why: str | None
        try:
            there = _looked_at(folder)
        except OSError as error:
            there, why = True, f"it cannot be looked into: {error.strerror}"
        else:
            why = _problem(name)
            if name in excluded:
                why = "it is in c.CourseDirectory.student_id_exclude"
        if not there and (why := _no_folder(top / name)) is None:
            continue  # nothing handed in for this assignment
        if why:
            result.left_out[shown(name)] = why
        elif _asked_for(name, course.student_id, names):
            result.folders[name] = folder
    return result


def _names(top: Path) -> list[str]:
    try:
        return sorted(os.listdir(top))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NbGraderException(f"{top} cannot be read: {error.strerror}") from None


def _looked_at(folder: Path) -> bool:
    """Return whether there is something; raise OSError where nobody can tell what."""
    try:
        os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False
    if folder.is_dir() and not folder.is_symlink():
        os.listdir(folder)
    return True


def _problem(name: str) -> str | None:
    """Return why a name can be no learner's, if so."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename the folder"
    if name.startswith("."):
        return "its name begins with a dot, and nbgrader does not see it; rename it"
    if any(unicodedata.category(c) == "Cc" for c in name):
        return "its name holds a line break or another control character; rename it"
    if len(name) > LONGEST:
        return f"its name has {len(name)} characters, {LONGEST} can be kept; rename it"
    return None


def _no_folder(path: Path) -> str | None:
    """Return why something beside the learners' folders is none, if it should be."""
    if path.name.startswith("."):
        return None  # of a file manager, of git
    if path.is_symlink() and not path.exists():
        return "it is a link that leads nowhere"
    if not path.is_dir():
        return "it is no folder; unpack it or take it away"
    return None


def _asked_for(name: str, wanted: str, names: list[str]) -> bool:
    """Return whether a learner is meant by `student_id`: a name, else a pattern."""
    exact = wanted in names and wanted != "*"  # which always means all
    return name == wanted if exact else fnmatch.fnmatchcase(name, wanted)


def other_files(folder: Path, ignore: list[str]) -> Iterator[Path]:
    """Yield the files of a folder whose names match no pattern, nor their folders'.

    nbgrader's `find_all_files` ignores nothing where a folder's own name is a pattern.
    """
    for where, inner, files in os.walk(folder):
        inner[:] = sorted(name for name in inner if not _ignored(name, ignore))
        for name in sorted(files):
            if not _ignored(name, ignore):
                yield Path(where, name)


def _ignored(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
