# %% [markdown]
r"""
# Exercise 3 · The recurrent network, forward

You write one step of a recurrent network, run it over a batch of sequences, and compute
its loss. At the end your code reads the weights of `torch.nn.RNN`, so you can compare
the two number by number. 13 points, about 70 minutes.

Read first: [The recurrent network](../../book/03_rnn.md). Shapes and names are those of
[the notation page](../../book/notation.md): batch first, row vectors, and `W_xh` is
(input, hidden).

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 03_rnn` grades it on your own machine.
"""

# %% setup="setup"
import torch
from torch import nn

from course_lib import checks
from course_lib.cells import RNNParams

# %% [markdown]
r"""
## 3.1 One step (3 points)

*10 minutes, easy.* Write `rnn_step`. It advances a batch of states by one time step:

$$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$$

`params` is a `RNNParams`: its fields are `params.W_xh`, `params.W_hh` and `params.b_h`.

<details><summary>Hint 1: which product?</summary>

Row vectors stand on the left of their matrix: `x_t @ W` with `x_t` of shape
(batch, input) needs a `W` of shape (input, hidden).

</details>
<details><summary>Hint 2: the bias</summary>

`b_h` has shape (hidden,). Adding it to a (batch, hidden) tensor adds it to every row.
It is part of what the tanh sees.

</details>
"""


# %% solution="rnn_step"
def rnn_step(x_t, h_prev, params):
    """Advance a plain RNN by one time step.

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    return torch.tanh(x_t @ params.W_xh + h_prev @ params.W_hh + params.b_h)
    ### END SOLUTION


# %% tests="rnn_step" points=3
check = checks.Task("rnn_step", rnn_step, points=3)
x_t, h_prev = torch.ones(4, 3), torch.zeros(4, 2)
only_bias = RNNParams(torch.zeros(3, 2), torch.zeros(2, 2), torch.tensor([0.0, 0.5]))
check.example(
    "with zero weights the state is tanh(b_h), in every row",
    (x_t, h_prev, only_bias),
    torch.tensor([[0.0, 0.5]] * 4).tanh(),
)
### BEGIN HIDDEN TESTS


def rnn_step_case(size, draw):
    params = RNNParams(
        draw(size.input, size.hidden),
        draw(size.hidden, size.hidden),
        draw(size.hidden),
    )
    return draw(size.batch, size.input), draw(size.batch, size.hidden), params


check.hidden(
    rnn_step_case,
    checks.load_bank("03_rnn", "rnn_step"),
    forbid=(
        "torch.nn.RNN",
        "torch.nn.RNNCell",
        "course_lib.cells.rnn_forward",
        "course_lib.cells.delayed_rnn",
        "course_lib.cells.clockwork_step",
        "course_lib.cells.clockwork_forward",
        "course_lib.layers.leaky.leaky_runs",
        "course_lib.experiments.memory.latch.runs_forward",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 3.2 All steps (4 points)

*20 minutes, medium.* Write `rnn_forward`, which runs your `rnn_step` over a batch of
sequences and returns two things: the state after every step, and the state after the
last one. If `h_0` is `None`, the state before the first step is zero.

The zeros must live where the input lives and have its dtype, or your code works on the
CPU in float32 and nowhere else.

<details><summary>Hint 1: walking over time</summary>

`x.unbind(dim=1)` gives one (batch, input) tensor a time step. Indexing `x[:, t]` works
too, but makes the backward pass quadratic in the number of steps.

</details>
<details><summary>Hint 2: zeros in the right place</summary>

`x.new_zeros(batch, hidden)` takes dtype and device from `x`.

</details>
<details><summary>Hint 3: putting the states together</summary>

Collect the (batch, hidden) states in a list. Which axis of the result is time? Give
that axis to `torch.stack`.

</details>
"""


