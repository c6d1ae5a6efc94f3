"""Phrases as language: numbers, dates and times read back, and the grammar checked.

The readers here share nothing with the generator: they go from text to meaning, in each
language by itself, and both must arrive at the same.
"""

import calendar as almanac
import datetime
import re

import pytest

from course_lib.data.draws import Draws
from course_lib.data.phrases import KINDS, draw_pairs, draw_phrases
from course_lib.data.phrases.calendar import clock, dated, time_of_day, year
from course_lib.data.phrases.lexicon import NOUNS, SYNONYMS, VERBS
from course_lib.data.phrases.numbers import count, number
from course_lib.data.phrases.parts import positions
from course_lib.device import make_generator

UNITS = {"十": 10, "百": 100, "千": 1000}
TO_NINETEEN = """zero one two three four five six seven eight nine ten eleven twelve
    thirteen fourteen fifteen sixteen seventeen eighteen nineteen"""
BY_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
VALUES = {
    "oh": 0,
    **{word: value for value, word in enumerate(TO_NINETEEN.split())},
    **{word: 10 * value for value, word in enumerate(BY_TEN.split(), 2)},
}


def read_chinese(text: str) -> int:
    """Read a number by adding up digits times places."""
    total, digit = 0, None
    for character in text:
        if character in UNITS:
            total += (1 if digit is None else digit) * UNITS[character]
            digit = None
        else:
            digit = 2 if character == "两" else "零一二三四五六七八九".index(character)
    return total + (digit or 0)


def read_english(words: list[str]) -> int:
    """Read a number by multiplying what was said so far at hundred and thousand."""
    total = current = 0
    for word in words:
        if word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = 1000 * current, 0
        elif word != "and":
            current += VALUES[word]
    return total + current


def words_of(part) -> list[str]:
    return [word for word, _ in part.words]


def said_by(part) -> list[tuple[str, str]]:
    return [
        (word, "".join(part.source[i] for i in positions(mask)))
        for word, mask in part.words
    ]


# --- numbers ---------------------------------------------------------------------


def test_every_number_is_right_in_both_languages():
    for n in range(10_000):
        assert read_chinese(number(n).source) == n
        assert read_english(words_of(number(n))) == n


def test_every_number_follows_the_rules_of_zero():
    for n in range(1, 10_000):
        source = number(n).source
        assert "零零" not in source
        assert source[-1] != "零"
        digits = str(n)
        # one 零 for each inner run of zeros that a digit follows
        assert source.count("零") == len(re.findall(r"(?<=[1-9])0+(?=[1-9])", digits))
    for n, source in {
        0: "零",
        2: "二",
        10: "十",
        12: "十二",
        20: "二十",
        22: "二十二",
        105: "一百零五",
        110: "一百一十",
        118: "一百一十八",
        200: "二百",
        1005: "一千零五",
        1050: "一千零五十",
        1500: "一千五百",
        2002: "两千零二",
        2222: "两千二百二十二",
        9999: "九千九百九十九",
    }.items():
        assert number(n).source == source


def test_every_number_word_is_linked_to_what_it_says():
    for n in range(10_000):
        linked = []
        for word, characters in said_by(number(n)):
            linked += characters
            if word in ("hundred", "thousand"):
                assert characters == {"hundred": "百", "thousand": "千"}[word]
            elif word == "and":
                assert characters in ("", "零")
            else:
                assert read_chinese(characters) == VALUES[word]
        assert sorted(linked) == sorted(number(n).source), "each character once"


def test_numbers_in_words():
    assert " ".join(words_of(number(3405))) == ("three thousand four hundred and five")
    assert words_of(number(15)) == ["fifteen"]
    assert words_of(number(90)) == ["ninety"]
    assert count(2, "本").source == "两本"
    assert count(22, "本").source == "二十二本"


@pytest.mark.parametrize("n", [-1, 10_000])
def test_numbers_out_of_range_are_refused(n):
    with pytest.raises(ValueError, match="expected 0 to 9999"):
        number(n)


# --- dates -----------------------------------------------------------------------

