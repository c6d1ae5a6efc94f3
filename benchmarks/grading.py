"""What grading a class costs: this course's `grade` beside plain nbgrader, in one run.

    python benchmarks/grading.py [--exercise 03_rnn] [--submissions 24]

Every submission is honest and different: the right answers with a comment of its own.
CPU seconds are those of a command and of everything it started, as the system counts
them when it has ended. The notebook's own computing is measured in one process that
has imported everything before. A run with one submission tells start from steady cost.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil

ROOT = Path(__file__).parents[1]
CORES = 16
CLASS = 10_000
OWN = """
import contextlib, io, json, sys, time
import nbformat, torch
from course_lib import checks
torch.set_num_threads(1)
cells = nbformat.read(sys.argv[1], as_version=4).cells
code = ["\\n".join(x for x in c.source.splitlines() if x[:1] not in "%!")
        for c in cells if c.cell_type == "code"]
times = []
for _ in range(3):
    names, start = {"__name__": "__main__"}, time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        for text in code:
            exec(compile(text, "cell", "exec"), names)
    times.append(time.process_time() - start)
print(json.dumps(sorted(times)[1]))
"""


@dataclass
class Cost:
    """What a command used: seconds on the wall, of the CPU, and MiB at its peak."""

    wall: float
    cpu: float
    memory: float


def environment() -> dict[str, str]:
    """Return the environment of every command: one thread, this copy of the course."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {"PYTHONPATH": str(ROOT), "PATH": path, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **known, "MKL_NUM_THREADS": "1"}


def measure(folder: Path, *command: str) -> Cost:
    """Run a command to its end; memory is the proportional set of its whole tree."""
    with (folder / "log.txt").open("w") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(
            f"{command} failed:\n{(folder / 'log.txt').read_text()[-3000:]}"
        )
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0])


def _watch(pid: int, peak: list[float]) -> None:
    while True:
        try:
            root = psutil.Process(pid)
            total = 0
            for process in [root, *root.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
        except psutil.Error:
            return
        peak[0] = max(peak[0], total / 2**20)
        time.sleep(1)


def make_class(folder: Path, source: Path, count: int, ours: bool) -> None:
    """Make a course with `count` submissions, ready to be graded."""
    name = source.stem
    target = folder / "solutions" / name / source.name
    target.parent.mkdir(parents=True)
    shutil.copy(source, target)
    if ours:
        shutil.copy(ROOT / "nbgrader_config.py", folder)
    else:
        (folder / "nbgrader_config.py").write_text(
            'c = get_config()\nc.CourseDirectory.source_directory = "solutions"\n'
            'c.CourseDirectory.release_directory = "exercises"\n'
            'c.CourseDirectory.course_id = "unrolled"\nc.Execute.timeout = 120\n'
        )
    measure(folder, "-m", "nbgrader", "generate_assignment", name, "--force")
    release = folder / "exercises" / name / source.name
    right = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in nbformat.read(source, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for number in range(count):
        notebook = nbformat.read(release, as_version=4)
        for cell in notebook.cells:
            label = cell.metadata.get("nbgrader", {}).get("grade_id")
            if label in right:
                cell.source = f"{right[label]}\n# learner {number}"
        place = folder / "submitted" / f"learner_{number:05}" / name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / source.name)


def scores(folder: Path, name: str) -> list[float]:
    """Return the scores in the gradebook, in the order of the learners."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "unrolled") as gradebook:
        found = gradebook.assignment_submissions(name)
        return [s.score for s in sorted(found, key=lambda s: s.student_id)]


def run(name: str, count: int) -> None:
    """Measure all sides and print the table and the projection."""
    source = ROOT / "solutions" / name / f"{name}.ipynb"
    grade = ("-m", "course_lib", "grade", name, "--course", ".")
    sides = {
        "plain nbgrader": ("-m", "nbgrader", "autograde", name),
        "grade, 1 worker": (*grade, "--workers", "1"),
        "grade, 2 workers": (*grade, "--workers", "2"),
        "Dask, 2 workers": (*grade, "--workers", "2", "--scheduler", "local"),
    }
    own = json.loads(
        subprocess.check_output(
            [sys.executable, "-c", OWN, str(source)], env=environment()
        )
    )
    costs, found = {}, {}
    with tempfile.TemporaryDirectory(prefix="benchmark_") as temporary:
        for label, command in sides.items():
            for size in (1, count):
                folder = Path(temporary, f"{label} {size}")
                make_class(folder, source, size, label != "plain nbgrader")
                costs[label, size] = measure(folder, *command)
                print(f"{label}, {size}: {costs[label, size]}", file=sys.stderr)
            found[label] = scores(folder, name)
    if len({tuple(values) for values in found.values()}) != 1:
        raise SystemExit(f"the sides do not agree on the scores: {found}")
    report(name, count, own, costs, list(sides))


def report(name: str, count: int, own: float, costs: dict, sides: list[str]) -> None:
    """Print costs a submission without the start, then the projection."""
    print(f"{name}: {count} submissions, all with equal scores on every side")
    print(f"the notebook's own computing: {own:.2f} CPU-s a submission\n")
    head = ("", "start wall s", "wall s", "CPU-s", "beyond own", "peak MiB")
    print("{:18}{:>14}{:>10}{:>10}{:>12}{:>10}".format(*head))
    steady = {}
    for side in sides:
        first, all_ = costs[side, 1], costs[side, count]
        wall = (all_.wall - first.wall) / (count - 1)
        cpu = (all_.cpu - first.cpu) / (count - 1)
        steady[side] = wall, cpu
        print(
            f"{side:18}{first.wall:14.1f}{wall:10.2f}{cpu:10.2f}{cpu - own:12.2f}"
            f"{all_.memory:10.0f}"
        )
    one, two = steady["grade, 1 worker"], steady["grade, 2 workers"]
    plain = steady["plain nbgrader"]
    print(f"\nefficiency of 2 workers: {one[0] / (2 * two[0]):.2f}")
    print(f"plain nbgrader / ours, CPU a submission: {plain[1] / one[1]:.1f}")
    memory = (
        costs["grade, 2 workers", count].memory - costs["grade, 1 worker", count].memory
    )
    print(f"memory of one more worker: {memory:.0f} MiB")
    hours = CLASS * one[1] / CORES / 3600
    print(
        f"\n{CLASS} submissions x {one[1]:.2f} CPU-s / {CORES} cores = "
        f"{CLASS * one[1] / CORES:.0f} s = {hours:.2f} h at best; plain nbgrader, one "
        f"after another: {CLASS} x {plain[0]:.2f} s = {CLASS * plain[0] / 3600:.1f} h"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", default="03_rnn")
    parser.add_argument("--submissions", type=int, default=24)
    options = parser.parse_args()
    run(options.exercise, options.submissions)


if __name__ == "__main__":
    main()
