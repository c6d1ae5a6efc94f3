"""Integrity: wrong answers that work on the test from inside its own process.

Each stands in a cell that runs before the test, and takes hold of something that the
test relies on there: a function, a frame, an object, the shell, the comparison.
"""

from ..entry import Entry
from . import forbidden, patches, reference, shell

ENTRIES: list[Entry] = [
    *patches.ENTRIES,
    *shell.ENTRIES,
    *reference.ENTRIES,
    *forbidden.ENTRIES,
]
