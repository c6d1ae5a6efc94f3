"""Grades, tests and other people's files are written or removed."""

from ..entry import Entry, attack, before_right


def writer(name: str, why: str, path: str, text: str = "x = 1", **more) -> Entry:
    """An honest answer that also writes to a file which is not its own."""
    code = f"""
try:
    with open({path!r}, "a") as file:
        file.write({text!r})
except OSError as error:
    print(type(error))
"""
    return before_right(name, why, code, **more)


ENTRIES = [
    attack(
        "gradebook_written",
        "the grader's database gets the points directly",
        """
        import sqlite3
        try:
            base = sqlite3.connect("@COURSE@/gradebook.db", timeout=1)
            base.execute("update grade set manual_score = 3.0")
            base.commit()
        except sqlite3.Error:
            pass
        """,
        quick=True,
    ),
    attack(
        "gradebook_trigger",
        "a trigger that gives points to every grade from now on",
        """
        import sqlite3
        try:
            base = sqlite3.connect("@COURSE@/gradebook.db", timeout=1)
            base.execute("create trigger gift after update on grade begin "
                         "update grade set extra_credit = 9 where id = new.id; end")
            base.commit()
        except sqlite3.Error:
            pass
        """,
    ),
    attack(
        "gradebook_of_others",
        "the others lose their points",
        """
        import sqlite3
        try:
            base = sqlite3.connect("@COURSE@/gradebook.db", timeout=1)
            base.execute("update grade set manual_score = 0.0")
            base.commit()
        except sqlite3.Error:
            pass
        """,
    ),
    before_right(
        "gradebook_locked",
        "a lock on the database, held while the grader wants to write",
        """
        import sqlite3
        try:
            held = sqlite3.connect("@COURSE@/gradebook.db", timeout=1,
                                   check_same_thread=False)
            held.execute("begin exclusive")
        except sqlite3.Error as error:
            print(type(error))
        """,
    ),
    before_right(
        "gradebook_deleted",
        "no gradebook, no grades",
        """
        import os
        for end in ("", "-journal", "-wal"):
            try:
                os.remove("@COURSE@/gradebook.db" + end)
            except OSError as error:
                print(type(error))
        """,
        quick=True,
    ),
    writer(
        "solution_written",
        "the instructor's notebook is damaged",
        "@COURSE@/solutions/01_corpus/01_corpus.ipynb",
    ),
    writer(
        "release_written",
        "the released notebook is damaged",
        "@COURSE@/exercises/01_corpus/01_corpus.ipynb",
    ),
    writer(
        "neighbour_written",
        "somebody's submission is damaged",
        "@COURSE@/submitted/z_neighbour/01_corpus/01_corpus.ipynb",
        quick=True,
    ),
    writer(
        "neighbour_graded_written",
        "somebody's graded notebook is damaged",
        "@COURSE@/autograded/a_neighbour/01_corpus/01_corpus.ipynb",
    ),
    writer(
        "configuration_written",
        "code in the grader's configuration",
        "@COURSE@/nbgrader_config.py",
        "\nc = get_config()\n",
    ),
    writer(
        "checks_written",
        "the checks that every later test imports",
        "@LIB@/course_lib/checks/task.py",
        "\nTask.hidden = lambda *a, **k: None\n",
        quick=True,
    ),
    writer("outside_written", "a file outside the course", "@OUTSIDE@/dropped"),
    writer("shared_memory_written", "shared memory", "/dev/shm/corpus-@PORT@"),
    before_right(
        "start_up_file_written",
        "code that every later kernel of this grader runs",
        """
        import os
        folder = "@HOME@/.ipython/profile_default/startup"
        try:
            os.makedirs(folder, exist_ok=True)
            with open(folder + "/00_gift.py", "w") as file:
                file.write("from course_lib import checks\\n"
                           "checks.Task.hidden = lambda *a, **k: None\\n")
        except OSError as error:
            print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "user_site_written",
        "code that every later Python of this grader runs",
        """
        import os, sys
        folder = "@HOME@/.local/lib/python%d.%d/site-packages" % sys.version_info[:2]
        try:
            os.makedirs(folder, exist_ok=True)
            with open(folder + "/usercustomize.py", "w") as file:
                file.write("gift = True\\n")
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "neighbour_removed",
        "somebody's submission is gone",
        """
        import shutil
        shutil.rmtree("@COURSE@/submitted/z_neighbour", ignore_errors=True)
        """,
        quick=True,
    ),
    before_right(
        "neighbour_renamed",
        "somebody's submission has a new owner",
        """
        import os
        try:
            os.rename("@COURSE@/submitted/z_neighbour", "@COURSE@/submitted/y_thief")
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "course_made_unreadable",
        "the course's folders lose their permissions",
        """
        import os
        for name in ("solutions", "submitted"):
            try:
                os.chmod("@COURSE@/" + name, 0)
            except OSError as error:
                print(type(error))
        """,
    ),
    before_right(
        "files_for_the_next",
        "modules in the working directory that later imports find first",
        """
        for name in ("torch.py", "course_lib.py", "sitecustomize.py", "json.py"):
            try:
                with open(name, "w") as file:
                    file.write("raise SystemExit\\n")
            except OSError as error:
                print(type(error))
        """,
    ),
    before_right(
        "own_time_stamp",
        "handed in on time after all",
        """
        for folder in (".", "@COURSE@/submitted/own_time_stamp/01_corpus"):
            try:
                with open(folder + "/timestamp.txt", "w") as file:
                    file.write("2001-01-01 00:00:00 UTC")
            except OSError as error:
                print(type(error))
        """,
    ),
    before_right(
        "working_directory_linked",
        "a link in the place where results are collected",
        """
        import os
        for name in ("result.html", "roster.csv"):
            try:
                os.symlink("@COURSE@/roster.csv", name)
            except OSError as error:
                print(type(error))
        """,
    ),
]
