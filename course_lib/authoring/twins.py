"""What is there already that an exercise asks to write: names to be forbidden.

A task is a function that learners write, and the library holds the same function under
the same name. Here it is found by that name in the text of the library, with the
packages that hand it on, and in torch and NumPy. The builder writes what was found into
the notebook, so a new exercise forbids its twins without a word.
"""

import ast
import functools
import importlib
from collections.abc import Iterable, Iterator

from course_lib.rooms import GROUND, LIBRARY, TEACHING, files

OUTSIDE = (
    *("torch", "torch.nn", "torch.nn.functional", "torch.linalg", "torch.special"),
    *("torch.fft", "torch.func", "torch.autograd", "torch.autograd.functional"),
    *("torch.optim", "torch.distributions", "torch.nn.utils", "torch.nn.utils.rnn"),
    *("numpy", "numpy.linalg", "numpy.fft"),
)


def twins(task: str) -> tuple[str, ...]:
    """Return the dotted names of what is called as a task is, the shortest first.

    Case and underscores make no difference: `layer_norm` has `torch.nn.LayerNorm` for
    a twin.

    Args:
        task: the name of the function that learners write.
    """
    wanted = _plain(task)
    found = [
        f"{module}.{name}"
        for module, (package, names) in _modules().items()
        for name in names
        if _plain(name) == wanted and (package or not names[name])
    ]
    for module in OUTSIDE:
        names = vars(importlib.import_module(module))
        alike = [name for name in names if _plain(name) == wanted]
        found += [f"{module}.{name}" for name in alike if callable(names[name])]
    return tuple(sorted(found, key=lambda name: (name.count("."), name)))


def given(sources: Iterable[str], task: str) -> str | None:
    """Return the twin of a task that cells import for learners, if there is one.

    Args:
        sources: the cells that learners see.
        task: the name of the function that learners write.
    """
    for source in sources:
        for _, full in _imports(ast.parse(source).body):
            module, _, name = full.rpartition(".")
            if _plain(name) == _plain(task) and module.startswith(LIBRARY.name):
                return full
    return None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


@functools.cache
def _modules() -> dict[str, tuple[bool, dict[str, str]]]:
    """Return what each module has at its top, and whether it is a package.

    Of each name it is said where it was imported from, or "" if it is defined there.
    """
    found = {}
    for path in sorted(files(GROUND + TEACHING)):  # the rest does no task's work
        if path.suffix != ".py":
            continue
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        package = parts[-1] == "__init__"
        module = ".".join([LIBRARY.name, *(parts[:-1] if package else parts)])
        body = ast.parse(path.read_text(encoding="utf-8")).body
        own = [
            node.name
            for node in body
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and _works(node)
        ]
        found[module] = package, dict(_imports(body)) | dict.fromkeys(own, "")
    return found


def _works(node: ast.stmt) -> bool:
    """Whether a statement defines what can be called to do a task's work."""
    if isinstance(node, ast.ClassDef):
        methods = {getattr(part, "name", None) for part in node.body}
        return not methods.isdisjoint({"forward", "__call__"})
    return isinstance(node, ast.FunctionDef)


def _imports(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
