"""What an error of Python means where its words do not tell: a hint for the learner.

Signs that look like Python and are none, pasted from a web page or a word processor;
files that were not handed in; limits of the machine that grades.
"""

import re
import unicodedata

SPACES = {
    **{"\xa0": "a no-break space", "\u3000": "a full-width space"},
    **{"\u202f": "a narrow no-break space", "\u2028": "a line separator"},
}
UNSEEN = {
    **{"\u200b": "a zero-width space", "\ufeff": "a byte order mark"},
    **{"\u200c": "a zero-width non-joiner", "\u200d": "a zero-width joiner"},
    **{"\u2060": "a word joiner", "\xad": "a soft hyphen", "\0": "a null character"},
}
MEANT = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("−–—‐‑‒", "-"),
    **{"×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "…": "..."},
    **{"。": ".", "、": ",", "【": "[", "】": "]", "→": "->", "⋅": "*", "∗": "*"},
}
# letters of Cyrillic and Greek, and the Latin letters that they look like
ALIKE = dict(
    zip(
        "аеорсухіјѕԁһӏԛԝьАВЕКМНОРСТУХІЈЅοαινρτυχκωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhlqwbABEKMHOPCTYXIJSoaivptuxkwABEZHIKMNOPTYX",
        strict=True,
    )
)
CODE = re.compile(r"U\+([0-9A-F]{4,6})")
TEXT_OR_COMMENT = re.compile(
    r"""[a-zA-Z]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\#.*"""
)
QUOTED_NAME = re.compile(r"'([^'\s]+)'")
NOT_HANDED_IN = (
    "nothing but this notebook and the packages of the course is there when it is "
    "graded; a file that it needs must be written by one of its cells, for instance "
    "with %%writefile"
)
LIMIT = (
    "the machine that grades limits the number of processes and threads; ask for fewer"
)
ENDS = "exit(), quit() and sys.exit() end a program; take them out"


def hint(kind: str, text: str) -> str:
    """Return what to add to an error, or an empty text.

    Args:
        kind: the name of the error's class.
        text: what it says.
    """
    if kind in ("NameError", "UnboundLocalError", "AttributeError", "TypeError"):
        return "; ".join(map(_letter, _strange_letters(text)))
    if kind in ("ModuleNotFoundError", "FileNotFoundError"):
        return NOT_HANDED_IN
    if kind == "SystemExit":
        return ENDS
    if "can't start new thread" in text or "[Errno 11]" in text:
        return LIMIT
    return ""


def odd_sign(message: str, line: str) -> str:
    """Return in plain words which sign of a line is none of Python's, or nothing.

    Args:
        message: what Python says of the line; it may name the sign.
        line: the line.
    """
    if named := CODE.search(message):
        return describe(chr(int(named[1], 16)))
    if "null byte" in message:
        return describe("\0")
    code = TEXT_OR_COMMENT.sub("", line)
    odd = [sign for sign in code if sign in SPACES or sign in UNSEEN or sign in MEANT]
    return describe(odd[0]) if odd and odd[0] not in "`" else ""


def describe(sign: str) -> str:
    """Return what a sign is, and what to do about it."""
    code = f"U+{ord(sign):04X}"
    if sign in UNSEEN or unicodedata.category(sign) in ("Cf", "Cc"):
        name = UNSEEN.get(sign, "a sign that controls the text")
        return f"there is {name} ({code}), which nobody can see; delete it"
    if sign in SPACES or unicodedata.category(sign) in ("Zs", "Zl", "Zp"):
        name = SPACES.get(sign, "a space of another width")
        return (
            f"there is {name} ({code}), which only looks like a space; it often comes "
            "from a web page: delete it and type a space"
        )
    plain = MEANT.get(sign) or unicodedata.normalize("NFKC", sign)
    name = unicodedata.name(sign, "without a name").lower()
    instead = f"; Python's is {plain}" if plain.isascii() else " and is not Python"
    return f"the sign {sign} is {code}, {name}{instead}"


def in_latin(name: str) -> str:
    """Return a name with the Latin letters that its letters look like."""
    return "".join(ALIKE.get(letter, letter) for letter in name)


def _strange_letters(text: str) -> list[str]:
    """Return the letters of quoted names that look like Latin ones, each once.

    A Greek letter may be meant: it is strange only in a name that has Latin ones, too.
    """
    found = [
        letter
        for name in QUOTED_NAME.findall(text)
        for letter in name
        if letter in ALIKE
        and (letter >= "\u0400" or any(c.isascii() and c.isalpha() for c in name))
    ]
    return list(dict.fromkeys(found))


def _letter(letter: str) -> str:
    name = unicodedata.name(letter).lower()
    return (
        f"its {letter} is U+{ord(letter):04X}, {name}, and only looks like the Latin "
        f"{ALIKE[letter]}"
    )
