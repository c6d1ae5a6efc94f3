"""What a worker does with one submission: plain data in, plain data out.

It opens no gradebook and writes no file. What the whole class shares, the exercise and
nbgrader's steps, is read once.
"""

from typing import Any

import nbformat

from course_lib.grading.batch.jobs import Job, Result, Shared
from course_lib.grading.engine import preprocessor
from course_lib.grading.pipeline import steps
from course_lib.grading.submission.choose import understand
from course_lib.grading.submission.rebuild import Exercise, rebuild


class OneEngine(preprocessor.Engine):
    """The engine, told what it would otherwise look up in the gradebook."""

    def __init__(self, exercise: Exercise, **settings: Any):
        """Take the exercise as generated, and values of the engine's settings."""
        super().__init__(**settings)
        self.exercise = exercise

    def _stubs(self, where: dict[str, str]) -> dict[str, str]:
        place = self.exercise.place
        return {label: self.exercise.cell(label).source for label in place}


class Grader:
    """Grades submissions of one assignment; what they share is read once."""

    def __init__(self, shared: Shared):
        """Take what every worker needs to know."""
        self.assignment, self.settings = shared.assignment, shared.engine
        self.before, self.after = steps.made(shared.before), steps.made(shared.after)
        self.exercises = {
            name: Exercise(nbformat.reads(text, as_version=4))
            for name, text in shared.exercises.items()
        }

    def grade(self, job: Job) -> bytes:
        """Rebuild and run what one learner handed in; return a packed `Result`."""
        result = Result()
        for name, handed in job.handed.items():
            where = {"student": job.student, "notebook": name}
            where["assignment"] = self.assignment
            exercise = self.exercises[name]
            submission = understand(handed, exercise)
            if not submission.readable:
                why = " ".join(note.text for note in submission.notes)
                result.unreadable[name] = why
            notebook = rebuild(exercise, submission)
            notebook = steps.prepared(self.before, notebook, where)
            run = OneEngine(exercise, **self.settings)
            notebook, _ = run.preprocess(notebook, {"nbgrader": where})
            text, rows = steps.finished(self.after, notebook, where)
            result.notebooks[name], result.rows[name] = text, rows
        return result.pack(job.key)
