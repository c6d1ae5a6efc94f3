"""Right answers to `uses_of`, written in other ways."""

import torch


def level_by_level(theta, tensor):
    uses, seen, level = 0, set(), {tensor.grad_fn} - {None}
    while level:
        seen |= level
        read = [parent for node in level for parent, _ in node.next_functions]
        uses += sum(hasattr(p, "variable") and p.variable is theta for p in read)
        level = set(read) - seen - {None}
    return uses


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


def as_a_number_tensor(theta, tensor):
    count = torch.zeros((), dtype=torch.int64)
    found = [tensor.grad_fn] if tensor.grad_fn is not None else []
    for node in found:  # the list grows while it is walked
        for parent, _ in node.next_functions:
            count += getattr(parent, "variable", None) is theta
            if parent is not None and parent not in found[-500:]:
                found.append(parent)
    return count
