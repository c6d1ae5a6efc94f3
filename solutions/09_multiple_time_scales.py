# %% [markdown]
r"""
# Exercise 9 · Skips, leaks and clocks

You write the three ways to slow a recurrent network down: a skip over $d$ steps, units
that leak, with an $\alpha$ that is given, sampled or learnt, and groups of units with
clocks of their own. 15 points, about 90 minutes.

Read first: [Skips, leaks and clocks](../../book/09_multiple_time_scales.md). Shapes and
names are those of [the notation page](../../book/notation.md): batch first, row
vectors, and `W_xh` is (input, hidden).

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 09_multiple_time_scales` grades it on your own
machine.
"""

# %% setup="setup"
import torch

from course_lib import checks
from course_lib.cells import DelayedParams, LeakyParams, RNNParams, rnn_step

# %% [markdown]
r"""
## 9.1 A skip of d steps (3 points)

*20 minutes, medium.* Write `delayed_rnn`. At every step the network reads two of its
states: the one before, and the one of $d$ steps ago.

$$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + h_{t-d} W_{dh} + b_h)$$

`params` is a `DelayedParams` with the fields `W_xh`, `W_hh`, `W_dh` and `b_h`. `h_0`
stands for **every** state before the first step, so $h_{-1}$, $h_{-2}$ and so on are
`h_0` too. When `h_0` is `None` they are zeros.

<details><summary>Hint 1: what to keep</summary>

Keep all states in a list. The step with index `t` (the first is 0) needs the states
with index `t - 1` and `t - d`.

</details>
<details><summary>Hint 2: the first d steps</summary>

When `t - d` is negative, the state lies before the sequence. Python does not complain
about a negative index: it counts from the end of the list. So ask first.

</details>
<details><summary>Hint 3: the zeros</summary>

`x.new_zeros(batch, hidden)` makes zeros with the dtype of `x`, where `x` lives.

</details>
"""


# %% solution="delayed_rnn"
def delayed_rnn(x, h_0, params, d):
    """Run an RNN that also reads its state of d steps ago.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) every state before the first step; None means zeros.
        params: W_xh (input, hidden), W_hh and W_dh (hidden, hidden), b_h (hidden,).
        d: the length of the skip, in steps; 1 or more.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.
    """
    ### BEGIN SOLUTION
    if h_0 is None:
        h_0 = x.new_zeros(x.shape[0], params.W_hh.shape[0])
    hs = []
    for t, x_t in enumerate(x.unbind(dim=1)):
        h_prev = hs[t - 1] if t >= 1 else h_0
        h_delayed = hs[t - d] if t >= d else h_0
        recurrent = h_prev @ params.W_hh + h_delayed @ params.W_dh
        hs.append(torch.tanh(x_t @ params.W_xh + recurrent + params.b_h))
    return torch.stack(hs, dim=1), hs[-1]
    ### END SOLUTION


# %% tests="delayed_rnn" points=3
check = checks.Task("delayed_rnn", delayed_rnn, points=3)
# one unit whose state only skips: an impulse comes back at every second step
skipping = DelayedParams(*torch.tensor([[[1.0]], [[0.0]], [[1.0]]]), torch.zeros(1))
impulse = torch.tensor([[[1.0], [0.0], [0.0], [0.0], [0.0]]])
once, twice, thrice = 0.76159416, 0.64201493, 0.56624550  # tanh, again and again
check.example(
    "an impulse and a skip of two steps: it comes back at every second step",
    (impulse, torch.zeros(1, 1), skipping, 2),
    (
        torch.tensor([[[once], [0.0], [twice], [0.0], [thrice]]]),
        torch.tensor([[thrice]]),
    ),
)
### BEGIN HIDDEN TESTS


def delayed_params(size, draw):
    return DelayedParams(
        draw(size.input, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, scale=0.6),
    )


def delayed_with(time, d):
    def case(size, draw):
        x = draw(size.batch, time or size.time, size.input)
        h_0 = draw(size.batch, size.hidden, scale=0.6)
        return x, h_0, delayed_params(size, draw), d

    return case


