"""What grading a class costs: this course's `grade` beside plain nbgrader, in one run.

    python benchmarks/grading.py [--exercise 03_rnn] [--submissions 300] [--rounds 1]

Every submission is honest and different: the right answers with a comment of its own.
CPU seconds are those of a command and of every process that it started, also of those
that nobody waits for; the output says how they were counted (see `counting`). What one
more submission costs is the difference of a large class and a small one; the rest of
the small one is the start. The writer's seconds are those of `grade`'s own process.
The sides run in turn, in rounds, and medians are reported.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from costs import ROOT, Cost, environment, measure, steady

CORES = 16
CLASS = 10_000
PLAIN, ONE, TWO = "plain nbgrader", "grade, 1 worker", "grade, 2 workers"
DASK = "Dask, 2 workers"
FEW = 10  # submissions of the small class
FEW_PLAIN = 1, 4  # plain nbgrader takes long, and always the same
OWN = """
import contextlib, io, json, sys, time
import nbformat, torch
from course_lib import checks
torch.set_num_threads(1)
cells = nbformat.read(sys.argv[1], as_version=4).cells
code = ["\\n".join(x for x in c.source.splitlines() if x[:1] not in "%!")
        for c in cells if c.cell_type == "code"]
times = []
for _ in range(11):
    names, start = {"__name__": "__main__"}, time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        for text in code:
            exec(compile(text, "cell", "exec"), names)
    times.append(time.process_time() - start)
print(json.dumps(sorted(times[3:])[4]))  # the first ones import
"""


GRADE = """
import json, sys, time
from pathlib import Path
from course_lib.grading.batch.grade import grade
if __name__ == "__main__":
    name, workers, *at = sys.argv[1:]
    summary = grade(Path("."), name, int(workers), *at)
    if summary.failed:
        raise SystemExit(str(summary))
    print(json.dumps(time.process_time()))
"""


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
            'c.CourseDirectory.course_id = "unrolled"\nc.Execute.timeout = 120\n',
            encoding="utf-8",
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


def run(name: str, count: int, rounds: int, dask: bool) -> None:
    """Measure all sides in turn and print the table and the projection."""
    source = ROOT / "solutions" / name / f"{name}.ipynb"
    sides = {
        PLAIN: ("-m", "nbgrader", "autograde", name),
        ONE: ("-c", GRADE, name, "1"),
        TWO: ("-c", GRADE, name, "2"),
    }
    if dask:
        sides[DASK] = ("-c", GRADE, name, "2", "local")
    sizes = {side: FEW_PLAIN if side == PLAIN else (FEW, count) for side in sides}
    costs: dict[tuple, list[Cost]] = {}
    owns, loads, found = [], [], {}
    with tempfile.TemporaryDirectory(prefix="benchmark_") as temporary:
        for number in range(rounds):
            own = [sys.executable, "-c", OWN, str(source)]
            owns.append(json.loads(subprocess.check_output(own, env=environment())))
            for side, command in sides.items():
                for size in sizes[side]:
                    folder = fresh_class(Path(temporary), source, size, side != PLAIN)
                    cost = measure(folder, *command)
                    found[side, size] = set(scores(folder, name))
                    costs.setdefault((side, size), []).append(cost)
                    loads.append(os.getloadavg()[0])
                    print(f"round {number}, {side}, {size}: {cost}", file=sys.stderr)
    if len(set.union(*found.values())) != 1:
        raise SystemExit(f"the sides do not agree on the scores: {found}")
    how = {cost.counted for several in costs.values() for cost in several}
    print(
        f"{name}: {count} submissions, {rounds} rounds, all with equal scores on every "
        f"side\ncounted: {'; '.join(sorted(how))}\nload average from {min(loads):.1f} "
        f"to {max(loads):.1f} on {os.cpu_count()} cores"
    )
    report(statistics.median(owns), costs, sizes)


def fresh_class(place: Path, source: Path, count: int, ours: bool) -> Path:
    """Return a copy of a class of which nothing is graded yet; it is made once."""
    kept, folder = place / f"{count}_{ours}", place / "now"
    if not kept.exists():
        make_class(kept, source, count, ours)
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(kept, folder)


def report(own: float, costs: dict, sizes: dict) -> None:
    """Print costs a submission without the start, then the projection."""
    print(f"the notebook's own computing: {own:.3f} CPU-s a submission\n")
    head = ("", "start CPU-s", "wall s", "CPU-s", "beyond own", "writer", "peak MiB")
    print(f"| {' | '.join(head)} |\n|---|{'---:|' * (len(head) - 1)}")
    cpu, wall, writer, start, memory = {}, {}, {}, {}, {}
    for side, pair in sizes.items():
        cpu[side], wall[side], writer[side] = (
            steady(costs, side, pair, what) for what in ("cpu", "wall", "writer")
        )
        start[side] = statistics.median(c.cpu for c in costs[side, pair[0]])
        start[side] -= pair[0] * cpu[side]
        memory[side] = statistics.median(c.memory for c in costs[side, pair[1]])
        numbers = f"{start[side]:.1f}", f"{wall[side]:.3f}", f"{cpu[side]:.3f}"
        numbers += f"{cpu[side] - own:.3f}", f"{writer[side]:.4f}"
        print(f"| {' | '.join([side, *numbers, f'{memory[side]:.0f}'])} |")
    one, two = cpu[ONE], cpu[TWO]
    whole = [
        statistics.median(c.wall for c in costs[s, sizes[s][1]]) for s in (ONE, TWO)
    ]
    print(f"\nefficiency of 2 workers by the wall: {wall[ONE] / (2 * wall[TWO]):.2f}")
    print(f"the same with the start: {whole[0] / (2 * whole[1]):.2f}")
    print(f"the same by CPU-s: {one / two:.2f}")
    if DASK in cpu:
        print(f"efficiency of Dask by CPU-s: {one / cpu[DASK]:.2f}")
    print(f"plain nbgrader / ours, CPU a submission: {cpu[PLAIN] / one:.1f}")
    print(f"memory of one more worker: {memory[TWO] - memory[ONE]:.0f} MiB")
    project(two - writer[TWO], writer[TWO], start[ONE], cpu[PLAIN])


def project(worker: float, writer: float, start: float, plain: float) -> None:
    """Print how long a large class takes; the writer is one process and cannot share.

    Args:
        worker: CPU seconds a submission that any core may spend.
        writer: CPU seconds a submission that one process spends.
        start: CPU seconds to start one worker.
        plain: CPU seconds a submission of plain nbgrader, which has one process.
    """
    shared = CLASS * worker / (CORES - 1)
    alone = CLASS * writer
    total = start + max(shared, alone)
    print(
        f"\n{CLASS} submissions on {CORES} cores, one of them for the writer:\n"
        f"  workers  {CLASS} x {worker:.3f} CPU-s / {CORES - 1} = {shared:.0f} s\n"
        f"  writer   {CLASS} x {writer:.4f} CPU-s = {alone:.0f} s, at the same time\n"
        f"  start    {start:.0f} s\n"
        f"  in all   {total:.0f} s = {total / 60:.0f} min\n"
        f"plain nbgrader, one after another: {CLASS} x {plain:.2f} CPU-s = "
        f"{CLASS * plain / 3600:.1f} h"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", default="03_rnn")
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--dask", action="store_true", help="measure Dask as well")
    options = parser.parse_args()
    run(options.exercise, options.submissions, options.rounds, options.dask)


if __name__ == "__main__":
    main()
