"""A course of six submissions, what it looks like when graded, and workers to share."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from grading.batch.class_kit import NAME, answer, contents, fresh
from places import TINY

from course_lib.authoring import build
from course_lib.grading.batch import grade as grading
from course_lib.grading.batch import pool
from course_lib.grading.batch.grade import grade
from course_lib.grading.batch.jobs import Shared
from course_lib.grading.course import Course
from course_lib.grading.sandbox import backends

CLOSE = pool.LocalWorkers.close


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A course with six submissions; nothing is graded."""
    try:
        backends.choose("bwrap")
    except backends.SandboxError as problem:
        pytest.skip(str(problem))
    root = tmp_path_factory.mktemp("pool")
    (root / "solutions").mkdir()
    shutil.copy(TINY, root / "solutions" / f"{NAME}.py")
    source = build.write_source(root / "solutions" / f"{NAME}.py")
    course = Course(root / "course")
    course.add_exercise(source)
    (course.root / "solutions" / NAME / "data.txt").write_text(
        "for everyone", encoding="utf-8"
    )
    config = course.root / "nbgrader_config.py"
    late = 'c.LateSubmissionPlugin.penalty_method = "zero"'
    config.write_text(
        f"{config.read_text(encoding='utf-8')}\n{late}\n", encoding="utf-8"
    )
    course.generate(NAME)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2024, 5, 1))
    release = course.root / "exercises" / NAME / f"{NAME}.ipynb"
    text = release.read_text(encoding="utf-8")
    for number in range(6):
        folder = course.submission(f"learner, {number}", NAME)
        answer(folder, text, "2 * x" if number % 2 else "x + x + 1", "3 * x")
        day = 2 - number % 2  # every second one is late
        (folder / "timestamp.txt").write_text(
            f"2024-05-0{day} 00:00:00 UTC\n", encoding="utf-8"
        )
    # the last is not a notebook
    (folder / f"{NAME}.ipynb").write_text(text[:100], encoding="utf-8")
    return course.root


@pytest.fixture(scope="module")
def workers():
    """Keep the workers of all runs of a module in this process: servers start once."""
    kept: dict[str, pool.LocalWorkers] = {}

    def get(count: int, scheduler: str | None, shared: Shared, _) -> pool.LocalWorkers:
        if shared.key not in kept:
            kept[shared.key] = pool.LocalWorkers(2, shared)
        kept[shared.key].slots = count
        return kept[shared.key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "start_workers", get)
        patch.setattr(pool.LocalWorkers, "close", lambda self: None)
        yield kept
        for one in kept.values():
            CLOSE(one)
            assert not one.running


@pytest.fixture(scope="session")
def undisturbed(prepared, tmp_path_factory) -> tuple:
    """What two workers give when nothing happens to them."""
    root = fresh(prepared, tmp_path_factory.mktemp("calm") / "course")
    summary = grade(root, NAME, workers=2)
    assert (summary.executed, summary.failed) == (6, {})
    assert list(summary.unreadable) == ["learner, 5"]
    assert "learner, 5: 0, The notebook is not JSON" in str(summary)
    found = contents(root)
    assert len(found[0]["grade"]) == 18
    assert len(found[1]) == 18  # notebook, timestamp and data.txt
    penalties = [
        dict(row)["late_submission_penalty"] for row in found[0]["submitted_notebook"]
    ]
    assert sorted(penalties) == ["3.5"] * 3 + ["None"] * 3
    again = grade(root, NAME)
    assert (again.up_to_date, again.executed) == (6, 0)
    assert contents(root) == found
    return root, found
