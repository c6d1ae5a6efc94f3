# %% [markdown]
r"""
# Exercise 8 · Long-term dependencies

You measure how much of a gradient is left after $k$ steps, fit the rate at which it
vanishes, scale a matrix to a spectral radius, clip gradients that explode, and score a
thousand guessed networks at once. 15 points, about 85 minutes.

Read first:
[Long-term dependencies](../../book/08_long_term_dependencies.md). Shapes and names are
those of [the notation page](../../book/notation.md): batch first, row vectors, and
`W_xh` is (input, hidden).

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 08_long_term_dependencies` grades it on your own
machine.
"""

# %% setup="setup"
import torch

from course_lib import checks
from course_lib.cells import RNNParams

# %% [markdown]
r"""
## 8.1 The gradient by lag (4 points)

*25 minutes, hard.* A gradient at $h_T$ has been multiplied by $k$ Jacobians when it
arrives at $h_{T-k}$:

$$\frac{\partial h_T}{\partial h_{T-k}} = J_{T-k+1} \cdots J_{T-1}\, J_T, \qquad
J_j = W_{hh}\, \mathrm{diag}(1 - h_j^2)$$

Rows belong to the old state, columns to the new one. Write `gradient_norm_by_lag`. It
gets the states $h_1 \dots h_T$ of a network and returns, for every sequence and every
lag $k = 0, 1, \dots, T - 1$, the **spectral norm** of that product: its largest
singular value. At lag 0 the product is the identity.

<details><summary>Hint 1: one Jacobian</summary>

`1 - h_j**2` is a number for each *new* unit, and $\mathrm{diag}(\cdot)$ on the right
multiplies columns. With a batch, $J_j$ is (batch, hidden, hidden).

</details>
<details><summary>Hint 2: one more step back</summary>

Keep the product. Going one step further back puts one more Jacobian in *front* of it,
that of the step before. Which Jacobian is first, and which one is never used?

</details>
<details><summary>Hint 3: the norm</summary>

`torch.linalg.matrix_norm(product, ord=2)` takes a batch of matrices. Collect one
column for each lag and stack them along axis 1.

</details>
"""


# %% solution="gradient_norm_by_lag"
def gradient_norm_by_lag(states, params):
    """Return the spectral norm of ∂h_T/∂h_{T-k} for every lag k.

    Args:
        states: (batch, time, hidden) h_1 … h_T, tanh applied.
        params: `RNNParams` of the network that made them.

    Returns:
        (batch, time): column k belongs to lag k; column 0 is 1.
    """
    ### BEGIN SOLUTION
    batch, _, hidden = states.shape
    product = torch.eye(hidden, dtype=states.dtype, device=states.device)
    product = product.expand(batch, hidden, hidden)
    norms = [torch.linalg.matrix_norm(product, ord=2)]
    for h_t in states[:, 1:].flip(1).unbind(1):
        jacobian = params.W_hh * (1 - h_t**2)[:, None, :]
        product = jacobian @ product
        norms.append(torch.linalg.matrix_norm(product, ord=2))
    return torch.stack(norms, dim=1)
    ### END SOLUTION


# %% tests="gradient_norm_by_lag" points=4
check = checks.Task("gradient_norm_by_lag", gradient_norm_by_lag, points=4)
halving = RNNParams(torch.ones(1, 1), torch.full((1, 1), -0.5), torch.zeros(1))
check.example(
    "one unit that stays at 0, so that its slope is 1: each step back halves",
    (torch.zeros(1, 4, 1), halving),
    torch.tensor([[1.0, 0.5, 0.25, 0.125]]),
)
quarter_turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
turning = RNNParams(torch.ones(1, 2), quarter_turn, torch.zeros(2))
check.example(
    "two units that turn, one of them with the slope 0.75",
    (torch.tensor([[[0.9, 0.9], [0.5, 0.0], [0.5, 0.0]]]), turning),
    torch.tensor([[1.0, 1.0, 0.75]]),
)
### BEGIN HIDDEN TESTS


