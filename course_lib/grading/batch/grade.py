"""Grade a class: workers run notebooks, the journal keeps results, one writer writes.

This is what `python -m course_lib grade` calls. The work itself is in `Batch`; here the
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
from course_lib.grading.batch.jobs import Shared
from course_lib.grading.batch.journal import JournalError
from course_lib.grading.batch.submissions import Batch, GradeError
from course_lib.grading.batch.summary import Summary
from course_lib.grading.batch.template import Template
from course_lib.grading.course import load_config, programs_on_path, quiet, trouble
from course_lib.grading.engine import preprocessor
from course_lib.grading.pipeline.autograde import TRUST
from course_lib.grading.sandbox import backends

SERVERS_MIB = 600  # of two warm servers and of who started them, at most
WORKER_MIB = 60  # of a worker that shares servers, beside what it grades
PROBLEMS = (JournalError, NbGraderException, pool.Accident)


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
    batch = Batch(root, name, load_config(root))
    batch.force = force
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(programs_on_path())
            # forked before there are threads, the lock and an open gradebook
            template = stack.enter_context(contextlib.closing(pool.make_template()))
            for part in (quiet(), batch.journal.hold(), batch.writer.begin()):
                stack.enter_context(part)
            shared = batch.share()
            chosen = preprocessor.Engine(**shared.engine)
            chosen.backend()  # refuse before all work
            if scheduler in (None, "local"):
                warn_if_memory_is_short(workers, chosen, share=scheduler is None)
            chosen_workers = start_workers(workers, scheduler, shared, template)
            stack.callback(chosen_workers.close)
            batch.run(chosen_workers, shared, students)
    except backends.SandboxError as error:
        raise GradeError(f"{error}. {TRUST}") from error
    except PROBLEMS as error:
        raise GradeError(str(error)) from error
    except (ImportError, sqlalchemy.exc.SQLAlchemyError) as error:
        raise GradeError(trouble(batch.course.db_url, error)) from error
    except KeyboardInterrupt:
        text = "stopped; the same command goes on with what is left"
        raise GradeError(text) from None
    batch.summary.seconds = time.monotonic() - start
    return batch.summary


def warn_if_memory_is_short(
    workers: int, chosen: preprocessor.Engine, share: bool = True
) -> None:
    """Say so on stderr if the memory is short when all learners use all of theirs.

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
        return
    text = (
        f"{workers} workers may need {pairs} x {SERVERS_MIB} MiB + {workers} x "
        f"({WORKER_MIB} + {chosen.memory_mib}) MiB = {most} MiB, and {free} MiB are "
        "free; honest submissions need far less. Fewer --workers or a lower "
        "c.Engine.memory_mib are safe"
    )
    print(text, file=sys.stderr)


def start_workers(
    count: int, scheduler: str | None, shared: Shared, template: Template
) -> pool.Workers:
    """Return workers of this machine, or of a Dask cluster.

    Raises:
        GradeError: `count` is less than 1.
        Accident: there are none to be had at the scheduler's address.
    """
    if count < 1:
        raise GradeError(f"--workers is {count}; at least 1 is needed")
    if scheduler:
        return DaskWorkers(scheduler, count, shared)
    return pool.LocalWorkers(count, shared, template)
