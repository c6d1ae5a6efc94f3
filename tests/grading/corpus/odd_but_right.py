"""Right answers, written in unusual ways; each is worth full points.

A grader that is strict in the wrong place takes points from honest people. Nothing here
is an attack.
"""

from .entry import RIGHT, Entry, before_right, right

LOOP = """
    sums = [x[:, 0]]
    for t in range(1, x.shape[1]):
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
"""

FORMS = [
    right(
        "lambda",
        "a lambda",
        """
from itertools import accumulate
leaky = lambda x, decay: torch.stack(
    list(accumulate(x.unbind(1), lambda s, x_t: decay * s + x_t)), dim=1)
""",
        quick=True,
    ),
    right(
        "partial",
        "a functools.partial",
        f"""
from functools import partial
def leaky_along(axis, x, decay):
{LOOP}
leaky = partial(leaky_along, 1)
""",
        quick=True,
    ),
    right(
        "callable_object",
        "an instance of a class with __call__",
        f"""
class Leaky:
    def __call__(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Leaky()
""",
        quick=True,
    ),
    right(
        "module_object",
        "an instance of nn.Module",
        f"""
class Leaky(torch.nn.Module):
    def forward(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Leaky()
""",
    ),
    right(
        "static_method",
        "a static method of a class",
        f"""
class Tools:
    @staticmethod
    def leaky(x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Tools.leaky
""",
    ),
    right(
        "bound_method",
        "a method of an object",
        f"""
class Tools:
    def leaky(self, x, decay):
{LOOP.replace(chr(10), chr(10) + "    ")}
leaky = Tools().leaky
""",
    ),
    right(
        "decorated",
        "a decorator that keeps the name",
        f"""
import functools
def counted(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        call.count += 1
        return function(*args, **kwargs)
    call.count = 0
    return call
@counted
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "decorated_without_name",
        "a decorator that hides name and signature",
        f"""
def plain(function):
    return lambda *a: function(*a)
@plain
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "no_grad_undone",
        "a decorator of torch that changes nothing",
        f"""
@torch.enable_grad()
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "star_arguments",
        "*args",
        f"""
def leaky(*args):
    x, decay = args
{LOOP}
""",
    ),
    right(
        "other_names",
        "parameters with other names",
        """
def leaky(inputs, d):
    state, out = 0 * inputs[:, 0], []
    for step in inputs.unbind(1):
        state = d * state + step
        out.append(state)
    return torch.stack(out, 1)
""",
    ),
    right(
        "keyword_parameters",
        "further parameters with defaults",
        f"""
def leaky(x, decay, *, verbose=False, **others):
{LOOP}
""",
    ),
    right(
        "positional_only",
        "parameters that have no names outside",
        f"""
def leaky(x, decay, /):
{LOOP}
""",
    ),
    right(
        "type_hints",
        "annotations that are strings",
        f"""
from __future__ import annotations
def leaky(x: Tensor[batch, time], decay: Tensor) -> Tensor[batch, time]:
{LOOP}
""",
    ),
    right(
        "defined_twice",
        "a first try above the second",
        f"""
def leaky(x, decay):
    return x
def leaky(x, decay):
{LOOP}
""",
        quick=True,
    ),
    right(
        "defined_by_exec",
        "a definition from a string",
        f"""
exec('''
def leaky(x, decay):
{LOOP}
''')
""",
    ),
    right(
        "defined_by_globals",
        "a definition by assignment to globals()",
        f"""
def _leaky(x, decay):
{LOOP}
globals()["leaky"] = _leaky
del _leaky
""",
        quick=True,
    ),
    right(
        "defined_in_a_branch",
        "a definition that depends on the version",
        f"""
if torch.__version__ >= "1":
    def leaky(x, decay):
    {LOOP.replace(chr(10), chr(10) + "    ")}
else:
    leaky = None
""",
    ),
    right(
        "defined_by_walrus",
        "an assignment expression",
        """
from itertools import accumulate
(leaky := lambda x, decay: torch.stack(
    [*accumulate(x.unbind(1), lambda s, x_t: decay * s + x_t)], dim=1))
""",
    ),
    right(
        "annotated_assignment",
        "a name with a type and a value",
        f"""
from collections.abc import Callable
def run(x, decay):
{LOOP}
leaky: Callable = (alias := run)
""",
    ),
    right(
        "nested_closure",
        "a function made by a function",
        f"""
def make():
    steps = 0
    def inner(x, decay):
        nonlocal steps
        steps += 1
{LOOP.replace(chr(10), chr(10) + "    ")}
    return inner
leaky = make()
""",
    ),
    right(
        "recursive",
        "a function that calls itself",
        """
def leaky(x, decay):
    if x.shape[1] == 1:
        return x.clone()
    before = leaky(x[:, :-1], decay)
    return torch.cat([before, decay * before[:, -1:] + x[:, -1:]], dim=1)
""",
    ),
    right(
        "generator_inside",
        "a generator that is used up",
        """
def states(x, decay):
    s = 0
    for x_t in x.unbind(1):
        s = decay * s + x_t
        yield s
def leaky(x, decay):
    return torch.stack(tuple(states(x, decay)), dim=1)
""",
    ),
    right(
        "pattern_matching",
        "match and case",
        f"""
def leaky(x, decay):
    match x.shape:
        case (_, 1):
            return x * 1
        case _:
            pass
{LOOP}
""",
    ),
    right(
        "asynchronous",
        "a coroutine, driven by hand",
        f"""
async def leaky_async(x, decay):
{LOOP}
def leaky(x, decay):
    try:
        leaky_async(x, decay).send(None)
    except StopIteration as result:
        return result.value
""",
    ),
    right(
        "thread_pool",
        "rows in a pool of threads",
        """
from concurrent.futures import ThreadPoolExecutor
def tally(symbols):
    keys = list(dict.fromkeys(symbols))
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(keys, pool.map(symbols.count, keys)))
""",
        task="tally",
    ),
    right(
        "local_imports",
        "imports inside the function",
        """
def tally(symbols):
    from collections import Counter
    return dict(Counter(symbols))
""",
        task="tally",
    ),
    right(
        "unicode_names",
        "letters of several alphabets",
        """
def leaky(x, décroissance):
    σ, суммы = 0, []
    for x_t in x.unbind(1):
        σ = décroissance * σ + x_t
        суммы.append(σ)
    return torch.stack(суммы, 1)
""",
    ),
    right(
        "one_line",
        "semicolons",
        """
import torch as t; from itertools import accumulate as acc
def leaky(x, d): f = lambda s, v: d * s + v; return t.stack([*acc(x.unbind(1), f)], 1)
""",
    ),
    right("tabs", "tabs for spaces", RIGHT["leaky"].replace("    ", "\t")),
    right(
        "markers_left",
        "markers of solutions, copied from somewhere",
        f"""
def leaky(x, decay):
    ### BEGIN SOLUTION
{LOOP}
    ### END SOLUTION
""",
    ),
    right(
        "hidden_markers_left",
        "markers of tests, too",
        f"""
### BEGIN HIDDEN TESTS
def leaky(x, decay):
{LOOP}
### END HIDDEN TESTS
""",
    ),
    right(
        "words_of_the_stub",
        "the words of the stub, kept as comments",
        f"""
def leaky(x, decay):
    '''raise NotImplementedError() stood here; YOUR CODE HERE.'''
    # YOUR CODE HERE
    # raise NotImplementedError()
{LOOP}
""",
    ),
    right(
        "several_returns",
        "early returns and finally",
        f"""
def leaky(x, decay):
    try:
        assert x.ndim == 2, "two axes"
    finally:
        steps = x.shape[1]
{LOOP}
""",
    ),
    right(
        "star_import",
        "everything of a module",
        f"""
from math import *
from torch.nn.functional import *
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "imports_again",
        "the imports of the set-up, again",
        f"""
import torch
import torch as th, torch.nn.functional as F
from course_lib import checks
def leaky(x, decay):
{LOOP}
""",
    ),
    right(
        "code_after",
        "tries of one's own after the definition",
        RIGHT["leaky"]
        + """
out = leaky(torch.ones(2, 3), torch.tensor(0.5))
assert out.shape == (2, 3)
print(out)
out
""",
    ),
    right(
        "file_written",
        "a file of one's own, in the working directory",
        """
from pathlib import Path
Path("notes.txt").write_text("x")
assert Path("notes.txt").read_text() == "x"
"""
        + RIGHT["leaky"],
    ),
]