# %% solution="rnn_forward"
def rnn_forward(x, h_0, params):
    """Run a plain RNN over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step, or None for zeros.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last step.
    """
    ### BEGIN SOLUTION
    h_t = h_0
    if h_t is None:
        h_t = x.new_zeros(x.shape[0], params.W_hh.shape[0])
    hs = []
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t
    ### END SOLUTION


# %% tests="rnn_forward" points=4
check = checks.Task("rnn_forward", rnn_forward, points=4)
steps = torch.tensor([[[1.0], [0.0], [0.0]]])
fading = RNNParams(torch.ones(1, 1), torch.full((1, 1), 0.5), torch.zeros(1))
first = torch.tensor(1.0).tanh()
second = (first / 2).tanh()
third = (second / 2).tanh()
check.example(
    "one impulse, fading over three steps",
    (steps, torch.zeros(1, 1), fading),
    (torch.stack([first, second, third]).reshape(1, 3, 1), third.reshape(1, 1)),
)
### BEGIN HIDDEN TESTS


def rnn_forward_case(size, draw):
    params = RNNParams(
        draw(size.input, size.hidden),
        draw(size.hidden, size.hidden),
        draw(size.hidden),
    )
    return (
        draw(size.batch, size.time, size.input),
        draw(size.batch, size.hidden),
        params,
    )


def without_h_0(size, draw):
    x, _, params = rnn_forward_case(size, draw)
    return x, None, params


