"""Penalties for late work, computed anew from what they depend on.

A penalty depends on the due date, an extension, the time of handing in, the score with
what a person gave, and the course's plugin. Any of them may change after a notebook was
graded, and no notebook need run again for that. A plugin that fails costs nobody a
grade: there is no penalty then, and that is said.
"""

import datetime
import math
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import Connection, bindparam, create_engine, func, select
from sqlalchemy import update as change
from traitlets import Dict, Instance, TraitError

from course_lib.grading.pipeline.steps import StepError, resolved

WORK, HANDED = Assignment.__table__, SubmittedAssignment.__table__
BOOK = SubmittedNotebook.__table__


class Guarded(BasePlugin):
    """A plugin for late work whose failures are noted and cost no penalty."""

    inner = Instance(BasePlugin)
    problems = Dict(help="What went wrong, by learner.")

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take away, or None."""
        try:
            penalty = self.inner.late_submission_penalty(
                student_id, score, total_seconds_late
            )
            if penalty is None:
                return None
            if not math.isfinite(penalty := float(penalty)):
                raise ValueError(f"it gave {penalty}")
        except Exception as error:
            text = (
                f"no late penalty: {type(self.inner).__name__} failed "
                f"({type(error).__name__}: {error})"
            )
            self.problems[student_id] = text
            self.log.error("%s: %s", student_id, text)
            return None
        return penalty


class LatePenalties(AssignLatePenalties):
    """nbgrader's step; a plugin that fails keeps no submission from its grade."""

    plugin_inst: BasePlugin

    def init_plugin(self) -> None:
        """Make the plugin that the configuration names."""
        super().init_plugin()
        self.plugin_inst = Guarded(inner=self.plugin_inst, parent=self)


def late_step(converter: Any) -> AssignLatePenalties | None:
    """Return the step for late work with its plugin, if nbgrader's autograde has one.

    Raises:
        StepError: the plugin cannot be had.
    """
    for kind in resolved(converter.autograde_preprocessors):
        if isinstance(kind, type) and issubclass(kind, AssignLatePenalties):
            ours = LatePenalties if kind is AssignLatePenalties else kind
            try:
                step = ours(parent=converter)
                step.init_plugin()
            except (ImportError, AttributeError, TraitError, TypeError) as error:
                raise StepError(
                    "the plugin c.AssignLatePenalties.plugin_class in "
                    f"nbgrader_config.py cannot be used: {error}"
                ) from None
            if not isinstance(step.plugin_inst, Guarded):
                step.plugin_inst = Guarded(inner=step.plugin_inst, parent=step)
            return step
    return None


def brought_up_to_date(
    at: Connection, assignment: str, step: AssignLatePenalties, who: Collection[str]
) -> dict[str, float]:
    """Compute penalties anew and write those that differ.

    Args:
        at: a connection within a transaction.
        assignment: the id of the assignment's row.
        step: nbgrader's step, with its plugin.
        who: the learners.

    Returns:
        by learner, the penalties that were written, 0 for none.
    """
    scores = (
        select(Grade.notebook_id.label("id"), func.sum(Grade.score).label("score"))
        .group_by(Grade.notebook_id)
        .subquery()
    )
    found = (
        select(BOOK.c.id, BOOK.c.late_submission_penalty, HANDED.c.student_id)
        .add_columns(HANDED.c.timestamp, HANDED.c.extension, WORK.c.duedate)
        .add_columns(func.coalesce(scores.c.score, 0.0))
        .join(HANDED, HANDED.c.id == BOOK.c.assignment_id)
        .join(WORK, WORK.c.id == HANDED.c.assignment_id)
        .outerjoin(scores, scores.c.id == BOOK.c.id)
        .where(WORK.c.id == assignment)
    )
    if len(who) <= 100:  # a class is read whole
        found = found.where(HANDED.c.student_id.in_(sorted(who)))
    changed: dict[str, float] = {}
    values = []
    for book, before, student, timestamp, extension, due, score in at.execute(found):
        if student not in who:
            continue
        penalty = None
        if (late := _seconds_late(timestamp, due, extension)) > 0:
            penalty = _penalty(step, student, score, late)
        if penalty != before:
            values.append({"book": book, "late_submission_penalty": penalty})
            changed[student] = changed.get(student, 0.0) + (penalty or 0.0)
    if values:
        at.execute(change(BOOK).where(BOOK.c.id == bindparam("book")), values)
    return changed


def refresh(converter: Any, who: Collection[str]) -> dict[str, float]:
    """Bring the penalties of some learners up to date, for nbgrader's own autograde."""
    if not who or (step := late_step(converter)) is None:
        return {}
    course = converter.coursedir
    engine = create_engine(course.db_url)
    try:
        with engine.begin() as at:
            found = select(WORK.c.id).where(WORK.c.name == course.assignment_id)
            return brought_up_to_date(at, at.scalars(found).one(), step, who)
    finally:
        engine.dispose()


def _seconds_late(
    timestamp: datetime.datetime | None,
    due: datetime.datetime | None,
    extension: datetime.timedelta | None,
) -> float:
    if timestamp is None or due is None:
        return 0.0
    due = parse_utc(due) + (extension or datetime.timedelta(0))
    late: datetime.timedelta = parse_utc(timestamp) - due
    return late.total_seconds()


def _penalty(
    step: AssignLatePenalties, student: str, score: float, late: float
) -> float | None:
    penalty = step.plugin_inst.late_submission_penalty(student, score, late)
    if penalty is None:
        return None
    least: float = step._check_late_penalty(SimpleNamespace(score=score), penalty)
    return least
