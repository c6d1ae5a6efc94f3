"""Files of answers are packed as they are, and refused where one would be lost."""

import pytest
from authoring.test_assignments import GOOD

from course_lib.authoring import banks, build
from course_lib.authoring.rules import AssignmentError
from course_lib.checks import Bank

WRONG = '''"""Wrong answers to `double`."""

import math


def _half(x):
    """Return less."""
    return math.floor(x) / 2


def one_more(x):
    """one too
    many

    Under the name of the task
    it would call itself.
    """
    return double(x) + 1


def halved(x):
    """a half

    Twice is not half.
    """
    return _half(x)
'''
SLIPS = {
    "a task that does not exist": (
        "mistakes/01_twice/duoble.py:1: there is no task 'duoble'; there are double",
        "mistakes/01_twice/duoble.py",
        WRONG,
    ),
    "an accepted answer to no task": (
        "accepted/01_twice/triple.py:1: there is no task 'triple'; there are double",
        "accepted/01_twice/triple.py",
        WRONG,
    ),
    "no docstring": (
        "mistakes/01_twice/double.py:21: mistake 'halved' has no docstring",
        "mistakes/01_twice/double.py",
        WRONG.replace('    """a half\n\n    Twice is not half.\n    """\n', ""),
    ),
    "no hint": (
        "mistakes/01_twice/double.py:21: mistake 'halved' has no hint",
        "mistakes/01_twice/double.py",
        WRONG.replace("a half\n\n    Twice is not half.\n    ", "a half"),
    ),
    "a phrase that is a sentence": (
        "mistakes/01_twice/double.py:21: mistake 'halved' has a full stop",
        "mistakes/01_twice/double.py",
        WRONG.replace("a half", "A half."),
    ),
    "two equal names": (
        "mistakes/01_twice/double.py:21: 'one_more' is the name of line 11 too",
        "mistakes/01_twice/double.py",
        WRONG.replace("halved", "one_more"),
    ),
    "two equal names of accepted answers": (
        "accepted/01_twice/double.py:21: 'one_more' is the name of line 11 too",
        "accepted/01_twice/double.py",
        WRONG.replace("halved", "one_more"),
    ),
    "the name of the task": (
        "mistakes/01_twice/double.py:21: 'double' is a name of the exercise itself",
        "mistakes/01_twice/double.py",
        WRONG.replace("halved", "double"),
    ),
    "an answer to several tasks": (
        "mistakes/01_twice/_shared.py:11: 'one_more' is a helper",
        "mistakes/01_twice/_shared.py",
        WRONG,
    ),
    "quotes that would end the bank": (
        "mistakes/01_twice/double.py:7: a bank must not contain '''",
        "mistakes/01_twice/double.py",
        WRONG.replace('    """Return less."""', "    '''Return less.'''"),
    ),
    "not Python": (
        "mistakes/01_twice/double.py:8: not Python",
        "mistakes/01_twice/double.py",
        WRONG.replace("/ 2", "/"),
    ),
}


@pytest.fixture
def source(tmp_path):
    """The source of an exercise with one task, `double`."""
    path = tmp_path / "solutions" / "01_twice.py"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    return path


def write(source, name, text):
    path = source.parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_file_of_answers_names_file_and_line(source, slip):
    message, name, text = SLIPS[slip]
    write(source, name, text)
    with pytest.raises(AssignmentError) as error:
        build.read_source(source)
    assert str(error.value).startswith(message)


def test_a_docstring_is_the_mark(source):
    write(source, "mistakes/01_twice/double.py", WRONG)
    build.read_source(source)
    bank = Bank("double", *banks.texts_of("01_twice", "double", source.parents[1]))
    assert bank.reference(3) == 6
    marks = [(m.name, m.says, m.hint, m.function(9)) for m in bank.mistakes]
    assert marks == [
        (
            "one_more",
            "one too many",
            "Under the name of the task it would call itself.",
            19,
        ),
        ("halved", "a half", "Twice is not half.", 4.5),
    ]


def test_what_several_tasks_share_comes_before_each(source):
    shared, wrong = WRONG.split("\n\n\ndef one_more")
    write(source, "mistakes/01_twice/_shared.py", shared)
    write(source, "mistakes/01_twice/double.py", f"def one_more{wrong}")
    build.read_source(source)
    bank = Bank("double", *banks.texts_of("01_twice", "double", source.parents[1]))
    assert [mistake.function(9) for mistake in bank.mistakes] == [19, 4.5]


def test_a_task_may_have_no_mistakes(source):
    build.read_source(source)
    bank = Bank("double", *banks.texts_of("01_twice", "double", source.parents[1]))
    assert bank.reference(3) == 6
    assert bank.mistakes == []
    assert banks.first_mistake(bank.wrong, "double") is None


def test_a_mistake_as_an_answer_brings_its_helpers_and_imports():
    answer = banks.first_mistake(WRONG, "double")
    assert "a half" not in answer  # the hint is not for learners
    names = {}
    exec(answer, names)
    assert names["double"](9) == 4.5


def test_a_mistake_whose_helper_calls_the_right_answer_is_passed_over():
    """Under the name of the task it would call itself."""
    circle = WRONG.replace("math.floor(x)", "double(x)")
    assert banks.first_mistake(circle, "double") is None
