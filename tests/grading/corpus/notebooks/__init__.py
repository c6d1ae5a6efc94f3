"""The notebook file: its cells, its metadata, its JSON.

A learner sends any bytes at all. What can be read is graded as the exercise has it:
released tests, released points, the learner's solution cells by name.
"""

from ..entry import Entry
from . import cells, kernels, raw, roles, sources

ENTRIES: list[Entry] = [
    *cells.ENTRIES,
    *roles.ENTRIES,
    *kernels.ENTRIES,
    *sources.ENTRIES,
    *raw.ENTRIES,
]
