# %% [markdown]
r"""
# Exercise 5 · Back-propagation through time

You write the backward pass of a recurrent network by hand: through one step, then
through all of them. You check a gradient against finite differences, and you cut the
backward pass into windows. 15 points, about 90 minutes.

Read first: [Back-propagation through time](../../book/05_bptt.md). Shapes and names are
those of [the notation page](../../book/notation.md): batch first, row vectors, and
`W_xh` is (input, hidden). Gradients of parameters are **sums** over the batch and over
time; nothing is averaged.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 05_bptt` grades it on your own machine.

The first three tasks are NumPy, in float64. The forward pass is given:
`rnn_step_cached` and `rnn_forward_cached` compute the states and keep a `StepCache` for
each step. Its fields are `x_t` (batch, input), `h_prev` and `h_t` (batch, hidden), and
`params`, the `RNNParams` of the network.
"""

# %% setup="setup"
import numpy as np
import torch

from course_lib import checks
from course_lib.cells import RNNParams, rnn_forward
from course_lib.gradients.bptt.rnn import (
    RNNGrads,
    StepCache,
    StepGrads,
    rnn_forward_cached,
    rnn_step_cached,
)

# %% [markdown]
r"""
## 5.1 Back through one step (4 points)

*20 minutes, medium.* The forward step was

$$a_t = x_t W_{xh} + h_{t-1} W_{hh} + b_h, \qquad h_t = \tanh(a_t)$$

You are given `dh`, the gradient of the loss with respect to $h_t$. Write
`rnn_backward_step`, which returns the gradients with respect to everything that went
into the step. Each has the shape of its variable, and the gradients of parameters are
summed over the batch.

<details><summary>Hint 1: where to begin</summary>

Go back the way you came: first through the tanh, which turns `dh` into the gradient
with respect to $a_t$, of shape (batch, hidden). All five results follow from that one
array.

</details>
<details><summary>Hint 2: the slope of tanh</summary>

The derivative of $\tanh(a)$ is $1 - \tanh^2(a)$. The cache holds $\tanh(a_t)$ already:
which of its fields is it?

</details>
<details><summary>Hint 3: the five shapes</summary>

For $y = x W$, the gradient of $x$ is $dy\, W^\top$ and the gradient of $W$ is
$x^\top dy$. Only these products have the shapes of $x$ and $W$, and the second one
already sums over the batch. $b_h$ was added to every row, so its gradient is a sum of
rows.

</details>
"""


# %% solution="rnn_backward_step"
def rnn_backward_step(dh, cache):
    """Take the gradient of the loss back through one step.

    Args:
        dh: (batch, hidden) gradient with respect to h_t.
        cache: the step's x_t, h_prev, h_t and params.

    Returns:
        StepGrads: dx_t (batch, input), dh_prev (batch, hidden), dW_xh (input, hidden),
        dW_hh (hidden, hidden), db_h (hidden,).
    """
    ### BEGIN SOLUTION
    da_t = dh * (1 - cache.h_t**2)
    return StepGrads(
        dx_t=da_t @ cache.params.W_xh.T,
        dh_prev=da_t @ cache.params.W_hh.T,
        dW_xh=cache.x_t.T @ da_t,
        dW_hh=cache.h_prev.T @ da_t,
        db_h=da_t.sum(axis=0),
    )
    ### END SOLUTION


# %% tests="rnn_backward_step" points=4
check = checks.Task("rnn_backward_step", rnn_backward_step, points=4)
# one example, two inputs, one unit: every gradient is a product you can do by hand
half = StepCache(
    x_t=np.array([[2.0, 3.0]]),
    h_prev=np.array([[4.0]]),
    h_t=np.array([[0.5]]),
    params=RNNParams(
        W_xh=np.array([[5.0], [6.0]]),
        W_hh=np.array([[7.0]]),
        b_h=np.array([np.arctanh(0.5) - 56.0]),  # makes h_t what it is
    ),
)
check.example(
    "one unit whose state is 0.5, so that the slope of its tanh is 0.75",
    (np.array([[4.0]]), half),
    StepGrads(
        dx_t=np.array([[15.0, 18.0]]),
        dh_prev=np.array([[21.0]]),
        dW_xh=np.array([[6.0], [9.0]]),
        dW_hh=np.array([[12.0]]),
        db_h=np.array([3.0]),
    ),
)
### BEGIN HIDDEN TESTS


