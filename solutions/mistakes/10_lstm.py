"""Wrong answers to exercise 10. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import numpy as np
import torch

from course_lib.cells import LSTMState
from course_lib.checks import mistake
from course_lib.gradients.bptt.lstm import LSTMGrads, LSTMStepGrads

# --- lstm_step ------------------------------------------------------------------------


def _before(x_t, state, params):
    """Return what stands before the nonlinearities."""
    return x_t @ params.W_x + state.h @ params.W_h + params.b


def _quarters(x_t, state, params, order="ifgo"):
    """Return a_i, a_f, a_g, a_o, read from the quarters in some order."""
    parts = _before(x_t, state, params).chunk(4, dim=-1)
    named = dict(zip(order, parts, strict=True))
    return tuple(named[name] for name in "ifgo")


def _lstm(a_i, a_f, a_g, a_o, c_prev):
    """Return the new state from what stands before the nonlinearities."""
    c_t = a_f.sigmoid() * c_prev + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "input and forget gate exchanged",
    "The first quarter, i, multiplies the candidate; the second, f, the old cell.",
)
def input_and_forget_exchanged(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params, "figo"), state.c)


@mistake(
    "lstm_step",
    "quarters read in the order i, f, o, g",
    "PyTorch's order is i, f, g, o: the candidate is third, the output gate last.",
)
def order_ifog(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params, "ifog"), state.c)


@mistake(
    "lstm_step",
    "quarters read in the order f, i, o, g",
    "Some texts say f, i, o, g; PyTorch's order, and ours, is i, f, g, o.",
)
def order_fiog(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params, "fiog"), state.c)


@mistake(
    "lstm_step",
    "quarters read in the order i, g, f, o",
    "That order is TensorFlow's older cell's; here it is i, f, g, o.",
)
def order_igfo(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params, "igfo"), state.c)


@mistake(
    "lstm_step",
    "a candidate squashed by the sigmoid",
    "The candidate is a value and may be negative: tanh.",
)
def candidate_by_sigmoid(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.sigmoid()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "tanh and sigmoid exchanged",
    "Gates are fractions, so σ; the candidate and the shown cell are values, so tanh.",
)
def squashing_exchanged(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.tanh() * state.c + a_i.tanh() * a_g.sigmoid()
    return LSTMState(a_o.tanh() * c_t.sigmoid(), c_t)


@mistake(
    "lstm_step",
    "gates squashed by tanh",
    "A gate is a fraction between 0 and 1: σ.",
)
def gates_by_tanh(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.tanh() * state.c + a_i.tanh() * a_g.tanh()
    return LSTMState(a_o.tanh() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "a candidate that is not squashed",
    "The candidate is tanh of the third quarter.",
)
def candidate_not_squashed(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "an input gate inside the candidate's tanh",
    "Squash first, then multiply: σ(a_i) times tanh(a_g).",
)
def gate_inside_the_tanh(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + (a_i.sigmoid() * a_g).tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "an h without the tanh of the cell",
    "What is shown is o times tanh(c_t): the cell may grow, what is shown may not.",
)
def cell_shown_as_it_is(x_t, state, params):
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(_quarters(x_t, state, params)[3].sigmoid() * c_t, c_t)


@mistake(
    "lstm_step",
    "an output gate inside the tanh",
    "h_t is o times tanh(c_t), not tanh of o times c_t.",
)
def output_gate_inside_the_tanh(x_t, state, params):
    c_t = lstm_step(x_t, state, params).c
    return LSTMState((_quarters(x_t, state, params)[3].sigmoid() * c_t).tanh(), c_t)


@mistake(
    "lstm_step",
    "an output gate that shows the old cell",
    "Compute c_t first; h_t shows the new cell, tanh(c_t).",
)
def old_cell_shown(x_t, state, params):
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(_quarters(x_t, state, params)[3].sigmoid() * state.c.tanh(), c_t)


@mistake(
    "lstm_step",
    "an h without the output gate",
    "The fourth quarter is the output gate; it multiplies tanh(c_t).",
)
def no_output_gate(x_t, state, params):
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "h and c returned in the wrong order",
    "LSTMState(h, c): what is shown comes first, the cell second.",
)
def state_exchanged(x_t, state, params):
    h_t, c_t = lstm_step(x_t, state, params)
    return LSTMState(c_t, h_t)


@mistake(
    "lstm_step",
    "h and c taken from the state in the wrong order",
    "W_h multiplies state.h; the forget gate multiplies state.c.",
)
def state_read_exchanged(x_t, state, params):
    return lstm_step(x_t, LSTMState(state.c, state.h), params)


@mistake(
    "lstm_step",
    "a forget gate that keeps h instead of c",
    "What the forget gate keeps is the cell, state.c.",
)
def shown_state_kept(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params), state.h)


@mistake(
    "lstm_step",
    "gates that read the cell instead of h",
    "Gates and candidate see x_t and h_prev; W_h multiplies state.h.",
)
def gates_from_the_cell(x_t, state, params):
    return _lstm(*_quarters(x_t, LSTMState(state.c, state.c), params), state.c)


@mistake(
    "lstm_step",
    "a forget gate over the whole sum",
    "f multiplies the old cell only: f ⊙ c_prev + i ⊙ g, without parentheses.",
)
def forget_gate_over_the_sum(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * (state.c + a_i.sigmoid() * a_g.tanh())
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "a forget gate that keeps 1 - f",
    "f is the share that is kept, although it is called the forget gate.",
)
def kept_and_forgotten_exchanged(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(a_i, -a_f, a_g, a_o, state.c)


@mistake(
    "lstm_step",
    "a cell without a forget gate",
    "That is the cell of 1997; here f ⊙ c_prev is added, not c_prev.",
)
def no_forget_gate(x_t, state, params):
    a_i, _, a_g, a_o = _quarters(x_t, state, params)
    c_t = state.c + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "a candidate that is written without the input gate",
    "The first quarter is the input gate; it multiplies the candidate.",
)
def no_input_gate(x_t, state, params):
    _, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "a cell that is overwritten",
    "Add to what was kept: f ⊙ c_prev + i ⊙ g.",
)
def cell_overwritten(x_t, state, params):
    return _lstm(*_quarters(x_t, state, params), torch.zeros_like(state.c))


@mistake(
    "lstm_step",
    "an input gate tied to the forget gate, i = 1 - f",
    "Here the input gate has a quarter of its own.",
)
def input_gate_tied(x_t, state, params):
    _, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(-a_f, a_f, a_g, a_o, state.c)


@mistake(
    "lstm_step",
    "a tanh over the new cell",
    "The cell itself is a plain sum; only what is shown goes through tanh.",
)
def cell_squashed(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = (a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.tanh()).tanh()
    return LSTMState(a_o.sigmoid() * c_t, c_t)


@mistake("lstm_step", "a step without its bias", "a_t has a third term, b.")
def step_without_bias(x_t, state, params):
    return lstm_step(x_t, state, params._replace(b=torch.zeros_like(params.b)))


@mistake(
    "lstm_step",
    "a bias counted twice",
    "Our cell has one bias, added once; PyTorch has two, which it adds.",
)
def bias_counted_twice(x_t, state, params):
    return lstm_step(x_t, state, params._replace(b=2 * params.b))


@mistake(
    "lstm_step",
    "a step that does not read h",
    "Gates and candidate see h_prev too: add state.h @ W_h.",
)
def recurrence_forgotten(x_t, state, params):
    return lstm_step(x_t, LSTMState(torch.zeros_like(state.h), state.c), params)


@mistake(
    "lstm_step",
    "matrices transposed, as PyTorch stores them",
    "Ours are (input, 4·hidden) and (hidden, 4·hidden): x_t @ W_x, without .T.",
)
def matrices_transposed(x_t, state, params):
    a_t = x_t @ params.W_x.T + state.h @ params.W_h.T + params.b
    return _lstm(*a_t.chunk(4, dim=-1), state.c)


@mistake(
    "lstm_step",
    "quarters cut from the batch",
    "chunk works on axis 0 unless told otherwise; the quarters lie side by side.",
)
def quarters_of_the_batch(x_t, state, params):
    a_i, a_f, a_g, a_o = _before(x_t, state, params).chunk(4)
    return _lstm(a_i, a_f, a_g, a_o, state.c)


@mistake(
    "lstm_step",
    "quarters that are interleaved",
    "The quarters lie one after the other; column 1 is unit 1 of the input gate.",
)
def quarters_interleaved(x_t, state, params):
    a_t = _before(x_t, state, params)
    return _lstm(*(a_t[:, k::4] for k in range(4)), state.c)


@mistake(
    "lstm_step",
    "a σ written as exp(a) / (1 + exp(a))",
    "exp of a large number is infinite, and inf / inf is NaN: take torch.sigmoid.",
)
def sigmoid_that_overflows(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    i, f, o = (a.exp() / (1 + a.exp()) for a in (a_i, a_f, a_o))
    c_t = f * state.c + i * a_g.tanh()
    return LSTMState(o * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "an old cell that is overwritten in place",
    "`c *= f` changes the caller's tensor; give the product a name of its own.",
)
def old_cell_changed(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    kept = state.c.detach()  # shares its memory with the argument
    kept *= a_f.sigmoid()
    c_t = kept + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


@mistake(
    "lstm_step",
    "a cell that is cut off from the graph",
    "detach() ends the gradient's way along the cell, which is what the cell is for.",
)
def cell_detached(x_t, state, params):
    return lstm_step(x_t, LSTMState(state.h, state.c.detach()), params)


@mistake(
    "lstm_step",
    "h alone",
    "Return both: LSTMState(h, c).",
)
def only_h(x_t, state, params):
    return lstm_step(x_t, state, params).h


@mistake(
    "lstm_step",
    "a candidate through ReLU",
    "The candidate may be negative, or nothing could be taken out of a cell: tanh.",
)
def candidate_by_relu(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.relu()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


# --- lstm_forward ---------------------------------------------------------------------


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


@mistake(
    "lstm_forward",
    "a cell that is not carried to the next step",
    "Hand on both parts of the state, h and c.",
)
def cell_not_carried(x, state, params):
    states = [_start(x, state, params)]
    first = states[0].c
    for x_t in x.unbind(dim=1):
        states.append(lstm_step(x_t, LSTMState(states[-1].h, first), params))
    return _shown(states[1:]), states[-1]


@mistake(
    "lstm_forward",
    "an h that is not carried to the next step",
    "Hand on both parts of the state, h and c.",
)
def h_not_carried(x, state, params):
    states = [_start(x, state, params)]
    first = states[0].h
    for x_t in x.unbind(dim=1):
        states.append(lstm_step(x_t, LSTMState(first, states[-1].c), params))
    return _shown(states[1:]), states[-1]


@mistake(
    "lstm_forward",
    "a state that starts anew at every step",
    "Give each step the state that the step before returned.",
)
def nothing_carried(x, state, params):
    start = _start(x, state, params)
    states = [lstm_step(x_t, start, params) for x_t in x.unbind(dim=1)]
    return _shown(states), states[-1]


@mistake(
    "lstm_forward",
    "h and c exchanged on the way to the next step",
    "LSTMState(h, c): keep the order from step to step.",
)
def exchanged_on_the_way(x, state, params):
    states = [_start(x, state, params)]
    for x_t in x.unbind(dim=1):
        h_prev, c_prev = states[-1] if len(states) == 1 else states[-1][::-1]
        states.append(lstm_step(x_t, LSTMState(h_prev, c_prev), params))
    return _shown(states[1:]), states[-1]


@mistake(
    "lstm_forward",
    "cells in place of the shown states",
    "hs holds h after every step; c stays inside, but for the last one.",
)
def cells_returned(x, state, params):
    states = _states(x, state, params)
    return torch.stack([one.c for one in states[1:]], dim=1), states[-1]


@mistake(
    "lstm_forward",
    "states that begin with the initial one",
    "hs holds one h a step, after it; h_0 is not among them.",
)
def initial_included(x, state, params):
    states = _states(x, state, params)
    return _shown(states), states[-1]


@mistake(
    "lstm_forward",
    "states before each step instead of after it",
    "Append after the step: hs[:, 0] is h_1.",
)
def one_step_late(x, state, params):
    states = _states(x, state, params)
    return _shown(states[:-1]), states[-1]


@mistake(
    "lstm_forward",
    "time on the first axis",
    "Batch first: stack the steps along dim=1.",
)
def time_first(x, state, params):
    states = _states(x, state, params)
    return torch.stack([one.h for one in states[1:]]), states[-1]


@mistake(
    "lstm_forward",
    "a loop over the batch",
    "Axis 0 is the batch, axis 1 is time: x.unbind(dim=1).",
)
def loop_over_the_batch(x, state, params):
    hs, last = lstm_forward(
        x.transpose(0, 1),
        None if state is None or x.shape[0] != x.shape[1] else state,
        params,
    )
    return hs, last


@mistake(
    "lstm_forward",
    "a sequence read backwards",
    "Begin with the first time step.",
)
def read_backwards(x, state, params):
    return lstm_forward(x.flip(1), state, params)


@mistake(
    "lstm_forward",
    "the last h alone as the last state",
    "The last state has two parts: return the LSTMState of the last step.",
)
def last_h_only(x, state, params):
    hs, last = lstm_forward(x, state, params)
    return hs, last.h


@mistake(
    "lstm_forward",
    "three results",
    "Return two: hs, and the LSTMState with h and c.",
)
def three_results(x, state, params):
    hs, last = lstm_forward(x, state, params)
    return hs, last.h, last.c


@mistake(
    "lstm_forward",
    "the first state in place of the last",
    "last is the state after the last step.",
)
def first_state_returned(x, state, params):
    states = _states(x, state, params)
    return _shown(states[1:]), states[0]


@mistake(
    "lstm_forward",
    "a given state that is not used",
    "Only where state is None does the run begin with zeros.",
)
def given_state_ignored(x, state, params):
    return lstm_forward(x, None, params)


@mistake(
    "lstm_forward",
    "a state of None that was not replaced",
    "Where state is None, begin with an LSTMState of zeros.",
)
def none_not_handled(x, state, params):
    hs = []
    for x_t in x.unbind(dim=1):
        state = lstm_step(x_t, state, params)
        hs.append(state.h)
    return torch.stack(hs, dim=1), state


@mistake(
    "lstm_forward",
    "a run that begins with ones",
    "Before the first step the state is zero.",
)
def ones_for_none(x, state, params):
    if state is None:
        ones = x.new_ones(x.shape[0], params.W_h.shape[0])
        state = LSTMState(ones, ones)
    return lstm_forward(x, state, params)


@mistake(
    "lstm_forward",
    "zeros made on the default device",
    "torch.zeros is float32 on the CPU; x.new_zeros follows the input.",
)
def zeros_on_the_default_device(x, state, params):
    if state is None:
        zeros = torch.zeros(x.shape[0], params.W_h.shape[0])
        state = LSTMState(zeros, zeros)
    return lstm_forward(x, state, params)


@mistake(
    "lstm_forward",
    "as many units as inputs",
    "The number of units is the number of rows of W_h, not of W_x.",
)
def units_from_the_input(x, state, params):
    if state is None:
        zeros = x.new_zeros(x.shape[0], params.W_x.shape[0])
        state = LSTMState(zeros, zeros)
    return lstm_forward(x, state, params)


@mistake(
    "lstm_forward",
    "a graph cut at every step",
    "Without the graph no step can learn from later losses: no detach().",
)
def detached_every_step(x, state, params):
    states = [_start(x, state, params)]
    for x_t in x.unbind(dim=1):
        before = LSTMState(*(part.detach() for part in states[-1]))
        states.append(lstm_step(x_t, before, params))
    return _shown(states[1:]), states[-1]


@mistake(
    "lstm_forward",
    "a last step that is not taken",
    "There is a step for each of the T inputs; range(T) ends with T - 1.",
)
def last_step_left_out(x, state, params):
    states = _states(x, state, params)[:-1]
    if len(states) == 1:
        return states[0].h[:, None], states[0]
    return _shown([*states[1:], states[-1]]), states[-1]


# --- peephole_step --------------------------------------------------------------------


def _peeping(x_t, state, params, i=0, f=0, g=0, o=0):
    """Return the new state when the quarters see these extra terms."""
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(a_i + i, a_f + f, a_g + g, a_o + o, state.c)


def _peephole(x_t, state, params):
    """Return the terms that the peepholes add to i, f and o."""
    c_t = peephole_step(x_t, state, params).c
    return params.p_i * state.c, params.p_f * state.c, params.p_o * c_t


@mistake(
    "peephole_step",
    "an output gate that peeps at the old cell",
    "The output gate sees the new cell: compute c_t first, then o.",
)
def output_peeps_at_the_old_cell(x_t, state, params):
    i, f, _ = _peephole(x_t, state, params)
    return _peeping(x_t, state, params, i, f, o=params.p_o * state.c)


@mistake(
    "peephole_step",
    "gates that do not peep",
    "Add p times the cell to what each gate sees.",
)
def no_peepholes(x_t, state, params):
    return _peeping(x_t, state, params)


@mistake(
    "peephole_step",
    "an output gate that does not peep",
    "Three gates peep; the output gate at the new cell.",
)
def output_blind(x_t, state, params):
    i, f, _ = _peephole(x_t, state, params)
    return _peeping(x_t, state, params, i, f)


@mistake(
    "peephole_step",
    "an input gate that does not peep",
    "Three gates peep; input and forget gate at the old cell.",
)
def input_blind(x_t, state, params):
    _, f, _ = _peephole(x_t, state, params)
    kept = _peeping(x_t, state, params, f=f).c
    return _peeping(x_t, state, params, f=f, o=params.p_o * kept)


@mistake(
    "peephole_step",
    "a forget gate that does not peep",
    "Three gates peep; input and forget gate at the old cell.",
)
def forget_blind(x_t, state, params):
    i, _, _ = _peephole(x_t, state, params)
    kept = _peeping(x_t, state, params, i=i).c
    return _peeping(x_t, state, params, i=i, o=params.p_o * kept)


@mistake(
    "peephole_step",
    "peepholes of input and forget gate exchanged",
    "p_i belongs to the input gate, p_f to the forget gate.",
)
def peepholes_exchanged(x_t, state, params):
    return peephole_step(x_t, state, params._replace(p_i=params.p_f, p_f=params.p_i))


@mistake(
    "peephole_step",
    "a candidate that peeps too",
    "Only the gates see the cell; the candidate does not.",
)
def candidate_peeps(x_t, state, params):
    i, f, _ = _peephole(x_t, state, params)
    g = params.p_i * state.c
    kept = _peeping(x_t, state, params, i, f, g).c
    return _peeping(x_t, state, params, i, f, g, params.p_o * kept)


@mistake(
    "peephole_step",
    "gates that peep at h",
    "A peephole looks at the cell, state.c; W_h looks at h already.",
)
def peeping_at_h(x_t, state, params):
    i, f = params.p_i * state.h, params.p_f * state.h
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.c)


@mistake(
    "peephole_step",
    "an output gate that peeps at tanh(c_t)",
    "The peephole sees the cell as it is, not squashed.",
)
def peeping_at_the_squashed_cell(x_t, state, params):
    i, f, _ = _peephole(x_t, state, params)
    c_t = peephole_step(x_t, state, params).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * c_t.tanh())


@mistake(
    "peephole_step",
    "gates that peep at tanh of the old cell",
    "The peephole sees the cell as it is, not squashed.",
)
def peeping_at_the_squashed_old_cell(x_t, state, params):
    i, f = params.p_i * state.c.tanh(), params.p_f * state.c.tanh()
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.c)


@mistake(
    "peephole_step",
    "peepholes added after the σ",
    "p ⊙ c is part of what the gate's σ sees; check your parentheses.",
)
def peepholes_after_the_sigmoid(x_t, state, params):
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    i = a_i.sigmoid() + params.p_i * state.c
    f = a_f.sigmoid() + params.p_f * state.c
    c_t = f * state.c + i * a_g.tanh()
    o = a_o.sigmoid() + params.p_o * c_t
    return LSTMState(o * c_t.tanh(), c_t)


@mistake(
    "peephole_step",
    "gates that see the cells of all units",
    "A peephole is one weight a unit: a product element by element, p * c.",
)
def peephole_as_inner_product(x_t, state, params):
    i, f = (state.c @ p[:, None] for p in (params.p_i, params.p_f))
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=kept.c @ params.p_o[:, None])


@mistake(
    "peephole_step",
    "a gate that sees the weight alone, without the cell",
    "A peephole is p times the cell, not one more bias.",
)
def peephole_as_bias(x_t, state, params):
    return _peeping(x_t, state, params, params.p_i, params.p_f, o=params.p_o)


@mistake(
    "peephole_step",
    "peepholes with the sign turned",
    "p ⊙ c is added.",
)
def peepholes_subtracted(x_t, state, params):
    return peephole_step(
        x_t,
        state,
        params._replace(p_i=-params.p_i, p_f=-params.p_f, p_o=-params.p_o),
    )


@mistake(
    "peephole_step",
    "all gates peeping at the new cell",
    "Input and forget gate make the new cell, so they can only see the old one.",
)
def all_peep_at_the_new_cell(x_t, state, params):
    blind = _peeping(x_t, state, params).c
    i, f = params.p_i * blind, params.p_f * blind
    kept = _peeping(x_t, state, params, i, f).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept)


@mistake(
    "peephole_step",
    "a peephole that is cut off from the graph",
    "The gradient of a gate also goes back through its peephole: no detach().",
)
def peephole_detached(x_t, state, params):
    i, f = (p * state.c.detach() for p in (params.p_i, params.p_f))
    kept = _peeping(x_t, state, params, i, f).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.detach())


@mistake(
    "peephole_step",
    "h and c in the wrong order",
    "LSTMState(h, c): what is shown comes first.",
)
def peephole_state_exchanged(x_t, state, params):
    return LSTMState(*peephole_step(x_t, state, params)[::-1])


@mistake(
    "peephole_step",
    "one peephole for input and forget gate",
    "Each gate has a weight of its own: p_i and p_f.",
)
def one_peephole_for_two(x_t, state, params):
    return peephole_step(x_t, state, params._replace(p_f=params.p_i))


# --- lstm_param_count -----------------------------------------------------------------


@mistake(
    "lstm_param_count",
    "a count without biases",
    "Each of the four quarters has a bias for each unit.",
)
def count_without_bias(input_size, hidden_size, peepholes=False):
    weights = 4 * hidden_size * (input_size + hidden_size)
    return weights + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "the count of nn.LSTM, with two biases",
    "nn.LSTM keeps two biases a quarter; our cell has one.",
)
def count_of_pytorch(input_size, hidden_size, peepholes=False):
    weights = 4 * hidden_size * (input_size + hidden_size + 2)
    return weights + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "a count of three quarters",
    "Three gates and a candidate: four.",
)
def count_of_a_gru(input_size, hidden_size, peepholes=False):
    weights = 3 * hidden_size * (input_size + hidden_size + 1)
    return weights + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "the count of a plain RNN",
    "An LSTM has four such layers side by side.",
)
def count_of_an_rnn(input_size, hidden_size, peepholes=False):
    return hidden_size * (input_size + hidden_size + 1) + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "one bias for all units of a quarter",
    "A bias has one number for each unit.",
)
def count_of_single_biases(input_size, hidden_size, peepholes=False):
    weights = 4 * (hidden_size * (input_size + hidden_size) + 1)
    return weights + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "input and hidden size exchanged",
    "W_x has D rows, W_h has H rows, and both have 4 H columns.",
)
def count_with_sizes_exchanged(input_size, hidden_size, peepholes=False):
    return lstm_param_count(hidden_size, input_size, peepholes)


@mistake(
    "lstm_param_count",
    "a count without W_h",
    "Each quarter reads h_prev too.",
)
def count_without_recurrence(input_size, hidden_size, peepholes=False):
    return 4 * hidden_size * (input_size + 1) + 3 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "peepholes that are not counted",
    "With peepholes there are three more vectors: p_i, p_f and p_o.",
)
def peepholes_not_counted(input_size, hidden_size, peepholes=False):
    return lstm_param_count(input_size, hidden_size)


@mistake(
    "lstm_param_count",
    "peepholes counted as full matrices",
    "A peephole is one weight a unit, not a matrix.",
)
def peepholes_as_matrices(input_size, hidden_size, peepholes=False):
    return lstm_param_count(input_size, hidden_size) + 3 * hidden_size**2 * peepholes


@mistake(
    "lstm_param_count",
    "four peepholes a unit",
    "The candidate does not peep: three.",
)
def four_peepholes(input_size, hidden_size, peepholes=False):
    return lstm_param_count(input_size, hidden_size) + 4 * hidden_size * peepholes


@mistake(
    "lstm_param_count",
    "peepholes that are always counted",
    "Count p_i, p_f and p_o only if `peepholes` is true.",
)
def peepholes_always(input_size, hidden_size, peepholes=False):
    return lstm_param_count(input_size, hidden_size, True)


@mistake(
    "lstm_param_count",
    "a tuple of counts",
    "Return one integer, the sum.",
)
def count_by_part(input_size, hidden_size, peepholes=False):
    width = 4 * hidden_size
    return input_size * width, hidden_size * width, width


@mistake(
    "lstm_param_count",
    "three peepholes in all",
    "Three for each unit: p_i, p_f and p_o are vectors.",
)
def three_peepholes_in_all(input_size, hidden_size, peepholes=False):
    return lstm_param_count(input_size, hidden_size) + 3 * bool(peepholes)


# --- cell_gradient_path ---------------------------------------------------------------


def _later(f_gates):
    """Return f_2 … f_T and a 1."""
    return torch.cat([f_gates[:, 1:], torch.ones_like(f_gates[:, :1])], dim=1)


@mistake(
    "cell_gradient_path",
    "a product that includes the gate of its own step",
    "Between c_t and c_T stand f_{t+1} to f_T: f_t is not among them.",
)
def own_gate_included(f_gates):
    return f_gates.flip(1).cumprod(dim=1).flip(1)


@mistake(
    "cell_gradient_path",
    "a product that leaves out the last gate",
    "f_T stands between c_{T-1} and c_T: it belongs to every path but the last.",
)
def last_gate_left_out(f_gates):
    shifted = torch.cat([torch.ones_like(f_gates[:, :1]), f_gates[:, :-1]], dim=1)
    inner = torch.cat([shifted[:, 2:], torch.ones_like(f_gates[:, :2])], dim=1)
    return inner[:, : f_gates.shape[1]].flip(1).cumprod(dim=1).flip(1)


@mistake(
    "cell_gradient_path",
    "a product of earlier gates instead of later ones",
    "The gradient comes from the end: multiply the gates after t.",
)
def from_the_front(f_gates):
    return f_gates.cumprod(dim=1)


@mistake(
    "cell_gradient_path",
    "a product of the gates before each step",
    "The gradient comes from the end: multiply the gates after t.",
)
def gates_before(f_gates):
    ones = torch.ones_like(f_gates[:, :1])
    return torch.cat([ones, f_gates[:, :-1]], dim=1).cumprod(dim=1)


@mistake(
    "cell_gradient_path",
    "a sum of gates",
    "Factors on a path multiply: a product, not a sum.",
)
def sum_of_gates(f_gates):
    later = torch.cat([f_gates[:, 1:], torch.zeros_like(f_gates[:, :1])], dim=1)
    return later.flip(1).cumsum(dim=1).flip(1)


@mistake(
    "cell_gradient_path",
    "products in the wrong order of time",
    "After the cumulative product, turn time around again.",
)
def not_turned_back(f_gates):
    return _later(f_gates).flip(1).cumprod(dim=1)


@mistake(
    "cell_gradient_path",
    "only the gate of the next step",
    "All gates from t + 1 to T stand between c_t and c_T.",
)
def next_gate_only(f_gates):
    return _later(f_gates)


@mistake(
    "cell_gradient_path",
    "a product over the batch",
    "Axis 0 is the batch; time is axis 1.",
)
def product_over_the_batch(f_gates):
    return cell_gradient_path(f_gates.transpose(0, 1)).transpose(0, 1)


@mistake(
    "cell_gradient_path",
    "a product over the units",
    "Each unit has a path of its own; time is axis 1, units are axis 2.",
)
def product_over_the_units(f_gates):
    return cell_gradient_path(f_gates.transpose(1, 2)).transpose(1, 2)


@mistake(
    "cell_gradient_path",
    "the product of all gates at every step",
    "Each step has its own product: only the gates after it.",
)
def same_for_all_steps(f_gates):
    return f_gates.prod(dim=1, keepdim=True).expand_as(f_gates).clone()


@mistake(
    "cell_gradient_path",
    "the path of the first step alone",
    "Return one product for each step, shaped as f_gates.",
)
def first_path_only(f_gates):
    return cell_gradient_path(f_gates)[:, 0]


@mistake(
    "cell_gradient_path",
    "a path of T - 1 steps",
    "There is a path for each step; that of the last one is 1.",
)
def one_step_short(f_gates):
    return cell_gradient_path(f_gates)[:, :-1]


@mistake(
    "cell_gradient_path",
    "a path that ends in 0",
    "From c_T to itself nothing stands between: 1.",
)
def zero_at_the_end(f_gates):
    path = cell_gradient_path(f_gates)
    return torch.cat([path[:, :-1], torch.zeros_like(path[:, -1:])], dim=1)


@mistake(
    "cell_gradient_path",
    "a quotient of products",
    "Where a gate is 0, or the product too small, this is 0 / 0: multiply instead.",
)
def by_division(f_gates):
    front = f_gates.cumprod(dim=1)
    return front[:, -1:] / front


@mistake(
    "cell_gradient_path",
    "a product of 1 - f",
    "f itself is the factor that is kept.",
)
def what_is_forgotten(f_gates):
    return cell_gradient_path(1 - f_gates)


@mistake(
    "cell_gradient_path",
    "a σ applied to gates that are gates already",
    "f_gates lie between 0 and 1 already.",
)
def squashed_again(f_gates):
    return cell_gradient_path(f_gates.sigmoid())


@mistake(
    "cell_gradient_path",
    "ones made on the default device",
    "torch.ones is float32 on the CPU; torch.ones_like follows the gates.",
)
def ones_on_the_default_device(f_gates):
    path = [torch.ones(f_gates.shape[0], f_gates.shape[2])]
    for f_t in f_gates[:, 1:].unbind(dim=1)[::-1]:
        path.append(path[-1] * f_t)
    return torch.stack(path[::-1], dim=1)


@mistake(
    "cell_gradient_path",
    "gates that are overwritten",
    "The product must not be written into the caller's tensor; begin with a copy.",
)
def gates_overwritten(f_gates):
    path = f_gates.detach()  # shares its memory with the argument
    path[:, :-1] = path[:, 1:].clone()
    path[:, -1] = 1
    for t in range(path.shape[1] - 2, -1, -1):
        path[:, t] *= path[:, t + 1]
    return path


@mistake(
    "cell_gradient_path",
    "a product made of logarithms",
    "log 0 is -inf, and -inf minus -inf is NaN: multiply the gates themselves.",
)
def by_logarithms(f_gates):
    logs = f_gates.log()
    return (logs.flip(1).cumsum(dim=1).flip(1) - logs).exp()


# --- lstm_backward_step ---------------------------------------------------------------


def _cell(dh, dc, cache):
    """Return the whole gradient of c_t."""
    return dc + dh * cache.o * (1 - np.tanh(cache.c_t) ** 2)


def _parts(dh, dc_t, cache):
    """Return da_i, da_f, da_g, da_o as a list, from the whole gradient of c_t."""
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    return [
        dc_t * g * i * (1 - i),
        dc_t * cache.c_prev * f * (1 - f),
        dc_t * i * (1 - g**2),
        dh * np.tanh(cache.c_t) * o * (1 - o),
    ]


def _from_parts(parts, dc_prev, cache):
    """Return the gradients of a step from those before the nonlinearities."""
    da = np.concatenate(parts, axis=1)
    return LSTMStepGrads(
        dx_t=da @ cache.params.W_x.T,
        dh_prev=da @ cache.params.W_h.T,
        dc_prev=dc_prev,
        dW_x=cache.x_t.T @ da,
        dW_h=cache.h_prev.T @ da,
        db=da.sum(axis=0),
    )


def _from_cell(dh, dc_t, cache):
    """Return the gradients of a step from the whole gradient of c_t."""
    return _from_parts(_parts(dh, dc_t, cache), dc_t * cache.f, cache)


def _with_part(dh, dc, cache, place, part):
    """Return the gradients of a step with one quarter of da replaced."""
    dc_t = _cell(dh, dc, cache)
    parts = _parts(dh, dc_t, cache)
    parts[place] = part(dc_t)
    return _from_parts(parts, dc_t * cache.f, cache)


@mistake(
    "lstm_backward_step",
    "a cell's gradient without the path through h_t",
    "c_t also reaches the loss through h_t: add dh ⊙ o ⊙ (1 - tanh²(c_t)) to dc.",
)
def cell_without_h(dh, dc, cache):
    return _from_cell(dh, dc, cache)


@mistake(
    "lstm_backward_step",
    "a cell's gradient from h_t alone",
    "What the next step sends back along the cell is dc: add it.",
)
def cell_from_h_alone(dh, dc, cache):
    return _from_cell(dh, _cell(dh, 0 * dc, cache), cache)


@mistake(
    "lstm_backward_step",
    "a path through h_t without the slope of tanh",
    "Between c_t and h_t stands a tanh: multiply by 1 - tanh²(c_t).",
)
def slope_of_the_shown_cell_forgotten(dh, dc, cache):
    return _from_cell(dh, dc + dh * cache.o, cache)


@mistake(
    "lstm_backward_step",
    "a path through h_t without the output gate",
    "h_t = o ⊙ tanh(c_t): the gradient of c_t contains o.",
)
def output_gate_forgotten(dh, dc, cache):
    return _from_cell(dh, dc + dh * (1 - np.tanh(cache.c_t) ** 2), cache)


@mistake(
    "lstm_backward_step",
    "a slope 1 - c_t²",
    "c_t is not squashed yet: the slope is 1 - tanh²(c_t).",
)
def slope_of_the_cell_itself(dh, dc, cache):
    return _from_cell(dh, dc + dh * cache.o * (1 - cache.c_t**2), cache)


@mistake(
    "lstm_backward_step",
    "a slope of tanh taken at h_t",
    "h_t is o ⊙ tanh(c_t), not tanh(c_t): compute tanh(c_t) for the slope.",
)
def slope_at_h(dh, dc, cache):
    h_t = cache.o * np.tanh(cache.c_t)
    return _from_cell(dh, dc + dh * cache.o * (1 - h_t**2), cache)


@mistake(
    "lstm_backward_step",
    "a dc that is squashed with the path through h_t",
    "dc comes along the cell, without tanh and output gate: only dh goes through them.",
)
def dc_through_the_output(dh, dc, cache):
    slope = cache.o * (1 - np.tanh(cache.c_t) ** 2)
    return _from_cell(dh, (dc + dh) * slope, cache)


@mistake(
    "lstm_backward_step",
    "an output gate's gradient from c_t instead of tanh(c_t)",
    "The partner of o in h_t is tanh(c_t).",
)
def output_gradient_from_the_cell(dh, dc, cache):
    o = cache.o
    return _with_part(dh, dc, cache, 3, lambda dc_t: dh * cache.c_t * o * (1 - o))


@mistake(
    "lstm_backward_step",
    "an output gate's gradient from the gradient of the cell",
    "o stands in h_t, not in c_t: its gradient comes from dh.",
)
def output_gradient_from_dc(dh, dc, cache):
    o = cache.o
    shown = np.tanh(cache.c_t)
    return _with_part(dh, dc, cache, 3, lambda dc_t: dc_t * shown * o * (1 - o))


@mistake(
    "lstm_backward_step",
    "a forget gate's gradient from the new cell",
    "f was multiplied with the old cell: its partner is c_prev.",
)
def forget_gradient_from_the_new_cell(dh, dc, cache):
    f = cache.f
    return _with_part(dh, dc, cache, 1, lambda dc_t: dc_t * cache.c_t * f * (1 - f))


@mistake(
    "lstm_backward_step",
    "a forget gate's gradient without the old cell",
    "In f ⊙ c_prev the partner of f is c_prev.",
)
def forget_gradient_without_partner(dh, dc, cache):
    f = cache.f
    return _with_part(dh, dc, cache, 1, lambda dc_t: dc_t * f * (1 - f))


@mistake(
    "lstm_backward_step",
    "an input gate's gradient without the candidate",
    "In i ⊙ g the partner of i is g.",
)
def input_gradient_without_partner(dh, dc, cache):
    i = cache.i
    return _with_part(dh, dc, cache, 0, lambda dc_t: dc_t * i * (1 - i))


@mistake(
    "lstm_backward_step",
    "a candidate's gradient without the input gate",
    "In i ⊙ g the partner of g is i.",
)
def candidate_gradient_without_partner(dh, dc, cache):
    return _with_part(dh, dc, cache, 2, lambda dc_t: dc_t * (1 - cache.g**2))


@mistake(
    "lstm_backward_step",
    "the slope of σ for the candidate",
    "The candidate went through tanh: its slope is 1 - g².",
)
def candidate_with_the_slope_of_sigmoid(dh, dc, cache):
    g = cache.g
    return _with_part(dh, dc, cache, 2, lambda dc_t: dc_t * cache.i * g * (1 - g))


@mistake(
    "lstm_backward_step",
    "the slope of tanh for the gates",
    "The gates went through σ: their slope is s (1 - s).",
)
def gates_with_the_slope_of_tanh(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [
        dc_t * g * (1 - i**2),
        dc_t * cache.c_prev * (1 - f**2),
        dc_t * i * (1 - g**2),
        dh * np.tanh(cache.c_t) * (1 - o**2),
    ]
    return _from_parts(parts, dc_t * f, cache)


@mistake(
    "lstm_backward_step",
    "gradients of gates and candidate without their nonlinearities",
    "da is the gradient before σ and tanh: multiply by their slopes.",
)
def slopes_forgotten(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    parts = [
        dc_t * cache.g,
        dc_t * cache.c_prev,
        dc_t * cache.i,
        dh * np.tanh(cache.c_t),
    ]
    return _from_parts(parts, dc_t * cache.f, cache)


@mistake(
    "lstm_backward_step",
    "a slope 1 - s without the s",
    "The slope of σ is s (1 - s).",
)
def half_a_slope(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    i, f, o = cache.i, cache.f, cache.o
    parts = _parts(dh, dc_t, cache)
    divided = [parts[0] / i, parts[1] / f, parts[2], parts[3] / o]
    return _from_parts(divided, dc_t * f, cache)


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


@mistake(
    "lstm_backward_step",
    "slopes of σ taken at the gates' values",
    "The cache holds the gates after σ: the slope is s (1 - s), without another σ.",
)
def sigmoid_of_the_gates(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    g = cache.g
    i, f, o = (_sigmoid(s) for s in (cache.i, cache.f, cache.o))
    parts = [
        dc_t * g * i * (1 - i),
        dc_t * cache.c_prev * f * (1 - f),
        dc_t * cache.i * (1 - g**2),
        dh * np.tanh(cache.c_t) * o * (1 - o),
    ]
    return _from_parts(parts, dc_t * cache.f, cache)


@mistake(
    "lstm_backward_step",
    "quarters put together in the order f, i, g, o",
    "The order is that of W_x: i, f, g, o.",
)
def gradient_order_figo(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da_i, da_f, da_g, da_o = _parts(dh, dc_t, cache)
    return _from_parts([da_f, da_i, da_g, da_o], dc_t * cache.f, cache)


@mistake(
    "lstm_backward_step",
    "quarters put together in the order i, f, o, g",
    "The order is that of W_x: i, f, g, o.",
)
def gradient_order_ifog(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da_i, da_f, da_g, da_o = _parts(dh, dc_t, cache)
    return _from_parts([da_i, da_f, da_o, da_g], dc_t * cache.f, cache)


@mistake(
    "lstm_backward_step",
    "a dc_prev without the forget gate",
    "c_prev was multiplied by f on the way: so is its gradient.",
)
def cell_passed_unchanged(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dc_prev=_cell(dh, dc, cache))


@mistake(
    "lstm_backward_step",
    "a dc_prev made of dc alone",
    "The whole gradient of c_t goes on, the part through h_t included: f ⊙ dc_t.",
)
def only_dc_passed_on(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dc_prev=dc * cache.f)


@mistake(
    "lstm_backward_step",
    "a dc_prev multiplied by the input gate",
    "The factor before c_prev is f.",
)
def cell_times_the_input_gate(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    return _from_cell(dh, dc_t, cache)._replace(dc_prev=dc_t * cache.i)


@mistake(
    "lstm_backward_step",
    "a dc_prev with a slope of σ",
    "f is only a factor for c_prev; the slope of σ belongs to the gate's own gradient.",
)
def cell_times_a_slope(dh, dc, cache):
    dc_t, f = _cell(dh, dc, cache), cache.f
    return _from_cell(dh, dc_t, cache)._replace(dc_prev=dc_t * f * (1 - f))


@mistake(
    "lstm_backward_step",
    "a dh_prev to which the cell's gradient is added",
    "c_prev and h_prev are two variables; each has its own gradient.",
)
def cell_added_to_h(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dh_prev=grads.dh_prev + grads.dc_prev)


@mistake(
    "lstm_backward_step",
    "dh_prev and dc_prev exchanged",
    "LSTMStepGrads: dx_t, dh_prev, dc_prev, then the parameters.",
)
def gradients_exchanged(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dh_prev=grads.dc_prev, dc_prev=grads.dh_prev)


@mistake(
    "lstm_backward_step",
    "a dW_h computed from the new h",
    "W_h was multiplied with h_prev in this step.",
)
def new_h_for_old(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    h_t = cache.o * np.tanh(cache.c_t)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(dW_h=h_t.T @ da)


@mistake(
    "lstm_backward_step",
    "a dW_h computed from the old cell",
    "W_h was multiplied with h_prev, not with c_prev.",
)
def cell_for_h(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(dW_h=cache.c_prev.T @ da)


@mistake(
    "lstm_backward_step",
    "matrix gradients that are transposed",
    "A gradient has its parameter's shape: x_t.T @ da is (input, 4·hidden).",
)
def matrix_gradients_transposed(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dW_x=grads.dW_x.T, dW_h=grads.dW_h.T)


@mistake(
    "lstm_backward_step",
    "a bias gradient kept for each example",
    "b was added to every row of the batch: sum da over axis 0.",
)
def bias_not_summed(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(db=da)


@mistake(
    "lstm_backward_step",
    "parameter gradients averaged over the batch",
    "Gradients here are sums over the batch: no division.",
)
def step_averaged(dh, dc, cache):
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    means = [grad / len(dh) for grad in grads[3:]]
    return LSTMStepGrads(*grads[:3], *means)


@mistake(
    "lstm_backward_step",
    "a dc that is overwritten",
    "`dc += …` changes the caller's array; give the sum a name of its own.",
)
def dc_overwritten(dh, dc, cache):
    dc += dh * cache.o * (1 - np.tanh(cache.c_t) ** 2)
    return _from_cell(dh, dc, cache)


@mistake(
    "lstm_backward_step",
    "quarters stacked on top of each other",
    "The quarters lie side by side: np.concatenate(..., axis=1).",
)
def quarters_below_each_other(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=0)
    return LSTMStepGrads(
        da @ cache.params.W_x.T,
        da @ cache.params.W_h.T,
        dc_t * cache.f,
        cache.x_t.T @ da,
        cache.h_prev.T @ da,
        da.sum(axis=0),
    )


@mistake(
    "lstm_backward_step",
    "a bias gradient summed over the 4·hidden columns",
    "Axis 0 is the batch: sum over it, and keep one number a column.",
)
def bias_summed_over_the_columns(dh, dc, cache):
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(db=da.sum(axis=1))


# --- lstm_backward --------------------------------------------------------------------


def _sweep(dstates, caches, h=None, c=None):
    """Return the steps' gradients, last step first.

    Args:
        dstates: (batch, time, hidden).
        caches: one a step.
        h: h(own, later) makes the gradient of h_t; by default their sum.
        c: c(step) makes what goes on along the cell; by default its dc_prev.
    """
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(h(own, dh) if h else own + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev, c(steps[-1]) if c else steps[-1].dc_prev
    return steps


def _summed(steps):
    """Put the steps of a sweep together: sums, and inputs in the order of time."""
    return LSTMGrads(
        dx=np.stack([step.dx_t for step in steps[::-1]], axis=1),
        dh_0=steps[-1].dh_prev,
        dc_0=steps[-1].dc_prev,
        dW_x=sum(step.dW_x for step in steps),
        dW_h=sum(step.dW_h for step in steps),
        db=sum(step.db for step in steps),
    )


@mistake(
    "lstm_backward",
    "a sweep that carries nothing along the cell",
    "Step t + 1 also sends back dc_prev: it is the dc of step t.",
)
def nothing_along_the_cell(dstates, caches):
    return _summed(_sweep(dstates, caches, c=lambda step: 0 * step.dc_prev))


@mistake(
    "lstm_backward",
    "a sweep that carries nothing through h",
    "h_t matters to later losses too: add the dh_prev of step t + 1.",
)
def nothing_through_h(dstates, caches):
    return _summed(_sweep(dstates, caches, h=lambda own, later: own))


@mistake(
    "lstm_backward",
    "a sweep in which no step hears of later ones",
    "Step t + 1 sends back dh_prev and dc_prev; both go into step t.",
)
def no_carry(dstates, caches):
    return _summed(
        _sweep(dstates, caches, lambda own, later: own, lambda step: 0 * step.dc_prev)
    )


@mistake(
    "lstm_backward",
    "the losses of all steps but the last left out",
    "Every step has a loss: add dstates[:, t] at its own step.",
)
def last_loss_alone(dstates, caches):
    only_last = np.zeros_like(dstates)
    only_last[:, -1] = dstates[:, -1]
    return _summed(_sweep(only_last, caches))


@mistake(
    "lstm_backward",
    "losses given to the cells",
    "dstates[:, t] belongs to h_t; dc is what comes back along the cell.",
)
def losses_to_the_cells(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dh, dc + dstates[:, t], caches[t]))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


@mistake(
    "lstm_backward",
    "losses given to h and to the cells",
    "No loss reads a cell directly: add dstates[:, t] to dh only.",
)
def losses_to_both(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(dh + own, dc + own, caches[t]))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


@mistake(
    "lstm_backward",
    "dh and dc exchanged on the way",
    "dh_prev goes on as dh, dc_prev as dc.",
)
def carried_in_exchange(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, caches[t]))
        dc, dh = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps)


@mistake(
    "lstm_backward",
    "a cell's gradient that is added up over the steps",
    "dc_prev contains all later steps already: it replaces dc.",
)
def cell_gradient_accumulated(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev, dc + steps[-1].dc_prev
    return _summed(steps)


@mistake(
    "lstm_backward",
    "a sweep from the first step to the last",
    "The gradients of step t need those of step t + 1: begin at the last step.",
)
def from_the_first_step(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t, cache in enumerate(caches):
        steps.append(lstm_backward_step(dstates[:, t] + dh, dc, cache))
        dh, dc = steps[-1].dh_prev, steps[-1].dc_prev
    return _summed(steps[::-1])._replace(dh_0=dh, dc_0=dc)


@mistake(
    "lstm_backward",
    "losses met in the wrong order",
    "Going back, step t takes dstates[:, t]: turn both around, or neither.",
)
def losses_in_the_wrong_order(dstates, caches):
    return _summed(_sweep(dstates[:, ::-1], caches))


@mistake(
    "lstm_backward",
    "input gradients in the reverse order of time",
    "You meet dx_t last step first: put them back in the order of the input.",
)
def inputs_in_reverse(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx[:, ::-1])


@mistake(
    "lstm_backward",
    "input gradients with time on the first axis",
    "Batch first: stack the dx_t along axis 1.",
)
def gradients_time_first(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dx=grads.dx.swapaxes(0, 1))


@mistake(
    "lstm_backward",
    "the parameter gradients of the first step alone",
    "`dW = …` overwrites; all steps used the same matrix, so add them up.",
)
def first_use_only(dstates, caches):
    steps = _sweep(dstates, caches)
    return LSTMGrads(*_summed(steps)[:3], *steps[-1][3:])


@mistake(
    "lstm_backward",
    "the parameter gradients of the last step alone",
    "All steps used the same parameters: their gradients add up over time.",
)
def last_use_only(dstates, caches):
    steps = _sweep(dstates, caches)
    return LSTMGrads(*_summed(steps)[:3], *steps[0][3:])


@mistake(
    "lstm_backward",
    "parameter gradients averaged over time",
    "The loss is a sum over time, and so is its gradient: no division.",
)
def averaged_over_the_steps(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return LSTMGrads(*grads[:3], *(grad / len(caches) for grad in grads[3:]))


@mistake(
    "lstm_backward",
    "a dc_0 that is left at zero",
    "c_0 went into the first step: its gradient is that step's dc_prev.",
)
def no_gradient_of_c_0(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dc_0=np.zeros_like(grads.dc_0))


@mistake(
    "lstm_backward",
    "a dh_0 that is left at zero",
    "h_0 went into the first step: its gradient is that step's dh_prev.",
)
def no_gradient_of_the_first_h(dstates, caches):
    grads = _summed(_sweep(dstates, caches))
    return grads._replace(dh_0=np.zeros_like(grads.dh_0))


@mistake(
    "lstm_backward",
    "gradients of h_1 and c_1 in place of h_0 and c_0",
    "One step more: dh_0 and dc_0 are what the first step returns.",
)
def stops_one_step_early(dstates, caches):
    steps = _sweep(dstates, caches)
    grads = _summed(steps)
    if len(steps) == 1:
        zeros = np.zeros_like(grads.dh_0)
        return grads._replace(dh_0=zeros, dc_0=zeros)
    return grads._replace(dh_0=steps[-2].dh_prev, dc_0=steps[-2].dc_prev)


@mistake(
    "lstm_backward",
    "a sweep that leaves out the first step",
    "All steps have parameters and an input; range stops before its end.",
)
def first_step_left_out(dstates, caches):
    steps = _sweep(dstates, caches)
    if len(steps) == 1:
        return LSTMGrads(*(np.zeros_like(grad) for grad in _summed(steps)))
    grads = _summed(steps[:-1])
    return grads._replace(
        dx=np.concatenate([np.zeros_like(grads.dx[:, :1]), grads.dx], axis=1)
    )


@mistake(
    "lstm_backward",
    "a step's own loss that is also handed to the step before",
    "dstates[:, t] joins dh at step t only; what goes on is that step's dh_prev.",
)
def own_loss_handed_on(dstates, caches):
    dh = dc = np.zeros_like(caches[0].c_t)
    steps = []
    for t in reversed(range(len(caches))):
        own = dstates[:, t]
        steps.append(lstm_backward_step(own + dh, dc, caches[t]))
        dh, dc = steps[-1].dh_prev + own, steps[-1].dc_prev
    return _summed(steps)._replace(dh_0=dh)
