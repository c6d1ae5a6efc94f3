"""Find in a submitted folder what may be the notebook, and name what else lies there.

Nothing here raises, follows a link or writes a file. Which of several files is graded
is decided where the exercise is known, see `choose`. So whatever may be the notebook
comes along, whole and within limits: the file with the right name, copies that a
browser or an editor made, a notebook with another ending, in a folder or in an archive.
"""

import hashlib
import itertools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from course_lib.grading.submission import archives
from course_lib.grading.submission.filenames import (
    described,
    is_archive,
    is_litter,
    is_notebook,
    likeliest_first,
    may_hold_one,
    saved_on_the_way,
)
from course_lib.grading.submission.regular import (
    TooLarge,
    Unreadable,
    read_regular,
    shown,
)

MAX_BYTES = 20_000_000
MAX_FILES = 8  # that may be the notebook
MAX_ENTRIES = 10_000  # of a folder and the folders in it
MAX_SNIFFED = 50  # files without the ending of a notebook that are looked into
MAX_DEPTH = 4


@dataclass(frozen=True)
class Note:
    """A sentence for learner and instructor, about one cell or about everything."""

    text: str
    grade_id: str = ""


@dataclass(frozen=True)
class File:
    """What may be the notebook, not looked into yet; `problem` says why it is empty."""

    path: str
    data: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class Handed:
    """What was handed in: the likeliest file first, and what there is to say of it.

    `besides` names what else lies there, and `litter` what programs left for
    themselves; `problem` says why nothing could be looked at.
    """

    name: str
    files: tuple[File, ...] = ()
    notes: tuple[Note, ...] = ()
    besides: tuple[str, ...] = ()
    litter: tuple[str, ...] = ()
    problem: str = ""

    def digest(self) -> str:
        """Return a digest of everything that a grade depends on."""
        files = [
            (file.path, hashlib.sha256(file.data).hexdigest(), file.problem)
            for file in self.files
        ]
        notes = [(note.text, note.grade_id) for note in self.notes]
        others = [self.besides, self.litter, self.problem]
        text = json.dumps([self.name, files, notes, *others])
        return hashlib.sha256(text.encode()).hexdigest()


# what whoever collects puts beside a notebook; it is no learner's work
COLLECTORS = ("timestamp.txt", "submission_secret.txt")


def collect(folder: Path, name: str, max_bytes: int) -> Handed:
    """Return what in a submitted folder may be the notebook `name`.

    Args:
        folder: what the learner handed in for one exercise.
        name: the notebook's name, without `.ipynb`.
        max_bytes: a larger file is not read.
    """
    if folder.is_symlink() or not folder.is_dir():
        text = f"{shown(folder.name)} should be a folder with {name}.ipynb in it."
        return Handed(name, problem=text)
    search = _Search(folder, name, max_bytes)
    for path in sorted(_walk(folder, name), key=lambda p: likeliest_first(p, name)):
        if path.name not in COLLECTORS:
            search.look_at(path)
    return search.result()


class _Search:
    """What was found so far, and how much may still be read."""

    def __init__(self, folder: Path, name: str, max_bytes: int):
        self.folder, self.name, self.max_bytes = folder, name, max_bytes
        self.left, self.sniffed = 2 * max_bytes, 0
        self.files: list[File] = []
        self.besides: list[str] = []
        self.litter: list[str] = []

    def look_at(self, path: PurePosixPath) -> None:
        """Keep a file that may be the notebook; name any other."""
        inner, named = str(path), path.suffix.lower() == ".ipynb"
        start = b""
        try:
            if is_litter(inner):
                self.litter.append(described(inner))
                return
            if len(self.files) >= MAX_FILES:
                likely = False
            elif not named:
                start = self._start(path)
                likely = may_hold_one(start)
            else:
                likely = True
            if not likely:
                self.besides.append(described(inner, start))
                return
            data = read_regular(self.folder / path, self._limit())
        except Unreadable as problem:
            reason = str(problem)
            if isinstance(problem, TooLarge) and self.left < self.max_bytes:
                reason = f"{shown(inner)} was not read: there is too much beside it."
            if named or isinstance(problem, TooLarge):
                self.files.append(File(inner, problem=reason))
            else:
                self.besides.append(reason.rstrip("."))
            return
        self.left -= len(data)
        if is_archive(data):
            self._open(inner, archives.notebooks(data, self._limit()))
        elif named or is_notebook(data):
            self.files.append(File(inner, data))
        else:
            self.besides.append(described(inner, data[:200]))

    def result(self) -> Handed:
        """Return the likeliest file first."""
        self.files.sort(key=lambda f: likeliest_first(PurePosixPath(f.path), self.name))
        # what Jupyter saved on the way counts only where there is nothing else
        final = [file for file in self.files if not saved_on_the_way(file.path)]
        return Handed(
            self.name,
            tuple(final or self.files),
            besides=tuple(self.besides[:20]),
            litter=tuple(self.litter[:20]),
        )

    def _limit(self) -> int:
        return max(1, min(self.max_bytes, self.left))

    def _start(self, path: PurePosixPath) -> bytes:
        """Return the first bytes of a file with another ending, of the likeliest."""
        if self.sniffed >= MAX_SNIFFED:
            return b""
        self.sniffed += 1
        # a large one is read no further, see look_at
        return read_regular(self.folder / path, sys.maxsize, first=1000)

    def _open(self, inner: str, opened: archives.Opened) -> None:
        self.left -= sum(len(data) for _, data in opened.files)
        files = [File(f"{inner}/{path}", data) for path, data in opened.files]
        self.files += files[: MAX_FILES - len(self.files)]
        if opened.problems:
            said = f"{shown(inner)} is {opened.said}."
            self.files.append(File(inner, problem=said))
        elif not files:
            self.besides.append(f"{shown(inner)} ({opened.said})")


def _walk(folder: Path, name: str) -> Iterator[PurePosixPath]:
    """Yield what lies in a folder and in the folders in it, as paths below it."""
    left, waiting = MAX_ENTRIES, [PurePosixPath()]
    own = PurePosixPath(f"{name}.ipynb")
    if os.path.lexists(folder / own):  # among however many others
        yield own
    while waiting and left > 0:
        at = waiting.pop(0)
        try:
            with os.scandir(folder / at) as entries:
                some = list(itertools.islice(entries, left))
        except OSError:
            continue
        left -= len(some)
        for entry in sorted(some, key=lambda entry: entry.name):
            inner = at / entry.name
            try:
                within = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if within and len(inner.parts) < MAX_DEPTH and not is_litter(str(inner)):
                waiting.append(inner)
            if (not within or inner.suffix.lower() == ".ipynb") and inner != own:
                yield inner
