"""Right answers to `graph_depth`, written in other ways."""


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


def with_levels_as_dicts(tensor):
    level = dict.fromkeys(n for n in [tensor.grad_fn] if n)
    depth = 0
    while level:
        depth += 1
        read = (p for node in level for p, _ in node.next_functions)
        level = dict.fromkeys(p for p in read if p and p.next_functions)
    return depth
