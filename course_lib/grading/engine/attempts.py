"""One notebook before the judge, tried again where the judge itself fails.

The outputs of each cell are read back as it is done. A judge that fails is an accident
of ours: the notebook is tried again, and if it fails twice at one cell that cell alone
is given up.

A judge may also be in the hands of the submission that it judges. What it sends is read
as anybody's: so much and no more, results of cells that are its own, each once. What
does not fit ends that attempt, so it costs this notebook and no other.
"""

import contextlib
import json
import socket
import sys
from collections.abc import Iterator
from time import monotonic
from typing import Any

from course_lib.grading.engine.jobs import Job, Result, Usage
from course_lib.grading.engine.servers import servers
from course_lib.grading.notebook.cells import clean
from course_lib.grading.notebook.errors import error_output
from course_lib.grading.sandbox.backends import Backend

TRIES_A_CELL = 2
# characters that a cell may print (see `interpreter`) take up to twelve bytes each
MAX_LINE = 32 << 20
MAX_NOTEBOOK = 256 << 20
CHUNK = 1 << 20
MAX_NESTED = 30
MAX_LOGGED = 8000  # characters


class Garbage(Exception):
    """The judge sent what is no result."""


class Run:
    """One notebook before the judge, tried again where the judge itself failed."""

    def __init__(self, backend: Backend, job: Job, limit_s: float):
        """Take a job, and seconds for all of it."""
        self.backend, self.job = backend, job
        self.deadline = monotonic() + limit_s
        self.done: dict[int, Result] = {}
        self.usage: Usage | None = None

    def results(self) -> dict[int, Result]:
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
                failed = error_output("JudgeFailed", text)
                self.done[stuck] = {
                    "index": stuck,
                    "outputs": [failed],
                    "count": None,
                }
        return self.done

    def _attempt(self, given_up: set[int]) -> bool:
        """Run the cells; return whether the judge came to the end."""
        cells = [c for c in self.job["cells"] if c["index"] not in given_up]
        found = servers(self.backend)
        with contextlib.ExitStack() as stack:
            client = stack.enter_context(found.client(found.judges))
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            learners = stack.enter_context(found.lend(found.learners))
            with theirs:
                fds = [theirs.fileno(), learners.fileno()]
                request = json.dumps({"op": "start", "fds": 2}).encode() + b"\n"
                socket.send_fds(client, [request], fds)
            try:
                ours.settimeout(max(0.1, self.deadline - monotonic()))
                ours.sendall(json.dumps({**self.job, "cells": cells}).encode() + b"\n")
                for result in self._lines(ours):
                    if "done" in result:
                        self.usage = _usage(result["done"])
                        return True
                    if "error" in result:
                        _log(result["error"])  # the last thing that a judge says
                        return False
                    outcome = _outcome(result, {c["index"] for c in cells})
                    self.done.setdefault(outcome["index"], outcome)
            except (OSError, Garbage):
                pass
        return False

    def _lines(self, sock: socket.socket) -> Iterator[dict[str, Any]]:
        data, total = bytearray(), 0
        while True:
            left = self.deadline - monotonic()
            if left <= 0:
                return
            sock.settimeout(left)
            got = sock.recv(CHUNK)
            total += len(got)
            if not got or total > MAX_NOTEBOOK or len(data) > MAX_LINE:
                return
            data += got
            if b"\n" in got:
                *lines, data = data.split(b"\n")
                yield from map(_parse, filter(None, lines))


def _parse(line: bytes | bytearray) -> dict[str, Any]:
    try:
        result = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise Garbage(str(problem)) from None
    if type(result) is not dict:
        raise Garbage("no object")
    return result


def _outcome(result: dict[str, Any], known: set[int]) -> Result:
    """Return what came of a cell of this notebook; no part is left unlooked at."""
    index, count = result.get("index"), result.get("count")
    outputs = result.get("outputs")
    if type(index) is not int or index not in known or type(outputs) is not list:
        raise Garbage("no result of a cell")
    if type(count) not in (int, type(None)):
        raise Garbage("no number of a cell")
    _look_into(outputs, MAX_NESTED)
    return {"index": index, "outputs": [*clean(outputs)], "count": count}


def _look_into(value: Any, levels: int) -> None:
    """Refuse what is nested so deep that code which walks through it would fail."""
    if type(value) in (list, dict):
        if levels == 0:
            raise Garbage("nested too deep")
        for inner in value if type(value) is list else value.values():
            _look_into(inner, levels - 1)


def _usage(said: Any) -> Usage:
    restarts = said.get("restarts") if type(said) is dict else None
    return {"restarts": restarts if type(restarts) is int else 0}


def _log(said: object) -> None:
    """Write a judge's own error where the engine's log shows it, as plain text."""
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in str(said))
    print(text[:MAX_LOGGED], file=sys.stderr)
