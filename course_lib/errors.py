"""What a person can mend: one base for such errors, so that a command catches one.

    CourseError           the message says what is wrong, and what to do
    ├── NoCourse          checkout: a folder is no course
    ├── AssignmentError   authoring: the source of an exercise breaks a rule
    ├── SandboxError      grading.sandbox: the walls cannot be had
    ├── EngineError       grading.engine: the processes that grade did not start
    ├── JournalError      grading.batch: its journal is broken, or in use
    ├── GradeError        grading.batch: a class could not be graded
    ├── FeedbackError     grading.batch: the pages of a class could not be written
    ├── UsageError        commands.check: there is no such exercise or notebook
    ├── ExportError       commands.export: there is no such gradebook
    └── DemoError         commands.demo: a command of nbgrader failed

All else is of another kind. `ShapeError` and its like say to a caller that a value is
wrong; `CheckFailed` says so to a learner; and what no one expected shows its traceback.
"""


class CourseError(RuntimeError):
    """A person can mend this: the message says what is wrong, and what to do."""
