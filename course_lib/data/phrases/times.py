"""When: the words from which English takes its tense, and an hour if one is named."""

from typing import NamedTuple

from course_lib.data.draws import Draws
from course_lib.data.phrases.calendar import WEEKDAYS, clock
from course_lib.data.phrases.parts import Part, join, part


class Time(NamedTuple):
    """When something happens.

    Attributes:
        tense: "past", "habit", "future" or "now".
        part: the Chinese and the English.
        is_adverb: whether English puts it before the verb ("often"), not at the end.
    """

    tense: str
    part: Part
    is_adverb: bool = False


# the Chinese of a day, its English, and its English where a part of the day follows
_DAYS = {
    "past": (
        ("昨天", "yesterday", "yesterday"),
        ("前天", "the/- day_before_yesterday", ""),
        ("上周", "last/上 week/周", ""),
        ("上个月", "last/上 month/月", ""),
        ("去年", "last/去 year/年", ""),
    ),
    "habit": (
        ("每天", "every/每 day/天", "every"),
        ("每个周末", "every/每 weekend/周末", ""),
        ("每个月", "every/每 month/月", ""),
    ),
    "future": (
        ("明天", "tomorrow", "tomorrow"),
        ("后天", "the/- day_after_tomorrow", ""),
        ("下周", "next/下 week/周", ""),
        ("下个月", "next/下 month/月", ""),
        ("明年", "next/明 year/年", ""),
    ),
}
_WEEK = {"past": ("上", "last"), "habit": ("每", "every"), "future": ("下", "next")}
# part of the day, English, first and last hour
PARTS_OF_DAY = (
    ("早上", "morning", 6, 9),
    ("上午", "morning", 8, 11),
    ("下午", "afternoon", 1, 5),
    ("晚上", "evening", 6, 9),
)


def _days(tense: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return all days of a tense, and those that a part of the day can follow."""
    before, english = _WEEK[tense]
    weekdays = [
        part(before + name + d, f"{english}/{before} {WEEKDAYS[i]}/{name}{d}")
        for i, d in enumerate("一二三四五六日")
        for name in ("周", "星期")
    ]
    plain = [part(source, words) for source, words, _ in _DAYS[tense]]
    stems = [part(source, stem) for source, _, stem in _DAYS[tense] if stem]
    return tuple(plain + weekdays), tuple(stems + stems + weekdays)


DAYS = {tense: _days(tense) for tense in _DAYS}
ADVERBS = tuple(
    Time("habit", part(source, english), True)
    for source, english in (
        ("经常", "often"),
        ("总是", "always"),
        ("有时", "sometimes"),
        ("通常", "usually"),
        ("很少", "rarely"),
    )
)
NOW = Time("now", part("现在", "now"))
AT = Part("", (("at", 0),))


def time(draws: Draws) -> Time:
    """Draw when: a day, perhaps with a part of the day and an hour; an adverb; now."""
    kind = draws.random()
    if kind < 0.12:
        return NOW
    if kind < 0.24:
        return draws.pick(ADVERBS)
    tense = draws.pick(("past", "habit", "future"))
    days, stems = DAYS[tense]
    if draws.chance(0.55):
        return Time(tense, draws.pick(days))
    name, english, low, high = draws.pick(PARTS_OF_DAY)
    day = join([draws.pick(stems), part(name, english)])
    if draws.chance(0.6):
        return Time(tense, day)
    hour = clock(draws.between(low, high), _form(draws))
    return Time(tense, join([day, hour, AT], (2, 1, 0)))


def _form(draws: Draws) -> str:
    if draws.chance(0.3):
        return str(5 * draws.between(1, 11))
    return draws.pick(("0", "0", "半", "一刻"))
