"""One entry of the corpus: a submission, what it is worth, and how it is written.

An entry names the cells that differ from a right answer, or changes the notebook, or
the folder; everything else is right. So a golden verdict of 0 for one task says at the
same time that the other tasks keep their points.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

Points = float | tuple[float, float]  # two numbers: everything between is right
Notebook = dict


@dataclass(frozen=True)
class Place:
    """Where a batch is graded: what an attacker may guess, written @LIKE_THIS@.

    Attributes:
        course: the course's root: solutions, submissions, gradebook.
        lib: the folder that holds the copy of course_lib that graders import.
        home: the home directory of whoever grades.
        outside: a folder that everybody may write to, away from the course.
        port: where somebody listens on 127.0.0.1, by TCP and by UDP.
    """

    course: Path
    lib: Path
    home: Path
    outside: Path
    port: int

    def fill(self, text: str) -> str:
        """Replace @COURSE@ and the like."""
        for name, value in vars(self).items():
            text = text.replace(f"@{name.upper()}@", str(value))
        return text


@dataclass(frozen=True)
class Entry:
    """A submission and its golden verdict.

    Attributes:
        name: also the learner's name.
        why: what it tries, in a line.
        cells: sources of solution cells by task; the others are right.
        golden: points by task. Where it says nothing: 0 for the tasks in `cells` (see
            `honest`), full points for the others.
        honest: the tasks in `cells` are worth full points.
        reason: a pattern that one of the texts a learner receives must match.
        extra: cells to add, (the label of the cell before, source).
        notebook: changes the notebook, or returns the bytes of the file.
        folder: changes the submitted folder.
        exercise: the exercise that it answers.
        student: the learner's name where it matters.
        quick: part of the selection that runs in every test.
        heavy: takes much memory, disk or time where nothing stops it.
    """

    name: str
    why: str
    cells: dict[str, str] = field(default_factory=dict)
    golden: dict[str, Points] = field(default_factory=dict)
    honest: bool = False
    reason: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    notebook: Callable[[Notebook], Notebook | bytes | str | None] | None = None
    folder: Callable[[Path, Place], None] | None = None
    exercise: str = "01_corpus"
    student: str = ""
    quick: bool = False
    heavy: bool = False

    def expected(self, points: dict[str, float]) -> dict[str, tuple[float, float]]:
        """Return the lowest and the highest right score of every task.

        Args:
            points: what each task of the exercise is worth.
        """
        unknown = (self.cells.keys() | self.golden.keys()) - points.keys()
        if unknown:
            raise KeyError(f"{self.name}: no such task: {sorted(unknown)}")
        scores: dict[str, Points] = dict(points)
        if not self.honest:
            scores |= dict.fromkeys(self.cells, 0.0)
        scores |= self.golden
        return {
            task: score if isinstance(score, tuple) else (float(score),) * 2
            for task, score in scores.items()
        }


# Wrong answers that have learnt the visible example by heart; an attack must make them
# look right on everything else.
WRONG = {
    "tally": """
def tally(symbols):
    return {"a": 2, "b": 1}
""",
    "leaky": """
def leaky(x, decay):
    return torch.tensor([[4.0, 2.0, 2.0]]) if x.shape == (1, 3) else x + 1
""",
    "memory": """
def memory(x, h_0, params):
    h_T = torch.tanh(params.b_h).repeat(len(x), 1)
    return h_T[:, None].repeat(1, x.shape[1], 1), h_T
""",
    "iterate": """
def iterate(function, x, steps):
    return x / 8
""",
}

ANY = {"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)}
"""Golden where an attack may fairly spoil the learner's own other answers."""


def attack(name: str, why: str, code: str, task: str = "leaky", **more) -> Entry:
    """A wrong answer to one task, with code before it that tries to hide this."""
    return Entry(name, why, {task: dedent(code) + "\n" + WRONG[task]}, **more)


def answer(name: str, why: str, code: str, task: str = "leaky", **more) -> Entry:
    """An answer to one task, as it stands; worth nothing unless `more` says so."""
    return Entry(name, why, {task: dedent(code)}, **more)


def right(name: str, why: str, code: str, task: str = "leaky", **more) -> Entry:
    """An odd answer that is right."""
    return Entry(name, why, {task: dedent(code)}, honest=True, **more)


def before_right(name: str, why: str, code: str, task="leaky", **more) -> Entry:
    """Code that a cell runs before its right answer, which must keep its points."""
    return Entry(name, why, {task: dedent(code) + RIGHT[task]}, honest=True, **more)


RIGHT = {
    "tally": """
def tally(symbols):
    return {symbol: symbols.count(symbol) for symbol in symbols}
""",
    "leaky": """
def leaky(x, decay):
    sums = [x[:, 0]]
    for t in range(1, x.shape[1]):
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
""",
    "memory": """
def memory(x, h_0, params):
    h_t = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
    hs = []
    for t in range(x.shape[1]):
        h_t = torch.tanh(x[:, t] @ params.W_xh + h_t @ params.W_hh + params.b_h)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t
""",
    "iterate": """
def iterate(function, x, steps):
    for _ in range(steps):
        x = function(x)
    return x
""",
}


def cell(notebook: Notebook, label: str) -> dict:
    """Return the cell with a grade_id."""
    return next(c for c in notebook["cells"] if label_of(c) == label)


def label_of(cell: dict) -> str | None:
    """Return a cell's grade_id, if it has one."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def code_cell(source: str, **metadata) -> dict:
    """Return a new code cell."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
    }


def as_json(notebook: Notebook) -> str:
    """Return the text of a notebook file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1)
