"""Each builder of walls holds what it promises, ends with its process, or refuses.

The doctor runs a probe against every wall and looks from outside, too. The same answers
have the same verdicts behind bubblewrap and in a podman container.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from grading import engine_kit as kit
from grading.ordinary import as_ordinary_user
from places import ROOT

from course_lib.commands import doctor
from course_lib.grading.engine import preprocessor
from course_lib.grading.sandbox import backends, podman, probes

RNN = kit.Exercise(ROOT / "solutions" / "03_rnn.py")
WRONG = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.sigmoid(x @ W_xh + h)"


@pytest.fixture(params=backends.BUILDERS)
def walls(request) -> backends.Backend:
    return kit.backend(request.param)


def test_every_wall_holds(walls):
    lines = []
    assert doctor.doctor(ROOT, walls.name, lines.append) == 0, "\n".join(lines)
    lists = (probes.of_learners, probes.of_judges)
    tried = [probe for probes_of in lists for probe in probes_of("f" * 32, "folder")]
    assert len([line for line in lines if line.startswith("✓")]) == len(tried)


def test_every_wall_holds_for_an_ordinary_user(walls):
    """Root's walls and an ordinary user's are built in different ways."""
    if os.geteuid() != 0:
        pytest.skip("this is an ordinary user: the tests above have tried its walls")
    if walls.name == "podman":
        pytest.skip("podman keeps images in a home, which a borrowed user has not")
    words = [sys.executable, "-P", "-m", "course_lib", "doctor"]
    words += ["--sandbox", walls.name]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        as_ordinary_user(words), cwd="/", env=environment, capture_output=True,
        text=True, encoding="utf-8", timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert done.stdout.count("✓") > 40


def test_the_doctor_sees_a_wall_that_is_open(walls):
    reads = "print('found', len(open('/etc/ld.so.cache', 'rb').read()))"
    for judge in (False, True):
        probe = probes.Probe("closed", reads, "OSError", judge=judge)
        held, seen = doctor.examine(walls, probe)
        assert not held
        assert seen.startswith("found")


def test_verdicts_are_the_same_behind_all_walls():
    cells = kit.answered(RNN, {"rnn_step": WRONG})
    done = [kit.grade(kit.backend(name), cells) for name in backends.BUILDERS]
    first = kit.scores(RNN, cells, done[0])
    assert 0 == first["rnn_step"] < first["sequence_loss"]
    tests = [cell["index"] for cell in cells if cell["role"] == "test"]
    for other in done[1:]:
        assert kit.scores(RNN, cells, other) == first
        said = [[kit.verdict(d[i]).message for i in tests] for d in (done[0], other)]
        assert said[0] == said[1]


KILLED = """
import os, sys
from course_lib.grading.engine import servers
from course_lib.grading.sandbox import confine, backends
limits = confine.Confinement(cpu_s=int(sys.argv[2]))
found = servers.servers(backends.choose(sys.argv[1], limits=limits))
print(*(process.pid for process in found.processes), flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_engine_leaves_nothing(walls):
    mark = 10**6 + os.getpid()  # a limit no other has, which command lines show
    words = [sys.executable, "-c", KILLED, walls.name, str(mark)]
    done = subprocess.run(
        words, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert done.returncode == -signal.SIGKILL
    servers = set(done.stdout.split())
    assert len(servers) == 2
    until = time.monotonic() + 30
    while (left := alive(servers, mark)) and time.monotonic() < until:
        time.sleep(0.2)
    assert not left


def alive(pids: set[str], mark: int) -> set[str]:
    """Return which of these processes live, and all others that show the mark."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        ours = path.parent.name in pids and words  # what has ended shows no words
        if ours or str(mark).encode() in words:
            found.add(path.parent.name)
    return found


def test_none_must_be_asked_for_with_a_word_of_trust():
    with pytest.raises(backends.SandboxError, match="apt install bubblewrap"):
        backends.choose("none")
    assert backends.choose("none", trusted=True).name == "none"


def test_an_unknown_name_is_refused():
    with pytest.raises(backends.SandboxError, match="one of bwrap, podman, none"):
        backends.choose("docker")


@pytest.fixture
def forgetful():
    """What was found out about this machine is found out again."""
    backends._problem.cache_clear()
    yield
    backends._problem.cache_clear()


@pytest.mark.parametrize(
    ("name", "package"), [("bwrap", "bubblewrap"), ("podman", "podman")]
)
def test_a_sandbox_that_is_missing_says_what_to_install(
    monkeypatch, forgetful, name, package
):
    monkeypatch.setattr(backends.shutil, "which", lambda program: None)
    with pytest.raises(backends.SandboxError, match=f"apt install {package}"):
        backends.choose(name)


@pytest.mark.parametrize("name", backends.BUILDERS)
def test_a_sandbox_that_does_not_work_says_why(monkeypatch, forgetful, tmp_path, name):
    broken = tmp_path / name
    broken.write_text(
        "#!/bin/sh\necho first >&2\necho no walls today >&2\nexit 3\n", encoding="utf-8"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setitem(backends.layout.ENVIRONMENT, "PATH", os.environ["PATH"])
    with pytest.raises(backends.SandboxError, match="no walls today"):
        backends.choose(name)


def test_podmans_image_holds_no_file_of_ours():
    """It is the same on each call, so it is made once; all in it is empty."""
    import io
    import tarfile

    content = podman._folders()
    assert content == podman._folders()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert all(entry.size == 0 for entry in tar)
        names = set(tar.getnames())
    assert {"tmp", "proc", "usr", "course/course_lib"} <= names


def test_servers_that_do_not_start_are_an_error_of_ours(monkeypatch):
    where = kit.backend()
    monkeypatch.setattr(preprocessor.Servers, "__init__", _never_ready)
    preprocessor.close_servers()
    lines = []
    assert doctor.doctor(ROOT, where.name, lines.append) == 1
    assert "did not start" in lines[-1]


def _never_ready(self, backend):
    raise preprocessor.EngineError(
        "a warm server did not start; its error stands above"
    )
