"""Compare all cells of the course on all tasks, and write the table of chapter 11.

    python -m benchmarks.compare_cells

First each cell tries three learning rates on each task, with seeds of its own; then the
best one is run with the seeds of the table. It takes about ten minutes on two cores.
"""

import argparse
import json
from functools import partial

from course_lib.experiments.memory.comparison import (
    BUDGETS,
    CELLS,
    PARAMETERS,
    RATES,
    SAVED,
    TASKS,
    Result,
    best_rate,
    compare,
)
from course_lib.experiments.trial import run_jobs

TRIALS, SEEDS = (101, 102), (1, 2, 3, 4, 5)


def row(cell: str, name: str) -> Result:
    """Find a cell's learning rate on a task, then run it with the table's seeds."""
    rate = best_rate(cell, TASKS[name], TRIALS)
    result = compare(cell, TASKS[name], rate, SEEDS)
    middle = sorted(result.scores)[len(SEEDS) // 2]
    print(f"{name:12} {cell:16} rate {rate:g}  median {middle:.3f}", flush=True)
    return result


def write(results: list[Result]) -> None:
    """Write the table beside this file, one line a row."""
    rows = [
        result._asdict() | {"scores": [round(score, 5) for score in result.scores]}
        for result in results
    ]
    about = {
        "command": "python -m benchmarks.compare_cells",
        "parameters": PARAMETERS,
        "updates": {name: budget.updates for name, budget in BUDGETS.items()},
        "seeds": SEEDS,
        "rates_tried": RATES,
    }
    lines = ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in rows)
    head = json.dumps(about, indent=2).removesuffix("\n}")
    SAVED.write_text(f'{head},\n  "results": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def main() -> None:
    """Run everything, in as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="processes; default 2")
    workers = parser.parse_args().workers
    jobs = [partial(row, cell, name) for name in TASKS for cell in CELLS]
    write(run_jobs(jobs, workers))


if __name__ == "__main__":
    main()
