"""What the pages of a class cost: this course's `feedback` beside plain nbgrader.

    python benchmarks/feedback.py [--exercise 03_rnn] [--submissions 48] [--rounds 3]

A class of right answers is graded once on each side. Then its pages are written again
and again: by stock nbgrader with its own template, by `nbgrader generate_feedback` with
this course's, and by `feedback` with one and two workers. A run over few submissions
tells start from steady cost, as in `grading.py`, whose rules hold here.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from costs import ROOT, Cost, measure, steady
from grading import GRADE, make_class

STOCK, OURS = "plain nbgrader", "nbgrader, our page"
ONE, TWO = "feedback, 1 worker", "feedback, 2 workers"
FEW = 32  # two shares, so that two workers start
PLAIN = 'c = get_config()\nc.CourseDirectory.course_id = "unrolled"\n'


def graded_class(folder: Path, source: Path, count: int) -> Path:
    """Make a class and grade it."""
    folder.mkdir()
    make_class(folder, source, count, ours=True)
    measure(folder, "-c", GRADE, source.stem, "2")
    return folder


def pages(place: Path, side: str, command: tuple[str, ...], name: str) -> Cost:
    """Write all pages of a class, and see that they are there."""
    shutil.rmtree(place / "feedback", ignore_errors=True)
    ours = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (place / "nbgrader_config.py").write_text(
        PLAIN if side == STOCK else ours, encoding="utf-8"
    )
    cost = measure(place, *command)
    found = len(list(place.glob(f"feedback/*/{name}/{name}.html")))
    expected = len(list(place.glob("submitted/*")))
    if found != expected:
        raise SystemExit(f"{side}: {found} of {expected} pages")
    return cost


def run(name: str, count: int, rounds: int) -> None:
    """Measure all sides in turn and print the table."""
    source = ROOT / "solutions" / name / f"{name}.ipynb"
    nbgrader = ("-m", "nbgrader", "generate_feedback", name, "--force")
    ours = ("-m", "course_lib", "feedback", name, "--course", ".", "--workers")
    sides = {STOCK: nbgrader, OURS: nbgrader, ONE: (*ours, "1"), TWO: (*ours, "2")}
    sizes = FEW, FEW + count
    costs: dict[tuple, list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark_") as temporary:
        places = {n: graded_class(Path(temporary) / str(n), source, n) for n in sizes}
        for number in range(rounds):
            for side, command in sides.items():
                for size, place in places.items():
                    cost = pages(place, side, command, name)
                    costs.setdefault((side, size), []).append(cost)
                    print(f"round {number}, {side}, {size}: {cost}", file=sys.stderr)
    print(f"{name}: {count} pages, {rounds} rounds, {os.cpu_count()} cores\n")
    print(f"{'':20}{'start CPU-s':>12}{'CPU-s a page':>14}{'wall s a page':>15}")
    for side in sides:
        cpu, wall = (steady(costs, side, sizes, what) for what in ("cpu", "wall"))
        start = statistics.median(c.cpu for c in costs[side, FEW]) - FEW * cpu
        print(f"{side:20}{start:12.1f}{cpu:14.3f}{wall:15.3f}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", default="03_rnn")
    parser.add_argument("--submissions", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    run(options.exercise, options.submissions, options.rounds)


if __name__ == "__main__":
    main()
