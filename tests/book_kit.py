"""What the tests of the book share: building it, and reading what was built."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

import yaml
from bs4 import BeautifulSoup
from places import ROOT

CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]_*.md"))


def build_book(folder: Path, started=lambda process: None) -> CompletedProcess:
    """Build the book in a folder, warnings being errors, as CONTRIBUTING says.

    Args:
        folder: it holds `_config.yml`.
        started: is called with the process of the build, so that one can end it.
    """
    command = Path(sys.executable).with_name("jupyter-book")
    words = [command, "build", ".", "-n", "-W", "--keep-going"]
    with subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        started(process)
        output, _ = process.communicate()
    return CompletedProcess(words, process.returncode, output)


def complaints(output: str) -> str:
    """Return the lines of a build that say what is wrong."""
    words = ("WARNING:", "ERROR:", "CRITICAL:", "Error:", "Traceback")
    lines = [line for line in output.splitlines() if any(w in line for w in words)]
    return "\n".join(lines) or output[-3000:]


@cache
def parse(path: Path) -> BeautifulSoup:
    """Return a page of the site; each is read once a test run."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def code_cells(path: Path) -> list[tuple[int, list[str]]]:
    """Return the line and the code of each code cell of a MyST chapter."""
    cells, text = [], path.read_text(encoding="utf-8")
    for found in re.finditer(r"^```\{code-cell\}.*\n((?:.*\n)*?)```$", text, re.M):
        line = text.count("\n", 0, found.start()) + 1
        body = found[1]
        if body.startswith("---\n"):
            _, body = re.split(r"^---\n", body[4:], maxsplit=1, flags=re.M)
        rows = [row for row in body.splitlines() if not re.match(r":\w+:", row)]
        cells.append((line, rows))
    return cells


def sections(path: Path) -> dict[str, str]:
    """Return the text under each second-level heading."""
    parts = re.split(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def files_in_toc() -> list[str]:
    """Return the pages that _toc.yml names, in order, without the root."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
