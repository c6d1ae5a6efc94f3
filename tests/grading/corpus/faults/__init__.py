"""Faults: cells and calls that fail, end their process, or never end.

The tasks beside the faulty one are right, and must keep their points; the learner must
read a reason.
"""

from ..entry import Entry
from . import damage, ends, errors, loops

ENTRIES: list[Entry] = [
    *errors.ENTRIES,
    *ends.ENTRIES,
    *loops.ENTRIES,
    *damage.ENTRIES,
]
