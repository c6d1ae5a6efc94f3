"""Numbers from 0 to 9999, in Chinese characters and in English words.

Chinese says each digit and its place, and one 零 for any run of empty places before a
digit. English has words of its own for the teens and the tens, and says "and" before
what follows the hundreds. So a 零 is always an "and", but not every "and" is a 零.
"""

from functools import cache

from course_lib.data.phrases.parts import Part, Words, listed

DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")
SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
)
TENS = listed("_ _ twenty thirty forty fifty sixty seventy eighty ninety")


@cache
def number(n: int) -> Part:
    """Return 0 <= n <= 9999 in both languages.

    A word is linked to the digits that it says, and to their places where it says these
    too: "fifty" to 五十, "five" and "hundred" to the two characters of 五百. "And" is
    linked to 零 where there is one, else to nothing.

    Raises:
        ValueError: n is out of range.
    """
    if not 0 <= n <= 9999:
        raise ValueError(f"n is {n}, expected 0 to 9999")
    source, digit_at, zero = _chinese(n)
    words = []
    for place, name in ((3, "thousand"), (2, "hundred")):
        if place in digit_at:
            digit = digit_at[place]
            words += [(SMALL[n // 10**place % 10], digit), (name, digit << 1)]
    if n > 99 and n % 100:
        words.append(("and", zero))
    if n % 100 or n == 0:
        words += below_hundred(n % 100, _tens(n, digit_at), digit_at.get(0, 0))
    return Part(source, tuple(words))


def below_hundred(n: int, tens: int, units: int) -> Words:
    """Return the words of 0 <= n < 100, given the links of its tens and its units."""
    if n < 20:
        return ((SMALL[n], tens | units),)
    words = ((TENS[n // 10], tens),)
    return (*words, (SMALL[n % 10], units)) if n % 10 else words


@cache
def count(n: int, classifier: str) -> Part:
    """Return a number before a measure word, for which there is no word yet.

    Two is 两 there, and not 二.
    """
    source, words = number(n)
    return Part(("两" if n == 2 else source) + classifier, words)


def _chinese(n: int) -> tuple[str, dict[int, int], int]:
    """Return the characters, the mask of each place's digit, and the mask of 零."""
    if n == 0:
        return "零", {0: 1}, 0
    source, digit_at, zero, last = "", {}, 0, 3
    for place in (3, 2, 1, 0):
        digit = n // 10**place % 10
        if not digit:
            continue
        if source and last - place > 1:
            zero = 1 << len(source)
            source += "零"
        digit_at[place] = 1 << len(source)
        if (digit, place) != (1, 1) or n > 19:  # 十五, but 一百一十五
            source += "两" if (digit, place) == (2, 3) else DIGITS[digit]
        source += PLACES[place]
        last = place
    return source, digit_at, zero


def _tens(n: int, digit_at: dict[int, int]) -> int:
    """Return the mask of the tens: the digit and 十, or 十 alone where it opens."""
    if 1 not in digit_at:
        return 0
    return digit_at[1] if n < 20 else 3 * digit_at[1]