VALUES = [
    right(
        "counter",
        "a Counter, which is a dict",
        """
from collections import Counter
def tally(symbols):
    return Counter(symbols)
""",
        task="tally",
        quick=True,
    ),
    right(
        "default_dict",
        "a defaultdict, which is a dict",
        """
from collections import defaultdict
def tally(symbols):
    counts = defaultdict(int)
    for symbol in symbols:
        counts[symbol] += 1
    return counts
""",
        task="tally",
    ),
    right(
        "ordered_dict",
        "an OrderedDict",
        """
from collections import OrderedDict
def tally(symbols):
    return OrderedDict((s, symbols.count(s)) for s in sorted(set(symbols)))
""",
        task="tally",
    ),
    right(
        "numpy_counts",
        "NumPy's integers for counts",
        """
import numpy as np
def tally(symbols):
    keys, counts = np.unique(np.array(symbols, dtype=str), return_counts=True)
    return {str(k): c for k, c in zip(keys, counts)}
""",
        task="tally",
    ),
    right(
        "numpy_strings",
        "NumPy's strings for keys",
        """
import numpy as np
def tally(symbols):
    keys, counts = np.unique(np.array(symbols, dtype=str), return_counts=True)
    return dict(zip(keys, counts.tolist()))
""",
        task="tally",
    ),
    right(
        "tensor_counts",
        "tensors of one number for counts",
        """
def tally(symbols):
    return {s: torch.tensor(symbols.count(s)) for s in symbols}
""",
        task="tally",
    ),
    right(
        "list_for_tuple",
        "a list where a tuple is expected",
        RIGHT["memory"].replace(
            "return torch.stack(hs, dim=1), h_t", "return [torch.stack(hs, dim=1), h_t]"
        ),
        task="memory",
        quick=True,
    ),
    right(
        "named_tuple_returned",
        "a named tuple",
        """
from typing import NamedTuple
class Run(NamedTuple):
    hs: torch.Tensor
    h_T: torch.Tensor
"""
        + RIGHT["memory"].replace(
            "return torch.stack(hs, dim=1), h_t",
            "return Run(torch.stack(hs, dim=1), h_T=h_t)",
        ),
        task="memory",
    ),
    right(
        "params_unpacked",
        "the named tuple, taken apart by position",
        """
def memory(x, h_0, params):
    W, U, b = params
    h = x.new_zeros(len(x), len(b)) if h_0 is None else h_0
    hs = [h := torch.tanh(x_t @ W + h @ U + b) for x_t in x.unbind(1)]
    return torch.stack(hs, 1), h
""",
        task="memory",
    ),
    right(
        "params_replaced",
        "the named tuple's own methods",
        """
def memory(x, h_0, params):
    params = type(params)(**params._asdict())._replace(b_h=params.b_h * 1)
    h = x.new_zeros(len(x), len(params[2])) if h_0 is None else h_0
    hs = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    return torch.stack(hs, 1), hs[-1]
""",
        task="memory",
    ),
    right(
        "view_returned",
        "a view of another tensor",
        """
def memory(x, h_0, params):
    h = x.new_zeros(len(x), len(params.b_h)) if h_0 is None else h_0
    hs = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    all_states = torch.stack(hs, 1)
    return all_states, all_states[:, -1]
""",
        task="memory",
        quick=True,
    ),
    right(
        "transposed_view",
        "a result that is not contiguous",
        """
def leaky(x, decay):
    s, sums = 0, []
    for x_t in x.unbind(1):
        s = decay * s + x_t
        sums.append(s)
    return torch.stack(sums).T
""",
    ),
    right(
        "argument_returned_unchanged",
        "the argument itself, where nothing is done",
        """
def iterate(function, x, steps):
    return x if steps == 0 else iterate(function, function(x), steps - 1)
""",
        task="iterate",
    ),
    right(
        "reduced",
        "functools.reduce",
        """
from functools import reduce
def iterate(function, x, steps):
    return reduce(lambda value, _: function(value), range(steps), x)
""",
        task="iterate",
    ),
    right(
        "function_wrapped",
        "the function that came, composed with itself",
        """
def iterate(function, x, steps):
    power = lambda value: value
    for _ in range(steps):
        power = (lambda inner: lambda value: function(inner(value)))(power)
    return power(x)
""",
        task="iterate",
    ),
    right(
        "own_autograd_function",
        "a backward of one's own, which is right",
        """
class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, decay):
        sums = [x[:, 0]]
        for t in range(1, x.shape[1]):
            sums.append(decay * sums[-1] + x[:, t])
        result = torch.stack(sums, dim=1)
        ctx.save_for_backward(result, decay)
        return result
    @staticmethod
    def backward(ctx, grad):
        result, decay = ctx.saved_tensors
        s, steps, d = torch.zeros_like(grad[:, 0]), [], torch.zeros_like(decay)
        for t in reversed(range(grad.shape[1])):
            s = grad[:, t] + decay * s
            steps.append(s)
            if t:
                d = d + (s * result[:, t - 1]).sum()
        return torch.stack(steps[::-1], dim=1), d
def leaky(x, decay):
    return Leaky.apply(x, decay)
""",
        quick=True,
    ),
    right(
        "matrix_product",
        "one product with a matrix of powers",
        """
def leaky(x, decay):
    t = torch.arange(x.shape[1], device=x.device)
    gap = t[:, None] - t
    steps = [torch.ones_like(decay)]
    for _ in range(x.shape[1] - 1):
        steps.append(steps[-1] * decay)
    powers = torch.stack(steps)[gap.clamp(min=0)]
    return x @ (powers * (gap >= 0)).T.to(x.dtype)
""",
    ),
    right(
        "in_place_on_a_copy",
        "a copy, changed in place",
        """
def leaky(x, decay):
    result = x.clone()
    for t in range(1, x.shape[1]):
        result[:, t] = result[:, t] + decay * result[:, t - 1].clone()
    return result
""",
    ),
    right(
        "double_inside",
        "float64 inside, the input's dtype outside",
        f"""
def leaky(x, decay):
    dtype = x.dtype
    x, decay = x.double(), decay.double()
{
            LOOP.replace(
                "return torch.stack(sums, dim=1)",
                "return torch.stack(sums, dim=1).to(dtype)",
            )
        }
""",
    ),
    right(
        "vmapped",
        "one row, mapped over the batch by torch.func",
        f"""
def leaky_row(x, decay):
    x = x[None]
{LOOP.replace("return torch.stack(sums, dim=1)", "return torch.stack(sums, dim=1)[0]")}
def leaky(x, decay):
    return torch.func.vmap(leaky_row, in_dims=(0, None))(x, decay)
""",
    ),
    right(
        "checkpointed",
        "a backward that computes the forward again",
        f"""
from torch.utils.checkpoint import checkpoint
def run(x, decay):
{LOOP}
def leaky(x, decay):
    return checkpoint(run, x, decay, use_reentrant=False)
""",
    ),
    right(
        "cached_rightly",
        "a cache of something that does not change",
        """
cache = {}
def leaky(x, decay):
    key = x.shape[1], x.device
    if key not in cache:
        cache[key] = list(range(1, x.shape[1]))
    sums = [x[:, 0]]
    for t in cache[key]:
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
""",
    ),
    right(
        "memoised",
        "a cache by value",
        """
from functools import lru_cache
@lru_cache
def count(symbols):
    return {s: symbols.count(s) for s in symbols}
def tally(symbols):
    return dict(count(tuple(symbols)))
""",
        task="tally",
    ),
    right(
        "asks_gradients",
        "torch.autograd.grad inside the function",
        f"""
def leaky(x, decay):
    if not x.is_meta:
        probe = torch.ones(2, 2, requires_grad=True)
        with torch.enable_grad():
            torch.autograd.grad((probe ** 2).sum(), probe)
{LOOP}
""",
    ),
]

