"""Dependencies point one way; the table below is the architecture."""

import ast
from pathlib import Path

import pytest

LIB = Path(__file__).parents[1] / "course_lib"
TEACHING = {
    "shapes",
    "device",
    "vocabulary",
    "data",
    "cells",
    "unroll",
    "losses",
    "bptt",
    "gradients",
    "layers",
    "checkpoints",
    "models",
    "training",
    "experiments",
    "language",
}
ALLOWED = {
    "shapes": set(),
    "device": set(),
    "vocabulary": set(),
    "data": {"shapes", "device", "vocabulary"},
    "cells": {"shapes"},
    "losses": {"shapes"},
    "unroll": {"shapes", "cells"},
    "bptt": {"shapes", "cells", "unroll"},
    "gradients": {"shapes", "cells"},
    "layers": {"shapes", "cells", "unroll"},
    "models": {"shapes", "cells", "unroll"},
    "checkpoints": set(),
    "training": {"shapes", "device", "checkpoints"},
    "experiments": {
        *("shapes", "device", "data", "cells", "gradients", "language"),
        *("layers", "models", "training", "vocabulary"),
    },
    "language": {"shapes", "vocabulary", "data", "cells", "layers"},
    "plots": {"shapes", "device", "unroll", "experiments"},
    "figures": {"unroll", "cells", "data", "gradients", "language"},
    "results": set(),
    "checks": {"shapes", "device", "results", "undefined", "hints"},
    "twins": set(),
    "exercise_rules": set(),
    "assignments": {"exercise_rules", "twins"},
    "grading": {"assignments", "results", "undefined", "hints"},
    "serve": set(),
    "terminal": set(),
    "undefined": set(),
    "hints": set(),
    "__main__": {"assignments", "exercise_rules", "grading", "serve", "terminal"},
    "__init__": set(),
}
# What runs in the judge's or the learner's process only, where torch is at home.
IN_CHILDREN = {
    "answers",
    "changes",
    "conversation",
    "crossing",
    "graphs",
    "guard",
    "interpreter",
    "judge",
    "learner",
    "messages",
    "leaves",
    "pack",
    "peer",
    "remote",
    "replay",
    "revival",
    "shortcuts",
    "unpack",
    "values",
    "wire",
}
NOT_FOR_TEACHING = {"nbgrader", "jupytext", "nbformat", "dask"}
FILES = sorted(LIB.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports when it is imported."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def in_child(path: Path) -> bool:
    """Whether a module of `grading` is imported in a child process only."""
    return path.parent.name == "grading" and path.stem in IN_CHILDREN


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(LIB)))
def test_imports_point_one_way(path):
    part = path.relative_to(LIB).parts[0].removesuffix(".py")
    found = imports(path)
    ours = {name.split(".")[1] for name in found if name.startswith("course_lib.")}
    allowed = ALLOWED[part] | {part} | ({"checks"} if in_child(path) else set())
    assert ours <= allowed, f"{path.name} may import {allowed} only"
    theirs = {name.split(".")[0] for name in found}
    if part in TEACHING | {"plots", "figures", "checks"}:
        assert not theirs & NOT_FOR_TEACHING
    if part in {"grading", "assignments", "__main__"} and not in_child(path):
        assert "torch" not in theirs, "grading starts without torch"
        inner = {n.split(".")[2] for n in found if n.startswith("course_lib.grading.")}
        assert not inner & IN_CHILDREN, "these belong to the judge and the learner"
