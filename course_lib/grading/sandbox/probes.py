"""What `doctor` runs against the walls: cells that a submission could hold.

One list is run as a learner's cells, the other inside a judge, as if a submission had
taken it over. Each says what it could do, and the doctor knows what it must say.
"""

import platform
from dataclasses import dataclass

from course_lib.grading.sandbox import system_calls
from course_lib.grading.sandbox.seccomp import ARCHITECTURES

CELL_LIMIT_S = 8.0
LONG_S = (
    120.0  # on a busy machine a walk, or three seconds of CPU, take many of a clock
)
LEFT = "unrolled_left_behind"
# calls of learners that a judge has no need of
FOR_LEARNERS_ONLY = (
    *("socket", "connect", "bind", "kill", "setsid", "execve"),
    *("wait4", "prctl", "mkdirat", "unlinkat", "renameat", "ftruncate"),
)
ALL_FILES = (
    "import os\nfound = []\nfor place, names, files in os.walk('/'):\n    {}\nprint({})"
)
# a file in every folder, as far as it goes
LEAVE = (
    f"try: found += [os.close(os.open(place + '/{LEFT}', os.O_CREAT | os.O_WRONLY)) or "
    "place]\n    except OSError: pass"
)
SOCKET = "import socket\ns = socket.socket()\ns.settimeout(2)\n"
HOLDS = (
    "import os, stat\nfound = set()\nfor fd in range(1024):\n"
    "    try: seen = os.fstat(fd)\n    except OSError: continue\n"
    "    null = stat.S_ISCHR(seen.st_mode) and seen.st_rdev == os.makedev(1, 3)\n"
    "    found.add('socket' if stat.S_ISSOCK(seen.st_mode) else 'null' if null else "
    "str(fd))\nprint('holds', sorted(found))"
)
OTHERS = (
    "import os\nfound = []\nfor pid in (-1, *range(2, 300)):\n"
    "    try: os.kill(pid, 0)\n    except OSError: continue\n    found.append(pid)\n"
    "found += [n for n in os.listdir('/proc') if n.isdigit() and n != '1']\n"
    "print('others:', len(found))"
)
SHARED = (
    "import mmap, time\nheld = mmap.mmap(-1, 2**30)\n"
    "for i in range(0, 2**30, 4096): held[i] = 1\ntime.sleep(60)\nprint('it worked')"
)
SHOUT = (
    "import os\nfor fd in range(3, 64):\n    try:\n"
    "        for i in range(64): os.write(fd, b'x' * 2**20)\n    except OSError: pass"
)
PROCESSES = (
    "import os, time\nn = 0\ntry:\n    while n < 1000:\n"
    "        n += 1\n        if os.fork() == 0: time.sleep(60)\n"
    "except OSError as e: print(type(e).__name__, n)"
)


@dataclass(frozen=True)
class Probe:
    """One wall: code that runs against it, and what its output must hold.

    Attributes:
        wall: what is proved.
        code: the cell.
        expected: part of what it prints where the wall holds.
        limit_s: seconds on the clock for the cell.
        judge: whether it runs inside the judge.
    """

    wall: str
    code: str
    expected: str
    limit_s: float = CELL_LIMIT_S
    judge: bool = False


def of_learners(secret: str, folder: str) -> list[Probe]:
    """Return the probes of a submission.

    Args:
        secret: stands in the name of a file, and in a variable of the environment.
        folder: the course.
    """
    return [
        *_of_both(secret, folder),
        Probe(
            "writes to its own places only",
            ALL_FILES.format(LEAVE, "'in', sorted(found)"),
            "in ['/dev/shm', '/tmp']",
            LONG_S,
        ),
        Probe("system calls", system_calls_refused(), "went through: []"),
        Probe(
            "its group of processes only",
            "import os, subprocess\nsubprocess.Popen(['sleep', '60'])\n"
            "os.killpg(0, 9)\nprint('alive')",
            "alive",
        ),
        Probe(
            "memory of all processes",
            "import os, time\nfor i in range(8):\n    if os.fork() == 0:\n"
            "        x = os.urandom(2**20) * 150\n        time.sleep(60)\n"
            "time.sleep(60)\nprint('alive')",
            "KernelDied",
            LONG_S,
        ),
        Probe("memory that is shared", SHARED, "KernelDied", LONG_S),
        Probe("processes", PROCESSES, "BlockingIOError"),
        Probe("CPU time", "while True: pass", "KernelDied", LONG_S),
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
        _submissions_apart(),
    ]


