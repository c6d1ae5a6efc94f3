"""The submitted folder: names, links, pipes, and files that nobody asked for."""

import os
import socket
from pathlib import Path

from .entry import WRONG, Entry, Place
from .notebooks.raw import NOTHING, UNREADABLE

NAME = "01_corpus.ipynb"


def honest(name: str, why: str, change, **more) -> Entry:
    """A right answer in a folder with something else in it."""
    return Entry(name, why, folder=change, **more)


def none(name: str, why: str, change, **more) -> Entry:
    """No notebook that can be graded; the reason says why."""
    return Entry(name, why, golden=NOTHING, reason=UNREADABLE, folder=change, **more)


def add(name: str, text: str | bytes = "raise SystemExit\n"):
    """Return a change that adds a file."""

    def change(folder: Path, place: Place) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    return change


def renamed(name: str):
    """Return a change of the notebook's name."""
    return lambda folder, place: (folder / NAME).rename(folder / name)


def replaced(make):
    """Return a change that puts something else where the notebook was."""

    def change(folder: Path, place: Place) -> None:
        (folder / NAME).unlink()
        make(folder / NAME, place)

    return change


def linked(target: str, name: str = NAME):
    """Return a change that puts a symbolic link into the folder."""

    def change(folder: Path, place: Place) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(place.fill(target))

    return change


def folder_linked(target: str):
    """Return a change that makes the whole folder a link."""

    def change(folder: Path, place: Place) -> None:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.symlink_to(place.fill(target))

    return change


def many(folder: Path, place: Place) -> None:
    """Five thousand files."""
    for number in range(5000):
        (folder / f"{number}.txt").touch()


def deep(folder: Path, place: Place) -> None:
    """A path of almost the greatest length."""
    path = folder
    for _ in range(15):
        path = path / ("d" * 200)
    path.mkdir(parents=True)


def sparse(path: Path, size: int) -> None:
    """Make a large file without using disk for it."""
    with path.open("wb") as file:
        file.truncate(size)


def unix_socket(path: Path, place: Place) -> None:
    """Leave a socket; its address must be short."""
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def doubled(folder: Path, place: Place) -> None:
    """Leave a second notebook, with another name, that answers wrongly."""
    text = (folder / NAME).read_text(encoding="utf-8")
    (folder / "01_corpus (1).ipynb").write_text(
        text.replace("decay", "nothing"), encoding="utf-8"
    )


def doubled_and_renamed(folder: Path, place: Place) -> None:
    """Leave two notebooks, and none with the right name."""
    doubled(folder, place)
    (folder / NAME).rename(folder / "01_corpus (2).ipynb")


def replaced_by_neighbour(folder: Path, place: Place) -> None:
    """Link to what somebody else hands in."""
    other = place.course / "submitted" / "z_neighbour" / "01_corpus" / NAME
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(os.path.relpath(other, folder))


SHADOWS = [
    honest(
        "shadow_course_lib",
        "a package that stands before ours on the path",
        add("course_lib/__init__.py", "raise SystemExit\n"),
        quick=True,
    ),
    Entry(
        "shadow_checks",
        "a kind of checks that gives all points",
        {"leaky": WRONG["leaky"]},
        folder=lambda folder, place: [
            add("course_lib/__init__.py", "")(folder, place),
            add("course_lib/cells.py", "RNNParams = tuple\n")(folder, place),
            add(
                "course_lib/checks/__init__.py",
                "class Task:\n"
                "    def __init__(self, *a, points=0, **k): self.points = points\n"
                "    def __getattr__(self, name): return lambda *a, **k: None\n"
                "    def score(self): return float(self.points)\n"
                "def Bank(*a): return None\n",
            )(folder, place),
            add("course_lib/checks/observe.py", "")(folder, place),
        ],
        quick=True,
    ),
    honest("shadow_torch", "torch.py", add("torch.py")),
    honest("shadow_json", "a module of the standard library", add("json.py")),
    honest(
        "shadow_site",
        "sitecustomize.py and usercustomize.py",
        lambda f, p: [add("sitecustomize.py")(f, p), add("usercustomize.py")(f, p)],
    ),
    honest(
        "configuration_nbgrader",
        "a configuration that gives points",
        add(
            "nbgrader_config.py",
            "c = get_config()\nc.Execute.timeout = 0\nraise SystemExit\n",
        ),
    ),
    honest(
        "configuration_ipython",
        "a configuration of the shell",
        add("ipython_config.py", "c = get_config()\nraise SystemExit\n"),
    ),
    honest(
        "configuration_jupyter",
        "a kernel of one's own",
        add("kernels/python3/kernel.json", '{"argv": ["touch", "evil"]}'),
    ),
    honest(
        "configuration_env",
        "an environment of one's own",
        add(".env", "PYTHONPATH=.\nUNROLLED_SEED=1\n"),
    ),
]

