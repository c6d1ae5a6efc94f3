"""The two warm servers of a grading process, each behind walls of its own.

One forks judges, the other learners; they share nothing but the sockets that a judge
passes on. They are started once, by whoever first grades a notebook, and end with that
process.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from course_lib.grading.sandbox import Backend

START_LIMIT_S = 120.0


class EngineError(RuntimeError):
    """The engine itself cannot work; no grade is to be had from it."""


class Servers:
    """The two warm servers of this process, of judges and of learners."""

    def __init__(self, backend: Backend):
        """Start both; they import at the same time."""
        self.backend = backend
        self.folder = tempfile.TemporaryDirectory(prefix="unrolled_")
        self.judges, judge = self._start("judge")
        self.learners, learner = self._start("learner")
        self.processes = [judge, learner]
        for sock in (self.judges, self.learners):
            _await_ready(sock)

    def _start(self, role: str) -> tuple[socket.socket, subprocess.Popen]:
        confinement = self.backend.confinement(role)
        limits = json.dumps(asdict(confinement))
        inner = ["-m", "course_lib.grading.warm", role, "--limits", limits, "--control"]
        env = self.backend.environment()
        if not confinement.namespaces:  # then /tmp is everybody's
            folder = self.folder.name
            env |= {"HOME": folder, "IPYTHONDIR": folder, "MPLCONFIGDIR": folder}
        return _popen(lambda fd: self.backend.command(inner, fd), env)

    def client(self, control: socket.socket) -> socket.socket:
        """Return a new connection to a server; what it starts lives as long."""
        ours, theirs = socket.socketpair()
        _ask_for_client(control, theirs)
        return ours

    @contextlib.contextmanager
    def lent(self, control: socket.socket) -> Iterator[socket.socket]:
        """A connection to hand on: it ends here, whoever else may hold it by then."""
        ours, theirs = socket.socketpair()
        life, its_life = socket.socketpair()
        with ours, life:
            _ask_for_client(control, theirs, its_life)
            yield ours

    def alive(self) -> bool:
        """Whether both servers run."""
        return all(process.poll() is None for process in self.processes)

    def close(self) -> None:
        """End both servers and everything in them."""
        self.judges.close()
        self.learners.close()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.folder.cleanup()


def _ask_for_client(control: socket.socket, *theirs: socket.socket) -> None:
    request = json.dumps({"op": "client", "fds": len(theirs)}).encode() + b"\n"
    socket.send_fds(control, [request], [sock.fileno() for sock in theirs])
    for sock in theirs:
        sock.close()


def _popen(command: Any, env: dict) -> tuple[socket.socket, subprocess.Popen]:
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


_servers: dict[tuple[int, Backend], Servers] = {}


def servers(backend: Backend) -> Servers:
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
