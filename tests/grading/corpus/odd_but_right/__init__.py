"""Right answers, written in unusual ways; each is worth full points.

A grader that is strict in the wrong place takes points from honest people. Nothing here
is an attack.
"""

from ..entry import Entry
from . import callables, extra, magics, noise, spellings, values

ENTRIES: list[Entry] = [
    *callables.ENTRIES,
    *spellings.ENTRIES,
    *values.ENTRIES,
    *noise.ENTRIES,
    *magics.ENTRIES,
    *extra.ENTRIES,
]
