"""Wrong answers to `uses_of`, each with what it is and a hint."""

import torch


def _leaf_edges(tensor):
    """Return the leaf at the end of each edge that leads to one, with repetition."""
    ends = [parent for node in _operations(tensor) for parent in _parents(node)]
    return [end.variable for end in ends if hasattr(end, "variable")]


def counts_the_leaf(theta, tensor):
    """a count of the leaf, which stands in the graph once

    Count the arrows that lead to its node, not the node.
    """
    return int(any(leaf is theta for leaf in _leaf_edges(tensor)))


def whether(theta, tensor):
    """True or False where a number is asked for

    The question is how often, not whether.
    """
    return any(leaf is theta for leaf in _leaf_edges(tensor))


def counts_operations(theta, tensor):
    """a count of the operations that read theta

    theta * theta is one operation and two uses: add up the entries of next_functions.
    """
    return sum(
        any(getattr(parent, "variable", None) is theta for parent in _parents(node))
        for node in _operations(tensor)
    )


def counts_paths(theta, tensor):
    """a count of the paths from theta to the end

    An operation that several paths reach is one operation: visit each node once.
    """
    paths, waiting = 0, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "variable"):
            paths += node.variable is theta
        elif node is not None:
            waiting += _parents(node)
    return paths


def counts_every_leaf(theta, tensor):
    """a count of the uses of every leaf

    Ask of each leaf whether its node.variable is theta.
    """
    return len(_leaf_edges(tensor))


def counts_leaves(theta, tensor):
    """a count of the leaves

    Ask of each leaf whether it is theta, and count the arrows that lead to it.
    """
    return len({id(leaf) for leaf in _leaf_edges(tensor)})


def compares_values(theta, tensor):
    """a comparison by value

    Two tensors may hold the same numbers: `is` asks whether they are one tensor.
    """
    return sum(torch.equal(leaf, theta) for leaf in _leaf_edges(tensor))


def compares_with_equals(theta, tensor):
    """a comparison with ==, which compares number by number

    `is` asks whether two names mean one tensor; == gives a tensor of answers.
    """
    return sum(bool(leaf == theta) for leaf in _leaf_edges(tensor))


def counts_all_operations(theta, tensor):
    """a count of all operations

    Count only those entries of next_functions whose node.variable is theta.
    """
    return len(_operations(tensor))


def follows_first_argument(theta, tensor):
    """a walk that follows the first argument only

    next_functions has an entry for each argument, and theta may be any of them.
    """
    uses, node = 0, tensor.grad_fn
    while node is not None and not hasattr(node, "variable"):
        uses += sum(getattr(p, "variable", None) is theta for p in _parents(node))
        node = node.next_functions[0][0]
    return uses


def last_operation_only(theta, tensor):
    """a look at the last operation only

    Earlier operations read theta as well: walk on through next_functions.
    """
    if tensor.grad_fn is None:
        return 0
    return sum(getattr(p, "variable", None) is theta for p in _parents(tensor.grad_fn))


def seen_by_name(theta, tensor):
    """a walk that takes operations of one kind for the same node

    Many nodes have the same name; put the nodes themselves into the set.
    """
    uses, seen, waiting = 0, set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop(0)
        if _is_leaf(node) or node.name() in seen:
            continue
        seen.add(node.name())
        uses += sum(getattr(p, "variable", None) is theta for p in _parents(node))
        waiting += _parents(node)
    return uses


def recursive_uses(theta, tensor):
    """a recursion, which a deep graph exhausts

    Python stops at about 1000 calls inside each other: use a loop and a list of nodes
    to visit.
    """
    seen = set()

    def visit(node):
        if _is_leaf(node) or node in seen:
            return 0
        seen.add(node)
        own = sum(getattr(p, "variable", None) is theta for p in _parents(node))
        return own + sum(visit(parent) for parent in _parents(node))

    return visit(tensor.grad_fn)


def pair_for_a_leaf(theta, tensor):
    """an entry of next_functions taken for a node

    Each entry is a pair; the node is its first part: for node, _ in next_functions.
    """
    uses, waiting = 0, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        for entry in node.next_functions:
            uses += getattr(entry, "variable", None) is theta
            waiting.append(entry)
    return uses


def every_node_has_a_variable(theta, tensor):
    """an operation asked for its variable

    Only the node of a leaf has that attribute: ask with hasattr or getattr first.
    """
    uses, seen, waiting = 0, {None}, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            for parent, _ in node.next_functions:
                uses += parent is not None and parent.variable is theta
                waiting.append(parent)
    return uses


def one_use_too_few(theta, tensor):
    """a count that is one too low

    Begin at 0 and add 1 for every entry that is theta.
    """
    return uses_of(theta, tensor) - 1


def uses_need_a_graph(theta, tensor):
    """a walk that takes for granted that there is a graph

    A tensor that nothing computed has no grad_fn: it is None, and nothing is used.
    """
    uses, seen, waiting = 0, set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        seen.add(node)
        for parent, _ in node.next_functions:
            uses += getattr(parent, "variable", None) is theta
            if parent is not None and parent not in seen and parent not in waiting:
                waiting.append(parent)
    return uses
