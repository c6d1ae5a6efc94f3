"""A parallel run: units are right and in order, the book is built once, turns come."""

import ast
import json
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace

import pytest
import scheduling
import turns
from book_once import BookOnce
from places import ROOT


def item(nodeid: str, *fixtures: str) -> SimpleNamespace:
    return SimpleNamespace(nodeid=nodeid, fixturenames=fixtures)


def test_the_tables_name_what_is_there():
    for name in (*scheduling.LONG, *scheduling.BY_PARAMETER):
        assert (ROOT / name).exists(), name


def test_who_needs_the_book_lies_where_the_run_looks():
    for path in ROOT.glob("tests/**/test_*.py"):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(
            isinstance(n, ast.arg) and n.arg == "built_book" for n in ast.walk(tree)
        ):
            assert name.startswith(scheduling.WITH_THE_BOOK), name


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("tests/a/test_b.py::test_c[1]", "tests/a/test_b.py"),
        ("exercises::test_c[03_rnn-0]", "exercises[03_rnn]"),
        ("exercises::test_c[03_rnn-solutions]", "exercises[03_rnn]"),
        ("pages::test_c[book/03_rnn-390]", "pages[book/03_rnn]"),
        ("pages::test_c[search-1280]", "pages[search]"),
        ("pages::test_search", "pages"),
        ("corpus::test_c[01_corpus-2]", "corpus[01_corpus-2]"),
        ("corpus::test_c[<img src=x>]", "corpus"),
    ],
)
def test_a_test_belongs_to_its_file_or_to_its_parameter(nodeid, name):
    files = {
        "exercises": "tests/authoring/test_exercises.py",
        "pages": "tests/browser/test_pages.py",
        "corpus": "tests/grading/test_corpus.py",
    }
    for short, file in files.items():
        nodeid = nodeid.replace(f"{short}::", f"{file}::")
        name = file + name.removeprefix(short) if name.startswith(short) else name
    assert scheduling.unit(nodeid) == name


def test_long_units_go_first_and_those_with_the_book_last():
    corpus, exercises = scheduling.LONG[0], "tests/authoring/test_exercises.py"
    items = [
        item("tests/book/test_x.py::test_a"),
        item("tests/book/test_x.py::test_b", "built_book"),
        item(f"{exercises}::test_a[02_x-0]"),
        item(f"{exercises}::test_a[03_x-0]"),
        item(f"{exercises}::test_b[02_x]"),
        item("tests/cells/test_y.py::test_a"),
        item(f"{corpus}::test_a"),
    ]
    scheduling.put_in_order(items)
    assert [one.nodeid.removeprefix("tests/") for one in items] == [
        "grading/test_corpus.py::test_a",
        "authoring/test_exercises.py::test_a[02_x-0]",
        "authoring/test_exercises.py::test_b[02_x]",
        "authoring/test_exercises.py::test_a[03_x-0]",
        "cells/test_y.py::test_a",
        "book/test_x.py::test_a",
        "book/test_x.py::test_b",
    ]


@pytest.mark.parametrize(("code", "wrong"), [(0, ""), (1, "x.md:1: WARNING: no")])
def test_the_book_is_built_once_per_run_also_if_it_fails(tmp_path, code, wrong):
    built = []

    def build(folder: Path, started) -> CompletedProcess:
        built.append(folder)
        return CompletedProcess([], code, f"reading\n{wrong}\n")

    for run in ("first", "first", "second"):
        assert BookOnce(tmp_path, run, build).complaints() == wrong
    assert built == [tmp_path, tmp_path]
    ahead = BookOnce(tmp_path, "", build)
    ahead.start("third")
    thread = ahead.thread
    ahead.start("third")
    assert ahead.thread is thread
    thread.join()
    assert BookOnce(tmp_path, "third", build).complaints() == wrong
    assert len(built) == 3


def test_a_build_that_was_ended_says_nothing_of_the_book(tmp_path):
    ended = []

    def build(folder: Path, started) -> CompletedProcess:
        started(SimpleNamespace(terminate=lambda: ended.append(folder)))
        book.stop()
        return CompletedProcess([], -15, "")

    book = BookOnce(tmp_path, "first", build)
    book.complaints()
    assert ended == [tmp_path]
    assert not (tmp_path / "_build" / "built-by").exists()
    whole = BookOnce(tmp_path, "first", lambda *_: CompletedProcess([], 0, ""))
    assert whole.complaints() == ""
    note = (tmp_path / "_build" / "built-by").read_text(encoding="utf-8")
    assert json.loads(note)["run"] == "first"


def test_everything_has_its_turn(monkeypatch):
    monkeypatch.setattr(turns, "ALL", False)
    names = [f"mistake_{number}" for number in range(400)]
    shares = [{n for n in names if turns.is_due(n, 4, today)} for today in range(4)]
    assert set().union(*shares) == set(names)
    assert sum(map(len, shares)) == len(names)
    assert all(60 < len(share) < 140 for share in shares)
    functions = [SimpleNamespace(__name__=name) for name in names]
    days = [turns.sample(functions, 5, today) for today in range(9)]
    assert all(len(day) == 5 for day in days)
    assert len({f.__name__ for day in days for f in day}) > 35
    monkeypatch.setattr(turns, "ALL", True)
    assert all(turns.is_due(name, 4) for name in names)
    assert turns.sample(functions, 5) == functions


def test_the_day_is_that_of_the_last_commit():
    assert turns.day() == turns.day.__wrapped__()
    if (ROOT / ".git").exists():
        assert turns.day() > 20000
