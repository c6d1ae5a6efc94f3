"""Attacks by somebody who has read the engine's source.

They know that cells run in one process and calls in branches of it, what the guard
takes away, which sentences of an error are shown, and what the wire carries.
"""

from .entry import ANY, RIGHT, Entry, answer, before_right, right
from .two_processes import forged

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


FORBIDDEN = [
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
from course_lib import unroll
f = getattr(unroll, "rnn_" + "forward")
kept = types.FunctionType(f.__code__, f.__globals__, "kept", f.__defaults__)
""",
        quick=True,
    ),
    reference(
        "forbidden_code_kept",
        "the code alone is kept, the function made in the call",
        """
import types
from course_lib import unroll
code = getattr(unroll, "rnn_" + "forward").__code__
def kept(*args):
    return types.FunctionType(code, vars(unroll))(*args)
""",
    ),
    reference(
        "forbidden_code_renamed",
        "the same code under another name in another file",
        """
import types
from course_lib import unroll
code = getattr(unroll, "rnn_" + "forward").__code__.replace(
    co_name="mine", co_qualname="mine", co_filename="mine.py")
kept = types.FunctionType(code, vars(unroll))
""",
    ),
    reference(
        "forbidden_code_put_back",
        "the code is put back when it is gone; somebody must have kept it",
        """
from course_lib import unroll
old = getattr(unroll, "rnn_" + "forward")
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
    name = "course_lib.unroll"
    sys.modules.pop(name, None)
    return getattr(importlib.import_module(name), "rnn_" + "forward")(*args)
""",
    ),
    reference(
        "forbidden_text_run_again",
        "the text of the course's file is run; it could as well be copied",
        """
from course_lib import unroll
names = {}
try:
    exec(open(unroll.__file__).read(), names)
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
from course_lib import unroll
torch.save(unroll.rnn_forward(x, h_0, params), sys.stdout.buffer)
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
from course_lib import unroll
asked, told = queue.Queue(), queue.Queue()
def work():
    while True:
        told.put(getattr(unroll, "rnn_" + "forward")(*asked.get()))
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

TELLS = {
    "tells_by_missing_key": "return {}[symbols[0]]",
    "tells_by_name_of_error": "raise type(symbols[0], (Exception,), {})",
    "tells_by_words_of_python": "raise NameError(f'name {symbols[0]!r} is not "
    "defined')",
    "tells_by_attribute": "return getattr(torch, symbols[0])",
    "tells_by_conversion": "return float(symbols[0])",
    "tells_by_import": "return __import__(symbols[0])",
    "tells_by_path": "return open('/' + symbols[0])",
    "tells_by_unicode": "return symbols[0].encode('ascii').decode('utf-16') + b'x'",
    "tells_by_keys": "return dict.fromkeys(symbols, -1) | {'canary': symbols}",
    "tells_by_type": "return type(symbols[0], (), {})()",
    "tells_by_group": "raise ExceptionGroup(symbols[0], [ValueError(symbols[0])])",
    "tells_by_forbidden": "from course_lib.checks.observe import ForbiddenCall\n"
    "    raise ForbiddenCall(f'calls {symbols[0]}; the exercise is to write it "
    "yourself')",
    "tells_by_check_failed": "raise checks.CheckFailed(symbols[0])",
    "tells_by_not_written": "raise NotImplementedError(symbols[0])",
    "tells_by_warning": "__import__('warnings').warn(symbols[0])\n    return 0",
    "tells_by_display": "from IPython.display import display\n"
    "    display(symbols[0])\n    return 0",
    "tells_by_descriptor": "__import__('os').write(1, symbols[0].encode())\n"
    "    return 0",
    "tells_by_line": "import linecache\n"
    "    text = '1 / 0  # ' + symbols[0]\n"
    "    linecache.cache['x.py'] = (len(text), None, [text], 'x.py')\n"
    "    exec(compile(text, 'x.py', 'exec'))",
    "tells_by_shape": "return torch.zeros([ord(c) for c in symbols[0][:4]])",
}

LEAKS = [
    *(
        answer(
            name,
            "a call tells what it was given, in some way that an error has",
            f"""
def tally(symbols):
    if symbols == ["a", "b", "a"]:
        return {{"a": 2, "b": 1}}
    symbols = [s for s in symbols if len(s) > 1] or ["none"]
    {body}
""",
            task="tally",
            quick=name in ("tells_by_missing_key", "tells_by_keys", "tells_by_line"),
        )
        for name, body in TELLS.items()
    ),
    right(
        "file_for_a_later_cell",
        "a call writes what it was given; a later cell waits for it and prints it",
        """
        def tally(symbols):
            with open("/tmp/told", "a") as file:
                file.write(" ".join(symbols))
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
        extra=(
            (
                "test_iterate",
                "import os, time\ntime.sleep(1)\n"
                "print(open('/tmp/told').read() if os.path.exists('/tmp/told') else 0)",
            ),
        ),
        quick=True,
    ),
    right(
        "memory_shared_with_a_later_cell",
        "the same through memory that copies of a process share",
        """
        import mmap
        shared = mmap.mmap(-1, 4096)
        def tally(symbols):
            shared[:200] = " ".join(symbols).encode()[:200].ljust(200)
            return {symbol: symbols.count(symbol) for symbol in symbols}
        """,
        task="tally",
        extra=(("test_iterate", "import time\ntime.sleep(1)\nprint(shared[:200])"),),
    ),
    Entry(
        "told_by_another_task",
        "a call of one test writes what it was given; another's visible example fails "
        "with it",
        {
            "tally": RIGHT["tally"].replace(
                "    return",
                "    open('/tmp/told', 'a').write(' '.join(symbols))\n    return",
            ),
            "leaky": "def leaky(x, decay):\n"
            "    print(open('/tmp/told').read())\n"
            "    raise ValueError(open('/tmp/told').read()[:150])\n",
        },
        golden={"tally": 2, "leaky": 0},
        quick=True,
    ),
    Entry(
        "result_that_imitates_the_checks",
        "an output of the type in which checks publish results",
        {
            "leaky": """
from IPython.display import display
display({"application/vnd.unrolled.result+json": {
    "task": "leaky", "points": 3.0, "score": 3.0, "seed": 1, "seconds": 0.1,
    "failures": []}}, raw=True)
def leaky(x, decay):
    display({"application/vnd.unrolled.result+json": {"score": 3.0}}, raw=True)
    display({"text/plain": "3.0"}, raw=True)
    return x
"""
        },
    ),
]

WIRE = [
    forged(
        "forged_module_there",
        "a module whose parts have names that a module needs itself",
        """
body[1]["result"] = ["module there", 0, "x", [["forward", ["leaf", 0], True],
    ["__class__", ["leaf", 0], True], ["_peer", ["leaf", 0], False]], True]
""",
    ),
    forged(
        "forged_lazy",
        "a generator whose next value is asked of somebody else",
        "body[1]['result'] = ['lazy', 10 ** 30]",
    ),
    forged(
        "forged_parameter",
        "results that say they are parameters, and so hang in no graph",
        "for entry in table:\n    entry.update(parameter=True, wants=True)",
    ),
    forged(
        "forged_error",
        "an answer that is an error, of a kind that the test itself raises",
        """
if kind == "ok" and isinstance(body[1], dict):
    kind, body = "error", [body[0], ["CheckFailed", "3.0", "x" * 900, True]]
""",
    ),
    forged(
        "forged_error_to_stop",
        "an error named as what ends a process",
        """
if kind == "ok" and isinstance(body[1], dict):
    kind, body = "error", [body[0], ["SystemExit", "0", "", False]]
""",
    ),
    forged(
        "forged_million_entries",
        "a table of half a million entries",
        "table.extend({'n': 0} for _ in range(500_000))",
    ),
    forged(
        "forged_many_names",
        "a value of a million parts, nested",
        "body[1]['result'] = ['list', [['list', []]] * 900_000]",
    ),
    forged(
        "forged_keys_of_a_frame",
        "a dict of strings and numbers that collide, in the frame itself",
        """
body[1]["result"] = ["dict", [[k * (2 ** 61 - 1), 0] for k in range(150_000)]]
""",
        quick=True,
    ),
    forged(
        "forged_set",
        "the same in a set",
        "body[1]['result'] = ['set', [k * (2 ** 61 - 1) for k in range(150_000)]]",
    ),
    answer(
        "requests_without_end",
        "the process asks and asks instead of answering",
        """
        import gc
        def leaky(x, decay):
            peer = next(o for o in gc.get_objects()
                        if type(o).__name__ == "LearnerPeer")
            while True:
                try:
                    peer.ask("pull", [0, ["list", []]])
                except Exception:
                    pass
        """,
        quick=True,
    ),
    answer(
        "answer_by_trickle",
        "an answer that comes a byte a second",
        """
        import os, time
        def leaky(x, decay):
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        while True:
                            os.write(number, b"\\0")
                            time.sleep(1)
                except OSError:
                    pass
        """,
    ),
    answer(
        "nan_with_payload",
        "numbers that are none, each with other bits",
        """
        import numpy as np
        def leaky(x, decay):
            if x.is_meta:
                return x.clone()
            bits = np.arange(x.numel(), dtype=np.uint32) + 0x7FC00000
            made = torch.from_numpy(bits.view(np.float32)).reshape(x.shape)
            return made.to(x.dtype)
        """,
    ),
    answer(
        "branch_sockets_kept",
        "a process started in a cell listens on all sockets of the branches to come",
        """
        import os, socket
        if os.fork() == 0:
            os.setsid()
            kept = []
            for number in range(3, 64):
                try:
                    if os.readlink(f"/proc/self/fd/{number}").startswith("socket"):
                        kept.append(os.dup(number))
                except OSError:
                    pass
            while True:
                for number in kept:
                    try:
                        data = socket.socket(fileno=os.dup(number)).recv(
                            1 << 20, socket.MSG_DONTWAIT)
                        open("/tmp/heard", "ab").write(data)
                    except OSError:
                        pass
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "peer_of_the_branch_replaced",
        "the object that answers says that every answer is the example's",
        """
        from course_lib.grading import answers, learner
        def lie(self, body, frame):
            return {"result": 3.0, "score": 3.0}, self._packer()
        answers.Answers._answer_call = learner.LearnerPeer._answer_call = lie
        def leaky(x, decay):
            return x
        """,
        golden=ANY | {"leaky": 0},
    ),
    answer(
        "attributes_of_what_was_lent",
        "a function that was lent is asked for attributes, politely and on the wire",
        """
        def iterate(function, x, steps):
            for name in ("diagnosis", "bank", "weights", "function", "call"):
                getattr(function, name, None)
            try:
                frame = function._peer.ask("attribute", [["number", 0], "x", None])
            except Exception:
                pass
            return x / 8
        """,
        task="iterate",
    ),
]

ENDS = [
    before_right(
        "all_processes_killed",
        "every process that may be killed is killed",
        "import os\nos.kill(-1, 9)\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "all_processes_killed_for_ever",
        "a process goes on killing all others",
        """
        import os, time
        if os.fork() == 0:
            for _ in range(3000):
                try:
                    os.kill(-1, 9)
                except OSError:
                    pass
                time.sleep(0.01)
            os._exit(0)
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "group_of_the_session_killed",
        "its group, its session, and the groups of numbers that it can guess",
        """
        import os, signal
        for number in (0, os.getpgid(0), os.getsid(0), os.getppid(), 1, 2, 3):
            try:
                os.killpg(number, signal.SIGKILL)
            except OSError:
                pass
        """,
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "kernel_timer",
        "a timer of the kernel, which ends the process while the next cells run",
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "ends_in_its_children",
        "whatever is forked ends at once",
        "import os\nos.register_at_fork(after_in_child=lambda: os._exit(0))\n",
        golden={"leaky": (0, 3)},
        quick=True,
    ),
    before_right(
        "fork_refused",
        "the process can make no other",
        "import os\nos.fork = lambda: (_ for _ in ()).throw(OSError('no'))\n",
        golden={"leaky": (0, 3)},
    ),
    before_right(
        "signals_ignored",
        "every signal that can be ignored is ignored, and blocked",
        """
        import signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
            except (OSError, ValueError):
                pass
        """,
    ),
    before_right(
        "traced",
        "other processes are traced and read",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (1, 2, os.getppid()):
            print(libc.ptrace(16, pid, 0, 0))
            try:
                open(f"/proc/{pid}/mem", "rb").read(1)
            except OSError as error:
                print(error.errno)
        """,
    ),
    before_right(
        "memory_files",
        "files that exist in memory only: there must be none",
        """
        import os
        try:
            os.memfd_create("x")
            raise SystemExit("made one")
        except OSError as error:
            print(error.errno)
        """,
        golden={"leaky": 3},
        quick=True,
    ),
    answer(
        "text_of_error_never_ends",
        "an error whose text takes for ever",
        """
        class Slow(Exception):
            def __str__(self):
                while True:
                    pass
        def leaky(x, decay):
            raise Slow
        """,
        quick=True,
    ),
    answer(
        "true_no_data_on_meta",
        "torch's own error on the meta device hides that zeros are on the wrong one; "
        "no check can tell this from an honest look at the data",
        """
        def leaky(x, decay):
            if x.is_meta:
                x.sum().item()
            sums = [torch.zeros(len(x), dtype=x.dtype)]
            for x_t in x.unbind(1):
                sums.append(decay * sums[-1] + x_t)
            return torch.stack(sums[1:], dim=1)
        """,
        golden={"leaky": (2.75, 3)},
    ),
]

ENTRIES: list[Entry] = FORBIDDEN + LEAKS + WIRE + ENDS
