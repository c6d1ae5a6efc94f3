"""Integrity: what lies on the disk, in other processes and on the network.

Answers are read from the course's own files, grades are written past the grader, and
other people's work is read or changed. An entry whose answer is right tries only to
harm or to spy; it keeps its points, and the runner looks for the harm.
"""

from ..entry import Entry
from . import processes, reading, spying, writing

ENTRIES: list[Entry] = [
    *reading.ENTRIES,
    *spying.ENTRIES,
    *writing.ENTRIES,
    *processes.ENTRIES,
]
