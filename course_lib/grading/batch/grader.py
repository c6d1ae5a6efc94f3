"""What a worker does with one submission: plain data in, plain data out.

It opens no gradebook and writes no file. What the whole class shares, the exercise and
nbgrader's steps, is read once.
"""

from typing import Any

import nbformat

from course_lib.grading.batch.journal import packed
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

    def _stubs(self, where: dict) -> dict[str, str]:
        place = self.exercise.place
        return {label: self.exercise.cell(label).source for label in place}


class Grader:
    """Grades submissions of one assignment; what they share is read once."""

    def __init__(self, shared: dict):
        """Take what every worker needs to know.

        Args:
            shared: `key`, of all the rest; `assignment`; `exercises`, the generated
                notebooks as JSON text by name; `engine`, settings of the engine;
                `before` and `after`, nbgrader's steps as `steps.described` has them.
        """
        self.assignment, self.settings = shared["assignment"], shared["engine"]
        self.before, self.after = (steps.made(shared[n]) for n in ("before", "after"))
        self.exercises = {
            name: Exercise(nbformat.reads(text, as_version=4))
            for name, text in shared["exercises"].items()
        }

    def grade(self, job: dict) -> bytes:
        """Rebuild and run what one learner handed in; return it as the journal does.

        Args:
            job: `key`, `student`, and `handed`, by name a `preflight.Handed`.
        """
        result: dict[str, dict] = {"notebooks": {}, "rows": {}, "unreadable": {}}
        for name, handed in job["handed"].items():
            where = {"student": job["student"], "notebook": name}
            where["assignment"] = self.assignment
            exercise = self.exercises[name]
            submission = understand(handed, exercise)
            if not submission.readable:
                why = " ".join(note.text for note in submission.notes)
                result["unreadable"][name] = why
            notebook = rebuild(exercise, submission)
            notebook = steps.prepared(self.before, notebook, where)
            run = OneEngine(exercise, **self.settings)
            notebook, _ = run.preprocess(notebook, {"nbgrader": where})
            text, rows = steps.finished(self.after, notebook, where)
            result["notebooks"][name], result["rows"][name] = text, rows
        return packed(job["key"], result)
