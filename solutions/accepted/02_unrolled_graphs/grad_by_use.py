"""Right answers to `grad_by_use`, written in other ways."""

import torch


def with_backward(f, theta, state, inputs):
    copies = []
    for x_t in inputs:
        own = theta.detach().requires_grad_(True)
        copies.append(own)
        state = f(state, x_t, own)
    if copies:
        state.sum().backward()
    return [own.grad for own in copies]


def with_one_row_a_step(f, theta, state, inputs):
    inputs = list(inputs)
    rows = torch.stack([theta.detach()] * len(inputs)) if inputs else theta[None][:0]
    rows = rows.detach().requires_grad_()
    for x_t, own in zip(inputs, rows.unbind(0), strict=True):
        state = f(state, x_t, own)
    if not inputs:
        return []
    return list(torch.autograd.grad(state.sum(), rows)[0].unbind(0))


def with_one_live_step_at_a_time(f, theta, state, inputs):
    inputs, shares = list(inputs), []
    frozen = theta.detach()
    for live in range(len(inputs)):
        own, s = frozen.clone().requires_grad_(), state
        for t, x_t in enumerate(inputs):
            s = f(s, x_t, own if t == live else frozen)
        shares += torch.autograd.grad(s.sum(), own)
    return shares


def with_functional_gradients(f, theta, state, inputs):
    inputs = list(inputs)

    def loss(*uses):
        s = state
        for x_t, use in zip(inputs, uses, strict=True):
            s = f(s, x_t, use)
        return s.sum()

    if not inputs:
        return []
    return torch.func.grad(loss, argnums=tuple(range(len(inputs))))(
        *[theta.detach()] * len(inputs)
    )


def back_through_the_states_by_hand(f, theta, state, inputs):
    """One step at a time, from the last: what BPTT does."""
    inputs, states = list(inputs), [state.detach()]
    for x_t in inputs:
        states.append(f(states[-1], x_t, theta.detach()))
    d_state, shares = torch.ones_like(states[-1]), []
    for x_t, before in zip(inputs[::-1], states[-2::-1], strict=True):
        s, own = before.clone().requires_grad_(), theta.detach().clone()
        own.requires_grad_()
        out = f(s, x_t, own)
        d_state, share = torch.autograd.grad(out, [s, own], d_state)
        shares.insert(0, share)
    return shares
