"""Right answers to `unroll`, written in other ways."""

import functools
import itertools


def with_accumulate(f, state, inputs):
    return list(itertools.accumulate(inputs, f, initial=state))[1:]


def with_the_last_entry(f, state, inputs):
    states = [state]
    for x_t in inputs:
        states.append(f(states[-1], x_t))
    return states[1:]


def by_recursion(f, state, inputs):
    inputs = list(inputs)
    if len(inputs) == 0:
        return []
    first = f(state, inputs[0])
    return [first, *by_recursion(f, first, inputs[1:])]


def with_reduce(f, state, inputs):
    def step(states, x_t):
        return [*states, f(states[-1], x_t)]

    return functools.reduce(step, inputs, [state])[1:]


def with_a_walrus(f, state, inputs):
    return [state := f(state, x_t) for x_t in inputs]


def as_a_tuple(f, state, inputs):
    def states(state):
        for x_t in inputs:
            state = f(state, x_t)
            yield state

    return tuple(states(state))
