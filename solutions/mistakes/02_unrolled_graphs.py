"""Wrong answers to exercise 2. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import torch

from course_lib.checks import mistake

# --- unroll ---------------------------------------------------------------------------


@mistake(
    "unroll",
    "a run that returns the last state only",
    "Append each state to a list as you reach it, and return the list.",
)
def last_state_only(f, state, inputs):
    for x_t in inputs:
        state = f(state, x_t)
    return state


@mistake(
    "unroll",
    "a run that returns the last state only, in a list",
    "The append belongs inside the loop: one state for each input.",
)
def append_after_the_loop(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(state, x_t)
    states.append(state)
    return states


@mistake(
    "unroll",
    "a run that returns after the first step",
    "The return stands inside the loop; move it one level out.",
)
def return_inside_the_loop(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
        return states
    return states


@mistake(
    "unroll",
    "a list that includes the initial state",
    "T inputs give T states; s_0 is given and not one of them.",
)
def initial_state_included(f, state, inputs):
    states = [state]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states


@mistake(
    "unroll",
    "states shifted by one step",
    "Append after the step, not before it: s_1 is the state after the first input.",
)
def append_before_the_step(f, state, inputs):
    states = []
    for x_t in inputs:
        states.append(state)
        state = f(state, x_t)
    return states


@mistake(
    "unroll",
    "the state and the input exchanged",
    "The transition takes the state first: f(state, x_t).",
)
def arguments_exchanged(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(x_t, state)
        states.append(state)
    return states


@mistake(
    "unroll",
    "steps that all start from s_0",
    "The state has to change in the loop: state = f(state, x_t).",
)
def restarts_from_the_initial_state(f, state, inputs):
    return [f(state, x_t) for x_t in inputs]


@mistake(
    "unroll",
    "the first input used at every step",
    "Each step takes an input of its own.",
)
def first_input_reused(f, state, inputs):
    states, inputs = [], list(inputs)
    for _ in inputs:
        state = f(state, inputs[0])
        states.append(state)
    return states


@mistake(
    "unroll",
    "a walk through the inputs from the last to the first",
    "Time runs forward: s_1 is made from x_1.",
)
def inputs_reversed(f, state, inputs):
    states = []
    for x_t in list(inputs)[::-1]:
        state = f(state, x_t)
        states.append(state)
    return states


@mistake(
    "unroll",
    "the right states in reverse order",
    "Append puts a state at the end of the list; insert(0, …) at its front.",
)
def states_reversed(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.insert(0, state)
    return states


@mistake(
    "unroll",
    "a run that leaves out the first input",
    "Python counts from 0: the first input is inputs[0].",
)
def first_input_left_out(f, state, inputs):
    states = []
    for x_t in list(inputs)[1:]:
        state = f(state, x_t)
        states.append(state)
    return states


@mistake(
    "unroll",
    "a run that stops before the last input",
    "range(n) already ends at n - 1; no further - 1 is needed.",
)
def last_input_left_out(f, state, inputs):
    states = []
    for x_t in list(inputs)[:-1]:
        state = f(state, x_t)
        states.append(state)
    return states


@mistake(
    "unroll",
    "a list emptied while it is read",
    "pop and del change the caller's inputs; a for loop only reads them.",
)
def inputs_popped(f, state, inputs):
    if not isinstance(inputs, list):
        inputs = list(inputs)
    states = []
    while inputs:
        state = f(state, inputs.pop(0))
        states.append(state)
    return states


@mistake(
    "unroll",
    "a state written over the old one",
    "copy_ and [...] = change one tensor in place, and every entry of the list is that "
    "tensor; give the name `state` a new value instead.",
)
def state_overwritten(f, state, inputs):
    states = []
    for x_t in inputs:
        state.copy_(f(state, x_t))
        states.append(state)
    return states


@mistake(
    "unroll",
    "a list of one state, many times over",
    "Keep every state you reach, not T copies of the last.",
)
def last_state_repeated(f, state, inputs):
    inputs = list(inputs)
    for x_t in inputs:
        state = f(state, x_t)
    return [state] * len(inputs)


@mistake(
    "unroll",
    "states stacked into one tensor",
    "Return the list itself: not every state is a tensor.",
)
def stacked(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
    return torch.stack(states)


@mistake(
    "unroll",
    "a walk that needs to know the number of inputs",
    "A generator has neither len nor index; let the for loop hand you each input.",
)
def counts_the_inputs(f, state, inputs):
    states = []
    for t in range(len(inputs)):
        state = f(state, inputs[t])
        states.append(state)
    return states


@mistake(
    "unroll",
    "a generator read twice",
    "After list(inputs) a generator is empty; walk over it once.",
)
def generator_read_twice(f, state, inputs):
    states = []
    steps = len(list(inputs))
    for _, x_t in zip(range(steps), inputs, strict=False):
        state = f(state, x_t)
        states.append(state)
    return states


@mistake(
    "unroll",
    "two calls of f in every step",
    "Call f once, keep what it returns, and use that value twice.",
)
def two_calls_a_step(f, state, inputs):
    states = []
    for x_t in inputs:
        states.append(f(state, x_t))
        state = f(state, x_t)
    return states


@mistake(
    "unroll",
    "a run that cannot be empty",
    "Without inputs there are no states: the result is an empty list.",
)
def first_step_apart(f, state, inputs):
    inputs = iter(inputs)
    states = [f(state, next(inputs))]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states


@mistake(
    "unroll",
    "states cut off from their past",
    "detach() and .data stop the gradient between steps; leave the graph as it is.",
)
def detached(f, state, inputs):
    states = []
    for x_t in inputs:
        state = f(state.detach() if isinstance(state, torch.Tensor) else state, x_t)
        states.append(state)
    return states


@mistake(
    "unroll",
    "states taken out of the graph",
    "no_grad loses every gradient; this loop needs no such block.",
)
def leaves_the_graph(f, state, inputs):
    states = []
    with torch.no_grad():
        for x_t in inputs:
            state = f(state, x_t)
            states.append(state)
    return states


# --- graph_depth ----------------------------------------------------------------------


def _is_leaf(node):
    """Whether a path ends here."""
    return node is None or hasattr(node, "variable")


def _parents(node):
    """Return the nodes that an operation reads."""
    return [parent for parent, _ in node.next_functions]


def _operations(tensor):
    """Return the set of operations behind a tensor."""
    found, waiting = set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if not _is_leaf(node) and node not in found:
            found.add(node)
            waiting += _parents(node)
    return found


@mistake(
    "graph_depth",
    "a count of all operations, not of those on one path",
    "Operations side by side do not make a graph deeper; only those one after another.",
)
def counts_nodes(tensor):
    return len(_operations(tensor))


@mistake(
    "graph_depth",
    "a count of all nodes, leaves included",
    "Depth is the number of operations on one path, the longest.",
)
def counts_nodes_and_leaves(tensor):
    operations = _operations(tensor)
    ends = {p for n in operations for p in _parents(n) if p is not None}
    return len(operations | ends)


@mistake(
    "graph_depth",
    "a count of all edges",
    "Depth is the number of operations on one path, the longest.",
)
def counts_edges(tensor):
    return sum(p is not None for n in _operations(tensor) for p in _parents(n))


@mistake(
    "graph_depth",
    "a sum over the branches",
    "Branches run side by side: take the largest depth among them, not their sum.",
)
def sums_branches(tensor):
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


@mistake(
    "graph_depth",
    "a count that takes a leaf for an operation",
    "AccumulateGrad gathers a gradient; the forward pass has no such step.",
)
def counts_accumulate_grad(tensor):
    depth = {None: 0}
    for node in _after_their_parents(tensor):
        depth[node] = 1 + max((depth[p] for p in _parents(node)), default=0)
    return depth[tensor.grad_fn]


@mistake(
    "graph_depth",
    "a count of the arrows between operations, one too few",
    "theta * 2 is one operation and has depth 1: count the operations themselves.",
)
def one_too_few(tensor):
    return max(graph_depth(tensor) - 1, 0)


@mistake(
    "graph_depth",
    "the shortest path",
    "Where paths meet, the longest decides: max, not min.",
)
def shortest_path(tensor):
    depth = {None: 0}
    for node in _after_their_parents(tensor):
        own = 0 if _is_leaf(node) else 1 + min(depth[p] for p in _parents(node))
        depth[node] = own
    return depth[tensor.grad_fn]


@mistake(
    "graph_depth",
    "the path through the first argument of each operation",
    "next_functions has an entry for each argument; the longest path may use any.",
)
def first_argument_only(tensor):
    depth, node = 0, tensor.grad_fn
    while not _is_leaf(node):
        depth += 1
        node = node.next_functions[0][0]
    return depth


@mistake(
    "graph_depth",
    "the path through the last argument of each operation",
    "next_functions has an entry for each argument; the longest path may use any.",
)
def last_argument_only(tensor):
    depth, node = 0, tensor.grad_fn
    while not _is_leaf(node):
        depth += 1
        node = node.next_functions[-1][0]
    return depth


@mistake(
    "graph_depth",
    "the distance at which each operation is seen first",
    "Skipping nodes seen before measures shortest paths; a node that turns up again, "
    "further away, lies on a longer one.",
)
def breadth_first(tensor):
    depth, seen, level = 0, set(), {tensor.grad_fn}
    while level := {n for n in level if not _is_leaf(n) and n not in seen}:
        depth += 1
        seen |= level
        level = {parent for node in level for parent in _parents(node)}
    return depth


@mistake(
    "graph_depth",
    "a walk that takes operations of one kind for the same node",
    "Many nodes have the same name; put the nodes themselves into the set or dict.",
)
def told_apart_by_name(tensor):
    depth, seen, level = 0, set(), {tensor.grad_fn}
    while level := {n for n in level if not _is_leaf(n) and n.name() not in seen}:
        depth += 1
        seen |= {node.name() for node in level}
        level = {parent for node in level for parent in _parents(node)}
    return depth


@mistake(
    "graph_depth",
    "a walk that stops one level below the end",
    "The operations that tensor.grad_fn reads have arguments too: go on to the leaves.",
)
def one_level_only(tensor):
    if tensor.grad_fn is None:
        return 0
    below = [p for p in _parents(tensor.grad_fn) if not _is_leaf(p)]
    return 2 if below else 1


@mistake(
    "graph_depth",
    "a walk along every path, one by one",
    "Paths double at every fork that meets again; a node that many paths share needs "
    "its depth computed once.",
)
def every_path(tensor):
    longest, waiting = 0, [(tensor.grad_fn, 0)]
    while waiting:
        node, depth = waiting.pop()
        longest = max(longest, depth)
        if not _is_leaf(node):
            waiting += [(parent, depth + 1) for parent in _parents(node)]
    return longest


@mistake(
    "graph_depth",
    "a recursion along every path",
    "Python stops at about 1000 calls inside each other, and paths double at every "
    "fork that meets again; see hints 2 and 3.",
)
def recursion_along_every_path(tensor):
    def depth(node):
        return 0 if _is_leaf(node) else 1 + max(depth(p) for p in _parents(node))

    return depth(tensor.grad_fn)


@mistake(
    "graph_depth",
    "a recursion, which a deep graph exhausts",
    "Python stops at about 1000 calls inside each other: use a loop over a collection "
    "of nodes.",
)
def recursion_with_memory(tensor):
    known = {}

    def depth(node):
        if _is_leaf(node):
            return 0
        if node not in known:
            known[node] = 1 + max(depth(parent) for parent in _parents(node))
        return known[node]

    return depth(tensor.grad_fn)


@mistake(
    "graph_depth",
    "an entry of next_functions taken for a node",
    "Each entry is a pair; the node is its first part: for node, _ in next_functions.",
)
def pair_for_a_node(tensor):
    depth, level = 0, {tensor.grad_fn}
    while level := {node for node in level if node is not None}:
        depth += 1
        level = {entry for node in level for entry in node.next_functions}
    return depth


@mistake(
    "graph_depth",
    "a walk that takes for granted that there is a graph",
    "A leaf has no grad_fn: it is None there, and the depth is 0.",
)
def needs_a_graph(tensor):
    depth, level = 1, {tensor.grad_fn}
    while level := {
        parent
        for node in level
        for parent, _ in node.next_functions
        if parent is not None and not hasattr(parent, "variable")
    }:
        depth += 1
    return depth


@mistake(
    "graph_depth",
    "a depth of 1 for a tensor that nothing computed",
    "Without a grad_fn there is no operation: the depth is 0.",
)
def leaf_counts_one(tensor):
    return max(graph_depth(tensor), 1)


# --- uses_of --------------------------------------------------------------------------


def _leaf_edges(tensor):
    """Return the leaf at the end of each edge that leads to one, with repetition."""
    ends = [parent for node in _operations(tensor) for parent in _parents(node)]
    return [end.variable for end in ends if hasattr(end, "variable")]


@mistake(
    "uses_of",
    "a count of the leaf, which stands in the graph once",
    "Count the arrows that lead to its node, not the node.",
)
def counts_the_leaf(theta, tensor):
    return int(any(leaf is theta for leaf in _leaf_edges(tensor)))


@mistake(
    "uses_of",
    "True or False where a number is asked for",
    "The question is how often, not whether.",
)
def whether(theta, tensor):
    return any(leaf is theta for leaf in _leaf_edges(tensor))


@mistake(
    "uses_of",
    "a count of the operations that read theta",
    "theta * theta is one operation and two uses: add up the entries of "
    "next_functions.",
)
def counts_operations(theta, tensor):
    return sum(
        any(getattr(parent, "variable", None) is theta for parent in _parents(node))
        for node in _operations(tensor)
    )


@mistake(
    "uses_of",
    "a count of the paths from theta to the end",
    "An operation that several paths reach is one operation: visit each node once.",
)
def counts_paths(theta, tensor):
    paths, waiting = 0, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "variable"):
            paths += node.variable is theta
        elif node is not None:
            waiting += _parents(node)
    return paths


@mistake(
    "uses_of",
    "a count of the uses of every leaf",
    "Ask of each leaf whether its node.variable is theta.",
)
def counts_every_leaf(theta, tensor):
    return len(_leaf_edges(tensor))


@mistake(
    "uses_of",
    "a count of the leaves",
    "Ask of each leaf whether it is theta, and count the arrows that lead to it.",
)
def counts_leaves(theta, tensor):
    return len({id(leaf) for leaf in _leaf_edges(tensor)})


@mistake(
    "uses_of",
    "a comparison by value",
    "Two tensors may hold the same numbers: `is` asks whether they are one tensor.",
)
def compares_values(theta, tensor):
    return sum(torch.equal(leaf, theta) for leaf in _leaf_edges(tensor))


@mistake(
    "uses_of",
    "a comparison with ==, which compares number by number",
    "`is` asks whether two names mean one tensor; == gives a tensor of answers.",
)
def compares_with_equals(theta, tensor):
    return sum(bool(leaf == theta) for leaf in _leaf_edges(tensor))


@mistake(
    "uses_of",
    "a count of all operations",
    "Count only those entries of next_functions whose node.variable is theta.",
)
def counts_all_operations(theta, tensor):
    return len(_operations(tensor))


@mistake(
    "uses_of",
    "a walk that follows the first argument only",
    "next_functions has an entry for each argument, and theta may be any of them.",
)
def follows_first_argument(theta, tensor):
    uses, node = 0, tensor.grad_fn
    while node is not None and not hasattr(node, "variable"):
        uses += sum(getattr(p, "variable", None) is theta for p in _parents(node))
        node = node.next_functions[0][0]
    return uses


@mistake(
    "uses_of",
    "a look at the last operation only",
    "Earlier operations read theta as well: walk on through next_functions.",
)
def last_operation_only(theta, tensor):
    if tensor.grad_fn is None:
        return 0
    return sum(getattr(p, "variable", None) is theta for p in _parents(tensor.grad_fn))


@mistake(
    "uses_of",
    "a walk that takes operations of one kind for the same node",
    "Many nodes have the same name; put the nodes themselves into the set.",
)
def seen_by_name(theta, tensor):
    uses, seen, waiting = 0, set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop(0)
        if _is_leaf(node) or node.name() in seen:
            continue
        seen.add(node.name())
        uses += sum(getattr(p, "variable", None) is theta for p in _parents(node))
        waiting += _parents(node)
    return uses


@mistake(
    "uses_of",
    "a recursion, which a deep graph exhausts",
    "Python stops at about 1000 calls inside each other: use a loop and a list of "
    "nodes to visit.",
)
def recursive_uses(theta, tensor):
    seen = set()

    def visit(node):
        if _is_leaf(node) or node in seen:
            return 0
        seen.add(node)
        own = sum(getattr(p, "variable", None) is theta for p in _parents(node))
        return own + sum(visit(parent) for parent in _parents(node))

    return visit(tensor.grad_fn)


@mistake(
    "uses_of",
    "an entry of next_functions taken for a node",
    "Each entry is a pair; the node is its first part: for node, _ in next_functions.",
)
def pair_for_a_leaf(theta, tensor):
    uses, waiting = 0, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        for entry in node.next_functions:
            uses += getattr(entry, "variable", None) is theta
            waiting.append(entry)
    return uses


@mistake(
    "uses_of",
    "an operation asked for its variable",
    "Only the node of a leaf has that attribute: ask with hasattr or getattr first.",
)
def every_node_has_a_variable(theta, tensor):
    uses, seen, waiting = 0, {None}, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            for parent, _ in node.next_functions:
                uses += parent is not None and parent.variable is theta
                waiting.append(parent)
    return uses


@mistake(
    "uses_of",
    "a count that is one too low",
    "Begin at 0 and add 1 for every entry that is theta.",
)
def one_use_too_few(theta, tensor):
    return uses_of(theta, tensor) - 1


@mistake(
    "uses_of",
    "a walk that takes for granted that there is a graph",
    "A tensor that nothing computed has no grad_fn: it is None, and nothing is used.",
)
def uses_need_a_graph(theta, tensor):
    uses, seen, waiting = 0, set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        seen.add(node)
        for parent, _ in node.next_functions:
            uses += getattr(parent, "variable", None) is theta
            if parent is not None and parent not in seen and parent not in waiting:
                waiting.append(parent)
    return uses


# --- grad_by_use ----------------------------------------------------------------------


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


@mistake(
    "grad_by_use",
    "the whole gradient, returned for each step",
    "As long as all steps share one leaf, autograd adds their shares up: see hint 1.",
)
def whole_for_each(f, theta, state, inputs):
    inputs, whole = _whole(f, theta, state, inputs)
    return [whole] * len(inputs)


@mistake(
    "grad_by_use",
    "an average over the steps",
    "The shares add up, and they differ: dividing the whole by T gives none of them.",
)
def averages(f, theta, state, inputs):
    inputs, whole = _whole(f, theta, state, inputs)
    return [whole / len(inputs)] * len(inputs)


@mistake(
    "grad_by_use",
    "shares divided by the number of steps",
    "The gradient is the sum of the shares, not their mean.",
)
def shares_averaged(f, theta, state, inputs):
    shares = grad_by_use(f, theta, state, inputs)
    return [share / len(shares) for share in shares]


@mistake(
    "grad_by_use",
    "the sum of the shares",
    "Return the terms one by one, as a list of T tensors.",
)
def sum_of_shares(f, theta, state, inputs):
    return _whole(f, theta, state, inputs)[1]


@mistake(
    "grad_by_use",
    "a chain that is cut between the steps",
    "A change of θ in an early step reaches the end through the later states: do not "
    "detach them.",
)
def detaches(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state.detach(), x_t, uses[-1])
    if not uses:
        return []
    last = torch.autograd.grad(state.sum(), uses[-1])[0]
    return [torch.zeros_like(last)] * (len(uses) - 1) + [last]


@mistake(
    "grad_by_use",
    "the share of the last step only",
    "Every step has a share; return a list of T.",
)
def last_use_only(f, theta, state, inputs):
    return grad_by_use(f, theta, state, inputs)[-1:]


@mistake(
    "grad_by_use",
    "the shares of all steps but the first",
    "The first step reads θ too.",
)
def first_use_left_out(f, theta, state, inputs):
    return grad_by_use(f, theta, state, inputs)[1:]


@mistake(
    "grad_by_use",
    "the shares from the last step to the first",
    "The list begins with the share of step 1.",
)
def order_reversed(f, theta, state, inputs):
    return grad_by_use(f, theta, state, inputs)[::-1]


@mistake(
    "grad_by_use",
    "running sums of the shares",
    "Entry t is the share of step t alone, not of all steps up to t.",
)
def running_sums(f, theta, state, inputs):
    sums, total = [], 0
    for share in grad_by_use(f, theta, state, inputs):
        total = total + share
        sums.append(total)
    return sums


@mistake(
    "grad_by_use",
    "copies that are made from one another",
    "A clone of a clone hands its gradient on to the first: detach each copy, so that "
    "it is a leaf of its own.",
)
def chained_copies(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(uses[-1].clone() if uses else _leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


@mistake(
    "grad_by_use",
    "the gradient of each state instead of the last one",
    "There is one loss, the sum of s_T; share t is its gradient, not that of s_t.",
)
def gradient_of_each_state(f, theta, state, inputs):
    shared = _leaf(theta)
    _, states = _states(f, shared, state, inputs)
    return [
        torch.autograd.grad(s.sum(), shared, retain_graph=True)[0] for s in states[1:]
    ]


@mistake(
    "grad_by_use",
    "the effect of each step on its own state only",
    "s_t goes on into the later states: the share of step t is measured at the end.",
)
def immediate_effect_only(f, theta, state, inputs):
    shares = []
    for x_t in inputs:
        use = _leaf(theta)
        state = f(state.detach(), x_t, use)
        shares.append(torch.autograd.grad(state.sum(), use)[0])
    return shares


@mistake(
    "grad_by_use",
    "a loss that sums all states",
    "The loss is the sum of the numbers in the last state alone.",
)
def loss_of_all_states(f, theta, state, inputs):
    uses, loss = [], 0
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
        loss = loss + state.sum()
    return list(torch.autograd.grad(loss, uses)) if uses else []


@mistake(
    "grad_by_use",
    "the mean of the last state in place of its sum",
    "Add the numbers of s_T up: state.sum().",
)
def mean_of_the_last_state(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.mean(), uses)) if uses else []


@mistake(
    "grad_by_use",
    "the gradient with respect to the states",
    "What is asked is the gradient with respect to each step's θ.",
)
def gradient_of_the_states(f, theta, state, inputs):
    _, states = _states(f, _leaf(theta), state, inputs)
    return list(torch.autograd.grad(states[-1].sum(), states[1:])) if states[1:] else []


@mistake(
    "grad_by_use",
    "θ and the input exchanged",
    "The transition takes three arguments in this order: f(state, x_t, theta).",
)
def arguments_of_f_exchanged(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, uses[-1], x_t)
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


@mistake(
    "grad_by_use",
    "steps that all start from s_0",
    "The state has to change in the loop: state = f(state, x_t, …).",
)
def starts_anew_each_step(f, theta, state, inputs):
    shares = []
    for x_t in inputs:
        use = _leaf(theta)
        shares.append(torch.autograd.grad(f(state, x_t, use).sum(), use)[0])
    return shares


@mistake(
    "grad_by_use",
    "a copy of θ that needs no gradient",
    "After detach() a tensor needs no gradient; requires_grad_() asks for one.",
)
def copies_need_no_gradient(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(theta.detach().clone())
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


@mistake(
    "grad_by_use",
    "a graph walked back twice",
    "The graph is freed after the first torch.autograd.grad: ask for all shares in one "
    "call, after the loop.",
)
def graph_walked_twice(f, theta, state, inputs):
    uses, shares = [], []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    for use in uses:
        shares += torch.autograd.grad(state.sum(), use)
    return shares


@mistake(
    "grad_by_use",
    "a run that cannot be empty",
    "torch.autograd.grad refuses an empty list: without inputs, return [] first.",
)
def empty_run_forgotten(f, theta, state, inputs):
    uses = []
    for x_t in inputs:
        uses.append(_leaf(theta))
        state = f(state, x_t, uses[-1])
    return list(torch.autograd.grad(state.sum(), uses))


@mistake(
    "grad_by_use",
    "a walk that needs to know the number of inputs",
    "A generator has neither len nor index; let the for loop hand you each input.",
)
def counts_inputs_first(f, theta, state, inputs):
    uses = [_leaf(theta) for _ in range(len(inputs))]
    for x_t, use in zip(inputs, uses, strict=True):
        state = f(state, x_t, use)
    return list(torch.autograd.grad(state.sum(), uses)) if uses else []


@mistake(
    "grad_by_use",
    "a θ that is moved while it is measured",
    "Arithmetic in place, such as += or mul_, changes the caller's θ; work on a copy.",
)
def theta_overwritten(f, theta, state, inputs):
    shares = grad_by_use(f, theta, state, inputs)
    with torch.no_grad():
        for share in shares:
            theta -= 0.01 * share
    return shares
