"""Costly checks take turns: each commit's day tries another share, UNROLLED_ALL=1 all.

What a run leaves out is the next days' turn. The day is that of the last commit, so
that a run of the same commit tries the same.
"""

import os
import subprocess
import zlib
from functools import cache

from places import ROOT

ALL = os.environ.get("UNROLLED_ALL") == "1"


@cache
def day() -> int:
    """Return the day of the last commit, counted from 1970; 0 outside a repository."""
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
        )
        return int(done.stdout) // 86400
    except (OSError, ValueError):
        return 0


def rank(name: str) -> int:
    """Return a number that a name always has, without an order to speak of."""
    return zlib.crc32(name.encode())


def is_due(name: str, every: int, today: int | None = None) -> bool:
    """Whether it is the turn of `name`; within `every` days each name has one."""
    today = day() if today is None else today
    return ALL or rank(name) % every == today % every


def sample(functions: list, size: int, today: int | None = None) -> list:
    """Return `size` of the functions, others on other days; all of them if ALL."""
    today = day() if today is None else today
    if ALL:
        return functions
    return sorted(functions, key=lambda f: rank(f"{f.__name__} {today}"))[:size]
