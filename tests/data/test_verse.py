"""Verses: poems keep the rules, the checker finds every fault, chance is exact."""

import random
import re
from collections import Counter
from itertools import product
from math import prod

import pytest
import torch

from course_lib.data import verse_lexicon
from course_lib.data.draws import Draws
from course_lib.data.verse import (
    RHYMES,
    alphabet,
    as_text,
    quatrain,
    quatrains,
    read_poems,
)
from course_lib.data.verse_rules import SEQUENCES, chance, check, patterns
from course_lib.data.verse_sounds import GROUP_OF, SOUNDS, final_of, sound, tones
from course_lib.device import make_generator

# The four kinds of quatrain in full, as handbooks print them.
PRINTED = {
    "仄起首句不入韵": "仄仄平平仄 平平仄仄平 平平平仄仄 仄仄仄平平",
    "仄起首句入韵": "仄仄仄平平 平平仄仄平 平平平仄仄 仄仄仄平平",
    "平起首句不入韵": "平平平仄仄 仄仄仄平平 仄仄平平仄 平平仄仄平",
    "平起首句入韵": "平平仄仄平 仄仄仄平平 仄仄平平仄 平平仄仄平",
}


def test_every_poem_keeps_every_rule():
    for seed in range(30):
        for poem in quatrains(40, make_generator(seed)):
            where = f"seed {seed}: {poem}"
            assert check(poem).regulated, where
            assert [len(line) for line in poem] == [5] * 4, where
            assert len(set("".join(poem))) == 20, where
            # and by the printed patterns, the first character of a line being free
            heard = [tones(line)[1:] for line in poem]
            printed = [[p[1:] for p in text.split()] for text in PRINTED.values()]
            assert heard in printed, where
            assert all(
                tones(line)[0] == "平" for line in poem if tones(line)[1:] == "平仄仄平"
            ), where


def test_the_sequences_are_those_of_the_handbooks():
    full = {
        " ".join(patterns(name)[-1] if name != "C" else patterns(name)[0] for name in s)
        for s in SEQUENCES
    }
    assert full == set(PRINTED.values())


def test_the_seed_decides_and_the_global_state_is_left_alone():
    state = torch.get_rng_state()
    assert quatrains(5, make_generator(3)) == quatrains(5, make_generator(3))
    assert quatrains(5, make_generator(3)) != quatrains(5, make_generator(4))
    assert torch.equal(torch.get_rng_state(), state)
    generator = make_generator(3)
    assert quatrains(5, generator) != quatrains(5, generator), "the generator moves on"


def test_poems_differ_and_use_all_words_and_rhymes():
    poems = quatrains(8000, make_generator(0))
    assert len(set(poems)) == len(poems)
    assert set("".join(map("".join, poems))) == set(alphabet())
    rhymes = Counter(SOUNDS[poem[1][-1]].group for poem in poems)
    assert rhymes.keys() == set(RHYMES)
    assert min(rhymes.values()) > 200
    forms = Counter(tuple(tones(line)[1:] for line in poem) for poem in poems)
    assert len(forms) == 4
    assert min(forms.values()) > 800


def test_the_lexicon_has_two_hundred_words_and_no_oddity():
    words = [*verse_lexicon.PLACES, *verse_lexicon.SPOTS]
    words += [w for kind in verse_lexicon.ACTORS.values() for w in kind]
    assert len(words) == len(set(words)) >= 200
    assert all(len(word) == len(set(word)) == 2 for word in words)
    kinds = verse_lexicon.ACTORS.keys()
    assert verse_lexicon.ACTIONS.keys() == verse_lexicon.STATES.keys() == kinds
    assert set(SOUNDS) == set(alphabet()), "sounds that are missing or of no use"


# --- sounds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "syllables"),
    {
        "麻": "hua1 jia1 sha1 ya2 wa3",
        "波": "bo1 ge1 duo1 wo3 luo4",
        "皆": "xie2 yue4 xue3 ye4 bie2",
        "开": "lai2 kuai4 wai4",
        "微": "fei1 gui1 wei1 shui3",
        "豪": "gao1 qiao2 yao2",
        "尤": "lou2 liu2 you2 zhou1",
        "寒": "shan1 tian1 chuan1 yuan2 quan2 yan1",
        "文": "shen1 lin2 chun1 yun2 xun2 wen1 yin2",
        "唐": "chang2 xiang1 guang1 wang4 yang2",
        "庚": "deng1 ming2 hong2 xiong1 weng1 ying1 yong3",
        "齐": "xi1 yu3 qu4 er2 lv4 yi1",
        "支": "zhi1 shi2 si1 zi3 chi2 ri4",
        "姑": "hu2 shu1 wu4 zhu2 lu4",
    }.items(),
)
def test_syllables_rhyme_as_in_the_fourteen_groups(group, syllables):
    assert {sound(syllable).group for syllable in syllables.split()} == {group}


