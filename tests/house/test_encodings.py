"""Every place that reads or writes text says its encoding: many machines have another.

ruff's PLW1514 finds a place only where it knows the type of what is opened; this test
knows the names, and the programs that are called with text=True.
"""

import ast
from collections.abc import Iterator

import pytest
from places import ROOT

FOLDERS = ("course_lib", "book", "solutions", "tests", "benchmarks")
PROGRAMS = {"run", "Popen", "check_output", "check_call", "call"}
OTHER_OPENS = {"webbrowser", "Image", "os", "tarfile", "zipfile", "archive"}


def silent(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of calls whose encoding would be the machine's."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _is_silent(call):
            yield call.lineno


def _is_silent(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute)
    name = call.func.attr if named else getattr(call.func, "id", "")
    owner = getattr(call.func.value, "id", "") if named else ""
    words = {word.arg: word.value for word in call.keywords}
    if "encoding" in words:
        return False
    if name in ("read_text", "write_text"):
        return len(call.args) < (2 if name == "write_text" else 1)
    if name in PROGRAMS:
        return bool(words.keys() & {"text", "universal_newlines"})
    if name not in ("open", "fdopen", "TextIOWrapper") or owner in OTHER_OPENS:
        return False
    place = 0 if named and owner != "io" else 1
    mode = words.get("mode", call.args[place] if len(call.args) > place else None)
    return "b" not in str(getattr(mode, "value", ""))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_says_its_encoding(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    found = [
        f"{path.relative_to(ROOT)}:{line}: encoding= is missing"
        for path in files
        for line in silent(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "is_silent"),
    [
        *(("p.read_text()", True), ("p.read_text('utf-8')", False)),
        *(("p.write_text(t)", True), ("p.write_text(t, encoding='x')", False)),
        *(("open(p)", True), ("open(p, 'rb')", False), ("p.open('wb')", False)),
        *(("p.open('w')", True), ("os.open(p, 0)", False)),
        *(("subprocess.run(c, text=True)", True), ("subprocess.run(c)", False)),
    ],
)
def test_the_search_sees_what_it_should(source, is_silent):
    assert bool(list(silent(ast.parse(source)))) == is_silent
