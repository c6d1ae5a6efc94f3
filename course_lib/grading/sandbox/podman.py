"""The walls as podman builds them, rootless or not: for machines that have containers.

Nothing is downloaded: the image holds empty folders only, over which the system, this
Python and `course_lib` are mounted to be read. It is made once in the user's own store,
under a name that says what it holds. Source: the manual of podman-run(1).
"""

import hashlib
import io
import os
import resource
import subprocess
import sys
import tarfile
from pathlib import Path

from course_lib.grading.sandbox import layout

NAME = "podman"
IMAGE = "localhost/unrolled-walls"
CONTROL = 3  # podman hands on descriptors from 3 on
MISSING = (
    "podman is not installed, so learners' code cannot be isolated in containers. "
    "Install it: apt install podman (Debian, Ubuntu), dnf install podman (Fedora); or "
    "use c.Engine.sandbox = 'bwrap'"
)
REFUSED = (
    "podman cannot make the walls it needs here ({last}). `podman run` must work for "
    "this user: see `podman info`; without root it needs lines in /etc/subuid and "
    "/etc/subgid, and the package uidmap"
)
# what becomes number 3 is anybody's file in the process that starts podman
HAND_ON = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.execvp(sys.argv[2], sys.argv[2:])"
)
# each fork makes namespaces of its own inside, with stricter filters: see `confine`
OPTIONS = (
    *("--rm", "--pull", "never", "--log-driver", "none", "--hostname", "sandbox"),
    *("--network", "none", "--read-only", "--read-only-tmpfs=false"),
    *("--cap-drop", "all", "--cap-add", "SETUID,SETGID"),
    *("--security-opt", "no-new-privileges", "--security-opt", "unmask=ALL"),
    *("--security-opt", "seccomp=unconfined", "--security-opt", "label=disable"),
    # each submission has its own limit; one more for all would let one starve others
    *("--pids-limit", "-1"),
    # podman mounts it for all forks to write to
    *("--tmpfs", "/dev/mqueue:ro,size=4k", "--workdir", "/tmp"),
)
MOST = 4096  # files and processes of all submissions together


def command(inner: list[str], control: int | None = None) -> list[str]:
    """Return podman, the walls, and the Python command inside them.

    Args:
        inner: the arguments of Python.
        control: a descriptor that goes inside; its number there follows `inner`.

    Raises:
        OSError, CalledProcessError: podman cannot keep the image.
    """
    words = [NAME, "run", *OPTIONS]
    if control is not None:
        words = [sys.executable, "-S", "-c", HAND_ON, str(control), *words]
        words += ["--preserve-fds", "1"]
        inner = [*inner, str(CONTROL)]
    for name in ("nofile", "nproc"):
        words += ["--ulimit", f"{name}={_allowed(name)}"]
    for source, target in layout.binds().items():
        words += ["--volume", f"{source}:{target}:ro"]
    size = f"size={layout.WRITABLE_BYTES},mode=1777"
    words += ["--tmpfs", f"/tmp:{size}", "--shm-size", str(layout.WRITABLE_BYTES)]
    place = {"PYTHONPATH": layout.COURSE}
    for name, value in {**layout.ENVIRONMENT, **place}.items():
        words += ["--env", f"{name}={value}"]
    return [*words, _image(), layout.python(), "-P", *inner]


def environment() -> dict[str, str]:
    """Return what podman itself needs; what is inside gets its own by `command`."""
    kept = ["HOME", "PATH", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"]
    kept += ("TMPDIR", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _allowed(name: str) -> int:
    """Return a limit that this user may set; podman would ask for more than that."""
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    return MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)


def _image() -> str:
    """Return the name of the image of empty folders; make it if it is missing."""
    content = _folders()
    name = f"{IMAGE}:{hashlib.sha256(content).hexdigest()[:12]}"
    if subprocess.run([NAME, "image", "exists", name], cwd="/").returncode:
        words = [NAME, "import", "--quiet", "-", name]
        subprocess.run(words, cwd="/", input=content, check=True, capture_output=True)
    return name


def _folders() -> bytes:
    """Return a tar file of the places that something is mounted on, the same always."""
    binds = layout.binds()
    files = {target for source, target in binds.items() if Path(source).is_file()}
    folders = {*binds.values(), *layout.WRITABLE, "/proc", "/sys", "/dev", "/run"}
    folders |= {str(parent) for path in {*folders} for parent in Path(path).parents}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path in sorted({*folders, *layout.links()} - {"/"}):
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.mode = 0o1777 if path in layout.WRITABLE else 0o755
            if path in layout.links():
                entry.type, entry.linkname = tarfile.SYMTYPE, layout.links()[path]
            elif path not in files:
                entry.type = tarfile.DIRTYPE
            tar.addfile(entry)
    return buffer.getvalue()
