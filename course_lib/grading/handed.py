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
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from course_lib.grading import archives
from course_lib.grading.regular import Unreadable, read_regular, shown

MAX_BYTES = 20_000_000
MAX_FILES = 8  # that may be the notebook
MAX_ENTRIES = 10_000  # of a folder and the folders in it
MAX_SNIFFED = 50  # files without the ending of a notebook that are looked into
MAX_DEPTH = 4
ENDINGS = ("", ".txt", ".json", ".bak", ".orig", ".old")
CHECKPOINTS = ".ipynb_checkpoints"
KINDS = {
    ".py": "a Python script",
    ".html": "a web page",
    ".htm": "a web page",
    ".pdf": "a PDF file",
    ".zip": "an archive",
    ".rar": "an archive that is not read",
    ".7z": "an archive that is not read",
    ".tar": "an archive that is not read",
    ".gz": "an archive that is not read",
    ".tgz": "an archive that is not read",
    ".part": "a download that did not end",
    ".partial": "a download that did not end",
    ".crdownload": "a download that did not end",
    ".download": "a download that did not end",
}


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

    `besides` names what else lies there; `problem` says why nothing could be looked at.
    """

    name: str
    files: tuple[File, ...] = ()
    notes: tuple[Note, ...] = ()
    besides: tuple[str, ...] = ()
    problem: str = ""

    def digest(self) -> str:
        """Return a digest of everything that a grade depends on."""
        files = [
            (file.path, hashlib.sha256(file.data).hexdigest(), file.problem)
            for file in self.files
        ]
        notes = [(note.text, note.grade_id) for note in self.notes]
        text = json.dumps([self.name, files, notes, self.besides, self.problem])
        return hashlib.sha256(text.encode()).hexdigest()


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
    for path in sorted(_walk(folder), key=lambda path: _rank(path, name)):
        if not is_litter(str(path)) and path.name != "timestamp.txt":
            search.look_at(path)
    return search.result()


class _Search:
    """What was found so far, and how much may still be read."""

    def __init__(self, folder: Path, name: str, max_bytes: int):
        self.folder, self.name, self.max_bytes = folder, name, max_bytes
        self.left, self.sniffed = 2 * max_bytes, 0
        self.files: list[File] = []
        self.besides: list[str] = []

    def look_at(self, path: PurePosixPath) -> None:
        """Keep a file that may be the notebook; name any other."""
        inner, named = str(path), path.suffix.lower() == ".ipynb"
        try:
            if len(self.files) >= MAX_FILES or not (named or self._may_be(path)):
                self.besides.append(_described(inner))
                return
            limit = max(1, min(self.max_bytes, self.left))
            data = read_regular(self.folder / path, limit)
        except Unreadable as reason:
            if named:
                self.files.append(File(inner, problem=str(reason)))
            else:
                self.besides.append(f"{_described(inner)}: {str(reason).rstrip('.')}")
            return
        self.left -= len(data)
        if archives.is_archive(data):
            limit = max(1, min(self.max_bytes, self.left))
            self._open(inner, archives.notebooks(data, limit, _worth_reading))
        elif named or is_notebook(data):
            self.files.append(File(inner, data))
        else:
            self.besides.append(_described(inner))

    def result(self) -> Handed:
        """Return the likeliest file first."""
        self.files.sort(key=lambda file: _rank(PurePosixPath(file.path), self.name))
        # what Jupyter saved on the way counts only where there is nothing else
        final = [file for file in self.files if not _saved_on_the_way(file.path)]
        files = tuple(final or self.files)
        return Handed(self.name, files, besides=tuple(self.besides[:20]))

    def _may_be(self, path: PurePosixPath) -> bool:
        """Whether a file with another ending is worth reading whole."""
        archive = path.suffix.lower() == ".zip"
        if not (archive or _worth_reading(path.name)) or self.sniffed >= MAX_SNIFFED:
            return False
        self.sniffed += 1
        start = read_regular(self.folder / path, self.max_bytes, first=1000)
        return archives.is_archive(start) or _is_object(start)

    def _open(self, inner: str, opened: archives.Opened) -> None:
        self.left -= sum(len(data) for _, data in opened.files)
        files = [
            File(f"{inner}/{path}", data)
            for path, data in opened.files
            if path.lower().endswith(".ipynb") or is_notebook(data)
        ]
        self.files += files[: MAX_FILES - len(self.files)]
        self.besides.append(f"{shown(inner)} ({opened.said})")


def is_litter(path: str) -> bool:
    """Whether a program left this file for itself: no learner's work is in it."""
    parts = PurePosixPath(path).parts
    last = parts[-1].lower() if parts else ""
    if last in ("thumbs.db", "desktop.ini") or "__MACOSX" in parts:
        return True
    plain = (CHECKPOINTS, "..")
    hidden = any(part.startswith(".") and part not in plain for part in parts)
    return hidden or last.startswith("~$")


def is_notebook(data: bytes) -> bool:
    """Whether bytes look like a notebook, whatever the file is called."""
    return _is_object(data[:1000]) and '"cells"' in _text(data)


def _is_object(start: bytes) -> bool:
    return _text(start).lstrip("\ufeff \t\r\n").startswith("{")


def _text(data: bytes) -> str:
    return data.decode(json.detect_encoding(data), "ignore")


def _walk(folder: Path) -> Iterator[PurePosixPath]:
    """Yield what lies in a folder and in the folders in it, as paths below it."""
    left, waiting = MAX_ENTRIES, [PurePosixPath()]
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
            if not within or inner.suffix.lower() == ".ipynb":
                yield inner


def _rank(path: PurePosixPath, name: str) -> tuple:
    """Return a key that sorts the likeliest file first."""
    own = f"{name}.ipynb"
    flat = _flat(path.name)
    likeness = 0 if flat == _flat(own) else 1 if _flat(name) in flat else 2
    other = path.suffix.lower() != ".ipynb"
    early = _saved_on_the_way(str(path))
    return str(path) != own, early, len(path.parts), other, likeness, str(path)


def same_name(path: str, name: str) -> bool:
    """Whether a file is called `name` but for what systems change in a name."""
    return _flat(PurePosixPath(path).name) == _flat(name)


def _flat(name: str) -> str:
    """Return a name without what systems change in it: case, accents' form, width."""
    return unicodedata.normalize("NFKC", name).casefold()


def _worth_reading(path: str) -> bool:
    """Whether something of this name may hold a notebook."""
    name = PurePosixPath(path).name.lower()
    plain = ".ipynb" in name or PurePosixPath(name).suffix in ENDINGS
    known = PurePosixPath(name).suffix in KINDS
    return plain and not known and not is_litter(path)


def _saved_on_the_way(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return CHECKPOINTS in parts or parts[-1].lower().endswith("-checkpoint.ipynb")


def _described(path: str) -> str:
    kind = KINDS.get(PurePosixPath(path).suffix.lower())
    return f"{shown(path)} ({kind})" if kind else shown(path)
