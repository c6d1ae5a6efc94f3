"""A learner's functions in a test: calls go to a branch, alive again after a fault."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

from course_lib.checks import observe
from course_lib.grading.engine.judge import forbidden_names
from course_lib.grading.engine.judge.conversation import JudgePeer, ProcessEnded
from course_lib.grading.engine.judge.replay import Exhausted, Replay
from course_lib.grading.rpc.frames import Channel, Closed, OutOfTime
from course_lib.grading.rpc.messages import names_of
from course_lib.grading.rpc.proxies import Callee, Remote

FAULTS_A_TEST = 3


class Calls:
    """What the names of a learner stand for in the judge's process.

    Attributes:
        replay: runs the learner's cells, and leaves the branches that are called.
        peer: the conversation with the branch of this test, if there is one.
        test: the number of the test whose turn it is.
        faults: how often its branch had to be given up.
        searched: so many cells were tried: do they end branches?
        words: the words and lines of the learner's own code.
    """

    def __init__(self, replay: Replay):
        """Take what runs the cells."""
        self.replay = replay
        self.peer: JudgePeer | None = None
        self.test = self.faults = self.searched = 0
        self.words = forbidden_names.words(
            tuple(c["source"] for c in replay.cells if c["role"] != "test")
        )

    @property
    def cell_limit_s(self) -> float:
        """Seconds that a request may take."""
        return self.replay.cell_limit_s

    def enter(self, number: int) -> None:
        """Turn to a test: its calls go to its own branch."""
        self._leave()
        self.test = self.replay.first = number
        self.faults = 0
        lost = self.replay.lost.get(number, 0)
        self.replay.patience.threads_lost = lost not in (0, None)

    def _leave(self) -> None:
        if self.peer is not None:
            self.peer.close()
            self.peer = None

    def drop(self) -> None:
        """End the process and its branches."""
        self._leave()
        self.replay.drop()

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault; what hangs is counted."""
        self.faults += 1
        if isinstance(error, observe.TooSlow | OutOfTime):
            self.replay.lose_patience()
        self.drop()

    def names(self, names: list[str]) -> dict[str, Any]:
        """Return what the learner's names stand for, as far as they are defined."""
        frame = None
        while frame is None:
            try:
                peer = self._alive()
                peer.line.deadline = monotonic() + self.cell_limit_s
                frame = peer.line.ask("names", names)
            except (Closed, OutOfTime):  # without having been asked for anything
                self._look_for_killers()
        unpacker = peer.line.unpacker(frame)
        found: dict[str, Any] = {}
        for name, tree in names_of(frame.body[1], names).items():
            call = type(tree) is list and tree[:1] == ["named call"]
            found[name] = None if call else unpacker.unpack(tree)
            if call or callable(found[name]):  # by name, so that its text is read
                found[name] = Remote(self, Callee(["name", name]), name)
        return found

    def call(
        self, callee: Callee, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a function by name; this is what `Remote` needs of a caller."""
        forbidden = observe.forbidden_now()
        before = self.replay.cells[: self._place()]
        sources = tuple(c["source"] for c in before if c["role"] != "test")
        if found := forbidden_names.uses(sources, callee.target[1], forbidden):
            text = f"calls {found}; the exercise is to write it yourself"
            raise observe.ForbiddenCall(text)
        peer = self._alive()
        try:
            return peer.caller.call(callee, args, kwargs)
        except ProcessEnded:  # was it this call, or something that a cell started?
            with clock_stopped():
                if self._have_searched() or not self._search(self.searched):
                    raise
        return self._alive().caller.call(callee, args, kwargs)

    def attribute(self, callee: Callee, name: str) -> Any:
        """Return an attribute of what a name stands for."""
        return self._alive().caller.attribute(callee, name)

    def _alive(self) -> JudgePeer:
        """Return the branch of this test; start and replay if there is none."""
        if self.peer is None:
            with clock_stopped():
                self.peer = self._revive()
        return self.peer

    def _place(self) -> int:
        """Return the place of this test among the cells."""
        return self.replay.tests[self.test]

    def _revive(self) -> JudgePeer:
        end = self._place() + 1
        while self.faults < FAULTS_A_TEST:
            sock = self.replay.take_branch(self.test)
            if sock is not None and not _has_ended(sock):
                return JudgePeer(Channel(sock), self.replay.kinds, self)
            if self.replay.position >= end:  # it was not left, or ended without a call
                self._look_for_killers()
            try:
                self.replay.go(end)
            except Exhausted:
                self.faults = FAULTS_A_TEST
            except OutOfTime:
                pass
        raise ProcessEnded("ended or hung too often and was not called again")

    def _look_for_killers(self) -> None:
        """Something ends branches that do nothing: find the cell that started it."""
        self.faults += 1
        self.drop()
        if self.faults > 1 or not self._have_searched():
            self._search()

    def _have_searched(self) -> bool:
        return self.searched >= self._place()

    def _search(self, first: int = 0) -> set[int]:
        """Return cells that end branches which do nothing, and skip them."""
        self.searched = self._place()
        cells = [i for i in range(first, self.searched) if self.replay.is_suspect(i)]
        if cells:
            self._leave()  # the search ends all processes
        found = {i for i in cells if not self.replay.survives(i)}
        self.replay.skipped |= found
        return found


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
