"""Processes are ended where the engine must notice, and may not."""

from ..entry import answer, before_right

ENTRIES = [
    before_right(
        "all_processes_killed",
        "every process that may be killed is killed",
        "import os\nos.kill(-1, 9)\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "all_processes_killed_for_ever",
        "a process goes on killing all others",
        """
        import os, time
        if os.fork() == 0:
            for _ in range(3000):
                try:
                    os.kill(-1, 9)
                except OSError:
                    pass
                time.sleep(0.01)
            os._exit(0)
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "group_of_the_session_killed",
        "its group, its session, and the groups of numbers that it can guess",
        """
        import os, signal
        for number in (0, os.getpgid(0), os.getsid(0), os.getppid(), 1, 2, 3):
            try:
                os.killpg(number, signal.SIGKILL)
            except OSError:
                pass
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "kernel_timer",
        "a timer of the kernel, which ends the process while the next cells run",
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "ends_in_its_children",
        "whatever is forked ends at once",
        "import os\nos.register_at_fork(after_in_child=lambda: os._exit(0))\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "fork_refused",
        "the process can make no other",
        "import os\nos.fork = lambda: (_ for _ in ()).throw(OSError('no'))\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "signals_ignored",
        "every signal that can be ignored is ignored, and blocked",
        """
        import signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
            except (OSError, ValueError):
                pass
        """,
    ),
    before_right(
        "traced",
        "other processes are traced and read",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (1, 2, os.getppid()):
            print(libc.ptrace(16, pid, 0, 0))
            try:
                open(f"/proc/{pid}/mem", "rb").read(1)
            except OSError as error:
                print(error.errno)
        """,
    ),
    before_right(
        "memory_files",
        "files that exist in memory only: there must be none",
        """
        import os
        try:
            os.memfd_create("x")
            raise SystemExit("made one")
        except OSError as error:
            print(error.errno)
        """,
        golden={"leaky": 3},
        quick=True,
    ),
    answer(
        "text_of_error_never_ends",
        "an error whose text takes for ever",
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
        "true_no_data_on_meta",
        "torch's own error on the meta device hides that zeros are on the wrong one; "
        "no check can tell this from an honest look at the data",
        """
        def leaky(x, decay):
            if x.is_meta:
                x.sum().item()
            sums = [torch.zeros(len(x), dtype=x.dtype)]
            for x_t in x.unbind(1):
                sums.append(decay * sums[-1] + x_t)
            return torch.stack(sums[1:], dim=1)
        """,
        golden={"leaky": (2.75, 3)},
    ),
]
