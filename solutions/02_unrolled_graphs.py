# %% [markdown]
r"""
# Exercise 2 · Unrolled computational graphs

You write the loop that unrolls any recurrence, then walk the graph that autograd
records of it: how deep it is, how often it reads a shared parameter, and what each of
these uses adds to the gradient. 12 points, about 60 minutes.

Read first: [Unrolled computational graphs](../../book/02_unrolled_graphs.md). Names are
those of [the notation page](../../book/notation.md).

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 02_unrolled_graphs` grades it on your own machine.
"""

# %% setup="setup"
import torch

from course_lib import checks

# %% [markdown]
r"""
## 2.1 Unroll (3 points)

*10 minutes, easy.* Write `unroll`, which applies a transition $f$ to a state again and
again, once for each input, and returns all the states it reaches:

$$s_t = f(s_{t-1}, x_t), \qquad t = 1, \dots, T$$

The result is the list $[s_1, \dots, s_T]$. The initial state $s_0$ is given, so it is
not part of the result. A state may be anything: a number, a tensor, a pair of tensors.
The inputs may be anything that a `for` loop can walk over, once.

<details><summary>Hint 1: what changes from step to step?</summary>

Two things: the input, which the loop hands you, and the state, which is what the last
call of `f` returned. One variable for each is enough.

</details>
<details><summary>Hint 2: inputs of every kind</summary>

A generator has no `len` and no index, and it is empty after the first walk. A plain
`for x_t in inputs:` needs none of that.

</details>
"""


# %% solution="unroll"
def unroll(f, state, inputs):
    """Apply `state = f(state, x_t)` to each input in turn.

    Args:
        f: the transition; f(state, x_t) is the next state.
        state: s_0, the state before the first input; it is not changed.
        inputs: x_1 … x_T, any iterable; it is not changed.

    Returns:
        The list [s_1, …, s_T]. `f` is called once for each input.
    """
    ### BEGIN SOLUTION
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
    return states
    ### END SOLUTION


# %% tests="unroll" points=3
check = checks.Task("unroll", unroll, points=3)
check.example(
    "a running sum of 1, 2, 3",
    (lambda state, x_t: state + x_t, 0, [1, 2, 3]),
    [1, 3, 6],
)
check.example(
    "twice the state plus the input, from 10",
    (lambda state, x_t: 2 * state + x_t, 10, [1, 2]),
    [21, 44],
)
### BEGIN HIDDEN TESTS


def unroll_case(size, draw):
    A, B = draw(size.hidden, size.hidden), draw(size.input, size.hidden)
    inputs = [draw(size.batch, size.input) for _ in range(size.time)]

    def transition(state, x_t):
        return torch.tanh(state @ A + x_t @ B)

    return transition, draw(size.batch, size.hidden), inputs


def from_a_generator(size, draw):
    transition, state, inputs = unroll_case(size, draw)
    return transition, state, (x_t for x_t in inputs)


def without_inputs(size, draw):
    transition, state, _ = unroll_case(size, draw)
    return transition, state, []


def state_of_two_parts(size, draw):
    transition, state, inputs = unroll_case(size, draw)

    def both(pair, x_t):
        return transition(pair[0], x_t), pair[1] + pair[0]

    return both, (state, 2 * state), inputs


def counting_calls(size, draw):
    """The n-th call of the transition adds n: a call too many shows."""
    _, state, inputs = unroll_case(size, draw)
    calls = []

    def transition(state, x_t):
        calls.append(x_t)
        return state + len(calls)

    return transition, state, inputs


