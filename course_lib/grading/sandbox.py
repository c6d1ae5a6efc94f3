"""The walls around learners' processes: one interface, several builders.

A backend turns a command into one that runs isolated: no network, a read-only system,
an empty environment, nothing of the course but `course_lib`, an end with its parent.
`bwrap` is the default. `none` isolates nothing and must be asked for with a word of
trust. What cannot isolate refuses and says what to install; nothing degrades silently.
"""

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.grading.confine import Confinement

PACKAGE = Path(__file__).parents[1]  # course_lib itself, without the course around it
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts")
VENV = "/venv"  # a virtual environment, inside the walls
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/tmp",
    "USER": "learner",
    "LOGNAME": "learner",
    "IPYTHONDIR": "/tmp/.ipython",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class SandboxError(RuntimeError):
    """There is no isolation to be had; the message says what to do."""


@dataclass(frozen=True)
class Backend:
    """A way to isolate.

    Attributes:
        name: what the configuration calls it.
        limits: what a submission may use.
    """

    name: str
    limits: Confinement

    def confinement(self) -> Confinement:
        """Return what a learner's process does to itself on top of the backend."""
        return replace(self.limits, namespaces=self.name == "bwrap")

    def command(self, inner: list[str]) -> list[str]:
        """Return the command that runs `python inner…` inside the walls."""
        if self.name == "bwrap":
            return [*_bwrap(), _python_inside(), "-P", *inner]
        return [sys.executable, "-P", *inner]

    def environment(self) -> dict[str, str]:
        """Return the environment of the command; learners never see the engine's."""
        place = "/course" if self.name == "bwrap" else str(PACKAGE.parent)
        return {**ENVIRONMENT, "PYTHONPATH": place}


def choose(
    name: str = "bwrap",
    trusted: bool = False,
    limits: Confinement | None = None,
) -> Backend:
    """Return a backend that works here.

    Args:
        name: "bwrap" or "none".
        trusted: the instructor's word that submissions are harmless.
        limits: what a submission may use.

    Raises:
        SandboxError: it does not work here, or trust is missing.
    """
    limits = limits or Confinement()
    if name == "none" and not trusted:
        raise SandboxError(
            "the sandbox is set to 'none', so learners' code would run with your "
            "rights: it could read other submissions and change grades. Install "
            "bubblewrap (Debian: apt install bubblewrap) and set it to 'bwrap', or "
            "say that all submissions are trusted: c.Engine.trusted = True"
        )
    if name not in ("bwrap", "none"):
        raise SandboxError(f"unknown sandbox {name!r}; use 'bwrap'")
    if name == "bwrap" and (problem := _problem()):
        raise SandboxError(problem)
    return Backend(name, limits)


@functools.cache
def _problem() -> str | None:
    """Return why bwrap does not work here, if it does not; found out by using it."""
    if shutil.which("bwrap") is None:
        return (
            "bwrap is not installed, so learners' code cannot be isolated. Install it: "
            "apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)"
        )
    probe = [*_bwrap(), _python_inside(), "-P", "-m", "course_lib.grading.confine"]
    env = {**ENVIRONMENT, "PYTHONPATH": "/course"}
    done = subprocess.run(probe, env=env, cwd="/", capture_output=True, text=True)
    if done.returncode == 0:
        return None
    last = "".join(done.stderr.strip().splitlines()[-1:])
    return (
        f"bwrap cannot make the walls it needs here ({last}). Unprivileged user "
        "namespaces must be allowed: sysctl kernel.unprivileged_userns_clone=1 "
        "(Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), "
        "user.max_user_namespaces > 0; in a container, run it with "
        "--security-opt seccomp=unconfined"
    )


def _bwrap() -> list[str]:
    """Return bwrap and the walls: what is not named here does not exist inside."""
    command = ["bwrap", "--die-with-parent", "--new-session", "--unshare-ipc"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--hostname", "sandbox"]
    if os.geteuid() == 0:  # the server inside changes to a user without rights
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        command += ["--unshare-user"]
    for path in SYSTEM:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            command += ["--ro-bind", path, path]
    for name in ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    binds = {path: _inside(path) for path in sorted(_python_folders())}
    binds[str(PACKAGE)] = f"/course/{PACKAGE.name}"
    for parent in sorted({str(p) for to in binds.values() for p in Path(to).parents}):
        if parent != "/":  # bwrap would make it for its own user only
            command += ["--perms", "0755", "--dir", parent]
    for source, target in binds.items():
        command += ["--ro-bind", source, target]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):
        command += ["--size", str(64 << 20), "--perms", "1777", "--tmpfs", folder]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp"]


def _inside(path: str) -> str:
    """Return where a folder of this Python stands inside the walls.

    A virtual environment gets a place of its own: a course may lie below /tmp, of which
    a learner sees an empty one.
    """
    in_venv = sys.prefix != sys.base_prefix
    if in_venv and (path == sys.prefix or path.startswith(f"{sys.prefix}/")):
        return VENV + path.removeprefix(sys.prefix)
    return path


def _python_inside() -> str:
    """Return the path of this Python inside the walls."""
    return _inside(sys.executable)


def _python_folders() -> set[str]:
    """Return the folders of this Python, venv included, that /usr does not hold."""
    found = {sys.prefix, sys.base_prefix}
    found |= {
        path for path in sys.path if path.endswith(("site-packages", "dist-packages"))
    }
    found = {path for path in found if os.path.isdir(path)}
    return {
        path
        for path in found
        if not path.startswith("/usr/")
        and path != "/usr"
        and not any(path.startswith(f"{other}/") for other in found)
    }
