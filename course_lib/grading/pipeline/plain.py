"""Values of the configuration as JSON values, and back.

Workers may sit on other machines, and the journal's key is a digest of text; so what
the configuration holds must be written down. Numbers, texts and lists are written as
they are. A class or function is written as the place it is imported from.
"""

import enum
import importlib
import re
from functools import reduce
from pathlib import Path
from typing import Any

PLAIN = (type(None), bool, int, float, str)
KINDS: dict[str, type] = {
    **{kind.__name__: kind for kind in (tuple, set, frozenset, bytes, dict)},
    "pattern": re.Pattern,
}


class NotPlain(ValueError):
    """A value that cannot be written down; the message says why."""


def plain(value: Any) -> Any:
    """Return a JSON value that stands for a value; equal values give equal ones.

    Raises:
        NotPlain: the value cannot be made again elsewhere.
    """
    if type(value) in PLAIN:
        return value
    if type(value) is list:
        return [plain(one) for one in value]
    for name, kind in KINDS.items():
        if type(value) is kind:
            return {name: _parts(value)}
    if isinstance(value, Path):
        return {"path": str(value)}
    return {"import": _place(value)}


def restored(value: Any) -> Any:
    """Return the value that `plain` wrote down."""
    if isinstance(value, list):
        return [restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    [(kind, parts)] = value.items()
    if kind == "import":
        module, _, name = parts.partition(":")
        return reduce(getattr, name.split("."), importlib.import_module(module))
    if kind == "path":
        return Path(parts)
    if kind == "bytes":
        return bytes.fromhex(parts)
    if kind == "pattern":
        return re.compile(*parts)
    return KINDS[kind](tuple(one) if kind == "dict" else one for one in restored(parts))


def _parts(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, bytes):
            raise NotPlain(f"{value!r} matches bytes")
        return [value.pattern, value.flags]
    if isinstance(value, dict):
        return [[plain(key), plain(one)] for key, one in value.items()]
    parts = [plain(one) for one in value]
    return parts if isinstance(value, tuple) else sorted(parts, key=repr)


def _place(value: Any) -> str:
    """Return "module:name" of something that another process can import."""
    named = value
    if isinstance(value, enum.Enum):
        named = type(value)
    module = getattr(named, "__module__", None)
    name = getattr(named, "__qualname__", None)
    if not (isinstance(module, str) and isinstance(name, str)):
        raise NotPlain(f"{value!r} is a {type(value).__name__}, which is no plain data")
    if isinstance(value, enum.Enum):
        name = f"{name}.{value.name}"
    place = f"{module}:{name}"
    try:
        found = restored({"import": place})
    except (ImportError, AttributeError, ValueError):
        found = None
    if found is not value:
        raise NotPlain(
            f"workers cannot import {name}; put it into a module of its own, beside "
            "nbgrader_config.py"
        )
    return place
