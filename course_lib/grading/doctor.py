"""`python -m course_lib doctor`: prove each wall and limit by running against it.

Each probe is a cell that a learner could hand in. It runs where learners' code runs,
with smaller limits, and says what it could do; the doctor also looks from outside.
"""

import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import engine, sandbox
from course_lib.grading.confine import Confinement

LIMITS = Confinement(memory_mib=256, processes=32, cpu_s=3, file_mib=16)
CELL_LIMIT_S = 8.0


@dataclass(frozen=True)
class Probe:
    """One wall: code that runs against it, and what its output must hold."""

    wall: str
    code: str
    expected: str
    limit_s: float = CELL_LIMIT_S


def probes(secret: str, folder: str) -> list[Probe]:
    """Return the probes; `secret` stands in a file, in `folder`, and in a variable."""
    find = (
        "import os\nfound = []\n"
        "for place, names, files in os.walk('/'):\n"
        f"    found += [f for f in files if {secret[:8]!r} in f]\n"
        "print('files found:', len(found))"
    )
    return [
        Probe("no network", _fails("connect(('1.1.1.1', 53))", SOCKET), "OSError"),
        Probe("no loopback", _fails("connect(('127.0.0.1', 22))", SOCKET), "OSError"),
        Probe("other files unseen", find, "files found: 0"),
        Probe(
            "the course unseen",
            f"import os\nprint('there:', [os.path.exists({folder!r} + p) for p in "
            "('', '/solutions', '/gradebook.db', '/submitted')].count(True))",
            "there: 0",
        ),
        Probe(
            "read-only system",
            _fails("open('/usr/lib/x', 'w')") + "\n" + _fails("open('/x', 'w')"),
            "OSError",
        ),
        Probe(
            "empty environment",
            f"import os\nprint('found:', {secret!r} in str(os.environ))",
            "found: False",
        ),
        Probe("a process space of its own", "import os\nprint(os.getpid())", "1"),
        Probe("no rights", _fails("os.setuid(0)"), "OSError"),
        Probe(
            "no new namespaces",
            "import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))",
            "-1",
        ),
        Probe(
            "no files in memory",
            _fails("os.memfd_create('x')"),
            "OSError",
        ),
        Probe(
            "its group of processes only",
            "import os, subprocess\nsubprocess.Popen(['sleep', '60'])\n"
            "os.killpg(0, 9)\nprint('alive')",
            "alive",
        ),
        Probe("memory", _fails("bytearray(2**31)"), "MemoryError"),
        Probe(
            "memory of all processes",
            "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n"
            "        x = os.urandom(2**20) * 150\n        time.sleep(60)\n"
            "time.sleep(5)\nprint('alive')",
            "KernelDied",
        ),
        Probe(
            "processes",
            "import os, time\nn = 0\ntry:\n    while n < 1000:\n"
            "        n += 1\n        if os.fork() == 0: time.sleep(60)\n"
            "except OSError as e: print(type(e).__name__, n)",
            "BlockingIOError",
        ),
        # on a busy machine three seconds of CPU take many of a clock
        Probe("CPU time", "while True: pass", "KernelDied", limit_s=120.0),
        Probe("wall time", "import time\ntime.sleep(60)", "Timeout"),
        Probe(
            "disk",
            _fails("[open(f'/tmp/{i}', 'wb').write(b'x' * 2**22) for i in range(99)]"),
            "OSError",
        ),
        Probe("output", "for i in range(40_000): print('x' * 1000)", "xxx"),
        Probe(
            "nothing survives",
            f"import subprocess\nsubprocess.Popen(['sleep', '31{int(secret[:4], 16)}'],"
            " start_new_session=True)\nprint('started')",
            "started",
        ),
        Probe(
            "submissions apart",
            "import os\nprint('left by others:', len(os.listdir('/tmp')))",
            "left by others: 0",
        ),
    ]


SOCKET = "import socket\ns = socket.socket()\ns.settimeout(2)\n"


def _fails(action: str, before: str = "") -> str:
    action = f"s.{action}" if before else action
    return (
        f"import os\n{before}try:\n    {action}\n    print('it worked')\n"
        "except BaseException as e:\n    print(', '.join(k.__name__ for k in "
        "type(e).__mro__))"
    )


def examine(backend: sandbox.Backend, probe: Probe) -> tuple[bool, str]:
    """Run one probe; return whether the wall held, and what was seen."""
    cell = {"index": 0, "role": "learner", "source": probe.code}
    job = {"cells": [cell], "seed": 0, "cell_limit_s": probe.limit_s}
    job["limit_s"] = limit_s = 8 * probe.limit_s  # what ends a process is tried again
    done = engine.Run(backend, job, limit_s).results()
    outputs = engine.clean(done.get(0, {}).get("outputs", []))
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
        backend = sandbox.choose(name, trusted=name == "none", limits=LIMITS)
    except sandbox.SandboxError as problem:
        say(f"✗ {problem}")
        return 1
    secret = secrets.token_hex(16)
    os.environ["UNROLLED_DOCTOR"] = secret
    failed = 0
    with tempfile.NamedTemporaryFile(prefix=secret[:8]):
        say(f"{name}: what a submission can do\n")
        try:
            for probe in probes(secret, str(root.resolve())):
                held, seen = examine(backend, probe)
                failed += not held
                say(f"{'✓' if held else '✗'} {probe.wall:28} {seen}")
        except engine.EngineError as problem:
            say(f"✗ {problem}")
            return 1
        finally:
            del os.environ["UNROLLED_DOCTOR"]
    say(f"\n{failed} walls are open." if failed else "\nEvery wall held.")
    return 1 if failed else 0
