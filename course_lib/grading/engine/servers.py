"""The two warm servers of a grading process, each behind walls of its own.

One forks judges, the other learners; they share nothing but the sockets that a judge
passes on. They are started once, by whoever first grades a notebook, and end with that
process. Several workers may share one pair: each has connections of its own to it, and
what it started ends with them. A worker whose shared pair died starts its own.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict

from course_lib.errors import CourseError
from course_lib.grading.sandbox.backends import Backend

START_LIMIT_S = 120.0


class EngineError(CourseError):
    """The engine itself cannot work; no grade is to be had from it."""


class Pair:
    """Connections to two warm servers, of judges and of learners."""

    judges: socket.socket
    learners: socket.socket

    def client(self, control: socket.socket) -> socket.socket:
        """Return a new connection to a server; what it starts lives as long."""
        ours, theirs = socket.socketpair()
        _ask_for("client", control, theirs)
        return ours

    @contextlib.contextmanager
    def lend(self, control: socket.socket) -> Iterator[socket.socket]:
        """Yield a connection to hand on: it ends here, whoever may hold it by then."""
        ours, theirs = socket.socketpair()
        life, its_life = socket.socketpair()
        with ours, life:
            _ask_for("client", control, theirs, its_life)
            yield ours

    def alive(self) -> bool:
        """Whether both servers run."""
        return all(map(_is_open, (self.judges, self.learners)))

    def close(self) -> None:
        """End everything that was started over these connections."""
        self.judges.close()
        self.learners.close()


class Shared(Pair):
    """Connections to the servers of another process; their end is not the servers'."""

    def __init__(self, judges: socket.socket, learners: socket.socket):
        """Take what `Servers.controllers` gave."""
        self.judges, self.learners = judges, learners


class Servers(Pair):
    """The two warm servers of this process."""

    def __init__(self, backend: Backend):
        """Start both; they import at the same time."""
        self.backend = backend
        self.folder = tempfile.TemporaryDirectory(prefix="unrolled_")
        self.judges, judge = self._start("judge")
        self.learners, learner = self._start("learner")
        self.processes = [judge, learner]
        for sock in (self.judges, self.learners):
            _await_ready(sock)

    def _start(self, role: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        confinement = self.backend.confinement(role)
        limits = json.dumps(asdict(confinement))
        inner = [
            "-m",
            "course_lib.grading.engine.fork_server",
            role,
            "--limits",
            limits,
            "--control",
        ]
        env = self.backend.environment()
        if not confinement.namespaces:  # then /tmp is everybody's
            folder = self.folder.name
            env |= {"HOME": folder, "IPYTHONDIR": folder, "MPLCONFIGDIR": folder}
        return _popen(lambda fd: self.backend.command(inner, fd), env)

    def controllers(self) -> tuple[socket.socket, socket.socket]:
        """Return connections for a worker, over which it adds clients of its own."""
        return _controller(self.judges), _controller(self.learners)

    def alive(self) -> bool:
        """Whether both servers run."""
        return all(process.poll() is None for process in self.processes)

    def close(self) -> None:
        """End both servers and everything in them."""
        super().close()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()


def _controller(control: socket.socket) -> socket.socket:
    """Return a new connection over which a worker adds clients of its own."""
    ours, theirs = socket.socketpair()
    _ask_for("controller", control, theirs)
    return ours


def _ask_for(what: str, control: socket.socket, *theirs: socket.socket) -> None:
    request = json.dumps({"op": what, "fds": len(theirs)}).encode() + b"\n"
    try:
        socket.send_fds(control, [request], [sock.fileno() for sock in theirs])
    finally:
        for sock in theirs:
            sock.close()


def _is_open(sock: socket.socket) -> bool:
    """Whether anybody holds the other end; servers send nothing once they run."""
    try:
        sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def _popen(
    command: Callable[[int], list[str]], env: dict[str, str]
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            command(theirs.fileno()),
            env=env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return ours, process


def _await_ready(sock: socket.socket) -> None:
    sock.settimeout(START_LIMIT_S)
    try:
        ready = sock.recv(16) == b"ready\n"
    except OSError:
        ready = False
    if not ready:
        raise EngineError("a warm server did not start; its error stands above")
    sock.settimeout(None)


_servers: dict[tuple[int, Backend], Pair] = {}


def share(backend: Backend, judges: socket.socket, learners: socket.socket) -> None:
    """Let this process use another's servers for a backend, as long as they live."""
    _servers[os.getpid(), backend] = Shared(judges, learners)


def servers(backend: Backend) -> Pair:
    """Return this process's servers for a backend; started once, ended at exit."""
    key = os.getpid(), backend
    found = _servers.get(key)
    if found is None or not found.alive():
        if found is not None:
            found.close()
        found = _servers[key] = Servers(backend)
        atexit.register(_close, key)
    return found


def close_servers() -> None:
    """End this process's servers now: what multiprocessing starts has no atexit."""
    for key in list(_servers):
        _close(key)


def _close(key: tuple[int, Backend]) -> None:
    if key[0] == os.getpid() and key in _servers:
        _servers.pop(key).close()
