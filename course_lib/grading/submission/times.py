"""Read the time that a text means, in one way or not at all.

Programs, systems and people write times in many forms. What allows two readings
(11/12/2026, a zone called CST, no year) is refused, and so is a day without a time.
"""

import itertools
import re
import unicodedata
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from dateutil import parser

from course_lib.grading.submission.regular import shown

MAX_CHARACTERS = 100
YEARS = range(2000, 2100)  # of other years no learner handed in

CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?![\d:])"
    r"(?: ?([AaPp])\.?[Mm]\.?(?![A-Za-z]))?"
)
YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})[-/.]?(?: [A-Za-z]{3,9})?")
COMPACT = re.compile(
    r"(\d{4})(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(?:(\d\d)(?:[.,]\d+)?)?(?!\d)"
)
EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(\.\d+)?")
# in China, Japan and Korea the year comes first, whatever stands between
WEEKDAY = re.compile(
    r"(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]|\(?[月火水木金土日월화수목금토일](?:曜日|요일)\)?"
    r"|\([月火水木金土日월화수목금토일一二三四五六]\)"
)
EAST_ASIAN = (
    (re.compile(r"\s*[年년]\s*|\s*[月월]\s*"), "-"),
    (re.compile(r"\s*[日号號일]\s*"), " "),
    (re.compile(r"\s*[时時点點시]\s*|(?<=\d)\s*[分분]\s*(?=\d)"), ":"),
    (re.compile(r"\s*[分秒분초]\s*"), " "),
)
HALF_OF_DAY = re.compile(r"(上午|午前|오전)|(下午|午後|오후)")
INFO = parser.parserinfo()
OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])(\d{1,2})(?::?(\d{2}))?")
NAMED = re.compile(
    r"^((?:UTC|GMT|Z)(?: ?[+-][\d:]+)?|[+-][\d:]+) ?[(\[][^()\[\]]*[)\]]$"
)
PLACE = re.compile(r"[A-Za-z_]{2,20}(?:/[A-Za-z_+-]{2,30}){1,2}")
# an abbreviation that means one zone, and a place that has it for part of a year
ABBREVIATIONS = {
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST"), "Europe/Paris"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
    **{"JST": "Asia/Tokyo", "KST": "Asia/Seoul"},
}


class NoTime(ValueError):
    """Why a text is no time."""


def parse_time(text: str) -> tuple[datetime, bool]:
    """Return the time that a text means, and whether nothing was assumed.

    Returns:
        the time in UTC, without a zone; False if a zone was missing from a text in a
        form that people write and that hardly ever means UTC.

    Raises:
        NoTime: it means none, or it may mean several; the message says why.
    """
    text = _plain(text)
    if not text:
        raise NoTime("is empty")
    if (found := EPOCH.fullmatch(text)) and (time := _epoch(found)):
        return time, True
    if found := COMPACT.match(text):
        year, month, day, hour, minute, second = found.groups()
        seconds = f"{hour}:{minute}:{second or '00'}"
        text = f"{year}-{month}-{day} {seconds}{text[found.end() :]}"
    in_words = HALF_OF_DAY.search(text) or re.search(r"\d ?[年년]", text)
    text, half = _without_half(_year_first(text))
    text = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    clock = CLOCK.search(text)
    if not clock:
        raise NoTime("names no time of day")
    day, zone = _day_and_zone(text[: clock.start()], text[clock.end() :])
    offset = _clock(clock, half)
    date, plain = _date(day)
    if date.year not in YEARS:
        raise NoTime(f"names the year {date.year}")
    local = in_words or clock[5] or not plain
    return _in_utc(date + offset, zone), bool(zone) or not local


