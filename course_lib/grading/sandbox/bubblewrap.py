"""The walls as bubblewrap builds them: the default, and quick to start.

Source: the manual of bwrap(1).
"""

import os
from pathlib import Path

from course_lib.grading.sandbox import layout

NAME = "bwrap"
MISSING = (
    "bwrap is not installed, so learners' code cannot be isolated. Install it: "
    "apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)"
)
REFUSED = (
    "bwrap cannot make the walls it needs here ({last}). Unprivileged user "
    "namespaces must be allowed: sysctl kernel.unprivileged_userns_clone=1 "
    "(Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
    "user.max_user_namespaces > 0; in a container, run it with "
    "--security-opt seccomp=unconfined"
)


def command(inner: list[str], control: int | None = None) -> list[str]:
    """Return bwrap, the walls, and the Python command inside them.

    Args:
        inner: the arguments of Python.
        control: a descriptor that goes inside; its number follows `inner`.
    """
    number = [] if control is None else [str(control)]
    return [NAME, *_walls(), layout.python(), "-P", *inner, *number]


def _walls() -> list[str]:
    """Return bwrap's options: what is not named here does not exist inside."""
    options = ["--die-with-parent", "--new-session", "--unshare-ipc"]
    options += ["--unshare-pid", "--unshare-net", "--unshare-uts"]
    options += ["--unshare-cgroup-try", "--hostname", "sandbox"]
    if os.geteuid() == 0:  # the server inside changes to a user without rights
        options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user"]
    for path, target in layout.links().items():
        options += ["--symlink", target, path]
    binds = layout.binds()
    for parent in sorted({str(p) for to in binds.values() for p in Path(to).parents}):
        if parent != "/":  # bwrap would make it for its own user only
            options += ["--perms", "0755", "--dir", parent]
    for source, target in binds.items():
        options += ["--ro-bind", source, target]
    options += ["--proc", "/proc", "--dev", "/dev"]
    for folder in layout.WRITABLE:
        size = str(layout.WRITABLE_BYTES)
        options += ["--size", size, "--perms", "1777", "--tmpfs", folder]
    # /dev would belong to whoever runs bwrap, and be shared by all forks
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
