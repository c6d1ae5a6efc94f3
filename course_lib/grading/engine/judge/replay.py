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

from course_lib.checks import observe
from course_lib.grading.engine.judge import forbidden_names
from course_lib.grading.engine.judge.conversation import JudgePeer, fault
from course_lib.grading.rpc.frames import Channel, OutOfTime, WireError
from course_lib.grading.rpc.messages import outputs_of
from course_lib.grading.rpc.proxies import RemoteError

FAULTS_A_TEST = 3
SHORTEST_LIMIT_S = 5.0
STARTS_A_NOTEBOOK = 60
ORDEAL_S = 0.5


class Replay:
    """The cells of a learner, run in processes that may end.

    Attributes:
        found: the outputs and the number of each cell that ran, by its place.
        words: the words and lines of the learner's own code.
        test: the number of the test whose turn it is; earlier ones need no branch.
    """

    def __init__(
        self,
        cells: list[dict],
        start: Callable[[int], list[socket.socket]],
        stop: Callable[[], None],
        kinds: Callable[[], dict],
        patience: observe.Patience,
        cell_limit_s: float = 30.0,
    ):
        """Take the notebook and the ways to start and to stop a process.

        Args:
            cells: the cells, as `judge.Judge` reads them.
            start: starts a process and returns the socket to it and to its branches.
            stop: ends it, and everything in it.
            kinds: lists the NamedTuple classes that the judge knows.
            patience: how long the checks wait for a call; it shrinks with each hang.
            cell_limit_s: seconds that a cell may run.
        """
        self.cells, self.start, self.stop, self.kinds = cells, start, stop, kinds
        self.patience, self.cell_limit_s = patience, cell_limit_s
        self.tests = [i for i, c in enumerate(cells) if c["role"] == "test"]
        self.found: dict[int, tuple[list, int | None]] = {}
        self.skipped: set[int] = set()  # what a replay must not run again
        self.base: JudgePeer | None = None  # runs cells
        self.position = 0  # of the cells that the base has run
        self.branches: dict[int, socket.socket] = {}  # to those that were left
        self.unused: dict[int, socket.socket] = {}
        self.lost: dict[int, object] = {}  # how many threads of cells a branch lacks
        self.peer: JudgePeer | None = None  # the branch of the test
        self.test = 0
        self.careful = False
        self.starts = self.faults = 0
        self.until = float("inf")
        self.words = forbidden_names.words(
            tuple(c["source"] for c in cells if c["role"] != "test")
        )

    def run_cells(self, limit_s: float) -> None:
        """Run all cells, so that their outputs are there before any test begins."""
        self.until = monotonic() + limit_s
        try:
            self._go(len(self.cells))
        except OutOfTime:  # what did not get its turn is not run by a replay either
            late = set(range(len(self.cells))) - self.found.keys()
            self.skipped |= {i for i in late if self._suspect(i)}

    def _go(self, end: int) -> None:
        """Bring a process to cell `end`, with a branch for each test before it."""
        while self.position < end:
            if monotonic() > self.until:
                raise OutOfTime("the cells took too long")
            if self.starts > STARTS_A_NOTEBOOK:
                self.faults = FAULTS_A_TEST
                raise OutOfTime("the process ended too often")
            if self.base is None:
                self._start()
            place = self.position
            try:
                self._step(self.base, place)
            except (RemoteError, WireError) as problem:
                self._lost(place, problem)
            else:
                self.position += 1
        if self.base is not None:
            with contextlib.suppress(WireError):
                self.base._send("rest", [0, None], self.base._packer())
            self.base.channel.close()
            self.base = None

    def _start(self) -> None:
        self.starts += 1
        sock, *branches = self.start(len(self.tests))
        self.base = JudgePeer(Channel(sock), self.kinds, self)
        self.unused = dict(enumerate(branches))
        self.position = 0

    def _step(self, base: JudgePeer, place: int) -> None:
        """Run one cell, or leave a branch where the cell is a test."""
        if place in self.skipped:
            return
        cell = self.cells[place]
        left = self.until - monotonic()
        base.deadline = monotonic() + max(0.1, min(self.cell_limit_s, left))
        if cell["role"] == "test":
            number = self.tests.index(place)
            if number >= self.test:
                self.lost[number] = base.ask("branch", number).body[1]
                self.branches[number] = self.unused.pop(number)
            return
        outputs, count = outputs_of(base.ask("run", cell["source"]).body[1])
        self.found.setdefault(place, (outputs, count))
        if self.careful:
            base.ask("shed")

    def _lost(self, place: int, problem: Exception) -> None:
        """A cell ended its process, or did not end: see to it that others can run."""
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
            self._lose_patience()
        self.skipped |= killers

    def _killers(self, place: int) -> set[int]:
        """Return the cells up to `place` that end a process in which they run alone."""
        if self._suspect(place) and not self._survives(place, 0.0):
            return {place}
        earlier = [i for i in range(place) if self._suspect(i)]
        found = {i for i in earlier if not self._survives(i, ORDEAL_S)}
        blamed = place if self._suspect(place) else max(earlier, default=place)
        return found or {blamed}

    def _suspect(self, place: int) -> bool:
        return self.cells[place]["role"] == "learner" and place not in self.skipped

    def _survives(self, place: int, wait_s: float) -> bool:
        """Whether a process and its branch live that ran the set-up and this cell."""
        try:
            self._start()
            for i, cell in enumerate(self.cells[: place + 1]):
                if cell["role"] == "locked" or i == place:
                    self._step(self.base, i)
            self.base.ask("branch", 0)
            sleep(wait_s)
            branch = JudgePeer(Channel(self.unused[0]), self.kinds, self)
            for peer in (self.base, branch):
                peer.deadline = monotonic() + self.cell_limit_s
                peer.ask("names", [])
        except (RemoteError, WireError):
            return False
        finally:
            self.drop()
        return True

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault; what hangs is counted."""
        self.faults += 1
        if isinstance(error, observe.TooSlow | OutOfTime):
            self._lose_patience()
        self.drop()

    def _lose_patience(self) -> None:
        """Each hang halves the patience with the next: a bounded time for all."""
        self.patience.limit_s = _shorter(self.patience.limit_s)
        self.cell_limit_s = _shorter(self.cell_limit_s)

    def drop(self) -> None:
        """End the process and its branches."""
        for peer in (self.base, self.peer):
            if peer is not None:
                peer.channel.close()
        for sock in (*self.branches.values(), *self.unused.values()):
            sock.close()
        self.base = self.peer = None
        self.branches, self.unused, self.position = {}, {}, 0
        self.stop()


def _shorter(limit_s: float) -> float:
    return min(limit_s, max(SHORTEST_LIMIT_S, limit_s / 2))
