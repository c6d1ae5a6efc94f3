"""A process of one thread, from which workers are forked at any time.

To import what a worker needs takes seconds; a fork takes milliseconds, but only of a
process without threads, locks and open gradebooks. So the template is forked first, as
long as its parent is such a process, and keeps still. Where it is too late for that, or
where it died, a new one is started by way of a new Python. It ends with its parent.
"""

import contextlib
import gc
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_FDS = 16  # of one worker
NEW_PYTHON = (
    "import importlib, json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "importlib.import_module('course_lib.grading.batch.template').main(*sys.argv[1:])"
)
Target = Callable[..., None]
_kept: list[Any] = []


@dataclass
class Forked:
    """A process that the template forked.

    Attributes:
        pid: its number.
        pidfd: a descriptor of it, readable when it has ended.
    """

    pid: int
    pidfd: int

    def join(self, limit_s: float | None = None) -> bool:
        """Wait for its end; return whether it came within so many seconds."""
        return bool(select.select([self.pidfd], [], [], limit_s)[0])

    def end(self, patience_s: float = 0.0) -> None:
        """Give it some seconds to end by itself; then kill it."""
        if not self.join(patience_s):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            self.join()
        os.close(self.pidfd)


class Template:
    """The engine's side: asks the template for forks, from any thread."""

    def __init__(self, target: Target, fork_now: bool = True):
        """Fork the template if this process has one thread, or else wait until asked.

        Args:
            target: a function of a module, which a fork calls with its descriptors.
            fork_now: whether this process is fit to be forked, but for threads.
        """
        self.target, self.lock = target, threading.Lock()
        self.sock: socket.socket | None = None
        self.pid, self.closed = 0, False
        if fork_now and len(os.listdir("/proc/self/task")) == 1:
            self._fork()

    def fork(self, *fds: int) -> Forked:
        """Return a new process, which holds copies of these descriptors and no others.

        Raises:
            OSError: there is none to be had.
        """
        with self.lock:
            for _ in range(0 if self.closed else 2):
                sock = self.sock or self._start()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    socket.send_fds(sock, [b"f"], list(fds))
                    text, [*pidfd], _, _ = socket.recv_fds(sock, 32, 1)
                    if pidfd:
                        return Forked(int(text), *pidfd)
                    if text:
                        raise OSError(f"no worker can be forked: {text.decode()}")
                self._forget()
        raise OSError("the template of the workers died")

    def close(self) -> None:
        """End the template, for good; what it forked goes on."""
        with self.lock:
            self.closed = True
            self._forget()

    def _forget(self) -> None:
        if self.sock is not None:
            self.sock.close()
            self.sock = None
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.pid, signal.SIGKILL)  # it holds nothing of its own
                os.waitpid(self.pid, 0)

    def _fork(self) -> None:
        self.sock, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            return
        code = 1
        try:
            _keep_only(theirs)
            _serve(theirs, self.target)
            code = 0
        finally:
            os._exit(code)  # no teardown of what belongs to the parent

    def _start(self) -> socket.socket:
        self.sock, theirs = socket.socketpair()
        place = f"{self.target.__module__}:{self.target.__qualname__}"
        words = [str(theirs.fileno()), json.dumps(sys.path), place]
        with theirs:
            started = subprocess.Popen(
                [sys.executable, "-c", NEW_PYTHON, *words],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self.pid, started.returncode = started.pid, 0  # we wait for it ourselves
        return self.sock


def _keep_only(sock: socket.socket) -> None:
    """Let go of all that the parent has open.

    Objects of the parent's still name their descriptors, so the numbers stay taken: who
    writes to one writes to nowhere, and who closes one closes nothing of ours.
    """
    gc.freeze()
    _kept.append((sys.stdin, sys.stdout, sys.stderr))  # unwritten text is the parent's
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in (null, sock.fileno()):
            with contextlib.suppress(OSError):
                os.fstat(int(name))  # the listing's own is closed by now
                os.dup2(null, int(name), inheritable=False)
    os.close(null)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = io.FileIO(number, "w" if number else "r", closefd=False)
        buffered = io.BufferedWriter(raw) if number else io.BufferedReader(raw)
        stream = io.TextIOWrapper(
            buffered, encoding="utf-8", errors="backslashreplace", line_buffering=True
        )
        _kept.append(getattr(sys, f"__{name}__"))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _serve(sock: socket.socket, target: Target) -> None:
    """Fork as often as the engine asks, until it hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those at work
    while True:
        text, fds, _, _ = socket.recv_fds(sock, 1, MAX_FDS)
        if not text:
            return
        _reap()
        try:
            pid = os.fork()
        except OSError as error:
            sock.sendall(str(error.strerror).encode()[:32])
            pid = None
        if pid == 0:
            _become(sock, target, fds)
        if pid:
            fds.append(os.pidfd_open(pid))
            socket.send_fds(sock, [str(pid).encode()], fds[-1:])
        for fd in fds:
            os.close(fd)


def _become(sock: socket.socket, target: Target, fds: list[int]) -> None:
    code = 1
    try:
        sock.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        target(*fds)
        code = 0
    except KeyboardInterrupt:
        pass
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main(number: str, _: str, place: str) -> None:
    """Be a template; the arguments are those of `Template._start`."""
    import importlib

    module, _, name = place.partition(":")
    target = getattr(importlib.import_module(module), name)
    _serve(socket.socket(fileno=int(number)), target)
    os._exit(0)
