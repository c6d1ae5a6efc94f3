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

DEFINES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
IMPORTS = ("import_module", "__import__")
COURSE = "course_lib."
WORD = re.compile(r"[^\W\d]\w*")


class _Definitions:
    """What each top-level name of some cells is made of."""

    def __init__(self, sources: Iterable[str]):
        self.imports: dict[str, str] = {}
        self.uses: dict[str, set[str]] = {}
        self.stars: set[str] = set()
        self.anywhere: set[str] = set()  # what any statement uses
        for source in sources:
            for statement in _statements(source):
                self._add(statement)

    def _add(self, statement: ast.stmt) -> None:
        imported = dict(_imports(statement))
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self.stars |= {
                full.removesuffix(".*")
                for name, full in imported.items()
                if name == "*"
            }
            self.imports.update(imported)
            return
        if isinstance(statement, ast.Assign) and (module := _imported(statement)):
            names = (n.id for n in statement.targets if isinstance(n, ast.Name))
            self.imports.update(dict.fromkeys(names, module))
        used = set(_dotted(statement, imported))
        self.anywhere |= used
        for name in _bound(statement):
            if isinstance(statement, DEFINES) and not self._kept(name):
                self.imports.pop(name, None)  # what it was before nobody has any more
                self.uses.pop(name, None)
            self.uses.setdefault(name, set()).update(used)

    def _kept(self, name: str) -> bool:
        """Whether another name may stand for what this one was so far."""
        others = (used for other, used in self.uses.items() if other != name)
        return any(name == one.partition(".")[0] for used in others for one in used)

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
            # no statement binds the task's own name: some text that is run does
            unseen = current == name and name not in {*self.uses, *self.imports}
            for used in self.anywhere if unseen else self.uses.get(current, ()):
                first, _, rest = used.partition(".")
                waiting.append(first)
                full = self.imports.get(first, first)
                yield f"{full}.{rest}" if rest else full


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
        if found := _name(node):
            first, dot, rest = found.partition(".")
            yield f"{imported.get(first, first)}{dot}{rest}"


def _name(node: ast.AST) -> str | None:
    """Return the dotted name that an expression spells, `getattr` and the like too."""
    if isinstance(node, ast.Name):
        return node.id
    owner: str | None
    last: str | None
    if isinstance(node, ast.Attribute):
        owner, last = _name(node.value), node.attr
    elif isinstance(node, ast.Call) and len(node.args) > 1 and _is(node, "getattr"):
        owner, last = _name(node.args[0]), _constant(node.args[1])
    elif isinstance(node, ast.Call) and node.args and _is(node, *IMPORTS):
        return _constant(node.args[0])
    else:
        return None
    return f"{owner}.{last}" if owner and last else None


def _imported(statement: ast.Assign) -> str | None:
    """Return the module that an assignment imports, if it does nothing else."""
    call = statement.value
    return _name(call) if isinstance(call, ast.Call) and _is(call, *IMPORTS) else None


def _is(call: ast.Call, *names: str) -> bool:
    called = call.func
    return getattr(called, "id", getattr(called, "attr", None)) in names


def _constant(node: ast.AST) -> str | None:
    """Return a text that is written out, in one piece or in several."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _constant(node.left), _constant(node.right)
        return None if left is None or right is None else left + right
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, DEFINES):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, DEFINES):
            yield node.name


@functools.lru_cache
def _statements(source: str) -> list[ast.stmt]:
    """Return the statements of a cell; none of one that does not parse."""
    try:
        return _parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _parse(source: str) -> ast.Module:
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
    for name in forbidden:  # another module of the course may hand it on
        last = f".{name.rpartition('.')[2]}"
        for used in reached if name.startswith(COURSE) else ():
            module = name.startswith(f"{used}.")
            if used.startswith(COURSE) and used.endswith(last) and not module:
                return name
    return None


@functools.lru_cache
def words(sources: tuple[str, ...]) -> frozenset[str]:
    """Return the words and the lines of some cells, whether or not they are Python."""
    text = "\n".join(sources)
    return frozenset(WORD.findall(text)) | {line.strip() for line in text.splitlines()}
