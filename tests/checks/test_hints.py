"""Errors that surprise are explained: signs that are not Python's, files not there."""

import pytest

from course_lib.checks.failure import Failure
from course_lib.grading.notebook.reasons import Ran, parse_error, undefined
from course_lib.results import hints
from course_lib.results.undefined import Undefined, clear, fill, why_not

STEP = "def step(x):\n    return x"


def error(kind: str, text: str, *frames: str) -> dict:
    return {
        **{"output_type": "error", "ename": kind, "evalue": text},
        "traceback": ["-----", *frames],
    }


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (STEP.replace("    ", "\xa0   "), "a no-break space (U+00A0)"),
        (STEP.replace("    ", "\u3000"), "a full-width space (U+3000)"),
        (STEP.replace("return x", "return\u2009x"), "another width (U+2009)"),
        (STEP.replace("return", "return \u200b"), "a zero-width space (U+200B)"),
        (STEP.replace("return", "return \u2066"), "controls the text (U+2066)"),
        ("\ufeff" + STEP, "a byte order mark (U+FEFF), which nobody can see"),
        (STEP.replace("(x)", "（x）"), "fullwidth left parenthesis; Python's is ("),
        (STEP.replace(":", "："), "fullwidth colon; Python's is :"),
        (STEP + "，1", "fullwidth comma; Python's is ,"),
        (STEP + "[“a”]", "left double quotation mark; Python's is \""),
        (STEP + "[‘a’]", "left single quotation mark; Python's is '"),
        (STEP + " − 1", "minus sign; Python's is -"),
        (STEP + " × 2", "multiplication sign; Python's is *"),
        (STEP + "\0", "a null character (U+0000)"),
        (STEP + " € 2", "euro sign and is not Python"),
    ],
)
def test_a_sign_that_is_not_pythons_is_named(source, words):
    made = [error(type(parse_error(source)).__name__, "in other words: null bytes")]
    said = undefined("step", [Ran(source, made, ("step",))])
    assert said.startswith("step is not defined: its cell does not parse. SyntaxError")
    assert words in said


def test_signs_in_texts_and_comments_are_nobodys_mistake():
    source = "print('“a”' # ‘b’ −\n"
    said = undefined("step", [Ran(source, [error("SyntaxError", "")], ("step",))])
    assert "was never closed" in said
    assert "U+" not in said


def test_tabs_and_indentation_have_pythons_message_and_line():
    source = "def step(x):\n    y = x\n\treturn y"
    said = undefined("step", [Ran(source, [error("TabError", "")], ("step",))])
    assert "TabError: inconsistent use of tabs and spaces" in said
    assert "line 3: return y" in said


@pytest.mark.parametrize(
    ("ran", "words"),
    [
        ([], "its cell is empty"),
        (
            [Ran(STEP, None, ("step",))],
            "did not run: the cells before it took",
        ),
        ([Ran("x = 1", [], ("step",))], "its cell ran, but it does not define it"),
        ([Ran("def stp(x): pass", [], ("step",))], "it defines stp"),
        ([Ran("def stеp(x): pass", [], ("step",))], "U+0435, cyrillic small letter ie"),
        ([Ran("%%writefile a.py\n" + STEP, [], ("step",))], "%%writefile at its begin"),
        (
            [Ran("#", [], ("step",)), Ran("from a import step", [error("E", "no a")])],
            "the cell that should define it stopped with E: no a",
        ),
        (
            [Ran("a\nb", [error("E", "x", "Cell In[3], line 2\n b")], ("step",))],
            "stopped with E: x\n  line 2: b",
        ),
        (
            [Ran("a", [error("E", "x", "Cell In[3], line 7\n b")], ("step",))],
            "stopped with E: x\n  line 7",
        ),
    ],
)
def test_the_reason_is_that_of_the_cell(ran, words):
    said = undefined("step", ran)
    assert said.startswith("step is not defined: ")
    assert words in said


def test_under_a_magic_the_line_is_that_of_the_cell():
    source = "%%time\ndef step(x):\n    return (x"
    said = undefined("step", [Ran(source, [error("SyntaxError", "")], ("step",))])
    assert "SyntaxError: '(' was never closed\n  line 3: return (x" in said


def test_empty_lines_before_a_cell_count():
    source = "\n\ndef step(x):\n    return (x"
    said = undefined("step", [Ran(source, [error("SyntaxError", "")], ("step",))])
    assert "line 4: return (x" in said
    ran = Ran("\n\na\nb", [error("E", "x", "Cell In[3], line 2\n b")], ("step",))
    assert "line 4: b" in undefined("step", [ran])


def test_long_texts_are_cut():
    source = "x = (" + "y" * 5000
    said = undefined("step", [Ran(source, [error("SyntaxError", "")], ("step",))])
    assert len(said) < 500
    said = undefined("step", [Ran("x", [error("E", "y" * 5000)], ("step",))])
    assert len(said) < 500


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("NameError", "name 'h_prеv' is not defined", "U+0435"),
        ("NameError", "name 'h_prev' is not defined", ""),
        ("NameError", "name 'α' is not defined", ""),
        ("NameError", "name 'ο_t' is not defined", "greek small letter omicron"),
        ("ModuleNotFoundError", "No module named 'a'", "written by one of its cells"),
        ("FileNotFoundError", "[Errno 2] No such file", "written by one of its cells"),
        ("SystemExit", "", "take them out"),
        ("RuntimeError", "can't start new thread", "limits the number of processes"),
        ("BlockingIOError", "[Errno 11] Resource", "limits the number of processes"),
        ("ValueError", "", ""),
    ],
)
def test_an_error_of_a_call_gets_its_hint(kind, text, words):
    assert words in hints.hint(kind, text)
    assert bool(words) == ("(" in str(Failure(kind, text)))


def test_a_stand_in_raises_what_python_would_and_is_taken_away():
    space = {"there": 1}
    fill(space, {"there": "no", "gone": "gone is not defined: why"})
    assert space["there"] == 1
    assert type(space["gone"]) is Undefined
    assert why_not(space["gone"]) == "gone is not defined: why"
    assert why_not(print) is None
    for use in (lambda: space["gone"](1), lambda: space["gone"].part):
        with pytest.raises(NameError, match=r"^name 'gone' is not defined\n.*why"):
            use()
    clear(space)
    assert space == {"there": 1}
