"""Wrong answers to `rnn_forward`, each with what it is and a hint."""

import torch


def _states(x, h_t, params):
    """Return the states of all steps, as a list."""
    states = []
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t, params)
        states.append(h_t)
    return states


def _start(x, h_0, params):
    """Return h_0, or zeros for it."""
    if h_0 is None:
        return x.new_zeros(x.shape[0], params.W_hh.shape[0])
    return h_0


def h_0_ignored(x, h_0, params):
    """a run that ignores h_0

    Zeros are for h_0 = None only; when a state is given, start from it.
    """
    states = _states(x, _start(x, None, params), params)
    return torch.stack(states, dim=1), states[-1]


def h_0_required(x, h_0, params):
    """a run that cannot do without h_0

    When h_0 is None, begin with zeros of shape (batch, hidden).
    """
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


def starts_at_ones(x, h_0, params):
    """a state that starts at ones

    Without h_0 it starts at zero.
    """
    if h_0 is None:
        h_0 = x.new_ones(x.shape[0], params.W_hh.shape[0])
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


def zeros_on_the_default_device(x, h_0, params):
    """zeros made on the default device

    torch.zeros(...) is float32 on the CPU whatever x is; see hint 2.
    """
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0])
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


def zeros_of_the_default_dtype(x, h_0, params):
    """zeros of the default dtype

    The zeros follow x's device but not its dtype; see hint 2.
    """
    if h_0 is None:
        h_0 = torch.zeros(x.shape[0], params.W_hh.shape[0], device=x.device)
    states = _states(x, h_0, params)
    return torch.stack(states, dim=1), states[-1]


def same_input_reused(x, h_0, params):
    """the first input used at every step

    Each step has an input of its own, x[:, t].
    """
    states = _states(x[:, :1].expand_as(x), _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1]


def stacked_time_first(x, h_0, params):
    """states stacked along the wrong axis

    The result is (batch, time, hidden): time is axis 1.
    """
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states), states[-1]


def stacked_time_last(x, h_0, params):
    """states stacked along the last axis

    The result is (batch, time, hidden): time is axis 1.
    """
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=-1), states[-1]


def concatenated(x, h_0, params):
    """states put side by side, not stacked

    torch.cat joins along an axis that exists; the time axis is a new one.
    """
    states = _states(x, _start(x, h_0, params), params)
    return torch.cat(states, dim=1), states[-1]


def states_before_the_step(x, h_0, params):
    """states shifted by one step

    hs[:, t] is the state after input t; append after the step, not before it.
    """
    h_0 = _start(x, h_0, params)
    states = _states(x, h_0, params)
    return torch.stack([h_0, *states[:-1]], dim=1), states[-1]


def initial_state_included(x, h_0, params):
    """states that include h_0

    T inputs give T states; h_0 is not one of them.
    """
    h_0 = _start(x, h_0, params)
    states = _states(x, h_0, params)
    return torch.stack([h_0, *states], dim=1), states[-1]


def last_step_left_out(x, h_0, params):
    """a run that leaves out the last step

    range(time) already ends at time - 1; every input has a state.
    """
    states = _states(x, _start(x, h_0, params), params)
    states = states[:-1] or states
    return torch.stack(states, dim=1), states[-1]


def first_state_as_last(x, h_0, params):
    """the first state returned as the last

    h_T is the state after the last input.
    """
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[0]


def last_state_with_layer_axis(x, h_0, params):
    """a last state of PyTorch's shape, with a layer axis

    Here h_T is (batch, hidden).
    """
    states = _states(x, _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1][None]


def last_state_only(x, h_0, params):
    """a run that returns the last state only

    Return two things: all states, and the last one.
    """
    return _states(x, _start(x, h_0, params), params)[-1]


def states_only(x, h_0, params):
    """a run that returns the states only

    Return two things: all states, and the last one.
    """
    return torch.stack(_states(x, _start(x, h_0, params), params), dim=1)


def state_not_carried(x, h_0, params):
    """a state that starts anew at every step

    The state of a step is the h_prev of the next: hand it on inside the loop.
    """
    h_0 = _start(x, h_0, params)
    states = [rnn_step(x_t, h_0, params) for x_t in x.unbind(dim=1)]
    return torch.stack(states, dim=1), states[-1]


def time_reversed(x, h_0, params):
    """a sequence read from its end

    Walk over time forwards; who reads backwards comes in chapter 6.
    """
    states = _states(x.flip(1), _start(x, h_0, params), params)
    return torch.stack(states, dim=1), states[-1]


def loop_over_the_batch(x, h_0, params):
    """a loop over the batch instead of over time

    `for x_t in x` walks along axis 0, the batch; time is axis 1.
    """
    h_t, states = _start(x, h_0, params), []
    for x_t in x:
        h_t = rnn_step(x_t, h_t, params)
        states.append(h_t)
    return torch.stack(states, dim=1), h_t


def detached_every_step(x, h_0, params):
    """a state detached at every step

    Without the graph through time no gradient reaches the first steps.
    """
    h_t, states = _start(x, h_0, params), []
    for x_t in x.unbind(dim=1):
        h_t = rnn_step(x_t, h_t.detach(), params)
        states.append(h_t)
    return torch.stack(states, dim=1), h_t


def buffer_on_the_default_device(x, h_0, params):
    """states kept in a tensor of the default device and dtype

    Make the buffer with x.new_empty, or stack a list.
    """
    states = _states(x, _start(x, h_0, params), params)
    hs = torch.zeros(x.shape[0], x.shape[1], params.W_hh.shape[0])
    for t, h_t in enumerate(states):
        hs[:, t] = h_t
    return hs, states[-1]


def h_0_overwritten(x, h_0, params):
    """a run that writes its state into h_0

    `h_0[:] = …` changes the caller's tensor; bind a name of your own.
    """
    states = _states(x, _start(x, h_0, params), params)
    if h_0 is not None:
        h_0.data.copy_(states[-1])
    return torch.stack(states, dim=1), states[-1]
