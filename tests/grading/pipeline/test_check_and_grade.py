"""`check` and `grade` give the same points and the same reasons.

Each submission is graded twice: in a kernel, as `check` does on a learner's machine,
and by the engine, as a class is graded. What a learner may leave in a notebook without
meaning harm stands here: cells that do not parse, signs from web pages, breakpoints,
modules written by a cell, more threads than a submission may have.
"""

import copy
import re

import nbformat
import pytest
from grading import engine_kit as kit
from nbformat.v4 import new_code_cell
from places import ROOT
from traitlets.config import Config

from course_lib.commands.check import in_words
from course_lib.grading.course import Course
from course_lib.grading.pipeline.kernel import environment
from course_lib.grading.settings import configure, use_engine

NAME = "03_rnn"
SOURCE = ROOT / "solutions" / NAME / f"{NAME}.ipynb"
POINTS = {"rnn_step": 3, "rnn_forward": 4, "sequence_loss": 4, "rnn_from_torch": 2}
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
# jupyter and nbgrader open sockets and files that they leave to the collector
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def right() -> dict[str, str]:
    """Return the right answer of each task."""
    cells = nbformat.read(SOURCE, as_version=4).cells
    found = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in cells}
    return {
        task: "\n".join(x for x in found[task].splitlines() if x.strip() not in MARKS)
        for task in POINTS
    }


RIGHT = right()
INLINE = RIGHT["rnn_forward"].replace(
    "rnn_step(x_t, h_t, params)",
    "torch.tanh(x_t @ params.W_xh + h_t @ params.W_hh + params.b_h)",
)


def first(task: str, line: str) -> str:
    """Return a right answer with a line of its own before the others."""
    end = '"""\n'  # of the docstring
    return RIGHT[task].replace(end, f"{end}    {line}\n", 1)


# By submission: cells before the first task, the answers that differ, and for each task
# without full marks a part of the reason; more cells may stand after the first answer.
SUBMISSIONS = {
    "does_not_parse": {
        "answers": {
            "rnn_step": RIGHT["rnn_step"].rstrip()[:-1],
            "rnn_forward": INLINE,
            "sequence_loss": RIGHT["sequence_loss"].replace("    real", "\xa0   real"),
            "rnn_from_torch": RIGHT["rnn_from_torch"].replace("(module)", "（module）"),
        },
        "reasons": {
            "rnn_step": [
                "rnn_step is not defined: its cell does not parse",
                "SyntaxError: '(' was never closed",
                "line 12: return torch.tanh(x_t @ params.W_xh",
            ],
            "sequence_loss": ["U+00A0", "There is a no-break space", "line 14: real"],
            "rnn_from_torch": ["fullwidth left parenthesis; Python's is (", "line 1"],
        },
    },
    "waits_for_somebody": {
        "answers": {
            "rnn_step": first("rnn_step", "breakpoint()"),
            "sequence_loss": first("sequence_loss", "input('next?')"),
            "rnn_from_torch": first("rnn_from_torch", "quit()"),
        },
        "reasons": {
            "rnn_step": ["rnn_step stops: breakpoint() waits", "line 12: breakpoint()"],
            "rnn_forward": ["breakpoint() waits", "It follows from rnn_step"],
            "sequence_loss": ["sequence_loss stops: input() waits", "line 12: input("],
            "rnn_from_torch": ["raised SystemExit", "quit()", "line 10: quit()"],
        },
    },
    "stops": {
        "answers": {
            "rnn_step": f"half = 1 / 0\n{RIGHT['rnn_step']}",
            "sequence_loss": RIGHT["sequence_loss"].replace("loss(", "lоss("),
            "rnn_from_torch": "from beside import rnn_from_torch",
        },
        "reasons": {
            "rnn_step": ["ZeroDivisionError: division by zero", "line 1: half = 1 / 0"],
            "rnn_forward": ["name 'rnn_step' is not defined", "It follows from"],
            "sequence_loss": ["sequence_loss is not defined: its cell ran", "U+043E"],
            "rnn_from_torch": ["No module named 'beside'", "nothing but this notebook"],
        },
    },
    "empty_and_waiting_cells": {
        "answers": {
            "rnn_step": "",
            "rnn_forward": f"import pdb; pdb.set_trace()\n{INLINE}",
            "sequence_loss": "%%writefile loss.py\n" + RIGHT["sequence_loss"],
            "rnn_from_torch": first("rnn_from_torch", "open('weights.csv')"),
        },
        "reasons": {
            "rnn_step": ["rnn_step is not defined: its cell is empty"],
            "rnn_forward": ["NobodyAnswers: set_trace() waits", "line 1: import pdb"],
            "sequence_loss": ["%%writefile at its beginning"],
            "rnn_from_torch": ["FileNotFoundError", "nothing but this notebook"],
        },
    },
    "files_of_its_own": {
        "before": [
            "import os\nos.mkdir('inner')\nos.chdir('inner')",
            "%%writefile pieces.py\nimport torch\n" + RIGHT["rnn_from_torch"],
            "open('one.txt', 'w').write('1.0 ✓')",
        ],
        "answers": {
            "rnn_step": "%%writefile my_rnn.py\nimport torch\n" + RIGHT["rnn_step"],
            "sequence_loss": first("sequence_loss", "float(open('one.txt').read(3))"),
            "rnn_from_torch": "%run -i pieces.py",
        },
        "after": ["from my_rnn import rnn_step"],
        "reasons": {},
    },
    "many_threads": {
        "answers": {
            "rnn_step": "torch.set_num_threads(64)\nones = torch.ones(500, 500)\n"
            "assert torch.get_num_threads() == 64\nones @ ones\n"
            + first("rnn_step", "ones @ ones"),
            "rnn_forward": "from multiprocessing import Pool\nwith Pool(64) as pool:\n"
            "    assert sum(pool.map(abs, range(9))) == 36\n" + RIGHT["rnn_forward"],
            "sequence_loss": first("sequence_loss", "torch.set_num_threads(99)"),
            "rnn_from_torch": first(
                "rnn_from_torch",
                "list(torch.utils.data.DataLoader(torch.ones(2), num_workers=2))",
            ),
        },
        "after": ["exit()"],
        "reasons": {},
    },
}


