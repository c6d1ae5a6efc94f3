"""nbgrader's exchange, for a class in which not everything came through it.

What comes through it brings a secret, `submission_secret.txt`, by which the learner
finds the page. nbgrader's `release_feedback` ends at the first submission that has
none; here that page is named, and all others are released.
"""

import glob
import os
from pathlib import Path

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseFeedback

from course_lib.grading import folders
from course_lib.grading.preflight import Unreadable, _read

SECRET = "submission_secret.txt"
LONGEST_SECRET = 1000  # bytes; nbgrader's has 128


def read_secret(folder: Path) -> bytes | None:
    """Return what the exchange put beside a submission, if it came through it."""
    try:
        return _read(folder / SECRET, LONGEST_SECRET) or None
    except Unreadable:
        return None


class ReleaseFeedback(ExchangeReleaseFeedback):
    """`nbgrader release_feedback`: one page that cannot be released stops no other."""

    def copy_files(self) -> None:
        """Release the pages of each learner in turn.

        Raises:
            ExchangeError: there is no page at all.
        """
        course = self.coursedir
        found = folders.submissions(course, course.feedback_directory)
        for name, why in found.left_out.items():
            self.log.error("No page is released for %s: %s", name, why)
        if not found.folders:
            self.fail(
                f"there is no page for {course.assignment_id}: feedback/ has none. Run "
                f"`python -m course_lib feedback {course.assignment_id}` first"
            )
        for student, folder in found.folders.items():
            if not read_secret(folder):
                self.log.warning(
                    "%s: this did not come through the exchange; hand the pages over "
                    "yourself: %s",
                    *(student, folder),
                )
                continue
            self.src_path = glob.escape(os.fspath(folder))
            try:
                super().copy_files()
            except ExchangeError:
                raise
            except (OSError, ValueError) as error:
                self.log.error("No page is released for %s: %s", student, error)
