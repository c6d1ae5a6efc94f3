"""Faults: cells and calls that fail, end their process, or never end.

The tasks beside the faulty one are right, and must keep their points; the learner must
read a reason.
"""

from .entry import ANY, Entry, answer, attack, before_right

HANGS = (
    r"(?i)did not return|stopped after|loop (never )?ends?\b|took too long|interrupt"
    r"|timed? ?out|time limit|had run for"
)
DIES = r"(?i)ended its|has ended|ended or hung|died|dead ?kernel|killed"


def in_call(name: str, why: str, code: str, **more) -> Entry:
    """The fault happens when the test calls the function."""
    lines = "\n".join("    " + line for line in code.strip().splitlines())
    return Entry(name, why, {"leaky": f"def leaky(x, decay):\n{lines}\n"}, **more)


def in_cell(name: str, why: str, code: str, **more) -> Entry:
    """The fault happens while the cell runs, before the function is defined."""
    golden = more.pop("golden", {"leaky": 0})
    return before_right(name, why, code, golden=golden, **more)


ERRORS = [
    in_cell(
        "syntax_error",
        "a cell that does not parse",
        "def (:\n",
        reason="(?i)syntax",
        quick=True,
    ),
    in_cell(
        "indentation_error",
        "tabs and spaces",
        "if True:\n\t1\n        2\n",
        reason="(?i)indent|tab",
    ),
    in_cell(
        "name_error",
        "an unknown name before the definition",
        "unknown_name\n",
        reason="not defined",
    ),
    answer("empty_cell", "nothing at all", "\n", reason="(?i)leaky|not written|define"),
    answer("only_a_comment", "a comment", "# later\n"),
    answer(
        "stub",
        "the released cell, untouched",
        "def leaky(x, decay):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        reason="not written",
        quick=True,
    ),
    answer(
        "another_name",
        "the function is called something else",
        "def leaky_sum(x, decay):\n    return x\n",
        reason="leaky",
    ),
    answer("not_a_function", "the name is a number", "leaky = 3\n"),
    answer(
        "wrong_signature",
        "one argument too few",
        "def leaky(x):\n    return x\n",
        reason="(?i)argument",
    ),
    answer(
        "returns_nothing",
        "a return is missing",
        "def leaky(x, decay):\n    x + 1\n",
        reason="is a return missing",
    ),
    in_call(
        "raises",
        "an error in the function",
        "raise ValueError('oh')",
        reason="ValueError",
    ),
    in_call(
        "raises_base_exception",
        "an error that is no Exception",
        "raise BaseException('oh')",
    ),
    in_call(
        "raises_keyboard_interrupt",
        "an interrupt of its own",
        "raise KeyboardInterrupt",
    ),
    in_call(
        "raises_system_exit",
        "sys.exit in the function",
        "import sys\nsys.exit(0)",
        quick=True,
    ),
    in_call(
        "raises_generator_exit",
        "an error that loops treat specially",
        "raise GeneratorExit",
    ),
    in_call("raises_stop_iteration", "another such", "raise StopIteration"),
    answer(
        "error_whose_text_hangs",
        "str(error) does not return",
        """
        class Slow(Exception):
            def __str__(self):
                while True:
                    pass
        def leaky(x, decay):
            raise Slow
        """,
        quick=True,
    ),
    answer(
        "error_whose_text_fails",
        "str(error) raises, and returns no string",
        """
        class Bad(Exception):
            def __str__(self):
                raise self
            __repr__ = __str__
        def leaky(x, decay):
            raise Bad
        """,
    ),
    answer(
        "error_of_fifty_megabytes",
        "a text that nobody can read",
        """
        def leaky(x, decay):
            raise ValueError("x" * 50_000_000)
        """,
    ),
    answer(
        "error_called_check_failed",
        "an error that looks like the test's own",
        """
        class CheckFailed(AssertionError):
            def _render_traceback_(self):
                return ["leaky: all checks passed."]
        def leaky(x, decay):
            raise CheckFailed("leaky: all checks passed.")
        """,
    ),
    answer(
        "group_of_errors",
        "ten thousand errors in one",
        """
        def leaky(x, decay):
            raise ExceptionGroup("many", [ValueError(str(i)) for i in range(10_000)])
        """,
    ),
    in_call(
        "recursion",
        "a function that calls itself",
        "return leaky(x, decay)",
        reason="RecursionError",
        quick=True,
    ),
    answer(
        "deep_recursion",
        "the stack itself runs out",
        """
        import sys
        sys.setrecursionlimit(10 ** 9)
        def leaky(x, decay):
            return (lambda f: f(f))(lambda f: repr([f(f)]))
        """,
    ),
    in_cell(
        "parser_stack",
        "brackets deeper than the parser goes",
        "deep = " + "(" * 2000 + ")" * 2000 + "\n",
    ),
    in_cell(
        "compiler_stack",
        "an expression deeper than the compiler goes",
        "deep = " + "-" * 100_000 + "1\n",
        golden={"leaky": (0, 3)},
    ),
]

