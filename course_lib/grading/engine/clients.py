"""One connection to a warm server: what comes over it is read as anybody's."""

import json
import os
import socket

from course_lib.grading.engine.jobs import Request

MAX_LINE = 1 << 16
MAX_SOCKETS = 253  # so many the kernel passes on at once
OPERATIONS = ("controller", "client", "start", "stop")


class Client:
    """One connection: its unread lines, its sockets in transit, its children."""

    def __init__(
        self,
        conn: socket.socket,
        life: socket.socket | None = None,
        may: tuple[str, ...] = (),
        owner: "Client | None" = None,
    ):
        """Take a connection and what is known of who is at its other end.

        Args:
            conn: a connected stream socket.
            life: another, which ends the client if it closes.
            may: operations that it may ask for.
            owner: who asked for this client; it ends with that one.
        """
        self.conn, self.life, self.may, self.owner = conn, life, may, owner
        self.text = b""
        self.fds: list[int] = []
        self.children: dict[int, int] = {}  # pidfds by number

    def requests(self) -> list[tuple[Request, list[socket.socket]]] | None:
        """Return the requests that have come whole; None when the client is gone.

        A client that sends what is no request is as good as gone.
        """
        try:
            data, fds, _, _ = socket.recv_fds(self.conn, MAX_LINE, MAX_SOCKETS)
        except OSError:
            return None
        self.fds += fds
        if not data or len(self.fds) > MAX_SOCKETS:
            return None
        *lines, self.text = (self.text + data).split(b"\n")
        if len(self.text) > MAX_LINE:
            return None
        try:
            return [self._request(line) for line in lines]
        except (ValueError, TypeError, AttributeError, RecursionError, OSError):
            return None

    def _request(self, line: bytes) -> tuple[Request, list[socket.socket]]:
        request: Request = json.loads(line)
        count = request.get("fds", 0)
        if type(count) is not int or not 0 <= count <= len(self.fds):
            raise ValueError("announces sockets that did not come")
        if request.get("op") not in OPERATIONS:
            raise ValueError("asks for nothing that is known")
        fds, self.fds = self.fds[:count], self.fds[count:]
        socks = []
        try:
            for fd in fds:
                socks.append(socket.socket(fileno=fd))  # refused where it is none
        except OSError:
            for fd in fds[len(socks) :]:
                os.close(fd)
            raise
        return request, socks

    def close(self) -> None:
        """Close the connection, and what it sent that belongs to no request."""
        for sock in filter(None, (self.conn, self.life)):
            sock.close()
        for fd in self.fds:
            os.close(fd)
