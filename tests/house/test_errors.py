"""What a person can mend has one base, and the tree in its docstring is right."""

import ast
import re

import pytest
from places import LIBRARY

from course_lib import checkout, errors
from course_lib.errors import CourseError

BASE = CourseError.__name__
ROW = re.compile(r"^ +[├└]── (\w+) +([\w.]+): ", re.M)


def derived() -> dict[str, str]:
    """Return the classes below `CourseError` by name, and the module of each."""
    found: dict[str, str] = {}
    for path in LIBRARY.rglob("*.py"):
        module = ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            bases = getattr(node, "bases", [])
            if BASE in (getattr(base, "id", None) for base in bases):
                found[node.name] = module
    return found


def test_the_tree_in_the_docstring_is_the_real_one():
    drawn = dict(ROW.findall(errors.__doc__))
    real = derived()
    assert drawn.keys() == real.keys()
    for name, room in drawn.items():
        assert f"{real[name]}.".startswith(f"{room}."), (name, real[name])


def test_what_a_command_raises_for_a_person_is_in_the_tree():
    """Only these are caught by the commands; another class would show a traceback."""
    names = set()
    for path in (LIBRARY / "commands").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                names.add(getattr(node.exc.func, "id", ""))
    assert "UsageError" in names
    assert names <= {*derived(), BASE}


def test_a_folder_without_a_course_is_told_so(tmp_path):
    with pytest.raises(CourseError, match=r"has no sources .*name it with --course"):
        checkout.require(tmp_path, "solutions/[0-9]*.py", "sources")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "01_some.py").touch()
    checkout.require(tmp_path, "solutions/[0-9]*.py", "sources")


def test_the_course_is_around_the_library_or_in_the_current_folder(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkout, "__file__", str(tmp_path / "course" / "lib" / "x.py"))
    assert checkout.course_folder() == tmp_path
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / checkout.CONFIG).touch()
    assert checkout.course_folder() == tmp_path / "course"
