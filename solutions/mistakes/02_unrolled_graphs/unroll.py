"""Wrong answers to `unroll`, each with what it is and a hint."""

import torch


def last_state_only(f, state, inputs):
    """a run that returns the last state only

    Append each state to a list as you reach it, and return the list.
    """
    for x_t in inputs:
        state = f(state, x_t)
    return state


def append_after_the_loop(f, state, inputs):
    """a run that returns the last state only, in a list

    The append belongs inside the loop: one state for each input.
    """
    states = []
    for x_t in inputs:
        state = f(state, x_t)
    states.append(state)
    return states


def return_inside_the_loop(f, state, inputs):
    """a run that returns after the first step

    The return stands inside the loop; move it one level out.
    """
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
        return states
    return states


def initial_state_included(f, state, inputs):
    """a list that includes the initial state

    T inputs give T states; s_0 is given and not one of them.
    """
    states = [state]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states


def append_before_the_step(f, state, inputs):
    """states shifted by one step

    Append after the step, not before it: s_1 is the state after the first input.
    """
    states = []
    for x_t in inputs:
        states.append(state)
        state = f(state, x_t)
    return states


def arguments_exchanged(f, state, inputs):
    """the state and the input exchanged

    The transition takes the state first: f(state, x_t).
    """
    states = []
    for x_t in inputs:
        state = f(x_t, state)
        states.append(state)
    return states


def restarts_from_the_initial_state(f, state, inputs):
    """steps that all start from s_0

    The state has to change in the loop: state = f(state, x_t).
    """
    return [f(state, x_t) for x_t in inputs]


def first_input_reused(f, state, inputs):
    """the first input used at every step

    Each step takes an input of its own.
    """
    states, inputs = [], list(inputs)
    for _ in inputs:
        state = f(state, inputs[0])
        states.append(state)
    return states


def inputs_reversed(f, state, inputs):
    """a walk through the inputs from the last to the first

    Time runs forward: s_1 is made from x_1.
    """
    states = []
    for x_t in list(inputs)[::-1]:
        state = f(state, x_t)
        states.append(state)
    return states


def states_reversed(f, state, inputs):
    """the right states in reverse order

    Append puts a state at the end of the list; insert(0, …) at its front.
    """
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.insert(0, state)
    return states


def first_input_left_out(f, state, inputs):
    """a run that leaves out the first input

    Python counts from 0: the first input is inputs[0].
    """
    states = []
    for x_t in list(inputs)[1:]:
        state = f(state, x_t)
        states.append(state)
    return states


def last_input_left_out(f, state, inputs):
    """a run that stops before the last input

    range(n) already ends at n - 1; no further - 1 is needed.
    """
    states = []
    for x_t in list(inputs)[:-1]:
        state = f(state, x_t)
        states.append(state)
    return states


def inputs_popped(f, state, inputs):
    """a list emptied while it is read

    pop and del change the caller's inputs; a for loop only reads them.
    """
    if not isinstance(inputs, list):
        inputs = list(inputs)
    states = []
    while inputs:
        state = f(state, inputs.pop(0))
        states.append(state)
    return states


def state_overwritten(f, state, inputs):
    """a state written over the old one

    copy_ and [...] = change one tensor in place, and every entry of the list is that
    tensor; give the name `state` a new value instead.
    """
    states = []
    for x_t in inputs:
        state.copy_(f(state, x_t))
        states.append(state)
    return states


def last_state_repeated(f, state, inputs):
    """a list of one state, many times over

    Keep every state you reach, not T copies of the last.
    """
    inputs = list(inputs)
    for x_t in inputs:
        state = f(state, x_t)
    return [state] * len(inputs)


def stacked(f, state, inputs):
    """states stacked into one tensor

    Return the list itself: not every state is a tensor.
    """
    states = []
    for x_t in inputs:
        state = f(state, x_t)
        states.append(state)
    return torch.stack(states)


def counts_the_inputs(f, state, inputs):
    """a walk that needs to know the number of inputs

    A generator has neither len nor index; let the for loop hand you each input.
    """
    states = []
    for t in range(len(inputs)):
        state = f(state, inputs[t])
        states.append(state)
    return states


def generator_read_twice(f, state, inputs):
    """a generator read twice

    After list(inputs) a generator is empty; walk over it once.
    """
    states = []
    steps = len(list(inputs))
    for _, x_t in zip(range(steps), inputs, strict=False):
        state = f(state, x_t)
        states.append(state)
    return states


def two_calls_a_step(f, state, inputs):
    """two calls of f in every step

    Call f once, keep what it returns, and use that value twice.
    """
    states = []
    for x_t in inputs:
        states.append(f(state, x_t))
        state = f(state, x_t)
    return states


def first_step_apart(f, state, inputs):
    """a run that cannot be empty

    Without inputs there are no states: the result is an empty list.
    """
    inputs = iter(inputs)
    states = [f(state, next(inputs))]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states


def detached(f, state, inputs):
    """states cut off from their past

    detach() and .data stop the gradient between steps; leave the graph as it is.
    """
    states = []
    for x_t in inputs:
        state = f(state.detach() if isinstance(state, torch.Tensor) else state, x_t)
        states.append(state)
    return states


def leaves_the_graph(f, state, inputs):
    """states taken out of the graph

    no_grad loses every gradient; this loop needs no such block.
    """
    states = []
    with torch.no_grad():
        for x_t in inputs:
            state = f(state, x_t)
            states.append(state)
    return states
