"""Phrases as a corpus: splits, alignments, free translations, batches, how many."""

import random
import time
from collections import Counter
from math import log

import pytest
import torch

from course_lib.data.draws import Draws
from course_lib.data.phrases import (
    KINDS,
    LENGTHS,
    corrupt,
    draw_pairs,
    draw_phrases,
    make_batch,
    source_vocabulary,
    split_of,
    target_vocabulary,
)
from course_lib.data.phrases.counting import deeds, fewest_phrases, openings
from course_lib.data.phrases.lexicon import NOUNS, SYNONYMS
from course_lib.data.phrases.parts import join, part, positions
from course_lib.data.phrases.people import SUBJECTS
from course_lib.data.phrases.times import DAYS
from course_lib.data.vocabulary import PAD, SPECIAL, START, STOP, UNKNOWN
from course_lib.device import make_generator

BUCKETS = [(1, 5), (6, 10), (11, 15), (16, 20), (21, 25), (26, 30)]
# words that no character says: grammar and custom of English
SILENT_WORDS = {
    *("a", "an", "the", "of", "in", "at", "to", "for", "and", "past"),
    *("am", "is", "are", ",", "you", "have", "this"),
}
# characters that no word says: classifiers, and what counts hours, minutes and years
SILENT_CHARACTERS = {n.classifier for n in NOUNS.values()} | set("点分年祝你")


@pytest.fixture(scope="module")
def pairs():
    return draw_pairs(20_000, make_generator(0))


# --- the example of the sources --------------------------------------------------


def test_good_morning():
    phrases = draw_phrases(300, make_generator(0), "test", (3, 3))
    found = {phrase.source: phrase.pair() for phrase in phrases}["早上好"]
    assert found.target == ("good", "morning")
    assert found.alignment == ((2,), (0, 1))
    assert split_of("早上好") == "test", "so it is translated without having been seen"


# --- drawing ---------------------------------------------------------------------


def test_the_seed_decides_and_the_global_state_is_left_alone():
    state = torch.get_rng_state()
    one = draw_pairs(50, make_generator(1), freedom=0.3)
    assert one == draw_pairs(50, make_generator(1), freedom=0.3)
    assert one != draw_pairs(50, make_generator(2), freedom=0.3)
    assert torch.equal(torch.get_rng_state(), state)
    generator = make_generator(1)
    assert draw_pairs(50, generator) != draw_pairs(50, generator)


def test_the_splits_do_not_share_a_phrase_whatever_the_seed():
    drawn = {
        split: {p.source for seed in range(3) for p in draw(split, seed, 1000)}
        for split in ("train", "validation", "test", "longer")
    }
    names = list(drawn)
    for i, one in enumerate(names):
        assert len(drawn[one]) > 1000
        for other in names[i + 1 :]:
            assert not drawn[one] & drawn[other], (one, other)


def draw(split, seed, count=2000):
    return draw_phrases(count, make_generator(seed), split)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_split_in_the_same_shares(kind):
    draws = Draws(make_generator(3))
    sources = {"".join(c.source for c in KINDS[kind].make(draws)) for _ in range(6000)}
    shares = Counter(split_of(source) for source in sources)
    for split, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        error = (share * (1 - share) / len(sources)) ** 0.5
        assert abs(shares[split] / len(sources) - share) < 4.5 * error, split


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_keeps_to_its_lengths(kind):
    draws = Draws(make_generator(4))
    lengths = {sum(len(c.source) for c in KINDS[kind].make(draws)) for _ in range(8000)}
    assert KINDS[kind].shortest <= min(lengths)
    assert max(lengths) <= KINDS[kind].longest


@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize("lengths", BUCKETS)
def test_lengths_can_be_asked_for(split, lengths):
    phrases = draw_phrases(100, make_generator(5), split, lengths)
    assert len(phrases) == 100
    assert all(lengths[0] <= len(p.source) <= lengths[1] for p in phrases)
    assert {split_of(p.source) for p in phrases} == {split}


