"""`python -m course_lib doctor`: prove each wall and limit by running against it.

Each probe (see `probes`) runs where learners' code runs, or in a judge, with smaller
limits, and says what it could do; the doctor also looks from outside.
"""

import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from course_lib.grading.engine.attempts import Run
from course_lib.grading.engine.jobs import Cell, Job
from course_lib.grading.engine.servers import EngineError
from course_lib.grading.notebook.cells import clean
from course_lib.grading.sandbox import backends, probes
from course_lib.grading.sandbox.confine import JUDGE, Confinement
from course_lib.grading.sandbox.probes import Probe

LIMITS = Confinement(memory_mib=256, processes=32, cpu_s=3, file_mib=16)
JUDGE_LIMITS = replace(JUDGE, memory_mib=256, cpu_s=3)


def examine(backend: backends.Backend, probe: Probe) -> tuple[bool, str]:
    """Run one probe; return whether the wall held, and what was seen."""
    cell: Cell = {"index": 0, "role": "learner", "source": probe.code, "names": []}
    if probe.judge:
        cell["role"] = "test"
    limit_s = 8 * probe.limit_s  # what ends a process is tried again
    job: Job = {"cells": [cell], "seed": 0, "cell_limit_s": probe.limit_s}
    job["limit_s"] = limit_s
    result = Run(backend, job, limit_s).results().get(0)
    outputs = clean(result["outputs"]) if result else []
    text = "".join(
        out.get("text", "") or f"{out.get('ename')}: {out.get('evalue')}"
        for out in outputs
    ).strip()
    held = probe.expected in text and "it worked" not in text
    seen = text.splitlines()[0][:60] if text else "nothing"
    if probe.wall == "output":
        held, seen = len(text) <= 2_000_000, f"{len(text):,} of 40,000,000 kept"
    if probe.wall == "nothing survives":
        number = probe.code.split("'")[3].encode()
        held, seen = _gone(number), "ended with its submission"
    return held, seen


def _gone(mark: bytes) -> bool:
    """Whether no process with `mark` in its command line is left, seen from outside."""
    time.sleep(0.5)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in path.read_bytes():
                return False
        except OSError:
            continue
    return True


def doctor(root: Path, name: str = "bwrap", say: Callable[[str], None] = print) -> int:
    """Run all probes and print a table; return 0 if every wall held.

    Args:
        root: the course, which must not be seen from inside.
        name: the backend to examine.
        say: prints a line.
    """
    try:
        backend = backends.choose(name, name == "none", LIMITS, JUDGE_LIMITS)
    except backends.SandboxError as problem:
        say(f"✗ {problem}")
        return 1
    secret = secrets.token_hex(16)
    os.environ["UNROLLED_DOCTOR"] = secret
    failed = 0
    lists = {"a submission": probes.of_learners, "a judge": probes.of_judges}
    with tempfile.NamedTemporaryFile(prefix=secret[:8]):
        try:
            for who, probes_of in lists.items():
                say(f"{name}: what {who} can do\n")
                for probe in probes_of(secret, str(root.resolve())):
                    held, seen = examine(backend, probe)
                    failed += not held
                    say(f"{'✓' if held else '✗'} {probe.wall:30} {seen}")
                say("")
        except EngineError as problem:
            say(f"✗ {problem}")
            return 1
        finally:
            del os.environ["UNROLLED_DOCTOR"]
    say(f"{failed} walls are open." if failed else "Every wall held.")
    return 1 if failed else 0
