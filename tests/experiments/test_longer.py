"""Many short clauses: drawn from the same grammar, kept apart by the same hash."""

import pytest
import torch

from course_lib.data import phrases
from course_lib.device import make_generator
from course_lib.experiments.translation import longer
from course_lib.experiments.translation.translating import Budget

JOINTS = ("，然后", "，但是", "，所以")


def clauses(source):
    return 1 + sum(source.count(joint) for joint in JOINTS)


@pytest.mark.parametrize("group", longer.GROUPS)
def test_test_groups_have_their_clauses_and_lengths(group):
    number, (low, high) = longer.GROUPS[group]
    pairs = longer.held_out(group, 20)
    assert {clauses(pair.source) for pair in pairs} == {number}
    assert all(low <= len(pair.source) <= high for pair in pairs)
    assert {phrases.split_of(pair.source) for pair in pairs} == {"test"}
    assert pairs == longer.held_out(group, 20)


def test_a_share_of_each_batch_has_three_short_clauses():
    budget = Budget(3, batch=12)
    words = phrases.source_vocabulary()
    for batch in longer.mixed_batches(budget, 1, 0.25):
        sources = ["".join(words.decode(row)) for row in batch.sources]
        assert len(sources) == 12
        assert [clauses(source) for source in sources[-3:]] == [3, 3, 3]
        assert max(clauses(source) for source in sources[:-3]) <= 2
        assert max(map(len, sources)) <= 30
        assert {phrases.split_of(source) for source in sources} == {"train"}


def test_a_trained_translator_passes_as_its_parameters():
    budget = Budget(2, batch=4, hidden_size=8)
    parameters, losses = longer.train("dot", 1, budget, 0.5)
    assert len(losses) == 2
    model = longer.load("dot", parameters, 8)
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(weight, parameters[name])
    found = longer.exact_by_group(model, 2)
    assert found == dict.fromkeys(longer.GROUPS, 0.0)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="positive"):
        longer.draw_compounds(1, make_generator(0), (0, 2))
    with pytest.raises(ValueError, match="split is 'longer'"):
        longer.draw_compounds(1, make_generator(0), (2,), split="longer")
