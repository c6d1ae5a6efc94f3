"""One end of a conversation: requests, answers, and the turns between them.

While one side waits for an answer it answers itself, so functions can be handed over as
arguments. What may be asked and what is answered stands in `messages`: the judge's end
looks it up here, in front of everything else, so no answer that somebody writes and no
entry that somebody forgets opens it.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Mapping
from typing import Any

from course_lib.checks import observe
from course_lib.grading.rpc import messages
from course_lib.grading.rpc.frames import Channel, Frame, Unfit, WireError
from course_lib.grading.rpc.pack import Packer
from course_lib.grading.rpc.proxies import remote_error
from course_lib.grading.rpc.side import Side
from course_lib.grading.rpc.unpack import Unpacker
from course_lib.grading.rpc.values import Handles, Kinds, Loans

# takes the body of a request and its frame; returns the answer, and what packed it
Answer = Callable[[Any, Frame], tuple[Any, Packer]]


def answer_nothing() -> Mapping[str, Answer]:
    """Return the answers of an end that only asks."""
    return {}


class Line:
    """One end of a conversation over a channel.

    Attributes:
        channel: carries the frames; a process that goes on as a branch has another.
        handles: what of this side has a number.
        deadline: when to give up waiting, as a value of `time.monotonic`.
        numbers: counts requests, and the results that are kept.
    """

    def __init__(
        self,
        channel: Channel,
        side: Side,
        handles: Handles,
        kinds: Kinds,
        answers: Callable[[], Mapping[str, Answer]] = answer_nothing,
    ):
        """Take up one end.

        Args:
            channel: a connection to the other process.
            side: which end it is.
            handles: where functions are kept that do not cross.
            kinds: lists the NamedTuple classes known here.
            answers: returns what answers each kind of request; no other is answered.

        Raises:
            TypeError: the judge would lend for good, and so answer at any time.
        """
        if not side.believes and not isinstance(handles, Loans):
            raise TypeError("a judge lends for the length of a call: give it Loans")
        self.channel, self.side, self.handles = channel, side, handles
        self.kinds, self.answers = kinds, answers
        self.deadline: float | None = None
        self.numbers = itertools.count()
        self._turn: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        if side.asks_from_threads:
            self._turn = threading.RLock()

    def ask(self, kind: str, body: Any = None, packer: Packer | None = None) -> Frame:
        """Send a request and return the answer; serve the other side meanwhile.

        Raises:
            KeyError: `messages` does not say what may come back to the judge.
            RemoteError: the other side answered with an error.
            WireError: it sent what the protocol does not know, or nothing in time.
        """
        if not self.side.believes and kind not in messages.ANSWERS:
            raise KeyError(f"no entry in messages says what may come back to {kind!r}")
        with self._turn:  # one request at a time, whichever thread wants it
            number = next(self.numbers)
            self.send(kind, [number, body], packer or self.packer())
            return self._wait(number)

    def _wait(self, number: int) -> Frame:
        """Return the answer to a request; what comes before it are requests."""
        while True:
            frame = self.channel.receive(self.deadline)
            if not isinstance(frame.body, list) or len(frame.body) != 2:
                raise WireError("sent something unreadable")
            if frame.kind not in ("ok", "error"):
                self.serve(frame)
            elif frame.body[0] != number:
                raise WireError("answered what was not asked")
            elif frame.kind == "ok":
                return frame
            else:
                raise remote_error(frame.body[1])

    def serve(self, frame: Frame) -> None:
        """Answer one request of the other side.

        Raises:
            WireError: it asked for what is not answered, at this end or at this moment.
        """
        if not self.side.believes and not self._may_be_asked(frame.kind):
            raise WireError("asked for something unknown")
        number, body = frame.body
        answer = self.answers().get(frame.kind)
        if answer is None:
            raise WireError("asked for something unknown")
        try:
            reply, packer = answer(body, frame)
            self.send("ok", [number, reply], packer)
        except Unfit as problem:
            text = f"what it returned cannot be read: {problem}"
            told = ["ValueError", text, "", True]
            self.send("error", [number, told], self.packer())
        except (observe.TooSlow, WireError):
            raise
        except BaseException as error:
            self.send("error", [number, self._explain(error)], self.packer())

    def _may_be_asked(self, kind: str) -> bool:
        """Whether the judge answers this now: it is listed, and something is lent."""
        return kind in messages.REQUESTS and self.handles.lends_something()

    def _explain(self, error: BaseException) -> list[Any]:
        """Return kind, text and place of an error, and whether a library raised it."""
        failure = observe.described(error)
        place = failure.where if self.side.tells_places else ""
        return [failure.kind, failure.text, place, failure.library]

    def send(self, kind: str, body: Any, packer: Packer) -> None:
        """Send a message with the leaves that were packed for it."""
        frame = Frame(kind, body, packer.table, packer.blobs)
        self.channel.send(frame, self.deadline)

    def packer(self, borrowed: list[Any] | tuple[Any, ...] = ()) -> Packer:
        """Return what packs an answer; `borrowed` are leaves that were sent here."""
        return Packer(self.handles, borrowed)

    def arguments(self) -> Packer:
        """Return what packs the arguments of a request."""
        return Packer(self.handles, whole=self.side.sends_arguments_whole)

    def unpacker(
        self, frame: Frame, borrowed: list[Any] | None = None, plain: bool = False
    ) -> Unpacker:
        """Return what builds the values of a frame; see `Unpacker`."""
        return Unpacker(
            frame.table,
            frame.blobs,
            self.handles,
            self.kinds,
            borrowed,
            self.side,
            self.deadline,
            plain,
        )