def delayed_case(size, draw):
    """A skip of three, over several: one of two hides an index that wraps around."""
    return delayed_with(size.time + 5, 3)(size, draw)


def without_h_0(size, draw):
    x, _, params, d = delayed_case(size, draw)
    return x, None, params, d


check.hidden(
    delayed_case,
    checks.load_bank("09_multiple_time_scales", "delayed_rnn"),
    edges={
        "h_0 is None": without_h_0,
        "a skip of one step": delayed_with(6, 1),
        "a skip longer than the sequence": delayed_with(4, 9),
    },
    forbid=("course_lib.layers.leaky.leaky_runs",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 9.2 A unit that leaks (3 points)

*10 minutes, easy.* A leaky unit keeps a share $\alpha$ of its state, and lets the new
value in with the rest. Write `leaky_step`:

$$h_t = \alpha \odot h_{t-1} + (1 - \alpha) \odot
\tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$$

`alpha` is one number for all units, or a tensor of shape (hidden,) with one for each.
With $\alpha = 0$ this is a plain RNN; with $\alpha = 1$ nothing ever changes.

<details><summary>Hint 1: the new value</summary>

The tanh is the step of the plain RNN, `rnn_step(x_t, h_prev, params)`, which is given.
The state that $\alpha$ keeps stands outside of it.

</details>
<details><summary>Hint 2: a number for each unit</summary>

A tensor of shape (hidden,) times one of shape (batch, hidden) multiplies each column by
its own number. There is nothing to reshape, and the same line works for a plain number.

</details>
"""


# %% solution="leaky_step"
def leaky_step(x_t, h_prev, alpha, params):
    """Advance leaky units by one time step.

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        alpha: (hidden,) or one number, between 0 and 1: the share that is kept.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    return alpha * h_prev + (1 - alpha) * rnn_step(x_t, h_prev, params)
    ### END SOLUTION


# %% tests="leaky_step" points=3
check = checks.Task("leaky_step", leaky_step, points=3)
silent = RNNParams(torch.zeros(1, 2), torch.zeros(2, 2), torch.zeros(2))
check.example(
    "nothing comes in: one unit keeps 90 % of its state, the other a half",
    (torch.zeros(1, 1), torch.ones(1, 2), torch.tensor([0.9, 0.5]), silent),
    torch.tensor([[0.9, 0.5]]),
)
### BEGIN HIDDEN TESTS


def plain_params(size, draw):
    return RNNParams(
        draw(size.input, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, scale=0.6),
    )


def leaky_with(alpha=None):
    def case(size, draw):
        kept = draw(size.hidden).sigmoid() if alpha is None else alpha
        x_t = draw(size.batch, size.input)
        h_prev = draw(size.batch, size.hidden, scale=0.6)
        return x_t, h_prev, kept, plain_params(size, draw)

    return case


def some_open_some_shut(size, draw):
    """α = 0 and α = 1 exactly, by turns."""
    x_t, h_prev, alpha, params = leaky_with()(size, draw)
    kept = torch.arange(size.hidden, device=alpha.device) % 2
    return x_t, h_prev, kept.to(alpha.dtype), params


check.hidden(
    leaky_with(),
    checks.load_bank("09_multiple_time_scales", "leaky_step"),
    edges={
        "one number for all units": leaky_with(0.8),
        "α = 0 and α = 1": some_open_some_shut,
    },
    forbid=(
        "course_lib.cells.leaky_forward",
        "course_lib.cells.gru_step",
        "course_lib.layers.leaky.leaky_runs",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 9.3 Time constants of all sizes (2 points)

*10 minutes, easy.* How long a unit remembers is its time constant $\tau$, in steps, and
nobody knows beforehand which one a task needs. So draw many, as many between 1 and 10
steps as between 10 and 100: uniformly on a *logarithmic* scale. Write
`sample_time_constants`. It is given the random numbers: every $u$ is uniform between 0
and 1, and becomes

$$\tau = \tau_\text{low} \left(\frac{\tau_\text{high}}{\tau_\text{low}}\right)^{u}$$

<details><summary>Hint 1: the ends</summary>

At $u = 0$ the formula gives $\tau_\text{low}$, at $u = 1$ it gives $\tau_\text{high}$,
and at $u = 1/2$ the geometric mean $\sqrt{\tau_\text{low}\, \tau_\text{high}}$, not the
arithmetic one.

</details>
<details><summary>Hint 2: elementwise</summary>

`number ** tensor` works elementwise: one line is enough, and no random generator.

</details>
"""


# %% solution="sample_time_constants"
def sample_time_constants(u, low, high):
    """Turn uniform numbers into time constants, uniform on a logarithmic scale.

    Args:
        u: any shape, uniform in [0, 1).
        low: the shortest time constant, in steps.
        high: the longest one.

    Returns:
        Time constants in steps, shaped as u.
    """
    ### BEGIN SOLUTION
    return low * (high / low) ** u
    ### END SOLUTION


# %% tests="sample_time_constants" points=2
check = checks.Task("sample_time_constants", sample_time_constants, points=2)
check.example(
    "from 1 to 100 steps, the middle is 10",
    (torch.tensor([0.0, 0.5, 1.0]), 1.0, 100.0),
    torch.tensor([1.0, 10.0, 100.0]),
)
### BEGIN HIDDEN TESTS


def uniform(draw, *shape):
    """Uniform numbers, a few of them close together."""
    return draw(*shape).sigmoid()


def time_constants_case(size, draw):
    """So many numbers that they are not in order, nor exact in float32, by chance."""
    low = draw.rng.uniform(1.5, 3.0)
    return uniform(draw, size.hidden + 40), low, low * draw.rng.uniform(5.0, 40.0)


def a_matrix_of_numbers(size, draw):
    return uniform(draw, size.batch, size.hidden), 1.5, 60.0


def whole_numbers(size, draw):
    return uniform(draw, size.hidden), 2, 50


def all_alike(size, draw):
    return uniform(draw, size.hidden), 7.0, 7.0


check.hidden(
    time_constants_case,
    checks.load_bank("09_multiple_time_scales", "sample_time_constants"),
    edges={
        "a matrix of numbers": a_matrix_of_numbers,
        "whole numbers of steps": whole_numbers,
        "low and high the same": all_alike,
    },
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 9.4 A leak that is learnt (2 points)

*15 minutes, medium.* An optimizer moves a parameter wherever the gradient points, and
an $\alpha$ above 1 lets the state grow without end. So what is trained is a number
without bounds, `params.raw`, and every unit's share follows from it:

$$\alpha = \sigma(\text{raw}) = \frac{1}{1 + e^{-\text{raw}}}$$

Write `learned_leaky_forward`, which runs your `leaky_step` over a batch of sequences
with that $\alpha$. `params` is a `LeakyParams`: `W_xh`, `W_hh`, `b_h`, and `raw` of
shape (hidden,).

<details><summary>Hint 1: how often?</summary>

$\alpha$ does not depend on the step. Compute it once, before the loop.

</details>
<details><summary>Hint 2: the loop</summary>

It is that of the plain RNN: begin with `h_0`, or with zeros when it is `None`; call
`leaky_step` with each input and the last state; collect the states and stack them along
axis 1.

</details>
"""


# %% solution="learned_leaky_forward"
def learned_leaky_forward(x, h_0, params):
    """Run leaky units whose α = σ(raw) is learnt with the other parameters.

    Args:
        x: (batch, time, input) inputs.
        h_0: (batch, hidden) state before the first step; None means zeros.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,),
            raw (hidden,).

    Returns:
        hs: (batch, time, hidden) the state after every step.
        h_T: (batch, hidden) the state after the last one.
    """
    ### BEGIN SOLUTION
    alpha = torch.sigmoid(params.raw)
    h_t = x.new_zeros(x.shape[0], params.W_hh.shape[0]) if h_0 is None else h_0
    hs = []
    for x_t in x.unbind(dim=1):
        h_t = leaky_step(x_t, h_t, alpha, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t
    ### END SOLUTION


# %% tests="learned_leaky_forward" points=2
check = checks.Task("learned_leaky_forward", learned_leaky_forward, points=2)
silent = RNNParams(torch.zeros(1, 2), torch.zeros(2, 2), torch.zeros(2))
halving = LeakyParams(*silent, raw=torch.zeros(2))
check.example(
    "raw = 0 means α = 1/2: with nothing coming in, the state halves at every step",
    (torch.zeros(1, 3, 1), torch.tensor([[8.0, 4.0]]), halving),
    (
        torch.tensor([[[4.0, 2.0], [2.0, 1.0], [1.0, 0.5]]]),
        torch.tensor([[1.0, 0.5]]),
    ),
)
### BEGIN HIDDEN TESTS


def weights_for_leaks(size, draw):
    return RNNParams(
        draw(size.input, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, scale=0.6),
    )


def learned_case(size, draw):
    x = draw(size.batch, size.time, size.input)
    h_0 = draw(size.batch, size.hidden, scale=0.6)
    params = weights_for_leaks(size, draw)
    # of both signs, and some beyond 1, where a share cannot lie
    raw = draw(size.hidden)
    raw = raw.sign() * (0.5 + raw.abs())
    return x, h_0, LeakyParams(*params, raw=raw)


def learned_without_h_0(size, draw):
    x, _, params = learned_case(size, draw)
    return x, None, params


check.hidden(
    learned_case,
    checks.load_bank("09_multiple_time_scales", "learned_leaky_forward"),
    edges={"h_0 is None": learned_without_h_0},
    forbid=(
        "course_lib.cells.leaky_forward",
        "course_lib.cells.leaky.leaky_forward",
        "course_lib.layers.leaky.leaky_runs",
    ),
    uses={"leaky_step": leaky_step},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 9.5 Who reads whom (2 points)

*10 minutes, medium.* In a clockwork RNN every unit has a period, in steps. A unit may
read all units whose period is **as long as its own or longer**: fast units read slow
ones, slow units never read fast ones. Write `clockwork_mask`. From the periods of the
units it makes a matrix of ones and zeros that will be multiplied with $W_{hh}$,
elementwise:

$$M_{ij} = 1 \ \text{ if unit } j \text{ reads unit } i, \qquad 0 \ \text{ otherwise}$$

Row vectors: in $h\, W_{hh}$, the row $i$ is the unit that is read, and the column $j$
the unit that reads. The periods may come in any order.

<details><summary>Hint 1: one pair</summary>

Which of `periods[i]` and `periods[j]` must be the larger one for $j$ to read $i$? What
if they are equal?

</details>
<details><summary>Hint 2: all pairs at once</summary>

`periods[:, None]` is a column and `periods[None, :]` a row. Comparing the two gives a
matrix of True and False; `.float()` turns it into ones and zeros.

</details>
"""


# %% solution="clockwork_mask"
def clockwork_mask(periods):
    """Say which unit may read which: 1 at [i, j] if unit j reads unit i.

    Args:
        periods: (hidden,) integers, the period of each unit, in steps.

    Returns:
        (hidden, hidden) float32, 1 or 0.
    """
    ### BEGIN SOLUTION
    return (periods[:, None] >= periods[None, :]).float()
    ### END SOLUTION


# %% tests="clockwork_mask" points=2
check = checks.Task("clockwork_mask", clockwork_mask, points=2)
check.example(
    "a fast unit and two slow ones: the fast one reads all, the slow ones each other",
    (torch.tensor([1, 2, 2]),),
    torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]),
)
### BEGIN HIDDEN TESTS


def some_periods(size, draw):
    """Periods in any order; 1, twice, and 4 and 6 are always among them."""
    values = ([1, 4, 6, 1, 4, 2, 8, 3] * 2)[: max(size.hidden, 4)]
    order = draw.rng.sample(range(len(values)), len(values))
    return torch.tensor([values[i] for i in order], device=draw.device)


def mask_case(size, draw):
    return (some_periods(size, draw),)


def in_rising_order(size, draw):
    return (some_periods(size, draw).sort().values,)


def one_group(size, draw):
    return (torch.full((size.hidden,), 5, device=draw.device),)


check.hidden(
    mask_case,
    checks.load_bank("09_multiple_time_scales", "clockwork_mask"),
    edges={
        "periods in rising order": in_rising_order,
        "all periods the same": one_group,
    },
    gradients=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 9.6 A step of the clockwork (3 points)

*20 minutes, medium.* Write `clockwork_step`. At step $t$ only those units are updated
whose clock ticks; all others stay exactly as they were:

$$h_t[j] = \begin{cases}
\tanh(x_t W_{xh} + h_{t-1} (M \odot W_{hh}) + b_h)[j] & \text{if } t \bmod P_j = 0 \\
h_{t-1}[j] & \text{otherwise}
\end{cases}$$

$P_j$ is `periods[j]`, and $M$ is what your `clockwork_mask` returns. All units that are
updated read the **old** state, the one before the step. Steps are counted from 0, so
the first one updates all units. `h_prev` and `params` must be as before when you
return.

<details><summary>Hint 1: who is updated?</summary>

`t % periods` gives all remainders at once, and `t % periods == 0` says whose clock
ticks. It has shape (hidden,).

</details>
<details><summary>Hint 2: two values to choose from</summary>

Compute the new value for all units, then choose, unit by unit:
`torch.where(condition, a, b)` takes from `a` where the condition holds and from `b`
elsewhere.

</details>
<details><summary>Hint 3: the mask</summary>

Multiply it with `params.W_hh` elementwise, `*`, into a new tensor. `clockwork_mask`
gives float32; `.to(params.W_hh)` takes over dtype and device.

</details>
"""


# %% solution="clockwork_step"
def clockwork_step(t, x_t, h_prev, params, periods):
    """Advance a clockwork RNN by one time step.

    Args:
        t: the number of the step; the first one is 0.
        x_t: (batch, input) input of the step.
        h_prev: (batch, hidden) state before it.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        periods: (hidden,) integers, the period of each unit, in steps.

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = torch.tanh(x_t @ params.W_xh + h_prev @ W_hh + params.b_h)
    return torch.where(t % periods == 0, new, h_prev)
    ### END SOLUTION


# %% tests="clockwork_step" points=3
check = checks.Task("clockwork_step", clockwork_step, points=3)
clear = RNNParams(torch.zeros(1, 3), torch.zeros(3, 3), torch.zeros(3))
check.example(
    "step 6: the clocks with periods 1 and 3 tick and clear their units, 4 does not",
    (6, torch.zeros(1, 1), torch.ones(1, 3), clear, torch.tensor([1, 3, 4])),
    torch.tensor([[0.0, 0.0, 1.0]]),
)
### BEGIN HIDDEN TESTS


def weights_for_clocks(size, draw):
    return RNNParams(
        draw(size.input, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, scale=0.6),
    )


def periods_for_clocks(size, draw):
    """Periods in any order; 1, twice, and 4 and 6 are always among them."""
    values = ([1, 4, 6, 1, 4, 2, 8, 3] * 2)[: max(size.hidden, 4)]
    order = draw.rng.sample(range(len(values)), len(values))
    return torch.tensor([values[i] for i in order], device=draw.device)


def clockwork_at(choices):
    def case(size, draw):
        periods = periods_for_clocks(size, draw)
        size = size._replace(hidden=len(periods))
        x_t = draw(size.batch, size.input)
        h_prev = draw(size.batch, size.hidden, scale=0.6)
        t = draw.rng.choice(choices)
        return t, x_t, h_prev, weights_for_clocks(size, draw), periods

    return case


check.hidden(
    # 1 and 4 tick at all of these, 6 at none
    clockwork_at([8, 16, 20, 28, 32]),
    checks.load_bank("09_multiple_time_scales", "clockwork_step"),
    edges={
        "the first step, t = 0": clockwork_at([0]),
        "a step at which all clocks tick": clockwork_at([24, 48]),
        "a step at which only the fastest clocks tick": clockwork_at([5, 7, 11]),
    },
    forbid=(
        "course_lib.cells.clockwork_forward",
        "course_lib.cells.clockwork.clockwork_forward",
    ),
    uses={"clockwork_mask": clockwork_mask},
)
### END HIDDEN TESTS
check.score()
