"""Every exercise: solvable, not solved by its stub, free of leaks, and up to date;
every known mistake fails and is named, every accepted answer passes.

Arguments are drawn afresh for every learner, and verdicts must not depend on that: a
mistake is tried on numbers of its own, too, as many as UNROLLED_SEEDS says. A quarter
of the mistakes is tried per day (see `turns`), and with UNROLLED_ALL=1 all of them.
"""

import os
import re
import shutil

import nbformat
import pytest
import turns
from exercise_kit import ROOT, SOURCES, Exercise, is_test
from samples import agree

from course_lib.authoring import build
from course_lib.checks import bank
from course_lib.results.marks import read_mark

NAMED_AT_LEAST = 0.85
MISTAKES_AT_LEAST = 10
ACCEPTED_AT_LEAST = 3
BANK_CANARY = "checks.Bank"
SEED = "20240"
OTHER_SEEDS = int(os.environ.get("UNROLLED_SEEDS", "1"))


@pytest.fixture(scope="module", params=SOURCES, ids=lambda path: path.stem)
def exercise(request):
    return Exercise(request.param)


@pytest.fixture(scope="module")
def rebuilt(exercise, tmp_path_factory):
    """The exercise, built afresh in an empty course."""
    course = tmp_path_factory.mktemp("course")
    (course / "solutions").mkdir()
    shutil.copy(exercise.path, course / "solutions")
    mistakes = f"mistakes/{exercise.name}"
    shutil.copytree(exercise.path.parent / mistakes, course / "solutions" / mistakes)
    build.build(course)
    return course


