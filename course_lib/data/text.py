"""Any text file as data: a paper, a novel, the sources of a kernel.

A character model asks for nothing but text. What is not text is refused in words: a
file that is not there, a folder, an empty or binary file, another encoding than UTF-8.
"""

from os import PathLike
from pathlib import Path
from typing import NamedTuple


class SplitText(NamedTuple):
    """A text in two parts that follow each other."""

    train: str
    validation: str


def read_text(path: str | PathLike[str]) -> str:
    """Return the text of a UTF-8 file; every line ends in a single newline character.

    A byte order mark at the start is left out.

    Args:
        path: a file of your own, whatever its suffix; `~` is the home folder.

    Raises:
        FileNotFoundError: there is no such file; the message names some that are there.
        IsADirectoryError: it is a folder.
        PermissionError: it may not be read.
        ValueError: it is empty, binary, or not in UTF-8.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(
            f"{path} is a folder, expected a file: it {_files_in(path)}"
        )
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no file {path}, looked for from {Path.cwd()}. Check the name: "
            f"the folder {path.parent} {_files_in(path.parent)}"
        ) from None
    except PermissionError:
        raise PermissionError(
            f"{path} may not be read; check its permissions"
        ) from None
    return _decode(raw, path)


def split_text(text: str, validation: float = 0.1) -> SplitText:
    """Cut a text in two: the end is for validation, what comes before it for training.

    The cut is at a position, not at random: neighbouring characters are alike, and a
    model must not be tested between sentences that it was trained on. It is moved back
    to the end of a line where one is near.

    Args:
        text: the whole text.
        validation: share of the characters to be kept for validation.

    Raises:
        ValueError: the share is not between 0 and 1, or one part would be empty.
    """
    if not 0 < validation < 1:
        raise ValueError(f"validation is {validation}, expected between 0 and 1")
    cut = round(len(text) * (1 - validation))
    # at most a hundredth of the text, so that the share stays what was asked for
    line_end = text.rfind("\n", cut - len(text) // 100, cut)
    cut = line_end + 1 or cut
    if not 0 < cut < len(text):
        raise ValueError(
            f"a text of {len(text)} characters cannot be cut at {validation}: one part "
            "would be empty. Take a longer text."
        )
    return SplitText(text[:cut], text[cut:])


def _decode(raw: bytes, path: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{path} is in UTF-16, expected UTF-8. {_SAVE}")
    if b"\0" in raw:
        place = raw.index(b"\0")
        raise ValueError(
            f"{path} is a binary file (byte {place} is zero), expected text. Export a "
            "PDF or a word processor's file as plain text first."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path} is not in UTF-8: byte {error.start} (line {line}) is "
            f"0x{raw[error.start]:02x}. {_SAVE}"
        ) from None
    if not text.strip():
        raise ValueError(f"{path} is empty: it has {len(raw)} bytes and no text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


_SAVE = "Save it as UTF-8 in your editor, or convert it: iconv -f GB18030 -t UTF-8."


def _files_in(folder: Path) -> str:
    """Return what a folder has, for the end of a sentence: "holds a, b and 3 more"."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.is_file())
    except OSError:
        return "does not exist"
    names = [name for name in names if not name.startswith(".")]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"holds {', '.join(names[:5])}{more}" if names else "holds no file"
