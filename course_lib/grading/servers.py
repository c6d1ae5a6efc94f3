"""The two warm servers of a grading process: judges outside the walls, learners inside.

They are started once, by whoever first grades a notebook, and end with that process.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from typing import Any

from course_lib.grading.inside import ENVIRONMENT, PACKAGE
from course_lib.grading.sandbox import Backend

START_LIMIT_S = 120.0


class EngineError(RuntimeError):
    """The engine itself cannot work; no grade is to be had from it."""


class Servers:
    """The two warm servers of this process: judges outside the walls, learners in."""

    def __init__(self, backend: Backend):
        """Start both; they import at the same time."""
        self.backend = backend
        limits = json.dumps(asdict(backend.confinement()))
        self.folder = tempfile.TemporaryDirectory(prefix="judges_")
        self.judges, judge = _popen_judges(self.folder.name)
        inner = ["-m", "course_lib.grading.warm", "learner", "--limits", limits]
        self.learners, learner = _popen(
            lambda fd: backend.command([*inner, "--control"], fd),
            backend.environment(),
        )
        self.processes = [judge, learner]
        for sock in (self.judges, self.learners):
            _await_ready(sock)

    def client(self, control: socket.socket) -> socket.socket:
        """Return a new connection to a server; what it starts lives as long."""
        ours, theirs = socket.socketpair()
        with theirs:
            request = json.dumps({"op": "client", "fds": 1}).encode() + b"\n"
            socket.send_fds(control, [request], [theirs.fileno()])
        return ours

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


def _popen_judges(folder: str) -> tuple[socket.socket, subprocess.Popen]:
    inner = [sys.executable, "-P", "-m", "course_lib.grading.warm", "judge"]
    home = {key: os.environ[key] for key in ("HOME", "PATH") if key in os.environ}
    # no GPU: learners' processes have none, and tests must see what answers see
    env = {**ENVIRONMENT, **home, "PYTHONPATH": str(PACKAGE.parent)}
    env |= {"CUDA_VISIBLE_DEVICES": "", "IPYTHONDIR": folder, "MPLCONFIGDIR": folder}
    return _popen(lambda fd: [*inner, "--control", str(fd)], env)


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
