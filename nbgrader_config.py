"""nbgrader's configuration for this course; every `nbgrader` command reads it.

Folders, limits and our parts are set in course_lib/grading/settings.py. A line of your
own goes below the calls and wins, for instance `c.CourseDirectory.db_url = "..."`.
"""

from course_lib.grading.settings import configure, use_engine

c = get_config()  # noqa: F821  (nbgrader provides it)
configure(c)
use_engine(c)
