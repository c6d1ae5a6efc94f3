"""Grade a class: workers run notebooks, the journal keeps results, one writer writes.

This is what `python -m course_lib grade` calls. The work itself is in `batch`; here the
course's configuration is read, the workers are chosen, and what cannot work is said.
"""

import contextlib
import sys
import time
from collections.abc import Collection
from pathlib import Path

import psutil
import sqlalchemy.exc
from nbgrader.converters.base import NbGraderException

from course_lib.grading.batch import pool
from course_lib.grading.batch.dask import DaskWorkers
from course_lib.grading.batch.journal import JournalBusy
from course_lib.grading.batch.submissions import Class, GradeError, Summary
from course_lib.grading.course import load_config, programs_on_path, quiet, trouble
from course_lib.grading.engine import preprocessor
from course_lib.grading.pipeline.autograde import TRUST
from course_lib.grading.sandbox import backends

SERVERS_MIB = 600  # of two warm servers and of who started them, at most
WORKER_MIB = 60  # of a worker that shares servers, beside what it grades
PROBLEMS = (JournalBusy, NbGraderException, pool.Accident)


def grade(
    root: Path,
    name: str,
    workers: int = 1,
    scheduler: str | None = None,
    force: bool = False,
    students: Collection[str] = (),
) -> Summary:
    """Grade everything handed in for one assignment.

    Args:
        root: the folder of the course, with `nbgrader_config.py`.
        name: the assignment, such as "03_rnn".
        workers: processes on this machine, or of a local Dask cluster.
        scheduler: the address of a Dask scheduler; "local" makes a cluster here.
        force: whether to grade again what is up to date.
        students: whose submissions to grade; none means all.

    Raises:
        GradeError: the batch could not start or go on; the message says why.
        CourseError: `root` holds no course.
    """
    start = time.monotonic()
    whole = Class(root, name, load_config(root))
    whole.force = force
    one = whole.journal.one_writer()
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(programs_on_path())
            # forked before there are threads, the lock and an open gradebook
            template = stack.enter_context(contextlib.closing(pool.template()))
            for part in (quiet(), one, whole.writer.opened()):
                stack.enter_context(part)
            shared = whole.shared()
            chosen = preprocessor.Engine(**shared["engine"])
            chosen.backend()  # refuse before all work
            if scheduler in (None, "local") and (
                text := tight(workers, chosen, share=scheduler is None)
            ):
                print(text, file=sys.stderr)
            at = _workers(workers, scheduler, shared, template)
            try:
                whole.run(at, shared, students)
            finally:
                at.close()
    except backends.SandboxError as error:
        raise GradeError(f"{error}. {TRUST}") from error
    except PROBLEMS as error:
        raise GradeError(str(error)) from error
    except (ImportError, sqlalchemy.exc.SQLAlchemyError) as error:
        raise GradeError(trouble(whole.course.db_url, error)) from error
    except KeyboardInterrupt:
        text = "stopped; the same command goes on with what is left"
        raise GradeError(text) from None
    whole.summary.seconds = time.monotonic() - start
    return whole.summary


def tight(workers: int, chosen: preprocessor.Engine, share: bool = True) -> str | None:
    """Return a warning if the memory would not do if all learners used all of theirs.

    Beside that there are warm servers, whose forks share memory with them.

    Args:
        workers: how many.
        chosen: the engine, with its limits.
        share: whether all share two servers; or else each has two of its own.
    """
    pairs, each = 1 if share else workers, WORKER_MIB + chosen.memory_mib
    most = pairs * SERVERS_MIB + workers * each
    free = psutil.virtual_memory().available >> 20
    if most <= free:
        return None
    return (
        f"{workers} workers may need {pairs} x {SERVERS_MIB} MiB + {workers} x "
        f"({WORKER_MIB} + {chosen.memory_mib}) MiB = {most} MiB, and {free} MiB are "
        "free; honest submissions need far less. Fewer --workers or a lower "
        "c.Engine.memory_mib are safe"
    )


def _workers(
    count: int, scheduler: str | None, shared: dict, template: pool.Template
) -> pool.Workers:
    if count < 1:
        raise GradeError(f"--workers is {count}; at least 1 is needed")
    if scheduler:
        return DaskWorkers(scheduler, count, shared)
    return pool.LocalWorkers(count, shared, template)