def _plain(text: str) -> str:
    """Return a text of one line in plain digits, signs and spaces."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-")
    kept = (c for c in text if unicodedata.category(c) != "Cf" and c != "\0")
    lines = [line for line in "".join(kept).splitlines() if line.strip()]
    if len(lines) > 1:
        raise NoTime("has several lines")
    line = re.sub(r"\s+", " ", "".join(lines)).strip(" \"'")
    if len(line) > MAX_CHARACTERS:
        raise NoTime(f"has more than {MAX_CHARACTERS} characters")
    return line


def _epoch(found: re.Match[str]) -> datetime | None:
    """Return the time of seconds, or of thousandths and so on, since 1970."""
    digits = found[1]
    places = max(0, (len(digits) - 9) // 3) * 3
    time = datetime(1970, 1, 1) + timedelta(seconds=float(found[0]) / 10**places)
    return time if time.year in YEARS else None


def _year_first(text: str) -> str:
    """Return a text with signs in the place of East Asian words for day and hour."""
    text = WEEKDAY.sub(" ", text)
    if re.search(r"\d ?[年년]", text):
        for pattern, sign in EAST_ASIAN:
            text = pattern.sub(sign, text)
    return re.sub(r"\s+", " ", text).strip(" ")


def _without_half(text: str) -> tuple[str, str]:
    found = HALF_OF_DAY.search(text)
    if not found:
        return text, ""
    text = f"{text[: found.start()]} {text[found.end() :]}"
    return re.sub(r"\s+", " ", text), "a" if found[1] else "p"


def _clock(found: re.Match[str], half: str) -> timedelta:
    hour, minute, second = (int(found[i] or 0) for i in (1, 2, 3))
    half = half or (found[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise NoTime(f"names an hour that is none: {shown(found[0])}")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:  # 60: a leap second
        raise NoTime(f"names a time of day that is none: {shown(found[0])}")
    micro = int((found[4] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _day_and_zone(before: str, after: str) -> tuple[str, str]:
    """Return the words for the day and for the zone around a time of day."""
    before, after = before.strip(" ,"), after.strip(" ,")
    # what browsers and Java add to an offset: (CET), [Europe/Paris]
    after = NAMED.sub(r"\1", after)
    if not after:
        return before, ""
    first, _, rest = after.partition(" ")
    if re.fullmatch(r"\d{4}", rest or first):  # Fri Nov 20 23:59:00 CET 2026
        return f"{before} {rest or first}", first if rest else ""
    if not before:  # 23:59 20.11.2026
        return after, ""
    return before, after


def _date(text: str) -> tuple[datetime, bool]:
    """Return midnight of a day, and whether it stands there as in ISO 8601."""
    text = text.strip(" ,")
    if not text:
        raise NoTime("names no day")
    unread = NoTime(f"({shown(text)[:40]}) names no day that can be read")
    if not all(map(_is_of_date, re.findall(r"[^\W\d_]+", text))):
        raise unread  # dateutil passes over words that it takes for a zone
    try:
        if found := YEAR_FIRST.fullmatch(text):
            year, month, number = (int(found[i]) for i in (1, 3, 4))
            return datetime(year, month, number), found[2] == "-"
        ways = itertools.product((False, True), (False, True))
        # two defaults: a part that the text leaves out differs
        days: set[datetime] = {
            parser.parse(text, dayfirst=d, yearfirst=y, default=default)
            for d, y in ways
            for default in (datetime(2001, 1, 1), datetime(2004, 2, 2))
        }
    except Exception:  # dateutil's raise more than they say
        raise unread from None
    if len(days) > 1:
        raise NoTime(f"({shown(text)[:40]}) may name several days")
    (day,) = days
    if day.tzinfo or (day.hour, day.minute, day.second) != (0, 0, 0):
        raise unread
    return day, False


def _is_of_date(word: str) -> bool:
    """Whether a word is the name of a month or a weekday, or says nothing."""
    known = INFO.month(word), INFO.weekday(word)
    return known != (None, None) or word.lower() in ("at", "on", "of", "the", "th")


def _in_utc(time: datetime, zone: str) -> datetime:
    """Return a time in UTC, given the local time and the words for its zone."""
    if not zone or zone.upper() in ("Z", "UTC", "GMT", "UCT"):
        return time
    unknown = NoTime(f"names a time zone that is not known: {shown(zone)[:30]}")
    own: tzinfo
    if found := OFFSET.fullmatch(zone):
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        if minutes > 14 * 60 or int(found[3] or 0) > 59:
            raise unknown
        own = timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
        readings = {time.replace(tzinfo=own).astimezone(UTC)}
    else:
        place = ABBREVIATIONS.get(zone, zone)
        if not PLACE.fullmatch(place):
            raise unknown
        try:
            own = zoneinfo.ZoneInfo(place)
        except (KeyError, ValueError, OSError):
            raise unknown from None
        # the hour that a clock shows twice, or leaves out, has two readings
        both = [time.replace(tzinfo=own, fold=fold) for fold in (0, 1)]
        if zone in ABBREVIATIONS:
            both = [one for one in both if one.tzname() == zone]
        readings = {one.astimezone(UTC) for one in both}
    if len(readings) != 1:
        raise NoTime(f"names an hour that {shown(zone)[:30]} does not have once")
    return readings.pop().replace(tzinfo=None)