check.hidden(
    rnn_forward_case,
    checks.load_bank("03_rnn", "rnn_forward"),
    edges={"h_0 is None": without_h_0},
    forbid=(
        "torch.nn.RNN",
        "torch.nn.RNNCell",
        "course_lib.cells.leaky_forward",
        "course_lib.cells.delayed_rnn",
        "course_lib.cells.clockwork_forward",
        "course_lib.layers.leaky.leaky_runs",
        "course_lib.experiments.memory.latch.runs_forward",
    ),
    uses={"rnn_step": rnn_step},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 3.3 The loss of a sequence (4 points)

*25 minutes, medium.* At every time step the network gives scores over the vocabulary,
`logits[b, t]`. The loss of a sequence is the **sum over its time steps** of the
negative log-probability of the right symbol; the loss of a batch is the **mean over its
sequences**:

$$L = \frac{1}{B} \sum_{b} \sum_{t:\, y_{bt} \neq \text{pad}} -\log p_{bt}(y_{bt}),
\qquad p_{bt} = \mathrm{softmax}(o_{bt})$$

Steps whose target is `pad_id` are padding and count nothing, whatever is scored there.
Scores may be large: a logit of 1000 must not give `inf` or `nan`.

<details><summary>Hint 1: large scores</summary>

$e^{1000}$ is infinite in floating point. `torch.log_softmax` never computes it.

</details>
<details><summary>Hint 2: one probability a step</summary>

`gather(dim=-1, index=targets[..., None])` picks the score of each target.

</details>
<details><summary>Hint 3: padding</summary>

`targets != pad_id` is True where a token is real. Multiply, or use `torch.where`; then
sum over time and average over the batch, in this order.

</details>
"""


# %% solution="sequence_loss"
def sequence_loss(logits, targets, pad_id):
    """Return the cross-entropy: summed over time, averaged over the batch.

    Args:
        logits: (batch, time, vocab) scores.
        targets: (batch, time) int64 symbols; `pad_id` marks padding.
        pad_id: the symbol that is not counted.

    Returns:
        A scalar tensor: nats a sequence.
    """
    ### BEGIN SOLUTION
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, targets[..., None]).squeeze(-1)
    real = targets != pad_id
    return -torch.where(real, picked, 0.0).sum(dim=1).mean()
    ### END SOLUTION


# %% tests="sequence_loss" points=4
check = checks.Task("sequence_loss", sequence_loss, points=4)
even = torch.zeros(1, 3, 4)
check.example(
    "equal scores for 4 symbols, 3 steps: 3 log 4",
    (even, torch.tensor([[1, 2, 3]]), 0),
    3 * torch.tensor(4.0).log(),
)
check.example(
    "the same with one step of padding: 2 log 4",
    (even, torch.tensor([[1, 2, 0]]), 0),
    2 * torch.tensor(4.0).log(),
)
### BEGIN HIDDEN TESTS


def sequence_loss_case(size, draw):
    vocab = size.output + 2
    pad_id = draw.rng.randint(1, vocab - 2)  # neither the first nor the last
    targets = draw.integers(0, vocab, size.batch, size.time)
    # padding at the end of some sequences, and every symbol may be the pad
    lengths = [draw.rng.randint(1, size.time) for _ in range(size.batch)]
    lengths[-1] = size.time
    for row, length in enumerate(lengths):
        targets[row, length:] = pad_id
    return draw(size.batch, size.time, vocab, scale=0.5), targets, pad_id


def huge_scores(size, draw):
    logits, targets, pad_id = sequence_loss_case(size, draw)
    return 4000 * logits, targets, pad_id


def nothing_but_padding(size, draw):
    logits, targets, pad_id = sequence_loss_case(size, draw)
    targets[0] = pad_id
    return logits, targets, pad_id


check.hidden(
    sequence_loss_case,
    checks.load_bank("03_rnn", "sequence_loss"),
    edges={
        "scores in the thousands": huge_scores,
        "a sequence of padding only": nothing_but_padding,
    },
    forbid=("course_lib.language.seq2seq.masked_cross_entropy",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 3.4 The weights of PyTorch (2 points)

*15 minutes, easy.* `torch.nn.RNN` stores its weights the other way round,
`weight_ih_l0` is (hidden, input), and it has two biases, `bias_ih_l0` and `bias_hh_l0`,
which it adds. Write `rnn_from_torch`, which returns the `RNNParams` that make your
`rnn_forward` compute what the module computes. A module made with `bias=False` has no
biases: `b_h` is then zero.

<details><summary>Hint 1: orientation</summary>

The module computes `x_t @ weight_ih_l0.T`. Our formula is `x_t @ W_xh`.

</details>
<details><summary>Hint 2: one bias</summary>

Write the module's formula with its two biases, and ours with one, and compare.
`module.bias` says whether there are any.

</details>
"""


# %% solution="rnn_from_torch"
def rnn_from_torch(module):
    """Read a one-layer tanh `nn.RNN` in the orientation of this course.

    Args:
        module: nn.RNN with one layer and one direction.

    Returns:
        RNNParams: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
    """
    ### BEGIN SOLUTION
    W_xh, W_hh = module.weight_ih_l0.T, module.weight_hh_l0.T
    if module.bias:
        b_h = module.bias_ih_l0 + module.bias_hh_l0
    else:
        b_h = W_hh.new_zeros(W_hh.shape[0])
    return RNNParams(W_xh, W_hh, b_h)
    ### END SOLUTION


# %% tests="rnn_from_torch" points=2
check = checks.Task("rnn_from_torch", rnn_from_torch, points=2)
tiny = nn.RNN(input_size=2, hidden_size=1)
with torch.no_grad():
    tiny.weight_ih_l0.copy_(torch.tensor([[1.0, 2.0]]))
    tiny.weight_hh_l0.fill_(3.0)
    tiny.bias_ih_l0.fill_(4.0)
    tiny.bias_hh_l0.fill_(5.0)
check.example(
    "a module with one unit",
    (tiny,),
    RNNParams(torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0]]), torch.tensor([9.0])),
)
### BEGIN HIDDEN TESTS


def module_case(size, draw, bias=True):
    module = nn.RNN(
        size.input, size.hidden, bias=bias, dtype=draw.dtype, device=draw.device
    )
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(draw(*weight.shape))
    return (module,)


def module_without_bias(size, draw):
    return module_case(size, draw, bias=False)


check.hidden(
    module_case,
    checks.load_bank("03_rnn", "rnn_from_torch"),
    edges={"a module without biases": module_without_bias},
    gradients=False,
)
### END HIDDEN TESTS
check.score()
