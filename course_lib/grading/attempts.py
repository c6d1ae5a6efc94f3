"""One notebook before the judge, tried again where the judge itself fails.

The outputs of each cell are read back as it is done. A judge that fails is an accident
of ours: the notebook is tried again, and if it fails twice at one cell that cell alone
is given up.
"""

import contextlib
import json
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

from course_lib.grading.cells import error_output
from course_lib.grading.sandbox import Backend
from course_lib.grading.servers import servers

TRIES_A_CELL = 2


class Run:
    """One notebook before the judge, tried again where the judge itself failed."""

    def __init__(self, backend: Backend, job: dict, limit_s: float):
        """Take a job as `judge.run` reads it, and seconds for all of it."""
        self.backend, self.job = backend, job
        self.deadline = monotonic() + limit_s
        self.done: dict[int, dict] = {}
        self.usage: dict[str, Any] = {}

    def results(self) -> dict[int, dict]:
        """Return the result of each cell by its index."""
        tries: dict[int, int] = {}
        given_up: set[int] = set()
        while not self._attempt(given_up) and monotonic() < self.deadline:
            cells = [cell["index"] for cell in self.job["cells"]]
            stuck = next((i for i in cells if i not in self.done), cells[-1])
            tries[stuck] = tries.get(stuck, 0) + 1
            if tries[stuck] >= TRIES_A_CELL:
                given_up.add(stuck)
                text = "the judge could not finish this cell"
                self.done[stuck] = {"outputs": [error_output("JudgeFailed", text)]}
        return self.done

    def _attempt(self, given_up: set[int]) -> bool:
        """Run the cells; return whether the judge came to the end."""
        cells = [c for c in self.job["cells"] if c["index"] not in given_up]
        found = servers(self.backend)
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(found.client(found.judges))
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            with theirs, found.client(found.learners) as learners:
                fds = [theirs.fileno(), learners.fileno()]
                request = json.dumps({"op": "start", "fds": 2}).encode() + b"\n"
                socket.send_fds(client, [request], fds)
            try:
                ours.settimeout(max(0.1, self.deadline - monotonic()))
                ours.sendall(json.dumps({**self.job, "cells": cells}).encode() + b"\n")
                for result in self._lines(ours):
                    if "done" in result:
                        self.usage = result["done"]
                        return True
                    self.done.setdefault(result["index"], result)
            except OSError:
                pass
        return False

    def _lines(self, sock: socket.socket) -> Iterator[dict]:
        data = bytearray()
        while True:
            left = self.deadline - monotonic()
            if left <= 0:
                return
            sock.settimeout(left)
            got = sock.recv(1 << 20)
            if not got:
                return
            data += got
            *lines, data = data.split(b"\n")
            yield from map(json.loads, lines)
