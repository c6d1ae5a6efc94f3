"""Under the engine, too, a twin of a task earns nothing, however it is reached.

`test_shortcuts.py` says what is tried, and tries it in the learner's own process.
"""

import pytest
from authoring.test_shortcuts import HONEST, WAYS, spelt
from grading import engine_kit as kit

from course_lib.authoring import twins

EXERCISES = [kit.Exercise(path) for path in kit.SOURCES]
RNN = next(exercise for exercise in EXERCISES if exercise.name == "03_rnn")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def where():
    return kit.backend()


@pytest.fixture(autouse=True)
def _fixed_seed(monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", "20240")


def by_task(exercise, cells, done):
    """Return the verdict of each task."""
    tests = [cell for cell in cells if cell["role"] == "test"]
    pairs = zip(exercise.tests, tests, strict=True)
    return {task: kit.verdict(done[cell["index"]]) for task, cell in pairs}


def assert_refused(task, verdict):
    says = (
        f"{verb} {twin};" for verb in ("calls", "copies") for twin in twins.twins(task)
    )
    assert verdict.score == 0, f"{task}: {verdict}"
    said = any(one in verdict.message for one in says)
    assert said or "what the exercise is to write yourself" in verdict.message, verdict


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_twin_earns_nothing(exercise, where):
    """All tasks of an exercise answered by an import, once plain, once in pieces."""
    for way in ("from", "getattr"):
        answers = {task: spelt(way, twins.twins(task)[0]) for task in exercise.tests}
        cells = kit.answered(exercise, answers)
        found = by_task(exercise, cells, kit.grade(where, cells))
        for task, verdict in found.items():
            assert_refused(task, verdict)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_getting_it_earns_anything(way, where):
    for place in range(-1, 1):
        known = {task: twins.twins(task)[place] for task in RNN.tests}
        cells = kit.answered(RNN, {t: spelt(way, twin) for t, twin in known.items()})
        found = by_task(RNN, cells, kit.grade(where, cells))
        for task, verdict in found.items():
            assert_refused(task, verdict)


BANKS = [
    (exercise, task)
    for exercise in EXERCISES
    for task in exercise.tests
    if any(of == task for of, _ in exercise.answers("shortcuts"))
]


@pytest.mark.parametrize(
    ("exercise", "task"), BANKS, ids=[f"{e.name}-{task}" for e, task in BANKS]
)
def test_an_answer_that_others_wrote_earns_nothing(exercise, task, where):
    cells, functions = kit.bank_cells(exercise, "shortcuts", task)
    done = kit.grade(where, cells)
    tests = [cell["index"] for cell in cells if cell.get("bank")]
    for index, function in zip(tests, functions, strict=True):
        verdict = kit.verdict(done[index])
        assert verdict.score <= exercise.points[task] / 2, function.__name__
        said = f"calls {function.marked_shortcut[1]}; the exercise is to write it"
        assert said in verdict.message, function.__name__


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_answer_is_not_refused(case, where):
    cells = [c for c in RNN.notebook.cells if c.cell_type == "code"]
    answer = next(c.source for c in cells if c.source.startswith("def sequence_loss"))
    cells = kit.answered(RNN, {"sequence_loss": HONEST[case].format(answer=answer)})
    assert kit.scores(RNN, cells, kit.grade(where, cells)) == RNN.points
