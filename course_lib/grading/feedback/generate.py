"""`nbgrader generate_feedback`, whatever the folders are called.

nbgrader looks for graded notebooks with patterns. Where a learner's folder is itself
one, such as `[a]`, it finds no notebook, or copies the notebook, hidden tests and all,
beside the page. Here the folders come from `folders`, and no notebook is copied.
"""

import shutil
from fnmatch import fnmatch
from pathlib import Path

import nbgrader.apps.api
import nbgrader.apps.generatefeedbackapp
from nbgrader.converters import GenerateFeedback

from course_lib.grading.submission import folders

Assignments = dict[str, list[str]]  # nbgrader's: a folder, and the notebooks in it


class CourseFeedback(GenerateFeedback):
    """`nbgrader generate_feedback`, whatever the folders are called."""

    left_out: dict[str, str]

    def init_notebooks(self) -> None:
        """Take every graded submission; say which cannot be."""
        course = self.coursedir
        found = folders.submissions(course, course.autograded_directory)
        self.left_out = found.left_out
        for name, why in found.left_out.items():
            self.log.error("No page for %s: %s", name, why)
        graded = {}
        for folder in filter(Path.is_dir, found.folders.values()):
            names = sorted(path for path in folder.iterdir() if path.suffix == ".ipynb")
            wanted = [path for path in names if fnmatch(path.stem, course.notebook_id)]
            if wanted:
                graded[str(folder)] = [str(path) for path in wanted]
        if not graded:
            super().init_notebooks()  # says what is missing
        self.assignments = graded

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what lies beside the notebooks, and never the notebooks: see `folders`.

        A graded notebook holds the hidden tests.
        """
        source = Path(self._format_source(assignment_id, student_id))
        dest = Path(self._format_dest(assignment_id, student_id))
        ignored = [*self.coursedir.ignore, "*.ipynb"]
        for path in folders.other_files(source, ignored):
            target = dest / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(path, target)


def use_in_nbgrader() -> None:
    """Let `nbgrader generate_feedback` and the formgrader use this converter."""
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = CourseFeedback
    nbgrader.apps.api.GenerateFeedback = CourseFeedback
