"""Frames between the judge and a learner's process: JSON, then the bytes of tensors.

Nothing here can run code or build an object: a frame is text and bytes within limits.
`values` says what they mean. Whatever does not fit ends the conversation.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

HEADER = struct.Struct(">IQ")  # bytes of JSON, bytes of tensors
MAX_TEXT = 8 << 20
MAX_BYTES = 256 << 20
CHUNK = 1 << 20
TableEntry = dict[str, Any]  # says what a leaf is; its bytes come after the JSON


class WireError(Exception):
    """The other side sent what the protocol does not know, or too much of it."""


class Unfit(WireError):
    """A value of this side that cannot be sent: too large, or nested too deep."""


class Closed(WireError):
    """The other side is gone."""


class OutOfTime(WireError):
    """The other side did not answer in time."""


@dataclass
class Frame:
    """One message: what it is about, its JSON, and the leaves that the JSON names."""

    kind: str
    body: Any = None
    table: list[TableEntry] = field(default_factory=list)
    blobs: Sequence[bytes | bytearray] = field(default_factory=list)


class Channel:
    """A stream socket that carries frames, and nothing after a fault."""

    def __init__(self, sock: socket.socket):
        """Take over a connected stream socket."""
        self.sock = sock
        self.closed = False
        self.unread = bytearray()

    def fileno(self) -> int:
        """Return the descriptor, so that a channel can be waited for."""
        return self.sock.fileno()

    def close(self) -> None:
        """End the conversation."""
        self.closed = True
        self.sock.close()

    def send(self, frame: Frame, deadline: float | None = None) -> None:
        """Send a frame whole; a deadline is a value of `time.monotonic`."""
        table = [
            {**entry, "n": len(blob)}
            for entry, blob in zip(frame.table, frame.blobs, strict=True)
        ]
        try:
            text = json.dumps([frame.kind, frame.body, table]).encode()
        except RecursionError:
            raise Unfit("a value is nested too deep") from None
        size = sum(map(len, frame.blobs))
        if len(text) > MAX_TEXT or size > MAX_BYTES:
            raise Unfit(f"a value is too large ({len(text) + size} bytes)")
        try:
            self._limit(deadline)
            # in one piece: every piece wakes the other side up
            start = HEADER.pack(len(text), size)
            self.sock.sendall(b"".join([start, text, *frame.blobs]))
        except TimeoutError:
            raise OutOfTime("nothing was read in time") from None
        except OSError as problem:
            raise Closed("the process has ended") from problem

    def receive(self, deadline: float | None = None) -> Frame:
        """Wait for a frame and return it; the limits hold before memory is taken."""
        length, size = HEADER.unpack(self._read(HEADER.size, deadline))
        if length > MAX_TEXT or size > MAX_BYTES:
            raise WireError(f"sent too much ({length + size} bytes)")
        text = self._read(length, deadline)
        try:
            kind, body, table = json.loads(text)
            sizes = [dict.pop(entry, "n") for entry in table]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise WireError("sent something unreadable") from None
        if not isinstance(kind, str) or any(type(n) is not int or n < 0 for n in sizes):
            raise WireError("sent something unreadable")
        if sum(sizes) != size:
            raise WireError("sent lengths that do not add up")
        return Frame(kind, body, table, [self._read(n, deadline) for n in sizes])

    def _read(self, count: int, deadline: float | None) -> bytearray:
        """Return `count` bytes; memory grows as they arrive, not as announced."""
        while len(self.unread) < count:
            self._limit(deadline)
            try:
                got = self.sock.recv(CHUNK)
            except TimeoutError:
                raise OutOfTime("did not answer in time") from None
            except OSError as problem:
                raise Closed("the process has ended") from problem
            if not got:
                raise Closed("the process has ended")
            self.unread += got
        data = self.unread[:count]
        del self.unread[:count]
        return data

    def _limit(self, deadline: float | None) -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline - monotonic()
        if left <= 0:
            raise OutOfTime("did not answer in time")
        self.sock.settimeout(left)
