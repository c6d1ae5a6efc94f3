"""Warm servers: a process that has imported everything once, and forks.

`import torch` takes longer than grading a notebook; a fork of a process that has done
it takes milliseconds. There are two servers: one for judges, and one for learners
inside the sandbox. Neither touches CUDA or starts a thread, which a fork would not
survive. A server lives as long as its control socket, and the children of a client as
long as the client's.

    control   {"op": "client"} and a socket: one more client
    client    {"op": "start", ...} and sockets: fork; {"op": "stop"}: end its children
"""

import argparse
import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MAX_LINE = 1 << 16
WATCH_S = 0.2

Start = Callable[[list[socket.socket], dict], None]


class Client:
    """One connection: its unread lines, its sockets in transit, its children."""

    def __init__(self, conn: socket.socket):
        """Take a connected stream socket."""
        self.conn = conn
        self.text = b""
        self.fds: list[int] = []
        self.children: set[int] = set()

    def requests(self) -> list[tuple[dict, list[int]]] | None:
        """Return the requests that have come whole; None when the client is gone."""
        try:
            data, fds, _, _ = socket.recv_fds(self.conn, MAX_LINE, 253)
        except OSError:
            return None
        self.fds += fds
        if not data:
            return None
        *lines, self.text = (self.text + data).split(b"\n")
        found = []
        for line in lines:
            request = json.loads(line)
            count = request.get("fds", 0)
            found.append((request, self.fds[:count]))
            self.fds = self.fds[count:]
        return found


class Server:
    """Forks a child for each request to start one."""

    def __init__(
        self,
        control: socket.socket,
        start: Start,
        watch: Any = None,
        end: int = signal.SIGKILL,
    ):
        """Take the control socket, what a child does, what watches and what ends it."""
        self.selector = selectors.DefaultSelector()
        self.start, self.watch, self.end = start, watch, end
        self.control = Client(control)
        self.clients = {self.control}
        self.selector.register(control, selectors.EVENT_READ, self.control)

    def run(self) -> None:
        """Serve until the control socket closes."""
        while True:
            busy = any(client.children for client in self.clients)
            for key, _ in self.selector.select(WATCH_S if busy else None):
                if isinstance(key.data, Client):
                    self._read(key.data)
                else:
                    self._reap(*key.data)
            if busy and self.watch:
                for client in self.clients:
                    for pid in list(client.children):
                        self.watch(pid)

    def _read(self, client: Client) -> None:
        requests = client.requests()
        if requests is None:
            self._stop(client)
            self.selector.unregister(client.conn)
            client.conn.close()
            self.clients.discard(client)
            if client is self.control:
                for other in self.clients:
                    self._stop(other)
                sys.exit(0)
            return
        for request, fds in requests:
            socks = [socket.socket(fileno=fd) for fd in fds]
            if request["op"] == "client":
                self._add(Client(socks[0]))
                continue
            self._stop(client)  # one child a client
            if request["op"] == "start":
                self._fork(client, request, socks)
            for sock in socks:
                sock.close()

    def _add(self, client: Client) -> None:
        self.clients.add(client)
        self.selector.register(client.conn, selectors.EVENT_READ, client)

    def _fork(self, client: Client, request: dict, socks: list) -> None:
        pid = os.fork()
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
        client.children.add(pid)
        pidfd = os.pidfd_open(pid)
        self.selector.register(pidfd, selectors.EVENT_READ, (client, pid, pidfd))

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
        for pid in client.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.end)

    def _reap(self, client: Client, pid: int, pidfd: int) -> None:
        self.selector.unregister(pidfd)
        os.close(pidfd)
        os.waitpid(pid, 0)
        client.children.discard(pid)


def report(error: BaseException) -> None:
    """Write an error of our own where the engine's log shows it."""
    import traceback

    if not isinstance(error, SystemExit | KeyboardInterrupt | BrokenPipeError):
        traceback.print_exception(error, file=sys.__stderr__)


def main() -> None:
    """Serve one role over the control socket whose descriptor is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["judge", "learner"])
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--limits", default="{}")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the engine's business
    from course_lib.grading.confine import Confinement, become_nobody

    confinement = Confinement(**json.loads(options.limits))
    if options.role == "learner" and confinement.namespaces:
        become_nobody()
    from course_lib.grading.warming import warm_up

    shell = warm_up(options.role)
    from course_lib.grading import judge, learner

    control = socket.socket(fileno=options.control)
    if options.role == "judge":

        def start(socks: list[socket.socket], request: dict) -> None:
            judge.run(socks[0], socks[1], shell)

        server = Server(control, start)
    else:

        def start(socks: list[socket.socket], request: dict) -> None:
            confinement.enter()
            learner.serve(socks, shell, request["seed"], confinement.namespaces)

        # in namespaces a child passes the signal on, and waits: see `confine`
        end = signal.SIGTERM if confinement.namespaces else signal.SIGKILL
        server = Server(control, start, confinement.watch, end)
    control.sendall(b"ready\n")
    server.run()


if __name__ == "__main__":
    for variable in THREADS:
        os.environ.setdefault(variable, "1")
    main()
