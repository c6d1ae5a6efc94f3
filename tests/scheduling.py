"""Which tests stay together on a worker of a parallel run, and which units go first.

A unit is a file, because what a module prepares is prepared once per worker. A few
files take minutes and prepare something anew for each parameter: there, the tests of
one parameter are a unit. Long units go first, so that no worker waits for another at
the end; what needs the built book goes last, because the book is built meanwhile.
"""

import re

from xdist.scheduler import LoadScopeScheduling

# file, and what of a parameter's name keeps tests together
BY_PARAMETER = {
    "tests/authoring/test_exercises.py": r"\d\d_[a-z0-9_]+",  # the exercise
    "tests/browser/test_pages.py": r"[\w/]+",  # the page
    "tests/grading/test_corpus.py": r"\d\d_\w+-\d+",  # the batch
}
# the folders of all tests that ask for the built book
WITH_THE_BOOK = "tests/book/", "tests/browser/"
# files of a minute or more, or folders of such files; the longest first
LONG = (
    "tests/grading/test_corpus.py",
    "tests/grading/pipeline/test_grading.py",
    "tests/grading/batch",
    "tests/grading/sandbox/test_sandbox.py",
    "tests/grading/engine/test_engine_nbgrader.py",
    "tests/grading/engine/test_twins.py",
    "tests/grading/term",
    "tests/authoring/test_exercises.py",
    "tests/browser/test_formgrader.py",
)


def unit(nodeid: str) -> str:
    """Return the name of the unit that a test belongs to."""
    file, _, rest = nodeid.partition("::")
    kept = BY_PARAMETER.get(file)
    parameter = kept and re.search(rf"\[({kept})", rest)
    return f"{file}[{parameter[1]}]" if parameter else file


def put_in_order(items: list) -> None:
    """Sort tests in place: long units first, those that need the book last."""
    needing = {unit(item.nodeid) for item in items if needs_book(item)}
    places = {}  # of a unit, in the order of collection
    for item in items:
        places.setdefault(unit(item.nodeid), len(places))

    def place(item) -> tuple[bool, int, int]:
        name = unit(item.nodeid)
        long = [rank for rank, start in enumerate(LONG) if name.startswith(start)]
        return name in needing, min(long, default=len(LONG)), places[name]

    items.sort(key=place)


def needs_book(item) -> bool:
    """Whether a test asks for the built book, itself or through a fixture."""
    return "built_book" in getattr(item, "fixturenames", ())


class Units(LoadScopeScheduling):
    """Hand out units in the order of collection."""

    def __init__(self, config, log=None):
        """Keep the order: by default the unit with most tests would go first."""
        super().__init__(config, log)
        self.config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
