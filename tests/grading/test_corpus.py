"""The corpus is sound, its runner sees what it is there to see, the engine stands up.

The entries are checked against themselves, and the runner against graders with known
faults. Under the engine the quick selection is graded, batch by batch;
UNROLLED_CORPUS=all grades all of it, which takes an hour.
"""

import base64
import collections
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import corpus_run
import pytest
from corpus import CLASSES, ENTRIES, class_of, making, quick
from corpus.batch import TEMPLATE, batches, run
from corpus.outcome import Outcome, line
from corpus.pages import active, leaks
from filelock import FileLock
from grading import engine_kit as kit

HERE = Path(__file__).parent
BASELINE = HERE / "corpus" / "plain_nbgrader.json"
KEPT = HERE / "corpus" / "engine.json"
ALL = os.environ.get("UNROLLED_CORPUS") == "all"
# a batch is graded in a course of its own; workers share the batches
BATCHES = batches(ENTRIES if ALL else quick(), 24)
BATCH_NAMES = [f"{batch[0].exercise}-{n}" for n, batch in enumerate(BATCHES)]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder with a course to copy; it takes a minute to make, once per test run."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers
    folder = base / "corpus"
    ready = folder / "ready"
    with FileLock(base / "corpus.lock"):
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            making.new_course(folder / TEMPLATE)
            ready.touch()
    return folder


@pytest.fixture(scope="module")
def place(work):
    """A course of its own, to hand in everything at once."""
    folder = work / "all"
    shutil.copytree(work / TEMPLATE, folder, symlinks=True)
    return making.Place(
        *(folder / name for name in ("course", "lib", "home", "outside")), port=1
    )


def by_name(*names):
    return [entry for entry in ENTRIES if entry.name in names]


def test_there_are_enough_entries_each_with_a_name_of_its_own():
    assert len(ENTRIES) >= 120
    counts = collections.Counter(entry.name for entry in ENTRIES)
    assert [name for name, n in counts.items() if n > 1] == []
    assert {class_of(entry) for entry in quick()} == CLASSES.keys()


def test_every_entry_can_be_handed_in_and_has_a_verdict(place):
    for entry in ENTRIES:
        points = making.read_exercise(place.course, entry.exercise).points
        for task, (low, high) in entry.expected(points).items():
            assert 0 <= low <= high <= points[task], entry.name
        student = making.submit(entry, place)
        folder = place.course / "submitted" / student / entry.exercise
        assert os.path.lexists(folder), entry.name


def test_no_entry_holds_a_canary_of_its_own():
    for entry in ENTRIES:
        sources = [*filter(None, entry.cells.values()), *(t for _, t in entry.extra)]
        assert not leaks("\n".join(sources)), entry.name


def give_everything(place, exercise):
    """A grader with known faults: full points for all, and canaries for everybody."""
    making.nbgrader(place, "autograde", exercise, "--Execute.enabled=False")
    for folder in (place.course / "submitted").iterdir():
        page = place.course / "feedback" / folder.name / exercise / "page.html"
        page.parent.mkdir(parents=True)
        page.write_text(
            "canary-hidden-test-leaky <script>corpus_active()</script>",
            encoding="utf-8",
        )
    (place.outside / "dropped").touch()
    with (place.course / "solutions" / "01_corpus.py").open(
        "a", encoding="utf-8"
    ) as file:
        file.write("# changed")
    os.posix_spawn("/bin/sleep", ["sleep", "60"], os.environ)


def give_nothing(place, exercise):
    """A grader that loses the gradebook."""
    (place.course / "gradebook.db").unlink()
    raise OSError("no disk")


def test_the_runner_sees_what_a_bad_grader_lets_through(work):
    (found,) = run(by_name("example_learnt"), give_everything, work)
    assert found.gained == 3
    assert found.leaks == ["hidden"]
    assert found.active == ["<script>"]
    assert found.survivors == ["sleep 60"]
    assert "new: outside/dropped" in found.effects
    assert "changed: course/solutions/01_corpus.py" in found.effects


