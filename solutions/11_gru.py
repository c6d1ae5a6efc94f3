# %% [markdown]
r"""
# Exercise 11 · The gated recurrent unit and its relatives

You write one step of a GRU with its reset gate in both published places, turn a leaky
unit into a GRU, and read PyTorch's weights. Then you change the gates: one for several
units, and a product of two. At the end you go back through the step by hand. 16 points,
about 100 minutes.

Read first: [The gated recurrent unit](../../book/11_gru.md). Shapes and names are those
of [the notation page](../../book/notation.md): batch first, row vectors.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 11_gru` grades it on your own machine.

The parameters of a GRU are a `GRUParams`. Its matrices hold three blocks side by side,
each as wide as the state, in the order $r, z, n$: reset gate, update gate, candidate.

| field | shape | blocks |
| --- | --- | --- |
| `W_x` | (input, 3·hidden) | $W_{xr}, W_{xz}, W_{xn}$ |
| `W_h` | (hidden, 3·hidden) | $W_{hr}, W_{hz}, W_{hn}$ |
| `b` | (3·hidden,) | $b_r, b_z, b_{xn}$ |
| `b_hn` | (hidden,) | $b_{hn}$ |
"""

# %% setup="setup"
import numpy as np
import torch
from torch import nn

from course_lib import checks
from course_lib.cells import GlobalLocalParams, GRUParams, RNNParams
from course_lib.gradients.bptt.gru import GRUCache, GRUStepGrads, gru_step_cached

# %% [markdown]
r"""
## 11.1 One step (4 points)

*20 minutes, medium.* Write `gru_step`. The two gates are

$$r_t = \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r), \qquad
z_t = \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z)$$

For the candidate there are two formulas, and the argument `reset` says which one:

$$n_t = \tanh(x_t W_{xn} + b_{xn} + r_t \odot (h_{t-1} W_{hn} + b_{hn}))
\quad \text{if } \texttt{reset="after"}$$

$$n_t = \tanh(x_t W_{xn} + b_{xn} + (r_t \odot h_{t-1}) W_{hn} + b_{hn})
\quad \text{if } \texttt{reset="before"}$$

The new state is $h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$.

<details><summary>Hint 1: three blocks in one product</summary>

`x_t @ params.W_x + params.b` has 3·hidden columns. `chunk(3, dim=1)` cuts them into
three blocks.

</details>
<details><summary>Hint 2: what can be shared, and what cannot</summary>

`h_prev @ params.W_h` gives both gates what they need from the state, and the candidate
too if the reset gate comes after the product. If it comes before, the candidate needs a
product of its own, with the last block of `W_h`.

</details>
<details><summary>Hint 3: two biases</summary>

`b_hn` stands inside the parentheses that `r` multiplies in the first formula, and
outside in the second one. `b_xn` is never multiplied.

</details>
"""


