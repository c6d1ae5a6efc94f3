"""Attacks by somebody who has read the engine's source.

They know that cells run in one process and calls in branches of it, what the guard
takes away, which sentences of an error are shown, and what the wire carries.
"""

from ..entry import Entry
from . import ends, forbidden, leaks, wire

ENTRIES: list[Entry] = [
    *forbidden.ENTRIES,
    *leaks.ENTRIES,
    *wire.ENTRIES,
    *ends.ENTRIES,
]
