"""Look for notebooks in a zip archive that was handed in, in memory and within limits.

An archive may be made to hurt: files that unpack to terabytes, a million entries, names
that lead elsewhere, links. So nothing is unpacked to disk, a name is no more than a
text, and what is read is counted.
"""

import io
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

START, ENTRY = (b"PK\x03\x04", b"PK\x05\x06"), b"PK\x01\x02"
MAX_ENTRIES = 5000
MAX_READ = 50  # entries that are read
MAX_NESTED = 1  # archives in an archive are opened, those in them are not
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
        """What the archive holds, in a few words."""
        if self.problems:
            return f"an archive; {self.problems[0]}"
        if self.files:
            return f"an archive with {len(self.files)} notebook(s) in it"
        return f"an archive without a notebook, {self.count} files"


def is_archive(data: bytes) -> bool:
    """Whether bytes begin as a zip archive does."""
    return data.startswith(START)


def notebooks(
    data: bytes, max_bytes: int, wanted: Callable[[str], bool], nested: int = 0
) -> Opened:
    """Return what in an archive may be a notebook; nothing in it can make this raise.

    Args:
        data: the archive's bytes.
        max_bytes: of all that is read from it together, unpacked.
        wanted: whether an entry of this path is worth reading.
        nested: in how many archives this one lies.
    """
    opened = Opened()
    if data.count(ENTRY) > MAX_ENTRIES:
        opened.problems.append(f"it has more than {MAX_ENTRIES} entries")
        return opened
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _read(archive, max_bytes, wanted, nested, opened)
    except Exception as error:  # what a damaged archive raises is not documented
        opened.problems.append(f"it cannot be opened ({type(error).__name__})")
    return opened


def _read(
    archive: zipfile.ZipFile,
    left: int,
    wanted: Callable[[str], bool],
    nested: int,
    opened: Opened,
) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    opened.count = len(entries)
    tried = 0
    # notebooks first, those least deep first
    for entry in sorted(entries, key=lambda e: (_other(e), _path(e).count("/"))):
        path = _path(entry)
        inner = path.lower().endswith(".zip") and nested < MAX_NESTED
        if not (inner or wanted(path)) or _is_link(entry):
            continue
        tried += 1
        if tried > MAX_READ or left <= 0:
            opened.problems.append("only a part of it was looked into")
            return
        if entry.flag_bits & 1:
            opened.problems.append("it is encrypted")
            continue
        if entry.compress_type not in BOUNDED:
            opened.problems.append("its kind of compression is not read")
            continue
        try:
            with archive.open(entry) as file:
                data = file.read(left + 1)
        except Exception as error:
            problem = f"a file in it cannot be read ({type(error).__name__})"
            opened.problems.append(problem)
            continue
        if len(data) > left:
            opened.problems.append(f"more than {left / 1e6:g} MB when unpacked")
            return
        left -= len(data)
        if inner and is_archive(data):
            found = notebooks(data, left, wanted, nested + 1)
            opened.files += [(f"{path}/{deeper}", d) for deeper, d in found.files]
            opened.problems += found.problems
            left -= sum(len(d) for _, d in found.files)
        else:
            opened.files.append((path, data))


def _path(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").strip("/")


def _other(entry: zipfile.ZipInfo) -> bool:
    return not entry.filename.lower().endswith(".ipynb")


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)