def backward_step_case(size, draw):
    params = RNNParams(
        draw.array(size.input, size.hidden, scale=0.6),
        draw.array(size.hidden, size.hidden, scale=0.6),
        draw.array(size.hidden, scale=0.6),
    )
    x_t = draw.array(size.batch, size.input)
    h_prev = np.tanh(draw.array(size.batch, size.hidden))
    _, cache = rnn_step_cached(x_t, h_prev, params)
    return draw.array(size.batch, size.hidden), cache


check.hidden(
    backward_step_case,
    checks.load_bank("05_bptt", "rnn_backward_step"),
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
## 5.2 Back through all steps (4 points)

*25 minutes, hard.* Every step has a loss of its own, $L = \sum_t E_t$, and
`dstates[:, t]` is what the loss of that step alone asks of its state,
$\partial E_t / \partial h_t$. But a state also matters to all later losses, through the
next state. Write `rnn_backward`: one sweep over the steps with your
`rnn_backward_step`, and one set of gradients for the whole sequence.

All steps used the same $W_{xh}$, $W_{hh}$ and $b_h$; each $x_t$ was used once.

<details><summary>Hint 1: which way?</summary>

The gradient of $h_t$ needs what comes back from step $t + 1$. So which step must be
taken first?

</details>
<details><summary>Hint 2: two sources</summary>

The `dh` that you give to `rnn_backward_step` at step $t$ has two parts: this step's own
`dstates[:, t]`, and the `dh_prev` that step $t + 1$ returned. At the last step the
second part is zero.

</details>
<details><summary>Hint 3: what to keep</summary>

Add up the gradients of the three parameters over all steps. Keep every `dx_t`, and put
them in the order of the input: you meet them last step first. The `dh_prev` of the
first step is the gradient of $h_0$.

</details>
"""


# %% solution="rnn_backward"
def rnn_backward(dstates, caches):
    """Take the gradients of all steps' losses back through all steps.

    Args:
        dstates: (batch, time, hidden) gradient of each step's own loss with respect to
            its state.
        caches: a list of StepCache, one a step, first step first.

    Returns:
        RNNGrads: dx (batch, time, input), dh_0 (batch, hidden), dW_xh (input, hidden),
        dW_hh (hidden, hidden), db_h (hidden,).
    """
    ### BEGIN SOLUTION
    dh_next = np.zeros_like(caches[-1].h_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(rnn_backward_step(dstates[:, t] + dh_next, caches[t]))
        dh_next = steps[-1].dh_prev
    return RNNGrads(
        dx=np.stack([step.dx_t for step in reversed(steps)], axis=1),
        dh_0=dh_next,
        dW_xh=sum(step.dW_xh for step in steps),
        dW_hh=sum(step.dW_hh for step in steps),
        db_h=sum(step.db_h for step in steps),
    )
    ### END SOLUTION


# %% tests="rnn_backward" points=4
check = checks.Task("rnn_backward", rnn_backward, points=4)
# a state that stays 0, so that every slope is 1; W_hh = 0.5 halves what comes back
still = RNNParams(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
_, still_caches = rnn_forward_cached(np.zeros((1, 3, 1)), np.zeros((1, 1)), still)
check.example(
    "three steps, and a loss of 8 at the last one: it comes back as 8, 4, 2",
    (np.array([[[0.0], [0.0], [8.0]]]), still_caches),
    RNNGrads(
        dx=np.array([[[2.0], [4.0], [8.0]]]),
        dh_0=np.array([[1.0]]),
        dW_xh=np.zeros((1, 1)),
        dW_hh=np.zeros((1, 1)),
        db_h=np.array([14.0]),
    ),
)
### BEGIN HIDDEN TESTS


def backward_case(size, draw):
    x = draw.array(size.batch, size.time, size.input)
    h_0 = np.tanh(draw.array(size.batch, size.hidden))
    params = RNNParams(
        draw.array(size.input, size.hidden, scale=0.6),
        draw.array(size.hidden, size.hidden, scale=0.6),
        draw.array(size.hidden, scale=0.6),
    )
    _, caches = rnn_forward_cached(x, h_0, params)
    return draw.array(size.batch, size.time, size.hidden), caches


check.hidden(
    backward_case,
    checks.load_bank("05_bptt", "rnn_backward"),
    gradients=False,
    devices=False,
    forbid=(
        "torch.autograd.backward",
        "torch.autograd.grad",
        "torch.autograd.forward_ad.make_dual",
    ),
    uses={"rnn_backward_step": rnn_backward_step},
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 5.3 Is the gradient right? (3 points)

*20 minutes, medium.* A gradient promises how a function changes when one number moves a
little. So move it, and look. Write `gradient_check`, which compares a claimed gradient
$g$ with central differences, one element at a time,

$$n_i = \frac{f(\theta + \varepsilon e_i) - f(\theta - \varepsilon e_i)}
{2 \varepsilon}$$

($e_i$ is 1 at element $i$ and 0 elsewhere), and returns the largest relative error:

$$\max_i \frac{|g_i - n_i|}{\max(|g_i|,\ |n_i|,\ 10^{-8})}$$

The $10^{-8}$ keeps the quotient finite where both gradients are zero. $\theta$ may have
any shape, `f` takes arrays of that shape only, and the caller's `theta` must be as
before when you return.

<details><summary>Hint 1: all elements of an array of any shape</summary>

`for index in np.ndindex(theta.shape)` gives one tuple an element, and `theta[index]` is
that element. It works for vectors and matrices alike.

</details>
<details><summary>Hint 2: moving one element</summary>

Make a copy of `theta` for each side. Or make an array of zeros with one `eps` in it,
and add and subtract it.

</details>
<details><summary>Hint 3: try it</summary>

When it works, try it on your `rnn_backward`: let `f` be the loss as a function of
`W_hh`, and take `eps = 1e-5`. What does it return if you forget a `.T`?

</details>
"""


# %% solution="gradient_check"
def gradient_check(f, grad, theta, eps):
    """Compare a gradient with central differences, element by element.

    Args:
        f: takes an array shaped as theta and returns a number.
        grad: the gradient to check, shaped as theta.
        theta: float64 array of any shape; it is not changed.
        eps: how far each element is moved.

    Returns:
        The largest relative error, a number.
    """
    ### BEGIN SOLUTION
    worst = 0.0
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        numeric = (f(theta + step) - f(theta - step)) / (2 * eps)
        size = max(abs(grad[index]), abs(numeric), 1e-8)
        worst = max(worst, abs(grad[index] - numeric) / size)
    return float(worst)
    ### END SOLUTION


# %% tests="gradient_check" points=3
check = checks.Task("gradient_check", gradient_check, points=3)
corner = np.array([[1.0, 2.0], [3.0, 4.0]])
check.example(
    "the gradient of Σ θ² is 2θ, and central differences are exact for squares",
    (lambda theta: float((theta**2).sum()), 2 * corner, corner.copy(), 0.5),
    0.0,
)
check.example(
    "a gradient that is twice too large has an error of one half",
    (lambda theta: float((theta**2).sum()), 4 * corner, corner.copy(), 0.5),
    0.5,
)
### BEGIN HIDDEN TESTS


def uneven_function(draw, *shape):
    """A function, its gradient, and a point, in float64.

    Its elements depend on each other; no element of the gradient is small.
    """
    weights = draw.array(*shape)
    weights = np.sign(weights) * (1 + abs(weights))

    def f(theta):
        if theta.shape != shape:
            raise ValueError(f"f was given shape {theta.shape}, theta has {shape}")
        u = (weights * (theta + theta**2 + theta**3)).sum()
        return float(u + np.sin(u) / 2)

    def gradient(theta):
        u = (weights * (theta + theta**2 + theta**3)).sum()
        return (1 + np.cos(u) / 2) * weights * (1 + 2 * theta + 3 * theta**2)

    return f, gradient, draw.array(*shape)


def off_by(right, errors):
    """Return numbers that are off by given errors, as shares of the larger number."""
    grows = np.sign(right) == np.sign(errors)
    size = 1 - abs(errors)
    return np.where(grows, right / size, right * size)


def wrong_gradient_case(size, draw):
    """Every element is wrong, by turns above and below; one in the middle is worst.

    That one is below: an error with a sign, or the first element alone, misses it.
    """
    f, gradient, theta = uneven_function(draw, size.hidden, size.input)
    errors = [draw.rng.uniform(0.3, 0.5) * (-1) ** i for i in range(theta.size)]
    worst = draw.rng.randint(1, theta.size - 2) if theta.size > 2 else theta.size - 1
    errors[worst] = -draw.rng.uniform(0.6, 0.7)
    grad = off_by(gradient(theta), np.reshape(errors, theta.shape))
    return f, grad, theta, draw.rng.uniform(0.01, 0.03)


def right_gradient(size, draw):
    f, gradient, theta = uneven_function(draw, size.hidden, size.input)
    return f, gradient(theta), theta, 1e-3


def one_wrong_element(size, draw):
    f, grad, theta, eps = right_gradient(size, draw)
    index = tuple(draw.rng.randrange(n) for n in theta.shape)
    grad[index] = off_by(grad[index], 0.25)
    return f, grad, theta, eps


def an_element_without_effect(size, draw):
    f, gradient, theta = uneven_function(draw, size.hidden)
    used = np.arange(size.hidden) != draw.rng.randrange(size.hidden)
    return (lambda moved: f(moved * used)), gradient(theta * used) * used, theta, 1e-3


def almost_zero(size, draw):
    """Gradients far below 1e-8 count as equal, even if one is twice the other."""
    f, gradient, theta = uneven_function(draw, size.hidden)
    return (lambda moved: 1e-12 * f(moved)), 2e-12 * gradient(theta), theta, 1e-3


def columns_first(size, draw):
    f, grad, theta, eps = wrong_gradient_case(size, draw)
    return f, grad, np.asfortranarray(theta), eps


check.hidden(
    wrong_gradient_case,
    checks.load_bank("05_bptt", "gradient_check"),
    edges={
        "a right gradient": right_gradient,
        "one wrong element among right ones": one_wrong_element,
        "an element without effect": an_element_without_effect,
        "gradients of almost zero": almost_zero,
        "a theta stored column by column, as a transpose is": columns_first,
    },
    draws=5,
    gradients=False,
    devices=False,
    forbid=("torch.autograd.gradcheck",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 5.4 Truncated back-propagation (4 points)

*25 minutes, medium.* This task is PyTorch: autograd goes back, and you decide how far.
Here the states themselves are trained towards `targets`, with the loss

$$L = \frac{1}{2} \sum_{b,t} \lVert h_{bt} - y_{bt} \rVert^2$$

(a sum over batch, time and units). Write `truncated_bptt`. It walks over the sequence
in consecutive windows of `window` steps; the last one may be shorter. The **state**
goes on from each window to the next, so the forward pass is that of the whole sequence.
The **gradient** stops at the window's first step. Return the sum of the windows'
gradients, and the last state.

`rnn_forward(x, h_0, params)` from chapter 3 is given; it returns all states and the
last one. The tensors in `params` require gradients; they may hold an old `.grad`, which
must not get into your result.

<details><summary>Hint 1: cutting into windows</summary>

`x.split(window, dim=1)` gives the windows in order, the short one included.

</details>
<details><summary>Hint 2: the same numbers without their past</summary>

`h_t.detach()` has the values of `h_t` and no graph. Where does the gradient have to
stop: before a window, or inside it?

</details>
<details><summary>Hint 3: one window's gradients</summary>

`torch.autograd.grad(loss, params)` returns one gradient a parameter, in the order of
`params`, and touches no `.grad`. Add them up over the windows.

</details>
"""


# %% solution="truncated_bptt"
def truncated_bptt(x, targets, h_0, params, window):
    """Sum the gradients of consecutive windows; the state goes on, the gradient stops.

    Args:
        x: (batch, time, input) inputs.
        targets: (batch, time, hidden) what the states should be.
        h_0: (batch, hidden) state before the first step.
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,), all of
            which require gradients.
        window: steps a window; the last one may be shorter.

    Returns:
        grads: RNNParams of gradients, summed over batch, time and windows.
        h_T: (batch, hidden) the last state.
    """
    ### BEGIN SOLUTION
    h_t, total = h_0, [torch.zeros_like(weight) for weight in params]
    windows = zip(x.split(window, dim=1), targets.split(window, dim=1), strict=True)
    for x_part, y_part in windows:
        hs, h_t = rnn_forward(x_part, h_t.detach(), params)
        loss = ((hs - y_part) ** 2).sum() / 2
        grads = torch.autograd.grad(loss, params)
        total = [old + new for old, new in zip(total, grads, strict=True)]
    return RNNParams(*total), h_t.detach()
    ### END SOLUTION


# %% tests="truncated_bptt" points=4
check = checks.Task("truncated_bptt", truncated_bptt, points=4)
copying = RNNParams(torch.zeros(1, 1), torch.ones(1, 1), torch.zeros(1))
for weight in copying:
    weight.requires_grad_()
check.example(
    "three steps in windows of two: the loss of step 2 also reaches step 1",
    (torch.zeros(1, 3, 1), torch.ones(1, 3, 1), torch.zeros(1, 1), copying, 2),
    (RNNParams(*torch.zeros(2, 1, 1), torch.tensor([-4.0])), torch.zeros(1, 1)),
)
### BEGIN HIDDEN TESTS


def tensor_params(size, draw):
    weights = RNNParams(
        draw(size.input, size.hidden, scale=0.6),
        draw(size.hidden, size.hidden, scale=0.6),
        draw(size.hidden, scale=0.6),
    )
    return RNNParams(*(weight.requires_grad_() for weight in weights))


def sequence_of(time, window, size, draw):
    x = draw(size.batch, time, size.input)
    targets = draw(size.batch, time, size.hidden)
    h_0 = draw(size.batch, size.hidden).tanh()
    return x, targets, h_0, tensor_params(size, draw), window


def truncated_case(size, draw):
    """Two windows or more, and a shorter one at the end."""
    window = draw.rng.randint(2, 4)
    time = window * (1 + size.time) + draw.rng.randint(1, window - 1)
    return sequence_of(time, window, size, draw)


def windows_of_equal_length(size, draw):
    return sequence_of(3 * (1 + size.time), 3, size, draw)


def a_window_longer_than_the_sequence(size, draw):
    return sequence_of(size.time, 100, size, draw)


def a_window_of_one_step(size, draw):
    return sequence_of(2 + size.time, 1, size, draw)


def an_old_gradient(size, draw):
    arguments = truncated_case(size, draw)
    for weight in arguments[3]:
        weight.grad = torch.ones_like(weight)
    return arguments


check.hidden(
    truncated_case,
    checks.load_bank("05_bptt", "truncated_bptt"),
    edges={
        "windows of equal length": windows_of_equal_length,
        "a window longer than the sequence": a_window_longer_than_the_sequence,
        "windows of one step": a_window_of_one_step,
        "parameters with an old gradient": an_old_gradient,
    },
    gradients=False,
)
### END HIDDEN TESTS
check.score()
