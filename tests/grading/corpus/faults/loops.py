"""Code that never ends, or takes too long."""

from ..entry import Entry
from .where import in_call, in_cell

HANGS = (
    r"(?i)did not return|stopped after|loop (never )?ends?\b|took too long|interrupt"
    r"|timed? ?out|time limit|had run for"
)


ENTRIES = [
    in_cell(
        "loop_in_cell",
        "a cell without end",
        "while True:\n    pass\n",
        reason=HANGS,
        quick=True,
    ),
    in_call(
        "loop_in_call",
        "a function without end",
        "while True:\n    pass",
        reason=HANGS,
        quick=True,
    ),
    in_cell(
        "stubborn_loop_in_cell",
        "a loop that swallows every interrupt",
        """
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
        """,
        reason=HANGS,
    ),
    in_call(
        "stubborn_loop_in_call",
        "the same in the function",
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass",
        reason=HANGS,
        quick=True,
    ),
    in_cell(
        "deaf_loop",
        "signals are switched off first",
        """
        import signal
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        while True:
            pass
        """,
        reason=HANGS,
    ),
    in_call(
        "alarm_disarmed",
        "the function disarms the guard's timer and waits",
        "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "while True:\n    time.sleep(1)",
        reason=HANGS,
    ),
    in_call(
        "sleep_in_call",
        "a function that sleeps",
        "import time\ntime.sleep(10**6)",
        reason=HANGS,
    ),
    in_cell(
        "sleep_in_cell",
        "a cell that sleeps",
        "import time\ntime.sleep(10**6)\n",
        reason=HANGS,
    ),
    in_call(
        "regex_in_call",
        "a regular expression of exponential time, in C",
        "import re\nreturn re.match('(a+)+$', 'a' * 64 + 'b')",
        reason=HANGS,
        quick=True,
    ),
    in_call(
        "power_in_call",
        "a number that takes hours, in C",
        "return 7 ** (10 ** 9)",
        reason=HANGS,
    ),
    in_call(
        "deadlock_in_call",
        "a lock that is never released",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        reason=HANGS,
    ),
    in_call(
        "join_in_call",
        "a thread that never ends, joined",
        "import threading\nt = threading.Thread(target=threading.Event().wait)\n"
        "t.daemon = True\nt.start()\nt.join()",
        reason=HANGS,
    ),
    in_cell("input_in_cell", "a cell that asks the learner", "input('size? ')\n"),
    in_call(
        "input_in_call",
        "a function that asks the learner",
        "return x * float(input('decay? '))",
    ),
    in_call("debugger_in_call", "a forgotten breakpoint", "breakpoint()\nreturn x"),
    in_cell(
        "standard_input_read",
        "a cell that reads standard input",
        "import sys\nsys.stdin.read()\n",
        golden={"leaky": (0, 3)},
    ),
    in_cell(
        "kernel_stopped",
        "the process stops itself",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n",
        golden={"leaky": (0, 3)},  # the first process of a namespace cannot
    ),
    in_cell(
        "event_loop_blocked",
        "the shell's own event loop is kept busy",
        "import asyncio\nasync def wait():\n    await asyncio.sleep(10**6)\n"
        "await wait()\n",
        reason=HANGS,
    ),
    in_cell(
        "prints_without_end",
        "a loop that prints",
        "while True:\n    print('x' * 100)\n",
        reason=HANGS,
    ),
    Entry(
        "loop_in_every_cell",
        "every function runs for ever",
        {
            "tally": "def tally(symbols):\n    while True:\n        pass\n",
            "leaky": "def leaky(x, decay):\n    while True:\n        pass\n",
            "memory": "def memory(x, h_0, params):\n    while True:\n        pass\n",
            "iterate": "def iterate(f, x, steps):\n    while True:\n        pass\n",
        },
        reason=HANGS,
    ),
    in_call(
        "loop_after_the_example",
        "right on the example, endless afterwards",
        "if x.shape == (1, 3):\n    return torch.tensor([[4.0, 2.0, 2.0]])\n"
        "while True:\n    pass",
        reason=HANGS,
    ),
]
