"""Read `timestamp.txt`, the time of handing in, or say that it cannot be read.

A late penalty hangs on this time. So whatever is no time, or may mean several, leads to
no penalty and to a note on the grade. A text without a zone is UTC, as in nbgrader.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course_lib.grading.submission.regular import (
    TooLarge,
    Unreadable,
    read_regular,
    shown,
)
from course_lib.grading.submission.times import NoTime, parse_time

NAME = "timestamp.txt"
MAX_BYTES = 1000
ENCODINGS = ("gb18030", "cp932", "cp949", "big5")  # where UTF-8 fails


@dataclass(frozen=True)
class Stamp:
    """A time in nbgrader's own form, or None, and what grades are to say of it."""

    text: str | None = None
    note: str = ""


def read_timestamp(folder: Path) -> str | None:
    """Return the time of handing in, in UTC as nbgrader writes it, if it is known."""
    return read_stamp(folder).text


def read_stamp(folder: Path) -> Stamp:
    """Read the time of handing in; nothing in the file can make this raise.

    Args:
        folder: what the learner handed in for one exercise.
    """
    path = folder / NAME
    if folder.is_symlink() or not os.path.lexists(path):
        return Stamp(note=_look_alike(folder))
    try:
        data = read_regular(path, MAX_BYTES)
    except TooLarge:
        return Stamp(note=_unknown(f"{NAME} has more than {MAX_BYTES} bytes"))
    except Unreadable as reason:
        return Stamp(note=_unknown(str(reason).partition(";")[0]))
    try:
        text = _decode(data)
        time, sure = _time_in_any_encoding(text, data)
    except NoTime as problem:
        return Stamp(note=_unknown(f"{NAME} {problem}"))
    written = time.strftime("%Y-%m-%d %H:%M:%S") + f".{time.microsecond:06d} UTC"
    if sure:
        return Stamp(written)
    note = (
        f"{NAME} ({shown(text)[:40]}) names no time zone; it was read as UTC: "
        f"{time:%Y-%m-%d %H:%M:%S}."
    )
    return Stamp(written, note)


def _decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or UTF-32, marked or not."""
    try:
        return data.decode(json.detect_encoding(data)).strip("\ufeff\0 \t\r\n")
    except UnicodeDecodeError:
        return ""


def _time_in_any_encoding(text: str, data: bytes) -> tuple[datetime, bool]:
    if text:
        return parse_time(text)
    if not data.strip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"):
        raise NoTime("is empty")
    for encoding in ENCODINGS:
        try:
            return parse_time(data.decode(encoding))
        except (UnicodeDecodeError, NoTime):
            continue
    raise NoTime("is no text")


def _unknown(problem: str) -> str:
    return (
        f"The time of handing in is not known: {problem}. No late penalty follows "
        "from it; your instructor decides."
    )


def _look_alike(folder: Path) -> str:
    """Return a note if a time stamp lies there under a name that is not read."""
    for name in ("timestamp.txt.txt", "timestamp", "Timestamp.txt", "TIMESTAMP.TXT"):
        if not folder.is_symlink() and os.path.lexists(folder / name):
            return _unknown(f"{name} lies there, and only {NAME} is read")
    return ""
