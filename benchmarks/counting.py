"""Seconds of the CPU that a command and everything it starts use.

`os.wait4` does not see all of them: processes that end with their own PID namespace are
waited for by nobody, and a learner's are such. The kernel counts them in a control
group made for the run, which nothing that is started can leave. Where no group can be
made, the counters of the whole machine are read; that is right on an idle machine only.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

NESTED_S = 10.0  # how long what a command left behind may take to end
REST_S = 2.0


class Group:
    """A control group of its own: counts what is moved into it, and its children."""

    def __init__(self, folder: Path, file: str, unit_s: float):
        """Take the folder of the group and where the kernel writes its CPU time."""
        self.folder, self.file, self.unit_s = folder, folder / file, unit_s
        self.name = f"every process, by control group ({file})"

    def enter(self) -> None:
        """Move this process into the group; for `preexec_fn`."""
        (self.folder / "cgroup.procs").write_text("0", encoding="ascii")

    def seconds(self) -> float:
        """Return the seconds so far."""
        words = self.file.read_text(encoding="ascii").split()
        number = words[words.index("usage_usec") + 1] if len(words) > 1 else words[0]
        return int(number) * self.unit_s

    def settle(self) -> None:
        """Wait until all that was started has ended, which takes CPU time too."""
        until = time.monotonic() + NESTED_S
        while (self.folder / "cgroup.procs").read_text(encoding="ascii"):
            if time.monotonic() > until:
                raise RuntimeError(f"processes are left in {self.folder}")
            time.sleep(0.05)

    def close(self) -> None:
        """Remove the group."""
        self.folder.rmdir()


class Machine:
    """The counters of the whole machine, less what it uses at rest."""

    def __init__(self):
        """Measure the machine at rest, for REST_S seconds."""
        self.start = time.monotonic()
        before = self._busy()
        time.sleep(REST_S)
        self.rest = (self._busy() - before) / REST_S
        self.name = (
            "the whole machine, by /proc/stat, which is right on an idle machine only; "
            f"at rest it used {self.rest:.2f} CPU-s per s, which are taken off"
        )

    def enter(self) -> None:
        """Do nothing: all processes are counted."""

    def seconds(self) -> float:
        """Return the seconds since the start, beyond those of the machine at rest."""
        return self._busy() - self.rest * (time.monotonic() - self.start)

    def settle(self) -> None:
        """Wait a moment for what is still ending."""
        time.sleep(0.5)

    def close(self) -> None:
        """Do nothing: there is nothing to remove."""

    @staticmethod
    def _busy() -> float:
        times = psutil.cpu_times()
        return sum(times[:3]) + times.irq + times.softirq  # user, nice, system


def _groups() -> Iterator[tuple[Path, str, float]]:
    """Yield where a group may be made: beside this process's own, version 2 first."""
    own = [line.split(":", 2) for line in _lines("/proc/self/cgroup")]
    mounts = [line.split() for line in _lines("/proc/self/mountinfo")]
    for number, controllers, path in own:
        for mount in mounts:
            kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
            inside = path.removeprefix(mount[3]).lstrip("/")
            if number == "0" and kind == "cgroup2":
                yield Path(mount[4], inside), "cpu.stat", 1e-6
            elif "cpuacct" in controllers.split(",") and "cpuacct" in options:
                yield Path(mount[4], inside), "cpuacct.usage", 1e-9


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def make_group() -> Group | None:
    """Make a control group that this process can enter, or return None."""
    for parent, file, unit_s in sorted(_groups(), key=lambda found: -found[2]):
        folder = parent / f"benchmark_{os.getpid()}_{time.monotonic_ns()}"
        with contextlib.suppress(OSError):
            folder.mkdir()
            try:
                return _tried(Group(folder, file, unit_s))
            except OSError:
                folder.rmdir()
    return None


def _tried(group: Group) -> Group:
    """Return the group if a process can enter it and is counted."""
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(OSError):
            group.enter()
            code = 0
        os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise PermissionError(f"no process can be moved into {group.folder}")
    group.seconds()
    return group


def make_counter() -> Group | Machine:
    """Return what counts here: a control group, or else the whole machine."""
    return make_group() or Machine()


@contextlib.contextmanager
def counted() -> Iterator[tuple[Callable[[], None], Callable[[], float], str]]:
    """Yield what a child calls to be counted, what returns seconds, and how."""
    counter = make_counter()
    before = counter.seconds()

    def seconds() -> float:
        counter.settle()
        return counter.seconds() - before

    try:
        yield counter.enter, seconds, counter.name
    finally:
        with contextlib.suppress(OSError):
            counter.close()
