"""How the pages run: on one thread, with the library that lies beside them.

jupyter-cache compares a page's own cells only. An edit of course_lib, or a table that
is measured again, would leave old numbers on the pages. So the cache is named after all
that pages read: the library, the saved tables and the pinned requirements. New text,
new cache, and every page runs again.
"""

import hashlib
import os
import re
import shutil
from pathlib import Path

ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
CACHE_NAME = re.compile(r"[0-9a-f]{12}")
# what a cell of a page can read, relative to the course; a data file that pages come to
# read needs a line here, and a test looks for it
READ_BY_PAGES = ("course_lib/**/*.py", "benchmarks/*.json", "requirements.txt")
# no page reads a grade: an edit of the grader leaves all numbers as they are
NOT_READ = "course_lib/grading/"


def prepare(app, config) -> None:
    """Set the kernels' environment and the cache before the first page is read."""
    root = Path(app.srcdir)
    set_environment(root)
    if config.nb_execution_mode == "cache":
        base = config.nb_execution_cache_path
        base = Path(base or Path(app.outdir).parent / ".jupyter_cache")
        path = base / library_digest(root)
        remove_other_caches(path)
        config.nb_execution_cache_path = str(path)


def set_environment(root: Path) -> None:
    """Set the variables that the kernels inherit."""
    # two threads on busy cores were 5 to 30 times slower than one
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    # a progress bar is for people; on stderr it would stop the build
    os.environ["TQDM_DISABLE"] = "1"
    # the library that is hashed is the one that is imported, installed or not
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), others]))


def files_read(root: Path) -> list[Path]:
    """List the files whose text the pages' numbers depend on, in a fixed order."""
    found = {path for pattern in READ_BY_PAGES for path in root.glob(pattern)}
    named = {path.relative_to(root).as_posix(): path for path in found}
    return [
        path
        for name, path in sorted(named.items())
        if path.is_file() and not name.startswith(NOT_READ)
    ]


def library_digest(root: Path) -> str:
    """Return 12 hexadecimal digits that change with any file that pages read."""
    digest = hashlib.sha256()
    for path in files_read(root):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def remove_other_caches(path: Path) -> None:
    """Delete the caches of earlier texts, and nothing that is not such a cache."""
    if path.parent.is_dir():
        for other in path.parent.iterdir():
            if CACHE_NAME.fullmatch(other.name) and other != path:
                shutil.rmtree(other)
