"""Tell an answer from a cell that is still as it was released.

What counts of a code cell is its tokens, without comments, blank space and texts that
stand alone, such as a docstring. A cell of which nothing counts is no answer either.
The source is never parsed: a hostile one can end the process that parses it.
"""

import io
import tokenize
from collections.abc import Iterable, Iterator
from functools import lru_cache

MAX_CELL = 20_000  # characters; a longer cell is no stub
MAX_ALL = 400_000  # of all cells together, which bounds the time
SILENT = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)

Essence = tuple[str, ...]


def essence(source: str, kind: str = "code") -> Essence:
    """Return what counts of a cell's text, or its words where it is no Python."""
    if len(source) > MAX_CELL or kind == "long":
        # no stub's, whatever it begins with
        return ("", *source[:1000].split()) if source.strip() else ()
    if kind == "code":
        return _tokens(source)
    return tuple(source.split())


def essences(cells: Iterable[tuple[str, str]]) -> list[Essence]:
    """Return the essence of each source and kind, within a limit for all of them."""
    left, found = MAX_ALL, []
    for source, kind in cells:
        left -= len(source)
        found.append(essence(source, kind if left > 0 else "long"))
    return found


def binds(found: Essence, names: set[str]) -> bool:
    """Whether code names one of `names` otherwise than in a call of it."""
    pairs = zip(("", *found), found, (*found[1:], ""), strict=False)
    return any(
        word in names and (after != "(" or before in ("def", "class"))
        for before, word, after in pairs
    )


@lru_cache(512)
def _tokens(source: str) -> Essence:
    try:
        return tuple(_significant(source))
    except (tokenize.TokenError, SyntaxError):
        return tuple(source.split())


def _significant(source: str) -> Iterator[str]:
    line: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            if any(part.type != tokenize.STRING for part in line):
                yield from (part.string for part in line)
            line = []
        elif token.type not in SILENT:
            line.append(token)