# %% solution="gru_step"
def gru_step(x_t, h_prev, params, reset):
    """Advance a GRU by one time step.

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).
        reset: "after" or "before" the product with W_hn.

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).chunk(3, dim=1)
    W_hr, W_hz, W_hn = params.W_h.chunk(3, dim=1)
    r = torch.sigmoid(r_x + h_prev @ W_hr)
    z = torch.sigmoid(z_x + h_prev @ W_hz)
    if reset == "after":
        from_state = r * (h_prev @ W_hn + params.b_hn)
    else:
        from_state = (r * h_prev) @ W_hn + params.b_hn
    n = torch.tanh(n_x + from_state)
    return (1 - z) * n + z * h_prev
    ### END SOLUTION


# %% tests="gru_step" points=4
check = checks.Task("gru_step", gru_step, points=4)
x_t, h_prev = torch.zeros(4, 3), torch.full((4, 2), 0.5)
half_open = GRUParams(
    torch.zeros(3, 6), torch.zeros(2, 6), torch.zeros(6), torch.zeros(2)
)
check.example(
    "with zero weights both gates are ½ and the candidate is 0: half the state stays",
    (x_t, h_prev, half_open, "after"),
    torch.full((4, 2), 0.25),
)
second_bias = half_open._replace(b_hn=torch.full((2,), 2.0))
check.example(
    'the second bias of the candidate is halved by the reset gate: reset="after"',
    (x_t, torch.full((4, 2), 0.5), second_bias, "after"),
    torch.full((4, 2), 0.5 * np.tanh(1.0) + 0.25),
)
### BEGIN HIDDEN TESTS


def gru_step_case(size, draw, reset="after"):
    params = GRUParams(
        draw(size.input, 3 * size.hidden),
        draw(size.hidden, 3 * size.hidden),
        draw(3 * size.hidden),
        draw(size.hidden),
    )
    return draw(size.batch, size.input), draw(size.batch, size.hidden), params, reset


def reset_before(size, draw):
    return gru_step_case(size, draw, "before")


def open_gates(size, draw):
    x_t, h_prev, params, reset = gru_step_case(size, draw)
    return x_t, h_prev, params._replace(b=params.b + 300.0), reset


def closed_gates_before(size, draw):
    x_t, h_prev, params, _ = gru_step_case(size, draw)
    _, _, b_xn = params.b.chunk(3)
    shut = torch.full_like(b_xn, -300.0)
    return x_t, h_prev, params._replace(b=torch.cat([shut, shut, b_xn])), "before"


check.hidden(
    gru_step_case,
    checks.load_bank("11_gru", "gru_step"),
    edges={
        'reset="before"': reset_before,
        'reset="before", with closed gates': closed_gates_before,
        "gates that are fully open": open_gates,
    },
    weights={'reset="before"': 12.0},  # the other half of what is asked
    forbid=(
        "torch.nn.GRU",
        "torch.nn.GRUCell",
        "torch.gru",
        "torch.gru_cell",
        "course_lib.cells.gru_forward",
        "course_lib.cells.gru.gru_forward",
        "course_lib.layers.gru.GRU",
        "course_lib.layers.gru.fast_gru",
        "course_lib.cells.gru._step",
        "course_lib.cells.shared_gate_step",
        "course_lib.cells.global_local_gate_step",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 11.2 A leaky unit is a GRU (2 points)

*15 minutes, medium.* A leaky unit keeps the share $\alpha$ of its state at every step,
whatever it reads:

$$h_t = \alpha \odot h_{t-1} + (1 - \alpha) \odot
\tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$$

Write `gru_as_leaky`. It gets the parameters of the leaky units and their $\alpha$, one
number for each unit, and returns the `GRUParams` of a GRU that computes the same. So
that there is one right answer:

- both gates read nothing: their blocks of `W_x` and `W_h` are zero;
- $b_r$ and $b_{hn}$ are zero as well.

The reset gate is then the same number at every step, and not 1. Find the number, and
undo its effect.

<details><summary>Hint 1: the update gate</summary>

$z$ must be $\alpha$, and $z = \sigma(b_z)$. Solve for $b_z$. PyTorch has the inverse of
σ: `torch.logit`.

</details>
<details><summary>Hint 2: the reset gate</summary>

With zero weights and a zero bias, $r = \sigma(0)$. It multiplies $h_{t-1} W_{hn}$. By
what must $W_{hn}$ be multiplied, so that $h_{t-1} W_{hh}$ is left?

</details>
<details><summary>Hint 3: putting blocks side by side</summary>

`torch.cat([...], dim=1)` for the matrices; their order is r, z, n. Zeros of the right
shape, dtype and device: `torch.zeros_like`.

</details>
"""


# %% solution="gru_as_leaky"
def gru_as_leaky(params, alpha):
    """Return the GRU that is a leaky unit.

    Args:
        params: RNNParams, W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        alpha: (hidden,) between 0 and 1, the share of its state that a unit keeps.

    Returns:
        GRUParams: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
        b_hn (hidden,). Where alpha is 0 or 1, b_z is infinite.
    """
    ### BEGIN SOLUTION
    W_xh, W_hh, b_h = params
    no_x, no_h, none = (torch.zeros_like(weight) for weight in params)
    return GRUParams(
        W_x=torch.cat([no_x, no_x, W_xh], dim=1),
        W_h=torch.cat([no_h, no_h, 2 * W_hh], dim=1),
        b=torch.cat([none, torch.logit(alpha), b_h]),
        b_hn=none,
    )
    ### END SOLUTION


