"""What chapter 14 measures: counts by hand, sums, and a row trained again."""

from statistics import mean

import pytest
import torch

from benchmarks import decode
from course_lib.data import phrases
from course_lib.device import make_generator
from course_lib.experiments.translation import exposure, free_running, searching
from course_lib.experiments.translation.exposure import first_mistake, held_out
from course_lib.experiments.translation.free_running import (
    FORCED,
    GENTLE,
    SCHEDULES,
    SETTINGS,
    Ran,
    saved,
    truth_prob,
)
from course_lib.experiments.translation.translating import Budget
from course_lib.plots import decoding as plots

FEW = Budget(25, hidden_size=32)


@pytest.fixture(scope="module")
def hasty():
    """A translator that has hardly been trained."""
    return free_running.train("plain", FORCED, 1, FEW)[0]


def test_the_first_mistake_is_the_first_place_that_is_wrong():
    assert first_mistake([5, 6, 2], [5, 6, 2]) == 3
    assert first_mistake([5, 7, 2], [5, 6, 2]) == 1
    assert first_mistake([5, 6], [5, 6, 2]) == 2
    assert first_mistake([5, 6, 2, 9], [5, 6, 2]) == 3


def test_exposure_is_counted_as_it_is_defined(monkeypatch):
    right = [[5, 6, 7, 8, 2], [5, 2], [9, 8, 7, 2]]
    said = [[5, 9, 6, 7, 8, 2], [5, 2], [9, 2]]
    forced = [[5, 9, 7, 7, 2], [5, 2], [9, 6, 7, 2]]
    found = (said, forced, right)
    monkeypatch.setattr(exposure, "said_and_forced", lambda *_: found)
    exposed = exposure.rates(None, ())
    assert exposed["wrong"] == pytest.approx(2 / 3)
    # places with a right beginning: 2 + 2 + 2, two of them wrong
    assert exposed["before"] == pytest.approx(2 / 6)
    # after it: 7 8 2 and 7 2; said are 6 7 8 and nothing
    assert exposed["free"] == pytest.approx(5 / 5)
    assert exposed["forced"] == pytest.approx(1 / 5)
    # 6 7 8 2 is one edit from 7 8 2; nothing is two from 7 2
    assert exposed["edits"] == pytest.approx(3 / 5)
    free, led = exposure.around_the_mistake(None, (), reach=2)
    assert free == [1, 1, 1]
    assert led == [1, 0, pytest.approx(1 / 2)]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_begin_with_the_truth_and_end_alike(schedule):
    assert truth_prob(schedule, 0, 500) > 0.98
    assert truth_prob(schedule, 500, 500) == pytest.approx(0.2, abs=0.035)


def test_a_gentle_line_reads_mostly_the_truth():
    assert truth_prob(GENTLE, 500, 500) == 0.75
    assert truth_prob(FORCED, 500, 500) == 1.0


def test_noise_replaces_a_tenth_of_the_words_and_few_phrases_come_again():
    plain, noise, _, few = (
        list(free_running.batches(one, Budget(20), 3)) for one in SETTINGS.values()
    )
    usual = {tuple(row): pair for row, pair in _first_drawn(64)}
    # the first batch is drawn before any word is replaced
    rows = noise[0].sources.tolist()
    right = phrases.make_batch([usual[tuple(i for i in row if i)] for row in rows])
    words = right.targets > 3
    wrong = (noise[0].targets != right.targets)[words].double().mean().item()
    assert 0.05 < wrong < 0.16
    assert torch.equal(noise[0].targets[~words], right.targets[~words])
    assert torch.equal(plain[0].targets, right.targets)
    distinct = [len({tuple(row) for one in kept for row in _sources(one)})
                for kept in (plain, few)]  # fmt: skip
    # 1280 draws: of 2000 phrases about half are met, short ones come again anyway
    assert distinct[1] < distinct[0] - 100


def _first_drawn(count):
    """Return the first pairs of seed 3, with the ids of their characters."""
    generator = make_generator(30_003)
    pairs = phrases.draw_pairs(count, generator, lengths=free_running.LENGTHS)
    characters = phrases.source_vocabulary()
    return [(characters.encode(pair.source), pair) for pair in pairs]


def _sources(batch):
    return [[i for i in row if i] for row in batch.sources.tolist()]


def test_scores_of_right_translations_are_what_a_search_would_sum(hasty):
    held = held_out(12)
    found = searching.found_by(hasty, held, 1, 0.0)
    words = phrases.target_vocabulary()
    said = [[words.decode(one.symbols)] for one in found]
    sums = searching.log_probs(hasty, held, said)
    for one, (total,) in zip(found, sums, strict=True):
        if one.finished:
            assert total == pytest.approx(one.log_prob, abs=1e-3)
    assert [one for (one,) in said] == exposure.outputs(hasty, held)


def test_every_output_is_right_or_an_error_of_one_kind(hasty):
    rows = searching.search(hasty, "freedom", 1, 0.3, (1, 3), (0.0, 1.0), 15)
    assert [(row.beam, row.power) for row in rows] == [
        (1, 0.0), (1, 1.0), (3, 0.0), (3, 1.0)
    ]  # fmt: skip
    for row in rows:
        total = row.right + row.search_errors + row.model_errors
        assert total == pytest.approx(1, abs=1e-3)
    assert rows[0].above == rows[0].below == 0


def test_the_saved_tables_are_whole():
    trained, searched = saved()
    wanted = {(*row, seed) for row in decode.ROWS for seed in decode.SEEDS}
    assert {tuple(row[:3]) for row in trained} == wanted
    assert len(searched) == len(SETTINGS) * len(decode.SEEDS) * 8
    for row in searched:
        total = row.right + row.search_errors + row.model_errors
        assert total == pytest.approx(1, abs=1e-3)
    # greedy decoding in the one table is greedy decoding in the other
    for row in searched:
        if (row.beam, row.power) == (1, 0.0):
            (ran,) = (
                one
                for one in trained
                if (one.setting, one.schedule, one.seed)
                == (row.setting, FORCED, row.seed)
            )
            assert row.right == pytest.approx(ran.right, abs=0.06)


def test_a_row_of_the_table_can_be_had():
    """Trained again, on fewer test phrases: within what rounding and chance allow."""
    row = next(one for one in saved()[0] if one[:3] == ("few phrases", FORCED, 2))
    again = free_running.run("few phrases", FORCED, 2, count=200)
    assert isinstance(again, Ran)
    assert again.right == pytest.approx(row.right, abs=0.06)
    for name in ("before", "free", "forced"):
        assert again.exposure[name] == pytest.approx(row.exposure[name], abs=0.1)


def test_scheduled_training_goes_the_same_way_every_time():
    losses = [free_running.train("plain", "linear", 4, Budget(3))[0] for _ in range(2)]
    for a, b in zip(*(model.parameters() for model in losses), strict=True):
        assert torch.equal(a, b)


def test_the_plots_show_the_tables():
    trained, searched = saved()
    plain = [row for row in trained if row.setting == "plain"]
    figure = plots.trained(plain, [FORCED, "linear"])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        FORCED,
        "linear",
    ]
    rows = [row for row in searched if row.setting == "plain"]
    left, right = plots.searched(rows).axes
    widest = [row.length for row in rows if (row.beam, row.power) == (8, 0.0)]
    assert left.lines[0].get_ydata()[-1] == pytest.approx(mean(widest))
    assert len(right.lines) == 2
    figure = plots.after_mistake({"one": ([1, 0.5], [1, 0.2])})
    assert list(figure.axes[0].lines[1].get_ydata()) == [1, 0.2]
