"""The learner's side of a test: its calls go to a branch, alive again after a fault."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

from course_lib.checks import observe
from course_lib.grading.engine.judge import forbidden_names
from course_lib.grading.engine.judge.conversation import JudgePeer, ProcessEnded
from course_lib.grading.engine.judge.replay import FAULTS_A_TEST, ORDEAL_S, Replay
from course_lib.grading.rpc.frames import Channel, Closed, OutOfTime
from course_lib.grading.rpc.messages import names_of
from course_lib.grading.rpc.proxies import Callee, Remote


class Learner(Replay):
    """What the names of a learner stand for in the judge's process."""

    searched = 0  # so many cells were tried: do they end branches?

    def enter(self, number: int) -> None:
        """Turn to a test: its calls go to its own branch."""
        self._leave()
        self.test, self.faults = number, 0
        self.patience.threads_lost = self.lost.get(number, 0) not in (0, None)
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
        for name, tree in names_of(frame.body[1], names).items():
            call = type(tree) is list and tree[:1] == ["named call"]
            found[name] = None if call else unpacker.unpack(tree)
            if call or callable(found[name]):  # by name, so that its text is read
                found[name] = Remote(self, Callee(["name", name]), name)
        return found

    def call(self, callee: Callee, args: tuple, kwargs: dict) -> Any:
        """Call a function by name; what Remote needs of a peer."""
        forbidden = observe.forbidden_now()
        before = self.cells[: self.tests[self.test]]
        sources = tuple(c["source"] for c in before if c["role"] != "test")
        if found := forbidden_names.uses(sources, callee.target[1], forbidden):
            text = f"calls {found}; the exercise is to write it yourself"
            raise observe.ForbiddenCall(text)
        peer = self._alive()
        try:
            return peer.call(callee, args, kwargs)
        except ProcessEnded:  # was it this call, or something that a cell started?
            with clock_stopped():
                if self._have_searched() or not self._search(self.searched):
                    raise
        return self._alive().call(callee, args, kwargs)

    def attribute(self, callee: Callee, name: str) -> Any:
        """Return an attribute of what a name stands for."""
        return self._alive().attribute(callee, name)

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
        if self.faults > 1 or not self._have_searched():
            self._search()

    def _have_searched(self) -> bool:
        return self.searched >= self.tests[self.test]

    def _search(self, first: int = 0) -> set[int]:
        """Return cells that end branches which do nothing, and skip them."""
        self.searched = self.tests[self.test]
        cells = [i for i in range(first, self.searched) if self._suspect(i)]
        found = {i for i in cells if not self._survives(i, ORDEAL_S)}
        self.skipped |= found
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
