"""Why a name that a learner was to define has no value: what became of its cell.

The error of a cell is not quoted from its output where Python's parser says it anew:
a cell that does not parse is parsed here.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from course_lib.results import hints

DEFINES = re.compile(r"^[ \t]*(?:async +)?(?:def|class) +(\w+)", re.M)
PLACE = re.compile(r"(?:Cell In|Input In)\s*\[\d+\][^\n]*?line (\d+)")
CHAINED = re.compile(
    r"^(?:During handling of the above|The above exception was the direct)", re.M
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SYNTAX = ("SyntaxError", "IndentationError", "TabError")
LONGEST_TEXT, LONGEST_LINE = 300, 120


@dataclass(frozen=True)
class Ran:
    """A cell of the learner's and what came of it.

    Attributes:
        source: its text.
        outputs: as a notebook holds them; None where it did not run.
        names: what it was to define.
    """

    source: str
    outputs: Sequence[Mapping[str, Any]] | None
    names: tuple[str, ...] = ()


def used_names(source: str) -> set[str]:
    """Return the names that a cell reads or writes."""
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}


def undefined(name: str, cells: list[Ran]) -> str:
    """Return why a name has no value, beginning with the name.

    Args:
        name: what a learner was to define.
        cells: the learner's cells before the test, in order.
    """
    said = f"{name} is not defined"
    own = next((cell for cell in cells if name in cell.names), None)
    if own is not None and (what := problem(own)):
        return f"{said}: its cell {what}"
    for cell in reversed(cells):
        word = re.search(rf"\b{re.escape(name)}\b", cell.source)
        if word and (what := problem(cell)):
            return f"{said}: the cell that should define it {what}"
    if own is None or not own.source.strip():
        return f"{said}: its cell is empty."
    return f"{said}: its cell ran, but {_instead(name, own.source)}."


def problem(cell: Ran) -> str:
    """Return what went wrong with a cell, beginning with a verb, or nothing."""
    outputs = cell.outputs or []
    errors = [out for out in outputs if out.get("output_type") == "error"]
    if cell.outputs is None or any(out.get("ename") == "TimeIsUp" for out in errors):
        return "did not run: the cells before it took too long."
    if not errors:
        return ""
    kind, text = (str(errors[-1].get(key, "")) for key in ("ename", "evalue"))
    refused = kind in SYNTAX or "null bytes" in text
    if refused and (error := parse_error(cell.source)):
        return _unparsed(cell.source, error)
    text = text[:LONGEST_TEXT]
    lines = _lines_of(cell.source, errors[-1])
    where = _quote(cell.source, lines[0]) if lines else ""
    hint = hints.hint(kind, text)
    end = f" ({hint})" if hint and hint not in text else ""
    return f"stopped with {kind}: {text}{end}{where}"


def parse_error(source: str) -> SyntaxError | None:
    """Return the error with which Python refuses a cell, if it does."""
    first, _, rest = source.partition("\n")
    if first.startswith("%%"):  # what is below it is read when the magic runs it
        source = f"0\n{rest}"
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as error:
        error.lineno = (error.lineno or 0) + _empty(source)
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error))
    return None


def _unparsed(source: str, error: SyntaxError) -> str:
    """Return Python's message and line, and the sign that is none of Python's."""
    line = error.lineno or 0
    sign = hints.odd_sign(error.msg, _line(source, line))
    more = f"\n  {sign[0].upper()}{sign[1:]}." if sign else ""
    where = _quote(source, line)
    return f"does not parse. {type(error).__name__}: {error.msg}{where}{more}"


def _quote(source: str, number: int) -> str:
    """Return a line of a cell as it is quoted, or nothing where there is none."""
    line = _line(source, number).strip()
    if not line:
        return f"\n  line {number}" if number else ""
    if len(line) > LONGEST_LINE:
        line = line[:LONGEST_LINE] + " …"
    return f"\n  line {number}: {line}"


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _lines_of(source: str, output: Mapping[str, Any]) -> list[int]:
    """Return the lines of cells that a traceback goes through, outermost first."""
    frames = output.get("traceback")
    frames = frames if isinstance(frames, list) else []
    text = COLOUR.sub("", "\n".join(map(str, frames)))
    text = CHAINED.split(text)[-1]
    empty = _empty(source)
    return [int(n) + empty for n in PLACE.findall(text) if len(n) < 6]


def _empty(source: str) -> int:
    """Return the number of empty lines before a cell; IPython does not count them."""
    return source[: len(source) - len(source.lstrip())].count("\n")


def _instead(name: str, source: str) -> str:
    """Return what a cell does that ran to its end without defining a name."""
    first = source.lstrip().split(maxsplit=1)[0]
    if first.startswith("%%"):
        return (
            f"{first} at its beginning does something else with it than to run it in "
            "the notebook"
        )
    others: Any = [other for other in DEFINES.findall(source) if other != name]
    for other in others:
        if hints.in_latin(other) == hints.in_latin(name):
            hint = hints.hint("NameError", f"'{other}'")
            return f"{other} is another name: {hint}"
    if others:
        return f"it defines {', '.join(others[:5])}"
    return "it does not define it"
