"""Right answers to exercise 2, written in other ways. Each must pass."""

import functools
import itertools

import torch

from course_lib.checks import accepted

# --- unroll ---------------------------------------------------------------------------


@accepted("unroll")
def with_accumulate(f, state, inputs):
    return list(itertools.accumulate(inputs, f, initial=state))[1:]


@accepted("unroll")
def with_the_last_entry(f, state, inputs):
    states = [state]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states[1:]


@accepted("unroll")
def by_recursion(f, state, inputs):
    inputs = list(inputs)
    if len(inputs) == 0:
        return []
    first = f(state, inputs[0])
    return [first, *by_recursion(f, first, inputs[1:])]


@accepted("unroll")
def with_reduce(f, state, inputs):
    def step(states, x_t):
        return [*states, f(states[-1], x_t)]

    return functools.reduce(step, inputs, [state])[1:]


@accepted("unroll")
def with_a_walrus(f, state, inputs):
    return [state := f(state, x_t) for x_t in inputs]


@accepted("unroll")
def as_a_tuple(f, state, inputs):
    def states(state):
        for x_t in inputs:
            state = f(state, x_t)
            yield state

    return tuple(states(state))


# --- graph_depth ----------------------------------------------------------------------


@accepted("graph_depth")
def in_topological_order(tensor):
    depth, stack = {None: 0}, [(tensor.grad_fn, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            below = [depth[parent] for parent, _ in node.next_functions]
            depth[node] = 1 + max(below) if below else 0
        elif node not in depth:
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.next_functions)
    return depth[tensor.grad_fn]


@accepted("graph_depth")
def by_relaxing_until_nothing_changes(tensor):
    distance, changed = {tensor.grad_fn: 1}, [tensor.grad_fn]
    if tensor.grad_fn is None:
        return 0
    while changed:
        node = changed.pop(0)
        for parent, _ in node.next_functions:
            if parent is None or type(parent).__name__ == "AccumulateGrad":
                continue
            if distance.get(parent, 0) < distance[node] + 1:
                distance[parent] = distance[node] + 1
                if parent not in changed:
                    changed.append(parent)
    return max(distance.values())


@accepted("graph_depth")
def by_peeling_the_leaves(tensor):
    """Kahn's order, from the end: a node is ready when all its readers are done."""
    if tensor.grad_fn is None:
        return 0
    readers, seen, waiting = {}, {tensor.grad_fn}, [tensor.grad_fn]
    while waiting:
        for parent, _ in waiting.pop().next_functions:
            if parent is not None:
                readers[parent] = readers.get(parent, 0) + 1
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
    level, depth = [tensor.grad_fn], 0
    while level:
        depth += any(not hasattr(node, "variable") for node in level)
        ready = []
        for node in level:
            for parent, _ in node.next_functions:
                if parent is not None:
                    readers[parent] -= 1
                    if readers[parent] == 0:
                        ready.append(parent)
        level = ready
    return depth


@accepted("graph_depth")
def with_levels_as_dicts(tensor):
    level = dict.fromkeys(n for n in [tensor.grad_fn] if n)
    depth = 0
    while level:
        depth += 1
        read = (p for node in level for p, _ in node.next_functions)
        level = dict.fromkeys(p for p in read if p and p.next_functions)
    return depth


# --- uses_of --------------------------------------------------------------------------


@accepted("uses_of")
def level_by_level(theta, tensor):
    uses, seen, level = 0, set(), {tensor.grad_fn} - {None}
    while level:
        seen |= level
        read = [parent for node in level for parent, _ in node.next_functions]
        uses += sum(hasattr(p, "variable") and p.variable is theta for p in read)
        level = set(read) - seen - {None}
    return uses


@accepted("uses_of")
def with_a_counter(theta, tensor):
    from collections import Counter

    edges, done, waiting = Counter(), set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in done:
            continue
        done.add(node)
        parents = [parent for parent, _ in node.next_functions]
        edges.update(parents)
        waiting.extend(parents)
    ends = [n for n in done if getattr(n, "variable", None) is theta]
    return sum(edges[end] for end in ends)


@accepted("uses_of")
def with_the_leafs_own_node(theta, tensor):
    """A view of a leaf leads to the leaf's node, which is unique."""
    mine = theta.view_as(theta).grad_fn.next_functions[0][0]
    nodes, waiting = {}, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in nodes:
            nodes[node] = [parent for parent, _ in node.next_functions]
            waiting += nodes[node]
    return sum(parents.count(mine) for parents in nodes.values())


@accepted("uses_of")
def as_a_number_tensor(theta, tensor):
    count = torch.zeros((), dtype=torch.int64)
    found = [tensor.grad_fn] if tensor.grad_fn is not None else []
    for node in found:  # the list grows while it is walked
        for parent, _ in node.next_functions:
            count += getattr(parent, "variable", None) is theta
            if parent is not None and parent not in found[-500:]:
                found.append(parent)
    return count


# --- grad_by_use ----------------------------------------------------------------------


@accepted("grad_by_use")
def with_backward(f, theta, state, inputs):
    copies = []
    for x_t in inputs:
        own = theta.detach().requires_grad_(True)
        copies.append(own)
        state = f(state, x_t, own)
    if copies:
        state.sum().backward()
    return [own.grad for own in copies]


@accepted("grad_by_use")
def with_one_row_a_step(f, theta, state, inputs):
    inputs = list(inputs)
    rows = torch.stack([theta.detach()] * len(inputs)) if inputs else theta[None][:0]
    rows = rows.detach().requires_grad_()
    for x_t, own in zip(inputs, rows.unbind(0), strict=True):
        state = f(state, x_t, own)
    if not inputs:
        return []
    return list(torch.autograd.grad(state.sum(), rows)[0].unbind(0))


@accepted("grad_by_use")
def with_one_live_step_at_a_time(f, theta, state, inputs):
    inputs, shares = list(inputs), []
    frozen = theta.detach()
    for live in range(len(inputs)):
        own, s = frozen.clone().requires_grad_(), state
        for t, x_t in enumerate(inputs):
            s = f(s, x_t, own if t == live else frozen)
        shares += torch.autograd.grad(s.sum(), own)
    return shares


@accepted("grad_by_use")
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


@accepted("grad_by_use")
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
