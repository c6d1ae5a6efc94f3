"""One command of a benchmark and what it used; the cost of one more submission."""

import math
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from counting import counted

ROOT = Path(__file__).parents[1]


@dataclass
class Cost:
    """What a command used.

    Attributes:
        wall: seconds.
        cpu: seconds of the CPU, of everything it started.
        writer: seconds of the CPU, of its own process.
        memory: MiB at its peak, of everything it started.
        counted: how the CPU seconds were counted.
    """

    wall: float
    cpu: float
    writer: float
    memory: float
    counted: str


def environment() -> dict[str, str]:
    """Return the environment of every command: one thread, this copy of the course."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {"PYTHONPATH": str(ROOT), "PATH": path, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **known, "MKL_NUM_THREADS": "1"}


def measure(folder: Path, *command: str) -> Cost:
    """Run a command to its end; memory is the proportional set of its whole tree."""
    file = folder / "log.txt"
    with file.open("w", encoding="utf-8") as log, counted() as (enter, seconds, name):
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
            preexec_fn=enter,
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        failed = process.wait()
        wall = time.perf_counter() - start
        cpu = seconds()
    said = file.read_text(encoding="utf-8", errors="replace").strip()
    if failed:
        raise SystemExit(f"{command} failed:\n{said[-3000:]}")
    last = said.splitlines()[-1:]
    own = float(last[0]) if last and re.fullmatch(r"[\d.]+", last[0]) else math.nan
    return Cost(wall, cpu, own, peak[0], name)


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


def steady(costs: dict, side: str, sizes: tuple[int, int], what: str) -> float:
    """Return what one more submission costs, the median over rounds."""
    pairs = zip(*(costs[side, size] for size in sizes), strict=True)
    each = [getattr(b, what) - getattr(a, what) for a, b in pairs]
    return statistics.median(each) / (sizes[1] - sizes[0])
