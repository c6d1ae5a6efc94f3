"""The library can be installed: its wheel is whole, and works without the repository.

The wheel is built from a copy of the sources and unpacked into a folder, which stands
before everything else on the path of the Python that is started.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from places import LIBRARY, ROOT

SCRIPT = (
    "import sys\nfrom course_lib.__main__ import main\nsys.exit(main(sys.argv[1:]))"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder that holds what the wheel brings."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(LIBRARY, source / "course_lib", ignore=ignored)
    words = ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run(
        [sys.executable, *words, "-w", "wheels", "."], cwd=source, check=True
    )
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = (source / "wheels").glob("unrolled-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def python(installed: Path, where: Path, *words: str) -> subprocess.CompletedProcess:
    """Run Python in a folder, with the wheel before everything else on its path."""
    env = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=where,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_wheel_holds_every_file_of_the_library(installed):
    def files(library: Path) -> set[str]:
        paths = (path for path in library.rglob("*") if path.is_file())
        names = {path.relative_to(library).as_posix() for path in paths}
        return {name for name in names if "__pycache__" not in name}

    assert files(installed / "course_lib") == files(LIBRARY)
    (metadata,) = installed.glob("*.dist-info")
    scripts = (metadata / "entry_points.txt").read_text(encoding="utf-8")
    assert "unrolled = course_lib.__main__:main" in scripts


def test_it_is_imported_from_an_empty_folder(installed, tmp_path):
    names = sorted(
        ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
        for path in LIBRARY.rglob("*.py")
        if path.parent.name in {"cells", "checks", "authoring", "commands", "tables"}
        or path.parent.parent.name == "grading"
    )
    code = (
        "import importlib\n"
        f"for name in {names}:\n    importlib.import_module(name)\n"
        "import course_lib\nprint(course_lib.__file__)\n"
        "from course_lib.authoring.build import ROOT\nprint(ROOT)\n"
    )
    done = python(installed, tmp_path, "-W", "ignore", "-c", code)
    assert done.returncode == 0, done.stderr
    library, root = done.stdout.splitlines()[-2:]
    assert Path(library).parent == installed / "course_lib"
    assert Path(root) == tmp_path  # the course is the folder one is in


def test_its_commands_say_what_is_missing_outside_a_course(installed, tmp_path):
    done = python(installed, tmp_path, "-c", SCRIPT, "build")
    assert done.returncode == 2, done.stderr
    assert f"{tmp_path} has no sources of exercises" in done.stderr
    assert "Traceback" not in done.stderr


def test_its_commands_work_in_a_course(installed, tmp_path):
    """An exercise that needs no torch is built and checked in a folder of its own."""
    (tmp_path / "solutions").mkdir()
    source = ROOT / "tests" / "grading" / "tiny.py"
    shutil.copy(source, tmp_path / "solutions" / "0_tiny.py")
    done = python(installed, tmp_path, "-c", SCRIPT, "build")
    assert done.returncode == 0, done.stderr
    done = python(installed, tmp_path, "-c", SCRIPT, "check", "0_tiny")
    assert done.returncode == 1, done.stderr
    assert "0.2 Three times: 0 of 3" in done.stdout
    assert (tmp_path / "_build" / "feedback" / "0_tiny.html").exists()


def test_visible_tests_of_an_exercise_run_with_it(installed, tmp_path):
    """The released notebook of the RNN, answered, runs outside the repository."""
    name = "03_rnn"
    paths = [
        ROOT / place / name / f"{name}.ipynb" for place in ("exercises", "solutions")
    ]
    released, solved = (
        json.loads(p.read_text(encoding="utf-8"))["cells"] for p in paths
    )
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in solved
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }
    cells = []
    for cell in released:
        if cell["cell_type"] == "code":
            known = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cells.append("".join(answers.get(known, cell)["source"]))
    code = f"import json, sys\nfor cell in {cells!r}:\n    exec(cell, globals())\n"
    done = python(installed, tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr
    assert "✓" in done.stdout