ENDS = [
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

LOOPS = [
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

DAMAGE = [
    before_right(
        "descriptors_closed",
        "every open file of the process is closed",
        "import os\nos.closerange(0, 1024)\n",
        golden=ANY,
        reason="",
    ),
    before_right(
        "descriptors_closed_after",
        "the kernel's sockets, one by one",
        """
                 import os
                 for number in range(3, 64):
                     try:
                         if "socket" in os.readlink(f"/proc/self/fd/{number}"):
                             os.close(number)
                     except OSError:
                         pass
                 """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "no_standard_output",
        "sys.stdout and sys.stderr are None",
        "import sys\nsys.stdout = sys.stderr = None\n",
    ),
    before_right(
        "warnings_are_errors",
        "every warning raises",
        "import warnings\nwarnings.simplefilter('error')\n",
    ),
    before_right(
        "default_dtype",
        "torch makes float64 from now on",
        "torch.set_default_dtype(torch.float64)\n",
    ),
    before_right(
        "default_device",
        "torch makes tensors on the meta device",
        "torch.set_default_device('meta')\n",
        golden=ANY,
    ),
    before_right(
        "gradients_off",
        "torch records no gradients any more",
        "torch.set_grad_enabled(False)\n",
        golden=ANY,
    ),
    before_right(
        "inference_mode",
        "torch is in inference mode, and never leaves it",
        "torch.inference_mode().__enter__()\n",
        golden=ANY,
    ),
    before_right(
        "many_threads", "torch computes with 64 threads", "torch.set_num_threads(64)\n"
    ),
    before_right(
        "directory_changed", "another working directory", "import os\nos.chdir('/')\n"
    ),
    before_right(
        "names_of_the_test",
        "variables called like the test's own",
        "check = checks = RNNParams = still = on_meta = None\n"
        "leaky_case = tally = tally\n",
        quick=True,
    ),
    before_right(
        "builtins_covered",
        "variables called like builtins",
        "float = print = isinstance = range = list = dict = 3\ndel range\n",
    ),
    before_right(
        "torch_covered",
        "torch means something else after the cell",
        "def keep(torch=torch):\n    return torch\n",
    ),
    before_right(
        "reset",
        "the learner empties the namespace",
        "%reset -f\nimport torch\n",
        golden=ANY,
    ),
    before_right(
        "path_emptied",
        "nothing can be imported any more",
        "import sys\nsys.path.clear()\n",
    ),
    before_right(
        "modules_emptied",
        "course_lib is forgotten",
        "import sys\nfor name in list(sys.modules):\n"
        "    if name.startswith('course_lib'):\n        del sys.modules[name]\n",
    ),
    before_right(
        "locale",
        "numbers are written with a comma",
        "import locale\ntry:\n    locale.setlocale(locale.LC_ALL, 'C')\n"
        "except locale.Error:\n    pass\n",
    ),
    before_right(
        "garbage_collector",
        "the collector is off, and all is kept",
        "import gc\ngc.disable()\ngc.set_debug(gc.DEBUG_SAVEALL)\n",
    ),
    before_right(
        "switch_interval",
        "threads change every microsecond",
        "import sys\nsys.setswitchinterval(1e-6)\n",
    ),
    before_right(
        "kernel_restarted",
        "the kernel is asked to restart",
        "import IPython\nIPython.Application.instance().kernel.do_shutdown(True)\n",
        golden={"leaky": (0, 3)},
    ),
    attack(
        "faulty_and_wrong",
        "a wrong answer that closes the door behind itself",
        "import os, sys\nsys.stdout.close()\n",
        golden=ANY | {"leaky": 0},
    ),
]

ENTRIES: list[Entry] = ERRORS + ENDS + LOOPS + DAMAGE
