"""JupyterLab as learners get it: an exercise's links open, no solution is shown."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import nbformat
import pytest
from places import ROOT

from course_lib.commands import serve

EXERCISES = sorted((ROOT / "exercises").glob("*/*.ipynb"))
TOKEN = "of-a-test"


def links(path):
    """Return the links of an exercise, relative to the course; none leads out of it."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            found += re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", cell.source)
    return [(path.parent / link).resolve().relative_to(ROOT) for link in found]


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_links_to_its_chapter(path):
    found = links(path)
    assert Path("book") / f"{path.stem}.md" in found
    assert all((ROOT / link).is_file() for link in found), found


@pytest.fixture(scope="module")
def lab():
    """The address of a JupyterLab as `serve` starts it."""
    port = serve._free(0)
    process = subprocess.Popen(
        serve.lab_command(ROOT, port, TOKEN), stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            contents(address, "")
            break
        except urllib.error.URLError:
            assert process.poll() is None, "JupyterLab ended"
            time.sleep(0.5)
    yield address
    serve._stop(process)


def contents(address, path):
    """Ask Lab for a file or a folder, as its click on a link does."""
    url = f"{address}/api/contents/{urllib.parse.quote(str(path))}?token={TOKEN}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_lab_opens_every_link_of_every_exercise(lab):
    for path in EXERCISES:
        for link in links(path):
            # a chapter is a notebook to Jupytext
            assert contents(lab, link)["type"] in ("file", "notebook"), link


def test_lab_shows_exercises_and_chapters_and_no_solution(lab):
    shown = {entry["name"] for entry in contents(lab, "")["content"]}
    assert {"exercises", "book"} <= shown
    assert not {"solutions", "tests", "course_lib", "_build"} & shown
