"""What the interpreter leaves out to be quick changes no output."""

import sys
import types
from typing import NamedTuple

import pytest
from IPython.core.displayhook import DisplayHook

from course_lib.grading.engine.interpreter import Interpreter, new_interpreter
from course_lib.grading.rpc import values


@pytest.fixture(scope="module")
def shell():
    yield new_interpreter()
    Interpreter.clear_instance()


CELLS = [
    "1",
    "1;",
    "1 ;  # a comment",
    "1;\n\n# a comment; with a semicolon\n   # another",
    "1  # not; quiet",
    "'a;b'",
    "'''\n# ;\n'''",
    "(1,\n# ;\n2)",
    "x = 1; x",
    "x = 1\nx;",
    "'''a\n;'''",
    "(1,\n2);\n",
]


@pytest.mark.parametrize("source", CELLS)
def test_a_semicolon_at_the_end_silences_a_cell(shell, source):
    quiet = DisplayHook.semicolon_at_end_of_expression(source)
    assert bool(shell.run(source)) is not quiet


def test_a_cell_may_await(shell):
    outputs = shell.run("import asyncio\nawait asyncio.sleep(0, 7)")
    assert outputs[0]["data"]["text/plain"] == "7"
    outputs = shell.run("async def seven():\n    return 7\nawait seven()")
    assert outputs[0]["data"]["text/plain"] == "7"


def test_named_tuples_of_modules_that_come_later_are_known(shell, monkeypatch):
    class Later(NamedTuple):
        one: int

    import course_lib.cells  # noqa: F401

    kinds = values.known_kinds(shell)
    assert ("Later", ("one",)) not in kinds()
    assert ("RNNParams", ("W_xh", "W_hh", "b_h")) in kinds()
    module = types.ModuleType("course_lib.later")
    module.Later = Later
    monkeypatch.setitem(sys.modules, "course_lib.later", module)
    assert kinds()["Later", ("one",)] is Later
    shell.run("from typing import NamedTuple\nclass Own(NamedTuple):\n    two: int")
    assert ("Own", ("two",)) in kinds()
