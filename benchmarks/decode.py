"""Train translators that read their own words, search with them: tables of chapter 14.

    python -m benchmarks.decode

Each setting of the data is trained with teacher forcing and with scheduled sampling,
three seeds each, equal updates. It takes about ten minutes of one core.
"""

import argparse
import json

from course_lib.experiments.translation.exposure import TESTED
from course_lib.experiments.translation.free_running import (
    BUDGET,
    FORCED,
    GENTLE,
    LENGTHS,
    SAVED,
    SCHEDULES,
    SETTINGS,
    Ran,
    jobs,
)
from course_lib.experiments.translation.searching import Searched
from course_lib.experiments.trial import run_jobs

SEEDS = (1, 2, 3)
# all schedules where the data are plain, one of them elsewhere
ROWS = [
    *((setting, kind) for setting in SETTINGS for kind in (FORCED, SCHEDULES[-1])),
    *(("plain", kind) for kind in (*SCHEDULES[:-1], GENTLE)),
    ("few phrases", GENTLE),
]


def write(results: list[tuple[Ran, list[Searched]]]) -> None:
    """Write the tables beside this file, one line a row."""
    about = {
        "command": "python -m benchmarks.decode",
        "budget": BUDGET._asdict(),
        "lengths": {"trained": LENGTHS, "tested": TESTED},
        "settings": {name: one._asdict() for name, one in SETTINGS.items()},
        "seeds": SEEDS,
    }
    tables = {
        "trained": [ran for ran, _ in results],
        "searched": [row for _, rows in results for row in rows],
    }
    text = json.dumps(about, indent=2).removesuffix("\n}")
    for name, rows in tables.items():
        lines = ",\n".join(f"    {json.dumps(row._asdict())}" for row in rows)
        text += f',\n  "{name}": [\n{lines}\n  ]'
    SAVED.write_text(text + "\n}\n", encoding="utf-8")


def main() -> None:
    """Run everything, in as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="processes; default 2")
    workers = parser.parse_args().workers
    write(run_jobs(jobs(ROWS, SEEDS), workers))


if __name__ == "__main__":
    main()
