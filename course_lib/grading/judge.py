"""The judge's process: runs the locked cells, and asks the learner's process for calls.

The verdict is what a test cell leaves behind *here*. The names that the learner's cells
were to define stand for functions of the learner's process. A call there that dies,
hangs or floods fails like any wrong answer; the process is then started anew and the
cells are replayed, so the other tasks keep what they earned.
"""

import ast
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from course_lib.checks import observe
from course_lib.grading import shortcuts
from course_lib.grading.interpreter import Interpreter
from course_lib.grading.peer import Peer, Remote, RemoteError
from course_lib.grading.values import known_kinds
from course_lib.grading.wire import Channel, Closed, OutOfTime, WireError

FAULTS_A_TEST = 3
SHORTEST_LIMIT_S = 5.0


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

    def call(self, target: list, args: tuple, kwargs: dict) -> Any:
        """Call a function of the learner's."""
        with self._attention():
            return super().call(target, args, kwargs)

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
        except RemoteError:
            raise
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


class Learner:
    """The learner's side of a notebook, alive again after every fault."""

    def __init__(
        self,
        start: Callable[[], socket.socket],
        stop: Callable[[], None],
        kinds: Callable[[], dict],
    ):
        """Take what starts a process and returns the socket to it, and what ends it."""
        self.start, self.stop, self.kinds = start, stop, kinds
        self.peer: JudgePeer | None = None
        self.history: list[str] = []  # the cells that ran, for a replay
        self.restarts = 0
        self.faults = 0  # in this test
        self.cell_limit_s = 30.0
        self.sources: list[str] = []

    def run(self, source: str) -> tuple[list[dict], int | None]:
        """Run a cell of the learner; return its outputs and its number."""
        try:
            found = self._run(source)
        except (RemoteError, WireError) as problem:
            self._drop()
            return [_fault(problem, self.cell_limit_s)], None
        self.history.append(source)
        return found

    def _run(self, source: str) -> tuple[list[dict], int]:
        peer = self._alive()
        peer.deadline = monotonic() + self.cell_limit_s
        outputs, count = peer.ask("run", source).body[1]
        if type(outputs) is not list or type(count) is not int:
            raise WireError("sent something unreadable")
        return outputs, count

    def names(self, names: list[str]) -> dict[str, Any]:
        """Return what the learner's names stand for, as far as they are defined."""
        peer = self._alive()
        peer.deadline = monotonic() + self.cell_limit_s
        frame = peer.ask("names", names)
        unpacker = peer._unpacker(frame)
        found = {}
        for name, tree in frame.body[1]:
            if name in names:
                call = type(tree) is list and tree[0] == "named call"
                found[name] = self.function(name) if call else unpacker.unpack(tree)
        return found

    def function(self, name: str) -> Remote:
        """Return the stand-in of a function that the learner wrote."""
        return Remote(self, ["name", name], name)

    def call(self, target: list, args: tuple, kwargs: dict) -> Any:
        """Call a function by name; what Remote needs of a peer."""
        forbidden = observe.forbidden_now()
        if found := shortcuts.uses(tuple(self.sources), target[1], forbidden):
            text = f"calls {found}; the exercise is to write it yourself"
            raise observe.ForbiddenCall(text)
        return self._alive().call(target, args, kwargs)

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault; what hangs is counted."""
        self.faults += 1
        if isinstance(error, observe.TooSlow | OutOfTime):
            # each hang halves the patience with the next: a bounded time for all
            observe.LIMIT_S = max(SHORTEST_LIMIT_S, observe.LIMIT_S / 2)
            self.cell_limit_s = max(SHORTEST_LIMIT_S, self.cell_limit_s / 2)
        self._drop()

    def forget(self) -> None:
        """Let both sides drop what the calls of a test have left behind."""
        self.faults = 0
        if self.peer is not None:
            try:
                self.peer.deadline = monotonic() + self.cell_limit_s
                self.peer.ask("forget")
            except (RemoteError, WireError):
                self._drop()
            else:
                self.peer.forget()

    def _alive(self) -> JudgePeer:
        """Return a peer; start a process and replay the cells if there is none."""
        if self.peer is None:
            with clock_stopped():
                self._revive()
        return self.peer

    def _revive(self) -> None:
        while self.peer is None:
            if self.faults >= FAULTS_A_TEST:
                raise ProcessEnded("ended or hung too often and was not called again")
            self.restarts += 1
            self.peer = JudgePeer(Channel(self.start()), self.kinds, self)
            self._replay()

    def _replay(self) -> None:
        for source in list(self.history):
            try:
                self._run(source)
            except (RemoteError, WireError):  # this time it did not come through
                self.history.remove(source)
                self._drop()
                return

    def _drop(self) -> None:
        if self.peer is not None:
            self.peer.channel.close()
            self.peer = None
            self.stop()


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


def _fault(problem: Exception, limit_s: float) -> dict:
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


def used_names(source: str) -> set[str]:
    """Return the names that a cell reads or writes."""
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}


class Judge:
    """One notebook in front of the judge."""

    def __init__(self, shell: Interpreter, learner: Learner):
        """Take the shell of the locked cells and the learner's side."""
        self.shell, self.learner = shell, learner

    def results(self, cells: list[dict]) -> Iterator[dict]:
        """Run the cells in order; yield the outputs of each as it is done.

        Args:
            cells: dicts of `role` ("learner", "locked" or "test"), `source`, `index`,
                and for tests `names`: what learners are to define.
        """
        for cell in cells:
            count = None
            if cell["role"] == "test":
                outputs, count = self._test(cell)
            else:
                self.learner.sources.append(cell["source"])
                if cell["role"] == "locked":
                    self.shell.run(cell["source"])
                outputs, count = self.learner.run(cell["source"])
            yield {"index": cell["index"], "outputs": outputs, "count": count}

    def _test(self, cell: dict) -> tuple[list[dict], int | None]:
        wanted = sorted(set(cell["names"]) & used_names(cell["source"]))
        try:
            found = self.learner.names(wanted)
        except (RemoteError, WireError) as problem:
            self.learner._drop()
            return [_fault(problem, self.learner.cell_limit_s)], None
        for name in cell["names"]:
            self.shell.user_ns.pop(name, None)
        if missing := [name for name in wanted if name not in found]:
            text = f"{', '.join(missing)} is not defined; did its cell run?"
            return [error_output("NameError", text)], None
        self.shell.user_ns.update(found)
        outputs = self.shell.run(cell["source"])
        self.learner.forget()
        return outputs, self.shell.execution_count - 1


def run(job_sock: socket.socket, learners: socket.socket, shell: Interpreter) -> None:
    """Judge the one notebook that comes over `job_sock`; send a line a cell."""
    stream = job_sock.makefile("rw", encoding="utf-8")
    job = json.loads(stream.readline())
    os.environ.update(job.get("environment", {}))

    def ask(passed: list[int], **request: Any) -> None:
        text = json.dumps({**request, "fds": len(passed)}).encode() + b"\n"
        socket.send_fds(learners, [text], passed)

    def start() -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            ask([theirs.fileno()], op="start", seed=job["seed"])
        return ours

    learner = Learner(start, lambda: ask([], op="stop"), known_kinds(shell))
    learner.cell_limit_s = job["cell_limit_s"]
    for result in Judge(shell, learner).results(job["cells"]):
        stream.write(json.dumps(result) + "\n")
        stream.flush()
    usage = {"restarts": max(learner.restarts - 1, 0)}
    stream.write(json.dumps({"done": usage}) + "\n")
    stream.flush()
