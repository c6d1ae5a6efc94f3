"""What the kernel does for a learner and for a judge: calls by name, no others.

Each refused call is tried one by one, and so are programs that honest learners write. A
machine for which no filter can be made is refused.
"""

import ctypes
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from grading import engine_kit as kit
from grading.ordinary import as_ordinary_user
from places import ROOT

from course_lib.commands import doctor
from course_lib.grading.engine import preprocessor
from course_lib.grading.sandbox import backends, linux, probes, seccomp, system_calls

HEADERS = Path("/usr/include")
X86, ARM = (token for token, _ in seccomp.ARCHITECTURES.values())


@pytest.fixture(scope="module", params=backends.BUILDERS)
def walls(request):
    return kit.backend(request.param)


@pytest.fixture(scope="module")
def bwrap():
    return kit.backend()


def run(where, source: str, judge: bool = False, limit_s: float = 60.0) -> str:
    """Return what a cell prints, in a learner's process or in the judge's."""
    role = "test" if judge else "learner"
    cells = [{"index": 0, "role": role, "source": source, "names": []}]
    job = {"cells": cells, "seed": 0, "cell_limit_s": limit_s}
    done = preprocessor.Run(where, job, 2 * limit_s).results()
    outputs = done[0]["outputs"]
    return "".join(o.get("text") or f"{o.ename}: {o.evalue}" for o in outputs)


# --- the table of numbers -------------------------------------------------------------


def by_libseccomp() -> dict[str, list[int | None]] | None:
    try:
        resolve = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name_arch
    except OSError:
        return None
    found = {}
    for name in all_calls():
        both = [resolve(ctypes.c_uint32(arch), name.encode()) for arch in (X86, ARM)]
        found[name] = [number if number >= 0 else None for number in both]
    return found


def by_headers() -> dict[str, list[int | None]] | None:
    places = [*HEADERS.glob("**/asm/unistd_64.h"), HEADERS / "asm-generic/unistd.h"]
    if len(places) < 2 or not places[-1].is_file() or platform.machine() != "x86_64":
        return None
    texts = [places[0].read_text("utf-8"), places[-1].read_text("utf-8")]
    line = re.compile(r"#define __NR(?:3264)?_(\w+)\s+(\d+)")
    tables = [dict(line.findall(text)) for text in texts]
    return {
        name: [int(table[name]) if name in table else None for table in tables]
        for name in all_calls()
    }


def all_calls() -> dict:
    lists = (system_calls.LEARNERS, system_calls.REFUSED, system_calls.PROGRAMS)
    return {name: both for calls in lists for name, both in calls.items()}


def test_the_numbers_are_those_of_the_system():
    sources = list(filter(None, (by_libseccomp(), by_headers())))
    if not sources:
        pytest.skip("neither libseccomp.so.2 nor the kernel's headers are here")
    for known in sources:
        for name, both in all_calls().items():
            for ours, theirs in zip(both, known[name], strict=True):
                assert ours == theirs or theirs is None, name


