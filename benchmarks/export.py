"""How long the export of a large class takes, ours beside nbgrader's own.

Run `python benchmarks/export.py`. Both sides export a small class; ours exports
the large one (a test compares the two, cell by cell). nbgrader's time for the large
class is extrapolated by the number of grades, which favours nbgrader: its queries slow
down as tables grow.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from nbgrader import api
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import insert

# nbgrader calls alembic by its bare name when it makes a database
os.environ["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
)

from course_lib.commands.export import FORMATS

WHEN = datetime(2024, 5, 1)


def build(path: Path, students: int, assignments: int, cells: int) -> None:
    """Fill a gradebook: one notebook an assignment, `cells` graded cells each."""
    with api.Gradebook(f"sqlite:///{path}", "unrolled") as gradebook:
        for a in range(assignments):
            gradebook.add_assignment(f"a{a:02}", duedate=WHEN)
            gradebook.add_notebook("n", f"a{a:02}")
            for c in range(cells):
                gradebook.add_grade_cell(
                    f"c{c}", "n", f"a{a:02}", max_score=5, cell_type="code"
                )
        names = [
            {"id": f"s{i:05}", "last_name": f"Last, {i}", "first_name": f'"F" {i}'}
            for i in range(students)
        ]
        gradebook.db.execute(insert(api.Student), names)
        for assignment in gradebook.assignments:
            _submit(gradebook, assignment, [name["id"] for name in names])
        gradebook.db.commit()


def _submit(gradebook: api.Gradebook, assignment, students: list[str]) -> None:
    notebook = assignment.notebooks[0]
    cells = [cell.id for cell in notebook.grade_cells]
    handed, books, grades = [], [], []
    for i, student in enumerate(students):
        if i % 10 == 9:
            continue  # one in ten hands nothing in
        a, b = api.new_uuid(), api.new_uuid()
        handed.append({"id": a, "assignment_id": assignment.id, "student_id": student})
        handed[-1]["timestamp"] = WHEN
        books.append({"id": b, "assignment_id": a, "notebook_id": notebook.id})
        books[-1]["late_submission_penalty"] = float(i % 3)
        grades += [
            {
                **{"id": api.new_uuid(), "notebook_id": b, "cell_id": cell},
                **{"auto_score": (i + j) % 6 / 2, "needs_manual_grade": False},
            }
            for j, cell in enumerate(cells)
        ]
    for table, rows in (
        (api.SubmittedAssignment, handed),
        (api.SubmittedNotebook, books),
        (api.Grade, grades),
    ):
        gradebook.db.execute(insert(table.__table__), rows)


def timed(plugin: type, database: Path, to: Path) -> float:
    """Return the seconds that an export takes, opening the database included."""
    start = time.perf_counter()
    with api.Gradebook(f"sqlite:///{database}", "unrolled") as gradebook:
        plugin(to=str(to)).export(gradebook)
    return time.perf_counter() - start


def main() -> None:
    """Build both classes, export them, and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=10_000)
    options.add_argument("--assignments", type=int, default=20)
    options.add_argument("--cells", type=int, default=5)
    options.add_argument("--small", type=int, default=100, help="students beside")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run(Path(name), chosen)


def run(folder: Path, chosen: argparse.Namespace) -> None:
    """Measure in a folder."""
    small, large = folder / "small.db", folder / "large.db"
    build(small, chosen.small, chosen.assignments, chosen.cells)
    start = time.perf_counter()
    build(large, chosen.students, chosen.assignments, chosen.cells)
    print(f"built in {time.perf_counter() - start:.0f} s,", end=" ")
    print(f"{large.stat().st_size / 1e6:.0f} MB, {chosen.cells} cells an assignment\n")
    pairs = chosen.small * chosen.assignments
    times = chosen.students / chosen.small
    theirs = timed(CsvExportPlugin, small, folder / "theirs.csv")
    row = "{:<10}{:>10}{:>14}{:>12}".format
    print(row("format", "students", "assignments", "seconds"))
    shape = chosen.small, chosen.assignments
    print(row("nbgrader", *shape, f"{theirs:.2f}"))
    print(row("csv", *shape, f"{timed(FORMATS['csv'], small, folder / 'o'):.2f}"))
    shape = chosen.students, chosen.assignments
    print(row("nbgrader", *shape, f"≈ {theirs * times:.0f}"), "(extrapolated)")
    for form, plugin in FORMATS.items():
        to = folder / f"{form}.csv"
        print(row(form, *shape, f"{timed(plugin, large, to):.2f}"), end=" ")
        with to.open(encoding="utf-8", newline="") as file:
            print(f"({sum(1 for _ in csv.reader(file))} rows read back)")
    print(f"\nnbgrader: {theirs / pairs * 1e3:.2f} ms a grade")


if __name__ == "__main__":
    main()
