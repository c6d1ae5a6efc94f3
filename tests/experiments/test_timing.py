"""Timing in turns: who is called when, and what the ratios are."""

import pytest

from course_lib.experiments.timing import ratios, take_turns


def test_sides_take_turns_and_the_warm_up_does_not_count():
    called, now = [], iter(range(1000))
    functions = {"a": lambda: called.append("a"), "b": lambda: called.append("b")}
    seconds = take_turns(functions, 3, clock=lambda: next(now))
    assert "".join(called) == "ab" * 5
    assert seconds == {"a": [1, 1, 1], "b": [1, 1, 1]}


def test_ratios_are_taken_within_a_round():
    # the second round was ten times slower for all: no ratio moves
    found = ratios({"ours": [2.0, 20.0, 2.0], "theirs": [4.0, 40.0, 4.0]}, "theirs")
    assert found == {"ours": [0.5] * 3, "theirs": [1.0] * 3}


def test_quartiles_frame_the_median():
    low, middle, high = ratios({"a": [1, 2, 3, 4, 9], "b": [1] * 5}, "b")["a"]
    assert low < middle == 3 < high


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="rounds is 1, expected at least 2"):
        take_turns({}, 1)
    with pytest.raises(ValueError, match="there is no side 'c'"):
        ratios({"a": [1.0, 1.0]}, "c")