def states_case(size, draw):
    params = RNNParams(
        draw(size.input, size.hidden),
        draw(size.hidden, size.hidden, scale=0.8),
        draw(size.hidden),
    )
    return draw(size.batch, 1 + size.time, size.hidden).tanh(), params


def a_matrix_far_from_normal(size, draw):
    """Its spectral radius is small, its norm is large."""
    states, params = states_case(size, draw)
    W_hh = draw(size.hidden, size.hidden, scale=3).triu(1) + 0.5 * torch.eye(
        size.hidden, dtype=draw.dtype, device=draw.device
    )
    return states, params._replace(W_hh=W_hh)


check.hidden(
    states_case,
    checks.load_bank("08_long_term_dependencies", "gradient_norm_by_lag"),
    edges={"a matrix that is far from normal": a_matrix_far_from_normal},
    gradients=False,
    forbid=(
        "course_lib.gradients.jacobians.products_by_lag",
        "course_lib.gradients.jacobians.singular_values_by_lag",
        "course_lib.gradients.jacobians.jacobians",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 8.2 The rate (3 points)

*15 minutes, medium.* Norms that change exponentially lie on a straight line when their
logarithms are drawn against the lag:

$$\log(\mathrm{norm}_k) \approx c + k \cdot \log(\mathrm{rate})$$

Write `vanishing_rate`: fit that line by least squares, both $c$ and the slope free, and
return the **rate**, the factor a step. A norm that has underflowed to 0 has no
logarithm; leave such lags out.

<details><summary>Hint 1: the slope of a least-squares line</summary>

For points $(k_i, y_i)$ the slope is
$\sum_i (k_i - \bar k)\,y_i \,/ \sum_i (k_i - \bar k)^2$.

</details>
<details><summary>Hint 2: from slope to rate</summary>

The slope is the *logarithm* of the rate.

</details>
<details><summary>Hint 3: leaving lags out</summary>

`kept = norms > 0` is a mask. Use it on the norms and on the lags.

</details>
"""


# %% solution="vanishing_rate"
def vanishing_rate(norms):
    """Fit norms by lag with an exponential and return its factor a step.

    Args:
        norms: (time,) float64, the norms at lags 0, 1, 2 …; at least two are positive.

    Returns:
        The rate, a number: below 1 gradients vanish, above 1 they explode.
    """
    ### BEGIN SOLUTION
    kept = norms > 0
    lags = torch.arange(len(norms), dtype=norms.dtype)[kept]
    logs = norms[kept].log()
    lags = lags - lags.mean()
    return float(((lags * logs).sum() / (lags**2).sum()).exp())
    ### END SOLUTION


# %% tests="vanishing_rate" points=3
check = checks.Task("vanishing_rate", vanishing_rate, points=3)
check.example(
    "norms that halve at every step",
    (torch.tensor([8.0, 4.0, 2.0, 1.0, 0.5], dtype=torch.float64),),
    0.5,
)
check.example(
    "an outlier at the last lag moves the line: the slope is (-1.5 · log 8) / 5",
    (torch.tensor([8.0, 8.0, 8.0, 1.0], dtype=torch.float64),),
    8**-0.3,
)
### BEGIN HIDDEN TESTS


def norms_case(size, draw, zeros=0):
    rate = draw.rng.uniform(0.5, 0.8) ** draw.rng.choice([1, -1])
    lags = torch.arange(3 + size.time, dtype=torch.float64)
    noise = draw(3 + size.time, scale=0.3).double()
    norms = 3 * rate**lags * noise.exp()
    return (torch.cat([norms, torch.zeros(zeros, dtype=torch.float64)]),)


def norms_that_underflow(size, draw):
    return norms_case(size, draw, zeros=4)


def two_positive_norms(size, draw):
    norms = 1e-200 * draw(2).double().exp()
    return (torch.cat([norms, torch.zeros(size.time, dtype=torch.float64)]),)


check.hidden(
    norms_case,
    checks.load_bank("08_long_term_dependencies", "vanishing_rate"),
    edges={
        "norms that underflow to 0": norms_that_underflow,
        "only two positive norms, both tiny": two_positive_norms,
    },
    gradients=False,
    devices=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 8.3 A given spectral radius (2 points)

*10 minutes, easy.* The spectral radius $\rho(W)$ is the largest absolute value among
the eigenvalues of $W$, which may be complex. Write `spectral_radius_scale`, which
returns a multiple of `W` whose spectral radius is `rho`.

<details><summary>Hint 1: eigenvalues</summary>

`torch.linalg.eigvals(W)` gives complex numbers; `.abs()` is their absolute value.

</details>
<details><summary>Hint 2: what scaling does</summary>

$c\,W$ has the eigenvalues of $W$, each multiplied by $c$.

</details>
"""


# %% solution="spectral_radius_scale"
def spectral_radius_scale(W, rho):
    """Return a multiple of W whose spectral radius is `rho`.

    Args:
        W: (hidden, hidden), any square matrix with an eigenvalue other than 0.
        rho: the radius wanted, a positive number.

    Returns:
        (hidden, hidden), a positive multiple of W; W itself is not changed.
    """
    ### BEGIN SOLUTION
    radius = torch.linalg.eigvals(W).abs().max()
    return W * (rho / radius)
    ### END SOLUTION


# %% tests="spectral_radius_scale" points=2
check = checks.Task("spectral_radius_scale", spectral_radius_scale, points=2)
check.example(
    "eigenvalues 1 and -4",
    (torch.tensor([[1.0, 8.0], [0.0, -4.0]]), 2.0),
    torch.tensor([[0.5, 4.0], [0.0, -2.0]]),
)
check.example(
    "a turn by 90 degrees has the eigenvalues i and -i",
    (torch.tensor([[0.0, 1.0], [-1.0, 0.0]]), 0.5),
    torch.tensor([[0.0, 0.5], [-0.5, 0.0]]),
)
### BEGIN HIDDEN TESTS


def radius_case(size, draw):
    """The radius asked for is below that of W; above it is a case of its own."""
    n = size.hidden + 3
    return draw(n, n, scale=2.0), draw.rng.uniform(0.5, 1.0)


def a_large_radius(size, draw):
    """The radius asked for is above that of W, and above 1."""
    return draw(size.hidden, size.hidden, scale=0.05), draw.rng.uniform(3, 5)


def a_large_norm(size, draw):
    """The radius is at most 1, the norm is far above it."""
    W = draw(size.hidden, size.hidden, scale=20).triu(1)
    diagonal = torch.linspace(-1, 0.5, size.hidden, dtype=draw.dtype)
    return W + torch.diag(diagonal).to(draw.device), 0.9


check.hidden(
    radius_case,
    checks.load_bank("08_long_term_dependencies", "spectral_radius_scale"),
    edges={
        "a radius larger than before": a_large_radius,
        "a large norm and a small radius": a_large_norm,
    },
    gradients=False,
    forbid=("course_lib.gradients.starts.spectral_radius",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 8.4 Clipping by the global norm (3 points)

*15 minutes, medium.* The gradients of all parameters together are one long vector. Its
norm is the *global norm*,

$$n = \sqrt{\sum_i \lVert g_i \rVert^2}$$

(the sum of the squares of all elements of all gradients, under one root). Where $n$ is
larger than `max_norm`, all gradients are multiplied by the same number, so that their
global norm becomes `max_norm`; otherwise they stay as they are:

$$g_i \leftarrow g_i \cdot \min\!\left(1, \frac{\texttt{max\_norm}}{n}\right)$$

Write `clip_by_global_norm`. It returns the clipped gradients as new tensors, and the
norm before clipping.

<details><summary>Hint 1: one norm for all</summary>

`grad.norm()` is the root of the sum of the squares of one tensor, whatever its shape.
The norm of the vector of those norms is the global norm.

</details>
<details><summary>Hint 2: gradients that are all zero</summary>

$0/0$ is NaN. Dividing by $\max(n, \texttt{max\_norm})$ in place of $n$ does what the
minimum does, and never divides by zero.

</details>
"""


# %% solution="clip_by_global_norm"
def clip_by_global_norm(grads, max_norm):
    """Scale all gradients down together where their global norm is too large.

    Args:
        grads: a list of tensors of any shapes; they are not changed.
        max_norm: the largest global norm allowed, a positive number.

    Returns:
        clipped: a list of new tensors, shaped as before.
        norm: a scalar tensor, the global norm before clipping.
    """
    ### BEGIN SOLUTION
    norm = torch.stack([grad.norm() for grad in grads]).norm()
    scale = max_norm / norm.clamp(min=max_norm)
    return [grad * scale for grad in grads], norm
    ### END SOLUTION


# %% tests="clip_by_global_norm" points=3
check = checks.Task("clip_by_global_norm", clip_by_global_norm, points=3)


def three_four():
    return [torch.tensor([[3.0], [0.0]]), torch.tensor([4.0])]


check.example(
    "norms 3 and 4 have the global norm 5; a limit of 1 divides both by 5",
    (three_four(), 1.0),
    ([torch.tensor([[0.6], [0.0]]), torch.tensor([0.8])], torch.tensor(5.0)),
)
check.example(
    "a limit of 10 changes nothing",
    (three_four(), 10.0),
    (three_four(), torch.tensor(5.0)),
)
### BEGIN HIDDEN TESTS


def gradients_of(size, draw, scale):
    return [
        draw(size.input, size.hidden, scale=scale),
        draw(size.hidden, size.hidden, scale=3 * scale),
        draw(size.hidden, scale=scale),
    ]


def clip_case(size, draw):
    """The norm is above the limit; where the batch is one, below it."""
    scale = 0.01 if size.batch == 1 else 400.0
    return gradients_of(size, draw, scale), draw.rng.uniform(2, 5)


def a_norm_below_the_limit(size, draw):
    return gradients_of(size, draw, 0.01), draw.rng.uniform(20, 50)


def gradients_that_are_zero(size, draw):
    return gradients_of(size, draw, 0.0), draw.rng.uniform(0.5, 2)


def one_large_gradient(size, draw):
    """Only one of the gradients is larger than the limit."""
    grads = gradients_of(size, draw, 1e-3)
    grads[1] = draw(size.hidden, size.hidden, scale=400.0)
    return grads, draw.rng.uniform(2, 5)


def a_single_gradient(size, draw):
    return [draw(size.batch, size.time, size.hidden, scale=400.0)], 3.0


check.hidden(
    clip_case,
    checks.load_bank("08_long_term_dependencies", "clip_by_global_norm"),
    edges={
        "a norm below the limit": a_norm_below_the_limit,
        "gradients that are all zero": gradients_that_are_zero,
        "one large gradient among small ones": one_large_gradient,
        "a single gradient with three axes": a_single_gradient,
    },
    gradients=False,
    forbid=(
        "course_lib.experiments.memory.latch.clip_runs",
        "course_lib.experiments.memory.side_by_side.clip_each",
        "course_lib.experiments.memory.together._clip_each",
        "torch.nn.utils.clip_grad_norm_",
        "torch.nn.utils.clip_grads_with_norm_",
        "torch.nn.utils.get_total_norm",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 8.5 Guessing weights (3 points)

*20 minutes, medium.* Is a task hard, or is only its gradient bad? Guess and see. On the
latch task a sequence shows +1 or −1 at its first step, then noise; its target is that
sign. You are given the weights of many plain RNNs, drawn at random, in one `RNNParams`
whose tensors have an axis of *runs* in front. Every network reads the same sequences
from a state of zeros,

$$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$$

and its answer is the **sign of its first unit after the last step**. Write
`score_guesses`, which returns for each network the share of sequences that it answers
rightly.

<details><summary>Hint 1: many networks, one product</summary>

`@` multiplies the last two axes and broadcasts those in front: states of shape
(runs, batch, hidden) times `W_hh` (runs, hidden, hidden) advance all networks at once.
A loop over the runs is right too, and slower.

</details>
<details><summary>Hint 2: the other two terms</summary>

`x[:, t]` is (batch, input), and `W_xh` is (runs, input, hidden): their product has the
three axes you need. The bias is (runs, hidden) and lacks one in the middle:
`b_h[:, None]`.

</details>
<details><summary>Hint 3: the score</summary>

After the last step, `h_t[:, :, 0].sign() == targets` is a mask of shape (runs, batch).
Turn it into numbers of x's dtype before you take a mean.

</details>
"""


# %% solution="score_guesses"
def score_guesses(x, targets, guesses):
    """Return how often each of many networks is right on the latch task.

    Args:
        x: (batch, time, input) the same sequences for all networks.
        targets: (batch,) +1 or -1.
        guesses: `RNNParams` with W_xh (runs, input, hidden), W_hh (runs, hidden,
            hidden) and b_h (runs, hidden).

    Returns:
        (runs,) in x's dtype: the share of right answers, between 0 and 1.
    """
    ### BEGIN SOLUTION
    runs, _, hidden = guesses.W_hh.shape
    h_t = x.new_zeros(runs, x.shape[0], hidden)
    for x_t in x.unbind(dim=1):
        a_t = x_t @ guesses.W_xh + h_t @ guesses.W_hh + guesses.b_h[:, None]
        h_t = torch.tanh(a_t)
    right = h_t[:, :, 0].sign() == targets
    return right.to(x.dtype).mean(dim=1)
    ### END SOLUTION


# %% tests="score_guesses" points=3
check = checks.Task("score_guesses", score_guesses, points=3)
follows = RNNParams(
    torch.tensor([[[1.0]], [[-1.0]], [[1.0]]]),
    torch.tensor([[[9.0]], [[9.0]], [[-9.0]]]),
    torch.zeros(3, 1),
)
check.example(
    "one network holds the sign, one holds its opposite, one turns it over each step",
    (
        torch.tensor([[[1.0], [0.0], [0.0]], [[-1.0], [0.0], [0.0]]]),
        torch.tensor([1.0, -1.0]),
        follows,
    ),
    torch.tensor([1.0, 0.0, 1.0]),
)
### BEGIN HIDDEN TESTS


def guesses_case(size, draw):
    """Sequences and networks enough for shares that tell slips apart.

    In float64 whatever is asked: a sign must not hang on a rounding error.
    """
    batch, runs = 40 * size.batch + 7, 5 + size.output
    weights = (
        draw(runs, size.input, size.hidden, scale=1.5),
        draw(runs, size.hidden, size.hidden, scale=1.5),
        draw(runs, size.hidden, scale=0.5),
    )
    targets = 2 * draw.integers(0, 2, batch).double() - 1
    x = draw(batch, size.time, size.input, scale=0.3).double()
    x[:, 0] += targets[:, None]
    return x, targets, RNNParams(*(weight.double() for weight in weights))


def a_single_guess(size, draw):
    x, targets, guesses = guesses_case(size, draw)
    return x, targets, RNNParams(*(weight[:1] for weight in guesses))


def a_single_sequence(size, draw):
    x, targets, guesses = guesses_case(size, draw)
    return x[:1], targets[:1], guesses


check.hidden(
    guesses_case,
    checks.load_bank("08_long_term_dependencies", "score_guesses"),
    edges={
        "a single guess": a_single_guess,
        "a single sequence": a_single_sequence,
    },
    gradients=False,
    forbid=(
        "course_lib.experiments.memory.latch.runs_forward",
        "torch.nn.RNN",
        "torch.nn.RNNCell",
    ),
)
### END HIDDEN TESTS
check.score()