def test_what_is_refused_is_on_no_list():
    assert not system_calls.REFUSED.keys() & system_calls.LEARNERS.keys()
    assert system_calls.JUDGES.keys() < system_calls.LEARNERS.keys()
    for column in (0, 1):
        numbers = [both[column] for both in all_calls().values()]
        numbers = [number for number in numbers if number is not None]
        assert len(numbers) == len(set(numbers))
    for rules, calls in (
        (system_calls.FOR_LEARNERS, system_calls.LEARNERS),
        (system_calls.FOR_JUDGES, system_calls.JUDGES),
    ):
        assert rules.keys() <= calls.keys()


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_every_machine_has_filters_that_the_kernel_can_read(monkeypatch, machine):
    """Each jump stays inside; a program ends with an answer."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    for make in (seccomp.for_learners, seccomp.for_judges, seccomp.without_programs):
        make.cache_clear()
        program = make()
        make.cache_clear()
        steps = [
            struct.unpack("=HBBI", program[i : i + 8])
            for i in range(0, len(program), 8)
        ]
        assert 8 < len(steps) < 4096
        assert steps[-1][0] == seccomp.RETURN
        for place, (_, then, otherwise, _) in enumerate(steps[:-1]):
            assert place + 1 + max(then, otherwise) < len(steps)


# --- system calls, one by one ---------------------------------------------------------


def code_of_calls(more=()) -> str:
    return (
        probes.system_calls_refused(more)
        .replace("if ctypes.get_errno() not in (1, 38): ", "")
        .replace("found.append(name)", "found.append((name, ctypes.get_errno()))")
    )


@pytest.mark.parametrize("judge", [False, True], ids=["learner", "judge"])
def test_each_call_that_nobody_needs_is_refused(walls, judge):
    more = probes.FOR_LEARNERS_ONLY if judge else ()
    said = run(walls, code_of_calls(more), judge)
    found = dict(eval(said.partition(":")[2]))
    column = seccomp.ARCHITECTURES[platform.machine()][1]
    calls = {name: both[column] for name, both in all_calls().items()}
    tried = [n for n in (*more, *system_calls.REFUSED) if calls[n] is not None]
    assert list(found) == tried
    for name, code in found.items():
        assert code == (38 if calls[name] >= seccomp.SINCE_5_1 else 1), name


def test_without_walls_these_calls_would_go_through():
    """The probe sees a difference: it is the filter that refuses."""
    done = subprocess.run(
        as_ordinary_user([sys.executable, "-c", code_of_calls()]),
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    found = dict(eval(done.stdout.partition(":")[2]))
    for name in (
        "io_setup",
        "personality",
        "mq_open",
        "semget",
        "vmsplice",
        "splice",
        "inotify_init1",
        "memfd_create",
        "timer_create",
        "keyctl",
    ):
        assert found[name] not in (1,), name


TRIED = {  # what a rule about an argument refuses, and what it lets through
    "a socket of the internet": ("socket.socket(socket.AF_INET)", False),
    "a socket of the kernel's": ("socket.socket(socket.AF_NETLINK, 3, 0)", False),
    "a socket of one's own": ("socket.socket(socket.AF_UNIX)", True),
    "typing for others": ("fcntl.ioctl(pty.openpty()[1], 0x5412, b'x')", False),
    "the width of a terminal": ("os.get_terminal_size(pty.openpty()[1])", True),
    "another line discipline": ("fcntl.ioctl(pty.openpty()[1], 0x5423, 1)", False),
    "a name for a thread": ("prctl(15, ctypes.c_char_p(b'x'))", True),
    "a map of one's memory": ("prctl(35, 6, 0)", False),
    "a namespace by clone": ("call(CLONE, 0x10000000 | 17, 0, 0, 0, 0)", False),
    "a numbering of its own": ("call(0x40000000 + 39)", False),
}  # fmt: skip


@pytest.mark.parametrize("what", TRIED)
def test_a_rule_about_an_argument_holds(bwrap, what):
    action, goes = TRIED[what]
    clone = seccomp.ARCHITECTURES[platform.machine()][1]
    source = (
        "import ctypes, fcntl, os, pty, socket\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"CLONE = {system_calls.JUDGES['clone'][clone]}\n"
        "def checked(result):\n"
        "    if result < 0: raise OSError(ctypes.get_errno(), 'refused')\n"
        "def prctl(*words): checked(libc.prctl(*words))\n"
        "def call(*words): checked(libc.syscall(*map(ctypes.c_long, words)))\n"
        f"try:\n    {action}\n    print('went through')\n"
        "except OSError as error: print(error.errno)"
    )
    assert run(bwrap, source).strip() == ("went through" if goes else "1")


HONEST = {
    "threads": "import threading\nt = threading.Thread(target=print, args=('ok',))\n"
    "t.start()\nt.join()",
    "a pool of threads": "from concurrent.futures import ThreadPoolExecutor as P\n"
    "with P(2) as p: print('ok', list(p.map(abs, [1, -2])))",
    "a pool of processes": "import multiprocessing as mp\n"
    "with mp.get_context('fork').Pool(2) as p: print('ok', p.map(abs, [1, -2]))",
    "a manager": "import multiprocessing as mp\n"
    "with mp.Manager() as m:\n    d = m.dict()\n    d[1] = 'ok'\n    print(d[1])",
    "a queue": "import multiprocessing as mp\nq = mp.Queue()\n"
    "p = mp.Process(target=q.put, args=('ok',))\np.start()\nprint(q.get())\np.join()",
    "memory that is shared": "from multiprocessing import shared_memory as s\n"
    "m = s.SharedMemory(create=True, size=9)\nm.unlink()\nprint('ok')",
    "a program": "import subprocess\n"
    "print(subprocess.run(['echo', 'ok'], capture_output=True, text=True).stdout)",
    "a pipeline": "import subprocess\nprint(subprocess.check_output('echo ok | cat | "
    "sort; cp -r /tmp /tmp/x 2>&1; "
    "touch /tmp/a; cp -a /tmp/a /tmp/b 2>&1; mv /tmp/b /tmp/c; "
    "tar cf /tmp/t /tmp/a 2>&1; ls -la /tmp; date; sleep 0.01', shell=True, "
    "text=True))",
    "a shell command": "!echo ok; ls -la / | head -3",
    "a cell of bash": "%%bash\nfor i in 1 2; do x=$(echo $i); done\necho ok",
    "magics": "x = !echo ok\n%time 1 + 1\n%timeit -n1 -r1 2\nprint(x)",
    "a file": "%%writefile /tmp/ok.py\nprint(1)",
    "files and folders": "import os, shutil, tempfile\np = tempfile.mkdtemp()\n"
    "open(p + '/a', 'w').write('x')\nshutil.copy2(p + '/a', p + '/b')\n"
    "shutil.copytree(p, p + 'c')\nos.rename(p + '/b', p + '/d')\nshutil.rmtree(p)\n"
    "print('ok')",
    "a database": "import sqlite3\nc = sqlite3.connect('/tmp/x.db')\n"
    "c.execute('create table t (a)')\nc.commit()\nprint('ok')",
    "asyncio": "import asyncio, threading\nasync def f():\n"
    "    p = await asyncio.create_subprocess_exec('true')\n    print('ok', await "
    "p.wait())\nt = threading.Thread(target=asyncio.run, args=(f(),))\nt.start()\n"
    "t.join()",
    "an alarm": "import signal, time\nsignal.signal(signal.SIGALRM, lambda *a: "
    "print('ok'))\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(0.1)",
    "a plot": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
    "plt.show()\nprint('ok')",
    "a saved model": "import torch\ntorch.save(torch.ones(3), '/tmp/x.pt')\n"
    "print('ok', torch.load('/tmp/x.pt'))",
    "torch on two threads": "import torch\ntorch.set_num_threads(2)\n"
    "x = torch.randn(300, 300, requires_grad=True)\n(x @ x).sum().backward()\n"
    "print('ok')",
    "workers that load data": "import torch\nfrom torch.utils.data import DataLoader\n"
    "print('ok', len(list(DataLoader(torch.ones(8, 2), 2, num_workers=2))))",
    "numpy": "import numpy as np\na = np.memmap('/tmp/m', mode='w+', shape=(9,))\n"
    "a[:] = 1\na.flush()\nprint('ok', np.linalg.eig(np.eye(50))[0].sum())",
    "the machine": "import os, platform\nprint('ok', os.cpu_count(), os.getloadavg(), "
    "platform.platform(), os.sched_getaffinity(0), os.nice(0))",
    "a progress bar": "from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass\n"
    "print('ok')",
}  # fmt: skip


def test_honest_programs_work(walls):
    cells = [
        {"index": i, "role": "learner", "source": source}
        for i, source in enumerate(HONEST.values())
    ]
    job = {"cells": cells, "seed": 0, "cell_limit_s": 120.0, "limit_s": 900.0}
    done = preprocessor.Run(walls, job, 900.0).results()
    for index, name in enumerate(HONEST):
        said = str(done[index]["outputs"])
        assert "ok" in said, (name, said)
        assert "'error'" not in said, (name, said)
        assert "not permitted" not in said, (name, said)


# --- refused, never silently without --------------------------------------------------


@pytest.fixture
def unknown_machine(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    makers = (seccomp.for_learners, seccomp.for_judges, seccomp.without_programs)
    for make in makers:
        make.cache_clear()
    yield
    for make in makers:
        make.cache_clear()


@pytest.mark.parametrize("name", backends.NAMES)
def test_a_machine_without_a_filter_is_refused_and_told_so(unknown_machine, name):
    lines = []
    assert doctor.doctor(ROOT, name, lines.append) == 1
    assert len(lines) == 1
    assert "riscv64" in lines[0]
    with pytest.raises(backends.SandboxError, match="x86_64, aarch64"):
        backends.choose(name, trusted=True)
    for make in (seccomp.for_learners, seccomp.for_judges, seccomp.without_programs):
        with pytest.raises(seccomp.NoFilter, match="riscv64"):
            make()


REQUESTS = {
    "no new rights": (linux.no_new_rights, ()),
    "a filter": (linux.filter_calls, (b"\x06\0\0\0\0\0\xff\x7f",)),
    "dying with the parent": (linux.die_with_parent, ()),
    "namespaces": (linux.unshare, (0,)),
    "going back": (linux.setns, (0, 0)),
    "a mount": (linux.mount, (None, "/", None, 0)),
}


@pytest.mark.parametrize("what", REQUESTS)
def test_what_the_kernel_refuses_is_an_error(monkeypatch, what):
    class Refuses:
        def __getattr__(self, name):
            return lambda *words: -1

    monkeypatch.setattr(linux, "_libc", Refuses())
    request, words = REQUESTS[what]
    with pytest.raises(linux.ConfineError):
        request(*words)