check.hidden(
    unroll_case,
    checks.load_bank("02_unrolled_graphs", "unroll"),
    edges={
        "inputs from a generator": from_a_generator,
        "no inputs at all": without_inputs,
        "a state of two parts": state_of_two_parts,
        "one call of f a step": counting_calls,
    },
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.2 How deep is the graph? (4 points)

*25 minutes, hard.* PyTorch records how each tensor was computed. `tensor.grad_fn` is
the operation that made it, and `node.next_functions` leads on to the operations that
made *its* arguments, as pairs `(node, number)` of which you need the first. A path ends
in one of three ways:

- at a node with an attribute `variable` (an `AccumulateGrad`): it stands for a leaf,
  such as a parameter, and `node.variable` is that tensor;
- at `None` among `next_functions`: an argument that needs no gradient, such as data;
- at once, if `tensor.grad_fn` is `None`: the tensor is itself a leaf, or nothing was
  recorded of it.

Write `graph_depth`: the number of operations on the **longest** path from a leaf to
`tensor`. `AccumulateGrad` is no operation, so a leaf has depth 0, `theta * 2` has depth
1, and `(theta * 2).tanh() + theta` has depth 3.

Two graphs to be ready for: a chain of 3000 operations, and a graph of 60 levels, each
of which reads the one before it twice. The second has $2^{60}$ paths; at ten million
paths a second, walking all of them takes more than three thousand years.

<details><summary>Hint 1: a definition that is almost a program</summary>

The depth of an operation is 1 + the largest depth among the nodes it reads. The depth
of a leaf is 0. A node that is reached on many paths has one depth only: compute it
once.

</details>
<details><summary>Hint 2: why not recursion</summary>

Python stops at about 1000 calls inside each other. A `while` loop over a collection of
nodes has no such limit.

</details>
<details><summary>Hint 3: level by level</summary>

Start with the set that holds `tensor.grad_fn` alone. The next level is the set of all
nodes that its members read. A node with paths of different lengths turns up in several
levels, the last time at the end of its longest path; so do **not** skip a node because
you have seen it before. A set holds each node once, which is what tames the $2^{60}$
paths. How many levels are there until no operation is left?

</details>
"""


# %% solution="graph_depth"
def graph_depth(tensor):
    """Return the length of the longest path from a leaf to `tensor`.

    Args:
        tensor: the end of the graph, as autograd recorded it.

    Returns:
        The number of operations on it, an int; 0 if `tensor` has no
        `grad_fn`.
    """
    ### BEGIN SOLUTION
    depth, level = 0, {tensor.grad_fn}
    while True:
        level = {n for n in level if n is not None and not hasattr(n, "variable")}
        if not level:
            return depth
        depth += 1
        level = {parent for node in level for parent, _ in node.next_functions}
    ### END SOLUTION


# %% tests="graph_depth" points=4
check = checks.Task("graph_depth", graph_depth, points=4)
theta = torch.ones(2, requires_grad=True)
check.example("theta * 2 has depth 1", (theta * 2,), 1)
check.example(
    "(theta * 2).tanh() + theta has depth 3", ((theta * 2).tanh() + theta,), 3
)
### BEGIN HIDDEN TESTS


def graph_depth_case(size, draw):
    """The longest path is neither the first nor the last at every fork."""
    theta = draw(size.hidden).requires_grad_()
    start = theta * draw(size.hidden)
    for _ in range(size.time):
        start = start.sin()
    long = start
    for _ in range(size.input + 1):
        long = torch.tanh(long * theta) + start  # a short cut past each step
    short = (draw(size.hidden) * theta).sin().cos() * theta.exp()
    return (short * (long + short),)


def no_graph(size, draw):
    return (draw(size.hidden),)


def long_chain(size, draw):
    theta = draw(size.hidden).requires_grad_()
    state = draw(size.hidden)
    for _ in range(3000):
        state = state * theta
    return (state,)


def many_paths(size, draw):
    state = draw(size.hidden).requires_grad_()
    for _ in range(60):
        state = state + state
    return (state,)


check.hidden(
    graph_depth_case,
    checks.load_bank("02_unrolled_graphs", "graph_depth"),
    edges={
        "a tensor without a graph": no_graph,
        "a chain of 3000 operations": long_chain,
        "60 levels, 2 to the 60 paths": many_paths,
    },
    gradients=False,
    devices=False,
    forbid=("course_lib.gradients.unrolled.graph_nodes",),
    limit_s=2.0,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.3 How often is it used? (2 points)

*10 minutes, medium.* A parameter that all steps share stands in the graph once, as a
leaf, but an arrow leads from it to every step. Write `uses_of`, which counts these
arrows: how many times do the operations behind `tensor` read the leaf `theta`?

An operation that takes it twice, `theta * theta`, counts twice. An operation that lies
on several paths to `tensor` is still one operation, and what it reads counts once.
Other leaves do not count, not even one that holds equal numbers.

<details><summary>Hint 1: where the arrows are</summary>

Each operation lists what it reads in `node.next_functions`. An arrow from `theta` is an
entry whose node has `theta` as its `variable`.

</details>
<details><summary>Hint 2: each operation once</summary>

Keep a list of nodes to visit and a set of nodes visited. Put the nodes themselves into
the set. Their `id` is no substitute: Python gives it to another object as soon as
nothing holds the first one.

</details>
<details><summary>Hint 3: the same tensor, or an equal one?</summary>

`a == b` compares numbers; `a is b` asks whether they are one tensor.

</details>
"""


# %% solution="uses_of"
def uses_of(theta, tensor):
    """Return how often the graph that computed `tensor` reads `theta`.

    Args:
        theta: a leaf, for instance a parameter.
        tensor: the end of the graph.

    Returns:
        The number of edges from `theta` to operations, an int.
    """
    ### BEGIN SOLUTION
    uses, seen, waiting = 0, {None}, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        for parent, _ in node.next_functions:
            uses += getattr(parent, "variable", None) is theta
            waiting.append(parent)
    return uses
    ### END SOLUTION


# %% tests="uses_of" points=2
check = checks.Task("uses_of", uses_of, points=2)
theta = torch.ones(2, requires_grad=True)
check.example("theta * 2 uses it once", (theta, theta * 2), 1)
check.example(
    "(theta * theta).tanh() + theta uses it three times",
    (theta, (theta * theta).tanh() + theta),
    3,
)
### BEGIN HIDDEN TESTS


def uses_of_case(size, draw):
    """`twin` holds the same numbers, and two paths lead from each step to the end."""
    theta = draw(size.hidden).requires_grad_()
    other = draw(size.hidden).requires_grad_()
    twin = theta.detach().clone().requires_grad_()
    state = draw(size.hidden)
    for _ in range(size.time):
        state = torch.tanh(state * theta * other - twin)
    end = state.sin() - theta.exp() + state.cos() * twin * (theta * theta)
    return theta, torch.addcmul(end, theta, theta)


def unused(size, draw):
    _, tensor = uses_of_case(size, draw)
    return draw(size.hidden).requires_grad_(), tensor


def nothing_recorded(size, draw):
    theta = draw(size.hidden).requires_grad_()
    return theta, theta.detach() * 2


def long_recurrence(size, draw):
    theta = draw(size.hidden).requires_grad_()
    state = draw(size.hidden)
    for _ in range(3000):
        state = state * theta
    return theta, state


def read_on_many_paths(size, draw):
    theta = draw(size.hidden).requires_grad_()
    state = draw(size.hidden) * theta
    for _ in range(60):
        state = state + state
    return theta, state


check.hidden(
    uses_of_case,
    checks.load_bank("02_unrolled_graphs", "uses_of"),
    edges={
        "theta is not in the graph": unused,
        "a tensor without a graph": nothing_recorded,
        "a recurrence of 3000 steps": long_recurrence,
        "60 levels, 2 to the 60 paths": read_on_many_paths,
    },
    gradients=False,
    devices=False,
    forbid=("course_lib.gradients.unrolled.graph_nodes",),
    limit_s=2.0,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 2.4 The gradient, use by use (3 points)

*15 minutes, medium.* The transition now shows its parameter:
$s_t = f(s_{t-1}, x_t; \theta)$. Let $L$ be the sum of the numbers in the last state
$s_T$. Its gradient with respect to the shared $\theta$ is a sum over the time steps:

$$\frac{\partial L}{\partial \theta} = \sum_{t=1}^{T}
\left.\frac{\partial L}{\partial \theta}\right|_{\text{use in step } t}$$

Term $t$ says how $L$ changes when $\theta$ moves in step $t$ **alone**, and the change
runs through the later states to the end. Write `grad_by_use`, which returns the $T$
terms as a list, for the first step to the last. A step that reads $\theta$ several
times is still one term. Leave the caller's `theta` as it is.

<details><summary>Hint 1: take the sharing away</summary>

Autograd adds up whatever arrives at one leaf. If each step had a parameter of its own,
nothing would be added.

</details>
<details><summary>Hint 2: a parameter of its own</summary>

`theta.detach().clone().requires_grad_()` makes a new leaf with the same numbers. Make
one in each step, and keep it.

</details>
<details><summary>Hint 3: all gradients at once</summary>

`torch.autograd.grad(scalar, [leaf, leaf, …])` returns one gradient a leaf. It refuses
an empty list, so a run without inputs needs a line of its own.

</details>
"""


# %% solution="grad_by_use"
def grad_by_use(f, theta, state, inputs):
    """Return what the use of `theta` in each step adds to the gradient.

    Args:
        f: the transition; f(state, x_t, theta) is the next state.
        theta: the shared parameter, any shape.
        state: s_0.
        inputs: x_1 … x_T, any iterable.

    Returns:
        A list of T tensors shaped as `theta`: the gradient of the sum of
        s_T with respect to the θ of step 1, …, of step T. Without inputs
        it is empty.
    """
    ### BEGIN SOLUTION
    uses = []
    for x_t in inputs:
        uses.append(theta.detach().clone().requires_grad_())
        state = f(state, x_t, uses[-1])
    if not uses:
        return []
    return list(torch.autograd.grad(state.sum(), uses))
    ### END SOLUTION


# %% tests="grad_by_use" points=3
check = checks.Task("grad_by_use", grad_by_use, points=3)
one = torch.tensor(1.0)
check.example(
    "s = theta s + x with theta = 2, s_0 = x = 1, to s_3 = 15",
    (lambda s, x_t, theta: theta * s + x_t, 2 * one, one, [one, one, one]),
    [torch.tensor(4.0), torch.tensor(6.0), torch.tensor(7.0)],
)
### BEGIN HIDDEN TESTS


def grad_by_use_case(size, draw):
    B = draw(size.input, size.hidden)
    inputs = [draw(size.batch, size.input) for _ in range(size.time)]
    theta = draw(size.hidden, size.hidden, scale=0.5)

    def transition(state, x_t, theta):
        return torch.tanh(state @ theta + x_t @ B)

    return transition, theta, draw(size.batch, size.hidden), inputs


def theta_needs_gradients(size, draw):
    transition, theta, state, inputs = grad_by_use_case(size, draw)
    return transition, theta.requires_grad_(), state, inputs


def two_reads_a_step(size, draw):
    theta = draw(size.hidden)
    inputs = [draw(size.batch, size.hidden) for _ in range(size.time)]

    def transition(state, x_t, theta):
        return torch.tanh(theta * state + (1 - theta) * x_t)

    return transition, theta, draw(size.batch, size.hidden), inputs


def from_a_stream(size, draw):
    transition, theta, state, inputs = grad_by_use_case(size, draw)
    return transition, theta, state, (x_t for x_t in inputs)


def no_steps(size, draw):
    transition, theta, state, _ = grad_by_use_case(size, draw)
    return transition, theta, state, []


check.hidden(
    grad_by_use_case,
    checks.load_bank("02_unrolled_graphs", "grad_by_use"),
    edges={
        "theta requires a gradient": theta_needs_gradients,
        "two reads of theta a step": two_reads_a_step,
        "inputs from a generator": from_a_stream,
        "no inputs at all": no_steps,
    },
    gradients=False,
)
### END HIDDEN TESTS
check.score()
