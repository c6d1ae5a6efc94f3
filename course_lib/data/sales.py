"""Daily sales made by rule: each part of a day's number is known, and they add up.

The promotion is announced on one day and acts some days later. So its cue and its
effect lie apart, and a model that sees the last few days only cannot know of it.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

BASE, GROWTH = 100.0, 0.08  # units a day; units more every day
WEEK = (-12.0, -9.0, -4.0, 0.0, 8.0, 22.0, -5.0)  # Monday to Sunday; sums to 0
EVE, CLOSED = 30.0, -60.0  # the day before a holiday, and the holiday
PROMOTION, PROMOTION_DAYS = 45.0, 10  # its height, and how long it acts


class Sales(NamedTuple):
    """A series and the truth about it: `sold` is the sum of the five parts.

    All fields have shape (days,); the cues are bool, the others float32 in units.
    """

    sold: Tensor
    trend: Tensor
    week: Tensor
    holidays: Tensor
    promotion: Tensor
    noise: Tensor
    is_holiday: Tensor
    is_announced: Tensor


def daily_sales(
    days: int,
    generator: torch.Generator,
    delay: int = 14,
    noise: float = 4.0,
    holidays: int | None = None,
) -> Sales:
    """Draw a series of daily sales with one promotion; the first day is a Monday.

    Args:
        days: length of the series; room for the promotion is needed.
        generator: draws the holidays, the day of the announcement and the noise.
        delay: days from the announcement to the first day on which it acts.
        noise: standard deviation of the noise, in units.
        holidays: how many; one in 30 days if not given.

    Returns:
        `Sales`. The parts are independent: where effects meet, they add up.

    Raises:
        ValueError: the series is too short for the promotion, or a number is negative.
    """
    last_start = days - delay - PROMOTION_DAYS
    holidays = days // 30 if holidays is None else holidays
    if delay < 0 or noise < 0 or not 0 <= holidays < days:
        raise ValueError(
            f"delay={delay}, noise={noise}, holidays={holidays}: expected none to be "
            f"negative, and fewer holidays than the {days} days."
        )
    if last_start < 0:
        raise ValueError(
            f"days is {days}, expected at least {days - last_start}: the promotion "
            f"acts {delay} days after its announcement, for {PROMOTION_DAYS} days."
        )
    day = torch.arange(days)
    is_holiday = torch.zeros(days, dtype=torch.bool)
    # never the first day, so that each holiday has its eve
    is_holiday[1 + torch.randperm(days - 1, generator=generator)[:holidays]] = True
    announced = int(torch.randint(last_start + 1, (), generator=generator))
    parts = {
        "trend": BASE + GROWTH * day,
        "week": torch.tensor(WEEK)[day % 7],
        "holidays": CLOSED * is_holiday + EVE * is_holiday.roll(-1),
        "promotion": _bump(day - announced - delay),
        "noise": noise * torch.randn(days, generator=generator),
    }
    sold = torch.stack(list(parts.values())).sum(dim=0)
    return Sales(sold, **parts, is_holiday=is_holiday, is_announced=day == announced)


def _bump(since: Tensor) -> Tensor:
    """Rise and fall over `PROMOTION_DAYS` days from day 0, like half a sine wave."""
    height = torch.sin(math.pi * (since + 0.5) / PROMOTION_DAYS)
    acting = (since >= 0) & (since < PROMOTION_DAYS)
    return torch.where(acting, PROMOTION * height, 0.0)
