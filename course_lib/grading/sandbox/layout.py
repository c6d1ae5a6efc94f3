"""What exists inside the walls: the system, this Python, `course_lib`, and no more.

Each backend of `sandbox` builds its walls from this one description, so a submission
finds the same places and the same environment behind any of them.
"""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2]  # course_lib itself, without the course around it
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts")
VENV = "/venv"  # a virtual environment, inside the walls
COURSE = "/course"  # the folder that holds course_lib
WRITABLE = ("/tmp", "/dev/shm")
WRITABLE_BYTES = 64 << 20  # of each
REHEARSAL = ("-m", "course_lib.grading.sandbox.confine")
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
    "CUDA_VISIBLE_DEVICES": "",  # tests must see what answers see: no GPU
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def links() -> dict[str, str]:
    """Return the system's folders that are links, such as /bin, and where they lead."""
    return {path: os.readlink(path) for path in SYSTEM if os.path.islink(path)}


def binds() -> dict[str, str]:
    """Return what can be read inside: a place outside, and its place inside."""
    system = [path for path in SYSTEM if path not in links()]
    system += [f"/etc/{name}" for name in ETC]
    found = {path: path for path in system if os.path.exists(path)}
    found |= {path: _inside(path) for path in sorted(_python_folders())}
    found[str(PACKAGE)] = f"{COURSE}/{PACKAGE.name}"
    return found


def python() -> str:
    """Return the path of this Python inside the walls."""
    return _inside(sys.executable)


def _inside(path: str) -> str:
    """Return where a folder of this Python stands inside the walls.

    A virtual environment gets a place of its own: a course may lie below /tmp, of which
    a learner sees an empty one.
    """
    in_venv = sys.prefix != sys.base_prefix
    if in_venv and (path == sys.prefix or path.startswith(f"{sys.prefix}/")):
        return VENV + path.removeprefix(sys.prefix)
    return path


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
