"""Wrong answers to `grad_by_use`, each with what it is and a hint."""

import torch


def _states(f, theta, state, inputs):
    """Return the inputs as a list, and [s_0, …, s_T]."""
    inputs = list(inputs)
    states = [state]
    for x_t in inputs:
        states.append(f(states[-1], x_t, theta))
    return inputs, states


def _leaf(theta):
    """Return a leaf with the numbers of theta."""
    return theta.detach().clone().requires_grad_()


def _whole(f, theta, state, inputs):
    """Return the inputs as a list, and the gradient of the shared parameter."""
    shares = grad_by_use(f, theta, state, inputs := list(inputs))
    return inputs, sum(shares, torch.zeros_like(theta).detach())


def whole_for_each(f, theta, state, inputs):
    """the whole gradient, returned for each step

    As long as all steps share one leaf, autograd adds their shares up: see hint 1.
    """
    inputs, whole = _whole(f, theta, state, inputs)
    return [whole] * len(inputs)


def averages(f, theta, state, inputs):
    """an average over the steps

    The shares add up, and they differ: dividing the whole by T gives none of them.
    """
    inputs, whole = _whole(f, theta, state, inputs)
    return [whole / len(inputs)] * len(inputs)


def shares_averaged(f, theta, state, inputs):
    """shares divided by the number of steps

    The gradient is the sum of the shares, not their mean.
    """
    shares = grad_by_use(f, theta, state, inputs)
    return [share / len(shares) for share in shares]


def sum_of_shares(f, theta, state, inputs):
    """the sum of the shares

    Return the terms one by one, as a list of T tensors.
    """
    return _whole(f, theta, state, inputs)[1]


def detaches(f, theta, state, inputs):
    """a chain that is cut between the steps

    A change of θ in an early step reaches the end through the later states: do not
    detach them.
    """
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state.detach(), x_t, uses[-1])
    if not uses:
        return []
    last = torch.autograd.grad(state.sum(), uses[-1])[0]
    return [torch.zeros_like(last)] * (len(uses) - 1) + [last]


def last_use_only(f, theta, state, inputs):
    """the share of the last step only

    Every step has a share; return a list of T.
    """
    return grad_by_use(f, theta, state, inputs)[-1:]


def first_use_left_out(f, theta, state, inputs):
    """the shares of all steps but the first

    The first step reads θ too.
    """
    return grad_by_use(f, theta, state, inputs)[1:]


def order_reversed(f, theta, state, inputs):
    """the shares from the last step to the first

    The list begins with the share of step 1.
    """
    return grad_by_use(f, theta, state, inputs)[::-1]


def running_sums(f, theta, state, inputs):
    """running sums of the shares

    Entry t is the share of step t alone, not of all steps up to t.
    """
    sums, total = [], 0
    for share in grad_by_use(f, theta, state, inputs):
        total = total + share
        sums.append(total)
    return sums


def chained_copies(f, theta, state, inputs):
    """copies that are made from one another

    A clone of a clone hands its gradient on to the first: detach each copy, so that it
    is a leaf of its own.
    """
    uses = []
    for x_t in inputs:
        uses.append(uses[-1].clone() if uses else _leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


def gradient_of_each_state(f, theta, state, inputs):
    """the gradient of each state instead of the last one

    There is one loss, the sum of s_T; share t is its gradient, not that of s_t.
    """
    shared = _leaf(theta)
    _, states = _states(f, shared, state, inputs)
    return [
        torch.autograd.grad(s.sum(), shared, retain_graph=True)[0] for s in states[1:]
    ]


def immediate_effect_only(f, theta, state, inputs):
    """the effect of each step on its own state only

    s_t goes on into the later states: the share of step t is measured at the end.
    """
    shares = []
    for x_t in inputs:
        use = _leaf(theta)
        state = f(state.detach(), x_t, use)
        shares.append(torch.autograd.grad(state.sum(), use)[0])
    return shares


def loss_of_all_states(f, theta, state, inputs):
    """a loss that sums all states

    The loss is the sum of the numbers in the last state alone.
    """
    uses, loss = [], 0
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
        loss = loss + state.sum()
    return list(torch.autograd.grad(loss, uses)) if uses else []


def mean_of_the_last_state(f, theta, state, inputs):
    """the mean of the last state in place of its sum

    Add the numbers of s_T up: state.sum().
    """
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.mean(), uses)) if uses else []


def gradient_of_the_states(f, theta, state, inputs):
    """the gradient with respect to the states

    What is asked is the gradient with respect to each step's θ.
    """
    _, states = _states(f, _leaf(theta), state, inputs)
    return list(torch.autograd.grad(states[-1].sum(), states[1:])) if states[1:] else []


def arguments_of_f_exchanged(f, theta, state, inputs):
    """θ and the input exchanged

    The transition takes three arguments in this order: f(state, x_t, theta).
    """
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, uses[-1], x_t)
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


def starts_anew_each_step(f, theta, state, inputs):
    """steps that all start from s_0

    The state has to change in the loop: state = f(state, x_t, …).
    """
    shares = []
    for x_t in inputs:
        use = _leaf(theta)
        shares.append(torch.autograd.grad(f(state, x_t, use).sum(), use)[0])
    return shares


def copies_need_no_gradient(f, theta, state, inputs):
    """a copy of θ that needs no gradient

    After detach() a tensor needs no gradient; requires_grad_() asks for one.
    """
    uses = []
    for x_t in inputs:
        uses.append(theta.detach().clone())
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


def graph_walked_twice(f, theta, state, inputs):
    """a graph walked back twice

    The graph is freed after the first torch.autograd.grad: ask for all shares in one
    call, after the loop.
    """
    uses, shares = [], []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    for use in uses:
        shares += torch.autograd.grad(state.sum(), use)
    return shares


def empty_run_forgotten(f, theta, state, inputs):
    """a run that cannot be empty

    torch.autograd.grad refuses an empty list: without inputs, return [] first.
    """
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses))


def counts_inputs_first(f, theta, state, inputs):
    """a walk that needs to know the number of inputs

    A generator has neither len nor index; let the for loop hand you each input.
    """
    uses = [_leaf(theta) for _ in range(len(inputs))]
    for x_t, use in zip(inputs, uses, strict=True):
        state = f(state, x_t, use)
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


def theta_overwritten(f, theta, state, inputs):
    """a θ that is moved while it is measured

    Arithmetic in place, such as += or mul_, changes the caller's θ; work on a copy.
    """
    shares = grad_by_use(f, theta, state, inputs)
    with torch.no_grad():
        for share in shares:
            theta -= 0.01 * share
    return shares
