"""The engine, its walls and the grading of a class, without root's rights.

Continuous integration runs as root, an instructor does not, and the walls are built in
another way for each. So a run by root runs some tests once more, as an ordinary user.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from grading import engine_kit as kit
from grading.ordinary import NOBODY, as_ordinary_user
from places import ROOT

FOLDERS = ("engine", "sandbox", "batch")
# a few of each folder, for they run twice; podman is left out, because it needs a home
TESTS = (
    "test_hidden_text_never_reaches_the_learner",
    "test_a_batch_leaves_no_process_behind",
    "test_when_time_is_up_what_is_done_counts",
    "test_the_doctor_sees_a_wall_that_is_open",
    "test_a_killed_engine_leaves_nothing",
    "test_only_what_changed_is_graded_again",
)


@pytest.fixture
def home():
    """A folder that belongs to the user; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="all tests run as an ordinary user")
def test_some_tests_pass_for_an_ordinary_user_too(home):
    kit.backend()
    words = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"]
    words += ["-o", "addopts=--strict-markers", "--basetemp", str(home / "pytest")]
    words += [*(f"tests/grading/{folder}" for folder in FOLDERS)]
    words += ["-k", f"({' or '.join(TESTS)}) and not podman"]
    names = ("PATH", "REQUIRE_SANDBOX", "LANG", "OMP_NUM_THREADS")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= dict.fromkeys(("HOME", "TMPDIR"), str(home))
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        as_ordinary_user(words), cwd=ROOT, env=environment, capture_output=True,
        text=True, encoding="utf-8", timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
    for name in TESTS:
        assert re.search(rf"::{name}\b.* PASSED", done.stdout), name
