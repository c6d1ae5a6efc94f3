"""The table of chapter 13 is whole, and a row of it can be trained again."""

import json

import pytest

from course_lib.experiments.translation.translating import (
    LENGTHS,
    REVERSED,
    Budget,
    measure,
    saved,
)

KINDS = ("one way", "one way, reversed")


def test_the_saved_table_is_whole():
    rows = saved(REVERSED)
    assert [(row.kind, row.seed) for row in rows] == [
        (kind, seed) for kind in KINDS for seed in (1, 2, 3)
    ]
    about = json.loads(REVERSED.read_text(encoding="utf-8"))
    for row in rows:
        assert Budget(**about["budgets"][row.kind]) == Budget(row.updates)
        assert len(row.exact) == len(LENGTHS)
        assert all(0 <= share <= 1 for share in row.exact)
        assert row.alignment is None


def test_a_row_can_be_trained_again():
    """Not bit by bit, since processors round differently."""
    row = saved(REVERSED)[0]
    again = measure(row.kind, row.seed, Budget(row.updates))
    assert again.exact == pytest.approx(row.exact, abs=0.2)
    assert max(again.exact[3:]) < 0.05 < again.exact[1] < again.exact[0]
