"""The engine reaches the verdicts of the learner's own process, and cannot be talked
out of them; a fault costs its own task only.
"""

import os
import time
from pathlib import Path

import pytest
from grading import engine_kit as kit

from course_lib.grading.engine import preprocessor
from course_lib.grading.engine.judge import forbidden_names

EXERCISES = [kit.Exercise(path) for path in kit.SOURCES]
# every answer of every bank takes minutes: CI sets this, a desk need not
EVERY = int(os.environ.get("UNROLLED_EVERY_NTH", "4"))
BANKS = [
    (exercise, kind, task)
    for exercise in EXERCISES
    for kind in ("mistakes", "accepted")
    for task in exercise.tests
]
NAMES = [f"{e.name}-{kind}-{task}" for e, kind, task in BANKS]
RNN = next(exercise for exercise in EXERCISES if exercise.name == "03_rnn")
HEAD = "def rnn_forward(x, h_0, params):\n    "
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def where():
    return kit.backend()


@pytest.fixture(autouse=True)
def _fixed_seed(monkeypatch):
    monkeypatch.setenv("UNROLLED_SEED", "20240")


@pytest.mark.parametrize(("exercise", "kind", "task"), BANKS, ids=NAMES)
def test_the_verdict_is_that_of_the_learners_own_process(exercise, kind, task, where):
    """Same points, same words, same named mistake, for the answers that are known."""
    cells, functions = kit.bank_cells(exercise, kind, task, EVERY)
    done = kit.grade(where, cells)
    tests = [cell["index"] for cell in cells if cell.get("bank")]
    assert len(tests) == len(functions) > 0
    for index, function in zip(tests, functions, strict=True):
        got, want = kit.verdict(done[index]), kit.in_process(exercise, task, function)
        assert got.score == want.score, function.__name__
        messages = [kit.without_place(v.message) for v in (got, want)]
        assert messages[0] == messages[1], function.__name__


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_runs_agree(exercise, where):
    cells = kit.answered(exercise, {})
    for seed in range(20 // EVERY):
        done = kit.grade(where, cells, seed=str(seed))
        assert kit.scores(exercise, cells, done) == exercise.points


FAULTS = {
    "exits": (HEAD + "import os; os._exit(3)", "ended its Python process"),
    "crashes": (HEAD + "import ctypes; ctypes.string_at(0)", "ended its Python"),
    "exits_in_its_cell": ("import os; os._exit(0)", "not defined"),
    "raises_system_exit": (HEAD + "raise SystemExit(0)", "raised SystemExit"),
    "interrupts_itself": (HEAD + "raise KeyboardInterrupt", "KeyboardInterrupt"),
    "hangs": (HEAD + "while True: pass", "did not return within"),
    "hangs_in_its_cell": ("while True: pass", "not defined"),
    "swallows_interrupts": (
        HEAD + "while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        "did not return within",
    ),
    "prints_without_end": ("while True: print('x' * 1000)", "not defined"),
    "prints_much": (HEAD + "print('x' * 30_000_000)", "rnn_forward"),
    "returns_too_much": (HEAD + "return torch.zeros(7 * 10**7), x", "too large"),
    "returns_itself": (HEAD + "r = []; r.append(r); return r", "nested too deep"),
    "takes_all_memory": (HEAD + "a = [bytearray(10**9) for _ in x]", "MemoryError"),
    "fills_the_disk": (
        HEAD + "for i in range(1000):\n        open(f'/tmp/{i}', 'wb').write(b'x' * "
        "10**7)",
        "No space left",
    ),
    "writes_a_huge_file": (
        HEAD + "import signal\n    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    open('/tmp/big', 'wb').write(b'x' * 10**8)",
        "raised OSError",
    ),
    "forks_without_end": (
        HEAD + "import os\n    while True: os.fork()",
        "rnn_forward",
    ),
    "goes_on_killing_the_others": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    while True:\n"
        "        try: os.kill(-1, 9)\n"
        "        except OSError: pass\n"
        "        time.sleep(0.01)\n",
        "rnn_forward",
    ),
    "is_no_python": ("def rnn_forward(x, h_0, params:\n", "not defined"),
    "recurses": (HEAD + "return rnn_forward(x, h_0, params)", "RecursionError"),
    "writes_on_the_wire": (
        HEAD + "import os\n    [os.write(n, b'\\0' * 99) for n in range(3, 20)]",
        "rnn_forward",
    ),
    "answers_before_it_is_asked": (
        "import os, json, struct\n"
        "text = json.dumps(['ok', [n, {'result': 4.0}], []]).encode()\n"
        "def rnn_forward(x, h_0, params):\n"
        "    for fd in range(3, 20):\n"
        "        try: os.write(fd, struct.pack('>IQ', len(text), 0) + text)\n"
        "        except OSError: pass\n".replace("[n,", "[999,"),
        "rnn_forward",
    ),
    "a_tensor_of_another_machine": (
        "from course_lib.grading.engine.learner import learner\n"
        "plain = learner.LearnerPeer._names\n"
        "entry = {'is': 'tensor', 'shape': [1], 'order': [0], 'dtype': 'float32'}\n"
        "def names(self, asked, frame):\n"
        "    found, packer = plain(self, asked, frame)\n"
        "    if asked[0] == 'rnn_forward':\n"
        "        packer.table.append({**entry, 'device': 'cuda'})\n"
        "        packer.blobs.append(bytes(4))\n"
        "    return found, packer\n"
        "learner.LearnerPeer._names = names\n"
        "def rnn_forward(x, h_0, params): return x, x",
        "sent a tensor on a device that is not here",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_its_own_task_only(name, where):
    source, reason = FAULTS[name]
    cells = kit.answered(RNN, {"rnn_forward": source})
    started = time.monotonic()
    done = kit.grade(where, cells, limit_s=90)
    assert kit.scores(RNN, cells, done) == {**RNN.points, "rnn_forward": 0.0}
    test = next(c for c in cells if c["role"] == "test" and "rnn_forward" in c["names"])
    assert reason in kit.verdict(done[test["index"]]).message
    assert time.monotonic() - started < 60


def test_outputs_that_are_none_are_no_accident_of_the_judge(where, capfd):
    source = (
        "from course_lib.grading.engine.learner import learner\n"
        "learner.LearnerPeer._run = lambda self, *a: ([[5], 1], self.line.packer())"
    )
    cells = kit.answered(RNN, {"rnn_forward": source})
    done = kit.grade(where, cells, limit_s=90)
    assert kit.scores(RNN, cells, done)["rnn_step"] == RNN.points["rnn_step"]
    assert "JudgeFailed" not in str(done)
    assert "Traceback" not in capfd.readouterr().err


ATTACKS = {
    "equality_that_lies": (
        "class Liar(torch.Tensor):\n"
        "    def __eq__(self, other): return True\n"
        "    __ne__ = lambda self, other: False\n"
        "def rnn_forward(x, h_0, params):\n"
        "    return x.as_subclass(Liar), x.as_subclass(Liar)"
    ),
    "patched_checks": (
        "from course_lib.checks import task, compare, observe, bank\n"
        "task.gap = compare.gap = lambda *a, **k: None\n"
        "task.Task.score = lambda self: self.points\n"
        "torch.isclose = lambda a, b, **k: torch.ones_like(a, dtype=torch.bool)\n"
        "def rnn_forward(x, h_0, params): return x, x"
    ),
    "patched_interpreter": (
        "ip = get_ipython()\n"
        "ip.run_cell = lambda *a, **k: None\n"
        "ip.ast_transformers.append(object())\n"
        "type(ip).run = lambda self, s: [dict(output_type='execute_result', "
        "data={'text/plain': '4.0'}, metadata={}, execution_count=1)]\n"
        "def rnn_forward(x, h_0, params): return x, x"
    ),
    "a_forged_reply": (
        "from course_lib.grading.rpc import answers\n"
        "answers.Answerer.answer_call = lambda self, body, frame: "
        "({'result': 4.0, 'score': 4.0, 'passed': True}, self.line.packer())"
    ),
    "a_function_that_goes_by_no_name": (
        "from course_lib.grading.engine.learner import forbid, learner\n"
        "from course_lib.cells import rnn_forward\n"
        "forbid.forbid = lambda names: None\n"
        "def names(self, asked, frame):\n"
        "    packer = self.line.packer()\n"
        "    trees = [packer.pack(self.shell.user_ns[name]) for name in asked]\n"
        "    return list(zip(asked, trees)), packer\n"
        "learner.LearnerPeer._names = names"
    ),
    "reference_from_frames": (
        "import sys, gc\n"
        "def rnn_forward(x, h_0, params):\n"
        "    for o in gc.get_objects():\n"
        "        if type(o).__name__ in ('Bank', 'Task'): return o.reference(x, h_0, "
        "params)\n"
        "    f = sys._getframe()\n"
        "    while f:\n"
        "        if 'check' in f.f_locals: return f.f_locals['check'].diagnosis\n"
        "        f = f.f_back"
    ),
    "a_number_that_is_a_float_subclass": (
        "class F(float):\n"
        "    __eq__ = lambda s, o: True\n"
        "def rnn_forward(x, h_0, params): return F(4.0)"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing(name, where):
    cells = kit.answered(RNN, {"rnn_forward": ATTACKS[name]})
    done = kit.grade(where, cells, limit_s=90)
    assert kit.scores(RNN, cells, done)["rnn_forward"] == 0.0


SHORTCUTS = {
    "imported": "from course_lib.cells import rnn_step",
    "renamed": "from course_lib.cells import rnn_step as rnn_step",
    "starred": "from course_lib.cells import *",
    "through_a_helper": "import course_lib.cells as cc\nR = cc.rnn_step\n"
    "def helper(*a): return R(*a)\n"
    "def rnn_step(x_t, h_prev, params): return helper(x_t, h_prev, params)",
    "inside": "def rnn_step(x_t, h_prev, params):\n"
    "    from course_lib.cells import rnn_step as r\n    return r(x_t, h_prev, params)",
    "behind_getattr": "import course_lib.cells as c\n"
    "def rnn_step(*a): return getattr(c, 'rnn_' + 'step')(*a)",
    "under_a_magic": "%%time\nfrom course_lib.cells import rnn_step",
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_forbidden_shortcut_earns_nothing(name, where):
    cells = kit.answered(RNN, {"rnn_step": SHORTCUTS[name]})
    done = kit.grade(where, cells)
    assert kit.scores(RNN, cells, done) == {**RNN.points, "rnn_step": 0.0}
    test = next(cell for cell in cells if cell["role"] == "test")
    text = kit.verdict(done[test["index"]]).message
    assert "calls course_lib.cells.rnn_step" in text


def test_a_comparison_in_a_cell_of_ones_own_is_no_shortcut():
    sources = (
        "from torch import nn",
        "def rnn_forward(x):\n    return x",
        "print(nn.RNN(1, 1))",
    )
    assert forbidden_names.uses(sources, "rnn_forward", ("torch.nn.RNN",)) is None
    assert forbidden_names.uses(sources, "rnn_forward", ()) is None


def test_hidden_text_never_reaches_the_learner(where):
    """A canary in every hidden region; the learner's process looks for it all over."""
    look = (
        "def rnn_forward(x, h_0, params):\n"
        "    import gc\n"
        "    text = ''.join(str(o) for o in gc.get_objects() if isinstance(o, (str, "
        "bytes, list, dict)) and len(str(o)) < 10**6)\n"
        "    raise ValueError('found' if 'CANARY' + '_42' in text else 'nothing')"
    )
    cells = kit.answered(RNN, {"rnn_forward": look})
    for cell in cells:
        if cell["role"] == "test":
            cell["source"] = "canary = 'CANARY_42'\n" + cell["source"]
    done = kit.grade(where, cells)
    test = next(c for c in cells if c["role"] == "test" and "rnn_forward" in c["names"])
    assert "nothing" in kit.verdict(done[test["index"]]).message


def test_a_batch_leaves_no_process_behind(where):
    linger = (
        "import subprocess, threading, time\n"
        "p = subprocess.Popen(['sleep', '4242'], start_new_session=True)\n"
        "threading.Thread(target=time.sleep, args=(4242,)).start()\n"
    )
    cells = kit.answered(RNN, {"rnn_step": linger + "def rnn_step(*a): pass"})
    kit.grade(where, cells)
    time.sleep(0.5)
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not any(b"4242" in line for line in lines)


def test_what_branches_share_is_counted_once(where):
    """Four branches of a process that holds 400 MB are no 1600 MB."""
    cells = kit.answered(RNN, {})
    first = next(cell for cell in cells if cell["role"] == "learner")
    first["source"] += "\nkept = bytearray(b'x') * (400 << 20)\n"
    last = [cell for cell in cells if cell["role"] == "learner"][-1]
    last["source"] = "import time\ndef rnn_from_torch(*a): time.sleep(2)"
    done = kit.grade(where, cells)
    assert kit.scores(RNN, cells, done) == {**RNN.points, "rnn_from_torch": 0.0}
    test = [cell for cell in cells if cell["role"] == "test"][-1]
    assert "ended" not in kit.verdict(done[test["index"]]).message


def test_a_judge_that_dies_is_an_accident_of_ours(where):
    """The cell is tried again, then given up; the others keep their results."""
    cells = kit.answered(RNN, {})
    doomed = [cell for cell in cells if cell["role"] == "test"][1]
    doomed["source"] = "import os; os._exit(1)"
    done = kit.grade(where, cells)
    assert "judge could not finish" in kit.verdict(done[doomed["index"]]).message
    assert kit.scores(RNN, cells, done) == {**RNN.points, "rnn_forward": 0.0}


def test_when_time_is_up_what_is_done_counts(where):
    cells = kit.answered(RNN, {"sequence_loss": "import time; time.sleep(60)"})
    done = kit.grade(where, cells, limit_s=8)
    tests = [cell["index"] for cell in cells if cell["role"] == "test"]
    assert kit.verdict(done[tests[0]]).score == RNN.points["rnn_step"]
    assert kit.verdict(done[tests[3]]).score == 0


def test_the_servers_end_with_their_process(where):
    found = preprocessor.Servers(where)
    pids = [process.pid for process in found.processes]
    found.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
