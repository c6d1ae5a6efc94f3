"""What the library, torch or NumPy does already earns nothing, however it is reached.

The twins of a task are found by its name; answers by other names are kept in
`solutions/shortcuts/`. Here an answer runs in the learner's own process;
`grading/test_twins.py` tries the same under the engine.
"""

import contextlib
import importlib
import inspect

import pytest
from exercise_kit import ROOT, SOURCES, Exercise

from course_lib.authoring import twins
from course_lib.checks import forbidden, observe
from course_lib.checks.forbidden import ForbiddenCall

EXERCISES = [Exercise(path) for path in SOURCES]
TASKS = [(exercise, task) for exercise in EXERCISES for task in exercise.tests]
NAMES = [f"{exercise.name}-{task}" for exercise, task in TASKS]
SHORTCUTS = [
    (exercise, task, function)
    for exercise in EXERCISES
    if (ROOT / "solutions" / "shortcuts" / exercise.path.name).exists()
    for task, function in exercise.answers("shortcuts")
]
# ways to an answer; @M is the module of the twin, @T its name, and the task's
WAYS = {
    "from": "from @M import @T",
    "under another name": "from @M import @T as other\n@T = other",
    "module": "import @M\ndef @T(*args):\n    return @M.@T(*args)",
    "module under another name": "import @M as k\n@T = k.@T",
    "star": "from @M import *",
    "inside": "def @T(*args):\n    from @M import @T as other\n    return other(*args)",
    "import_module": "import importlib\nm = importlib.import_module('@M')\n@T = m.@T",
    "__import__": "@T = getattr(__import__('@M', fromlist=['@T']), '@T')",
    "getattr": "import @M as k\n@T = getattr(k, '@T'[:3] + '@T'[3:])",
    "sys.modules": "import @M, sys\n@T = vars(sys.modules['@M'])['@T']",
    "partial": "import functools, @M as k\n@T = functools.partial(k.@T)",
    "copy": "import copy, @M as k\n@T = copy.copy(k.@T)",
    "kept": "from @M import @T\nkept = @T\ndef @T(*args):\n    return kept(*args)",
    "its text": "import inspect, @M as k\nscope = dict(k.@T.__globals__)\n"
    "exec(inspect.getsource(k.@T), scope)\n@T = scope['@T']",
    "its code": "import types, @M as k\n"
    "@T = types.FunctionType(k.@T.__code__, k.@T.__globals__, '@T')",
    "wrapped": "import functools, @M as k\n@functools.wraps(k.@T)\n"
    "def @T(*args, **kwargs):\n    return k.@T(*args, **kwargs)",
}


def spelt(way: str, twin: str) -> str:
    """Return the text of an answer that gets a twin in some way."""
    module, _, name = twin.rpartition(".")
    return WAYS[way].replace("@M", module).replace("@T", name)


