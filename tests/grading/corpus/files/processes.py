"""Other processes are signalled, traced, or left behind."""

from ..entry import answer, before_right

ENTRIES = [
    before_right(
        "parent_killed",
        "whoever started the kernel dies",
        """
        import os, signal
        try:
            if os.getppid() > 1:
                os.kill(os.getppid(), signal.SIGKILL)
        except OSError as error:
            print(type(error))
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "graders_killed",
        "every process that names the course dies",
        """
        import glob, os, signal
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            pid = int(path.split("/")[2])
            try:
                if pid != os.getpid() and "@COURSE@" in open(path).read():
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        """,
    ),
    before_right(
        "parent_stopped",
        "whoever started the kernel sleeps for ever",
        """
        import os, signal
        try:
            if os.getppid() > 1:
                os.kill(os.getppid(), signal.SIGSTOP)
        except OSError as error:
            print(type(error))
        """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "group_killed",
        "the whole process group dies",
        """
        import os, signal
        os.killpg(0, signal.SIGKILL)
        """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "other_kernels_joined",
        "connection files of kernels, with their keys",
        """
        import glob, json, os
        for path in glob.glob("@HOME@/.local/share/jupyter/runtime/*.json"):
            try:
                print(os.path.basename(path), sorted(json.load(open(path))))
            except (OSError, ValueError):
                pass
        """,
    ),
    before_right(
        "parent_traced",
        "a debugger on the parent",
        """
        import ctypes, os
        if os.getppid() > 1:
            libc = ctypes.CDLL(None, use_errno=True)
            seized = libc.ptrace(0x4206, os.getppid(), 0, 0)
            print("seized" if seized == 0 else "refused")
        """,
    ),
    answer(
        "shell_commands",
        "the shell reads what Python may not",
        """
        out = get_ipython().getoutput(
            "grep -rhoa 'canary.hidden[a-z-]*' @COURSE@/solutions | head -3")
        print(out)
        def leaky(x, decay):
            return x
        """,
    ),
]
