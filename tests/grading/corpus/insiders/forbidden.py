"""What the exercise forbids is used past the guard that is known."""

from ..entry import RIGHT, Entry

RNN = """
def memory(x, h_0, params):
    h_0 = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
    weights = [params.W_xh.T, params.W_hh.T, params.b_h, torch.zeros_like(params.b_h)]
    hs, h_T = run(x, h_0[None], weights)
    return hs, h_T[0]
"""


def shortcut(name: str, why: str, code: str, **more) -> Entry:
    """An answer to `memory` that lets torch's own RNN do it, as `run` reaches it."""
    return Entry(name, why, {"memory": code.strip() + "\n" + RNN}, **more)


def reference(name: str, why: str, code: str, **more) -> Entry:
    """An answer to `memory` that calls the course's own function, named `kept`."""
    use = "\ndef memory(x, h_0, params):\n    return kept(x, h_0, params)\n"
    return Entry(name, why, {"memory": code.strip() + use}, **more)


ENTRIES = [
    shortcut(
        "forbidden_by_torch_ops",
        "the operation under the name that torch.ops gives it",
        """
def run(x, h, weights):
    op = torch.ops.aten.rnn_tanh.input
    return op(x, h, weights, True, 1, 0.0, False, False, True)
""",
        quick=True,
    ),
    shortcut(
        "forbidden_by_vf",
        "the operation that nn.RNN itself calls, kept from before",
        """
from torch import _VF
rnn = _VF.rnn_tanh
def run(x, h, weights):
    return rnn(x, h, weights, True, 1, 0.0, False, False, True)
""",
        quick=True,
    ),
    shortcut(
        "forbidden_by_partial",
        "the same, called by C code",
        """
import functools
rnn = functools.partial(torch._C._VariableFunctions.rnn_tanh)
def run(x, h, weights):
    given = [x, h, weights, True, 1, 0.0, False, False, True]
    return list(map(lambda a: rnn(*a), [given]))[0]
""",
    ),
    shortcut(
        "forbidden_by_script",
        "compiled by TorchScript before the test",
        """
from typing import List, Tuple
@torch.jit.script
def scripted(x: torch.Tensor, h: torch.Tensor, w: List[torch.Tensor]
             ) -> Tuple[torch.Tensor, torch.Tensor]:
    return torch.rnn_tanh(x, h, w, True, 1, 0.0, False, False, True)
def run(x, h, weights):
    return scripted(x, h, weights)
""",
    ),
    shortcut(
        "forbidden_in_inference_mode",
        "the operation where autograd does not look",
        """
def run(x, h, weights):
    with torch.inference_mode():
        rnn = torch.rnn_tanh
        return rnn(x, h, weights, True, 1, 0.0, False, False, True)
""",
    ),
    shortcut(
        "forbidden_by_subclass",
        "a class of its own that inherits the work",
        """
class Mine(torch.nn.RNN):
    pass
def run(x, h, weights):
    module = Mine(x.shape[2], h.shape[2], batch_first=True, dtype=x.dtype,
                  device=x.device)
    names = [f"{n}_l0" for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    return torch.func.functional_call(module, dict(zip(names, weights)), (x, h))
""",
    ),
    shortcut(
        "forbidden_by_copied_class",
        "a class put together from the dictionary of the other",
        """
Copy = type("Copy", torch.nn.RNN.__bases__, dict(vars(torch.nn.RNN)))
def run(x, h, weights):
    module = Copy.__new__(Copy)
    torch.nn.RNNBase.__init__(module, "RNN_TANH", x.shape[2], h.shape[2],
                              batch_first=True, dtype=x.dtype, device=x.device)
    names = [f"{n}_l0" for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    return torch.func.functional_call(module, dict(zip(names, weights)), (x, h))
""",
    ),
    shortcut(
        "forbidden_by_dispatcher",
        "the operation is registered under a name of its own",
        """
library = torch.library.Library("mine", "DEF")
library.define("rnn(Tensor x, Tensor h, Tensor[] w) -> (Tensor, Tensor)")
library.impl("rnn", lambda x, h, w: torch.rnn_tanh(
    x, h, w, True, 1, 0.0, False, False, True), "CompositeImplicitAutograd")
def run(x, h, weights):
    return torch.ops.mine.rnn(x, h, weights)
""",
    ),
    reference(
        "forbidden_function_copied",
        "a second function with the same code, made before the test",
        """
import types
from course_lib.cells import rnn
f = getattr(rnn, "rnn_" + "forward")
kept = types.FunctionType(f.__code__, f.__globals__, "kept", f.__defaults__)
""",
        quick=True,
    ),
    reference(
        "forbidden_code_kept",
        "the code alone is kept, the function made in the call",
        """
import types
from course_lib.cells import rnn
code = getattr(rnn, "rnn_" + "forward").__code__
def kept(*args):
    return types.FunctionType(code, vars(rnn))(*args)
""",
    ),
    reference(
        "forbidden_code_renamed",
        "the same code under another name in another file",
        """
import types
from course_lib.cells import rnn
code = getattr(rnn, "rnn_" + "forward").__code__.replace(
    co_name="mine", co_qualname="mine", co_filename="mine.py")
kept = types.FunctionType(code, vars(rnn))
""",
    ),
    reference(
        "forbidden_code_put_back",
        "the code is put back when it is gone; somebody must have kept it",
        """
from course_lib.cells import rnn
old = getattr(rnn, "rnn_" + "forward")
code = old.__code__
def kept(*args):
    old.__code__ = code
    return old(*args)
""",
    ),
    reference(
        "forbidden_module_run_again",
        "the module is imported afresh, by name and by path",
        """
import sys, importlib
def kept(*args):
    name = "course_lib.cells.rnn"
    sys.modules.pop(name, None)
    return getattr(importlib.import_module(name), "rnn_" + "forward")(*args)
""",
    ),
    reference(
        "forbidden_text_run_again",
        "the text of the course's file is run; it could as well be copied",
        """
from course_lib.cells import rnn
names = {}
try:
    exec(open(rnn.__file__).read(), names)
except Exception as error:
    print(error)
def kept(*args):
    return names["rnn_" + "forward"](*args)
""",
        golden={"memory": (0, 4)},
    ),
    reference(
        "forbidden_in_another_program",
        "another Python, where nothing is forbidden, does it",
        """
import subprocess, sys
CODE = '''
import sys, torch
x, h_0, params = torch.load(sys.stdin.buffer, weights_only=False)
from course_lib.cells import rnn
torch.save(rnn.rnn_forward(x, h_0, params), sys.stdout.buffer)
'''
def kept(x, h_0, params):
    import io
    data = io.BytesIO()
    torch.save((x, h_0, params), data)
    done = subprocess.run([sys.executable, "-c", CODE], input=data.getvalue(),
                          capture_output=True)
    return torch.load(io.BytesIO(done.stdout), weights_only=False)
""",
        quick=True,
    ),
    reference(
        "forbidden_in_a_thread",
        "a thread from before the test does it",
        """
import queue, threading
from course_lib.cells import rnn
asked, told = queue.Queue(), queue.Queue()
def work():
    while True:
        told.put(getattr(rnn, "rnn_" + "forward")(*asked.get()))
threading.Thread(target=work, daemon=True).start()
def kept(*args):
    asked.put(args)
    return told.get(timeout=1)
""",
    ),
    Entry(
        "forbidden_only_to_another_task",
        "a task uses, in its own cell, what another must not call: it is honest",
        {
            "leaky": "from torch import nn\nprint(nn.RNN(1, 2)(torch.ones(1, 1, 1))"
            "[0].shape)\n" + RIGHT["leaky"]
        },
        honest=True,
        quick=True,
    ),
]
