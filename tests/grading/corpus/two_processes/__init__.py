"""Attacks on a grader that keeps test and answer in two processes.

The answer talks to the test over a wire: it can ask back, keep what it was lent, lie in
every reply, and fail in the middle of one. A restart runs its cells again.
"""

from ..entry import Entry
from . import callbacks, forged, machine, restarts, slow, wire

ENTRIES: list[Entry] = [
    *callbacks.ENTRIES,
    *wire.ENTRIES,
    *forged.ENTRIES,
    *slow.ENTRIES,
    *restarts.ENTRIES,
    *machine.ENTRIES,
]
