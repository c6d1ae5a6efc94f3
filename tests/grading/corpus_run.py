"""Grade the corpus in some way, and compare every verdict with the golden one.

A way of grading is a function `grade(place, exercise)`: it grades everything in
`place.course/submitted/*/EXERCISE` into `place.course/gradebook.db` and writes the
pages for the learners to `place.course/feedback/`. What it must write before anybody's
code runs, such as a configuration, it writes in `grade.prepare(place)`. `run` (in
corpus/batch.py) makes a course for each batch, calls it, and returns an `Outcome` for
every entry.

    python tests/grading/corpus_run.py --grader plain --confine --out table.json
    python tests/grading/corpus_run.py --tables

The first grades with nbgrader as it comes, each batch inside bubblewrap, because
nothing else stops a submission there; the second writes into the book what two kept
runs say. Entries of a batch in which something happened that cannot be laid at one
entry's door are graded once more, each alone.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpus import ENTRIES, Entry, Place, class_of, making
from corpus import quick as quick_selection
from corpus.batch import TEMPLATE, Grader, batches, run
from corpus.outcome import (
    Outcome,
    line,
    markdown,
    read_outcomes,
    side_by_side,
    table,
    write,
)

ROOT = Path(__file__).parents[2]
PLAIN = Path(__file__).parent / "corpus" / "plain_nbgrader.json"
ENGINE = Path(__file__).parent / "corpus" / "engine.json"
TABLE = ROOT / "book" / "_tables" / "corpus.md"
BATCH_LIMIT_S = 60
ENTRY_LIMIT_S = 20  # a cell has 30 s in nbgrader, a notebook no limit


def plain(place: Place, exercise: str) -> None:
    """Nbgrader as it comes, ended from outside where it does not end by itself."""
    waiting = len(list((place.course / "submitted").iterdir()))
    limit = BATCH_LIMIT_S + ENTRY_LIMIT_S * waiting
    _bounded(place, limit, "autograde", exercise)
    _bounded(place, limit, "generate_feedback", exercise)


def _bounded(place: Place, limit: float, *words: str) -> None:
    """Run nbgrader and end it, and what it started, after a time."""
    with (place.course.parent / "log.txt").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=place.course,
            env=making.environment(place),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            code = child.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise TimeoutError(f"{words[0]} did not end within {limit} s") from None
    if code < 0:
        raise RuntimeError(f"{words[0]} was ended by signal {-code}")


SHORT_PATIENCE = """
c.Engine.timeout = 4
c.Engine.notebook_timeout = 90
"""


def ours(place: Place, exercise: str) -> None:
    """Nbgrader with this course's parts and its engine behind it."""
    plain(place, exercise)


def contained(place: Place, exercise: str) -> None:
    """The same, in podman's containers."""
    plain(place, exercise)


def _configure(place: Place, more: str = "") -> None:
    text = (
        (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        + SHORT_PATIENCE
        + more
    )
    (place.course / "nbgrader_config.py").write_text(text, encoding="utf-8")


ours.prepare = _configure
contained.prepare = partial(_configure, more='c.Engine.sandbox = "podman"\n')

GRADERS: dict[str, Grader] = {"plain": plain, "ours": ours, "podman": contained}


def find_grader(name: str) -> Grader:
    """Return a way of grading: a name above, or `module:function`."""
    if name in GRADERS:
        return GRADERS[name]
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def confined(words: list[str], work: Path) -> list[str]:
    """Return a command that can write below `work` only and has no network."""
    return [
        *["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
        *["--tmpfs", "/tmp", "--ro-bind", str(ROOT), str(ROOT)],
        *["--bind", str(work), str(work), "--tmpfs", "/dev/shm"],
        *["--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"],
        *["prlimit", f"--data={7 << 30}", "--core=0", "--nofile=4096", "--", *words],
    ]


def run_apart(entries: list[Entry], arguments, work: Path) -> list[Outcome]:
    """Run a batch in a process of its own."""
    out = work / f"o{time.time_ns()}.json"
    words = [
        sys.executable,
        __file__,
        "--grader",
        arguments.grader,
        "--work",
        str(work),
    ]
    words += ["--out", str(out), "--only", *(entry.name for entry in entries)]
    words += ["--batch", "1000", "--no-retry"]
    if arguments.confine:
        words = confined(words, work)
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    if not out.exists():
        text = f"the runner ended: {done.returncode} {done.stderr[-300:]}"
        return [Outcome(e.name, class_of(e), aborted=text) for e in entries]
    rows = json.loads(out.read_text(encoding="utf-8"))["entries"]
    out.unlink()
    return [Outcome(**row) for row in rows]


def run_parallel(entries: list[Entry], arguments, work: Path) -> list[Outcome]:
    """Run batches beside each other; repeat the doubtful ones, entry by entry."""
    outcomes = read_outcomes(arguments.out) if arguments.resume else {}
    groups = batches([e for e in entries if e.name not in outcomes], arguments.batch)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        running = {pool.submit(run_apart, g, arguments, work): g for g in groups}
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                group, found = running.pop(future), future.result()
                if len(group) > 1 and any(o.collateral for o in found):
                    for entry in group:
                        alone = pool.submit(run_apart, [entry], arguments, work)
                        running[alone] = [entry]
                    continue
                outcomes |= {o.name: o for o in found}
                print("\n".join(map(line, found)), flush=True)
                write(outcomes.values(), arguments.out)
    return list(outcomes.values())


def tables() -> str:
    """Return the page's table of both runs that are kept."""
    sides = [list(read_outcomes(path).values()) for path in (PLAIN, ENGINE)]
    return side_by_side(*sides)


def main() -> None:
    """Grade entries as the command line says, and write outcomes and table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grader", default="plain", help="or module:function")
    parser.add_argument("--work", type=Path, help="a folder for the courses")
    parser.add_argument("--out", type=Path, help="where the outcomes go, as JSON")
    parser.add_argument("--only", nargs="*", help="names of entries or of classes")
    parser.add_argument("--quick", action="store_true", help="the quick selection")
    parser.add_argument("--skip-heavy", action="store_true")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=0, help="0: in this process")
    parser.add_argument("--confine", action="store_true", help="inside bubblewrap")
    parser.add_argument("--no-retry", action="store_true")
    parser.add_argument("--tables", action="store_true", help="write the book's table")
    parser.add_argument("--resume", action="store_true", help="keep what --out holds")
    arguments = parser.parse_args()
    if arguments.tables:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(tables(), encoding="utf-8")
        return
    entries = quick_selection() if arguments.quick else ENTRIES
    if arguments.only:
        wanted = set(arguments.only)
        entries = [e for e in ENTRIES if {e.name, class_of(e)} & wanted]
    if arguments.skip_heavy:
        entries = [e for e in entries if not e.heavy]
    work = (arguments.work or ROOT / "_build" / "corpus").resolve()
    work.mkdir(parents=True, exist_ok=True)
    if arguments.jobs:
        if not (work / TEMPLATE).exists():
            making.new_course(work / TEMPLATE)
        outcomes = run_parallel(entries, arguments, work)
    else:
        grade = find_grader(arguments.grader)
        retry = not arguments.no_retry
        outcomes = run(entries, grade, work, arguments.batch, retry)
        for outcome in outcomes:
            print(line(outcome))
    write(outcomes, arguments.out)
    print(markdown(table(outcomes)))


if __name__ == "__main__":
    main()
