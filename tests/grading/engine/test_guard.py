"""What an exercise forbids is gone for good, however it is reached; the rest stays.

Each case runs in a process of its own, because there is no way back.
"""

import os
import subprocess
import sys

import pytest

HEAD = """
import copy, functools, importlib, sys, types
import torch
from torch import nn
from torch.nn import functional as F
from course_lib.checks.observe import ForbiddenCall
from course_lib.grading.engine.learner import forbid
def weights(n, h, gates):
    return [torch.ones(gates * h, k) for k in (n, h)] + [torch.ones(gates * h)] * 2
x, h = torch.ones(2, 3), torch.zeros(2, 4)
"""
TAIL = """
forbid.forbid(names)
try:
    call()
except ForbiddenCall as error:
    print("refused:", error)
except RuntimeError as error:  # TorchScript wraps what is raised inside it
    print("refused:" if "ForbiddenCall" in str(error) else "failed:", error)
else:
    print("went through")
"""
NN = [
    *("torch.nn.LSTM", "torch.nn.LSTMCell", "torch.nn.GRU", "torch.nn.GRUCell"),
    *("torch.lstm_cell", "torch.gru_cell", "torch.nn.utils.clip_grad_norm_"),
    *("torch.nn.functional.embedding", "torch.nn.MultiheadAttention"),
    "torch.nn.functional.scaled_dot_product_attention",
    *("course_lib.cells.rnn_step", "course_lib.cells.rnn_forward"),
]
ATTENTION = "q = torch.ones(1, 2, 4)"
REFUSED = {
    "lstm": "call = lambda: nn.LSTM(3, 4)(x)",
    "lstm_made_before": "m = nn.LSTM(3, 4)\ncall = lambda: m(x)",
    "lstm_copied": "m = copy.deepcopy(nn.LSTM(3, 4))\ncall = lambda: m(x)",
    "lstm_on_meta": "call = lambda: nn.LSTM(3, 4, device='meta')(x.to('meta'))",
    "lstm_subclass": "class M(nn.LSTM): pass\nm = M(3, 4)\ncall = lambda: m(x)",
    "lstm_forward_kept": "f = nn.LSTM.forward\nm = nn.LSTM(3, 4)\n"
    "call = lambda: f(m, x)",
    "lstm_of_c": "f = torch._VF.lstm\ncall = lambda: f(x[None], [h[None]] * 2, "
    "weights(3, 4, 4), True, 1, 0.0, False, False, True)",
    "lstm_without_gradients": "f = torch.lstm\ndef call():\n"
    "    with torch.inference_mode():\n        f(x[None], [h[None]] * 2, "
    "weights(3, 4, 4), True, 1, 0.0, False, False, True)",
    "lstm_cell": "f = torch.lstm_cell\ncall = lambda: f(x, [h, h], *weights(3, 4, 4))",
    "lstm_cell_of_ops": "f = torch.ops.aten.lstm_cell\n"
    "call = lambda: f(x, [h, h], *weights(3, 4, 4))",
    "lstm_cell_in_vmap": "f = torch.lstm_cell\ncall = lambda: torch.vmap(lambda x: "
    "f(x, [h, h], *weights(3, 4, 4)))(torch.ones(5, 2, 3))",
    "gru_cell_in_script": "f = torch.jit.CompilationUnit('''\n"
    "def f(x: Tensor, h: Tensor, a: Tensor, b: Tensor):\n"
    "    return torch.gru_cell(x, h, a, b)\n''').f\n"
    "call = lambda: f(x, h, *weights(3, 4, 3)[:2])",
    "gru": "m = nn.GRU(3, 4)\ncall = lambda: m(x)",
    "gru_cell_module": "m = nn.GRUCell(3, 4)\ncall = lambda: m(x)",
    "clipping": "f = nn.utils.clip_grad_norm_\np = nn.Parameter(x)\n"
    "p.grad = x\ncall = lambda: f([p], 1.0)",
    "clipping_by_module": "from torch.nn.utils import clip_grad\n"
    "p = nn.Parameter(x)\np.grad = x\ncall = lambda: clip_grad.clip_grad_norm_([p], 1)",
    "embedding": "f = F.embedding\ncall = lambda: f(torch.tensor([1]), x)",
    "embedding_module": "m = nn.Embedding(3, 2)\ncall = lambda: m(torch.tensor([1]))",
    "embedding_of_c": "f = torch.embedding\ncall = lambda: f(x, torch.tensor([1]))",
    "attention": f"{ATTENTION}\nf = F.scaled_dot_product_attention\n"
    "call = lambda: f(q, q, q)",
    "attention_of_ops": f"{ATTENTION}\n"
    "f = torch.ops.aten._scaled_dot_product_attention_math\ncall = lambda: f(q, q, q)",
    "attention_module": f"{ATTENTION}\nm = nn.MultiheadAttention(4, 1)\n"
    "call = lambda: m(q, q, q)",
    "attention_function": f"{ATTENTION}\nf = F.multi_head_attention_forward\n"
    "call = lambda: f(q, q, q, 4, 1, None, None, None, None, False, 0.0, None, None)",
    "course_function": "from course_lib.cells import rnn_step as f\n"
    "call = lambda: f(x, h, None)",
    "course_function_copied": "from course_lib.cells import rnn_forward as f\n"
    "g = types.FunctionType(f.__code__, f.__globals__)\n"
    "call = lambda: g(x[None], None, None)",
    "course_module_reloaded": "import course_lib.cells.rnn\ndef call():\n"
    "    m = importlib.reload(course_lib.cells.rnn)\n"
    "    m.rnn_forward(x, None, None)",
    "course_code_put_back": "from course_lib.cells import rnn_forward as f\n"
    "c = f.__code__\ndef call():\n    f.__code__ = c\n    f(x, None, None)",
}
ALLOWED = {
    "rnn": "call = lambda: nn.RNN(3, 4)(x)",
    "rnn_with_gradients": "x.requires_grad_()\n"
    "call = lambda: nn.RNNCell(3, 4)(x).sum().backward()",
    "linear": "call = lambda: nn.Linear(3, 4)(x)",
    "softmax": "call = lambda: F.softmax(x @ x.T, -1) @ x",
    "indexing": "call = lambda: x[torch.tensor([1, 0])]",
    "clipping_by_value": "p = nn.Parameter(x)\np.grad = x\n"
    "call = lambda: nn.utils.clip_grad_value_([p], 1.0)",
    "dataclass": "import dataclasses\n"
    "call = lambda: dataclasses.make_dataclass('A', ['b'])(1)",
    "optimizer": "p = nn.Parameter(x)\np.grad = x.clone()\n"
    "call = lambda: torch.optim.Adam([p]).step()",
    "constructing": "call = lambda: nn.LSTM(3, 4).weight_ih_l0.shape",
    "same_words": "def rnn_step(x_t, h_prev, params):\n"
    "    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)\n"
    "from course_lib.cells import RNNParams\n"
    "P = RNNParams(torch.ones(3, 4), torch.ones(4, 4), torch.ones(4))\n"
    "call = lambda: rnn_step(x, h, P)",
}


