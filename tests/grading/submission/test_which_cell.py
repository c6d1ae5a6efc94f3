"""Which of a learner's cells is graded as the answer to a task."""

import copy
import time

import pytest
from grading.handing_in import (
    FILE,
    LOOP,
    NAME,
    STEP,
    STUB,
    WHY,
    Graded,
    answered,
    beside,
    code,
    find,
    release,
    text,
)

from course_lib.grading.submission.stubs import binds, essence

STUB_STEP = STUB.format("step")


@pytest.fixture
def grade(tmp_path):
    folder = tmp_path / "learner" / NAME
    folder.mkdir(parents=True)

    def graded(notebook):
        (folder / FILE).write_text(text(notebook), encoding="utf-8")
        return Graded(folder)

    return graded


UNCHANGED = {
    "as it is": STUB_STEP,
    "other blanks": STUB_STEP.replace("    ", "\t").replace("\n", "\r\n") + "\n\n",
    "a comment": "# backup of the task\n" + STUB_STEP + "  # to do",
    "without its text": "def step(x):\n    raise NotImplementedError()",
    "empty": "",
    "blank": " \n\t\n",
    "nothing but a comment": "# def step(x):\n#     return x",
    "nothing but a text": '"""\ndef step(x):\n    return 7\n"""',
    "the task of another": STUB.format("loop"),
}


@pytest.mark.parametrize("label", ["step", "", "step_copy"])
@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("stub", UNCHANGED.values(), ids=UNCHANGED)
def test_a_stub_never_takes_an_answers_place(grade, stub, above, label):
    found = grade(beside(answered(), "step", code(stub, label), before=above))
    assert found.full
    assert found.value("step") == 2
    twice = "The cell step is there 2 times. The one with an answer was graded."
    assert found.said == (twice if label == "step" else "")


@pytest.mark.parametrize("answer", ["step = lambda x: x + 1", "if True:\n    " + STEP])
def test_an_answer_in_another_form_is_one_too(grade, answer):
    answer = answer.replace("\n    return", "\n        return")
    for below in (STUB_STEP, "print(step(1))", "old = step(1)"):
        found = grade(beside(answered(step=answer), "step", code(below, "step")))
        assert found.value("step") == 2
        assert found["step"] == answer


def test_of_two_answers_the_last_is_graded_and_both_run_in_order(grade):
    old = "def step(x):\n    return 7"
    for above in (True, False):
        notebook = beside(answered(), "step", code(old, "step"), before=above)
        found = grade(notebook)
        assert found.value("step") == (2 if above else 7)
        assert old in found.sources
        assert STEP in found.sources
        assert "The last answer was graded; the others ran, too." in found.said


def test_an_answer_disabled_as_text_is_no_answer(grade):
    for kind in ("raw", "markdown"):
        old = code("def step(x):\n    return 7", "step") | {"cell_type": kind}
        found = grade(beside(answered(), "step", old))
        assert found.full
        assert found.value("step") == 2


HALVES = [
    ("def _one():\n    return 1", "def step(x):\n    return x + _one()"),
    ("def step(x):\n    return x + _one()", "def _one():\n    return 1"),
    (STEP, "print(step(3))"),
    ("one = 1", "def step(x):\n    return x + one"),
]


@pytest.mark.parametrize("halves", HALVES)
@pytest.mark.parametrize("labels", [("step", "step"), ("step", ""), ("", "step")])
def test_a_cell_split_in_two_is_graded_whole(grade, halves, labels):
    notebook = release()
    place = notebook["cells"].index(find(notebook, "step"))
    parts = [code(*both) for both in zip(halves, labels, strict=True)]
    notebook["cells"][place : place + 1] = parts
    found = grade(notebook)
    assert found.value("step") == 2
    assert [found.sources.count(half) for half in halves] == [1, 1]


@pytest.mark.parametrize("where", ["setup", "step", "test_step", "why"])
@pytest.mark.parametrize("left", [STUB_STEP, "", "# see below", "print('see below')"])
def test_an_answer_in_a_cell_of_its_own_is_found(grade, where, left):
    notebook = beside(answered(step=left), where, code(STEP))
    found = grade(notebook)
    assert found["step"] == STEP
    assert found.value("step") == 2
    assert found.value("loop") == 3
    assert "The cell step holds no answer. The cell that defines step was" in found.said


def test_an_answer_under_a_condition_in_a_cell_of_its_own_is_found(grade):
    own = "if True:\n    def step(x):\n        return x + 1"
    found = grade(beside(release(), "step", code(own), before=True))
    assert found["step"] == own
    assert found.value("step") == 2