NOISE = [
    before_right(
        "warns_in_cell",
        "a warning while the cell runs",
        "import warnings\nwarnings.warn('old')\n",
        quick=True,
    ),
    right(
        "warns_in_call",
        "a warning in every call",
        f"""
import warnings
def leaky(x, decay):
    warnings.warn("old", DeprecationWarning, stacklevel=1)
{LOOP}
""",
        quick=True,
    ),
    right(
        "prints_to_stderr",
        "notes on stderr in every call",
        f"""
import sys
def leaky(x, decay):
    print("shape", x.shape, file=sys.stderr)
{LOOP}
""",
    ),
    right(
        "raw_stderr",
        "notes on descriptor 2",
        f"""
import os
def leaky(x, decay):
    os.write(2, b"here\\n")
{LOOP}
""",
    ),
    right(
        "progress_bar",
        "a progress bar",
        """
from tqdm import tqdm
def leaky(x, decay):
    sums = [x[:, 0]]
    for t in tqdm(range(1, x.shape[1])):
        sums.append(decay * sums[-1] + x[:, t])
    return torch.stack(sums, dim=1)
""",
    ),
    right(
        "logs",
        "the logging module",
        f"""
import logging
logging.basicConfig(level=logging.DEBUG, force=True)
def leaky(x, decay):
    logging.warning("called with %s", tuple(x.shape))
{LOOP}
""",
    ),
    right(
        "prints_in_every_call",
        "prints for debugging, left in",
        f"""
def leaky(x, decay):
    print("x", x)
{LOOP}
""",
    ),
    right(
        "displays_in_call",
        "display() in a call",
        f"""
def leaky(x, decay):
    display("x")
{LOOP}
""",
    ),
    before_right(
        "figure",
        "a figure",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n",
    ),
    right(
        "figure_in_call",
        "a figure in every call",
        f"""
import matplotlib.pyplot as plt
def leaky(x, decay):
    fig, ax = plt.subplots()
    plt.close(fig)
{LOOP}
""",
    ),
    right(
        "slow",
        "a tenth of a second a call",
        f"""
import time
def leaky(x, decay):
    time.sleep(0.1)
{LOOP}
""",
    ),
    right(
        "random_inside",
        "random numbers, whose seed the answer sets",
        f"""
def leaky(x, decay):
    torch.manual_seed(0)
    torch.randn(3)
{LOOP}
""",
    ),
    before_right(
        "emoji",
        "comments and prints in all alphabets",
        "# ¡Hola! 你好 🙂 \u202a\nprint('🙂 ё 漢字')\n",
    ),
]

