"""The learner's side of a notebook, alive again after every fault.

`Learner` first runs all cells and keeps their outputs; at each test the process leaves
a branch of itself, which later answers that test's calls (see `learner`). A process
that ends is started anew and the cells are replayed. What ends it again costs its own
cell only: from the second time on, a process is replaced by a copy after every cell, so
a timer or a thread that ends it is left behind; and where even copies end, each cell is
tried alone to find the one that ends them.
"""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

from course_lib.checks import observe, wording
from course_lib.grading import shortcuts
from course_lib.grading.peer import Peer
from course_lib.grading.remote import Remote, RemoteError, remote_error
from course_lib.grading.wire import Channel, Closed, OutOfTime, WireError

FAULTS_A_TEST = 3
SHORTEST_LIMIT_S = 5.0
STARTS_A_NOTEBOOK = 60
ORDEAL_S = 0.5


class Timeout(RemoteError):
    """A call outside the guard of the checks took too long."""


class ProcessEnded(RemoteError):
    """The learner's code ended its process, or wrote what cannot be understood."""


class JudgePeer(Peer):
    """The end of the conversation in the judge's process; after a fault it is over."""

    generous = True

    def __init__(self, channel: Channel, kinds: Callable, learner: "Learner"):
        """Speak with one process of a learner."""
        super().__init__(channel, kinds)
        self.learner = learner

    def call(
        self, target: list, args: tuple, kwargs: dict, of: Any = None, ins: Any = ()
    ) -> Any:
        """Call a function of the learner's."""
        with self._attention():
            return super().call(target, args, kwargs, of, ins)

    def attribute(self, target: list, name: str, of: Any = None) -> Any:
        """Return an attribute of something of the learner's."""
        with self._attention():
            return super().attribute(target, name, of)

    def pull_back(self, graph: int, grads: tuple) -> list:
        """Return the vector-Jacobian product of an earlier call."""
        with self._attention():
            return super().pull_back(graph, grads)

    @contextlib.contextmanager
    def _attention(self) -> Iterator[None]:
        """Afterwards the conversation is in order, or the process is given up."""
        if self.channel.closed:
            raise ProcessEnded("ended its Python process, and what it kept is gone")
        limit_s = self.learner.cell_limit_s
        self.deadline = monotonic() + limit_s
        try:
            yield
        except RemoteError as error:
            raise self._told(error) from None
        except BaseException as error:
            self.learner.give_up(error)
            if isinstance(error, OutOfTime):
                raise Timeout(late(limit_s)) from None
            if isinstance(error, Closed):
                raise ProcessEnded("ended its Python process") from None
            if isinstance(error, WireError):
                text = f"sent what is no result ({error})"
                raise ProcessEnded(text) from None
            raise

    def _told(self, error: RemoteError) -> RemoteError:
        """Return an error without what its text could tell of the arguments."""
        forbidden = shortcuts.words(observe.forbidden_now())
        error.known = self.learner.words | forbidden
        said = wording.without_values(observe.described(error), error)
        told = remote_error([said.kind, said.text, said.where, said.library])
        told.known = error.known
        return told


