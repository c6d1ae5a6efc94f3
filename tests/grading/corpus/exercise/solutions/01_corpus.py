# %% [markdown]
r"""
# Exercise 1 · What the corpus answers

Four small tasks, one for each kind of thing that passes between a test and an answer:
plain data, tensors with gradients, a named tuple, and a function. 12 points.
"""

# %% setup="setup"
import torch

from course_lib import checks
from course_lib.cells import RNNParams
from course_lib.checks import observe

observe.patience().limit_s = 2.0  # a call that hangs costs the corpus no more
on_meta = torch.zeros_like(torch.empty(1, device="meta"))
on_meta = on_meta * on_meta.sum()  # first use of this device imports for a second

# %% [markdown]
r"""
## 1.1 Plain data (2 points)

Write `tally`: how often does each symbol occur?
"""


# %% solution="tally"
def tally(symbols):
    """Count symbols.

    Args:
        symbols: a list of strings.

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
check.example("three symbols", (["a", "b", "a"],), {"a": 2, "b": 1})
### BEGIN HIDDEN TESTS
# canary-hidden-test-tally


def tally_case(size, draw):
    # who prints the first word has leaked an argument of a hidden test
    words = ["canary-argument-tally", *"abcdefg"]
    length = size.batch * size.time
    return ([draw.rng.choice(words[: 1 + size.hidden]) for _ in range(length)],)


check.hidden(
    tally_case,
    checks.load_bank("01_corpus", "tally"),
    edges={"no symbols at all": lambda size, draw: ([],)},
    gradients=False,
    devices=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 1.2 Tensors with gradients (3 points)

Write `leaky`, a sum that forgets: $s_t = d \, s_{t-1} + x_t$, with $s_0 = 0$.
"""


# %% solution="leaky"
def leaky(x, decay):
    """Add up a sequence, forgetting a share of the sum at every step.

    Args:
        x: (batch, time) inputs.
        decay: scalar tensor d.

    Returns:
        (batch, time) the sum after every step.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-leaky
    s_t = torch.zeros_like(x[:, 0])
    sums = []
    for x_t in x.unbind(dim=1):
        s_t = decay * s_t + x_t
        sums.append(s_t)
    return torch.stack(sums, dim=1)
    ### END SOLUTION


# %% tests="leaky" points=3
check = checks.Task("leaky", leaky, points=3)
check.example(
    "half is forgotten at every step",
    (torch.tensor([[4.0, 0.0, 1.0]]), torch.tensor(0.5)),
    torch.tensor([[4.0, 2.0, 2.0]]),
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-leaky


def leaky_case(size, draw):
    return draw(size.batch, size.time), draw(1).reshape(())


check.hidden(leaky_case, checks.load_bank("01_corpus", "leaky"))
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 1.3 A named tuple (4 points)

Write `memory`, a recurrent network over a batch of sequences:
$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$. Without `h_0` it starts from zeros.
"""


# %% solution="memory"
def memory(x, h_0, params):
    """Run a plain RNN.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step, or None for zeros.
        params: RNNParams.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last step.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-memory
    h_t = h_0
    if h_t is None:
        h_t = x.new_zeros(x.shape[0], params.W_hh.shape[0])
    hs = []
    for x_t in x.unbind(dim=1):
        h_t = torch.tanh(x_t @ params.W_xh + h_t @ params.W_hh + params.b_h)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t
    ### END SOLUTION


# %% tests="memory" points=4
check = checks.Task("memory", memory, points=4)
still = RNNParams(torch.zeros(1, 2), torch.zeros(2, 2), torch.tensor([0.0, 0.5]))
check.example(
    "with zero weights every state is tanh(b_h)",
    (torch.ones(1, 3, 1), None, still),
    (
        torch.tensor([[[0.0, 0.5]] * 3]).tanh(),
        torch.tensor([[0.0, 0.5]]).tanh(),
    ),
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-memory


def memory_case(size, draw):
    params = RNNParams(
        draw(size.input, size.hidden),
        draw(size.hidden, size.hidden),
        draw(size.hidden),
    )
    x = draw(size.batch, size.time, size.input)
    return x, draw(size.batch, size.hidden), params


def without_h_0(size, draw):
    x, _, params = memory_case(size, draw)
    return x, None, params


check.hidden(
    memory_case,
    checks.load_bank("01_corpus", "memory"),
    edges={"h_0 is None": without_h_0},
    forbid=("torch.nn.RNN", "course_lib.cells.rnn_forward"),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 1.4 A function (3 points)

Write `iterate`, which applies a function to a tensor `steps` times.
"""


# %% solution="iterate"
def iterate(function, x, steps):
    """Apply a function again and again.

    Args:
        function: takes a tensor and returns one of the same shape.
        x: (batch, hidden) tensor to start from.
        steps: how often, an int from 0.

    Returns:
        (batch, hidden) tensor.
    """
    ### BEGIN SOLUTION
    # canary-hidden-reference-iterate
    for _ in range(steps):
        x = function(x)
    return x
    ### END SOLUTION


# %% tests="iterate" points=3
check = checks.Task("iterate", iterate, points=3)
check.example(
    "halve 8 three times",
    (lambda x: x / 2, torch.tensor([[8.0]]), 3),
    torch.tensor([[1.0]]),
)
### BEGIN HIDDEN TESTS
# canary-hidden-test-iterate


def iterate_case(size, draw):
    weights = draw(size.hidden, size.hidden)
    return lambda x: torch.tanh(x @ weights), draw(size.batch, size.hidden), size.time


def no_steps(size, draw):
    function, x, _ = iterate_case(size, draw)
    return function, x, 0


check.hidden(
    iterate_case,
    checks.load_bank("01_corpus", "iterate"),
    edges={"no steps": no_steps},
)
### END HIDDEN TESTS
check.score()
