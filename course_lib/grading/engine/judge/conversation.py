"""The judge's end of a conversation with one process of a learner.

After a fault the conversation is over: nothing that comes later could be trusted to
answer what was asked.
"""

import contextlib
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, Protocol

from course_lib.checks import observe, wording
from course_lib.grading.engine.judge import forbidden_names
from course_lib.grading.notebook.errors import error_output
from course_lib.grading.rpc import messages
from course_lib.grading.rpc.answers import Requested
from course_lib.grading.rpc.frames import Channel, Closed, Frame, OutOfTime, WireError
from course_lib.grading.rpc.gradients import FarGraph
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.peer import Peer
from course_lib.grading.rpc.proxies import Callee, RemoteError, remote_error
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.values import Loans

MAX_GRAPH_BYTES = 512 << 20  # of what lent functions were given and returned, in all


class Owner(Protocol):
    """Whose process it is.

    Attributes:
        cell_limit_s: seconds that a request may take.
        words: words and lines of the learner's own code.
    """

    cell_limit_s: float
    words: frozenset[str]

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault."""


class Timeout(RemoteError):
    """A call outside the guard of the checks took too long."""


class ProcessEnded(RemoteError):
    """The learner's code ended its process, or wrote what cannot be understood."""


class JudgePeer(Peer):
    """The end of the conversation in the judge's process; after a fault it is over."""

    side = Side.JUDGE
    handles_kind = Loans
    most_bytes = MAX_GRAPH_BYTES

    def __init__(self, channel: Channel, kinds: Callable, learner: Owner):
        """Speak with one process of a learner."""
        super().__init__(channel, kinds)
        self.learner = learner

    def ask(self, kind: str, body: Any = None, packer: Packer | None = None) -> Frame:
        """Ask for what `messages` lists; see `Peer`."""
        if kind not in messages.ANSWERS:
            raise KeyError(f"no entry in messages says what may come back to {kind!r}")
        return super().ask(kind, body, packer)

    def serve(self, frame: Frame) -> None:
        """Answer a request that `messages` lists, while something is lent."""
        if frame.kind not in messages.REQUESTS or not self.handles.scopes:
            raise WireError("asked for something unknown")
        super().serve(frame)

    def requested(self, body: Any, frame: Frame) -> Requested:
        """Return what the learner's process asks for: a function on loan, by number."""
        asked = messages.Call.read(body)
        function = self.handles.find(asked.number)
        unpacker = self._unpacker(frame, plain=True)
        return Requested(unpacker, function, asked.args, asked.grad)

    def call(self, callee: Callee, args: tuple, kwargs: dict) -> Any:
        """Call a function of the learner's."""
        with self._attention():
            return super().call(callee, args, kwargs)

    def attribute(self, callee: Callee, name: str) -> Any:
        """Return an attribute of something of the learner's."""
        with self._attention():
            return super().attribute(callee, name)

    def pull_back(self, graph: FarGraph, grads: tuple) -> list:
        """Return the vector-Jacobian product of an earlier call."""
        with self._attention():
            return super().pull_back(graph, grads)

    @contextlib.contextmanager
    def _attention(self) -> Iterator[None]:
        """Afterwards the conversation is in order, or the process is given up."""
        if self.channel.closed:
            raise ProcessEnded("ended its Python process, and what it kept is gone")
        # the checks end their calls themselves; this is for those outside of a check
        limit_s = max(self.learner.cell_limit_s, observe.patience().longest_s + 1)
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
        forbidden = forbidden_names.words(observe.forbidden_now())
        error.known = self.learner.words | forbidden
        said = wording.without_values(observe.described(error), error)
        told = remote_error([said.kind, said.text, said.where, said.library])
        told.known = error.known
        return told


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
