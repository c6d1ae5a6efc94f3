"""What one judge or one learner may use, and the walls between it and its siblings.

The sandbox (see `sandbox`) holds a warm server, of judges or of learners. The server
forks each child into a process space of its own, in which the child is process 1 and
ends with all that it started. There the child takes a private /tmp, and gives up what
is left of its rights. Limits are the kernel's where it has them for one process; the
sum over all processes of a submission is watched by the server, which kills what
exceeds it.

A judge gets less than a learner: it is one process, and writes no file at all.
"""

import contextlib
import os
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.sandbox import linux, seccomp
from course_lib.grading.sandbox.linux import ConfineError

MIB = 1 << 20
NOBODY = {"learner": 65534, "judge": 65533}  # two users, so that neither is the other's
SLACK, SLACK_OF_A_JUDGE = 8192 * MIB, 256 * MIB
MORE_FOR_BRANCHES = 64  # processes, see `learner`


@dataclass(frozen=True)
class Confinement:
    """The limits of one submission.

    Attributes:
        namespaces: whether each fork gets namespaces of its own; False means trust.
        memory_mib: private memory, one process and all of them together.
        processes: processes and threads.
        cpu_s: CPU seconds of one process.
        file_mib: size of one file; of /tmp together.
        files: how many are open at once.
        judge: whether it holds a judge: one process that writes no file.
    """

    namespaces: bool = True
    memory_mib: int = 1024
    processes: int = 128
    cpu_s: int = 300
    file_mib: int = 64
    files: int = 256
    judge: bool = False

    def enter(self) -> None:
        """Confine this process, a child that `Spaces` forked.

        Raises:
            ConfineError: the kernel refused a wall.
            NoFilter: there is no filter of system calls for this machine.
        """
        pages = [int(n) for n in _read("/proc/self/statm").split()]
        mapped, data = (n * resource.getpagesize() for n in (pages[0], pages[5]))
        linux.die_with_parent()
        if self.namespaces:
            own = linux.own_folder()
            # a judge's filter refuses what other namespaces would hold apart
            more = linux.NEWIPC | linux.NEWNET | linux.NEWUTS
            linux.unshare(linux.NEWNS | (0 if self.judge else more))
            self._private_folders()
            linux.new_users(own)  # the last: the rights it brings reach nothing here
        self._limit(mapped, data)
        null = os.open(os.devnull, os.O_RDWR)
        if self.namespaces:
            linux.drop_capabilities()
            named = seccomp.for_judges if self.judge else seccomp.for_learners
            linux.filter_calls(named())
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.close(null)

    def _private_folders(self) -> None:
        linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
        flags = linux.MS_NOSUID | linux.MS_NODEV
        options = f"size={self.file_mib}m,nr_inodes=10000,mode=1777"
        tmp = flags | linux.MS_RDONLY if self.judge else flags
        for folder in ("/tmp", "/dev/shm"):
            linux.mount("tmpfs", folder, "tmpfs", tmp, options)
        flags |= linux.MS_NOEXEC
        try:
            linux.mount("proc", "/proc", "proc", flags)
        except ConfineError:  # some kernels refuse a second one: then none at all
            linux.mount("tmpfs", "/proc", "tmpfs", flags, "size=4k,mode=555")
        os.chdir("/tmp")

    def _limit(self, mapped: int, data: int) -> None:
        room = self.memory_mib * MIB
        limits = {
            "DATA": data + room,
            # address space is not memory; but what a judge shares, nobody else counts
            "AS": mapped + room + (SLACK_OF_A_JUDGE if self.judge else SLACK),
            "FSIZE": 0 if self.judge else self.file_mib * MIB,
            "NOFILE": self.files,
            "CPU": self.cpu_s,
            "CORE": 0,
        }
        if self.namespaces:  # or all processes of this user would be counted
            limits["NPROC"] = self.processes
        for name, value in limits.items():
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            branches = name == "NPROC" and hard > 0 and not self.judge
            most = min(value + MORE_FOR_BRANCHES, hard) if branches else value
            resource.setrlimit(kind, (value, most))

    def watch(self, pidfds: list[int]) -> None:
        """Kill each submission whose processes together hold too much memory."""
        parents, own = _parents(), _private_kib("self")  # looked up once for all
        for pidfd in pidfds:
            pid = seen_as(pidfd)
            if pid > 0:  # or it has ended
                self._weigh(pidfd, _family(pid, parents), own)

    def _weigh(self, pidfd: int, family: list[int], own: int) -> None:
        total = sum(max(0, _private_kib(p) - own) for p in family)
        # what branches share is counted once by the second look, which takes longer
        if total > self.memory_mib * 1024:
            total = sum(map(_fair_share_kib, family))
        if total > self.memory_mib * 1024:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)


# as much memory as a learner, and more sockets: two for each test. No more than that:
# sockets under way are counted by user, and other judges need some
JUDGE = Confinement(judge=True, processes=16, cpu_s=3600, file_mib=1, files=512)


class Spaces:
    """Forks children, each process 1 of a process space of its own.

    The process spaces belong to a namespace of users that the caller enters here, so no
    right of the machine's is needed, and none is gained.
    """

    def __init__(self) -> None:
        """Enter a namespace of users; returns in a new process, its first one."""
        linux.new_users(linux.own_folder(), linux.NEWPID)
        pid = os.fork()
        if pid:
            # a socket held here would hide that the process at its end has died
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))
            linux.die_with_parent()
            _, status = os.waitpid(pid, 0)
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        linux.die_with_parent()
        self.own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork as `os.fork` does, into a new process space."""
        linux.unshare(linux.NEWPID)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid:
                linux.setns(self.own, linux.NEWPID)
        return pid


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def seen_as(pidfd: int) -> int:
    """Return the number of a process in /proc, which may count from further out."""
    lines = _read(f"/proc/self/fdinfo/{pidfd}").splitlines()
    return next(int(line[4:]) for line in lines if line.startswith("Pid:"))


def _private_kib(pid: int | str) -> int:
    return _sum_kib(pid, "status", ("RssAnon:", "RssShmem:"))


def _fair_share_kib(pid: int) -> int:
    """Return memory of a process, where n processes share a page 1/n of it."""
    fair = _sum_kib(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    return fair or _private_kib(pid)


def _sum_kib(pid: int | str, file: str, names: tuple[str, ...]) -> int:
    try:
        text = _read(f"/proc/{pid}/{file}")
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines())
    return sum(int(parts[1]) for parts in lines if parts and parts[0] in names)


def _parents() -> dict[int, int]:
    """Return the parent of every process in sight."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = _read(str(entry / "stat"))
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def _family(pid: int, parents: dict[int, int]) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def rehearse() -> None:
    """Find out whether the kernel allows all of this; end this process either way."""
    linux.become(NOBODY["learner"])
    spaces = Spaces()
    for limits in (Confinement(), JUDGE):
        pid = spaces.fork()
        if pid == 0:
            try:
                limits.enter()
            except BaseException as error:
                print(error, file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        pidfd = os.pidfd_open(pid)
        seen = seen_as(pidfd)
        if os.waitpid(pid, 0)[1]:
            sys.exit(1)
        if seen == 0:
            sys.exit("/proc does not show what this process starts")


if __name__ == "__main__":
    rehearse()