_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth
    eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth
    nineteenth"""
ORDINALS = _ORDINALS.split()
DATE = re.compile(
    r"(?:(?P<year>[零一二三四五六七八九]{4})年)?(?P<month>[一二三四五六七八九十]+)月"
    r"(?:(?P<day>[一二三四五六七八九十]+)[日号])?(?:(?:星期|周)(?P<weekday>[一二三四五六日]))?"
)


def chinese_date(source: str) -> tuple:
    found = DATE.fullmatch(source)
    assert found, source
    y = found["year"]
    return (
        int("".join(str("零一二三四五六七八九".index(c)) for c in y)) if y else None,
        read_chinese(found["month"]),
        read_chinese(found["day"]) if found["day"] else None,
        "一二三四五六日".index(found["weekday"]) if found["weekday"] else None,
    )


def english_year(words: list[str]) -> int:
    if "thousand" in words:
        return read_english(words)
    if words[-1] == "hundred":
        return 100 * VALUES[words[0]]
    return 100 * VALUES[words[0]] + read_english(words[1:])


def english_date(words: list[str]) -> tuple:
    text = " ".join(words)
    weekdays = [name.lower() for name in almanac.day_name]
    weekday = next((i for i, d in enumerate(weekdays) if text.startswith(d)), None)
    if weekday is not None:
        text = text.removeprefix(weekdays[weekday]).removeprefix(" , ")
    month_word, *rest = text.split()
    month = [name.lower() for name in almanac.month_name].index(month_word)
    day_words, _, year_words = " ".join(rest).partition(" , ")
    ordinals = {*ORDINALS, "twentieth", "thirtieth"}
    if not ordinals & set(rest):
        return english_year(rest), month, None, weekday
    *tens, last = day_words.split()
    ends = {"twentieth": 20, "thirtieth": 30}
    day = ends[last] if last in ends else ORDINALS.index(last) + 1
    day += sum(VALUES[word] for word in tens)
    return english_year(year_words.split()) if year_words else None, month, day, weekday


@pytest.mark.parametrize("seed", range(5))
def test_dates_mean_the_same_in_both_languages(seed):
    forms = set()
    for pair in draw_pairs(1500, make_generator(seed), kinds=("date",)):
        meant = chinese_date(pair.source)
        assert meant == english_date(list(pair.target)), pair
        y, month, day, weekday = meant
        forms.add(tuple(value is not None for value in meant))
        if day:  # the day exists; without a year take a leap year
            date = datetime.date(y or 2000, month, day)
            assert weekday is None or y is None or date.weekday() == weekday
    assert len(forms) == 5


def test_every_year_is_right_in_both_languages():
    for y in range(1900, 2100):
        said = year(y)
        assert english_year(words_of(said)) == y
        assert (
            said.source
            == "".join("零一二三四五六七八九"[int(d)] for d in str(y)) + "年"
        )
        linked = "".join(characters for _, characters in said_by(said))
        missing = said.source.removesuffix("年").replace("零", "")
        assert all(c in linked for c in missing)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (1900, "nineteen hundred"),
        (1905, "nineteen oh five"),
        (1998, "nineteen ninety eight"),
        (2000, "two thousand"),
        (2005, "two thousand and five"),
        (2013, "twenty thirteen"),
        (2020, "twenty twenty"),
    ],
)
def test_years_in_words(y, words):
    assert " ".join(words_of(year(y))) == words


def test_a_date_in_full():
    day = datetime.date(1998, 5, 21)
    assert said_by(dated(day, "日", year_too=True, name="星期")) == [
        ("thursday", "星期四"),
        (",", ""),
        ("may", "五月"),
        ("twenty", "二十"),
        ("first", "一日"),
        (",", ""),
        ("nineteen", "一九"),
        ("ninety", "九"),
        ("eight", "八"),
    ]


# --- clock times -----------------------------------------------------------------

TIME = re.compile(
    r"(?P<part>凌晨|早上|上午|下午|晚上)?(?P<to>差(?:一刻|[五十]分))?"
    r"(?P<hour>[一二两三四五六七八九十]+)点(?P<rest>.*)"
)
HALVES = {"凌晨": 0, "早上": 0, "上午": 0, "下午": 12, "晚上": 12, None: 0}


def chinese_time(source: str) -> int:
    """Return minutes since midnight, or since noon if no part of the day is named."""
    found = TIME.fullmatch(source)
    assert found, source
    minutes = 60 * (read_chinese(found["hour"]) % 12 + HALVES[found["part"]])
    rest, to = found["rest"].removesuffix("分"), found["to"]
    if to:
        minutes -= 15 if "刻" in to else read_chinese(to[1])
    if "刻" in rest:
        return minutes + 15 * read_chinese(rest[0])
    return minutes + (30 if rest == "半" else read_chinese(rest.removesuffix("整")))


def english_time(words: list[str]) -> int:
    text = " ".join(words).removeprefix("exactly ")
    found = re.fullmatch(
        r"(.*?)(?: in the (morning|afternoon|evening)| at (night))?", text
    )
    said, half = found[1], found[2] or found[3]
    noon = 12 if half in ("afternoon", "evening", "night") else 0
    past = {"half past ": 30, "a quarter past ": 15}
    before = {"a quarter to ": 15, "five to ": 5, "ten to ": 10}
    shift = 0
    for prefix, minutes in {**past, **{k: -v for k, v in before.items()}}.items():
        if said.startswith(prefix):
            said, shift = said.removeprefix(prefix), minutes
    hour, *rest = said.removesuffix(" o'clock").split()
    return 60 * (VALUES[hour] % 12 + noon) + read_english(rest) + shift


@pytest.mark.parametrize("seed", range(5))
def test_times_mean_the_same_in_both_languages(seed):
    for pair in draw_pairs(1500, make_generator(seed), kinds=("time",)):
        meant = chinese_time(pair.source)
        assert meant == english_time(list(pair.target)), pair


def test_every_minute_of_every_hour_can_be_said():
    for hour in range(1, 13):
        for minute in range(60):
            said = clock(hour, str(minute))
            meant = 60 * (hour % 12) + minute
            assert chinese_time(said.source) == meant == english_time(words_of(said))


def test_an_english_day_has_its_parts_at_the_right_hours():
    draws = Draws(make_generator(0))
    for _ in range(2000):
        said = time_of_day(draws)
        minutes, words = chinese_time(said.source), words_of(said)
        if words[-1] == "night":
            assert 21 * 60 + 30 <= minutes < 24 * 60
        if words[-1] == "afternoon":
            assert 12 * 60 <= minutes < 18 * 60
        if words[-1] == "morning":
            assert 30 <= minutes < 12 * 60


# --- grammar ---------------------------------------------------------------------

THIRD = {v.third for v in VERBS} | {"has", "likes", "wants"}
BASE = {v.base for v in VERBS} | {"have", "like", "want"}
PAST = {v.past for v in VERBS}
ING = {v.ing for v in VERBS}
BE = {"am", "is", "are"}
ADVERBS = {"often", "always", "sometimes", "usually", "rarely"}
PLURAL = {"you", "we", "they"}


def clauses(kind: str, seed: int, count: int = 2000):
    """Return (Chinese clause, English clause, clause before) of simple clauses."""
    for phrase in draw_phrases(count, make_generator(seed), kinds=(kind,)):
        before = None
        for clause in phrase.clauses:
            words = [word for word, _ in clause.readings[0]]
            if clause.source[0] != "，":
                yield clause.source, words, before
            before = clause.source


def verb_of(words: list[str]) -> int:
    """Return the place of the first word that is a verb."""
    verbs = BASE | THIRD | PAST | ING | BE | {"will", "did"}
    return next(i for i, word in enumerate(words) if word in verbs)


def agreement(subject: list[str]) -> str:
    words = [word for word in subject if word not in ADVERBS]
    if words == ["i"]:
        return "am"
    return "are" if words[0] in PLURAL | {"these", "those"} else "is"


@pytest.mark.parametrize("kind", ["sentence", "statement"])
@pytest.mark.parametrize("seed", range(3))
def test_verbs_agree_with_their_subjects(kind, seed):
    seen = set()
    for _, words, _ in clauses(kind, seed):
        place = verb_of(words)
        verb, person = words[place], agreement(words[:place])
        if verb in BE:
            assert verb == person, words
            seen.add("be")
        elif verb == "will" or words[place + 1] == "not":
            follower = words[place + 1 + (verb == "did")]
            assert follower in BASE, words
            seen.add(verb)
        elif verb not in PAST or verb in BASE:  # "read" is both
            assert (verb in THIRD) == (person == "is") or verb in PAST, words
            seen.add(verb in THIRD)
    assert {True, False, "be"} <= seen


@pytest.mark.parametrize("seed", range(3))
def test_tense_follows_the_time(seed):
    for source, words, _ in clauses("sentence", seed):
        verb = words[verb_of(words)]
        if re.search(r"昨天|前天|上周|上星期|上个月|去年", source):
            assert verb in PAST | {"did"}, (source, words)
            assert ("没有" in source) == ("not" in words)
        elif re.search(r"明天|后天|下周|下星期|下个月|明年", source):
            assert verb == "will"
            assert "会" in source
        elif "现在" in source:
            assert verb in BE
            assert words[verb_of(words) + 1] in ING
        else:
            assert verb in BASE | THIRD
            assert "了" not in source
        assert "了" not in source or verb in PAST


@pytest.mark.parametrize("seed", range(3))
def test_time_and_place_stand_at_the_end_and_often_before_the_verb(seed):
    place = {"at", "in", "by", "on", "under"}
    for source, words, _ in clauses("sentence", seed):
        if "now" in words:
            assert words[-1] == "now"
        for adverb in ADVERBS & set(words):
            assert words.index(adverb) == verb_of(words) - 1
        text = " ".join(words)
        days = re.search(r"(yesterday|tomorrow|(last|next|every) \S+)", text)
        if days:
            tail = text[days.end() :].strip()
            assert tail in ("", "morning", "afternoon", "evening"), text
            spots = [i for i, word in enumerate(words) if word in place]
            assert all(i > verb_of(words) for i in spots)
        assert source.index("在") < len(source) - 2 if "在" in source else True


@pytest.mark.parametrize("seed", range(3))
def test_a_clause_that_goes_on_keeps_tense_and_person(seed):
    seen = set()
    for phrase in draw_phrases(2500, make_generator(seed), kinds=("compound",)):
        first, link, second = phrase.clauses
        if link.source != "，然后":
            continue
        one, two = ([w for w, _ in c.readings[0]] for c in (first, second))
        place = verb_of(one)
        group = next(g for g in (PAST, BASE, THIRD) if verb_in(one, place, g))
        assert two[0] in group, phrase
        assert len(second.readings) == 1
        seen |= {name for name, g in (("past", PAST), ("third", THIRD)) if g is group}
    assert seen == {"past", "third"}


def verb_in(words: list[str], place: int, group: set[str]) -> bool:
    verb = words[place + 1] if words[place] == "will" else words[place]
    return verb in group and not (group is PAST and ambiguous(words, place))


def ambiguous(words: list[str], place: int) -> bool:
    """Whether "read" is said in a present or future: then it is no past."""
    text = " ".join(words)
    return words[place] == "will" or not re.search(r"yesterday|last", text)


@pytest.mark.parametrize("kind", KINDS)
def test_articles_fit_and_numbers_govern_plurals(kind):
    many = {n.many for n in NOUNS.values() if n.one != n.many}
    one = {n.one for n in NOUNS.values() if n.one != n.many}
    numbers = set(VALUES) - {"one", "oh", "zero"} | {"several", "many"}
    for pair in draw_pairs(2000, make_generator(6), kinds=(kind,), freedom=0.5):
        for word, after in zip(pair.target, pair.target[1:], strict=False):
            if word in ("a", "an"):
                assert (word == "an") == (after[0] in "aeiou"), pair
                assert after not in many, pair
            if word in numbers:
                assert after not in one, pair


def test_no_word_of_the_corpus_is_spoken_against_its_first_letter():
    # "hour" and "honest" want "an", "useful", "university" and "one" want "a"
    spoken = re.compile(r"hour|hono|honest|heir|u(?!mbrella)|eu|one$")
    words = {n.one for n in NOUNS.values()} | set(SYNONYMS.values())
    assert not [word for word in words if spoken.match(word)]
    for word, other in SYNONYMS.items():
        assert word in ADVERBS or (word[0] in "aeiou") == (other[0] in "aeiou"), word


def test_classifiers_are_dropped_or_become_words():
    seen = set()
    for pair in draw_pairs(3000, make_generator(7), kinds=("quantity",)):
        found = re.fullmatch(r"([零一二两三四五六七八九十百千]+)(\D)(.+)", pair.source)
        noun = next(
            n
            for n in NOUNS.values()
            if found[3].endswith(n.source) and n.classifier == found[2]
        )
        text = " ".join(pair.target)
        value = read_chinese(found[1])
        assert text.endswith(noun.one if value == 1 else noun.many)
        assert (" of " in text) == bool(noun.container)
        if noun.container:
            unit = noun.container[value > 1]
            assert f" {unit} of " in f" {text}"
            seen.add(unit)
    assert {"cups", "glasses", "pairs", "bowls", "pieces", "plates", "bottles"} <= seen