# %% tests="gru_as_leaky" points=2
check = checks.Task("gru_as_leaky", gru_as_leaky, points=2)
leaky = RNNParams(torch.tensor([[3.0]]), torch.tensor([[5.0]]), torch.tensor([7.0]))
check.example(
    "one unit that keeps nine tenths",
    (leaky, torch.tensor([0.9])),
    GRUParams(
        torch.tensor([[0.0, 0.0, 3.0]]),
        torch.tensor([[0.0, 0.0, 10.0]]),
        torch.tensor([0.0, 2.1972246, 7.0]),
        torch.tensor([0.0]),
    ),
)
### BEGIN HIDDEN TESTS


def leaky_case(size, draw):
    params = RNNParams(
        draw(size.input, size.hidden),
        draw(size.hidden, size.hidden),
        draw(size.hidden),
    )
    return params, torch.sigmoid(draw(size.hidden, scale=2.0))


def keeps_all_or_nothing(size, draw):
    params, alpha = leaky_case(size, draw)
    ends = [float(draw.rng.randrange(2)) for _ in range(size.hidden)]
    return params, torch.tensor(ends, dtype=alpha.dtype, device=alpha.device)


check.hidden(
    leaky_case,
    checks.load_bank("11_gru", "gru_as_leaky"),
    edges={"units that keep all or nothing": keeps_all_or_nothing},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 11.3 The weights of PyTorch (2 points)

*15 minutes, easy.* `torch.nn.GRU` computes the formula with `reset="after"`, in the
same order of blocks. It stores its matrices the other way round, `weight_ih_l0` is
(3·hidden, input), and it has two biases of 3·hidden numbers, `bias_ih_l0` for the input
and `bias_hh_l0` for the state. Each gate adds both; the candidate is

$$n_t = \tanh(x_t W_{xn} + b^{ih}_n + r_t \odot (h_{t-1} W_{hn} + b^{hh}_n))$$

Write `gru_from_torch`, which returns the `GRUParams` that make your `gru_step` compute
what the module computes. A module made with `bias=False` has no biases: `b` and `b_hn`
are then zero.

<details><summary>Hint 1: which biases may be added?</summary>

Two biases can be merged where nothing comes between them. In the gates nothing does. In
the candidate something multiplies one of them.

</details>
<details><summary>Hint 2: three thirds</summary>

The first two thirds of `b` are sums of both biases; its last third is the last third of
`bias_ih_l0` alone. What is left is `b_hn`.

</details>
"""


# %% solution="gru_from_torch"
def gru_from_torch(module):
    """Read a one-layer `nn.GRU` in the orientation of this course.

    Args:
        module: nn.GRU with one layer and one direction.

    Returns:
        GRUParams: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
        b_hn (hidden,).
    """
    ### BEGIN SOLUTION
    W_x, W_h = module.weight_ih_l0.T, module.weight_hh_l0.T
    hidden = module.hidden_size
    if not module.bias:
        return GRUParams(W_x, W_h, W_h.new_zeros(3 * hidden), W_h.new_zeros(hidden))
    gates, b_hn = module.bias_hh_l0.split([2 * hidden, hidden])
    b = module.bias_ih_l0 + torch.cat([gates, torch.zeros_like(b_hn)])
    return GRUParams(W_x, W_h, b, b_hn)
    ### END SOLUTION


# %% tests="gru_from_torch" points=2
check = checks.Task("gru_from_torch", gru_from_torch, points=2)
tiny = nn.GRU(input_size=2, hidden_size=1)
with torch.no_grad():
    tiny.weight_ih_l0.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    tiny.weight_hh_l0.copy_(torch.tensor([[7.0], [8.0], [9.0]]))
    tiny.bias_ih_l0.copy_(torch.tensor([10.0, 20.0, 30.0]))
    tiny.bias_hh_l0.copy_(torch.tensor([1.0, 2.0, 3.0]))
check.example(
    "a module with one unit",
    (tiny,),
    GRUParams(
        torch.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]),
        torch.tensor([[7.0, 8.0, 9.0]]),
        torch.tensor([11.0, 22.0, 30.0]),
        torch.tensor([3.0]),
    ),
)
### BEGIN HIDDEN TESTS


def module_case(size, draw, bias=True):
    module = nn.GRU(
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
    checks.load_bank("11_gru", "gru_from_torch"),
    edges={"a module without biases": module_without_bias},
    gradients=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 11.4 One gate for several units (2 points)

*15 minutes, medium.* Here neighbouring units share their gates: the first
hidden/groups units form the first group, the next ones the second, and so on. Each
group has one reset gate and one update gate. So the gates' blocks are narrower,

| field | shape | blocks |
| --- | --- | --- |
| `W_x` | (input, 2·groups + hidden) | $W_{xr}, W_{xz}, W_{xn}$ |
| `W_h` | (hidden, 2·groups + hidden) | $W_{hr}, W_{hz}, W_{hn}$ |
| `b` | (2·groups + hidden,) | $b_r, b_z, b_{xn}$ |
| `b_hn` | (hidden,) | $b_{hn}$ |

and $r_t$ and $z_t$ have one number a group, which is spread over the units of the group
before it is used. All else is as before, with the reset gate after the product. Write
`shared_gate_step`. The number of groups is not given: read it from the shapes.

<details><summary>Hint 1: how many groups?</summary>

`W_x` has 2·groups + hidden columns, and `h_prev` has hidden.

</details>
<details><summary>Hint 2: spreading</summary>

Units 0, 1, 2 belong to group 0, units 3, 4, 5 to group 1. Of $(a, b)$ you need
$(a, a, a, b, b, b)$ and not $(a, b, a, b, a, b)$: `repeat_interleave(…, dim=1)`.

</details>
<details><summary>Hint 3: blocks of different widths</summary>

`split([groups, groups, hidden], dim=1)` cuts where `chunk` would cut in equal parts.

</details>
"""


# %% solution="shared_gate_step"
def shared_gate_step(x_t, h_prev, params):
    """Advance by one step a GRU in which groups of units share their gates.

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 2·groups + hidden), W_h (hidden, 2·groups + hidden),
            b (2·groups + hidden,), b_hn (hidden,).

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    blocks = [groups, groups, hidden]
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).split(blocks, dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).split(blocks, dim=1)
    r = torch.sigmoid(r_x + r_h).repeat_interleave(hidden // groups, dim=1)
    z = torch.sigmoid(z_x + z_h).repeat_interleave(hidden // groups, dim=1)
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return (1 - z) * n + z * h_prev
    ### END SOLUTION


# %% tests="shared_gate_step" points=2
check = checks.Task("shared_gate_step", shared_gate_step, points=2)
open_and_closed = GRUParams(
    torch.zeros(3, 8),
    torch.zeros(4, 8),
    torch.tensor([0.0, 0.0, 50.0, -50.0, 0.0, 0.0, 0.0, 0.0]),
    torch.zeros(4),
)
check.example(
    "two groups of two: the first keeps its state, the second loses it",
    (torch.zeros(1, 3), torch.tensor([[1.0, 2.0, 3.0, 4.0]]), open_and_closed),
    torch.tensor([[1.0, 2.0, 0.0, 0.0]]),
)
### BEGIN HIDDEN TESTS


def grouped(size, draw, groups, width):
    """`groups` groups of `width` units."""
    hidden = groups * width
    columns = 2 * groups + hidden
    params = GRUParams(
        draw(size.input, columns), draw(hidden, columns), draw(columns), draw(hidden)
    )
    return draw(size.batch, size.input), draw(size.batch, hidden), params


def shared_gate_case(size, draw):
    if size.hidden == 1:  # the smallest case of all
        return grouped(size, draw, 1, 1)
    return grouped(size, draw, *draw.rng.choice([(2, 3), (2, 4), (3, 2), (3, 4)]))


def one_group(size, draw):
    return grouped(size, draw, 1, size.hidden)


def a_gate_for_each_unit(size, draw):
    return grouped(size, draw, size.hidden, 1)


check.hidden(
    shared_gate_case,
    checks.load_bank("11_gru", "shared_gate_step"),
    edges={
        "one group": one_group,
        "groups of one unit": a_gate_for_each_unit,
    },
    forbid=(
        "torch.nn.GRU",
        "torch.nn.GRUCell",
        "course_lib.cells.shared_gate_forward",
        "course_lib.cells.gates.shared_gate_forward",
        "course_lib.cells.gates._shared_step",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 11.5 A global gate times local ones (2 points)

*10 minutes, easy.* Now every unit has gates of its own again, and in addition the layer
has a global gate, one number for each sequence of the batch:

$$g_t = \sigma(x_t W_{xg} + h_{t-1} W_{hg} + b_g)$$

A unit keeps its state only if its local gate and the global gate say so. The update
gate is now their product; $u_t$ is the local gate, made by the second block:

$$z_t = g_t \odot u_t, \qquad h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$

Reset gate and candidate are as before, with the reset gate after the product. `params`
is a `GlobalLocalParams`: the fields of `GRUParams`, and `W_xg` (input, 1), `W_hg`
(hidden, 1), `b_g` (1,). Write `global_local_gate_step`.

<details><summary>Hint 1: shapes</summary>

$g_t$ is (batch, 1) and $u_t$ (batch, hidden). Their product with `*` is
(batch, hidden).

</details>
<details><summary>Hint 2: a product of what?</summary>

Of two gates, each with a σ of its own. σ of a sum is another thing, and so is a product
of sums.

</details>
"""


# %% solution="global_local_gate_step"
def global_local_gate_step(x_t, h_prev, params):
    """Advance by one step a GRU whose update gate is a product of two gates.

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,), W_xg (input, 1), W_hg (hidden, 1), b_g (1,).

    Returns:
        h_t: (batch, hidden).
    """
    ### BEGIN SOLUTION
    g = torch.sigmoid(x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g)
    r_x, u_x, n_x = (x_t @ params.W_x + params.b).chunk(3, dim=1)
    r_h, u_h, n_h = (h_prev @ params.W_h).chunk(3, dim=1)
    r, u = torch.sigmoid(r_x + r_h), torch.sigmoid(u_x + u_h)
    z = g * u
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return (1 - z) * n + z * h_prev
    ### END SOLUTION


# %% tests="global_local_gate_step" points=2
check = checks.Task("global_local_gate_step", global_local_gate_step, points=2)
shapes = [(3, 6), (2, 6), (6,), (2,), (3, 1), (2, 1), (1,)]
quarter = GlobalLocalParams(*(torch.zeros(shape) for shape in shapes))
check.example(
    "two gates of ½ keep a quarter of the state",
    (torch.zeros(4, 3), torch.ones(4, 2), quarter),
    torch.full((4, 2), 0.25),
)
### BEGIN HIDDEN TESTS


def global_local_case(size, draw):
    params = GlobalLocalParams(
        draw(size.input, 3 * size.hidden),
        draw(size.hidden, 3 * size.hidden),
        draw(3 * size.hidden),
        draw(size.hidden),
        draw(size.input, 1),
        draw(size.hidden, 1),
        draw(1),
    )
    return draw(size.batch, size.input), draw(size.batch, size.hidden), params


def closed_global_gate(size, draw):
    x_t, h_prev, params = global_local_case(size, draw)
    return x_t, h_prev, params._replace(b_g=params.b_g - 300.0)


def as_many_units_as_sequences(size, draw):
    return global_local_case(size._replace(batch=size.hidden), draw)


check.hidden(
    global_local_case,
    checks.load_bank("11_gru", "global_local_gate_step"),
    edges={
        "a global gate that is closed": closed_global_gate,
        "as many units as sequences": as_many_units_as_sequences,
    },
    forbid=(
        "torch.nn.GRU",
        "torch.nn.GRUCell",
        "course_lib.cells.global_local_gate_forward",
        "course_lib.cells.gates.global_local_gate_forward",
        "course_lib.cells.gates._product_step",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 11.6 Back through one step, by hand (4 points)

*30 minutes, hard.* This task is NumPy, in float64, as in exercise 5. The forward step,
with the reset gate after the product, has kept in `cache` what you need: `x_t`,
`h_prev`, the gates `r` and `z`, the candidate `n` (σ and tanh applied), `params`, and

$$q_t = h_{t-1} W_{hn} + b_{hn}$$

so that $n_t = \tanh(x_t W_{xn} + b_{xn} + r_t \odot q_t)$. You are given `dh`, the
gradient of the loss with respect to $h_t$. Write `gru_backward_step`, which returns the
gradients with respect to all that went into the step, each in the shape of its
variable; those of parameters are summed over the batch.

<details><summary>Hint 1: begin at the end</summary>

$h_t = (1 - z) \odot n + z \odot h_{t-1}$ has three things in it. What is the gradient
of each? For $z$ it is `dh * (h_prev - n)`.

</details>
<details><summary>Hint 2: through σ and tanh</summary>

With $z = \sigma(a_z)$, `da_z = dz * z * (1 - z)`; the same for r. With
$n = \tanh(a_n)$, `da_n = dn * (1 - n**2)`.

</details>
<details><summary>Hint 3: r and q</summary>

$a_n$ contains the product $r \odot q$. Its two factors get `dr = da_n * q` and
`dq = da_n * r`. And $q$ is all that $W_{hn}$ and $b_{hn}$ had to do with the step.

</details>
<details><summary>Hint 4: blocks again</summary>

What met the input is `[da_r, da_z, da_n]`, side by side: it gives `dx_t`, `dW_x` and
`db`. What met the state is `[da_r, da_z, dq]`: it gives `dW_h`, and with the direct way
`dh * z` also `dh_prev`.

</details>
"""


# %% solution="gru_backward_step"
def gru_backward_step(dh, cache):
    """Take the gradient of the loss back through one step of a GRU.

    Args:
        dh: (batch, hidden) gradient with respect to h_t.
        cache: the step's x_t, h_prev, r, z, n, q and params.

    Returns:
        GRUStepGrads: dx_t (batch, input), dh_prev (batch, hidden),
        dW_x (input, 3·hidden), dW_h (hidden, 3·hidden), db (3·hidden,),
        db_hn (hidden,).
    """
    ### BEGIN SOLUTION
    x_t, h_prev, r, z, n, q, params = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    da_r = da_n * q * r * (1 - r)
    dq = da_n * r
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    by_state = np.concatenate([da_r, da_z, dq], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=dh * z + by_state @ params.W_h.T,
        dW_x=x_t.T @ by_input,
        dW_h=h_prev.T @ by_state,
        db=by_input.sum(axis=0),
        db_hn=dq.sum(axis=0),
    )
    ### END SOLUTION


# %% tests="gru_backward_step" points=4
check = checks.Task("gru_backward_step", gru_backward_step, points=4)
# one unit, one example, gates of ½ and a candidate of 0: you can do it by hand
halves = GRUCache(
    x_t=np.array([[3.0]]),
    h_prev=np.array([[4.0]]),
    r=np.array([[0.5]]),
    z=np.array([[0.5]]),
    n=np.array([[0.0]]),
    q=np.array([[2.0]]),
    params=GRUParams(  # whose biases make the others what they are
        np.ones((1, 3)), np.ones((1, 3)), np.array([-7.0, -7.0, -4.0]), np.array([-2.0])
    ),
)
check.example(
    "one unit whose gates are ½ and whose candidate is 0",
    (np.array([[8.0]]), halves),
    GRUStepGrads(
        dx_t=np.array([[14.0]]),
        dh_prev=np.array([[16.0]]),
        dW_x=np.array([[6.0, 24.0, 12.0]]),
        dW_h=np.array([[8.0, 32.0, 8.0]]),
        db=np.array([2.0, 8.0, 4.0]),
        db_hn=np.array([2.0]),
    ),
)
### BEGIN HIDDEN TESTS


def backward_step_case(size, draw):
    params = GRUParams(
        draw.array(size.input, 3 * size.hidden, scale=0.6),
        draw.array(size.hidden, 3 * size.hidden, scale=0.6),
        draw.array(3 * size.hidden, scale=0.6),
        draw.array(size.hidden, scale=0.6),
    )
    x_t = draw.array(size.batch, size.input)
    h_prev = np.tanh(draw.array(size.batch, size.hidden))
    _, cache = gru_step_cached(x_t, h_prev, params)
    return draw.array(size.batch, size.hidden), cache


check.hidden(
    backward_step_case,
    checks.load_bank("11_gru", "gru_backward_step"),
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
