"""Wrong answers to `lstm_step`, each with what it is and a hint."""

import torch

from course_lib.cells import LSTMState


def input_and_forget_exchanged(x_t, state, params):
    """input and forget gate exchanged

    The first quarter, i, multiplies the candidate; the second, f, the old cell.
    """
    return _lstm(*_quarters(x_t, state, params, "figo"), state.c)


def order_ifog(x_t, state, params):
    """quarters read in the order i, f, o, g

    PyTorch's order is i, f, g, o: the candidate is third, the output gate last.
    """
    return _lstm(*_quarters(x_t, state, params, "ifog"), state.c)


def order_fiog(x_t, state, params):
    """quarters read in the order f, i, o, g

    Some texts say f, i, o, g; PyTorch's order, and ours, is i, f, g, o.
    """
    return _lstm(*_quarters(x_t, state, params, "fiog"), state.c)


def order_igfo(x_t, state, params):
    """quarters read in the order i, g, f, o

    That order is TensorFlow's older cell's; here it is i, f, g, o.
    """
    return _lstm(*_quarters(x_t, state, params, "igfo"), state.c)


def candidate_by_sigmoid(x_t, state, params):
    """a candidate squashed by the sigmoid

    The candidate is a value and may be negative: tanh.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.sigmoid()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def squashing_exchanged(x_t, state, params):
    """tanh and sigmoid exchanged

    Gates are fractions, so σ; the candidate and the shown cell are values, so tanh.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.tanh() * state.c + a_i.tanh() * a_g.sigmoid()
    return LSTMState(a_o.tanh() * c_t.sigmoid(), c_t)


def gates_by_tanh(x_t, state, params):
    """gates squashed by tanh

    A gate is a fraction between 0 and 1: σ.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.tanh() * state.c + a_i.tanh() * a_g.tanh()
    return LSTMState(a_o.tanh() * c_t.tanh(), c_t)


def candidate_not_squashed(x_t, state, params):
    """a candidate that is not squashed

    The candidate is tanh of the third quarter.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def gate_inside_the_tanh(x_t, state, params):
    """an input gate inside the candidate's tanh

    Squash first, then multiply: σ(a_i) times tanh(a_g).
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + (a_i.sigmoid() * a_g).tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def cell_shown_as_it_is(x_t, state, params):
    """an h without the tanh of the cell

    What is shown is o times tanh(c_t): the cell may grow, what is shown may not.
    """
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(_quarters(x_t, state, params)[3].sigmoid() * c_t, c_t)


def output_gate_inside_the_tanh(x_t, state, params):
    """an output gate inside the tanh

    h_t is o times tanh(c_t), not tanh of o times c_t.
    """
    c_t = lstm_step(x_t, state, params).c
    return LSTMState((_quarters(x_t, state, params)[3].sigmoid() * c_t).tanh(), c_t)


def old_cell_shown(x_t, state, params):
    """an output gate that shows the old cell

    Compute c_t first; h_t shows the new cell, tanh(c_t).
    """
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(_quarters(x_t, state, params)[3].sigmoid() * state.c.tanh(), c_t)


def no_output_gate(x_t, state, params):
    """an h without the output gate

    The fourth quarter is the output gate; it multiplies tanh(c_t).
    """
    c_t = lstm_step(x_t, state, params).c
    return LSTMState(c_t.tanh(), c_t)


def state_exchanged(x_t, state, params):
    """h and c returned in the wrong order

    LSTMState(h, c): what is shown comes first, the cell second.
    """
    h_t, c_t = lstm_step(x_t, state, params)
    return LSTMState(c_t, h_t)


def state_read_exchanged(x_t, state, params):
    """h and c taken from the state in the wrong order

    W_h multiplies state.h; the forget gate multiplies state.c.
    """
    return lstm_step(x_t, LSTMState(state.c, state.h), params)


def shown_state_kept(x_t, state, params):
    """a forget gate that keeps h instead of c

    What the forget gate keeps is the cell, state.c.
    """
    return _lstm(*_quarters(x_t, state, params), state.h)


def gates_from_the_cell(x_t, state, params):
    """gates that read the cell instead of h

    Gates and candidate see x_t and h_prev; W_h multiplies state.h.
    """
    return _lstm(*_quarters(x_t, LSTMState(state.c, state.c), params), state.c)


def forget_gate_over_the_sum(x_t, state, params):
    """a forget gate over the whole sum

    f multiplies the old cell only: f ⊙ c_prev + i ⊙ g, without parentheses.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * (state.c + a_i.sigmoid() * a_g.tanh())
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def kept_and_forgotten_exchanged(x_t, state, params):
    """a forget gate that keeps 1 - f

    f is the share that is kept, although it is called the forget gate.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(a_i, -a_f, a_g, a_o, state.c)


def no_forget_gate(x_t, state, params):
    """a cell without a forget gate

    That is the cell of 1997; here f ⊙ c_prev is added, not c_prev.
    """
    a_i, _, a_g, a_o = _quarters(x_t, state, params)
    c_t = state.c + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def no_input_gate(x_t, state, params):
    """a candidate that is written without the input gate

    The first quarter is the input gate; it multiplies the candidate.
    """
    _, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def cell_overwritten(x_t, state, params):
    """a cell that is overwritten

    Add to what was kept: f ⊙ c_prev + i ⊙ g.
    """
    return _lstm(*_quarters(x_t, state, params), torch.zeros_like(state.c))


def input_gate_tied(x_t, state, params):
    """an input gate tied to the forget gate, i = 1 - f

    Here the input gate has a quarter of its own.
    """
    _, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(-a_f, a_f, a_g, a_o, state.c)


def cell_squashed(x_t, state, params):
    """a tanh over the new cell

    The cell itself is a plain sum; only what is shown goes through tanh.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = (a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.tanh()).tanh()
    return LSTMState(a_o.sigmoid() * c_t, c_t)


