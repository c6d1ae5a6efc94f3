"""Code that ends its own process."""

from ..entry import ANY, Entry
from .where import in_call, in_cell

DIES = r"(?i)ended its|has ended|ended or hung|died|dead ?kernel|killed"


ENTRIES = [
    in_cell(
        "exit_in_cell",
        "os._exit in the cell",
        "import os\nos._exit(0)\n",
        reason=DIES,
        quick=True,
    ),
    in_call(
        "exit_in_call",
        "os._exit in the function",
        "import os\nos._exit(0)",
        reason=DIES,
        quick=True,
    ),
    in_cell(
        "exit_shell",
        "exit() asks the kernel to end",
        "exit()\n",
        golden={"leaky": (0, 3)},
    ),
    in_cell("sys_exit_in_cell", "sys.exit in the cell", "import sys\nsys.exit(1)\n"),
    in_cell(
        "abort_in_cell", "os.abort in the cell", "import os\nos.abort()\n", reason=DIES
    ),
    in_cell(
        "segfault_in_cell",
        "a null pointer in the cell",
        "import ctypes\nctypes.string_at(0)\n",
        reason=DIES,
    ),
    in_call(
        "segfault_in_call",
        "a null pointer in the function",
        "import ctypes\nctypes.string_at(0)",
        reason=DIES,
        quick=True,
    ),
    in_call(
        "killed_in_call",
        "the function kills its own process",
        "import os\nos.kill(os.getpid(), 9)",
        reason=DIES,
    ),
    in_call(
        "exec_in_call",
        "the process becomes another program",
        "import os\nos.execv('/bin/true', ['true'])",
    ),
    in_call(
        "fork_in_call",
        "two processes return from one call",
        "import os\nos.fork()\nreturn x",
    ),
    in_cell(
        "exit_at_exit",
        "a handler that does not let the process end",
        "import atexit, time\natexit.register(time.sleep, 60)\n",
        golden={"leaky": 3},
    ),
    Entry(
        "exit_in_every_cell",
        "every cell ends the process",
        dict.fromkeys(ANY, "import os\nos._exit(1)\n"),
        reason=DIES,
    ),
    Entry(
        "exit_in_last_task",
        "the last cell ends the process; the three before are graded by then",
        {"iterate": "import os\nos._exit(1)\n"},
        reason=DIES,
    ),
]