MAGICS = [
    Entry(
        "cell_magic_time",
        "%%time",
        {"leaky": "%%time\n" + RIGHT["leaky"]},
        honest=True,
        quick=True,
    ),
    Entry(
        "cell_magic_capture",
        "%%capture",
        {"leaky": "%%capture out\n" + RIGHT["leaky"]},
        honest=True,
    ),
    before_right(
        "line_magics",
        "%matplotlib, %timeit, %load_ext, %env",
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n"
        "%timeit -n1 -r1 1 + 1\n",
        quick=True,
    ),
    before_right("shell_escape", "!ls and its result", "files = !ls\n!echo hi\n"),
    before_right("help_asked", "a question mark", "torch.stack?\n"),
    before_right(
        "top_level_await", "await in a cell", "import asyncio\nawait asyncio.sleep(0)\n"
    ),
    before_right(
        "event_loop_used",
        "a task in the background",
        "import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(30))\n",
    ),
    before_right("history_used", "Out and underscore", "40 + 2\n_ = 3\nlen(In)\n"),
    before_right(
        "future_annotations",
        "a __future__ import in the cell",
        "from __future__ import annotations\n",
    ),
    before_right("pip_asked", "%pip, which has no network", "%pip list -q\n"),
]

EXTRA = [
    Entry(
        "helper_in_extra_cell",
        "a helper in a cell of one's own",
        {"leaky": "def leaky(x, decay):\n    return run(x, decay)\n"},
        honest=True,
        quick=True,
        extra=(("setup", f"def run(x, decay):\n{LOOP}"),),
    ),
    Entry(
        "helper_in_cell_before",
        "a helper in the cell of another task",
        {
            "tally": RIGHT["tally"] + f"\ndef run(x, decay):\n{LOOP}",
            "leaky": "def leaky(x, decay):\n    return run(x, decay)\n",
        },
        honest=True,
    ),
    Entry(
        "redefined_afterwards",
        "a cell before the test defines the answer again",
        {"leaky": "def leaky(x, decay):\n    return None\n"},
        honest=True,
        extra=(("leaky", RIGHT["leaky"]),),
    ),
    Entry(
        "extra_cells_everywhere",
        "tries of one's own between all cells",
        extra=tuple(
            (label, "print('try')")
            for label in ("setup", "tally", "test_tally", "leaky", "test_leaky")
        ),
    ),
    Entry(
        "extra_cell_fails",
        "a try of one's own that fails",
        extra=(("leaky", "1 / 0"), ("memory", "leaky(1)")),
    ),
    Entry(
        "extra_cell_hangs",
        "a try of one's own that never ends",
        extra=(("test_leaky", "while True:\n    pass"),),
    ),
    Entry(
        "extra_cell_exits",
        "a try of one's own that ends the process",
        extra=(("test_leaky", "import os\nos._exit(0)"),),
        quick=True,
    ),
    Entry(
        "extra_cell_syntax",
        "notes in a code cell",
        extra=(("leaky", "this is not Python, it is a note"),),
    ),
    Entry(
        "extra_cell_tests",
        "the learner's own test class called check",
        extra=(("setup", "class check:\n    def score(): return 0\n"),),
    ),
    Entry(
        "all_in_one_cell",
        "all answers in the first cell",
        {
            "tally": "".join(RIGHT.values()),
            "leaky": "# above\n",
            "memory": "# above\n",
            "iterate": "# above\n",
        },
        honest=True,
    ),
    Entry(
        "untouched",
        "the released notebook, as it is",
        dict.fromkeys(RIGHT),
        reason="not written",
    ),
    Entry(
        "honest", "right answers, written plainly", dict(RIGHT), honest=True, quick=True
    ),
]

ENTRIES: list[Entry] = FORMS + VALUES + NOISE + MAGICS + EXTRA
