"""Sentences: who, when, where, does what; the order differs between the languages.

Chinese says subject, time, place, verb, object (or the time first). English says
subject, verb, object, place, time, and puts "often" before the verb. Chinese verbs have
one form: tense comes from the time, 了 marks what was completed, person never shows.
"""

from collections.abc import Sequence
from typing import NamedTuple

from course_lib.data.draws import Draws
from course_lib.data.phrases import objects
from course_lib.data.phrases.lexicon import NOUNS, PLACES, VERBS, Noun, Verb
from course_lib.data.phrases.parts import Part, Words, join, part, reorder
from course_lib.data.phrases.people import JOBS, NAMES, PRONOUNS, RELATIVES, Subject
from course_lib.data.phrases.people import subject as draw_subject
from course_lib.data.phrases.times import Time
from course_lib.data.phrases.times import time as draw_time

EMPTY = objects.EMPTY
WILL = part("会", "will")
NOT = part("没有", "did_not")
LIKED = tuple(
    noun
    for noun in NOUNS.values()
    if noun.source not in ("作业", "客人", "学生", "朋友", "票")
)
OWNED = tuple(n for n in objects.COUNTED if n.source not in ("山", "博物馆", "学生"))
WISHED = Time("future", EMPTY)
CONNECTIVES = {
    "然后": part("，然后", ",/， and_then/然后"),
    "但是": part("，但是", ",/， but/但是"),
    "所以": part("，所以", ",/， so/所以"),
}


class Clause(NamedTuple):
    """A clause and all its good translations.

    Attributes:
        source: the Chinese characters.
        readings: the English words with their links; the first is the usual one.
        who, when: its subject and time, for a clause that goes on from it; None where
            no clause can.
    """

    source: str
    readings: tuple[Words, ...]
    who: Subject | None = None
    when: Time | None = None


def sentence(draws: Draws) -> Clause:
    """Draw a sentence with subject, time, verb and object, mostly with a place."""
    who, when = draw_subject(draws), draw_time(draws)
    helper, place, verb, thing = predicate(draws, who, when)
    front = not when.is_adverb and draws.chance(0.3)
    opening = [when.part, who.part] if front else [who.part, when.part]
    w, t = (1, 0) if front else (0, 1)
    parts = [*opening, helper, place, verb, thing]
    if when.is_adverb:
        return _read(parts, [(w, t, 2, 4, 5, 3)], who, when)
    readings = [(w, 2, 4, 5, 3, t), (t, w, 2, 4, 5, 3)]
    if when.tense == "now" or helper is NOT:
        return _read(parts, readings)
    return _read(parts, readings, who, when)


def continuation(draws: Draws, before: Clause) -> Clause:
    """Draw what the same person did next: neither subject nor time is said again.

    So nothing in the clause shows its tense; it is that of the clause before.
    """
    who, when = before.who, before.when
    if who is None or when is None:
        raise ValueError(f"no clause can go on from {before.source}")
    parts = predicate(draws, who, when, goes_on=True)
    return _read(parts, [(0, 2, 3, 1)], who, when)


def predicate(
    draws: Draws, who: Subject, when: Time, goes_on: bool = False
) -> list[Part]:
    """Draw auxiliary, place, verb and object, in the order of the Chinese.

    Args:
        draws: source of choices.
        who: the subject; verbs agree with it.
        when: its tense counts.
        goes_on: whether a clause before has said 会 and "will".
    """
    tense = when.tense
    verb = draws.pick(VERBS)
    noun = NOUNS[draws.pick(verb.nouns)]
    place = PLACES[draws.pick(verb.places)] if draws.chance(0.8) else EMPTY
    if tense == "past" and not goes_on and draws.chance(0.12):
        return [NOT, place, _verb(verb, verb.base), objects.bare(draws, noun)]
    thing, is_plain = _object(draws, verb, noun, when)
    if tense == "past":
        # done once and for all, unless it is said as an occupation: 昨天在公园打篮球
        done = not is_plain or not (place.source or goes_on)
        return [EMPTY, place, _verb(verb, verb.past, "了" * done), thing]
    if tense == "future":
        return [EMPTY if goes_on else WILL, place, _verb(verb, verb.base), thing]
    if tense == "now":
        # 在 says "is" where it does not already open the place
        helper = Part("" if place.source else "在", ((who.be, int(not place.source)),))
        return [helper, place, _verb(verb, verb.ing), thing]
    return [EMPTY, place, _verb(verb, verb.third if who.third else verb.base), thing]


