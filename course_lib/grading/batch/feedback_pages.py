"""`python -m course_lib feedback`: the pages of a class, written by several processes.

Each process runs nbgrader's own `generate_feedback` on a share of the class. It reads
the gradebook and writes no row. All pages are written anew, because a page that exists
says nothing about the grades that were changed since.
"""

import contextlib
import logging
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from course_lib.errors import CourseError
from course_lib.grading.course import load_config, programs_on_path, quiet, trouble
from course_lib.grading.feedback.generate import Assignments, CourseFeedback

SHARE = 16  # submissions at a time


class FeedbackError(CourseError):
    """The pages could not be written; the message says why."""


@dataclass
class Pages:
    """What became of the pages of a class."""

    written: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        """Return a line of numbers, and one for each that failed."""
        first = (
            f"{self.written} pages, {len(self.failed)} failed ({self.seconds:.1f} s)"
        )
        return "\n".join([first, *(f"  no page for {one}" for one in self.failed)])


class Share(CourseFeedback):
    """`nbgrader generate_feedback` for some of the submissions."""

    share: Assignments

    def init_notebooks(self) -> None:
        """Take the share instead of all that is there."""
        self.assignments = self.share

    def all(self) -> Assignments:
        """Return what nbgrader would take."""
        super().init_notebooks()
        return self.assignments

    def without_page(self) -> list[str]:
        """Return the folders of the share that have no page for some notebook."""
        return [
            folder
            for folder, notebooks in self.share.items()
            if not all(self._page(Path(path)).exists() for path in notebooks)
        ]

    def _page(self, notebook: Path) -> Path:
        where = self.init_single_notebook_resources(str(notebook))["nbgrader"]
        folder = self._format_dest(where["assignment"], where["student"])
        return Path(folder) / f"{where['notebook']}.html"


def write_pages(root: Path, name: str, workers: int = 1) -> Pages:
    """Write the feedback of everything that was graded for one assignment.

    Args:
        root: the folder of the course, with `nbgrader_config.py`.
        name: the assignment, such as "03_rnn".
        workers: processes.

    Raises:
        FeedbackError: nothing was graded, or a process died.
        CourseError: `root` holds no course.
    """
    if workers < 1:
        raise FeedbackError(f"--workers is {workers}; at least 1 is needed")
    start, pages = time.monotonic(), Pages()
    try:
        with quiet():
            converter = _converter(root, name)
            waiting = sorted(converter.all().items())
        pages.failed = [f"{n}: {why}" for n, why in converter.left_out.items()]
    except NbGraderException:
        raise FeedbackError(
            f"nothing is graded for {name}: autograded/ has none. Run "
            f"`python -m course_lib grade {name}` first"
        ) from None
    shares = [dict(waiting[i : i + SHARE]) for i in range(0, len(waiting), SHARE)]
    bar = tqdm(total=len(waiting), desc=name, unit="page", file=sys.stderr)
    pool = ProcessPoolExecutor(
        min(workers, len(shares)),
        multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(root, name),
    )
    try:
        with bar, pool:
            asked = {pool.submit(_write, share): len(share) for share in shares}
            for done in as_completed(asked):
                failed = done.result()
                pages.failed += failed
                pages.written += asked[done] - len(failed)
                bar.update(asked[done])
    except (ImportError, SQLAlchemyError) as error:
        raise FeedbackError(trouble(converter.coursedir.db_url, error)) from None
    except BrokenProcessPool:
        raise FeedbackError(
            "a process that writes pages died; run the same command again, with fewer "
            "--workers if memory was short"
        ) from None
    pages.failed.sort()
    pages.seconds = time.monotonic() - start
    return pages


def _converter(root: Path, name: str) -> Share:
    config = load_config(root)
    config.CourseDirectory.root = str(root.resolve())
    config.CourseDirectory.assignment_id = name
    return Share(coursedir=CourseDirectory(config=config), config=config, force=True)


_own: Share | None = None  # of a process that writes pages


def _begin(root: Path, name: str) -> None:
    global _own
    logging.basicConfig(format="%(message)s", level="ERROR")  # nbgrader's, to stderr
    _own = _converter(root, name)


def _write(share: Assignments) -> list[str]:
    """Write the pages of a share; return the folders that have none after that."""
    if _own is None:
        raise RuntimeError("this process was not told its course; see `_begin`")
    _own.share = share
    # it comes after all pages; the log has said which of them failed, and why
    with programs_on_path(), contextlib.suppress(NbGraderException):
        _own.start()
    return _own.without_page()
