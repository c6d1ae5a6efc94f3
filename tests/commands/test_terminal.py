"""The course's commands work where UTF-8 is not the default: Windows, old terminals.

A locale is made where localedef and its maps are installed (Debian: locales);
REQUIRE_LOCALES=1 says that it must be so. ASCII, Python's encoding in the locale C,
needs nothing.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from places import ROOT, TINY

from course_lib.authoring import build

NAME = "0_tiny"
RUN = (
    "import sys\nfrom pathlib import Path\nfrom course_lib import __main__ as command\n"
    "command.ROOT = Path(sys.argv.pop(1))\nsys.exit(command.main(sys.argv[1:]))"
)
SIGNS = ascii("✓ ✗ … − é 你 \udc80 done")
SPEAK = (
    "from course_lib.commands.terminal import speak_plainly\n"
    f"speak_plainly()\nprint({SIGNS})"
)


@pytest.fixture(scope="module")
def locales(tmp_path_factory) -> dict[str, dict[str, str]]:
    """The environments in which text is not UTF-8, by their names."""
    found = {"ascii": {"LC_ALL": "C"}}
    folder = tmp_path_factory.mktemp("locales")
    for language, charmap in (("zh_CN", "GBK"), ("en_US", "CP1252")):
        name = f"{language}.{charmap}"
        words = ["localedef", "-i", language, "-f", charmap, str(folder / name)]
        if shutil.which("localedef"):
            subprocess.run(words, capture_output=True, check=False)
        if (folder / name).exists():
            found[charmap] = {"LC_ALL": name, "LOCPATH": str(folder)}
    return found


def python(*words: str, **environment: str) -> subprocess.CompletedProcess:
    """Run Python as it runs without UTF-8 mode; outputs are bytes."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    env = kept | plain | environment
    return subprocess.run([sys.executable, *words], env=env, capture_output=True)


def locale(locales: dict, name: str) -> dict[str, str]:
    if name not in locales and os.environ.get("REQUIRE_LOCALES") == "1":
        pytest.fail(f"REQUIRE_LOCALES=1, but localedef cannot make {name}")
    if name not in locales:
        pytest.skip(f"localedef cannot make {name}; install the package locales")
    return locales[name]


@pytest.mark.parametrize("charmap", ["ascii", "GBK", "CP1252"])
def test_a_build_writes_the_same_bytes_everywhere(tmp_path, locales, charmap):
    where = locale(locales, charmap)
    for folder in ("here", "there"):
        (tmp_path / folder / "solutions").mkdir(parents=True)
        shutil.copy(TINY, tmp_path / folder / "solutions" / f"{NAME}.py")
    build.build(tmp_path / "here")
    done = python("-c", RUN, str(tmp_path / "there"), "build", **where)
    assert done.returncode == 0, done.stderr.decode("ascii", "replace")
    built = sorted((tmp_path / "here").glob("*/*/*.ipynb"))
    assert len(built) == 2
    for path in built:
        other = tmp_path / "there" / path.relative_to(tmp_path / "here")
        assert other.read_bytes() == path.read_bytes()
    assert "✓" in built[0].read_text(encoding="utf-8")


def test_no_file_of_a_build_is_opened_in_the_machines_encoding(tmp_path):
    (tmp_path / "solutions").mkdir()
    shutil.copy(TINY, tmp_path / "solutions" / f"{NAME}.py")
    strict = (
        "import warnings\nwarnings.filterwarnings('error', category=EncodingWarning, "
        f"module='course_lib')\n{RUN}"
    )
    words = ("-X", "warn_default_encoding", "-c", strict, str(tmp_path), "build")
    done = python(*words)
    assert done.returncode == 0, done.stderr.decode("ascii", "replace")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("ascii", "+ x ... - e ? ? done"),
        ("cp1252", "+ x … - é ? ? done"),
        ("cp437", "+ x ... - é ? ? done"),
        ("cp1251", "+ x … - e ? ? done"),
        ("cp936", "+ x … - é 你 ? done"),
        ("utf-16", "✓ ✗ … − é 你 ? done"),
        ("utf-8", "✓ ✗ … − é 你 ? done"),
    ],
)
def test_what_a_terminal_lacks_is_replaced(encoding, said):
    done = python("-c", SPEAK, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding).strip() == said


@pytest.mark.parametrize(
    ("encoding", "charmap"), [("cp936", "GBK"), ("cp437", "ascii"), ("utf-16", "ascii")]
)
def test_check_prints_its_verdict(tmp_path, locales, encoding, charmap):
    where = locale(locales, charmap)
    (tmp_path / "solutions").mkdir()
    shutil.copy(TINY, tmp_path / "solutions" / f"{NAME}.py")
    build.build(tmp_path)
    path = tmp_path / "exercises" / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
            cell["source"] = "def double(x):\n    return（2 * x）"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    words = ("-c", RUN, str(tmp_path), "check", NAME)
    done = python(*words, PYTHONIOENCODING=encoding, **where)
    text = done.stdout.decode(encoding)
    assert done.returncode == 1, done.stderr.decode(encoding, "replace")
    assert "0.1 Twice: 0 of 2" in text
    assert "fullwidth left parenthesis" in text
    assert "0 of 6 points" in text
