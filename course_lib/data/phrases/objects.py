"""What: nouns with their numbers, classifiers, articles and adjectives.

Chinese puts a classifier between a number and its noun, and knows neither articles nor
plurals. Most classifiers are dropped in English; where English has such a word too it
is kept ("a cup of tea", "two pairs of shoes").
"""

from course_lib.data.draws import Draws
from course_lib.data.phrases.lexicon import ADJECTIVES, NOUNS, Noun
from course_lib.data.phrases.numbers import count
from course_lib.data.phrases.parts import Part, Words, join, part

EMPTY = Part("", ())
OF = Part("", (("of", 0),))
COUNTED = tuple(noun for noun in NOUNS.values() if noun.classifier)
POINTERS = {"这": "this", "那": "that"}


def bare(draws: Draws, noun: Noun) -> Part:
    """Return a noun without a number: a plural in English where it has one."""
    return join([adjective(draws, noun), part(noun.source, noun.many)])


def adjective(draws: Draws, noun: Noun) -> Part:
    """Draw an adjective that goes with a noun; mostly none."""
    if noun.adjectives and draws.chance(0.3):
        return ADJECTIVES[draws.pick(noun.adjectives)]
    return EMPTY


def pointed(draws: Draws, noun: Noun) -> Part:
    """Return "this" or "that" with a noun; the classifier belongs to the pointer."""
    word = draws.pick("这那")
    pointer = part(word + noun.classifier, POINTERS[word])
    return join([pointer, adjective(draws, noun), part(noun.source, noun.one)])


def counted(draws: Draws, noun: Noun, n: int) -> Part:
    """Return a number, at least 1, of things: "a" or "an" for one.

    The number is linked to the number alone, and "cup" to the classifier; a classifier
    without a word of its own is left without a link.
    """
    number = count(n, noun.classifier)
    thing = part(noun.source, noun.one if n == 1 else noun.many)
    described = join([adjective(draws, noun), thing])
    if noun.container:
        place = 1 << len(number.source) - 1
        unit = Part("", ((noun.container[n > 1], place),))
        following, words = unit.words, unit.words + OF.words
    else:
        following, words = described.words, ()
    first = ((_article(following), 1),) if n == 1 else number.words
    return join([Part(number.source, first + words), described])


def indefinite(draws: Draws, noun: Noun) -> Part:
    """Return "several" or "many" of what can be counted one by one."""
    if draws.chance(0.5):
        some = part("几" + noun.classifier, "several/几")
    else:
        some = part("很多", "many")
    return join([some, adjective(draws, noun), part(noun.source, noun.many)])


def some(draws: Draws, noun: Noun, most: int = 10) -> Part:
    """Draw a counted noun: one of them in half of the cases, else up to `most`."""
    if not noun.container and most > 1 and draws.chance(0.15):
        return indefinite(draws, noun)
    return counted(draws, noun, 1 if draws.chance(0.5) else draws.between(1, most))


def quantity(draws: Draws) -> Part:
    """Draw a phrase of its own: any number up to 9999 with its noun."""
    digits = draws.between(1, 4)
    return counted(draws, draws.pick(COUNTED), draws.between(1, 10**digits - 1))


def _article(following: Words) -> str:
    """Return the article that fits the word after it.

    The letter decides: no word of the corpus is spoken otherwise ("hour", "useful").
    """
    return "an" if following[0][0][0] in "aeiou" else "a"
