"""A slip in an exercise's source stops the build, with file and line."""

import json
import logging

import pytest
from traitlets.log import get_logger

from course_lib.authoring import build
from course_lib.authoring.rules import AssignmentError

GOOD = '''# %% [markdown]
r"""
# Exercise 1 · Twice

2 points.
"""

# %% setup="setup"
from course_lib import checks

# %% [markdown]
r"""
## 1.1 Double (2 points)
"""

# %% solution="double"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% tests="double" points=2
check = checks.Task("double", double, points=2)
### BEGIN HIDDEN TESTS
check.hidden(
    lambda size, draw: (draw(size.batch),),
    checks.load_bank("01_twice", "double"),
)
### END HIDDEN TESTS
check.score()
'''

SLIPS = {
    "a misspelt marker": (
        "### BEGIN HIDDEN TESTS",
        "### BEGIN HIDDEN TEST",
        26,
        "no marker",
    ),
    "a marker without its partner": ("    ### END SOLUTION\n", "", 17, "never closed"),
    "an unknown key": ('tests="double"', 'test="double"', 24, "unknown cell key"),
    "points missing": (" points=2\n", "\n", 24, "if and only if"),
    "points that differ from the heading": (
        "(2 points)",
        "(3 points)",
        24,
        "heading promises 3",
    ),
    "points that do not add up": ("\n2 points.", "\n5 points.", 1, "add up to 2"),
    "points of the check": (
        "double, points=2)",
        "double, points=3)",
        24,
        "checks.Task says 3",
    ),
    "a duplicate name": (
        'setup="setup"',
        'setup="double"',
        17,
        "is the name of line 8",
    ),
    "no hidden region": (
        "### BEGIN HIDDEN TESTS\ncheck",
        "check",
        30,
        "does not match the marker",
    ),
    "no score at the end": (
        "check.score()",
        "check.score",
        24,
        "ends with check.score",
    ),
    "a task without tests": (
        'tests="double" points=2',
        'tests="other" points=2',
        24,
        "come before any solution",
    ),
    "not Python": ("    return 2 * x", "    return 2 *", 21, "not Python"),
    "text before the first cell": (
        "# %% [markdown]\nr",
        "x = 1\n# %% [markdown]\nr",
        1,
        "open",
    ),
}


@pytest.fixture
def course(tmp_path):
    (tmp_path / "solutions").mkdir()
    path = tmp_path / "solutions" / "01_twice.py"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_good_source_builds(course):
    written = build.build(course.parents[1])
    assert [path.name for path in written] == ["01_twice.ipynb"] * 2
    cells = json.loads(written[1].read_text(encoding="utf-8"))["cells"]
    source = "".join("".join(cell["source"]) for cell in cells)
    assert "YOUR CODE HERE" in source
    assert "return 2 * x" not in source
    assert "hidden" not in source


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_names_file_and_line(course, slip):
    old, new, line, message = SLIPS[slip]
    assert GOOD.count(old) >= 1
    course.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AssignmentError, match=message) as error:
        build.read_source(course)
    name, number, _ = str(error.value).split(":", 2)
    assert name == "01_twice.py"
    assert abs(int(number) - line) <= 1, error.value


def test_a_twin_of_a_task_must_not_be_given(course):
    source = GOOD.replace("double", "rnn_step")
    course.write_text(source, encoding="utf-8")
    bank = "".join(cell.source for cell in build.read_source(course).cells)
    assert "('course_lib.cells.rnn_step', 'course_lib.cells.rnn.rnn_step'))" in bank
    gift = "from course_lib import checks\nfrom course_lib.cells.leaky import rnn_step"
    course.write_text(
        source.replace("from course_lib import checks", gift), encoding="utf-8"
    )
    with pytest.raises(AssignmentError, match="which task 'rnn_step' is to write"):
        build.read_source(course)


def test_an_unknown_exercise_is_refused(course):
    with pytest.raises(AssignmentError, match="there are 01_twice"):
        build.build(course.parents[1], ["02_thrice"])


def test_the_release_is_a_function_of_the_source(course):
    texts = [
        [path.read_text(encoding="utf-8") for path in build.build(course.parents[1])]
        for _ in range(2)
    ]
    assert texts[0] == texts[1]


def test_a_build_leaves_the_log_as_it_was(course, caplog):
    caplog.set_level("INFO", logger="traitlets")
    build.build(course.parents[1])
    assert get_logger().level == logging.INFO
    assert not caplog.records  # nbgrader's lines are not the build's


def test_answers_are_never_overwritten(course):
    root = course.parents[1]
    source, release = build.build(root)
    answered = release.read_text(encoding="utf-8").replace(
        "# YOUR CODE HERE", "return x + x"
    )
    release.write_text(answered, encoding="utf-8")
    assert build.build(root) == [source]
    assert release.read_text(encoding="utf-8") == answered
    assert build.build(root, force=True) == [source, release]
    assert "YOUR CODE HERE" in release.read_text(encoding="utf-8")


def test_a_release_that_is_no_notebook_is_left_alone(course):
    root = course.parents[1]
    source, release = build.build(root)
    release.write_text("my notes", encoding="utf-8")
    assert build.build(root) == [source]
    assert release.read_text(encoding="utf-8") == "my notes"
