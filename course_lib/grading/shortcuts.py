"""Whether a submission's text uses a name that the exercise forbids.

In the learner's process a forbidden function raises when it is called, which gives an
honest learner a message at once; code there could undo it. This check reads the text in
the judge's process, out of its reach: it follows the names that an answer uses through
the learner's own definitions and imports. Code that hides a name in a string from it
still meets the first guard.
"""

import ast
import functools
import re
from collections.abc import Iterable, Iterator

from IPython.core.inputtransformer2 import TransformerManager

WORD = re.compile(r"[^\W\d]\w*")


class _Definitions:
    """What each top-level name of some cells is made of."""

    def __init__(self, sources: Iterable[str]):
        self.imports: dict[str, str] = {}
        self.uses: dict[str, set[str]] = {}
        self.stars: set[str] = set()
        for source in sources:
            for imports, bound, used in _statements(source):
                stars = {full for name, full in imports.items() if name == "*"}
                self.stars |= {full.removesuffix(".*") for full in stars}
                self.imports.update(imports)
                for name in bound:
                    self.uses.setdefault(name, set()).update(used)

    def reach(self, name: str) -> Iterator[str]:
        """Yield every full dotted name that `name` uses, directly or not."""
        seen, waiting = set(), [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if current in self.imports:
                yield self.imports[current]
            elif current not in self.uses:
                yield from (f"{module}.{current}" for module in self.stars)
            for used in self.uses.get(current, ()):
                first, _, rest = used.partition(".")
                waiting.append(first)
                full = self.imports.get(first, first)
                yield f"{full}.{rest}" if rest else full


@functools.lru_cache
def _statements(source: str) -> list[tuple[dict, set, set]]:
    """Return of each statement of a cell what it imports, binds and uses."""
    try:
        body = _parsed(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for statement in body:
        imported = dict(_imports(statement))
        if isinstance(statement, ast.Import | ast.ImportFrom):
            found.append((imported, set(), set()))
        else:
            used = set(_dotted(statement, imported))
            found.append(({}, set(_bound(statement)), used))
    return found


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield name, alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(tree: ast.AST, imported: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        parts, head = [], node
        while isinstance(head, ast.Attribute):
            parts.append(head.attr)
            head = head.value
        if isinstance(head, ast.Name):
            first = imported.get(head.id, head.id)
            yield ".".join([first, *reversed(parts)])


def _bound(statement: ast.stmt) -> Iterator[str]:
    named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    if isinstance(statement, named):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, named):
            yield node.name


def _parsed(source: str) -> ast.Module:
    """Parse a cell without its magics; one that is Python already has none."""
    try:
        return ast.parse(source)
    except SyntaxError:
        lines = source.splitlines(keepends=True)
        plain = "".join(line for line in lines if not line.startswith("%%"))
        return ast.parse(TransformerManager().transform_cell(plain))


@functools.lru_cache
def uses(sources: tuple[str, ...], task: str, forbidden: tuple[str, ...]) -> str | None:
    """Return the first forbidden name that `task` uses, if there is one.

    Args:
        sources: the cells of the learner and the set-up, in order.
        task: the name of the function that the learner wrote.
        forbidden: full dotted names.
    """
    if not forbidden:
        return None
    reached = set(_Definitions(sources).reach(task))
    for name in forbidden:
        if any(used == name or used.startswith(f"{name}.") for used in reached):
            return name
    return None


@functools.lru_cache
def words(sources: tuple[str, ...]) -> frozenset[str]:
    """Return the words and the lines of some cells, whether or not they are Python."""
    text = "\n".join(sources)
    return frozenset(WORD.findall(text)) | {line.strip() for line in text.splitlines()}
