"""What one learner's process may use, and the walls between it and its siblings.

The sandbox (see `sandbox`) holds the warm server of all learners. Each fork enters
namespaces of its own here, with a private /tmp, and gives up what is left of its
rights. Limits are the kernel's where it has them for one process; the sum over all
processes of a submission is watched by the server, which kills what exceeds it.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading import seccomp

NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
MIB = 1 << 20


class ConfineError(Exception):
    """The kernel refused a wall; the learner's code does not run without it."""


@dataclass(frozen=True)
class Confinement:
    """The limits of one submission.

    Attributes:
        namespaces: whether each fork gets namespaces of its own; False means trust.
        memory_mib: private memory, one process and all of them together.
        processes: processes and threads.
        cpu_s: CPU seconds of one process.
        file_mib: size of one file; of /tmp together.
    """

    namespaces: bool = True
    memory_mib: int = 1024
    processes: int = 128
    cpu_s: int = 300
    file_mib: int = 64
    files: int = 256

    def enter(self) -> None:
        """Confine this process; returns in the confined process only."""
        pages = [
            int(n) for n in Path("/proc/self/statm").read_text(encoding="utf-8").split()
        ]
        mapped, data = (n * resource.getpagesize() for n in (pages[0], pages[5]))
        if self.namespaces:
            _new_namespaces()
            _as_first_process()
            self._private_folders()
        else:
            _die_with_parent()
        self._silence()
        self._limit(mapped, data)
        if self.namespaces:
            _give_up_rights()

    def _private_folders(self) -> None:
        _mount(None, "/", None, MS_REC | MS_PRIVATE)
        options = f"size={self.file_mib}m,nr_inodes=10000,mode=1777"
        flags = MS_NOSUID | MS_NODEV
        for folder in ("/tmp", "/dev/shm"):
            _mount("tmpfs", folder, "tmpfs", flags, options)
        try:
            _mount("proc", "/proc", "proc", flags | MS_NOEXEC)
        except ConfineError:  # some kernels refuse a second one: then none at all
            _mount("tmpfs", "/proc", "tmpfs", flags, "size=4k,mode=555")
        os.chdir("/tmp")

    def _silence(self) -> None:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.close(null)

    def _limit(self, mapped: int, data: int) -> None:
        room = self.memory_mib * MIB
        for name, value in {
            "DATA": data + room,
            "AS": mapped + room + 8192 * MIB,  # address space is not memory
            "FSIZE": self.file_mib * MIB,
            "NOFILE": self.files,
            "NPROC": self.processes,
            "CPU": self.cpu_s,
            "CORE": 0,
        }.items():
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            # the hard limit of processes leaves room for branches, see `learner`
            most = min(value + 64, hard) if name == "NPROC" and hard > 0 else value
            resource.setrlimit(kind, (value, most))

    def watch(self, pid: int) -> None:
        """Kill a submission whose processes together hold too much memory."""
        own, family = _private_kib(os.getpid()), _family(pid)
        total = sum(max(0, _private_kib(p) - own) for p in family)
        # what branches share is counted once by the second look, which takes longer
        if total > self.memory_mib * 1024:
            total = sum(map(_fair_share_kib, family))
        if total > self.memory_mib * 1024:
            os.kill(pid, signal.SIGKILL)


_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise ConfineError(f"{what}: {os.strerror(code)}")


def _mount(source, target: str, kind, flags: int, options: str | None = None) -> None:
    texts = [t and t.encode() for t in (source, target, kind)]
    data = options and options.encode()
    result = _libc.mount(*texts, ctypes.c_ulong(flags), data)
    _check(result, f"mounting {target}")


def _new_namespaces() -> None:
    uid, gid = os.geteuid(), os.getegid()
    flags = NEWUSER | NEWNS | NEWPID | NEWIPC | NEWNET | NEWUTS
    _check(_libc.unshare(flags), "making namespaces")
    Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="utf-8")


def _die_with_parent() -> None:
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "dying with parent")


def _as_first_process() -> None:
    """Go on as process 1 of the new namespace; the caller waits for its end."""
    _die_with_parent()
    pid = os.fork()
    if pid:
        # a socket held here would hide that the process at its end has died
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        # so that the time of all processes inside is counted as this one's
        signal.signal(signal.SIGTERM, lambda *_: _kill(pid))
        _, status = os.waitpid(pid, 0)
        os._exit(min(os.waitstatus_to_exitcode(status) & 0xFF, 255))
    _die_with_parent()
    os.setsid()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _give_up_rights() -> None:
    """No capability, and no program that could give one back."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel has no more of them
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "dropping capabilities")
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "forbidding new rights")
    if filtered := seccomp.program():
        code, count = filtered
        buffer = ctypes.create_string_buffer(code)
        header = struct.pack("HxxxxxxP", count, ctypes.addressof(buffer))
        _check(_libc.prctl(PR_SET_SECCOMP, 2, header, 0, 0), "filtering system calls")


def _private_kib(pid: int) -> int:
    return _sum_kib(pid, "status", ("RssAnon:", "RssShmem:"))


def _fair_share_kib(pid: int) -> int:
    """Return memory of a process, where n processes share a page 1/n of it."""
    fair = _sum_kib(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    return fair or _private_kib(pid)


def _sum_kib(pid: int, file: str, names: tuple[str, ...]) -> int:
    try:
        text = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8")
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines())
    return sum(int(parts[1]) for parts in lines if parts[0] in names)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def become_nobody(uid: int = 65534) -> None:
    """As root inside the sandbox: change to a user without rights."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # the change made /proc/self belong to root, which hides it from ourselves
        _check(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "staying visible")


if __name__ == "__main__":  # a rehearsal: does the kernel allow all of this?
    become_nobody()
    Confinement().enter()
