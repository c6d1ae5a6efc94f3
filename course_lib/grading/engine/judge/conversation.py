"""The judge's end of a conversation with one process of a learner.

After a fault the conversation is over: nothing that comes later could be trusted to
answer what was asked.
"""

import contextlib
from collections.abc import Iterator
from time import monotonic
from typing import Any, Protocol

from course_lib.checks import observe, wording
from course_lib.grading.engine.judge import forbidden_names
from course_lib.grading.notebook.errors import error_output
from course_lib.grading.rpc import messages
from course_lib.grading.rpc.answers import Answerer, Requested
from course_lib.grading.rpc.caller import RemoteCaller
from course_lib.grading.rpc.frames import Channel, Closed, Frame, OutOfTime, WireError
from course_lib.grading.rpc.gradients import LeavesBehind
from course_lib.grading.rpc.line import Answer, Line
from course_lib.grading.rpc.proxies import RemoteError, remote_error
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.values import Kinds, Loans

MAX_GRAPH_BYTES = 512 << 20  # of what lent functions were given and returned, in all


class Owner(Protocol):
    """Whose process it is.

    Attributes:
        cell_limit_s: seconds that a request may take.
        words: words and lines of the learner's own code.
    """

    words: frozenset[str]

    @property
    def cell_limit_s(self) -> float:
        """Return the seconds."""

    def give_up(self, error: BaseException) -> None:
        """End the process after a fault."""


class Timeout(RemoteError):
    """A call outside the guard of the checks took too long."""


class ProcessEnded(RemoteError):
    """The learner's code ended its process, or wrote what cannot be understood."""


class JudgePeer:
    """The end of the conversation in the judge's process; after a fault it is over.

    Attributes:
        line: what may be asked and is answered, see `Line`.
        caller: calls the learner's functions.
        answerer: runs functions on loan.
    """

    most_bytes = MAX_GRAPH_BYTES

    def __init__(self, channel: Channel, kinds: Kinds, learner: Owner):
        """Speak with one process of a learner."""
        self.learner = learner
        handles = Loans(
            lambda *words: self.caller.make_remote(*words),
            lambda *words: self.caller.make_remote_module(*words),
        )
        behind = LeavesBehind()
        self.line = Line(channel, Side.JUDGE, handles, kinds, self.requests)
        self.caller = RemoteCaller(self.line, behind, self._attention)
        self.answerer = Answerer(self.line, behind, self._read, self.most_bytes)

    def requests(self) -> dict[str, Answer]:
        """Return what answers each kind of request; `Line` lets no other in."""
        return {"call": self.answerer.answer_call, "pull": self.answerer.answer_pull}

    def _read(self, body: Any, frame: Frame) -> Requested:
        """Return what the learner's process asks for: a function on loan, by number."""
        asked = messages.Call.read(body)
        function = self.line.handles.find(asked.number)
        unpacker = self.line.unpacker(frame, plain=True)
        return Requested(unpacker, function, asked.args, asked.grad)

    def close(self) -> None:
        """End the conversation."""
        self.line.channel.close()

    @contextlib.contextmanager
    def _attention(self) -> Iterator[None]:
        """Afterwards the conversation is in order, or the process is given up."""
        if self.line.channel.closed:
            raise ProcessEnded("ended its Python process, and what it kept is gone")
        # the checks end their calls themselves; this is for those outside of a check
        limit_s = max(self.learner.cell_limit_s, observe.patience().longest_s + 1)
        self.line.deadline = monotonic() + limit_s
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


def fault(problem: Exception, limit_s: float) -> dict[str, Any]:
    """Return the output that says how a cell ended its process."""
    if isinstance(problem, OutOfTime):
        return error_output("Timeout", late(limit_s))
    if isinstance(problem, Closed):
        return error_output("KernelDied", "this code ended its Python process")
    return error_output(type(problem).__name__, str(problem))