@pytest.fixture(autouse=True)
def _fixed_seed(monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", "20240")


def refused(verdict, names) -> bool:
    says = (f"{verb} {name};" for verb in ("calls", "copies") for name in names)
    return verdict.score == 0 and any(one in verdict.message for one in says)


@pytest.mark.parametrize(("exercise", "task"), TASKS, ids=NAMES)
def test_every_task_has_a_twin_and_it_earns_nothing(exercise, task):
    found = [name for name in twins.twins(task) if name.startswith("course_lib.")]
    assert found, "the library holds each function that an exercise asks for"
    solved = exercise.solved()
    for name in found:
        module, _, attribute = name.rpartition(".")
        twin = getattr(importlib.import_module(module), attribute)
        verdict = exercise.verdict(task, {**solved, task: twin})
        assert refused(verdict, found), verdict.message


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_getting_it_earns_anything(way):
    for exercise, task in TASKS:
        if exercise.name != "03_rnn":
            continue
        for twin in twins.twins(task):
            solved = exercise.solved()
            exec(spelt(way, twin), solved)
            verdict = exercise.verdict(task, solved)
            assert refused(verdict, twins.twins(task)), f"{twin}: {verdict.message}"


@pytest.mark.parametrize(
    ("exercise", "task", "function"),
    SHORTCUTS,
    ids=[f"{e.name}-{function.__name__}" for e, _, function in SHORTCUTS],
)
def test_an_answer_that_others_wrote_earns_nothing(
    exercise, task, function, monkeypatch
):
    namespace = {**exercise.solved(), task: function}
    with_it = exercise.verdict(task, namespace)
    name = function.marked_shortcut[1]
    assert with_it.score <= exercise.points[task] / 2
    assert f"calls {name}; the exercise is to write it yourself" in with_it.message
    monkeypatch.setattr(observe, "taken_away", lambda names: contextlib.nullcontext())
    monkeypatch.setattr(forbidden, "copied", lambda *names: None)
    without = exercise.verdict(task, namespace)
    assert without.score > with_it.score, "it is no shortcut, it is wrong"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_what_an_exercise_gives_needs_no_twin(exercise):
    """A function that learners are given works while the twins are taken away."""
    gone = set()
    for task in exercise.tests:
        for name in twins.twins(task):
            gone |= set(forbidden.functions(forbidden.resolve(name)[1]))
    given = {}
    for cell in exercise.notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type == "code" and grade_id.startswith("setup"):
            exec(cell.source, given)
    waiting = [value for value in given.values() if inspect.isfunction(value)]
    seen = set()
    while waiting:
        function = waiting.pop()
        if function in seen or not function.__module__.startswith("course_lib."):
            continue
        seen.add(function)
        assert function not in gone, function.__qualname__
        used = (function.__globals__.get(n) for n in function.__code__.co_names)
        waiting += [value for value in used if inspect.isfunction(value)]


HONEST = {
    "the import stands there unused": "import course_lib.training.losses\n{answer}",
    "a name in a comment and in a text": "# course_lib.training.losses.sequence_loss\n"
    "{answer}\nnote = 'not course_lib.training.losses.sequence_loss'",
    "the import is replaced": "from course_lib.training.losses import sequence_loss\n"
    "{answer}",
    "compared afterwards": "{answer}\nfrom course_lib.training import losses\n"
    "assert losses.sequence_loss is not sequence_loss",
    "a helper of the same name": "def masked_cross_entropy(a, b, c):\n    return 0\n"
    "{answer}",
}


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_answer_is_not_refused(case):
    exercise = next(e for e in EXERCISES if e.name == "03_rnn")
    cells = [c for c in exercise.notebook.cells if c.cell_type == "code"]
    answer = next(c.source for c in cells if c.source.startswith("def sequence_loss"))
    solved = exercise.solved()
    exec(HONEST[case].format(answer=answer), solved)
    assert exercise.verdict("sequence_loss", solved).score == 4.0


def test_no_docstring_of_a_task_is_that_of_its_twin():
    """The text of a twin is known by its docstring; an answer keeps the exercise's."""
    for exercise, task in TASKS:
        ours = inspect.getdoc(exercise.solved()[task])
        for name in twins.twins(task):
            assert inspect.getdoc(forbidden.resolve(name)[1]) != ours, task


def test_twins_are_found_in_torch_and_numpy_too():
    assert "torch.nn.functional.softmax" in twins.twins("softmax")
    assert "torch.nn.LayerNorm" in twins.twins("layer_norm")
    assert "numpy.linalg.norm" in twins.twins("norm")
    assert twins.twins("rnn_step") == (
        "course_lib.cells.rnn_step",
        "course_lib.cells.rnn.rnn_step",
    )
    assert twins.twins("no_such_thing") == ()


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("torch.softmax", "torch.ones(2).softmax(0)"),
        ("torch.nn.Linear", "torch.nn.Linear(1, 1)(torch.ones(1))"),
        ("numpy.polyfit", "np.polyfit([0, 1], [0, 1], 1)"),
        ("numpy.exp", "np.exp(1.0)"),
        ("torch.nn.utils.rnn.pad_sequence", "pad([torch.ones(2)])"),
        (
            "course_lib.data.vocabulary.Vocabulary.encode",
            "Vocabulary('a').encode(['a'])",
        ),
    ],
)
def test_all_is_as_it_was_afterwards(name, call):
    names: dict = {}
    exec(
        "import torch, numpy as np\nfrom course_lib.data.vocabulary import Vocabulary\n"
        "from torch.nn.utils.rnn import pad_sequence as pad",
        names,
    )
    before = str(eval(call, names)) if "Linear" not in name else ""
    with forbidden.taken_away((name,)), pytest.raises(ForbiddenCall, match=name):
        eval(call, names)
    assert before in str(eval(call, names))