def notebook(release: nbformat.NotebookNode, parts: dict) -> nbformat.NotebookNode:
    """Return what a learner hands in."""
    made = copy.deepcopy(release)
    cells = []
    for cell in made.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        if task == "rnn_step":
            cells += [new_code_cell(text) for text in parts.get("before", [])]
        if task in POINTS:
            cell.source = parts["answers"].get(task, RIGHT[task])
        cells.append(cell)
        if task == "rnn_step":
            cells += [new_code_cell(text) for text in parts.get("after", [])]
    made.cells = cells
    return made


@pytest.fixture(scope="module", params=["check", "grade"])
def graded(request, tmp_path_factory) -> Course:
    settings = Config()
    configure(settings)
    if request.param == "grade":
        kit.backend()
        use_engine(settings)
    course = Course(tmp_path_factory.mktemp(request.param) / "course", settings)
    course.add_exercise(SOURCE)
    course.generate(NAME)
    path = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    release = nbformat.read(path, as_version=4)
    for student, parts in SUBMISSIONS.items():
        target = course.submission(student, NAME) / f"{NAME}.ipynb"
        nbformat.write(notebook(release, parts), target)
    course.autograde(NAME)
    course.feedback(NAME)
    return course


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_points_and_reasons_are_the_same_in_both(graded, student):
    reasons = SUBMISSIONS[student]["reasons"]
    tasks = {
        task["id"].removeprefix("test_"): task
        for task in graded.report(student, NAME)["tasks"]
        if "points" in task
    }
    scores = {name: task["score"] for name, task in tasks.items()}
    said = {name: "\n".join(task["messages"]) for name, task in tasks.items()}
    want = {name: 0 if name in reasons else full for name, full in POINTS.items()}
    assert scores == want, said
    for name, words in reasons.items():
        for word in words:
            assert word in said[name]


def test_an_error_of_a_cell_is_said_once(graded):
    text = in_words(graded.report("does_not_parse", NAME))
    assert len(re.findall("was never closed", text)) == 1
    assert len(re.findall("There is a no-break space", text)) == 1


def test_the_page_says_it_at_the_task(graded):
    page = graded.page("does_not_parse", NAME).read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", " ", page)
    assert "rnn_step is not defined: its cell does not parse" in text
    assert "There is a no-break space (U+00A0), which only looks like a space" in text


def test_a_kernel_finds_nothing_of_the_person_who_runs_it(tmp_path, monkeypatch):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    (ours / "course_lib").mkdir(parents=True)
    (ours / "course_lib" / "__init__.py").touch()
    theirs.mkdir()
    monkeypatch.setenv("PYTHONPATH", f"{theirs}:{ours}")
    monkeypatch.setenv("PYTHONSTARTUP", str(theirs / "start.py"))
    monkeypatch.setenv("IPYTHONDIR", str(theirs))
    found = environment(tmp_path / "profile")
    assert found["PYTHONPATH"] == str(ours)
    assert found["IPYTHONDIR"] == str(tmp_path / "profile")
    assert "PYTHONSTARTUP" not in found
    assert found["PYTHONUTF8"] == "1"
