# %% [markdown]
r"""
# Exercise 10 · Long short-term memory

You write an LSTM: one step, all steps, and the variant whose gates look at the cell.
You compute what the forget gates leave of a gradient, and at the end you take the
gradient back by hand. 16 points, about 120 minutes.

Read first: [Long short-term memory](../../book/10_lstm.md). Shapes and names are those
of [the notation page](../../book/notation.md): batch first, row vectors. The weights of
the three gates and the candidate stand side by side, in PyTorch's order **i, f, g, o**:
`W_x` is (input, 4·hidden), `W_h` is (hidden, 4·hidden) and `b` is (4·hidden,).

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 10_lstm` grades it on your own machine.
"""

# %% setup="setup"
import numpy as np
import torch

from course_lib import checks
from course_lib.cells import LSTMParams, LSTMState, PeepholeParams
from course_lib.gradients.bptt.lstm import (
    LSTMCache,
    LSTMGrads,
    LSTMStepGrads,
    lstm_forward_cached,
    lstm_step_cached,
)

# %% [markdown]
r"""
## 10.1 One step (3 points)

*15 minutes, medium.* Write `lstm_step`. One product gives what stands before the
nonlinearities of all four quarters,

$$a_t = x_t W_x + h_{t-1} W_h + b$$

Its quarters, in this order, are $a_i, a_f, a_g, a_o$. Then

$$i_t = \sigma(a_i), \quad f_t = \sigma(a_f), \quad g_t = \tanh(a_g), \quad
o_t = \sigma(a_o)$$

$$c_t = f_t \odot c_{t-1} + i_t \odot g_t, \qquad h_t = o_t \odot \tanh(c_t)$$

`state` is a `LSTMState`: its fields are `state.h` and `state.c`. Return another one.

<details><summary>Hint 1: four quarters</summary>

$a_t$ is (batch, 4·hidden). `a_t.chunk(4, dim=-1)` cuts it into four tensors of shape
(batch, hidden), in order.

</details>
<details><summary>Hint 2: gates and candidate</summary>

A gate is a fraction, between 0 and 1: `torch.sigmoid`. The candidate is a value, which
may be negative: `torch.tanh`. There are three gates and one candidate.

</details>
<details><summary>Hint 3: the order of things</summary>

The forget gate multiplies what was kept, `state.c`; the input gate multiplies the
candidate. Compute $c_t$ before $h_t$: the output gate shows the *new* cell.

</details>
"""


# %% solution="lstm_step"
def lstm_step(x_t, state, params):
    """Advance an LSTM by one time step.

    Args:
        x_t: (batch, input) input at time t.
        state: LSTMState with h and c at time t - 1, each (batch, hidden).
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,), quarters
            in the order i, f, g, o.

    Returns:
        LSTMState with h and c at time t, each (batch, hidden).
    """
    ### BEGIN SOLUTION
    a_t = x_t @ params.W_x + state.h @ params.W_h + params.b
    a_i, a_f, a_g, a_o = a_t.chunk(4, dim=-1)
    c_t = torch.sigmoid(a_f) * state.c + torch.sigmoid(a_i) * torch.tanh(a_g)
    return LSTMState(h=torch.sigmoid(a_o) * torch.tanh(c_t), c=c_t)
    ### END SOLUTION


# %% tests="lstm_step" points=3
check = checks.Task("lstm_step", lstm_step, points=3)
# no weights: the bias alone sets i = 0.2, f = 0.5, g = -0.5, o = 0.9
gates = torch.tensor([0.2, 0.5, 0.0, 0.9]).logit()
gates[2] = torch.tensor(-0.5).atanh()
fixed = LSTMParams(torch.zeros(3, 4), torch.zeros(1, 4), gates)
before = LSTMState(h=torch.ones(2, 1), c=torch.tensor([[4.0], [0.0]]))
after = torch.tensor([[1.9], [-0.1]])
check.example(
    "gates i = 0.2, f = 0.5, o = 0.9 and a candidate of -0.5: c goes from 4 to 1.9",
    (torch.ones(2, 3), before, fixed),
    LSTMState(h=0.9 * after.tanh(), c=after),
)
### BEGIN HIDDEN TESTS


def lstm_params(size, draw):
    return LSTMParams(
        draw(size.input, 4 * size.hidden),
        draw(size.hidden, 4 * size.hidden),
        draw(4 * size.hidden),
    )


