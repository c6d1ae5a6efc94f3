"""Look for notebooks in a zip archive that was handed in, in memory and within limits.

An archive may be made to hurt: files that unpack to terabytes, a million entries, names
that lead elsewhere, links. So nothing is unpacked to disk, a name is no more than a
text, and what is read is counted.
"""

import io
import stat
import zipfile
from dataclasses import dataclass, field

from course_lib.grading.submission.filenames import (
    is_archive,
    is_litter,
    is_notebook,
    may_hold_one,
)

ENTRY = b"PK\x01\x02"
MAX_ENTRIES = 5000
MAX_READ = 50  # entries that are looked into
MAX_NESTED = 1  # an archive in an archive is opened, one in that is not
# the others unpack a block whole, however large it becomes
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Opened:
    """The notebooks of an archive, by path in it, and what to say of the archive."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def said(self) -> str:
        """What the archive is, in a few words."""
        if self.problems:
            return f"an archive; {self.problems[0]}"
        return f"an archive without a notebook, {self.count} files"


def notebooks(data: bytes, max_bytes: int, nested: int = 0) -> Opened:
    """Return what in an archive may be a notebook; nothing in it can make this raise.

    Args:
        data: the archive's bytes.
        max_bytes: of all that is read from it together, unpacked.
        nested: in how many archives this one lies.
    """
    opened = Opened()
    if data.count(ENTRY) > MAX_ENTRIES:
        opened.problems.append(f"it has more than {MAX_ENTRIES} entries")
        return opened
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _read(archive, max_bytes, nested, opened)
    except Exception as error:  # what a damaged archive raises is not documented
        opened.problems.append(f"it cannot be opened ({type(error).__name__})")
    return opened


def _read(archive: zipfile.ZipFile, left: int, nested: int, opened: Opened) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    opened.count = len(entries)
    # notebooks first, those least deep first
    entries.sort(key=lambda e: (not _is_named(e), _path(e).count("/"), _path(e)))
    worth = [e for e in entries if not is_litter(_path(e)) and not _is_link(e)]
    for number, entry in enumerate(worth):
        if number >= MAX_READ or left <= 0:
            opened.problems.append("only a part of it was looked into")
            return
        path, problem = _path(entry), _problem(entry)
        try:
            found = b"" if problem else _bytes(archive, entry, left)
        except Exception as error:
            found, problem = b"", f"a file in it is damaged ({type(error).__name__})"
        if len(found) > left:
            found, problem = b"", f"it has more than {left / 1e6:g} MB when unpacked"
        if problem:
            if _is_named(entry):
                opened.problems.append(problem)
            continue
        left -= len(found)
        if is_archive(found) and nested < MAX_NESTED:
            inner = notebooks(found, left, nested + 1)
            opened.files += [(f"{path}/{deeper}", d) for deeper, d in inner.files]
            opened.problems += inner.problems
            left -= sum(len(d) for _, d in inner.files)
        elif path.lower().endswith(".ipynb") or is_notebook(found):
            opened.files.append((path, found))


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Return an entry's bytes, one more than `left` at most; or only its first."""
    with archive.open(entry) as file:
        start = file.read(1000)
        if not (_is_named(entry) or may_hold_one(start)):
            return start
        return start + file.read(max(0, left + 1 - len(start)))


def _problem(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 1:
        return "it is encrypted"
    if entry.compress_type not in BOUNDED:
        return "its kind of compression is not read"
    return ""


def _path(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").strip("/")


def _is_named(entry: zipfile.ZipInfo) -> bool:
    """Whether the name promises a notebook."""
    return entry.filename.lower().endswith((".ipynb", ".zip"))


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)