def of_judges(secret: str, folder: str) -> list[Probe]:
    """Return the probes of a judge, with the same arguments."""
    found = [
        *_of_both(secret, folder),
        Probe(
            "writes no file",
            ALL_FILES.format(LEAVE, "'in', sorted(found)"),
            "in []",
            LONG_S,
        ),
        Probe(
            "system calls", system_calls_refused(FOR_LEARNERS_ONLY), "went through: []"
        ),
        Probe("memory that is shared", SHARED, "Cannot allocate memory", LONG_S),
        Probe("no processes", PROCESSES, "PermissionError 1"),
        Probe(
            "no programs",
            _fails("os.execv('/bin/true', ['true'])"),
            "PermissionError",
        ),
        Probe("no other processes in reach", OTHERS, "others: 0"),
        Probe("holds its conversation only", HOLDS, "holds ['null', 'socket']"),
        Probe("sends its results only", SHOUT, "JudgeFailed", LONG_S),
        Probe("CPU time", "while True: pass", "JudgeFailed", LONG_S),
        _submissions_apart(),
    ]
    return [Probe(p.wall, p.code, p.expected, p.limit_s, judge=True) for p in found]


def _of_both(secret: str, folder: str) -> list[Probe]:
    look = f"found += [f for f in files if {secret[:8]!r} in f]"
    return [
        Probe("no network", _fails("connect(('1.1.1.1', 53))", SOCKET), "OSError"),
        Probe("no loopback", _fails("connect(('127.0.0.1', 22))", SOCKET), "OSError"),
        Probe(
            "other files unseen",
            ALL_FILES.format(look, "'files found:', len(found)"),
            "files found: 0",
            LONG_S,
        ),
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
        Probe("a process space of its own", "import os\nprint([os.getpid()])", "[1]"),
        Probe("no rights", _fails("os.setuid(0)"), "OSError"),
        Probe(
            "no new namespaces",
            "import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))",
            "-1",
        ),
        Probe("no files in memory", _fails("os.memfd_create('x')"), "OSError"),
        Probe("memory", _fails("bytearray(2**31)"), "MemoryError"),
    ]


def _submissions_apart() -> Probe:
    look = f"found += [place for f in files if f == '{LEFT}' or place == '/tmp']"
    code = ALL_FILES.format(look, "'left by others:', len(found)")
    return Probe("submissions apart", code, "left by others: 0", LONG_S)


def _fails(action: str, before: str = "") -> str:
    if before:
        opened, action = before.replace("\n", "\n    "), f"s.{action}"
        action = f"{opened}{action}"
    return (
        f"import os\ntry:\n    {action}\n    print('it worked')\n"
        "except BaseException as e:\n    print(', '.join(k.__name__ for k in "
        "type(e).__mro__))"
    )


def system_calls_refused(more: tuple[str, ...] = ()) -> str:
    """Return code that makes each refused call and names those that went through.

    Their arguments make no sense, so that none would do anything.

    Args:
        more: names of calls of learners to try, too.
    """
    column = ARCHITECTURES[platform.machine()][1]
    tried = {name: system_calls.LEARNERS[name] for name in more}
    tried |= system_calls.REFUSED
    numbers = {n: both[column] for n, both in tried.items() if both[column] is not None}
    return (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = []\n"
        f"for name, number in {numbers}.items():\n"
        "    ctypes.set_errno(0)\n"
        "    libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)\n"
        "    if ctypes.get_errno() not in (1, 38): found.append(name)\n"
        "print('went through:', found)"
    )