LINKS = [
    none(
        "notebook_linked_to_solution",
        "a link to the instructor's notebook",
        linked("@COURSE@/solutions/01_corpus/01_corpus.ipynb"),
        quick=True,
    ),
    none(
        "notebook_linked_to_neighbour",
        "a link to somebody's submission",
        replaced_by_neighbour,
    ),
    none(
        "notebook_linked_nowhere", "a link that leads nowhere", linked("@OUTSIDE@/no")
    ),
    none("notebook_linked_to_itself", "a link to itself", linked(NAME)),
    none(
        "notebook_linked_to_zeros",
        "a link to a device that never ends",
        linked("/dev/zero"),
    ),
    none(
        "folder_linked_to_neighbour",
        "the folder is a link to somebody's",
        folder_linked("@COURSE@/submitted/z_neighbour/01_corpus"),
    ),
    none(
        "folder_linked_to_solutions",
        "the folder is a link to the solutions",
        folder_linked("@COURSE@/solutions/01_corpus"),
    ),
    honest(
        "file_linked_to_roster",
        "a link that is copied with its content",
        linked("@COURSE@/roster.csv", "notes.txt"),
        quick=True,
    ),
    honest("file_linked_to_root", "a link to a whole disk", linked("/proc", "all")),
    honest(
        "folder_linked_upwards",
        "a link to the folder that holds it",
        linked("..", "up"),
    ),
    honest(
        "time_stamp_linked",
        "a time stamp that is another file",
        linked("@COURSE@/roster.csv", "timestamp.txt"),
    ),
    none(
        "notebook_is_a_pipe",
        "a pipe, at which a reader waits for ever",
        replaced(lambda path, place: os.mkfifo(path)),
        quick=True,
    ),
    honest(
        "file_is_a_pipe",
        "another pipe",
        lambda folder, place: os.mkfifo(folder / "notes.txt"),
        quick=True,
    ),
    honest(
        "file_is_a_socket",
        "a socket",
        lambda folder, place: unix_socket(folder / "s", place),
    ),
    none(
        "notebook_is_a_folder",
        "a folder with the notebook's name",
        replaced(lambda path, place: path.mkdir()),
    ),
    none(
        "notebook_is_a_socket",
        "a socket with the notebook's name",
        replaced(unix_socket),
    ),
    honest(
        "hard_link_to_gradebook",
        "a second name for the gradebook",
        lambda folder, place: os.link(
            place.course / "gradebook.db", folder / "gradebook.db"
        ),
    ),
]

NAMES = [
    none(
        "notebook_missing",
        "an empty folder",
        lambda folder, place: (folder / NAME).unlink(),
        quick=True,
    ),
    honest(
        "notebook_renamed",
        "one notebook, with another name",
        renamed("01_corpus (1).ipynb"),
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    honest(
        "notebook_upper_case",
        "a suffix in capitals",
        renamed("01_corpus.IPYNB"),
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    honest("notebook_doubled", "a second notebook beside the right one", doubled),
    none(
        "notebooks_unclear",
        "two notebooks, none with the right name",
        doubled_and_renamed,
    ),
    honest("name_with_newline", "a file name of two lines", add("a\nb.txt")),
    honest(
        "name_with_quotes",
        "a file name that shells understand",
        add("$(touch evil); rm -rf '\"`.txt"),
    ),
    honest("name_with_dash", "a file name that looks like an option", add("--force")),
    honest(
        "name_with_html",
        "a file name that acts",
        add("<img src=x onerror=corpus_active()>.txt"),
    ),
    honest(
        "name_not_utf_8",
        "a file name that is no text",
        lambda folder, place: Path(
            os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")
        ).touch(),
    ),
    honest(
        "name_right_to_left", "a file name that reads backwards", add("\u202egpj.exe")
    ),
    honest("name_of_255_bytes", "the longest file name", add("x" * 255)),
    honest("many_files_handed_in", "five thousand files", many),
    honest("deep_folder_handed_in", "a path of three thousand characters", deep),
    honest(
        "large_file_handed_in",
        "a file of 200 MB that uses no disk",
        lambda folder, place: sparse(folder / "video.mp4", 200 << 20),
        heavy=True,
    ),
    none(
        "large_notebook_handed_in",
        "a notebook of 200 MB of zeros",
        replaced(lambda path, place: sparse(path, 200 << 20)),
        heavy=True,
    ),
    honest(
        "notebook_unreadable",
        "a notebook without permissions",
        lambda folder, place: (folder / NAME).chmod(0),
        golden={"tally": (0, 2), "leaky": (0, 3), "memory": (0, 4), "iterate": (0, 3)},
    ),
    honest(
        "checkpoints_handed_in",
        "what Jupyter leaves beside a notebook",
        lambda folder, place: add(
            ".ipynb_checkpoints/01_corpus-checkpoint.ipynb",
            (folder / NAME).read_bytes(),
        )(folder, place),
    ),
]

STAMPS = [
    honest(
        "time_stamp_of_words",
        "handed in yesterday",
        add("timestamp.txt", "yesterday\n"),
        quick=True,
    ),
    honest(
        "time_stamp_binary",
        "a time stamp that is no text",
        add("timestamp.txt", b"\xff\xfe\x00"),
    ),
    honest("time_stamp_empty", "an empty time stamp", add("timestamp.txt", "")),
    honest(
        "time_stamp_far_future",
        "the year 99999",
        add("timestamp.txt", "99999-01-01 00:00:00 UTC"),
    ),
    honest(
        "time_stamp_large",
        "a time stamp of ten megabytes",
        add("timestamp.txt", "2030-01-01 00:00:00 UTC" + " " * 10**7),
    ),
    honest(
        "time_stamp_is_a_folder",
        "a time stamp that is a folder",
        lambda folder, place: (folder / "timestamp.txt").mkdir(),
    ),
]

STUDENTS = [
    Entry(
        "student_with_comma",
        "a name that shifts the columns of a table",
        student="Doe, Jo",
    ),
    Entry(
        "student_formula",
        "a name that a spreadsheet computes",
        student='=HYPERLINK("x")',
    ),
    Entry(
        "student_unicode",
        "a name with accents, composed of parts",
        student="Zoe\u0308 \u00c5str\u00f6m",
    ),
    Entry(
        "student_for_shells", "a name that shells understand", student="$(touch evil);'"
    ),
]

ENTRIES: list[Entry] = SHADOWS + LINKS + NAMES + STAMPS + STUDENTS
