"""Grade some entries in a course of their own, and watch what happens meanwhile."""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from . import class_of, effects, making
from .entry import Entry, Place
from .outcome import Outcome, judge
from .pages import active, entry_text, leaks, visible

Grader = Callable[[Place, str], None]
TEMPLATE = "template"


def run(
    entries: Iterable[Entry],
    grade: Grader,
    work: Path,
    batch: int = 1000,
    retry: bool = True,
) -> list[Outcome]:
    """Grade entries, each batch in a course of its own.

    Args:
        entries: what to grade.
        grade: how to grade; it must end every process that it starts.
        work: an empty folder, or one that holds a template from an earlier run.
        batch: how many entries share a course; those of one exercise only.
        retry: where something happened that may be anybody's doing, grade the halves
            of the batch again, down to single entries.
    """
    if not (work / TEMPLATE).exists():
        making.new_course(work / TEMPLATE)
    outcomes: list[Outcome] = []
    for group in batches(entries, batch):
        outcomes += (
            _attributed(group, grade, work) if retry else run_batch(group, grade, work)
        )
    return outcomes


def _attributed(group: list[Entry], grade: Grader, work: Path) -> list[Outcome]:
    """Grade a batch, and its halves again while it is unclear who did the damage."""
    found = run_batch(group, grade, work)
    if len(group) == 1 or not any(outcome.collateral for outcome in found):
        return found
    middle = len(group) // 2
    return [
        outcome
        for half in (group[:middle], group[middle:])
        for outcome in _attributed(half, grade, work)
    ]


def batches(entries: Iterable[Entry], size: int) -> list[list[Entry]]:
    """Group entries by exercise, at most `size` together."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.exercise, []).append(entry)
    return [
        group[start : start + size]
        for group in groups.values()
        for start in range(0, len(group), size)
    ]


def run_batch(entries: list[Entry], grade: Grader, work: Path) -> list[Outcome]:
    """Grade some entries of one exercise in a fresh copy of the course."""
    folder = work / f"b{time.time_ns()}"
    shutil.copytree(work / TEMPLATE, folder, symlinks=True)
    place = Place(
        *(folder / name for name in ("course", "lib", "home", "outside")),
        port=effects.free_port(),
    )
    exercise = entries[0].exercise
    students = {entry.name: making.submit(entry, place) for entry in entries}
    neighbour = making.submit_neighbour(place, exercise)
    wanted = making.read_exercise(place.course, exercise).points
    getattr(grade, "prepare", lambda place: None)(place)
    started = time.monotonic()
    aborted, found, left = _watch(place, lambda: grade(place, exercise))
    seconds = time.monotonic() - started
    scores = _scores(place, exercise)
    if scores.get(neighbour, {}) != {f"test_{task}": p for task, p in wanted.items()}:
        aborted = aborted or f"the neighbour has {scores.get(neighbour)}"
    outcomes = [
        _outcome(entry, scores.get(students[entry.name], {}), wanted, place)
        for entry in entries
    ]
    for outcome in outcomes:
        outcome.aborted, outcome.effects, outcome.survivors = aborted, found, left
        outcome.alone = len(entries) == 1
        outcome.seconds = round(seconds / len(entries), 2)
        if outcome.missing or outcome.aborted:
            outcome.log = _last_error(folder / "log.txt", students[outcome.name])
    _remove(folder)
    return outcomes


def _last_error(path: Path, student: str) -> str:
    text = path.read_text(errors="replace", encoding="utf-8") if path.exists() else ""
    errors = re.findall(r"^\w*(?:Error|Exception|Entry)\b.*$", text, re.M)
    return errors[-1][:200] if errors else text[-200:]


def _watch(place: Place, grade: Callable) -> tuple[str, list[str], list[str]]:
    """Grade; return how it ended, what it did to others, and who survived."""
    effects.adopt_orphans()
    before, used = effects.snapshot(place), effects.size(place)
    known = set(effects.descendants())
    listener = effects.Listener(place)
    aborted, left = "", []
    try:
        grade()
    except Exception as error:
        aborted = f"{type(error).__name__}: {str(error)[:200]}"
    left = effects.survivors(known)
    for name in ("solutions", "submitted"):
        if (place.course / name).exists() and not os.access(
            place.course / name, os.R_OK | os.X_OK
        ):
            (place.course / name).chmod(0o700)
    found = effects.differences(before, effects.snapshot(place))
    found += listener.stop() + effects.litter(place)
    if (grown := effects.size(place) - used) > effects.LARGE_BYTES:
        found.append(f"disk: {grown >> 20} MB more in the course")
    return aborted, found[:20], [] if aborted else left[:5]


def _scores(place: Place, exercise: str) -> dict[str, dict[str, float | None]]:
    """Return the scores in the gradebook by learner and cell."""
    query = (
        "select sa.student_id, bc.name, g.auto_score, g.manual_score, g.extra_credit "
        "from submitted_assignment sa "
        "join assignment a on sa.assignment_id = a.id "
        "join submitted_notebook sn on sn.assignment_id = sa.id "
        "join grade g on g.notebook_id = sn.id "
        "join base_cell bc on bc.id = g.cell_id where a.name = ?"
    )
    found: dict[str, dict[str, float | None]] = {}
    try:
        base = sqlite3.connect(place.course / "gradebook.db", timeout=2)
        for student, cell, auto, manual, extra in base.execute(query, (exercise,)):
            score = auto if manual is None else manual
            total = None if score is None else score + (extra or 0)
            found.setdefault(student, {})[cell] = total
        base.close()
    except sqlite3.Error:
        return {}
    return found


def _outcome(entry: Entry, scores: dict, points: dict, place: Place) -> Outcome:
    outcome = Outcome(entry.name, class_of(entry))
    outcome.scores = {task: scores.get(f"test_{task}") for task in points}
    known = {f"test_{task}" for task in points}
    outcome.bonus = sum(s or 0.0 for name, s in scores.items() if name not in known)
    judge(outcome, entry.expected(points))
    _read_pages(entry, place, outcome)
    return outcome


def _read_pages(entry: Entry, place: Place, outcome: Outcome) -> None:
    """Look at everything that the learner receives."""
    folder = place.course / "feedback" / (entry.student or entry.name)
    texts = []
    for here, _, names in os.walk(folder):
        for name in names:
            path = Path(here, name)
            if path.is_file() and path.stat().st_size < effects.LARGE_BYTES:
                texts.append(path.read_text(errors="replace", encoding="utf-8"))
    sent = entry_text(entry)
    for text in texts:
        outcome.leaks += sorted(leaks(text) - leaks(sent))
        outcome.active += active(text)
    outcome.leaks = sorted(set(outcome.leaks))
    outcome.active = sorted(set(outcome.active))[:5]
    if entry.reason:
        plain = "\n".join(map(visible, texts))
        outcome.reason = bool(re.search(entry.reason, plain))


def _remove(folder: Path) -> None:
    def allow(function, path, _):
        os.chmod(Path(path).parent, 0o700)
        function(path)

    shutil.rmtree(folder, ignore_errors=False, onerror=allow)
