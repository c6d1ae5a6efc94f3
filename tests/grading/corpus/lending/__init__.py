"""What a test lends is used for more than it was lent for, by readers of the source.

`requests` forges requests of a learner's process, `later` uses what was lent when it
is not on loan, `replies` forges answers, `again` runs the other classes' attacks on an
exercise that lends.
"""

from ..entry import Entry
from . import later, replies, requests

ENTRIES: list[Entry] = [*requests.ENTRIES, *later.ENTRIES, *replies.ENTRIES]
