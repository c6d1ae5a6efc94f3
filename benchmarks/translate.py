"""Train translators of every kind, three seeds each, for the table of chapter 15.

    python -m benchmarks.translate

Every kind gets about the same CPU time, so a dearer update means fewer of them. It
takes about fifteen minutes on two cores.
"""

import argparse
import json

from course_lib.experiments.translation.translating import SAVED, Budget, Measured, jobs
from course_lib.experiments.trial import run_jobs

SEEDS = (1, 2, 3)
BUDGETS = {
    "none": Budget(1400),
    "one way": Budget(1500),
    "one way, reversed": Budget(1500),
    "dot": Budget(1250),
    "general": Budget(1200),
    "concat": Budget(850),
    "bahdanau": Budget(650),
    "dot, input feeding": Budget(800),
}


def write(results: list[Measured]) -> None:
    """Write the table beside this file, one line a row."""
    about = {
        "command": "python -m benchmarks.translate",
        "budgets": {kind: budget._asdict() for kind, budget in BUDGETS.items()},
        "seeds": SEEDS,
    }
    lines = ",\n".join(f"    {json.dumps(row._asdict())}" for row in results)
    head = json.dumps(about, indent=2).removesuffix("\n}")
    SAVED.write_text(f'{head},\n  "results": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def main() -> None:
    """Run everything, in as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="processes; default 2")
    workers = parser.parse_args().workers
    write(run_jobs(jobs(BUDGETS, SEEDS), workers))


if __name__ == "__main__":
    main()
