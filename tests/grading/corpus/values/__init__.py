"""Integrity and wire: what a function returns, does to its arguments, or remembers.

The value itself is the attack: it lies about its type, is too large or too deep to
cross, acts when it is read, or is right only as long as somebody seems to look.
"""

from ..entry import Entry
from . import crossing, gradients, lies, memory

ENTRIES: list[Entry] = [
    *lies.ENTRIES,
    *crossing.ENTRIES,
    *gradients.ENTRIES,
    *memory.ENTRIES,
]
