"""Wrong answers to `graph_depth`, each with what it is and a hint."""


def counts_nodes(tensor):
    """a count of all operations, not of those on one path

    Operations side by side do not make a graph deeper; only those one after another.
    """
    return len(_operations(tensor))


def counts_nodes_and_leaves(tensor):
    """a count of all nodes, leaves included

    Depth is the number of operations on one path, the longest.
    """
    operations = _operations(tensor)
    ends = {p for n in operations for p in _parents(n) if p is not None}
    return len(operations | ends)


def counts_edges(tensor):
    """a count of all edges

    Depth is the number of operations on one path, the longest.
    """
    return sum(p is not None for n in _operations(tensor) for p in _parents(n))


def sums_branches(tensor):
    """a sum over the branches

    Branches run side by side: take the largest depth among them, not their sum.
    """
    depth = {None: 0}
    for node in _after_their_parents(tensor):
        depth[node] = 0 if _is_leaf(node) else 1 + sum(depth[p] for p in _parents(node))
    return depth[tensor.grad_fn]


def _after_their_parents(tensor):
    """Return all nodes but None, each after those it reads."""
    order, seen, stack = [], {None}, [(tensor.grad_fn, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent in _parents(node)]
    return order


def counts_accumulate_grad(tensor):
    """a count that takes a leaf for an operation

    AccumulateGrad gathers a gradient; the forward pass has no such step.
    """
    depth = {None: 0}
    for node in _after_their_parents(tensor):
        depth[node] = 1 + max((depth[p] for p in _parents(node)), default=0)
    return depth[tensor.grad_fn]


def one_too_few(tensor):
    """a count of the arrows between operations, one too few

    theta * 2 is one operation and has depth 1: count the operations themselves.
    """
    return max(graph_depth(tensor) - 1, 0)


def shortest_path(tensor):
    """the shortest path

    Where paths meet, the longest decides: max, not min.
    """
    depth = {None: 0}
    for node in _after_their_parents(tensor):
        own = 0 if _is_leaf(node) else 1 + min(depth[p] for p in _parents(node))
        depth[node] = own
    return depth[tensor.grad_fn]


def first_argument_only(tensor):
    """the path through the first argument of each operation

    next_functions has an entry for each argument; the longest path may use any.
    """
    depth, node = 0, tensor.grad_fn
    while not _is_leaf(node):
        depth += 1
        node = node.next_functions[0][0]
    return depth


def last_argument_only(tensor):
    """the path through the last argument of each operation

    next_functions has an entry for each argument; the longest path may use any.
    """
    depth, node = 0, tensor.grad_fn
    while not _is_leaf(node):
        depth += 1
        node = node.next_functions[-1][0]
    return depth


def breadth_first(tensor):
    """the distance at which each operation is seen first

    Skipping nodes seen before measures shortest paths; a node that turns up again,
    further away, lies on a longer one.
    """
    depth, seen, level = 0, set(), {tensor.grad_fn}
    while level := {n for n in level if not _is_leaf(n) and n not in seen}:
        depth += 1
        seen |= level
        level = {parent for node in level for parent in _parents(node)}
    return depth


def told_apart_by_name(tensor):
    """a walk that takes operations of one kind for the same node

    Many nodes have the same name; put the nodes themselves into the set or dict.
    """
    depth, seen, level = 0, set(), {tensor.grad_fn}
    while level := {n for n in level if not _is_leaf(n) and n.name() not in seen}:
        depth += 1
        seen |= {node.name() for node in level}
        level = {parent for node in level for parent in _parents(node)}
    return depth


def one_level_only(tensor):
    """a walk that stops one level below the end

    The operations that tensor.grad_fn reads have arguments too: go on to the leaves.
    """
    if tensor.grad_fn is None:
        return 0
    below = [p for p in _parents(tensor.grad_fn) if not _is_leaf(p)]
    return 2 if below else 1


def every_path(tensor):
    """a walk along every path, one by one

    Paths double at every fork that meets again; a node that many paths share needs its
    depth computed once.
    """
    longest, waiting = 0, [(tensor.grad_fn, 0)]
    while waiting:
        node, depth = waiting.pop()
        longest = max(longest, depth)
        if not _is_leaf(node):
            waiting += [(parent, depth + 1) for parent in _parents(node)]
    return longest


def recursion_along_every_path(tensor):
    """a recursion along every path

    Python stops at about 1000 calls inside each other, and paths double at every fork
    that meets again; see hints 2 and 3.
    """

    def depth(node):
        return 0 if _is_leaf(node) else 1 + max(depth(p) for p in _parents(node))

    return depth(tensor.grad_fn)


def recursion_with_memory(tensor):
    """a recursion, which a deep graph exhausts

    Python stops at about 1000 calls inside each other: use a loop over a collection of
    nodes.
    """
    known = {}

    def depth(node):
        if _is_leaf(node):
            return 0
        if node not in known:
            known[node] = 1 + max(depth(parent) for parent in _parents(node))
        return known[node]

    return depth(tensor.grad_fn)


def pair_for_a_node(tensor):
    """an entry of next_functions taken for a node

    Each entry is a pair; the node is its first part: for node, _ in next_functions.
    """
    depth, level = 0, {tensor.grad_fn}
    while level := {node for node in level if node is not None}:
        depth += 1
        level = {entry for node in level for entry in node.next_functions}
    return depth


def needs_a_graph(tensor):
    """a walk that takes for granted that there is a graph

    A leaf has no grad_fn: it is None there, and the depth is 0.
    """
    depth, level = 1, {tensor.grad_fn}
    while level := {
        parent
        for node in level
        for parent, _ in node.next_functions
        if parent is not None and not hasattr(parent, "variable")
    }:
        depth += 1
    return depth


def leaf_counts_one(tensor):
    """a depth of 1 for a tensor that nothing computed

    Without a grad_fn there is no operation: the depth is 0.
    """
    return max(graph_depth(tensor), 1)
