"""What a learner receives: active content, and hidden text in outputs.

Active content carries the word corpus_active, hidden text the word canary; the runner
looks for both in every page that a learner would get, plain and in simple codes.
"""

from ..entry import Entry
from . import active, hidden

ENTRIES: list[Entry] = [
    *active.ENTRIES,
    *hidden.ENTRIES,
]
