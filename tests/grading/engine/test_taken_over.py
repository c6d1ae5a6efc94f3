"""A judge in the wrong hands costs the submission that took it over, and no other.

The judge is our own code, but the next hole may hand it to a submission. It has no
file, no network and no memory without end, and what it sends to the engine and to the
learners' server is read as anybody's.
"""

import time
from pathlib import Path

import pytest
from grading import engine_kit as kit
from places import ROOT

from course_lib.grading.engine import attempts, preprocessor, servers
from course_lib.grading.sandbox import backends

RNN = kit.Exercise(ROOT / "solutions" / "03_rnn.py")


@pytest.fixture(scope="module", params=backends.BUILDERS)
def walls(request):
    return kit.backend(request.param)


@pytest.fixture(scope="module")
def bwrap():
    return kit.backend()


FIND = (
    "import json, os, socket, stat\n"
    "def is_socket(fd):\n"
    "    try: return stat.S_ISSOCK(os.fstat(fd).st_mode)\n"
    "    except OSError: return False\n"
    "held = [socket.socket(fileno=fd) for fd in range(3, 99) if is_socket(fd)]\n"
    "job, learners = held[:2]\n"
)
TO_THE_ENGINE = {
    "not JSON": "job.sendall(b'what?\\n')",
    "not an object": "job.sendall(b'[1, 2]\\n')",
    "a cell of nobody": "say(index=999, outputs=[])",
    "a cell by another type": "say(index='0', outputs=[])",
    "no outputs": "say(index=0, outputs='4.0')",
    "a number that is none": "say(index=0, outputs=[], count={})",
    "nested too deep": "job.sendall(b'{\"index\": 0, \"outputs\": ' + b'[' * 900 "
    "+ b']' * 900 + b'}\\n')",
    "nested without end": "job.sendall(b'[' * 10**6 + b'\\n')",
    "a line without end": "while True: job.sendall(b'x' * 2**20)",
    "lines without end": "while True: job.sendall(b'{\"error\": 1}\\n' * 99)",
    "nothing": "job.close(); os._exit(0)",
}
TO_THE_LEARNERS = {
    "not JSON": "learners.sendall(b'what?\\n')",
    "not an object": "learners.sendall(b'[1]\\n')",
    "no operation": "learners.sendall(b'{}\\n')",
    "another client": "ask({'op': 'client', 'fds': 1}, [os.pipe()[0]])",
    "one more client": "ask({'op': 'client', 'fds': 1}, "
    "[socket.socketpair()[0].detach()])",
    "a controller": "ask({'op': 'controller', 'fds': 1}, "
    "[socket.socketpair()[0].detach()])",
    "sockets that are none": "ask({'op': 'start', 'fds': 2, 'seed': 0}, os.pipe())",
    "sockets that did not come": "ask({'op': 'start', 'fds': 9, 'seed': 0}, [])",
    "fewer than none": "ask({'op': 'start', 'fds': -1, 'seed': 0}, [])",
    "a start without sockets": "ask({'op': 'start', 'seed': 0}, [])",
    "starts without end": 'learners.sendall(b\'{"op": "start"}\\n\' * 3000)',
    "sockets without end": "for i in range(99): ask({'op': 'stop'}, "
    "[learners.fileno()] * 200)",
    "a line without end": "for i in range(99): learners.sendall(b'x' * 2**16)",
    "nested without end": "learners.sendall(b'[' * 60000 + b'\\n')",
}
HELPERS = FIND + (
    "def say(**result): job.sendall(json.dumps(result).encode() + b'\\n')\n"
    "def ask(request, fds):\n"
    "    text = json.dumps(request).encode() + b'\\n'\n"
    "    socket.send_fds(learners, [text], fds)\n"
)


def takes_over(where, source: str) -> tuple[list[dict], dict]:
    """Return cells of exercise 3, one of whose tests does as it likes; and results."""
    cells = kit.answered(RNN, {})
    taken = [cell for cell in cells if cell["role"] == "test"][1]
    taken["source"] = HELPERS + source
    return cells, kit.grade(where, cells, limit_s=120)


