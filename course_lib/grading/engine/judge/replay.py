"""The cells of a learner, run again where their process has ended.

All cells run first, in one process, and their outputs are kept; at each test the
process leaves a branch of itself, which later answers that test's calls (see
`learner`). A process that ends is started anew and the cells are replayed. What ends
it again costs its own cell only: from the second time on, a process is replaced by a
copy after every cell, so a timer or a thread that ends it is left behind; and where
even copies end, each cell is tried alone to find the one that ends them.
"""

import contextlib
import socket
from collections.abc import Callable
from time import monotonic, sleep
from typing import NoReturn

from course_lib.checks import observe
from course_lib.grading.engine.jobs import Cell, Output
from course_lib.grading.engine.judge.conversation import fault
from course_lib.grading.rpc.frames import Channel, OutOfTime, WireError
from course_lib.grading.rpc.line import Line
from course_lib.grading.rpc.messages import outputs_of
from course_lib.grading.rpc.proxies import RemoteError
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.values import Kinds, Loans

SHORTEST_LIMIT_S = 5.0
STARTS_A_NOTEBOOK = 60
ORDEAL_S = 0.5


class Exhausted(OutOfTime):
    """Processes of this notebook ended so often that no more are started."""


class Replay:
    """The cells of a learner, run in processes that may end.

    Attributes:
        found: the outputs and the number of each cell that ran, by its place.
        tests: the places of the tests, at each of which a branch is left.
        first: the number of the first test whose branch is still needed.
        lost: how many threads of cells each branch does without, by its test.
        position: how many cells the process has run.
        starts: how many processes were started.
    """

    def __init__(
        self,
        cells: list[Cell],
        start: Callable[[int], list[socket.socket]],
        stop: Callable[[], None],
        kinds: Kinds,
        patience: observe.Patience,
        cell_limit_s: float = 30.0,
    ):
        """Take the notebook and the ways to start and to stop a process.

        Args:
            cells: of the notebook.
            start: starts a process and returns the socket to it and to its branches.
            stop: ends it, and everything in it.
            kinds: lists the NamedTuple classes that the judge knows.
            patience: how long the checks wait for a call; it shrinks with each hang.
            cell_limit_s: seconds that a cell may run.
        """
        self.cells, self.start, self.stop, self.kinds = cells, start, stop, kinds
        self.patience, self.cell_limit_s = patience, cell_limit_s
        self.tests = [i for i, c in enumerate(cells) if c["role"] == "test"]
        self.found: dict[int, tuple[list[Output], int | None]] = {}
        self.skipped: set[int] = set()  # what a replay must not run again
        self.base: Line | None = None  # runs cells
        self.position = 0
        self.branches: dict[int, socket.socket] = {}  # to those that were left
        self.unused: dict[int, socket.socket] = {}
        self.lost: dict[int, object] = {}
        self.first = 0
        self.careful = False
        self.starts = 0
        self.until = float("inf")

    def run_cells(self, limit_s: float) -> None:
        """Run all cells, so that their outputs are there before any test begins."""
        self.until = monotonic() + limit_s
        try:
            self.go(len(self.cells))
        except OutOfTime:  # what did not get its turn is not run by a replay either
            late = set(range(len(self.cells))) - self.found.keys()
            self.skipped |= {i for i in late if self.is_suspect(i)}
        self.until = float("inf")

    def go(self, end: int) -> None:
        """Bring a process to cell `end`, with a branch for each test before it.

        Raises:
            OutOfTime: the time for all cells is over.
            Exhausted: no more processes are started.
        """
        while self.position < end:
            if monotonic() > self.until:
                raise OutOfTime("the cells took too long")
            if self.starts > STARTS_A_NOTEBOOK:
                raise Exhausted("the process ended too often")
            base = self.base or self._start()
            place = self.position
            try:
                self._step(base, place)
            except (RemoteError, WireError) as problem:
                self._lose(place, problem)
            else:
                self.position += 1
        if self.base is not None:
            with contextlib.suppress(WireError):
                self.base.send("rest", [0, None], self.base.packer())
            self.base.channel.close()
            self.base = None

    def _start(self) -> Line:
        self.starts += 1
        sock, *branches = self.start(len(self.tests))
        self.base = self._line(sock)
        self.unused = dict(enumerate(branches))
        self.position = 0
        return self.base

    def _line(self, sock: socket.socket) -> Line:
        """Return a conversation about cells; it lends nothing, so answers nothing."""
        return Line(Channel(sock), Side.JUDGE, Loans(_refuse), self.kinds)

    def _step(self, base: Line, place: int) -> None:
        """Run one cell, or leave a branch where the cell is a test."""
        if place in self.skipped:
            return
        cell = self.cells[place]
        left = self.until - monotonic()
        base.deadline = monotonic() + max(0.1, min(self.cell_limit_s, left))
        if cell["role"] == "test":
            number = self.tests.index(place)
            if number >= self.first:
                self.lost[number] = base.ask("branch", number).body[1]
                self.branches[number] = self.unused.pop(number)
            return
        outputs, count = outputs_of(base.ask("run", cell["source"]).body[1])
        self.found.setdefault(place, (outputs, count))
        if self.careful:
            base.ask("shed")

    def _lose(self, place: int, problem: Exception) -> None:
        """See to it that others can run: a cell ended its process, or did not end."""
        self.drop()
        hangs = isinstance(problem, OutOfTime)
        if hangs:
            killers = {place}
        elif not self.careful:
            self.careful = True
            return
        else:
            killers = self._killers(place)
        if place in killers:
            self.found.setdefault(place, ([fault(problem, self.cell_limit_s)], None))
        if hangs:
            self.lose_patience()
        self.skipped |= killers

    def _killers(self, place: int) -> set[int]:
        """Return the cells up to `place` that end a process in which they run alone."""
        if self.is_suspect(place) and not self.survives(place, 0.0):
            return {place}
        earlier = [i for i in range(place) if self.is_suspect(i)]
        found = {i for i in earlier if not self.survives(i)}
        blamed = place if self.is_suspect(place) else max(earlier, default=place)
        return found or {blamed}

    def is_suspect(self, place: int) -> bool:
        """Whether a cell is the learner's and may be what ends processes."""
        return self.cells[place]["role"] == "learner" and place not in self.skipped

    def survives(self, place: int, wait_s: float = ORDEAL_S) -> bool:
        """Whether a process and its branch live that ran the set-up and this cell.

        All other processes of the learner end, before it and after it.
        """
        try:
            base = self._start()
            for i, cell in enumerate(self.cells[: place + 1]):
                if cell["role"] == "locked" or i == place:
                    self._step(base, i)
            base.ask("branch", 0)
            sleep(wait_s)
            for line in (base, self._line(self.unused[0])):
                line.deadline = monotonic() + self.cell_limit_s
                line.ask("names", [])
        except (RemoteError, WireError):
            return False
        finally:
            self.drop()
        return True

    def take_branch(self, number: int) -> socket.socket | None:
        """Return the socket to the branch of a test, if one was left; only once."""
        return self.branches.pop(number, None)

    def lose_patience(self) -> None:
        """Halve the patience with the next hang: a bounded time for all."""
        self.patience.limit_s = _shorter(self.patience.limit_s)
        self.cell_limit_s = _shorter(self.cell_limit_s)

    def drop(self) -> None:
        """End the process and its branches."""
        if self.base is not None:
            self.base.channel.close()
        for sock in (*self.branches.values(), *self.unused.values()):
            sock.close()
        self.base = None
        self.branches, self.unused, self.position = {}, {}, 0
        self.stop()


def _refuse(number: int, name: str) -> NoReturn:
    raise WireError("sent a function where none is asked for")


def _shorter(limit_s: float) -> float:
    return min(limit_s, max(SHORTEST_LIMIT_S, limit_s / 2))
