"""How the pages run: on one thread, with the library that lies beside them.

jupyter-cache compares a page's own cells only. An edit of course_lib, or a table that
is measured again, would leave old numbers on the pages. So the cache is named after all
that pages read: the taught rooms with their saved tables, and the pinned requirements.
New text, new cache, and every page runs again.
"""

import os
import re
import shutil
from pathlib import Path

from course_lib import rooms

ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
CACHE_NAME = re.compile(r"[0-9a-f]{12}")


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
    library = rooms.files(rooms.READ_BY_PAGES, root / "course_lib")
    return [path for path in (*library, root / "requirements.txt") if path.is_file()]


def library_digest(root: Path) -> str:
    """Return 12 hexadecimal digits that change with any file that pages read."""
    return rooms.digest(files_read(root), root)[:12]


def remove_other_caches(path: Path) -> None:
    """Delete the caches of earlier texts, and nothing that is not such a cache."""
    if path.parent.is_dir():
        for other in path.parent.iterdir():
            if CACHE_NAME.fullmatch(other.name) and other != path:
                shutil.rmtree(other)
