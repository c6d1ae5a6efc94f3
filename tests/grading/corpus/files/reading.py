"""Answers, tests and grades are read from where they may lie."""

from ..entry import Entry

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


ENTRIES = [
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
