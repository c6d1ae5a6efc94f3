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
    "layers",
    "losses",
    "bptt",
    "lstm_bptt",
    "gru_bptt",
    "comparison",
    "models",
    "training",
    "experiments",
    "together",
    "jacobians",
    "starts",
    "clipping",
    "runs",
    "attention",
    "beams",
    "checkpoints",
    "decoders",
    "decoding",
    "encoders",
    "language_models",
    "metrics",
    "ngrams",
    "scores",
    "seq2seq",
    "states",
    "streams",
    "translation",
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
    "lstm_bptt": {"shapes", "cells"},
    "gru_bptt": {"shapes", "cells"},
    "comparison": {
        *("cells", "data", "device", "experiments", "layers", "starts", "together"),
    },
    "layers": {"shapes", "cells", "unroll"},
    "models": {"shapes", "cells", "unroll"},
    "experiments": {"data", "device", "models", "training"},
    "together": {"device", "experiments", "models"},
    "training": {"shapes", "device", "checkpoints"},
    "checkpoints": set(),
    "states": set(),
    "language_models": {"shapes", "cells"},
    "streams": {"states"},
    "ngrams": {"shapes"},
    "attention": {"shapes"},
    "scores": {"attention"},
    "seq2seq": {"shapes", "vocabulary", "language_models", "layers"},
    "encoders": {"shapes", "language_models", "layers"},
    "decoders": {
        *("shapes", "cells", "attention", "encoders", "language_models", "layers"),
    },
    "translation": {
        *("data", "decoders", "decoding", "encoders", "layers", "scores", "seq2seq"),
        "vocabulary",
    },
    "beams": set(),
    "decoding": {"shapes", "vocabulary", "states", "beams"},
    "metrics": set(),
    "side_by_side": {"cells", "data", "device", "layers"},
    "jacobians": {"shapes", "cells"},
    "starts": {"shapes", "cells"},
    "clipping": set(),
    "runs": {"shapes", "device", "cells", "data"},
    "plots": {"shapes", "device", "unroll", "experiments"},
    "figures": {"unroll", "cells", "data", "jacobians", "starts"},
    "results": set(),
    "checks": {"shapes", "device", "results"},
    "exercise_rules": set(),
    "assignments": {"exercise_rules"},
    "grading": {"assignments", "results"},
    "serve": set(),
    "__main__": {"assignments", "exercise_rules", "grading", "serve"},
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
    for node in ast.parse(path.read_text()).body:
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