@pytest.mark.parametrize("what", TO_THE_ENGINE)
def test_a_judge_that_sends_garbage_costs_that_cell_only(bwrap, what):
    cells, done = takes_over(bwrap, TO_THE_ENGINE[what])
    tests = [cell["index"] for cell in cells if cell["role"] == "test"]
    assert "judge could not finish" in kit.verdict(done[tests[1]]).message
    scores = kit.scores(RNN, cells, done)
    assert scores == {**RNN.points, "rnn_forward": 0.0}


@pytest.mark.parametrize("what", TO_THE_LEARNERS)
def test_a_judge_cannot_end_the_learners_server(bwrap, what):
    """The next submission is graded by the same servers, and has what it earns."""
    found = servers.servers(bwrap)
    source = f"try:\n    {TO_THE_LEARNERS[what]}\nexcept OSError: pass"
    cells, done = takes_over(bwrap, source)
    assert kit.scores(RNN, cells, done)["rnn_step"] == RNN.points["rnn_step"]
    cells = kit.answered(RNN, {})
    assert kit.scores(RNN, cells, kit.grade(bwrap, cells)) == RNN.points
    assert servers.servers(bwrap) is found


def test_a_judge_leaves_no_process_by_handing_on_its_connection(bwrap):
    """A child that holds its own client's socket would keep that client alive."""
    source = (
        "mine, its = socket.socketpair()\n"
        "ask({'op': 'start', 'fds': 2, 'seed': 0}, [its.fileno(), learners.fileno()])\n"
        "its.close()\nfrom course_lib.grading.rpc.frames import Channel, Frame\n"
        "channel = Channel(mine)\n"
        "text = \"import subprocess; subprocess.Popen(['sleep', '314159'])\"\n"
        "channel.send(Frame('run', [1, text], [], []))\nprint(channel.receive().body)"
    )
    cells, done = takes_over(bwrap, source)
    taken = [cell["index"] for cell in cells if cell["role"] == "test"][1]
    assert "judge could not" not in kit.verdict(done[taken]).message
    time.sleep(1)
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not any(b"314159" in line for line in lines)


def test_what_a_judge_says_of_its_end_is_shown_as_plain_text(bwrap, capfd):
    takes_over(bwrap, "say(error='\\x1b[31mred')\nos._exit(1)")
    text = capfd.readouterr().err
    assert "?[31mred" in text
    assert "\x1b" not in text


OUT_OF_MEMORY = {
    "in Python": ("kept = bytearray(2**33)", "MemoryError"),
    "in torch": ("import torch; kept = torch.ones(2**31)", "alloc"),
    "without a word": (
        "import os; kept = b'x' * 2**20\nos.abort()",
        "could not finish",
    ),
}


@pytest.mark.parametrize("what", OUT_OF_MEMORY)
def test_a_judge_out_of_memory_costs_one_task(walls, what):
    source, reason = OUT_OF_MEMORY[what]
    cells = kit.answered(RNN, {})
    doomed = [cell for cell in cells if cell["role"] == "test"][1]
    doomed["source"] = source
    done = kit.grade(walls, cells)
    assert reason in kit.verdict(done[doomed["index"]]).message
    assert kit.scores(RNN, cells, done) == {**RNN.points, "rnn_forward": 0.0}


def test_the_memory_of_a_judge_can_be_set():
    made = preprocessor.Engine(judge_memory_mib=300)
    made.sandbox = kit.backend().name
    assert made.backend().confinement("judge").memory_mib == 300
    assert made.backend().confinement("learner").memory_mib == made.memory_mib


def test_the_engine_reads_no_more_than_a_notebook_may_hold(bwrap, monkeypatch):
    monkeypatch.setattr(attempts, "MAX_NOTEBOOK", 3 << 20)
    first = kit.answered(RNN, {})[0]["index"]
    shout = f"for i in range(9): say(index={first}, outputs=['x' * 2**20])"
    cells, done = takes_over(bwrap, shout)
    tests = [cell["index"] for cell in cells if cell["role"] == "test"]
    assert "judge could not finish" in kit.verdict(done[tests[1]]).message
