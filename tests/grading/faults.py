"""What learners hand in: one function for each thing that can be wrong with it.

Each gets the folder of the submission and the release, writes what is handed in, and is
listed with the points it must get for `double` (2) and `triple` (3), and with a part of
the reason that the learner must read.
"""

import copy
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DOUBLE = "def double(x):\n    return 2 * x"
TRIPLE = "def triple(x):\n    return 3 * x"
NAME = "0_tiny.ipynb"


@dataclass
class Case:
    """One submission and what must come of it."""

    make: Callable[[Path, dict], None]
    scores: tuple[float, float]
    reason: str = ""


CASES: dict[str, Case] = {}


def case(double: float, triple: float, reason: str = "") -> Callable:
    """List a function under its name."""

    def register(function: Callable) -> Callable:
        CASES[function.__name__] = Case(function, (double, triple), reason)
        return function

    return register


def cell(notebook: dict, grade_id: str) -> dict:
    """Return the cell with a label."""
    return next(c for c in notebook["cells"] if label(c) == grade_id)


def label(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def code(source: str) -> dict:
    """Return a cell of the learner's own."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def solved(notebook: dict, double: str = DOUBLE, triple: str = TRIPLE) -> dict:
    """Return the release with both functions written."""
    notebook = copy.deepcopy(notebook)
    cell(notebook, "double")["source"] = double
    cell(notebook, "triple")["source"] = triple
    return notebook


def write(folder: Path, notebook: dict, encoding: str = "utf-8") -> None:
    text = json.dumps(notebook, ensure_ascii=False)
    (folder / NAME).write_text(text, encoding=encoding)


# --- nothing to grade -----------------------------------------------------------------


@case(0, 0, "0_tiny.ipynb is missing")
def missing(folder, release):
    (folder / "notes.txt").write_text("I forgot the notebook", encoding="utf-8")


@case(0, 0, "empty file")
def empty(folder, release):
    (folder / NAME).write_bytes(b"")


@case(0, 0, "is not JSON")
def not_json(folder, release):
    (folder / NAME).write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")


@case(0, 0, "is not JSON, or not all of it")
def cut_short(folder, release):
    text = json.dumps(solved(release))
    (folder / NAME).write_text(text[: len(text) // 2], encoding="utf-8")


@case(0, 0, "JSON but not a notebook")
def no_notebook(folder, release):
    (folder / NAME).write_text('{"cells": "none"}', encoding="utf-8")


@case(0, 0, "JSON that cannot be read")
def nested(folder, release):
    (folder / NAME).write_text("[" * 200_000 + "]" * 200_000, encoding="utf-8")


@case(0, 0, "has no cells")
def no_cells(folder, release):
    write(folder, {**release, "cells": [1, None, {"cell_type": "poem"}]})


@case(0, 0, "at most 2 MB are read")
def huge(folder, release):
    write(folder, solved(release, DOUBLE + "\n#" + "x" * 2_000_000))


@case(0, 0, "is a symbolic link")
def linked(folder, release):
    elsewhere = folder.parent / "elsewhere.ipynb"
    elsewhere.write_text(json.dumps(solved(release)), encoding="utf-8")
    (folder / NAME).symlink_to(elsewhere)


@case(0, 0, "is a folder")
def directory(folder, release):
    (folder / NAME).mkdir()


@case(0, 0, "is no ordinary file")
def pipe(folder, release):
    os.mkfifo(folder / NAME)


@case(0, 0, "unclear which of a.ipynb, b.ipynb")
def two_others(folder, release):
    (folder / "a.ipynb").write_text(json.dumps(solved(release)), encoding="utf-8")
    other = solved(release, "def double(x):\n    return x + x")
    (folder / "b.ipynb").write_text(json.dumps(other), encoding="utf-8")


@case(0, 0, "What lies there: 0_tiny.py (a Python script)")
def script(folder, release):
    (folder / "0_tiny.py").write_text(DOUBLE, encoding="utf-8")


# --- readable, with something wrong ---------------------------------------------------


@case(2, 3)
def right(folder, release):
    write(folder, solved(release))


@case(0, 0)
def unfinished(folder, release):
    write(folder, release)


@case(2, 3, "was called 0_tiny (1).ipynb instead of 0_tiny.ipynb")
def misnamed(folder, release):
    (folder / "timestamp.txt").write_text("the day before yesterday", encoding="utf-8")
    (folder / "link").symlink_to("/etc/hostname")
    write(folder, solved(release), "utf-8-sig")  # with a byte order mark, too
    (folder / NAME).rename(folder / "0_tiny (1).ipynb")


@case(2, 3, "not saved in UTF-8")
def latin(folder, release):
    notebook = solved(release, DOUBLE + "  # é")
    cell(notebook, "test_double")["source"] = ""  # it holds a ✓, which Latin-1 has not
    write(folder, notebook, "latin-1")


@case(0, 3, "The cell double is missing")
def deleted(folder, release):
    notebook = solved(release)
    gone = ("setup", "double", "test_double", "test_triple")
    notebook["cells"] = [c for c in notebook["cells"] if label(c) not in gone]
    write(folder, notebook)


@case(2, 3, "The cell double is there 2 times")
def doubled_and_reordered(folder, release):
    notebook = solved(release)
    old = copy.deepcopy(cell(notebook, "double"))
    old["source"] = "def double(x):\n    return x"
    notebook["cells"] = [old, *reversed(notebook["cells"])]
    write(folder, notebook)


@case(2, 3, "had lost its label")
def renamed_and_retyped(folder, release):
    notebook = solved(release)
    cell(notebook, "double")["metadata"]["nbgrader"]["grade_id"] = "mine"
    retyped = cell(notebook, "triple")
    retyped["cell_type"] = "markdown"
    del retyped["outputs"], retyped["execution_count"]
    write(folder, notebook)


@case(2, 3, "had lost its label")
def without_metadata(folder, release):
    notebook = solved(release)
    for own in notebook["cells"]:
        own["metadata"] = None
    notebook["metadata"] = 7
    write(folder, notebook)


@case(0.5, 0, "Locked cells had been changed: test_double")
def cheating_metadata(folder, release):
    notebook = solved(release, "def double(x):\n    return 0", "triple = None")
    test = cell(notebook, "test_double")
    test["source"] = "100.0"
    test["metadata"]["nbgrader"] |= {"points": 100, "locked": False, "grade": 3}
    notebook["metadata"]["kernelspec"] = {"name": "no-such-kernel"}
    write(folder, notebook)


@case(0, 3)
def syntax_error(folder, release):
    write(folder, solved(release, "def double(x:\n    return 2 *"))


@case(2, 3)
def helper_cell(folder, release):
    uses = "def triple(x):\n    return helper(x) + x"
    notebook = solved(release, triple=uses)
    place = notebook["cells"].index(cell(notebook, "triple"))
    helper = "def helper(x):\n    return double(x)"
    notebook["cells"].insert(place, code(helper))
    write(folder, notebook)


@case(2, 3)
def warnings_and_progress(folder, release):
    noisy = (
        "import sys, warnings\n\ndef double(x):\n    warnings.warn('old')\n"
        "    print('\\r 50 %\\r100 %', file=sys.stderr)\n    return 2 * x"
    )
    write(folder, solved(release, noisy))


@case(2, 3, "0_tiny.ipynb holds no answer; 0_tiny (1).ipynb, which has more, was")
def answered_in_the_browsers_copy(folder, release):
    write(folder, release)
    (folder / "0_tiny (1).ipynb").write_text(
        json.dumps(solved(release)), encoding="utf-8"
    )


@case(2, 3, "The cell double is there 2 times. The one with an answer was graded.")
def stub_below_the_answer(folder, release):
    notebook = solved(release)
    place = notebook["cells"].index(cell(notebook, "double"))
    notebook["cells"].insert(place + 1, copy.deepcopy(cell(release, "double")))
    write(folder, notebook)


@case(2, 3, "The time of handing in is not known: timestamp.txt (11/12/2026) may name")
def time_stamp_with_two_readings(folder, release):
    (folder / "timestamp.txt").write_text("11/12/2026 23:59", encoding="utf-8")
    write(folder, solved(release))


# --- code that hangs, dies or floods --------------------------------------------------


@case(0, 3, "stopped after")
def hangs_at_top_level(folder, release):
    write(folder, solved(release, "while True:\n    pass\n\n" + DOUBLE))


@case(0, 3, "stopped after")
def hangs_when_called(folder, release):
    write(folder, solved(release, "def double(x):\n    while True:\n        pass"))


SWALLOWS = (
    "while True:\n        try:\n            while True:\n                pass\n"
    "        except BaseException:\n            pass"
)


@case(0, 3, "stopped after")
def swallows_interrupts(folder, release):
    write(folder, solved(release, f"def double(x):\n    {SWALLOWS}"))


@case(0, 3, "ended its Python process")
def exits_when_called(folder, release):
    write(folder, solved(release, "def double(x):\n    import os\n    os._exit(0)"))


@case(2, 0, "ended its Python process")
def exits_at_top_level(folder, release):
    write(folder, solved(release, triple=f"import os\nos._exit(0)\n{TRIPLE}"))


@case(0, 3)
def recursion(folder, release):
    write(folder, solved(release, "def double(x):\n    return double(x)"))


@case(0, 3, "stopped after")
def floods(folder, release):
    write(folder, solved(release, "while True:\n    print('x' * 1000)"))


# --- what must not reach the feedback page --------------------------------------------


@case(2, 3)
def prints_the_tests(folder, release):
    notebook = solved(release)
    notebook["cells"].append(code("print(In)"))
    notebook["cells"].append(code("def f(g):\n    g(1)\nf(check.nothing)"))
    write(folder, notebook)


@case(2, 3)
def active_outputs(folder, release):
    notebook = solved(release)
    show = "from IPython.display import HTML, SVG, Javascript, display\n"
    for kind, text in {
        "HTML": "<script>alert(1)</script><img src=x onerror=alert(2)>",
        "SVG": '<svg xmlns=\\"http://www.w3.org/2000/svg\\" onload=\\"alert(3)\\"/>',
        "Javascript": "alert(4)",
    }.items():
        show += f'display({kind}("{text}"))\n'
    show += 'print("\\x1b[31m<b onclick=alert(5)>red</b>")\n'
    show += 'display({"image/png": "\\" onerror=\\"alert(6)"}, raw=True)'
    notebook["cells"].append(code(show))
    cell(notebook, "why")["source"] = "<script>alert(7)</script>"
    write(folder, notebook)
