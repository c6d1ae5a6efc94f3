"""Dependencies point one way: the table in `course_lib/rooms.py` is held to.

Whole files are read: imports inside functions and for type checkers count as well.
"""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from places import LIBRARY, ROOT

import course_lib
from course_lib import rooms

FILES = sorted(LIBRARY.rglob("*.py"))
NOT_FOR_TEACHING = {"nbgrader", "jupytext", "nbformat", "dask"}
# a process that grades starts without torch, until it forks; what is in these rooms
# runs behind walls, or is what crosses them
BEHIND_WALLS = "rpc", "engine/judge", "engine/learner"
MOST_MODULES = 14
MOST_LINES = 300


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}


def imports(path: Path) -> set[str]:
    """Return all modules that a file imports anywhere, and names of our packages."""
    known = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            known |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            known |= {name if name in MODULES else node.module for name in full}
    return known


def room(name: str) -> str:
    """Return the room of a module of ours."""
    return (*name.split("."), "__init__")[1]


def behind_walls(path: Path) -> bool:
    """Whether a module of `grading` may know torch and the checks."""
    inner = path.relative_to(LIBRARY).as_posix().removeprefix("grading/")
    return inner.startswith(tuple(f"{name}/" for name in BEHIND_WALLS))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_imports_point_one_way(path):
    part, known = room(name_of(path)), imports(path)
    if part == "__init__":
        assert not known, "nothing is re-exported here"
        return
    ours = {room(name) for name in known if name.startswith("course_lib")}
    allowed = {*rooms.MAY_IMPORT[part], part, "__init__"}
    assert ours <= allowed, f"{part} may import {sorted(allowed)}"
    theirs = {name.split(".")[0] for name in known}
    if part in rooms.READ_BY_PAGES:
        assert not theirs & NOT_FOR_TEACHING


def test_the_reading_order_is_one():
    """A room imports rooms that stand before it, where the first docstring lists them.

    This also says that there is no circle among them.
    """
    listed = [
        word
        for line in course_lib.__doc__.splitlines()
        if line.startswith("    ")
        for word in line[:22].replace(",", " ").split()
    ]
    here = {path.stem for path in LIBRARY.iterdir() if path.suffix == ".py"}
    here |= {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert set(listed) == set(rooms.ORDER) == here - {"__init__"}
    assert list(rooms.ORDER) == listed
    for path in FILES:
        mine = room(name_of(path))
        for name in imports(path):
            if name.startswith("course_lib.") and room(name) != mine:
                assert listed.index(room(name)) < listed.index(mine), (path, name)


@pytest.mark.parametrize("top", ["", ".grading", ".grading.engine"])
def test_there_is_no_circle_of_modules_or_rooms(top):
    """Sorting fails on a circle and shows it."""
    above = f"course_lib{top}."
    parts, modules = {}, {}
    for path in FILES:
        name = name_of(path)
        known = {other for other in imports(path) if other in MODULES and other != name}
        modules[name] = known
        if name.startswith(above):
            inner = name.removeprefix(above).split(".")[0]
            others = {k for k in known if k.startswith(above)}
            others = {k.removeprefix(above).split(".")[0] for k in others} - {inner}
            parts.setdefault(inner, set()).update(others)
    for graph in (modules, parts):
        assert list(TopologicalSorter(graph).static_order())


def test_grading_starts_without_torch():
    """What an instructor's process imports; torch would cost seconds and 300 MB."""
    names = sorted(
        name_of(path)
        for path in FILES
        if room(name_of(path)) in {"grading", "commands", "authoring", "results"}
        and not behind_walls(path)
        and path.stem not in {"fork_server", "warm_up", "__main__", "template"}
    )
    assert len(names) > 60
    code = (
        f"import importlib, sys\nfor name in {names}:\n"
        "    importlib.import_module(name)\n"
        "assert 'torch' not in sys.modules, 'torch was imported'"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, cwd=ROOT)


def test_a_listing_is_short_and_a_module_one_idea():
    folders = {path.parent for path in FILES}
    many = {
        str(folder.relative_to(LIBRARY)): len(here)
        for folder in folders
        if len(here := [p for p in folder.glob("*.py") if p.stem != "__init__"])
        > MOST_MODULES
    }
    assert not many
    texts = {str(path): path.read_text(encoding="utf-8") for path in FILES}
    long = {path: text.count("\n") for path, text in texts.items()}
    assert not {path: lines for path, lines in long.items() if lines > MOST_LINES}


def test_every_package_names_what_is_in_it():
    for path in LIBRARY.rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert text, path
        named = {p.stem for p in path.parent.glob("*.py")} - {"__init__", "__main__"}
        named |= {p.parent.name for p in path.parent.glob("*/__init__.py")}
        missing = {name for name in named if name not in text}
        assert not missing, f"{path.relative_to(LIBRARY)} does not name {missing}"
