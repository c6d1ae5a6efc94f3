"""Unusual ways to define a name, and to write a body."""

from ..entry import RIGHT, right
from .loop import LOOP

ENTRIES = [
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