def step_without_bias(x_t, state, params):
    """a step without its bias

    a_t has a third term, b.
    """
    return lstm_step(x_t, state, params._replace(b=torch.zeros_like(params.b)))


def bias_counted_twice(x_t, state, params):
    """a bias counted twice

    Our cell has one bias, added once; PyTorch has two, which it adds.
    """
    return lstm_step(x_t, state, params._replace(b=2 * params.b))


def recurrence_forgotten(x_t, state, params):
    """a step that does not read h

    Gates and candidate see h_prev too: add state.h @ W_h.
    """
    return lstm_step(x_t, LSTMState(torch.zeros_like(state.h), state.c), params)


def matrices_transposed(x_t, state, params):
    """matrices transposed, as PyTorch stores them

    Ours are (input, 4·hidden) and (hidden, 4·hidden): x_t @ W_x, without .T.
    """
    a_t = x_t @ params.W_x.T + state.h @ params.W_h.T + params.b
    return _lstm(*a_t.chunk(4, dim=-1), state.c)


def quarters_of_the_batch(x_t, state, params):
    """quarters cut from the batch

    chunk works on axis 0 unless told otherwise; the quarters lie side by side.
    """
    a_i, a_f, a_g, a_o = _before(x_t, state, params).chunk(4)
    return _lstm(a_i, a_f, a_g, a_o, state.c)


def quarters_interleaved(x_t, state, params):
    """quarters that are interleaved

    The quarters lie one after the other; column 1 is unit 1 of the input gate.
    """
    a_t = _before(x_t, state, params)
    return _lstm(*(a_t[:, k::4] for k in range(4)), state.c)


def sigmoid_that_overflows(x_t, state, params):
    """a σ written as exp(a) / (1 + exp(a))

    exp of a large number is infinite, and inf / inf is NaN: take torch.sigmoid.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    i, f, o = (a.exp() / (1 + a.exp()) for a in (a_i, a_f, a_o))
    c_t = f * state.c + i * a_g.tanh()
    return LSTMState(o * c_t.tanh(), c_t)


def old_cell_changed(x_t, state, params):
    """an old cell that is overwritten in place

    `c *= f` changes the caller's tensor; give the product a name of its own.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    kept = state.c.detach()  # shares its memory with the argument
    kept *= a_f.sigmoid()
    c_t = kept + a_i.sigmoid() * a_g.tanh()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)


def cell_detached(x_t, state, params):
    """a cell that is cut off from the graph

    detach() ends the gradient's way along the cell, which is what the cell is for.
    """
    return lstm_step(x_t, LSTMState(state.h, state.c.detach()), params)


def only_h(x_t, state, params):
    """h alone

    Return both: LSTMState(h, c).
    """
    return lstm_step(x_t, state, params).h


def candidate_by_relu(x_t, state, params):
    """a candidate through ReLU

    The candidate may be negative, or nothing could be taken out of a cell: tanh.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    c_t = a_f.sigmoid() * state.c + a_i.sigmoid() * a_g.relu()
    return LSTMState(a_o.sigmoid() * c_t.tanh(), c_t)
