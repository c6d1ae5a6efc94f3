"""IPython's own syntax in a right answer."""

from ..entry import RIGHT, Entry, before_right

ENTRIES = [
    Entry(
        "cell_magic_time",
        "%%time",
        {"leaky": "%%time\n" + RIGHT["leaky"]},
        honest=True,
        quick=True,
    ),
    Entry(
        "cell_magic_capture",
        "%%capture",
        {"leaky": "%%capture out\n" + RIGHT["leaky"]},
        honest=True,
    ),
    before_right(
        "line_magics",
        "%matplotlib, %timeit, %load_ext, %env",
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n"
        "%timeit -n1 -r1 1 + 1\n",
        quick=True,
    ),
    before_right("shell_escape", "!ls and its result", "files = !ls\n!echo hi\n"),
    before_right("help_asked", "a question mark", "torch.stack?\n"),
    before_right(
        "top_level_await", "await in a cell", "import asyncio\nawait asyncio.sleep(0)\n"
    ),
    before_right(
        "event_loop_used",
        "a task in the background",
        "import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(30))\n",
    ),
    before_right("history_used", "Out and underscore", "40 + 2\n_ = 3\nlen(In)\n"),
    before_right(
        "future_annotations",
        "a __future__ import in the cell",
        "from __future__ import annotations\n",
    ),
    before_right("pip_asked", "%pip, which has no network", "%pip list -q\n"),
]
