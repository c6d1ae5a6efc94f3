"""The locks hold what pyproject.toml asks for: all of it, exact, in one version."""

import ast
import functools
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from places import LIBRARY, ROOT

from course_lib import rooms
from requirements import lock

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS = PROJECT["optional-dependencies"]
PINS = {role: lock.pins(ROOT / "requirements" / f"{role}.txt") for role in lock.ROLES}
PINS["dev"] = lock.pins(lock.WHOLE)
CUDA = "nvidia-", "cuda-", "triton"  # what a build of torch with CUDA brings along


def asked_for(role: str) -> list[Requirement]:
    """Return what a role asks for in pyproject.toml, with the library's own needs."""
    found = [Requirement(text) for text in PROJECT["dependencies"]]
    for requirement in map(Requirement, EXTRAS.get(role, [])):
        if requirement.name == "unrolled":
            for inner in requirement.extras:
                found += asked_for(inner)
        else:
            found.append(requirement)
    return found


@functools.cache
def needs_of(name: str) -> list[Requirement]:
    """Return what an installed distribution asks for."""
    return [Requirement(text) for text in metadata.requires(name) or []]


@functools.cache
def modules() -> dict[str, list[str]]:
    """Return the distributions that bring each module; this reads every one of them."""
    return dict(metadata.packages_distributions())


def closure(requirements: list[Requirement]) -> set[str]:
    """Return the canonical names of what is installed to meet some requirements."""
    seen: set[tuple[str, str]] = set()
    waiting = [(one.name, extra) for one in requirements for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        name = lock.canonical(name)
        if (name, extra) in seen or name.startswith(CUDA):
            continue
        seen.add((name, extra))
        for inner in needs_of(name):
            if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                waiting += [(inner.name, more) for more in ("", *inner.extras)]
    return {name for name, _ in seen}


@pytest.mark.parametrize("role", PINS)
def test_a_lock_is_complete_and_pins_nothing_else(role):
    assert PINS[role].keys() == closure(asked_for(role))


@pytest.mark.parametrize("role", PINS)
def test_a_lock_is_of_one_version_and_within_the_ranges(role):
    for name, version in PINS[role].items():
        assert PINS["dev"][name] == version, name
    for requirement in asked_for(role):
        version = PINS[role][lock.canonical(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_every_extra_has_a_lock_and_none_names_an_index():
    assert set(PINS) == set(EXTRAS)
    for path in [lock.WHOLE, *(ROOT / "requirements").glob("*.txt")]:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert not [line for line in text.splitlines() if line.startswith("-")]


def test_what_is_no_pin_is_refused(tmp_path):
    for text in ("torch>=2\n", "torch==2.13.0\nTorch==2.13.0\n", "--index-url x\n"):
        (tmp_path / "x.txt").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match="is no pin, or a second one"):
            lock.pins(tmp_path / "x.txt")


def role_of(room: str) -> str:
    """Return the role that the imports of a room must be content with."""
    if room in {"authoring", "commands", "grading"}:
        return "teach"
    # `results` looks whether it is in a notebook; there is IPython if it is
    return "learn" if room == "results" else "no extra"


@pytest.mark.parametrize("room", rooms.ORDER)
def test_a_room_imports_what_its_role_installs(room):
    installed = closure(asked_for(role_of(room)))
    for path in rooms.files([room]):
        if path.suffix != ".py" or path.name == "dask.py":  # Dask is the role `cluster`
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in {name.partition(".")[0] for name in names}:
                if name == "course_lib" or name in sys.stdlib_module_names:
                    continue
                theirs = {lock.canonical(one) for one in modules().get(name, [])}
                assert theirs & installed, (path.relative_to(LIBRARY), name)
