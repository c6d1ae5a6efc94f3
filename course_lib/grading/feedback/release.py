"""nbgrader's exchange, for a class in which not everything came through it.

What comes through it brings a secret, `submission_secret.txt`, by which the learner
finds the page. nbgrader's `release_feedback` ends at the first submission that has
none; here that page is named, and all others are released.
"""

import glob
import os
import stat
from pathlib import Path

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseFeedback

from course_lib.grading.submission import folders

SECRET = "submission_secret.txt"
LONGEST_SECRET = 1000  # bytes; nbgrader's has 128


def read_secret(folder: Path) -> bytes | None:
    """Return what the exchange put beside a submission, if it came through it."""
    path, no_link = folder / SECRET, getattr(os, "O_NOFOLLOW", 0)
    try:
        kind = path.lstat()
        regular = stat.S_ISREG(kind.st_mode) and not folder.is_symlink()
        if not regular or kind.st_size > LONGEST_SECRET:
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | no_link), "rb") as file:
            return file.read(LONGEST_SECRET) or None
    except OSError:
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
                (folder / "timestamp.txt").touch()  # the log alone needs it
                super().copy_files()
            except ExchangeError:
                raise
            except (OSError, ValueError) as error:
                self.log.error("No page is released for %s: %s", student, error)