class Learner:
    """The cells of a learner, run in processes that may end.

    Attributes:
        found: the outputs and the number of each cell that ran, by its place.
        words: the identifiers in the learner's own code.
    """

    def __init__(
        self,
        cells: list[dict],
        start: Callable[[int], list[socket.socket]],
        stop: Callable[[], None],
        kinds: Callable[[], dict],
        cell_limit_s: float = 30.0,
    ):
        """Take the notebook and the ways to start and to stop a process.

        Args:
            cells: the cells, as `judge.Judge` reads them.
            start: starts a process and returns the socket to it and to its branches.
            stop: ends it, and everything in it.
            kinds: lists the NamedTuple classes that the judge knows.
            cell_limit_s: seconds that a cell may run.
        """
        self.cells, self.start, self.stop, self.kinds = cells, start, stop, kinds
        self.cell_limit_s = cell_limit_s
        self.tests = [i for i, c in enumerate(cells) if c["role"] == "test"]
        self.found: dict[int, tuple[list, int | None]] = {}
        self.skipped: set[int] = set()  # what a replay must not run again
        self.base: JudgePeer | None = None  # runs cells
        self.position = 0  # of the cells that the base has run
        self.branches: dict[int, socket.socket] = {}  # to those that were left
        self.unused: dict[int, socket.socket] = {}
        self.peer: JudgePeer | None = None  # the branch of the test
        self.test = 0
        self.careful = self.searched = False
        self.starts = self.faults = 0
        self.until = float("inf")
        self.words = shortcuts.words(
            tuple(c["source"] for c in cells if c["role"] != "test")
        )

    # -- cells -----------------------------------------------------------------------

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
                base.ask("branch", number)
                self.branches[number] = self.unused.pop(number)
            return
        outputs, count = base.ask("run", cell["source"]).body[1]
        if type(outputs) is not list or type(count) is not int:
            raise WireError("sent something unreadable")
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

    # -- tests -----------------------------------------------------------------------

    def enter(self, number: int) -> None:
        """Turn to a test: its calls go to its own branch."""
        self._leave()
        self.test, self.faults = number, 0
        self.until = float("inf")

    def _leave(self) -> None:
        if self.peer is not None:
            self.peer.channel.close()
            self.peer = None

    def names(self, names: list[str]) -> dict[str, Any]:
        """Return what the learner's names stand for, as far as they are defined."""
        frame = None
        while frame is None:
            try:
                peer = self._alive()
                peer.deadline = monotonic() + self.cell_limit_s
                frame = peer.ask("names", names)
            except (Closed, OutOfTime):  # without having been asked for anything
                self._look_for_killers()
        unpacker = peer._unpacker(frame)
        found = {}
        for name, tree in frame.body[1]:
            if name in names:
                call = type(tree) is list and tree[0] == "named call"
                target = Remote(self, ["name", name], name)
                found[name] = target if call else unpacker.unpack(tree)
        return found

    def call(self, target: list, args: tuple, kwargs: dict, of: Any = None) -> Any:
        """Call a function by name; what Remote needs of a peer."""
        forbidden = observe.forbidden_now()
        before = self.cells[: self.tests[self.test]]
        sources = tuple(c["source"] for c in before if c["role"] != "test")
        if found := shortcuts.uses(sources, target[1], forbidden):
            text = f"calls {found}; the exercise is to write it yourself"
            raise observe.ForbiddenCall(text)
        return self._alive().call(target, args, kwargs, of)

    def attribute(self, target: list, name: str, of: Any = None) -> Any:
        """Return an attribute of what a name stands for."""
        return self._alive().attribute(target, name, of)

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault; what hangs is counted."""
        self.faults += 1
        if isinstance(error, observe.TooSlow | OutOfTime):
            self._lose_patience()
        self.drop()

    def _lose_patience(self) -> None:
        """Each hang halves the patience with the next: a bounded time for all."""
        for owner, name in ((observe, "LIMIT_S"), (self, "cell_limit_s")):
            now = getattr(owner, name)
            setattr(owner, name, min(now, max(SHORTEST_LIMIT_S, now / 2)))

    def _alive(self) -> JudgePeer:
        """Return the branch of this test; start and replay if there is none."""
        if self.peer is None:
            with clock_stopped():
                self._revive()
        return self.peer

    def _revive(self) -> None:
        end = self.tests[self.test] + 1
        while self.faults < FAULTS_A_TEST:
            sock = self.branches.pop(self.test, None)
            if sock is not None and not _has_ended(sock):
                self.peer = JudgePeer(Channel(sock), self.kinds, self)
                return
            if self.position >= end:  # it was not left, or it ended without a call
                self._look_for_killers()
            with contextlib.suppress(OutOfTime):
                self._go(end)
        raise ProcessEnded("ended or hung too often and was not called again")

    def _look_for_killers(self) -> None:
        """Something ends branches that do nothing: find the cell that started it."""
        self.faults += 1
        self.drop()
        if self.faults == 1 and self.searched:
            return
        self.searched = True
        cells = [i for i in range(self.tests[self.test]) if self._suspect(i)]
        self.skipped |= {i for i in cells if not self._survives(i, ORDEAL_S)}

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


def _has_ended(sock: socket.socket) -> bool:
    """Whether nobody is left at the other end of a socket."""
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextlib.contextmanager
def clock_stopped() -> Iterator[None]:
    """Let a replay take its time: a call's limit is not for the cells before it."""
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def late(limit_s: float) -> str:
    """Return what is said about code that was stopped."""
    return f"stopped after {limit_s:.0f} s; does a loop never end?"


def fault(problem: Exception, limit_s: float) -> dict:
    """Return the output that says how a cell ended its process."""
    if isinstance(problem, OutOfTime):
        return error_output("Timeout", late(limit_s))
    if isinstance(problem, Closed):
        return error_output("KernelDied", "this code ended its Python process")
    return error_output(type(problem).__name__, str(problem))


def error_output(name: str, text: str) -> dict:
    """Return an error output with nothing but a name and a sentence."""
    line = f"{name}: {text}"
    return {
        "output_type": "error",
        "ename": name,
        "evalue": text,
        "traceback": [line],
    }