@pytest.fixture(autouse=True)
def _fixed_seed(monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", SEED)


@pytest.fixture(scope="module")
def graded_mistakes(exercise):
    """Every mistake of the bank, and what the tests say of it."""
    solved = exercise.solved()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNROLLED_SEED", SEED)
        return [
            (task, function, exercise.verdict(task, {**solved, task: function}))
            for task, function in exercise.answers("mistakes")
        ]


def phrase(mistake) -> str:
    """Return what completes "Your numbers are those of …"."""
    return read_mark(mistake.__doc__)[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_solution_passes_every_check(exercise, seed, monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", str(seed))
    solved = exercise.solved()
    for task, points in exercise.points.items():
        verdict = exercise.verdict(task, solved)
        assert verdict.score == points, verdict.message


def test_the_solution_is_what_the_library_computes(exercise):
    """The checks take the solution for the truth, so the truth is checked elsewhere."""
    solved = exercise.solved()
    for task in exercise.tests:
        agree(task, solved[task])


def test_the_stub_fails_every_task(exercise, rebuilt):
    path = rebuilt / "exercises" / exercise.name / f"{exercise.name}.ipynb"
    stub = exercise.solved(nbformat.read(path, as_version=4).cells)
    for task in exercise.tests:
        verdict = exercise.verdict(task, stub)
        assert verdict.score == 0.0
        assert "is not written yet" in verdict.message


def test_every_mistake_fails_and_is_named(exercise, graded_mistakes):
    rows, passing = [], []
    for task, function, verdict in graded_mistakes:
        name, code = function.__name__, function.__code__
        if verdict.score >= exercise.points[task]:
            where = f"{code.co_filename}:{code.co_firstlineno}"
            passing.append(f"{where}: {name} passes {task}")
        named = phrase(function) in verdict.message
        rows.append((task, name, verdict.score, named, verdict.message))
    _write_matrix(exercise, rows)
    assert not passing, "\n".join(passing)
    assert len(rows) >= MISTAKES_AT_LEAST
    assert {task for task, *_ in rows} == exercise.tests.keys()
    share = sum(named for *_, named, _ in rows) / len(rows)
    unnamed = [f"{task}: {name}\n{text}" for task, name, _, n, text in rows if not n]
    assert share >= NAMED_AT_LEAST, "\n\n".join(unnamed)


def test_what_a_mistake_costs_is_no_matter_of_luck(
    exercise, graded_mistakes, monkeypatch
):
    """It costs the same, whatever numbers a learner has drawn."""
    solved = exercise.solved()
    varying = []
    for task, function, verdict in graded_mistakes:
        if not turns.is_due(function.__name__, every=4):
            continue
        first = turns.rank(function.__name__) % 10**5
        found = {verdict.score}
        for seed in range(first, first + OTHER_SEEDS):
            monkeypatch.setenv("UNROLLED_SEED", str(seed))
            found.add(exercise.verdict(task, {**solved, task: function}).score)
        if len(found) > 1:
            varying.append(f"{task}: {function.__name__} {sorted(found)}")
    assert not varying, "\n".join(varying)


def test_a_task_is_not_blamed_for_an_earlier_one(exercise):
    """A right answer that calls a wrong earlier one has no mistake of its own."""
    on_top = exercise.solved()  # its functions call each other by name
    mistakes = exercise.answers("mistakes")
    pairs = {
        later: re.findall(r'"(\w+)": \1', found[1])
        for later, cell in exercise.tests.items()
        if (found := re.search(r"\buses=\{(.*?)\}", cell.source))
    }
    followed = dict.fromkeys(pairs, False)
    for later, earlier in pairs.items():
        phrases = {phrase(function) for task, function in mistakes if task == later}
        for task, function in mistakes:
            if task not in earlier:
                continue
            right = on_top[task]
            on_top[task] = function
            message = exercise.verdict(later, on_top).message
            on_top[task] = right
            named = [says for says in phrases if f" {says}." in message]
            assert not named, f"{later} on top of {function.__name__}:\n{message}"
            followed[later] |= f"It follows from {task}" in message
    assert all(followed.values()), followed


def test_mistakes_that_nobody_listed_fail_too(exercise, monkeypatch):
    """The verdict rests on the reference alone; the bank only finds the words.

    A few of each exercise: no score reads the bank, see tests/checks/test_checks.py.
    """
    monkeypatch.setattr(bank.Bank, "mistakes", [])
    solved = exercise.solved()
    tasks = {function: task for task, function in exercise.answers("mistakes")}
    for function in turns.sample(list(tasks), 5):
        task = tasks[function]
        verdict = exercise.verdict(task, {**solved, task: function})
        assert verdict.score < exercise.points[task], function.__name__
        assert verdict.message.strip(), function.__name__


def _write_matrix(exercise, rows):
    """Leave the matrix task × mistake where the summary of the run finds it."""
    lines = [
        f"{exercise.name}: {sum(r[3] for r in rows)} of {len(rows)} mistakes named"
    ]
    for task, name, score, named, _ in rows:
        points = exercise.points[task]
        verdict = f"{score:g} of {points:g}"
        lines.append(f"  {task:24} {name:36} {verdict:12} {'named' if named else '-'}")
    folder = ROOT / "_build" / "matrix"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{exercise.name}.txt").write_text(
        "\n".join(lines) + "\n", encoding="utf-8"
    )


@pytest.mark.parametrize("seed", [1, 2 + turns.day() % 10**5], ids=["first", "today"])
def test_every_accepted_answer_passes(exercise, seed, monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", str(seed))
    solved = exercise.solved()
    found = exercise.answers("accepted")
    for task, function in found:
        verdict = exercise.verdict(task, {**solved, task: function})
        where = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
        assert verdict.score == exercise.points[task], f"{where}\n{verdict.message}"
    for task in exercise.tests:
        assert sum(t == task for t, _ in found) >= ACCEPTED_AT_LEAST, task


def test_the_release_holds_no_answer(exercise, rebuilt):
    folder = rebuilt / "exercises"
    assert [p.name for p in folder.rglob("*") if p.is_file()] == [
        f"{exercise.name}.ipynb"
    ]
    text = next(folder.rglob("*.ipynb")).read_text(encoding="utf-8")
    assert "### BEGIN" not in text
    assert "### END" not in text
    assert BANK_CANARY not in text
    assert "_case(" not in text
    release = nbformat.reads(text, as_version=4)
    assert [is_test(c) for c in release.cells] == [
        is_test(c) for c in exercise.notebook.cells
    ]
    for task, function in exercise.answers("mistakes"):
        assert phrase(function) not in text, task


@pytest.mark.parametrize("folder", ["solutions", "exercises"])
def test_committed_notebooks_are_up_to_date(exercise, rebuilt, folder):
    relative = f"{folder}/{exercise.name}/{exercise.name}.ipynb"
    committed = ROOT / relative
    assert committed.exists(), f"{relative} is missing: run python -m course_lib build"
    assert committed.read_text(encoding="utf-8") == (rebuilt / relative).read_text(
        encoding="utf-8"
    ), f"{relative}:1: stale; run `python -m course_lib build` and commit the result"


def test_the_source_runs_as_a_script(exercise):
    """`load_bank`, which the builder replaces, reads the same bank from the files."""
    for task in exercise.tests:
        loaded = bank.load_bank(exercise.name, task)
        assert loaded.text in exercise.tests[task].source
        assert loaded.wrong in exercise.tests[task].source
        assert loaded.reference.__name__ == task
