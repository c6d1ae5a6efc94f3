"""Warm servers: a process that has imported everything once, and forks.

`import torch` takes longer than grading a notebook; a fork of a process that has done
it takes milliseconds. There are two servers: one for judges, and one for learners
inside the sandbox. Neither touches CUDA or starts a thread, which a fork would not
survive. A server lives as long as its control socket, and the children of a client as
long as the client's.

    control     {"op": "client"} and one or two sockets: one more client; when the
                second closes, the client goes, whoever may hold the first by then;
                {"op": "controller"} and a socket: one more controller
    controller  {"op": "client"}, likewise; its clients end when it closes
    client      {"op": "start", ...} and sockets: fork; {"op": "stop"}: end its children

A client may be a judge that a submission has taken over. It can start and stop its own
children and nothing else; whoever sends what is not theirs to ask for is cut off. A
controller is a worker that shares the server with others.
"""

import argparse
import contextlib
import functools
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from course_lib.grading.engine.clients import Client
from course_lib.grading.engine.jobs import Request

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MAX_DYING = 64  # children of one client that were ended and have not gone yet
MAX_ERROR = 8000  # characters
WATCH_S = 0.2

Start = Callable[[list[socket.socket], Request], None]


class Server:
    """Forks a child for each request to start one."""

    def __init__(
        self,
        control: socket.socket,
        start: Start,
        watch: Callable[[list[int]], None] | None = None,
        fork: Callable[[], int] = os.fork,
    ):
        """Take the parts that differ between servers.

        Args:
            control: ends the server when it closes.
            start: what a child does.
            watch: looks after the children now and then, given by their pidfds.
            fork: makes a child; returns what `os.fork` does.
        """
        self.selector = selectors.DefaultSelector()
        self.start, self.watch, self.fork = start, watch, fork
        self.control = Client(control, may=("client", "controller"))
        self.clients = {self.control}
        self._wait_for(control, self._read, self.control)

    def run(self) -> None:
        """Serve until the control socket closes."""
        due = 0.0
        while True:
            busy = any(client.children for client in self.clients)
            for key, _ in self.selector.select(WATCH_S if busy else None):
                key.data()
            # by the clock: what one client asks must not make all be looked after
            if busy and self.watch and time.monotonic() >= due:
                children = (client.children.values() for client in self.clients)
                self.watch([pidfd for pidfds in children for pidfd in pidfds])
                due = time.monotonic() + WATCH_S

    def _wait_for(
        self, what: int | socket.socket, then: Callable[..., None], *words: Any
    ) -> None:
        ready = functools.partial(then, *words)
        self.selector.register(what, selectors.EVENT_READ, ready)

    def _read(self, client: Client) -> None:
        requests = client.requests()
        if requests is None:
            self._drop(client)
        for request, socks in requests or []:
            kept = client in self.clients and self._obey(client, request, socks)
            for sock in () if kept else socks:
                sock.close()

    def _obey(
        self, client: Client, request: Request, socks: list[socket.socket]
    ) -> bool:
        """Do what a client asks; return whether its sockets are kept."""
        self._stop(client)  # one child a client
        op = request["op"] if request["op"] in client.may else None
        if op in ("client", "controller") and len(socks) in (1, 2):
            may = ("client",) if op == "controller" else ("start", "stop")
            life = socks[1] if len(socks) == 2 else None
            self._add(Client(socks[0], life, may, owner=client))
            return True
        if op == "start" and len(client.children) <= MAX_DYING:
            self._fork(client, request, socks)
        elif op != "stop":
            self._drop(client)
        return False

    def _add(self, client: Client) -> None:
        self.clients.add(client)
        self._wait_for(client.conn, self._read, client)
        if client.life is not None:
            self._wait_for(client.life, self._drop, client)

    def _drop(self, client: Client) -> None:
        if client not in self.clients:
            return
        self._stop(client)
        self.selector.unregister(client.conn)
        if client.life is not None:
            self.selector.unregister(client.life)
        client.close()
        self.clients.discard(client)
        for other in [other for other in self.clients if other.owner is client]:
            self._drop(other)
        if client is self.control:
            sys.exit(0)

    def _fork(
        self, client: Client, request: Request, socks: list[socket.socket]
    ) -> None:
        try:
            pid = self.fork()
        except OSError as error:  # the client sees that nobody holds its sockets
            report(error)
            return
        if pid == 0:
            code = 1
            try:
                os.setsid()  # what a child does to its group, it does to itself
                self._close_all_but(socks)
                self.start(socks, request)
                code = 0
            except BaseException as error:
                report(error)
            finally:
                os._exit(code)  # no teardown of a heap shared with the server
        pidfd = client.children[pid] = os.pidfd_open(pid)
        self._wait_for(pidfd, self._reap, client, pid, pidfd)

    def _close_all_but(self, socks: list[socket.socket]) -> None:
        """A child keeps its own sockets: no way to the server or to other children."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for sock in socks:
            sock.set_inheritable(False)  # no other program holds it
        kept = {sock.fileno() for sock in socks} | {0, 1, 2}
        low = 3
        for fd in [*sorted(kept - {0, 1, 2}), os.sysconf("SC_OPEN_MAX")]:
            os.closerange(low, fd)
            low = fd + 1

    def _stop(self, client: Client) -> None:
        for pidfd in client.children.values():
            with contextlib.suppress(ProcessLookupError):
                # in a process space of its own it takes all others along
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def _reap(self, client: Client, pid: int, pidfd: int) -> None:
        self.selector.unregister(pidfd)
        os.close(pidfd)
        os.waitpid(pid, 0)
        del client.children[pid]


def report(error: BaseException) -> None:
    """Write an error of our own where the engine's log shows it."""
    if not isinstance(error, SystemExit | KeyboardInterrupt | BrokenPipeError):
        traceback.print_exception(error, file=sys.__stderr__)


def tell(error: BaseException, sock: socket.socket) -> None:
    """Send an error of our own to the engine; a judge has no log to write to."""
    with contextlib.suppress(OSError, MemoryError):
        text = "".join(traceback.format_exception(error))[-MAX_ERROR:]
        sock.sendall(b"\n" + json.dumps({"error": text}).encode() + b"\n")


def main() -> None:
    """Serve one role over the control socket whose descriptor is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["judge", "learner"])
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--limits", default="{}")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the engine's business
    from course_lib.grading.sandbox.confine import NOBODY, Confinement, Spaces
    from course_lib.grading.sandbox.linux import become

    confinement = Confinement(**json.loads(options.limits))
    fork = os.fork
    if confinement.namespaces:
        become(NOBODY[options.role])
        fork = Spaces().fork
    from course_lib.grading.engine.warm_up import warm_up

    shell = warm_up(options.role)
    from course_lib.grading.engine.judge import judge
    from course_lib.grading.engine.learner import learner

    def judge_one(socks: list[socket.socket], request: Request) -> None:
        confinement.enter()
        try:
            judge.run(socks[0], socks[1], shell)
        except BaseException as error:
            tell(error, socks[0])
            raise

    def run_one(socks: list[socket.socket], request: Request) -> None:
        confinement.enter()
        learner.serve(socks, shell, request["seed"], confinement.namespaces)

    control = socket.socket(fileno=options.control)
    if confinement.judge:  # one process, for which the kernel counts
        server = Server(control, judge_one, fork=fork)
    else:
        server = Server(control, run_one, confinement.watch, fork)
    control.sendall(b"ready\n")
    server.run()


if __name__ == "__main__":
    for variable in THREADS:
        os.environ.setdefault(variable, "1")
    main()
