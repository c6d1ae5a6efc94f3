"""Pages run side by side, before Sphinx reads them one after the other.

Sphinx runs a page when it reads it, so one core would work and the others wait. Here
all pages that the cache does not hold run first, as many at a time as there are cores,
and Sphinx finds them in the cache. A page that fails is not kept: Sphinx runs it again,
and reports it with file and line.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from sphinx.util import logging

MOST_AT_ONCE = 4  # each holds about half a gigabyte
logger = logging.getLogger(__name__)


def run_pages(app, env, docnames: list[str]) -> None:
    """Run the pages that Sphinx is about to read and put them into the cache."""
    settings = env.mystnb_config
    if settings.execution_mode != "cache":
        return
    cache = get_cache(settings.execution_cache_path)
    paths = [Path(env.doc2path(name)) for name in docnames]
    waiting = [
        (path, notebook)
        for path in paths
        if (notebook := read_page(path, env)) and not is_kept(notebook, cache)
    ]
    at_once = min(MOST_AT_ONCE, os.cpu_count() or 1)
    with ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(run_page, *page, settings) for page in waiting]
        for (path, notebook), future in zip(waiting, running, strict=True):
            seconds = future.result()
            if seconds is None:
                continue
            logger.info("ran %s in %.0f s", path.name, seconds)
            times = {"execution_seconds": seconds}
            bundle = CacheBundleIn(notebook, str(path), data=times)
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def read_page(path: Path, env) -> NotebookNode | None:
    """Return a page as the notebook that it is, or None if nothing in it is run."""
    patterns = env.mystnb_config.execution_excludepatterns
    if any(path.match(pattern) for pattern in patterns):
        return None
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    return reader and reader.read(text)


def is_kept(notebook: NotebookNode, cache) -> bool:
    """Whether the cache holds a run of this notebook's cells."""
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def run_page(path: Path, notebook: NotebookNode, settings) -> float | None:
    """Run a notebook in place, in the folder of its page, as MyST-NB would.

    Returns:
        How many seconds it took; None if it failed.
    """
    try:
        result = single_nb_execution(
            notebook,
            cwd=str(path.parent),
            allow_errors=settings.execution_allow_errors,
            timeout=settings.execution_timeout,
        )
    except DeadKernelError:
        return None
    return None if result.err else result.time
