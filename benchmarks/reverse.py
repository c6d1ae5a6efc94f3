"""Train encoders of one direction a little, forwards and reversed, for chapter 13.

    python -m benchmarks.reverse

The table of `benchmarks.translate` says what reversing the source brings in the end,
this one what it brings with a small budget. It takes about a minute on two cores.
"""

import argparse
import json

from course_lib.experiments.translation.translating import REVERSED, Budget, jobs
from course_lib.experiments.trial import run_jobs

SEEDS = (1, 2, 3)
BUDGETS = {kind: Budget(400) for kind in ("one way", "one way, reversed")}


def main() -> None:
    """Run everything, in as many processes as asked for, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="processes; default 2")
    results = run_jobs(jobs(BUDGETS, SEEDS), parser.parse_args().workers)
    about = {
        "command": "python -m benchmarks.reverse",
        "budgets": {kind: budget._asdict() for kind, budget in BUDGETS.items()},
        "seeds": SEEDS,
    }
    lines = ",\n".join(f"    {json.dumps(row._asdict())}" for row in results)
    head = json.dumps(about, indent=2).removesuffix("\n}")
    REVERSED.write_text(
        f'{head},\n  "results": [\n{lines}\n  ]\n}}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main()
