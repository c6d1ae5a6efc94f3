"""What of the hidden tests a feedback must not quote.

Every line of them, unless it stands in the open as well, or is there to be said: what
the docstring of a mistake says is the message that names it.
"""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from course_lib.grading.notebook.cells import is_test
from course_lib.grading.submission.rebuild import HIDDEN, without_hidden

WITHHELD = "(not shown: this output holds part of the tests)"
SHORTEST_TELLING_LINE = 12


def secret_lines(nb: NotebookNode) -> list[str]:
    """Return the telling lines of the hidden regions of a notebook."""
    open_text = "\n".join(without_hidden(cell.source) for cell in nb.cells)
    hidden: set[str] = set()
    for cell in filter(is_test, nb.cells):
        for region in HIDDEN.findall(cell.source):
            lines = region.splitlines()[1:-1]
            hidden |= {line.strip() for line in lines} - set(_said(lines))
    return [
        line
        for line in hidden
        if len(line) >= SHORTEST_TELLING_LINE and line not in open_text
    ]


def quotes(text: str, secrets: list[str]) -> bool:
    """Whether a text holds one of the secret lines."""
    return any(secret in text for secret in secrets)


def redacted(
    failure: dict[str, str | None], secrets: list[str]
) -> dict[str, str | None]:
    """Return a failure without the texts that quote a hidden line."""
    return {
        key: WITHHELD if quotes(text or "", secrets) else text
        for key, text in failure.items()
    }


def _said(lines: list[str]) -> Iterator[str]:
    """Yield the lines in the docstrings of the answers that a test carries as text."""
    for node in ast.walk(_parsed("\n".join(lines))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for answer in _parsed(node.value).body:
                if isinstance(answer, ast.FunctionDef):
                    yield from (ast.get_docstring(answer) or "").splitlines()


def _parsed(text: str) -> ast.Module:
    """Return a text as Python, or an empty module where it is none."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])
