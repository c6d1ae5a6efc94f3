"""Cells that a learner added."""

from ..entry import RIGHT, Entry
from .loop import LOOP

ENTRIES = [
    Entry(
        "helper_in_extra_cell",
        "a helper in a cell of one's own",
        {"leaky": "def leaky(x, decay):\n    return run(x, decay)\n"},
        honest=True,
        quick=True,
        extra=(("setup", f"def run(x, decay):\n{LOOP}"),),
    ),
    Entry(
        "helper_in_cell_before",
        "a helper in the cell of another task",
        {
            "tally": RIGHT["tally"] + f"\ndef run(x, decay):\n{LOOP}",
            "leaky": "def leaky(x, decay):\n    return run(x, decay)\n",
        },
        honest=True,
    ),
    Entry(
        "redefined_afterwards",
        "a cell before the test defines the answer again",
        {"leaky": "def leaky(x, decay):\n    return None\n"},
        honest=True,
        extra=(("leaky", RIGHT["leaky"]),),
    ),
    Entry(
        "extra_cells_everywhere",
        "tries of one's own between all cells",
        extra=tuple(
            (label, "print('try')")
            for label in ("setup", "tally", "test_tally", "leaky", "test_leaky")
        ),
    ),
    Entry(
        "extra_cell_fails",
        "a try of one's own that fails",
        extra=(("leaky", "1 / 0"), ("memory", "leaky(1)")),
    ),
    Entry(
        "extra_cell_hangs",
        "a try of one's own that never ends",
        extra=(("test_leaky", "while True:\n    pass"),),
    ),
    Entry(
        "extra_cell_exits",
        "a try of one's own that ends the process",
        extra=(("test_leaky", "import os\nos._exit(0)"),),
        quick=True,
    ),
    Entry(
        "extra_cell_syntax",
        "notes in a code cell",
        extra=(("leaky", "this is not Python, it is a note"),),
    ),
    Entry(
        "extra_cell_tests",
        "the learner's own test class called check",
        extra=(("setup", "class check:\n    def score(): return 0\n"),),
    ),
    Entry(
        "all_in_one_cell",
        "all answers in the first cell",
        {
            "tally": "".join(RIGHT.values()),
            "leaky": "# above\n",
            "memory": "# above\n",
            "iterate": "# above\n",
        },
        honest=True,
    ),
    Entry(
        "untouched",
        "the released notebook, as it is",
        dict.fromkeys(RIGHT),
        reason="not written",
    ),
    Entry(
        "honest", "right answers, written plainly", dict(RIGHT), honest=True, quick=True
    ),
]
