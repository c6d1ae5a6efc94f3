"""What a submission did to anything but itself: files, grades, processes, network.

Everything is looked at before and after a batch; what changed, and was not the grader's
to change, is an effect.
"""

import ctypes
import hashlib
import os
import select
import signal
import socket
import sqlite3
import stat
import threading
import time
from pathlib import Path

from .entry import Place

PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 2.0
LARGE_BYTES = 64 << 20
MUCH_MEMORY_KIB = 4 << 20
# what Python, IPython and Jupyter write into the home of whoever grades
OWN = (
    ".cache/",
    ".config/",
    ".local/share/jupyter/",
    ".ipython/profile_default/pid/",
    ".ipython/profile_default/security/",
    ".ipython/profile_default/history.sqlite",
    ".ipython/profile_default/log/",
    ".ipython/README",
    ".ipython/profile_default/startup/README",
    ".jupyter/",
)


def snapshot(place: Place) -> dict[str, tuple]:
    """Return mode and content of all files that a submission must leave alone."""
    seen: dict[str, tuple] = {}
    for name in ("solutions", "exercises", "submitted", "autograded/a_neighbour"):
        seen |= _tree(place.course / name, place.course.parent)
    for name in ("roster.csv", "nbgrader_config.py"):
        seen |= _tree(place.course / name, place.course.parent)
    seen |= _tree(place.lib, place.course.parent)
    seen |= _tree(place.outside, place.course.parent)
    home = _tree(place.home, place.course.parent)
    seen |= {
        path: value
        for path, value in home.items()
        if value[0] != "folder" and not path.removeprefix("home/").startswith(OWN)
    }
    for number, row in enumerate(
        Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()
    ):
        seen[f"shared memory {number}: {' '.join(row.split()[:2])}"] = ()
    return seen | _grades(place)


def _tree(path: Path, root: Path) -> dict[str, tuple]:
    found: dict[str, tuple] = {}
    waiting = [os.fsencode(path)]
    while waiting:
        here = waiting.pop()
        if not os.path.lexists(here):
            continue
        mode = os.lstat(here).st_mode
        name = os.fsdecode(os.path.relpath(here, os.fsencode(root)))
        found[name] = _content(here, mode)
        if stat.S_ISDIR(mode) and len(here) < 3500:
            waiting += [entry.path for entry in os.scandir(here)]
    return found


def _content(path: bytes, mode: int) -> tuple:
    permissions = stat.S_IMODE(mode)
    if stat.S_ISLNK(mode):
        return "link", os.readlink(path)
    if stat.S_ISDIR(mode):
        return "folder", permissions
    if not stat.S_ISREG(mode) or os.lstat(path).st_size > LARGE_BYTES:
        return "other", permissions, os.lstat(path).st_size
    if os.lstat(path).st_nlink > 1:  # it has another name, and changes under that
        return "linked", permissions
    with open(path, "rb") as file:
        return "file", permissions, hashlib.md5(file.read()).hexdigest()


def _grades(place: Place) -> dict[str, tuple]:
    """Return what the gradebook says of the neighbour, and its own structure."""
    rows = {}
    query = (
        "select bc.name, g.auto_score, g.manual_score, g.extra_credit "
        "from grade g join submitted_notebook sn on g.notebook_id = sn.id "
        "join submitted_assignment sa on sn.assignment_id = sa.id "
        "join base_cell bc on bc.id = g.cell_id "
        "where sa.student_id = 'a_neighbour'"
    )
    try:
        base = sqlite3.connect(
            f"file:{place.course / 'gradebook.db'}?mode=ro", uri=True, timeout=2
        )
        for key, *values in base.execute(query):
            rows[f"gradebook: the neighbour's grade {key}"] = tuple(values)
        for name, text in base.execute("select name, sql from sqlite_master"):
            rows[f"gradebook: {name}"] = (text,)
        base.close()
    except sqlite3.Error as error:
        rows["gradebook"] = (str(error),)
    return rows


def differences(before: dict, after: dict) -> list[str]:
    """Return what is new, gone or changed."""
    found = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"gone: {name}")
        elif name not in before:
            if "__pycache__" in name:
                continue  # Python writes what it has compiled; it rewrites nothing
            found.append(f"new: {name}")
        elif before[name] != after[name]:
            found.append(f"changed: {name}")
    return found


def size(place: Place) -> int:
    """Return the bytes on disk below the course."""
    total = 0
    for folder, _, names in os.walk(place.course):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
            except OSError:
                continue
    return total


def litter(place: Place) -> list[str]:
    """Remove and name what entries leave in folders of the whole machine."""
    found = [
        *Path("/dev/shm").glob(f"corpus-{place.port}"),
        *Path("/tmp").glob("corpus-large-*"),
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return [f"new: {path.parent}/{path.name.rpartition('-')[0]}…" for path in found]


class Listener:
    """Somebody on this machine to whom a submission might talk."""

    def __init__(self, place: Place):
        """Listen at once, by TCP, by UDP, and at two addresses of Unix sockets."""
        self.heard: list[str] = []
        tcp = socket.create_server(("127.0.0.1", place.port))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0corpus-{place.port}")
        abstract.listen()
        self.sockets = {tcp: "tcp", udp: "udp", abstract: "abstract unix socket"}
        self.running = True
        self.free_kib = self.least_kib = _available_kib()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while self.running:
            self.least_kib = min(self.least_kib, _available_kib())
            for ready in select.select(list(self.sockets), [], [], 0.2)[0]:
                kind = self.sockets[ready]
                if kind == "udp":
                    ready.recv(100)
                else:
                    ready.accept()[0].close()
                self.heard.append(f"network: a connection by {kind}")

    def stop(self) -> list[str]:
        """Stop and return what was heard."""
        time.sleep(0.3)
        self.running = False
        time.sleep(0.3)
        for listening in self.sockets:
            listening.close()
        if (taken := self.free_kib - self.least_kib) > MUCH_MEMORY_KIB:
            self.heard.append(f"memory: {taken >> 20} GB taken for a time")
        return sorted(set(self.heard))


def _available_kib() -> int:
    text = Path("/proc/meminfo").read_text(encoding="utf-8")
    return int(text.split("MemAvailable:")[1].split()[0])


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent has ended."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants() -> dict[int, str]:
    """Return our living descendants, with their command lines."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (
                (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            )
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = {}, [os.getpid()]
    while waiting:
        for pid in parents.get(waiting.pop(), ()):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found[pid] = b" ".join(words).decode(errors="replace")[:80].strip()
            waiting.append(pid)
    return found


def survivors(known: set[int]) -> list[str]:
    """End and name the descendants that are there after a grace period."""
    end = time.monotonic() + GRACE_S
    while (left := descendants().keys() - known) and time.monotonic() < end:
        time.sleep(0.1)
    named = [text for pid, text in descendants().items() if pid in left]
    for _ in range(20):  # a survivor may be starting others
        for pid in descendants().keys() - known:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
        _reap(known)
        if not descendants().keys() - known:
            break
    return named


def _reap(known: set[int]) -> None:
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        if pid in known:
            continue
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue
