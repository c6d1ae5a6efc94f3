"""The machine below both processes is used."""

from ..entry import before_right

ENTRIES = [
    before_right(
        "bytecode_written",
        "compiled code of the checks, which Python trusts more than their source",
        """
        import glob
        for path in glob.glob("@LIB@/course_lib/checks/__pycache__/task.*.pyc"):
            try:
                with open(path, "r+b") as file:
                    file.seek(16)
                    file.write(b"x" * 16)
            except OSError as error:
                print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "stored",
        "%store, which keeps variables for later kernels",
        "gift = 3\n%store gift\n",
    ),
    before_right(
        "system_v_memory",
        "shared memory that belongs to no file and no process",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.shmget(0x0C0FFEE, 4096, 0o1666) >= 0)
        """,
    ),
    before_right(
        "namespace_made",
        "namespaces of its own, in which the process is root",
        """
        import ctypes, os
        pid = os.fork()
        if pid == 0:
            libc = ctypes.CDLL(None, use_errno=True)
            made = libc.unshare(0x10000000 | 0x00020000)
            os._exit(0 if made == 0 else 1)
        os.waitpid(pid, 0)
        """,
    ),
    before_right(
        "shell_html",
        "a cell magic that writes HTML",
        "get_ipython().run_cell_magic('html', '', '<script>corpus_active()</script>')\n"
        "get_ipython().run_cell_magic('javascript', '', 'corpus_active()')\n",
    ),
]
