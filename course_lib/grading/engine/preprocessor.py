"""The engine behind `nbgrader autograde`: judge and learner in processes of their own.

`Engine` takes the place of nbgrader's Execute in `Autograde.autograde_preprocessors`.
It hands the notebook to a judge (see `attempts`, `servers`), and puts the outputs that
come back into the notebook.
"""

import os
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, Enum, Float, Integer

from course_lib.grading.engine.attempts import Run
from course_lib.grading.engine.jobs import Job
from course_lib.grading.engine.servers import EngineError, Servers, close_servers, share
from course_lib.grading.notebook.cells import (
    clean,
    error,
    generated,
    is_test,
    job_of,
)
from course_lib.grading.notebook.errors import error_output
from course_lib.grading.sandbox.backends import NAMES, Backend, choose
from course_lib.grading.sandbox.confine import JUDGE, Confinement
from course_lib.grading.submission.rebuild import nothing_to_run

__all__ = [
    "Engine",
    "EngineError",
    "Run",
    "Servers",
    "clean",
    "close_servers",
    "job_of",
    "share",
]


class Engine(NbGraderPreprocessor):
    """Runs a notebook with the verdict in another process; replaces Execute."""

    sandbox = Enum(NAMES, NAMES[0], help="What isolates learners.").tag(config=True)
    trusted = Bool(
        False, help="Your word that submissions are harmless; 'none' needs it."
    ).tag(config=True)
    timeout = Float(30.0, help="Seconds a cell of a learner may run.").tag(config=True)
    notebook_timeout = Float(
        300.0, help="Seconds for all cells of a notebook together."
    ).tag(config=True)
    memory_mib = Integer(1024, help="Memory of one submission.").tag(config=True)
    processes = Integer(128, help="Processes and threads of one.").tag(config=True)
    cpu_s = Integer(300, help="CPU seconds of one process.").tag(config=True)
    file_mib = Integer(64, help="Size of its /tmp and of one file.").tag(config=True)
    judge_memory_mib = Integer(1024, help="Memory of its judge.").tag(config=True)
    environment = Dict(help="Variables set for judges, such as UNROLLED_SEED.").tag(
        config=True
    )
    seed = Integer(0, help="Seed of torch in the learner's process.").tag(config=True)

    def backend(self) -> Backend:
        """Return the isolation that the configuration asks for, or raise."""
        sizes = ("memory_mib", "processes", "cpu_s", "file_mib")
        limits = Confinement(**{name: getattr(self, name) for name in sizes})
        judge = replace(JUDGE, memory_mib=self.judge_memory_mib)
        return choose(self.sandbox, self.trusted, limits, judge)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[Any, ...]:
        """Fill in the outputs of every cell."""
        if reason := nothing_to_run(nb):
            for cell in filter(is_test, nb.cells):
                cell.outputs = [error("NothingToGrade", reason)]
            return nb, resources
        cells = job_of(nb, self._stubs(resources["nbgrader"]))
        environment = {
            key: os.environ[key] for key in ("UNROLLED_SEED",) if key in os.environ
        }
        job: Job = {
            "cells": cells,
            "seed": self.seed,
            "cell_limit_s": self.timeout,
            "limit_s": self.notebook_timeout,
            # tests publish their results as data when nbgrader grades
            "environment": {
                "NBGRADER_EXECUTION": "autograde",
                **environment,
                **self.environment,
            },
        }
        run = Run(self.backend(), job, self.notebook_timeout)
        done = run.results()
        late = [error_output("TimeIsUp", self._late())]
        for cell in cells:
            result = done.get(cell["index"])
            target = nb.cells[cell["index"]]
            target.outputs = clean(result["outputs"] if result else late)
            target.execution_count = result["count"] if result else None
            for output in target.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = target.execution_count
        return nb, resources

    def _stubs(self, where: dict[str, Any]) -> dict[str, str]:
        return generated(where)  # a worker, which sees no gradebook, has them

    def _late(self) -> str:
        return f"the notebook had run for {self.notebook_timeout:g} s; not run"
