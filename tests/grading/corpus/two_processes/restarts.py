"""A second run of a cell knows that it is one."""

from ..entry import RIGHT, Entry, before_right

ENTRIES = [
    Entry(
        "better_the_second_time",
        "the cell ends the process when it runs first, and is right when it runs again",
        {
            "leaky": "import os\nif not os.path.exists('been_here'):\n"
            "    open('been_here', 'w').close()\n    os._exit(0)\n" + RIGHT["leaky"]
        },
        {"leaky": (0, 3)},
    ),
    Entry(
        "expensive_restart",
        "a cell of one second, and four functions that end the process in every call",
        {
            "tally": "import os, time\ntime.sleep(1)\n"
            "def tally(symbols):\n    os._exit(0)\n",
            "leaky": "def leaky(x, decay):\n    os._exit(0)\n",
            "memory": "def memory(x, h_0, params):\n    os._exit(0)\n",
            "iterate": "def iterate(function, x, steps):\n    os._exit(0)\n",
        },
        quick=True,
    ),
    Entry(
        "exits_after_some_calls",
        "a right function whose process ends on the ninth call",
        {
            "leaky": "import os\ncalls = 0\n"
            + RIGHT["leaky"].replace(
                "    sums =",
                "    global calls\n    calls += 1\n    calls < 9 or os._exit(0)\n"
                "    sums =",
            )
        },
        {"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "exits_a_little_later",
        "a timer ends the process while the next cells run",
        "import os, threading\nthreading.Timer(0.2, os._exit, (0,)).start()\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "slow_cells",
        "one second in the cell",
        "import time\ntime.sleep(1)\n",
        extra=tuple(("leaky", "time.sleep(1)") for _ in range(20)),
        golden={"leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
]
