"""Wrong answers to `lstm_forward`, each with what it is and a hint."""

import torch

from course_lib.cells import LSTMState


def _start(x, state, params):
    """Return the state before the first step."""
    if state is not None:
        return state
    zeros = x.new_zeros(x.shape[0], params.W_h.shape[0])
    return LSTMState(zeros, zeros)


def _states(x, state, params):
    """Return the states before the first step and after every step."""
    states = [_start(x, state, params)]
    for x_t in x.unbind(dim=1):
        states.append(lstm_step(x_t, states[-1], params))
    return states


def _shown(states):
    return torch.stack([state.h for state in states], dim=1)


def cell_not_carried(x, state, params):
    """a cell that is not carried to the next step

    Hand on both parts of the state, h and c.
    """
    states = [_start(x, state, params)]
    first = states[0].c
    for x_t in x.unbind(dim=1):
        states.append(lstm_step(x_t, LSTMState(states[-1].h, first), params))
    return _shown(states[1:]), states[-1]


def h_not_carried(x, state, params):
    """an h that is not carried to the next step

    Hand on both parts of the state, h and c.
    """
    states = [_start(x, state, params)]
    first = states[0].h
    for x_t in x.unbind(dim=1):
        states.append(lstm_step(x_t, LSTMState(first, states[-1].c), params))
    return _shown(states[1:]), states[-1]


def nothing_carried(x, state, params):
    """a state that starts anew at every step

    Give each step the state that the step before returned.
    """
    start = _start(x, state, params)
    states = [lstm_step(x_t, start, params) for x_t in x.unbind(dim=1)]
    return _shown(states), states[-1]


def exchanged_on_the_way(x, state, params):
    """h and c exchanged on the way to the next step

    LSTMState(h, c): keep the order from step to step.
    """
    states = [_start(x, state, params)]
    for x_t in x.unbind(dim=1):
        h_prev, c_prev = states[-1] if len(states) == 1 else states[-1][::-1]
        states.append(lstm_step(x_t, LSTMState(h_prev, c_prev), params))
    return _shown(states[1:]), states[-1]


def cells_returned(x, state, params):
    """cells in place of the shown states

    hs holds h after every step; c stays inside, but for the last one.
    """
    states = _states(x, state, params)
    return torch.stack([one.c for one in states[1:]], dim=1), states[-1]


def initial_included(x, state, params):
    """states that begin with the initial one

    hs holds one h a step, after it; h_0 is not among them.
    """
    states = _states(x, state, params)
    return _shown(states), states[-1]


def one_step_late(x, state, params):
    """states before each step instead of after it

    Append after the step: hs[:, 0] is h_1.
    """
    states = _states(x, state, params)
    return _shown(states[:-1]), states[-1]


def time_first(x, state, params):
    """time on the first axis

    Batch first: stack the steps along dim=1.
    """
    states = _states(x, state, params)
    return torch.stack([one.h for one in states[1:]]), states[-1]


def loop_over_the_batch(x, state, params):
    """a loop over the batch

    Axis 0 is the batch, axis 1 is time: x.unbind(dim=1).
    """
    hs, last = lstm_forward(
        x.transpose(0, 1),
        None if state is None or x.shape[0] != x.shape[1] else state,
        params,
    )
    return hs, last


def read_backwards(x, state, params):
    """a sequence read backwards

    Begin with the first time step.
    """
    return lstm_forward(x.flip(1), state, params)


def last_h_only(x, state, params):
    """the last h alone as the last state

    The last state has two parts: return the LSTMState of the last step.
    """
    hs, last = lstm_forward(x, state, params)
    return hs, last.h


def three_results(x, state, params):
    """three results

    Return two: hs, and the LSTMState with h and c.
    """
    hs, last = lstm_forward(x, state, params)
    return hs, last.h, last.c


def first_state_returned(x, state, params):
    """the first state in place of the last

    last is the state after the last step.
    """
    states = _states(x, state, params)
    return _shown(states[1:]), states[0]


def given_state_ignored(x, state, params):
    """a given state that is not used

    Only where state is None does the run begin with zeros.
    """
    return lstm_forward(x, None, params)


def none_not_handled(x, state, params):
    """a state of None that was not replaced

    Where state is None, begin with an LSTMState of zeros.
    """
    hs = []
    for x_t in x.unbind(dim=1):
        state = lstm_step(x_t, state, params)
        hs.append(state.h)
    return torch.stack(hs, dim=1), state


def ones_for_none(x, state, params):
    """a run that begins with ones

    Before the first step the state is zero.
    """
    if state is None:
        ones = x.new_ones(x.shape[0], params.W_h.shape[0])
        state = LSTMState(ones, ones)
    return lstm_forward(x, state, params)


def zeros_on_the_default_device(x, state, params):
    """zeros made on the default device

    torch.zeros is float32 on the CPU; x.new_zeros follows the input.
    """
    if state is None:
        zeros = torch.zeros(x.shape[0], params.W_h.shape[0])
        state = LSTMState(zeros, zeros)
    return lstm_forward(x, state, params)


def units_from_the_input(x, state, params):
    """as many units as inputs

    The number of units is the number of rows of W_h, not of W_x.
    """
    if state is None:
        zeros = x.new_zeros(x.shape[0], params.W_x.shape[0])
        state = LSTMState(zeros, zeros)
    return lstm_forward(x, state, params)


def detached_every_step(x, state, params):
    """a graph cut at every step

    Without the graph no step can learn from later losses: no detach().
    """
    states = [_start(x, state, params)]
    for x_t in x.unbind(dim=1):
        before = LSTMState(*(part.detach() for part in states[-1]))
        states.append(lstm_step(x_t, before, params))
    return _shown(states[1:]), states[-1]


def last_step_left_out(x, state, params):
    """a last step that is not taken

    There is a step for each of the T inputs; range(T) ends with T - 1.
    """
    states = _states(x, state, params)[:-1]
    if len(states) == 1:
        return states[0].h[:, None], states[0]
    return _shown([*states[1:], states[-1]]), states[-1]
