"""Dates and clock times: the same facts in another order.

Chinese goes from the large to the small: year, month, day, weekday; part of the day,
hour, minute. English puts the weekday first and the year last, the part of the day
last, and "half past" and "a quarter to" before the hour. Weekdays are the true ones.
"""

import datetime
from functools import cache

from course_lib.data.draws import Draws
from course_lib.data.phrases.numbers import DIGITS, SMALL, below_hundred, number
from course_lib.data.phrases.parts import Part, Words, join, listed, part

YEARS = (1900, 2099)
MONTHS = listed(
    "january february march april may june july august september october november "
    "december"
)
WEEKDAYS = listed("monday tuesday wednesday thursday friday saturday sunday")
IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}
COMMA = Part("", ((",", 0),))
PAST = {"半": "half past/-", "一刻": "a/一 quarter/刻 past/-"}
TO = {
    "差一刻": "a/一 quarter/刻 to/差",
    "差五分": "five/五 to/差",
    "差十分": "ten/十 to/差",
}
FORMS = ("0", "0", "整", "半", "半", "一刻", "三刻", *TO)
# name, English, first and last hour
DAYPARTS = (
    ("凌晨", "in/- the/- morning/凌晨", 1, 5),
    ("早上", "in/- the/- morning/早上", 6, 9),
    ("上午", "in/- the/- morning/上午", 8, 11),
    ("下午", "in/- the/- afternoon/下午", 1, 5),
    ("晚上", "in/- the/- evening/晚上", 6, 9),
    ("晚上", "at/- night/晚上", 10, 11),
)


@cache
def year(y: int) -> Part:
    """Return a year from 1900 to 2099: digit by digit in Chinese, by pairs in English.

    1905 is "nineteen oh five", 1900 "nineteen hundred", 2005 "two thousand and five".
    """
    source = "".join(DIGITS[int(d)] for d in str(y)) + "年"
    century, rest = divmod(y, 100)
    if century == 20 and rest < 10:
        words: Words = (("two", 1), ("thousand", 0b1110 if rest == 0 else 0b110))
        words += (("and", 0), (SMALL[rest], 8)) if rest else ()
    elif rest == 0:
        words = ((SMALL[century], 3), ("hundred", 12))
    else:
        first = ((SMALL[19], 3),) if century == 19 else (("twenty", 3),)
        last = (("oh", 4), (SMALL[rest], 8)) if rest < 10 else _pair(rest)
        words = first + last
    return Part(source, words)


def _pair(n: int) -> Words:
    """Return the last two digits of a year, both linked where one word says both."""
    return below_hundred(n, 4, 8) if n % 10 else below_hundred(n, 12, 0)


def ordinal(word: str) -> str:
    """Return the ordinal of a number's last word."""
    return IRREGULAR.get(word, word + "th")


@cache
def month_and_day(month: int, day: int, mark: str = "日") -> Part:
    """Return 五月三日 and "may third"; 日 makes the number an ordinal."""
    counted = number(day)
    *tens, (last, mask) = counted.words
    end = 1 << len(counted.source)
    said = Part(counted.source + mark, (*tens, (ordinal(last), mask | end)))
    name = number(month).source + "月"
    return join([part(name, MONTHS[month - 1]), said])


def weekday(index: int, name: str = "星期") -> Part:
    """Return a weekday; Monday is 0. `name` is 星期 or 周."""
    return part(name + "一二三四五六日"[index], WEEKDAYS[index])


def date(draws: Draws) -> Part:
    """Draw a date of one of five forms, from 五月三日 to 一九九八年五月三日星期日."""
    first = datetime.date(YEARS[0], 1, 1).toordinal()
    last = datetime.date(YEARS[1], 12, 31).toordinal()
    day = datetime.date.fromordinal(draws.between(first, last))
    form = draws.below(5)
    if form == 0:
        month = part(number(day.month).source + "月", MONTHS[day.month - 1])
        return join([year(day.year), month], (1, 0))
    mark, name = draws.pick("日号"), draws.pick(("星期", "周"))
    return dated(day, mark, year_too=form > 2, name=name if form % 2 == 0 else "")


def dated(day: datetime.date, mark: str, year_too: bool, name: str) -> Part:
    """Return a day with its month, and if wanted with its year and its weekday.

    Args:
        day: the day; its weekday is the true one.
        mark: 日 (written) or 号 (spoken).
        year_too: whether the year is said.
        name: 星期 or 周 for the weekday; empty for none.
    """
    parts = [month_and_day(day.month, day.day, mark), COMMA]
    order = [0]
    if year_too:
        parts.insert(0, year(day.year))
        order = [1, 2, 0]
    if name:
        parts.append(weekday(day.weekday(), name))
        order = [len(parts) - 1, 1 + year_too, *order]
    return join(parts, order)


@cache
def clock(hour: int, form: str) -> Part:
    """Return a time of a 12-hour clock without the part of the day.

    Args:
        hour: 1 to 12.
        form: 整 (exactly), 半, 一刻, 三刻; 差一刻, 差五分, 差十分; or the minutes, from
            "0" to "59"; "0" is the full hour.
    """
    said = _hour(hour)
    if form == "0":
        return join([said, Part("点", (("o'clock", 1),))])
    if form == "整":
        sharp = [said, Part("点", (("o'clock", 1),)), part("整", "exactly")]
        return join(sharp, (2, 0, 1))
    if form.startswith("差"):
        to = part(form, TO[form])
        return join([to, said, Part("点", ())])
    if form in PAST:
        return join([said, Part("点", ()), part(form, PAST[form])], (2, 0))
    return join([said, Part("点", ()), _minutes(form)])


def _hour(hour: int) -> Part:
    source, words = number(hour)
    return Part("两" if hour == 2 else source, words)


def _minutes(form: str) -> Part:
    if form == "三刻":
        return part("三刻", "forty_five")
    said = number(int(form))
    if int(form) < 10:
        return join([Part("零", (("oh", 1),)), said, Part("分", ())])
    return Part(said.source + "分", said.words)


def clock_form(draws: Draws) -> str:
    """Draw how the minutes are said; two in five times, plain minutes."""
    return str(draws.between(1, 59)) if draws.chance(0.4) else draws.pick(FORMS)


def time_of_day(draws: Draws) -> Part:
    """Draw a clock time, mostly with the part of the day."""
    name, english, low, high = draws.pick(DAYPARTS)
    hour, form = draws.between(low, high), clock_form(draws)
    if draws.chance(0.2):
        return clock(draws.between(1, 12), form)
    return join([part(name, english), clock(hour, form)], (1, 0))