def test_there_are_fourteen_groups_and_every_final_has_one():
    assert len(set(GROUP_OF.values())) == 14
    assert all(final_of(s.syllable) in GROUP_OF for s in SOUNDS.values())


def test_tones_are_those_of_modern_mandarin():
    assert tones("春风江上月") == "平平平仄仄"
    assert tones("白石竹") == "平平平", "level today, oblique for a Tang poet"
    assert tones("a月，") == "?仄?"
    with pytest.raises(ValueError, match="does not end in a tone"):
        sound("shan")


# --- the checker -----------------------------------------------------------------


def test_a_poem_written_by_hand_is_scored_rule_by_rule():
    score = check(("枝上渔歌起", "黄莺雾里还", "蝉声穿野径", "烟雨渡头寒"))
    assert score == (1, 1, 1, 1, 1, 1)
    assert score.regulated


@pytest.mark.parametrize("row", range(4))
def test_a_character_too_few_or_too_many_is_a_fault_of_length(row):
    for seed in range(20):
        poem = list(quatrain(Draws(make_generator(seed))))
        spare = next(c for c in alphabet() if c not in "".join(poem))
        for line in (poem[row][:-1], spare + poem[row]):
            score = check([*poem[:row], line, *poem[row + 1 :]])
            assert score.length == 3 / 4, f"seed {seed}"
            assert score.tones == 3 / 4, f"seed {seed}"
            assert not score.regulated, f"seed {seed}"


def swap(poem, row, column, tone, group=None):
    """Put another character of a tone into a poem, new to it."""
    options = [
        c
        for c, s in SOUNDS.items()
        if s.tone == tone and c not in "".join(poem) and group in (None, s.group)
    ]
    line = poem[row][:column] + options[0] + poem[row][column + 1 :]
    return [*poem[:row], line, *poem[row + 1 :]]


@pytest.mark.parametrize(("row", "column"), [*product(range(4), range(5))])
def test_one_wrong_tone_anywhere_is_found(row, column):
    for seed in range(20):
        poem = list(quatrain(Draws(make_generator(seed))))
        was = tones(poem[row])[column]
        score = check(swap(poem, row, column, "仄" if was == "平" else "平"))
        free = column == 0 and tones(poem[row])[1:] != "平仄仄平"
        where = f"seed {seed}: {poem}"
        assert score.tones == (1 if free else 3 / 4), where
        assert score.opposition == (1 / 2 if column in (1, 3) else 1), where
        assert score.adhesion == (0 if column in (1, 3) and row in (1, 2) else 1), where
        assert score.length == score.distinct == 1, where
        if column == 4 and row != 0:
            assert score.rhyme == 0, where
        if column < 4:
            assert score.rhyme == 1, where
        assert score.regulated == free, where


@pytest.mark.parametrize("row", [1, 3])
def test_another_rhyme_of_the_right_tone_is_found(row):
    for seed in range(20):
        poem = list(quatrain(Draws(make_generator(seed))))
        rhyme = SOUNDS[poem[row][-1]].group
        other = next(g for g in RHYMES if g != rhyme)
        score = check(swap(poem, row, 4, "平", other))
        assert score == (1, 1, 1, 1, 0, 1), f"seed {seed}"


def test_rhyming_with_the_same_character_is_no_rhyme():
    poem = ("枝上渔歌起", "黄莺雾里寒", "蝉声穿野径", "烟雨渡头寒")
    assert check(poem) == (1, 1, 1, 1, 0, 0)


def test_a_missing_adhesion_is_found_though_all_lines_are_right():
    # the second couplet repeats the first one's pattern: 失粘
    poem = ("枝上渔歌起", "黄莺雾里还", "塞上桃花落", "秋声梦里寒")
    score = check(poem)
    assert score.tones == score.opposition == score.rhyme == 1
    assert score.adhesion == 0
    assert not score.regulated


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["春"],
        ["", "", "", ""],
        ["abcde"] * 4,
        ["明月照青山"] * 3,
        ["，。"] * 9,
    ],
)
def test_anything_can_be_scored_and_nothing_of_this_is_a_poem(lines):
    score = check(lines)
    assert all(0 <= value <= 1 for value in score)
    assert not score.regulated