def lstm_step_case(size, draw):
    state = LSTMState(
        draw(size.batch, size.hidden).tanh(), draw(size.batch, size.hidden)
    )
    return draw(size.batch, size.input), state, lstm_params(size, draw)


def gates_driven_hard(size, draw):
    x_t, state, params = lstm_step_case(size, draw)
    return 100 * x_t, state, params


check.hidden(
    lstm_step_case,
    checks.load_bank("10_lstm", "lstm_step"),
    edges={"gates driven far from zero": gates_driven_hard},
    forbid=(
        "torch.nn.LSTM",
        "torch.nn.LSTMCell",
        "torch.lstm_cell",
        "course_lib.cells.lstm._advance",
        "course_lib.layers.lstm.LSTM",
        "course_lib.layers.lstm.fast_lstm",
        "course_lib.cells.peephole_step",
        "course_lib.cells.peephole_forward",
        "course_lib.cells.lstm_forward",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.2 All steps (2 points)

*15 minutes, easy.* Write `lstm_forward`, which runs your `lstm_step` over a batch of
sequences and returns two things: $h$ after every step, and the whole state, $h$ and
$c$, after the last one. If `state` is `None`, both are zero before the first step. The
zeros must live where the input lives and have its dtype.

<details><summary>Hint 1: what is carried</summary>

It is chapter 3's loop with a state of two parts. Hand the `LSTMState` that one step
returns to the next one as it is.

</details>
<details><summary>Hint 2: the parts</summary>

`x.unbind(dim=1)` walks over time; `x.new_zeros(batch, hidden)` takes dtype and device
from `x`; the number of units is the number of rows of `W_h`. Collect the `h`s and
stack them along axis 1.

</details>
"""


# %% solution="lstm_forward"
def lstm_forward(x, state, params):
    """Run an LSTM over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        state: LSTMState before the first step, or None for zeros.
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,).

    Returns:
        hs: (batch, time, hidden) h after every step.
        last: LSTMState after the last step, h and c each (batch, hidden).
    """
    ### BEGIN SOLUTION
    if state is None:
        zeros = x.new_zeros(x.shape[0], params.W_h.shape[0])
        state = LSTMState(zeros, zeros)
    hs = []
    for x_t in x.unbind(dim=1):
        state = lstm_step(x_t, state, params)
        hs.append(state.h)
    return torch.stack(hs, dim=1), state
    ### END SOLUTION


# %% tests="lstm_forward" points=2
check = checks.Task("lstm_forward", lstm_forward, points=2)
# i = f = o = 1/2 and g = 1 (almost): the cell goes 0, 1/2, 3/4, 7/8
halving = LSTMParams(
    torch.zeros(1, 4), torch.zeros(1, 4), torch.tensor([0.0, 0.0, 20.0, 0.0])
)
start = LSTMState(h=torch.zeros(1, 1), c=torch.zeros(1, 1))
cells = torch.tensor([[[0.5], [0.75], [0.875]]])
shown = cells.tanh() / 2
check.example(
    "three steps with half-open gates and a candidate of 1: c is 1/2, 3/4, 7/8",
    (torch.zeros(1, 3, 1), start, halving),
    (shown, LSTMState(h=shown[:, -1], c=cells[:, -1])),
)
### BEGIN HIDDEN TESTS


def all_steps_case(size, draw):
    """Weights are moderate, so that the state of a step matters to the next."""
    params = LSTMParams(
        draw(size.input, 4 * size.hidden, scale=0.7),
        draw(size.hidden, 4 * size.hidden, scale=0.7),
        draw(4 * size.hidden, scale=0.7),
    )
    state = LSTMState(
        draw(size.batch, size.hidden).tanh(), draw(size.batch, size.hidden)
    )
    return draw(size.batch, size.time, size.input), state, params


def without_a_state(size, draw):
    x, _, params = all_steps_case(size, draw)
    return x, None, params


check.hidden(
    all_steps_case,
    checks.load_bank("10_lstm", "lstm_forward"),
    edges={"the state is None": without_a_state},
    forbid=(
        "torch.nn.LSTM",
        "torch.nn.LSTMCell",
        "torch.lstm_cell",
        "course_lib.cells.lstm_trace",
        "course_lib.cells.lstm._advance",
        "course_lib.layers.lstm.LSTM",
        "course_lib.layers.lstm.fast_lstm",
        "course_lib.cells.peephole_forward",
    ),
    uses={"lstm_step": lstm_step},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.3 Peepholes (2 points)

*15 minutes, medium.* The gates of 10.1 see $h_{t-1}$ only, and where the output gate is
closed that says nothing of the cell. With peepholes, each gate also sees the cell of
its own unit, through one weight a unit:

$$i_t = \sigma(a_i + p_i \odot c_{t-1}), \qquad f_t = \sigma(a_f + p_f \odot c_{t-1}),
\qquad o_t = \sigma(a_o + p_o \odot c_t)$$

$a_t$, the candidate, $c_t$ and $h_t$ are as in 10.1. Note that the output gate looks at
the **new** cell. Write `peephole_step`. `params` is a `PeepholeParams`: `W_x`, `W_h`
and `b` as before, and `p_i`, `p_f`, `p_o` of shape (hidden,).

<details><summary>Hint 1: one weight a unit</summary>

`params.p_i * state.c` multiplies every row of (batch, hidden) by the same vector. A
matrix product would let a gate see the cells of other units.

</details>
<details><summary>Hint 2: in which order?</summary>

Input and forget gate first, then $c_t$, and the output gate after it.

</details>
"""


# %% solution="peephole_step"
def peephole_step(x_t, state, params):
    """Advance an LSTM with peepholes by one time step.

    Args:
        x_t: (batch, input) input at time t.
        state: LSTMState with h and c at time t - 1, each (batch, hidden).
        params: W_x (input, 4·hidden), W_h (hidden, 4·hidden), b (4·hidden,), and
            p_i, p_f, p_o, each (hidden,).

    Returns:
        LSTMState with h and c at time t, each (batch, hidden).
    """
    ### BEGIN SOLUTION
    a_t = x_t @ params.W_x + state.h @ params.W_h + params.b
    a_i, a_f, a_g, a_o = a_t.chunk(4, dim=-1)
    i = torch.sigmoid(a_i + params.p_i * state.c)
    f = torch.sigmoid(a_f + params.p_f * state.c)
    c_t = f * state.c + i * torch.tanh(a_g)
    o = torch.sigmoid(a_o + params.p_o * c_t)
    return LSTMState(h=o * torch.tanh(c_t), c=c_t)
    ### END SOLUTION


# %% tests="peephole_step" points=2
check = checks.Task("peephole_step", peephole_step, points=2)
# p_f = 0 and p_i = 0, so c_t = 4/2 + 0; the output gate sees c_t = 2 through p_o = 3
peeping = PeepholeParams(
    W_x=torch.zeros(1, 4),
    W_h=torch.zeros(1, 4),
    b=torch.zeros(4),
    p_i=torch.zeros(1),
    p_f=torch.zeros(1),
    p_o=torch.tensor([3.0]),
)
check.example(
    "only the output gate peeps, with a weight of 3, at a new cell of 2",
    (torch.ones(1, 1), LSTMState(torch.zeros(1, 1), torch.full((1, 1), 4.0)), peeping),
    LSTMState(
        h=torch.tensor([[6.0]]).sigmoid() * torch.tensor([[2.0]]).tanh(),
        c=torch.tensor([[2.0]]),
    ),
)
### BEGIN HIDDEN TESTS


def peephole_case(size, draw):
    params = PeepholeParams(
        draw(size.input, 4 * size.hidden, scale=0.6),
        draw(size.hidden, 4 * size.hidden, scale=0.6),
        draw(4 * size.hidden),
        *(draw(size.hidden) for _ in range(3)),
    )
    state = LSTMState(
        draw(size.batch, size.hidden).tanh(), draw(size.batch, size.hidden)
    )
    return draw(size.batch, size.input), state, params


check.hidden(
    peephole_case,
    checks.load_bank("10_lstm", "peephole_step"),
    forbid=(
        "torch.nn.LSTM",
        "torch.nn.LSTMCell",
        "torch.lstm_cell",
        "course_lib.cells.peephole._peep",
        "course_lib.cells.peephole_forward",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.4 How many parameters? (1 point)

*5 minutes, easy.* Write `lstm_param_count`, the number of parameters of the cell of
10.1 with `input_size` $= D$ and `hidden_size` $= H$, and of the cell of 10.3 if
`peepholes` is true. (`nn.LSTM` keeps two biases, which it adds. Our cells have one.)

<details><summary>Hint</summary>

Each of the four quarters is a dense layer that reads $x_t$ and $h_{t-1}$ and has a
bias. A peephole is one weight a unit, and three things peep.

</details>
"""


# %% solution="lstm_param_count"
def lstm_param_count(input_size, hidden_size, peepholes=False):
    """Return the number of parameters of an LSTM cell with one bias.

    Args:
        input_size: features a step.
        hidden_size: units.
        peepholes: whether the gates see the cell.

    Returns:
        An integer.
    """
    ### BEGIN SOLUTION
    count = 4 * hidden_size * (input_size + hidden_size + 1)
    return count + 3 * hidden_size if peepholes else count
    ### END SOLUTION


# %% tests="lstm_param_count" points=1
check = checks.Task("lstm_param_count", lstm_param_count, points=1)
check.example("one input, one unit: four times (1 + 1 + 1)", (1, 1, False), 12)
### BEGIN HIDDEN TESTS


def count_case(size, draw):
    return 3 * size.input + size.batch, 5 * size.hidden + size.batch, False


def with_peepholes(size, draw):
    return *count_case(size, draw)[:2], True


check.hidden(
    count_case,
    checks.load_bank("10_lstm", "lstm_param_count"),
    edges={"with peepholes": with_peepholes},
    gradients=False,
    devices=False,
    forbid=(
        "course_lib.cells.init_lstm",
        "course_lib.cells.init_peephole",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.5 The path along the cell (2 points)

*15 minutes, medium.* From $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ one reads off how
much a change of $c_{t-1}$ moves $c_t$ if the gates stay as they are: by the factor
$f_t$. Over several steps the factors multiply. Write `cell_gradient_path`, which takes
the forget gates $f_1 \dots f_T$ and returns, for every $t$, what is left of a gradient
of $c_T$ when it has come back to $c_t$:

$$\text{path}_t = \frac{\partial c_T}{\partial c_t} =
f_{t+1} \odot f_{t+2} \odot \dots \odot f_T, \qquad \text{path}_T = 1$$

A gate may be exactly 0, and there may be hundreds of steps.

<details><summary>Hint 1: which gates?</summary>

The gate $f_{t+1}$ stands between $c_t$ and $c_{t+1}$. Which gate stands between $c_T$
and itself? And is $f_1$ ever used?

</details>
<details><summary>Hint 2: one step after the other</summary>

$\text{path}_{t} = f_{t+1} \odot \text{path}_{t+1}$: begin at the end with ones and go
back.

</details>
<details><summary>Hint 3: without a loop</summary>

`torch.cumprod` multiplies from the front. `flip(1)` turns time around, before and
after. Dividing the product of all gates by that of the first ones fails as soon as a
gate is 0.

</details>
"""


# %% solution="cell_gradient_path"
def cell_gradient_path(f_gates):
    """Return the products of all later forget gates.

    Args:
        f_gates: (batch, time, hidden) the forget gates f_1 … f_T.

    Returns:
        path: (batch, time, hidden).
    """
    ### BEGIN SOLUTION
    later = torch.cat([f_gates[:, 1:], torch.ones_like(f_gates[:, :1])], dim=1)
    return later.flip(1).cumprod(dim=1).flip(1)
    ### END SOLUTION


# %% tests="cell_gradient_path" points=2
check = checks.Task("cell_gradient_path", cell_gradient_path, points=2)
check.example(
    "gates 1/2, 1/4, 1/2, 1: from the last step back, 1, 1, 1/2, 1/8",
    (torch.tensor([0.5, 0.25, 0.5, 1.0]).reshape(1, 4, 1),),
    torch.tensor([0.125, 0.5, 1.0, 1.0]).reshape(1, 4, 1),
)
### BEGIN HIDDEN TESTS


def gates_case(size, draw):
    return (draw(size.batch, size.time, size.hidden).sigmoid(),)


def a_closed_gate(size, draw):
    gates = draw(size.batch, 2 + size.time, size.hidden).sigmoid()
    gates[:, 1 + size.time // 2] = 0.0
    return (gates,)


def many_steps(size, draw):
    return (draw(2, 400, 3).sigmoid(),)


check.hidden(
    gates_case,
    checks.load_bank("10_lstm", "cell_gradient_path"),
    edges={"a gate that is closed": a_closed_gate, "four hundred steps": many_steps},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.6 Back through one step (4 points)

*35 minutes, hard.* This task and the next are NumPy, in float64, as in exercise 5. Now
two gradients come from the right: `dh`, the gradient with respect to $h_t$, and `dc`,
the gradient with respect to $c_t$ **over the paths that do not go through $h_t$**: what
step $t + 1$ sends back along the cell. Write `lstm_backward_step`, which returns the
gradients with respect to everything that went into the step.

The cache holds `x_t`, `h_prev`, `c_prev`, the gates `i`, `f`, `o` and the candidate `g`
(after their nonlinearities), the new cell `c_t`, and `params`. Each result has the
shape of its variable; gradients of parameters are summed over the batch.

<details><summary>Hint 1: the whole gradient of the cell</summary>

$c_t$ reaches the loss in two ways: along the cell, which is `dc`, and through
$h_t = o_t \odot \tanh(c_t)$. Add the second to the first. The slope of tanh at $c_t$ is
$1 - \tanh^2(c_t)$.

</details>
<details><summary>Hint 2: from the cell to gates and candidate</summary>

In $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ each factor gets the gradient of $c_t$
times its partner. The output gate is not in this formula: its partner in $h_t$ is
$\tanh(c_t)$, and its gradient comes from `dh`.

</details>
<details><summary>Hint 3: through the nonlinearities</summary>

The slope of σ is $s (1 - s)$, where $s$ is its *value*, and that of tanh is $1 - g^2$;
the cache holds the values. That gives four (batch, hidden) arrays. Put them side by
side in the order i, f, g, o with `np.concatenate(..., axis=1)`.

</details>
<details><summary>Hint 4: the rest is exercise 5</summary>

With `da` of shape (batch, 4·hidden), `dx_t`, `dh_prev`, `dW_x`, `dW_h` and `db` are
what they were for the plain RNN. `dc_prev` is new: what factor stands before
$c_{t-1}$?

</details>
"""


# %% solution="lstm_backward_step"
def lstm_backward_step(dh, dc, cache):
    """Take the gradients of h_t and c_t back through one step.

    Args:
        dh: (batch, hidden) gradient with respect to h_t.
        dc: (batch, hidden) gradient with respect to c_t, without the path through h_t.
        cache: the step's LSTMCache.

    Returns:
        LSTMStepGrads: dx_t (batch, input), dh_prev (batch, hidden), dc_prev (batch,
        hidden), dW_x (input, 4·hidden), dW_h (hidden, 4·hidden), db (4·hidden,).
    """
    ### BEGIN SOLUTION
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    shown = np.tanh(cache.c_t)
    dc_t = dc + dh * o * (1 - shown**2)
    da_i = dc_t * g * i * (1 - i)
    da_f = dc_t * cache.c_prev * f * (1 - f)
    da_g = dc_t * i * (1 - g**2)
    da_o = dh * shown * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    return LSTMStepGrads(
        dx_t=da @ cache.params.W_x.T,
        dh_prev=da @ cache.params.W_h.T,
        dc_prev=dc_t * f,
        dW_x=cache.x_t.T @ da,
        dW_h=cache.h_prev.T @ da,
        db=da.sum(axis=0),
    )
    ### END SOLUTION


# %% tests="lstm_backward_step" points=4
check = checks.Task("lstm_backward_step", lstm_backward_step, points=4)
# one unit with i = g = o = tanh(c_t) = 1/2 and f = 1/4
kept = 4 * (np.arctanh(0.5) - 0.25)  # the old cell that makes c_t what it is
half = np.array([[0.5]])
unit = LSTMCache(
    x_t=np.array([[2.0]]),
    h_prev=np.array([[1.0]]),
    c_prev=np.array([[kept]]),
    i=half,
    f=half / 2,
    g=half,
    o=half,
    c_t=np.arctanh(half),
    params=LSTMParams(
        W_x=np.array([[2.0, 0.0, 4.0, 0.0]]),
        W_h=np.array([[0.0, 0.0, 0.0, 3.0]]),
        b=np.zeros(4),
    ),
)
da = np.array([0.5, 0.75 * kept, 1.5, 1.0])
check.example(
    "dh = 8 adds 8 · 1/2 · 3/4 to dc = 1, so that the cell's gradient is 4",
    (np.array([[8.0]]), np.array([[1.0]]), unit),
    LSTMStepGrads(
        dx_t=np.array([[7.0]]),
        dh_prev=np.array([[3.0]]),
        dc_prev=np.array([[1.0]]),
        dW_x=2 * da[None],
        dW_h=da[None],
        db=da,
    ),
)
### BEGIN HIDDEN TESTS


def backward_step_case(size, draw):
    x_t = draw.array(size.batch, size.input)
    params = LSTMParams(
        draw.array(size.input, 4 * size.hidden, scale=0.6),
        draw.array(size.hidden, 4 * size.hidden, scale=0.6),
        draw.array(4 * size.hidden, scale=0.6),
    )
    h_prev = np.tanh(draw.array(size.batch, size.hidden))
    state = LSTMState(h_prev, draw.array(size.batch, size.hidden))
    _, cache = lstm_step_cached(x_t, state, params)
    dh = draw.array(size.batch, size.hidden)
    return dh, draw.array(size.batch, size.hidden), cache


check.hidden(
    backward_step_case,
    checks.load_bank("10_lstm", "lstm_backward_step"),
    gradients=False,
    devices=False,
    forbid=(
        "torch.autograd.backward",
        "torch.autograd.grad",
        "torch.autograd.forward_ad.make_dual",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 10.7 Back through all steps (2 points)

*20 minutes, medium.* Write `lstm_backward`: one sweep over the steps, last step first,
with your `lstm_backward_step`. `dstates[:, t]` is what the loss of step $t$ alone asks
of $h_t$. No loss reads a cell directly: a cell's gradient comes along the cell and
through $h$.

<details><summary>Hint 1: two things to carry</summary>

Step $t + 1$ returns `dh_prev` and `dc_prev`. The first is *added* to `dstates[:, t]`;
the second *is* the `dc` of step $t$. At the last step both are zero.

</details>
<details><summary>Hint 2: what to keep</summary>

Add up the gradients of the three parameters over all steps. Keep every `dx_t`, in the
order of the input. What the first step sends back are the gradients of $h_0$ and $c_0$.

</details>
"""


# %% solution="lstm_backward"
def lstm_backward(dstates, caches):
    """Take the gradients of all steps' losses back through all steps.

    Args:
        dstates: (batch, time, hidden) gradient of each step's own loss with respect to
            its h.
        caches: a list of LSTMCache, one a step, first step first.

    Returns:
        LSTMGrads: dx (batch, time, input), dh_0 and dc_0 (batch, hidden), dW_x (input,
        4·hidden), dW_h (hidden, 4·hidden), db (4·hidden,).
    """
    ### BEGIN SOLUTION
    dh = dc = np.zeros_like(caches[-1].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return LSTMGrads(
        dx=np.stack([step.dx_t for step in reversed(steps)], axis=1),
        dh_0=dh,
        dc_0=dc,
        dW_x=sum(step.dW_x for step in steps),
        dW_h=sum(step.dW_h for step in steps),
        db=sum(step.db for step in steps),
    )
    ### END SOLUTION


# %% tests="lstm_backward" points=2
check = checks.Task("lstm_backward", lstm_backward, points=2)
# no weights: all gates are 1/2, the candidate and the cell stay 0
still = LSTMParams(np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4))
nothing = LSTMState(np.zeros((1, 1)), np.zeros((1, 1)))
_, still_caches = lstm_forward_cached(np.zeros((1, 3, 1)), nothing, still)
check.example(
    "half-open gates and a loss of 16 at the last step: along the cell come 8, 4, 2",
    (np.array([[[0.0], [0.0], [16.0]]]), still_caches),
    LSTMGrads(
        dx=np.zeros((1, 3, 1)),
        dh_0=np.zeros((1, 1)),
        dc_0=np.array([[1.0]]),
        dW_x=np.zeros((1, 4)),
        dW_h=np.zeros((1, 4)),
        db=np.array([0.0, 0.0, 7.0, 0.0]),
    ),
)
### BEGIN HIDDEN TESTS


def backward_case(size, draw):
    x = draw.array(size.batch, size.time, size.input)
    params = LSTMParams(
        draw.array(size.input, 4 * size.hidden, scale=0.6),
        draw.array(size.hidden, 4 * size.hidden, scale=0.6),
        draw.array(4 * size.hidden, scale=0.6),
    )
    h_0 = np.tanh(draw.array(size.batch, size.hidden))
    state = LSTMState(h_0, draw.array(size.batch, size.hidden))
    _, caches = lstm_forward_cached(x, state, params)
    return draw.array(size.batch, size.time, size.hidden), caches


check.hidden(
    backward_case,
    checks.load_bank("10_lstm", "lstm_backward"),
    gradients=False,
    devices=False,
    forbid=(
        "torch.autograd.backward",
        "torch.autograd.grad",
        "torch.autograd.forward_ad.make_dual",
    ),
    uses={"lstm_backward_step": lstm_backward_step},
)
### END HIDDEN TESTS
check.score()