def statement(draws: Draws) -> Clause:
    """Draw a sentence without time or place: has, likes, wants to, is."""
    kind = draws.below(4)
    if kind == 3:
        return _read(_profession(draws), [(0, 1, 2)])
    who = draw_subject(draws)
    if kind == 0:
        thing = objects.some(draws, draws.pick(OWNED))
        middle = part("有", "has" if who.third else "have")
    elif kind == 1:
        thing = objects.bare(draws, draws.pick(LIKED))
        middle = part("喜欢", "likes" if who.third else "like")
    else:
        verb = draws.pick(VERBS)
        thing, _ = _object(draws, verb, NOUNS[draws.pick(verb.nouns)], WISHED)
        wants = part("想", "wants/想 to/-" if who.third else "want/想 to/-")
        middle = join([wants, _verb(verb, verb.base)])
    return _read([who.part, middle, thing], [(0, 1, 2)])


def compound(draws: Draws, clauses: int) -> list[Clause]:
    """Draw clauses and the words between them: then, but, so."""
    drawn = [_clause(draws)]
    for _ in range(clauses - 1):
        last = drawn[-1]
        if last.who is not None and draws.chance(0.5):
            word, following = "然后", continuation(draws, last)
        else:
            word, following = draws.pick(("但是", "所以")), _clause(draws)
        connective = CONNECTIVES[word]
        drawn += [Clause(connective.source, (connective.words,)), following]
    return drawn


def _clause(draws: Draws) -> Clause:
    return sentence(draws) if draws.chance(0.7) else statement(draws)


def _read(
    parts: list[Part],
    orders: Sequence[tuple[int, ...]],
    who: Subject | None = None,
    when: Time | None = None,
) -> Clause:
    """Return the clause made of parts, their words in each of the orders."""
    readings = tuple([reorder(parts, order) for order in orders])
    return Clause("".join([p.source for p in parts]), readings, who, when)


def _verb(verb: Verb, form: str, mark: str = "") -> Part:
    """Return a verb, marked by 了 or not; no character says "to" and "for"."""
    said = part(verb.source + mark, form)
    particle = ((verb.particle, 0),) if verb.particle else ()
    return Part(said.source, said.words + particle)


def _object(draws: Draws, verb: Verb, noun: Noun, when: Time) -> tuple[Part, bool]:
    """Return an object, and whether it is a noun and nothing else."""
    # one waits for friends, not for three of them; and often reads books, not nine
    plain = not noun.classifier or verb.source == "等" or when.is_adverb
    if plain or draws.chance(0.45):
        thing = objects.bare(draws, noun)
        return thing, thing.source == noun.source
    if when.tense in ("past", "future") and not noun.container and draws.chance(0.2):
        return objects.pointed(draws, noun), False
    most = 1 if when.tense == "now" else 10
    return objects.some(draws, noun, most), False


def _profession(draws: Draws) -> list[Part]:
    """Return subject, 是 and a profession, in the number of the subject."""
    who = draws.pick(draws.pick((PRONOUNS, NAMES, RELATIVES)))
    job, _, one, many = draws.pick([j for j in JOBS if j[0] != "孩子"])
    you_are_many = who.be == "are" and who.part.source != "你"
    article = () if you_are_many else (("a", 0),)
    return [
        who.part,
        Part("是", ((who.be, 1), *article)),
        part(job, many if you_are_many else one),
    ]