def test_a_fifth_line_is_a_fault_of_length():
    poem = quatrain(Draws(make_generator(0)))
    spare = "".join(c for c in alphabet() if c not in "".join(poem))[:5]
    assert check([*poem, spare]) == (4 / 5, 1, 1, 1, 1, 1)


# --- chance ----------------------------------------------------------------------


def test_chance_is_what_blind_drawing_gives():
    letters, draws = alphabet(), random.Random(0)
    trials = 40_000
    totals = Counter()
    for _ in range(trials):
        text = [draws.choice(letters) for _ in range(20)]
        score = check(["".join(text[i : i + 5]) for i in range(0, 20, 5)])
        totals.update(score._asdict())
    expected = chance(letters)
    assert expected.length == 1
    for rule, total in totals.items():
        p = getattr(expected, rule)
        # each score is at most 1: its standard error is at most sqrt(p (1 - p) / n)
        assert abs(total / trials - p) <= 4.5 * (p * (1 - p) / trials) ** 0.5, rule
    assert 0.1 < expected.tones < 0.25
    assert expected.rhyme < 0.01


@pytest.mark.parametrize("letters", ["山天烟月水", "山天烟间楼流舟月水", "山楼月"])
def test_the_chance_of_a_rhyme_is_exact(letters):
    # only the last characters count, so all cases can be tried
    cases = list(product(letters, repeat=4))
    found = sum(check(ends).rhyme for ends in cases)
    assert chance(letters).rhyme == pytest.approx(found / len(cases), abs=1e-12)


def test_the_chance_of_a_faultless_poem_is_right():
    # too rare to wait for; so draw poems that have the right tones already
    letters, draws = alphabet(), random.Random(1)
    by_tone = {t: [c for c in letters if SOUNDS[c].tone == t] for t in "平仄"}
    share = {t: len(cs) / len(letters) for t, cs in by_tone.items()}
    total, trials = 0.0, 1500
    for sequence in SEQUENCES:
        for form in product(*(patterns(name) for name in sequence)):
            p = prod(share[t] for line in form for t in line)
            kept = 0
            for _ in range(trials):
                lines = ["".join(draws.choice(by_tone[t]) for t in row) for row in form]
                kept += check(lines).regulated
            total += p * kept / trials
    assert chance(letters).regulated == pytest.approx(total, rel=0.1)
    assert 1e-8 < total < 1e-5


# --- how many --------------------------------------------------------------------


def lines_of(pattern_names: str, rhyme: str) -> list[str]:
    """Every line actor, action, place of a type, by trying all words."""
    wanted = set(patterns(pattern_names))
    found = set()
    for kind, actors in verse_lexicon.ACTORS.items():
        for words in product(actors, verse_lexicon.ACTIONS[kind], verse_lexicon.PLACES):
            line = "".join(words)
            last = SOUNDS[line[-1]]
            if tones(line) in wanted and (last.tone == "仄" or last.group == rhyme):
                found.add(line)
    return sorted(line for line in found if len(set(line)) == 5)


def test_there_are_more_than_a_thousand_million_poems():
    # For some first couplets, count the second couplets: pairs of lines without a
    # character of the first, less all pairs that have any character in common.
    letters = alphabet()
    one, two, three, four = (lines_of(name, "寒") for name in "ABCD")
    matrix = {
        name: torch.tensor([[float(c in line) for c in letters] for line in lines])
        for name, lines in (("C", three), ("D", four))
    }
    couplets = [p for p in zip(one, two[::-1], strict=False) if not {*p[0]} & {*p[1]}]
    couplets = couplets[:400]
    found = 0
    for first, second in couplets:
        used = torch.tensor([float(c in first + second) for c in letters])
        left = [(m @ used == 0).float() for m in (matrix["C"], matrix["D"])]
        common = (left[0] @ matrix["C"]) @ (left[1] @ matrix["D"])
        found += max(0, int(left[0].sum() * left[1].sum() - common))
    assert len(set(couplets)) == len(couplets) == 400
    assert found >= 1e9


# --- as text ---------------------------------------------------------------------


def test_poems_come_back_from_their_text():
    poems = quatrains(20, make_generator(1))
    text = as_text(poems)
    assert read_poems(text) == poems
    assert len(text) == 20 * 27
    assert re.fullmatch(r"(.{5}，.{5}。\n.{5}，.{5}。\n\n)+", text)


def test_what_a_model_writes_is_read_as_it_is():
    assert read_poems("") == []
    assert read_poems("\n\n，。\n\n") == []
    assert read_poems("明月，照\n青山。\n\n\n春风") == [
        ("明月", "照", "青山"),
        ("春风",),
    ]