def test_a_cell_that_only_uses_the_name_is_no_answer(grade):
    found = grade(beside(release(), "step", code("print(step(1))\nf = [step]")))
    assert found["step"] == STUB_STEP
    assert found.said == ""


def test_a_cell_of_ones_own_that_defines_it_again_runs_where_it_stands(grade):
    again = code("def step(x):\n    return 7")
    found = grade(beside(answered(), "why", again))
    assert found.full
    assert found.value("step") == 2
    assert found.sources[-1] == again["source"]


@pytest.mark.parametrize("kept", ["step", "loop"])
def test_two_answers_merged_into_one_cell_are_both_graded(grade, kept):
    both = f"{STEP}\n\n\n{LOOP}"
    for left in ("gone", "stub"):
        notebook = release()
        find(notebook, kept)["source"] = both
        if left == "gone":
            (other,) = {"step", "loop"} - {kept}
            notebook["cells"].remove(find(notebook, other))
        found = grade(notebook)
        assert (found.value("step"), found.value("loop")) == (2, 3)
        assert found.sources.count(both) == 1
        assert found["loop"] == "# This is answered in the cell step."


def test_labels_that_were_exchanged_are_set_right(grade):
    found = grade(answered(step=LOOP, loop=STEP))
    assert (found.value("step"), found.value("loop")) == (2, 3)


def test_a_copy_into_a_new_notebook_loses_nothing(grade):
    notebook = beside(answered(), "step", code(STUB_STEP))
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    found = grade(notebook)
    assert (found["step"], found["loop"]) == (STEP, LOOP)
    assert found.value("loop") == 3


def test_a_written_answer_is_not_lost_to_the_task_below_it(grade):
    again = find(release(), "why")
    found = grade(beside(answered(), "why", again))
    assert found["why"] == WHY


def test_a_cell_that_does_not_parse_loses_no_other(grade):
    broken = "def step(x:\n    return x +"
    whole = "def loop(x):\n    return x + 2"
    found = grade(answered(step=broken, loop=whole))
    assert (found["step"], found["loop"], found["why"]) == (broken, whole, WHY)
    assert found.value("loop") == 3
    found = grade(beside(answered(step=broken), "step", code(STUB_STEP, "step")))
    assert found["step"] == broken


@pytest.mark.parametrize("order", [1, -1])
def test_a_task_left_in_the_cell_of_its_answer_does_not_replace_it(grade, order):
    both = "\n\n\n".join([STEP, STUB_STEP][::order])
    found = grade(answered(step=both))
    assert found["step"].strip() == STEP
    assert found.value("step") == 2
    assert "The cell step held an untouched task, too; it was left out." in found.said
    own = code(f"{STUB_STEP}\n\n\ny = 1")
    found = grade(beside(answered(), "step", own))
    assert found.value("loop") == 3
    found = grade(answered(loop=f"{LOOP}\n\n{STUB_STEP}"))
    assert (found.value("step"), found.value("loop")) == (2, 3)


def test_a_helper_above_the_untouched_task_is_no_answer(grade):
    both = f"def _one():\n    return 1\n\n\n{STUB_STEP}"
    found = grade(answered(step=both))
    assert found["step"] == both
    assert found.value("step") == "NotImplementedError"


def test_the_release_stays_the_release(grade):
    found = grade(release())
    assert found.said == ""
    assert found.sources == [cell["source"] for cell in release()["cells"]]


def test_ids_of_cells_that_are_there_twice_are_no_matter(grade):
    notebook = answered()
    for cell in notebook["cells"]:
        cell["id"] = "same"
    assert grade(notebook).full


HOSTILE = [
    *("(" * 20_000, "-" * 20_000, "'''" * 7_000, "x = '" * 4000, "\\\n" * 9_000),
    *("0x" * 9_000, "\0" * 19_000, "f'{" * 6000, "\n" * 19_999, "\r" * 19_999),
    *("é" * 19_999, "1_" * 9_999, "`?$" * 999, "a = " * 4999),
    "\n".join(" " * n + "if x:" for n in range(190)),
]


@pytest.mark.parametrize("source", HOSTILE)
def test_no_source_is_slow_to_compare_or_stops_the_comparison(source):
    start = time.process_time()
    assert isinstance(essence(source), tuple)
    binds(essence(source), {"step"})
    assert time.process_time() - start < 2


def test_a_great_notebook_is_compared_in_bounded_time(grade):
    notebook = answered()
    many = [code(f"x{n} = " + "1 + " * 4000 + "1") for n in range(300)]
    notebook["cells"] += copy.deepcopy(many)
    start = time.process_time()
    assert grade(notebook).full
    assert time.process_time() - start < 10
