"""Run an exercise's cells through the engine, with answers of the test's choice."""

import copy
import os
import re
import sys
from pathlib import Path

import pytest

from course_lib.checks import observe
from course_lib.grading.engine import preprocessor
from course_lib.grading.sandbox import backends

sys.path.insert(0, str(Path(__file__).parents[1]))
from exercise_kit import SOURCES, Exercise, Verdict, run_cell

PLACE = re.compile(r"\n  in [\w<>]+, line .*")


def backend(name: str = "bwrap") -> backends.Backend:
    """Return a sandbox; where there is none, the tests that need it are skipped.

    REQUIRE_SANDBOX=1 says that they must run.
    """
    try:
        return backends.choose(name)
    except backends.SandboxError as problem:
        if os.environ.get("REQUIRE_SANDBOX") == "1":
            pytest.fail(f"REQUIRE_SANDBOX=1, but {problem}")
        pytest.skip(str(problem))


def stubs(exercise: Exercise) -> dict[str, str]:
    """Return what the gradebook would hold: enough to know the names."""
    labelled = [cell for cell in exercise.notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in labelled}


def grade(where, cells: list[dict], limit_s: float = 240, seed: str = "20240") -> dict:
    """Return the results of some cells by index, with the environment of a test."""
    job = {"cells": cells, "seed": 0, "cell_limit_s": 5.0, "limit_s": limit_s}
    job["environment"] = {"UNROLLED_SEED": seed}
    return preprocessor.Run(where, job, limit_s).results()


def answered(exercise: Exercise, answers: dict[str, str]) -> list[dict]:
    """Return the cells of an exercise with some solutions replaced."""
    notebook = copy.deepcopy(exercise.notebook)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return preprocessor.job_of(notebook, stubs(exercise))


def scores(exercise: Exercise, cells: list[dict], done: dict) -> dict[str, float]:
    """Return the score of each task."""
    tests = [cell for cell in cells if cell["role"] == "test"]
    pairs = zip(exercise.tests, tests, strict=True)
    return {task: verdict(done[cell["index"]]).score for task, cell in pairs}


def verdict(result: dict) -> Verdict:
    """Return score and text of a test cell, as `exercise_kit.run_cell` gives them."""
    score, text = 0.0, ""
    outputs = preprocessor.clean(result["outputs"])
    for output in outputs:
        if output.output_type == "stream" and output.name == "stdout":
            text += output.text
        elif output.output_type == "error":
            known = output.ename == "CheckFailed"
            text += output.evalue if known else f"{output.ename}: {output.evalue}"
        elif output.output_type == "execute_result":
            score = float(output.data["text/plain"])
    if any(output.output_type == "error" for output in outputs):
        score = 0.0
    return Verdict(score, text)


def without_place(message: str) -> str:
    """Return a message without the learner's line, whose number differs."""
    return PLACE.sub("", message).strip()


def bank_cells(
    exercise: Exercise, kind: str, task: str, every: int = 1
) -> tuple[list[dict], list]:
    """Return cells that grade each answer of a bank in turn, and the answers.

    The bank's functions live in a module of their own, as in the in-process tests: an
    answer that calls the reference must not meet itself.
    """
    text = repr(exercise.text(kind, task))
    base = answered(exercise, {})
    tests = [cell for cell in base if cell["role"] == "test"]
    place = list(exercise.tests).index(task)
    names = tests[-1]["names"]
    cells = [cell for cell in base if cell["role"] != "test"] + tests[:place]
    load = f"_bank = dict(globals())\nexec(compile({text}, 'bank', 'exec'), _bank)"
    cells.append({"role": "learner", "source": f"{load}\n_right = {task}"})
    functions = [f for of, f in exercise.answers(kind) if of == task][::every]
    for function in functions:
        use = f"{task} = _bank[{function.__name__!r}]"
        cells.append({"role": "learner", "source": use})
        cells.append({**tests[place], "names": names, "bank": True})
        cells.append({"role": "learner", "source": f"{task} = _right"})
    return [{**cell, "index": i} for i, cell in enumerate(cells)], functions


def in_process(exercise: Exercise, task: str, function) -> Verdict:
    """Return the verdict that the checks reach in the learner's own process."""
    namespace = exercise.solved()
    with observe.held(observe.Patience(strict=True)):  # as in the judge's process
        for earlier in exercise.tests:
            if earlier == task:
                break
            run_cell(exercise.tests[earlier].source, namespace)
        return run_cell(exercise.tests[task].source, {**namespace, task: function})


__all__ = ["SOURCES", "Exercise"]