def run(code: str) -> str:
    """Return what a process prints that calls after everything is forbidden."""
    source = f"{HEAD}\n{code}\nnames = {tuple(NN)!r}\n{TAIL}"
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-W", "ignore", "-c", source]
    done = subprocess.run(
        words, env=env, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name):
    assert run(REFUSED[name]).startswith("refused:")


@pytest.mark.parametrize("name", ALLOWED)
def test_it_goes_through(name):
    assert run(ALLOWED[name]) == "went through\n"


def error_of(code: str) -> str:
    """Return what a process says of the error that ends it."""
    words = [sys.executable, "-W", "ignore", "-c", f"{HEAD}\n{code}"]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def test_no_other_program_can_be_started():
    said = error_of(
        "import subprocess\nforbid.forbid(('torch.nn.LSTM',))\nsubprocess.run(['true'])"
    )
    assert said.startswith("PermissionError")


WITHOUT_A_FILTER = {
    "NoFilter": "import platform\nplatform.machine = lambda: 'riscv64'",
    "ConfineError": "from course_lib.grading.sandbox import linux\n"
    "class Refuses:\n    def __getattr__(self, name): return lambda *words: -1\n"
    "linux._libc = Refuses()",
}


@pytest.mark.parametrize("kind", WITHOUT_A_FILTER)
def test_nothing_is_forbidden_without_a_filter_and_each_call_says_so(kind):
    """The first call fails, and so does a second one, which has nothing new."""
    again = "try:\n    forbid.forbid(('torch.nn.LSTM',))\nexcept Exception: pass\n"
    code = f"{WITHOUT_A_FILTER[kind]}\n{again}forbid.forbid(('torch.nn.LSTM',))"
    assert f".{kind}: " in error_of(code)
