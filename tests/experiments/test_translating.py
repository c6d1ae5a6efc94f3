"""The table of translators: whole, as its script says, and made by what stands here."""

import pytest
import torch

from benchmarks.translate import BUDGETS, SEEDS
from course_lib.experiments.translation import translating
from course_lib.experiments.translation.translating import KINDS, LENGTHS, Budget, saved

FEW = Budget(12, batch=16, hidden_size=32)


def test_the_saved_table_is_whole_and_made_with_the_scripts_budgets():
    rows = saved()
    wanted = {(kind, seed) for kind in KINDS for seed in SEEDS}
    assert {(row.kind, row.seed) for row in rows} == wanted
    assert len(rows) == len(wanted)
    for row in rows:
        assert row.updates == BUDGETS[row.kind].updates
        assert len(row.exact) == len(LENGTHS)
        assert all(0 <= share <= 1 for share in row.exact)
        assert (row.alignment is None) == ("score" not in KINDS[row.kind])


@pytest.mark.parametrize("kind", ["none", "bahdanau"])
def test_a_reduced_row_is_trained_again_with_the_same_result(kind):
    (first, before), (again, after) = (
        translating.train(kind, 1, FEW) for _ in range(2)
    )
    assert before.losses == after.losses
    assert before.losses[-1] < before.losses[0]
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert translating.exact_by_length(first, 4) == translating.exact_by_length(
        again, 4
    )


def test_the_step_size_falls_over_the_second_half():
    budget = Budget(100)
    assert [budget.schedule(n) for n in (0, 50, 75, 100)] == [1, 1, 0.5, 0.05]


def test_held_out_phrases_are_distinct_and_the_same_each_time():
    pairs = translating.held_out((1, 5))
    assert len({pair.source for pair in pairs}) == len(pairs) == 100
    assert pairs == translating.held_out((1, 5))


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="there is no kind 'cosine'"):
        translating.make("cosine", 1)
