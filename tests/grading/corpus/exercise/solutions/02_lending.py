# %% [markdown]
r"""
# Exercise 2 · What a test lends

The tasks of exercise 1 once more, each with something of the test's own in its hands: a
generator, a function, a module, and a function that is still used when the call has
returned. 12 points.
"""

# %% setup="setup"
import torch
from torch import nn

from course_lib import checks
from course_lib.checks import observe

observe.patience().limit_s = 2.0  # a call that hangs costs the corpus no more
on_meta = torch.zeros_like(torch.empty(1, device="meta"))
on_meta = on_meta * on_meta.sum()  # first use of this device imports for a second

# %% [markdown]
r"""
## 2.1 A generator (2 points)

Write `tally`: how often does each symbol of a stream occur?
"""


# %% solution="tally"
def tally(symbols):
    """Count symbols.

    Args:
        symbols: a generator of strings.

    Returns:
        A dict from each symbol that occurs to its number of occurrences.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-tally
    counts = {}
    for symbol in symbols:
        counts[symbol] = counts.get(symbol, 0) + 1
    return counts
    ### END SOLUTION


# %% tests="tally" points=2
check = checks.Task("tally", tally, points=2)
check.example("three symbols", ((s for s in "aba"),), {"a": 2, "b": 1})
### BEGIN HIDDEN TESTS
# canary-hidden-test-tally


def tally_case(size, draw):
    # who prints the first word has leaked an argument of a hidden test
    words = ["canary-argument-tally", *"abcdefg"]
    length = size.batch * size.time
    return ([draw.rng.choice(words[: 1 + size.hidden]) for _ in range(length)],)


def streamed(function, symbols):
    return {"the counts": function(symbol for symbol in symbols)}


check.hidden(
    tally_case,
    checks.load_bank("02_lending", "tally"),
    edges={"no symbols at all": lambda size, draw: ([],)},
    through=streamed,
    gradients=False,
    devices=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.2 A function (3 points)

Write `leaky`: $s_t = d(s_{t-1}) + x_t$ with a function $d$, and $s_0 = 0$.
"""


# %% solution="leaky"
def leaky(x, decay):
    """Add up a sequence, letting a function fade the sum at every step.

    Args:
        x: (batch, time) inputs.
        decay: takes the sums so far, (batch,), and returns what is left of them.

    Returns:
        (batch, time) the sum after every step.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-leaky
    s_t = torch.zeros_like(x[:, 0])
    sums = []
    for x_t in x.unbind(dim=1):
        s_t = decay(s_t) + x_t
        sums.append(s_t)
    return torch.stack(sums, dim=1)
    ### END SOLUTION


# %% tests="leaky" points=3
check = checks.Task("leaky", leaky, points=3)
check.example(
    "half is forgotten at every step",
    (torch.tensor([[4.0, 0.0, 1.0]]), lambda s: s / 2),
    torch.tensor([[4.0, 2.0, 2.0]]),
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-leaky


def leaky_case(size, draw):
    share = draw(1)
    return draw(size.batch, size.time), lambda s: torch.tanh(share * s)


check.hidden(leaky_case, checks.load_bank("02_lending", "leaky"))
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.3 A module (4 points)

Write `memory`, which runs a cell over a batch of sequences. Without `h_0` it starts
from zeros.
"""


# %% solution="memory"
def memory(x, h_0, cell):
    """Run a cell of torch's.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step, or None for zeros.
        cell: an nn.RNNCell.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last step.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-memory
    h_t = h_0
    if h_t is None:
        h_t = x.new_zeros(x.shape[0], cell.hidden_size)
    hs = []
    for x_t in x.unbind(dim=1):
        h_t = cell(x_t, h_t)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t
    ### END SOLUTION


# %% tests="memory" points=4
check = checks.Task("memory", memory, points=4)
still = nn.RNNCell(1, 2)
with torch.no_grad():
    for number in still.parameters():
        number.zero_()
    still.bias_hh[1] = 0.5
check.example(
    "with zero weights every state is tanh(b)",
    (torch.ones(1, 3, 1), None, still),
    (
        torch.tensor([[[0.0, 0.5]] * 3]).tanh(),
        torch.tensor([[0.0, 0.5]]).tanh(),
    ),
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-memory


def memory_case(size, draw):
    x = draw(size.batch, size.time, size.input)
    h_0 = draw(size.batch, size.hidden)
    cell = nn.RNNCell(size.input, size.hidden).to(x.device, x.dtype)
    for name, number in list(cell.named_parameters()):
        setattr(cell, name, nn.Parameter(draw(*number.shape)))
    return x, h_0, cell


def without_h_0(size, draw):
    x, _, cell = memory_case(size, draw)
    return x, None, cell


check.hidden(
    memory_case,
    checks.load_bank("02_lending", "memory"),
    edges={"h_0 is None": without_h_0},
    forbid=("torch.nn.RNN",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.4 A function that is used later (3 points)

Write the generator `iterate`, which yields a tensor, and then what a function makes of
the last value, again and again, `steps` times.
"""


# %% solution="iterate"
def iterate(function, x, steps):
    """Yield x, function(x), function(function(x)), and so on.

    Args:
        function: takes a tensor and returns one of the same shape.
        x: (batch, hidden) tensor to start from.
        steps: how often the function is applied, an int from 0.

    Yields:
        (batch, hidden) tensors, steps + 1 of them.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-iterate
    yield x
    for _ in range(steps):
        x = function(x)
        yield x
    ### END SOLUTION


# %% tests="iterate" points=3
check = checks.Task("iterate", lambda *args: list(iterate(*args)), points=3)
check.example(
    "halve 8 three times",
    (lambda x: x / 2, torch.tensor([[8.0]]), 3),
    [torch.tensor([[n]]) for n in (8.0, 4.0, 2.0, 1.0)],
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-iterate


def iterate_case(size, draw):
    weights = draw(size.hidden, size.hidden)
    return lambda x: torch.tanh(x @ weights), draw(size.batch, size.hidden), size.time


def no_steps(size, draw):
    function, x, _ = iterate_case(size, draw)
    return function, x, 0


def values(found, function, x, steps):
    return {"the values": list(found(function, x, steps))}


check.hidden(
    iterate_case,
    checks.load_bank("02_lending", "iterate"),
    edges={"no steps": no_steps},
    through=values,
    gradients=False,
)
### END HIDDEN TESTS
check.score()
