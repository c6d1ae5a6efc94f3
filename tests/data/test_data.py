"""Generated data: the parts add up, the truth is true, the seed decides."""

import pytest
import torch

from course_lib.data import sales
from course_lib.data.sales import daily_sales
from course_lib.data.symbols import echo
from course_lib.device import make_generator


def draw(seed=0, days=365, **options):
    return daily_sales(days, make_generator(seed), **options)


def test_the_parts_add_up_to_the_series():
    s = draw()
    parts = s.trend + s.week + s.holidays + s.promotion + s.noise
    torch.testing.assert_close(s.sold, parts, rtol=0, atol=1e-4)
    assert {field.shape for field in s} == {(365,)}
    assert {field.dtype for field in s[:6]} == {torch.float32}
    assert {field.dtype for field in s[6:]} == {torch.bool}


def test_the_seed_decides_and_nothing_else_does():
    torch.manual_seed(1)
    first = draw(seed=3)
    state = torch.get_rng_state()
    second = draw(seed=3)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert torch.equal(torch.get_rng_state(), state), "the global state was touched"
    assert not torch.equal(draw(seed=4).sold, first.sold)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("delay", [0, 3, 14])
def test_the_promotion_acts_exactly_delay_days_after_its_announcement(seed, delay):
    s = draw(seed, days=60, delay=delay)
    assert s.is_announced.sum() == 1
    announced = int(s.is_announced.nonzero())
    acting = s.promotion.nonzero().flatten().tolist()
    first = announced + delay
    assert acting == list(range(first, first + sales.PROMOTION_DAYS))
    assert 0.98 * sales.PROMOTION < s.promotion.max() <= sales.PROMOTION


def test_the_announcement_can_fall_on_every_day_that_leaves_room():
    shortest = 5 + sales.PROMOTION_DAYS
    found = {
        int(draw(seed, days=shortest + 2, delay=5).is_announced.nonzero())
        for seed in range(60)
    }
    assert found == {0, 1, 2}


def test_the_week_repeats_and_does_not_move_the_level():
    week = draw().week
    assert torch.equal(week[7:], week[:-7])
    assert week[:7].sum().abs() < 1e-5
    assert int(week[:7].argmax()) == 5, "most is sold on Saturday"


@pytest.mark.parametrize("seed", range(10))
def test_each_holiday_has_its_eve(seed):
    s = draw(seed)
    assert s.is_holiday.sum() == 365 // 30
    assert not s.is_holiday[0]
    eve = s.is_holiday.roll(-1)
    assert torch.equal(s.holidays != 0, s.is_holiday | eve)
    both = s.is_holiday & eve
    assert (s.holidays[s.is_holiday & ~both] == sales.CLOSED).all()
    assert (s.holidays[eve & ~both] == sales.EVE).all()
    assert (s.holidays[both] == sales.CLOSED + sales.EVE).all()


def test_the_trend_is_a_line_and_the_noise_has_its_size():
    s = draw(days=4000, noise=4.0)
    torch.testing.assert_close(
        s.trend.diff(), torch.full((3999,), sales.GROWTH), rtol=0, atol=1e-3
    )
    assert abs(s.noise.std() - 4.0) < 0.2
    assert abs(s.noise.mean()) < 0.3
    assert not draw(noise=0.0).noise.any()


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_sold_less_than_nothing(seed):
    assert (draw(seed).sold > 0).all()


def test_a_series_without_room_says_how_long_it_must_be():
    with pytest.raises(ValueError, match="days is 23, expected at least 24"):
        draw(days=23, delay=14)
    assert draw(days=24, delay=14).is_announced[0]


@pytest.mark.parametrize(
    "options", [{"delay": -1}, {"noise": -0.1}, {"holidays": -1}, {"holidays": 60}]
)
def test_impossible_numbers_are_refused(options):
    with pytest.raises(ValueError, match="expected none to be negative"):
        draw(days=60, **options)


def test_echo_asks_for_the_symbol_of_lag_steps_before():
    inputs, targets = echo(5, 9, 3, 4, make_generator(0))
    assert torch.equal(targets[:, 3:], inputs[:, :6])
    assert not targets[:, :3].any()
    assert int(inputs.min()) == 1
    assert int(inputs.max()) == 4
    same, _ = echo(5, 9, 3, 4, make_generator(0))
    assert torch.equal(same, inputs)
    with pytest.raises(ValueError, match="expected 0 <= lag < time=9"):
        echo(5, 9, 9, 4, make_generator(0))