def test_the_runner_sees_missing_grades_and_an_aborted_batch(work):
    (found,) = run(by_name("lambda"), give_nothing, work)
    assert found.missing == ["tally", "leaky", "memory", "iterate"]
    assert found.lost == 12
    assert found.aborted == "OSError: no disk"
    assert any("gradebook" in effect for effect in found.effects)


def test_the_runner_is_content_with_the_golden_verdicts(work):
    def grade(place, exercise):
        making.nbgrader(place, "autograde", exercise, "--Execute.enabled=False")

    (found,) = run(by_name("lambda"), grade, work)
    assert found.good, found


def test_hidden_text_is_found_in_simple_codes():
    text = "x canary-hidden-test-leaky y" * 3
    for form in (
        text,
        text[::-1],
        text.encode().hex(),
        base64.b64encode(text.encode()).decode(),
    ):
        assert leaks(form) == {"hidden"}
    assert leaks("the word canary") == set()


@pytest.mark.parametrize(
    "page",
    [
        "<ScRiPt>corpus_active()</sCrIpT>",
        "<img src=x onerror=corpus_active()>",
        "<a href=' javascript:corpus_active()'>x</a>",
        "<meta http-equiv=refresh content='0;url=https://corpus_active.example'>",
        "<svg onload='corpus_active()'/>",
    ],
)
def test_active_content_is_found(page):
    assert active(page)
    assert not active(page.replace("<", "&lt;"))


def test_the_baseline_names_entries_of_the_corpus():
    rows = json.loads(BASELINE.read_text(encoding="utf-8"))["entries"]
    names = {entry.name for entry in ENTRIES}
    assert {row["name"] for row in rows} <= names
    assert len(rows) >= 120


def rows(path):
    return [
        Outcome(**row)
        for row in json.loads(path.read_text(encoding="utf-8"))["entries"]
    ]


@pytest.mark.parametrize("number", range(len(BATCHES)), ids=lambda n: BATCH_NAMES[n])
def test_under_the_engine_everything_is_as_it_should_be(number, work, tmp_path):
    kit.backend()
    entries, out = BATCHES[number], tmp_path / "out.json"
    words = ["--grader", "ours", "--jobs", "1", "--batch", "24", "--out", str(out)]
    words += ["--work", str(work), "--only", *(entry.name for entry in entries)]
    runner = [sys.executable, str(HERE / "corpus_run.py"), *words]
    done = subprocess.run(runner, capture_output=True, text=True, encoding="utf-8")
    assert out.exists(), done.stderr
    found = rows(out)
    assert {outcome.name for outcome in found} == {entry.name for entry in entries}
    assert [line(outcome) for outcome in found if not outcome.good] == []


def test_the_batches_hold_every_entry_once():
    names = [entry.name for batch in BATCHES for entry in batch]
    assert sorted(names) == sorted(e.name for e in (ENTRIES if ALL else quick()))
    assert len(set(BATCH_NAMES)) == len(BATCHES)


def test_the_kept_run_of_the_engine_is_of_the_whole_corpus_and_without_fault():
    found = rows(KEPT)
    assert {outcome.name for outcome in found} == {entry.name for entry in ENTRIES}
    assert [line(outcome) for outcome in found if not outcome.good] == []


def test_the_books_table_says_what_the_kept_runs_say():
    assert corpus_run.TABLE.read_text(encoding="utf-8") == corpus_run.tables()
    first = {outcome.name: outcome for outcome in rows(BASELINE)}
    second = {outcome.name: outcome for outcome in rows(KEPT)}
    both = first.keys() & second.keys()
    last = next(li for li in corpus_run.tables().splitlines() if li[:5] == "| all")
    cells = [cell.strip() for cell in last.strip("|").split("|")]
    gained = (sum(side[name].gained > 0 for name in both) for side in (first, second))
    assert cells[:3] == ["all", str(len(both)), " / ".join(map(str, gained))]