def test_longer_phrases_have_more_clauses_and_more_characters():
    longer = draw("longer", 0)
    clauses = Counter(1 + p.source.count("，") for p in longer)
    assert clauses.keys() == {3, 4}
    assert min(clauses.values()) > 100
    lengths = [len(p.source) for p in longer]
    assert (min(lengths), max(lengths)) == LENGTHS["longer"] == (31, 52)
    trained = draw("train", 0)
    assert max(len(p.source) for p in trained) == LENGTHS["train"][1] == 30
    assert max(1 + p.source.count("，") for p in trained) == 2


def test_kinds_can_be_chosen_and_all_come_by_default():
    assert {p.kind for p in draw("train", 0)} == set(KINDS)
    chosen = draw_phrases(50, make_generator(0), kinds=("date", "time"))
    assert {p.kind for p in chosen} == {"date", "time"}


def test_distinct_phrases_are_distinct():
    phrases = draw_phrases(300, make_generator(0), "test", (1, 5), distinct=True)
    assert len({p.source for p in phrases}) == 300


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "dev"}, "split is 'dev', expected one of"),
        ({"lengths": (0, 5)}, r"lengths is \(0, 5\), expected 1 <= least"),
        ({"lengths": (9, 5)}, "least <= greatest"),
        ({"lengths": (20, 40)}, "<= 30 in 'train'"),
        ({"split": "longer", "lengths": (20, 40)}, "expected 31 <= least"),
        ({"kinds": ("poem",)}, "expected some of"),
        ({"kinds": ()}, "expected some of"),
        ({"split": "longer", "kinds": ("time",)}, "only compounds"),
        ({"kinds": ("number",), "lengths": (20, 30)}, "only 0 different phrases"),
        ({"kinds": ("number",), "lengths": (1, 1), "distinct": True}, "repetitions"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(options, message):
    with pytest.raises(ValueError, match=message):
        draw_phrases(50, make_generator(0), **options)


def test_a_core_makes_thousands_of_pairs_a_second():
    rates = []
    for seed in range(3):
        start = time.process_time()
        draw_pairs(4000, make_generator(seed))
        rates.append(4000 / (time.process_time() - start))
    assert max(rates) > 5000, "20,000 and more on a core of its own"


# --- alignments ------------------------------------------------------------------


def test_every_word_is_said_by_characters_or_is_known_to_be_silent(pairs):
    silent_words, silent = Counter(), Counter()
    for pair in pairs:
        assert len(pair.target) == len(pair.alignment)
        for word, places in zip(pair.target, pair.alignment, strict=True):
            assert list(places) == sorted(set(places))
            assert all(0 <= place < len(pair.source) for place in places)
            silent_words[word] += not places
        said = {place for places in pair.alignment for place in places}
        silent.update(c for i, c in enumerate(pair.source) if i not in said)
    assert {w for w, n in silent_words.items() if n} <= SILENT_WORDS
    assert silent.keys() <= SILENT_CHARACTERS


def test_most_words_and_characters_are_linked(pairs):
    linked = sum(bool(places) for p in pairs for places in p.alignment)
    assert linked / sum(len(p.target) for p in pairs) > 0.85


def test_pieces_keep_their_links_when_they_are_put_together():
    river = part("在河边", "by/在边 the/- river/河")
    assert [positions(m) for _, m in river.words] == [(0, 2), (), (1,)]
    both = join([part("昨天", "yesterday"), river], (1, 0))
    assert both.source == "昨天在河边"
    assert [(w, positions(m)) for w, m in both.words] == [
        ("by", (2, 4)),
        ("the", ()),
        ("river", (3,)),
        ("yesterday", (0, 1)),
    ]
    with pytest.raises(ValueError, match="'海' is not in '河边'"):
        part("河边", "sea/海")


@pytest.mark.parametrize("seed", range(10))
def test_the_same_link_says_the_same_word_in_every_phrase(seed):
    # a noun or a name is the same wherever it stands, and so are its characters
    said = {}
    for pair in draw_pairs(1500, make_generator(seed)):
        for word, places in zip(pair.target, pair.alignment, strict=True):
            said.setdefault(word, set()).add("".join(pair.source[i] for i in places))
    for word, characters in {
        "library": {"图书馆"},
        "xiaoming": {"小明"},
        "river": {"河"},
        "under": {"在下"},
        "often": {"经常"},
        "then": {"然后"},
        "cups": {"杯"},
        "shoes": {"鞋"},
    }.items():
        assert said.get(word, characters) == characters


# --- free translations -----------------------------------------------------------


def test_without_freedom_there_is_one_translation():
    for phrase in draw("train", 1, 500):
        assert phrase.translations(0.0) == {phrase.pair().target: 1.0}
        assert phrase.pair() == phrase.pair(Draws(make_generator(0)), 0.0)


def test_translations_have_their_probabilities():
    phrases = [p for p in draw("train", 2, 300) if len(p.translations(0.3)) > 3][:6]
    draws, n = Draws(make_generator(0)), 4000
    for phrase in phrases:
        known = phrase.translations(0.3)
        assert sum(known.values()) == pytest.approx(1)
        seen = Counter(phrase.pair(draws, 0.3).target for _ in range(n))
        assert seen.keys() <= known.keys()
        for target, p in known.items():
            assert abs(seen[target] / n - p) <= 5 * (p * (1 - p) / n) ** 0.5 + 1 / n


def test_the_uncertainty_of_a_free_translation_is_known():
    # each independent choice adds the entropy of one coin
    coin = -(0.3 * log(0.3) + 0.7 * log(0.7))
    for phrase in draw("train", 3, 400):
        known = phrase.translations(0.3).values()
        choices = log(len(known)) / log(2)
        assert -sum(p * log(p) for p in known) == pytest.approx(choices * coin)


def test_a_free_translation_says_the_same_with_the_same_links():
    back = {other: word for word, other in SYNONYMS.items()}
    draws = Draws(make_generator(4))
    moved = 0
    for phrase in draw("train", 4, 2000):
        usual, free = phrase.pair(), phrase.pair(draws, 0.5)
        words = [back.get(word, word) for word in free.target]
        assert sorted(zip(words, free.alignment, strict=True)) == sorted(
            zip(usual.target, usual.alignment, strict=True)
        )
        moved += tuple(words) != usual.target
    assert moved > 200


def test_time_goes_to_the_front_where_it_is_free():
    pairs = draw_pairs(300, make_generator(0), kinds=("sentence",), freedom=1.0)
    first = Counter(pair.target[0] for pair in pairs)
    assert first["yesterday"] + first["last"] + first["every"] + first["next"] > 60


def test_freedom_is_a_probability():
    with pytest.raises(ValueError, match=r"freedom is 1\.5, expected a probability"):
        draw_pairs(1, make_generator(0), freedom=1.5)


# --- batches ---------------------------------------------------------------------


def test_a_batch_holds_the_pairs_and_their_links(pairs):
    chosen = pairs[:64]
    batch = make_batch(chosen)
    characters, words = source_vocabulary(), target_vocabulary()
    rows, source, target = len(chosen), batch.sources.shape[1], batch.targets.shape[1]
    assert batch.alignments.shape == (rows, target, source)
    assert batch.alignments.dtype == torch.bool
    assert {t.dtype for t in batch[:4]} == {torch.int64}
    assert torch.equal(batch.source_mask.sum(1), batch.source_lengths)
    assert torch.equal(batch.target_mask.sum(1), batch.target_lengths)
    assert source == batch.source_lengths.max()
    assert target == batch.target_lengths.max()
    for row, pair in enumerate(chosen):
        assert "".join(characters.decode(batch.sources[row])) == pair.source
        ids = batch.targets[row].tolist()
        length = int(batch.target_lengths[row])
        assert (ids[0], ids[length - 1], length) == (START, STOP, len(pair.target) + 2)
        assert set(ids[length:]) <= {PAD}
        assert tuple(words.decode(ids)) == pair.target
        links = [
            tuple(step.nonzero().flatten().tolist()) for step in batch.alignments[row]
        ]
        assert links == [(), *pair.alignment] + [()] * (target - 1 - len(pair.target))


def test_a_batch_goes_to_the_device_that_is_asked_for(pairs):
    assert {t.device.type for t in make_batch(pairs[:3], device="meta")} == {"meta"}


def test_vocabularies_are_complete_and_nothing_in_them_is_idle():
    draws, characters, words = Draws(make_generator(9)), set(), set()
    for phrase in draw_phrases(40_000, make_generator(9)):
        characters.update(phrase.source)
        words.update(phrase.pair(draws, 0.5).target)
    assert characters == set(source_vocabulary()) - set(SPECIAL)
    assert words == set(target_vocabulary()) - set(SPECIAL)


@pytest.mark.parametrize("split", ["validation", "test", "longer"])
def test_nothing_is_unknown_in_any_split(split):
    batch = make_batch(draw_pairs(1000, make_generator(1), split, freedom=0.5))
    assert not (batch.sources == UNKNOWN).any()
    assert not (batch.targets == UNKNOWN).any()


@pytest.mark.parametrize("rate", [0.0, 0.1, 1.0])
def test_targets_can_be_made_wrong_at_a_rate(pairs, rate):
    targets = make_batch(pairs[:2000]).targets
    size = len(target_vocabulary())
    before = targets.clone()
    wrong = corrupt(targets, rate, size, make_generator(0))
    assert torch.equal(targets, before), "the input is left alone"
    assert torch.equal(wrong, corrupt(targets, rate, size, make_generator(0)))
    special = targets < len(SPECIAL)
    assert torch.equal(wrong[special], targets[special])
    assert wrong[~special].min() >= len(SPECIAL)
    assert wrong.max() < size
    changed = (wrong != targets)[~special].float().mean()
    assert abs(changed - rate) < 0.01
    if rate == 1.0:
        counts = torch.bincount(wrong[~special], minlength=size)[len(SPECIAL) :]
        assert counts.min() > 0.3 * counts.float().mean(), "not all words come in"


def test_a_rate_of_wrong_words_is_a_probability():
    with pytest.raises(ValueError, match="rate is 2"):
        corrupt(torch.zeros(1, 1, dtype=torch.long), 2, 10, make_generator(0))


# --- how many --------------------------------------------------------------------


def test_there_are_millions_of_phrases():
    assert fewest_phrases() > 10_000_000
    assert max(map(len, openings())) + max(map(len, deeds())) <= LENGTHS["train"][1]


def test_no_two_choices_give_the_same_characters():
    # Who can be told from when: where one subject begins another, what is left of the
    # longer one begins no time.
    subjects = [who.part.source for who in SUBJECTS]
    days = [day.source for day in DAYS["past"][0]]
    assert len(set(subjects)) == len(subjects)
    assert len(set(days)) == len(days)
    assert len(set(openings())) == len(subjects) * len(days)
    for one in subjects:
        for other in subjects:
            if other != one and other.startswith(one):
                left = other.removeprefix(one)
                assert not any(d.startswith(left) or left.startswith(d) for d in days)
    # and every deed begins with its place, which no day begins with or goes on with
    assert {deed[0] for deed in deeds()} == {"在"}
    assert not any("在" in opening for opening in openings())
    # and to be sure, many of them
    draws = random.Random(0)
    who, what = openings(), sorted(deeds())
    chosen = {(draws.choice(who), draws.choice(what)) for _ in range(50_000)}
    assert len({opening + deed for opening, deed in chosen}) == len(chosen)


def test_what_is_counted_is_really_drawn():
    who, what = set(openings()), deeds()
    drawn = draw_phrases(6000, make_generator(0), kinds=("sentence",))
    found = sum(
        place > 0 and p.source[:place] in who and p.source[place:] in what
        for p in drawn
        for place in [p.source.find("在")]
    )
    assert found > 10
