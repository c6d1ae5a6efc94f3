"""Wrong answers to `peephole_step`, each with what it is and a hint."""

from course_lib.cells import LSTMState


def _peeping(x_t, state, params, i=0, f=0, g=0, o=0):
    """Return the new state when the quarters see these extra terms."""
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    return _lstm(a_i + i, a_f + f, a_g + g, a_o + o, state.c)


def _peephole(x_t, state, params):
    """Return the terms that the peepholes add to i, f and o."""
    c_t = peephole_step(x_t, state, params).c
    return params.p_i * state.c, params.p_f * state.c, params.p_o * c_t


def output_peeps_at_the_old_cell(x_t, state, params):
    """an output gate that peeps at the old cell

    The output gate sees the new cell: compute c_t first, then o.
    """
    i, f, _ = _peephole(x_t, state, params)
    return _peeping(x_t, state, params, i, f, o=params.p_o * state.c)


def no_peepholes(x_t, state, params):
    """gates that do not peep

    Add p times the cell to what each gate sees.
    """
    return _peeping(x_t, state, params)


def output_blind(x_t, state, params):
    """an output gate that does not peep

    Three gates peep; the output gate at the new cell.
    """
    i, f, _ = _peephole(x_t, state, params)
    return _peeping(x_t, state, params, i, f)


def input_blind(x_t, state, params):
    """an input gate that does not peep

    Three gates peep; input and forget gate at the old cell.
    """
    _, f, _ = _peephole(x_t, state, params)
    kept = _peeping(x_t, state, params, f=f).c
    return _peeping(x_t, state, params, f=f, o=params.p_o * kept)


def forget_blind(x_t, state, params):
    """a forget gate that does not peep

    Three gates peep; input and forget gate at the old cell.
    """
    i, _, _ = _peephole(x_t, state, params)
    kept = _peeping(x_t, state, params, i=i).c
    return _peeping(x_t, state, params, i=i, o=params.p_o * kept)


def peepholes_exchanged(x_t, state, params):
    """peepholes of input and forget gate exchanged

    p_i belongs to the input gate, p_f to the forget gate.
    """
    return peephole_step(x_t, state, params._replace(p_i=params.p_f, p_f=params.p_i))


def candidate_peeps(x_t, state, params):
    """a candidate that peeps too

    Only the gates see the cell; the candidate does not.
    """
    i, f, _ = _peephole(x_t, state, params)
    g = params.p_i * state.c
    kept = _peeping(x_t, state, params, i, f, g).c
    return _peeping(x_t, state, params, i, f, g, params.p_o * kept)


def peeping_at_h(x_t, state, params):
    """gates that peep at h

    A peephole looks at the cell, state.c; W_h looks at h already.
    """
    i, f = params.p_i * state.h, params.p_f * state.h
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.c)


def peeping_at_the_squashed_cell(x_t, state, params):
    """an output gate that peeps at tanh(c_t)

    The peephole sees the cell as it is, not squashed.
    """
    i, f, _ = _peephole(x_t, state, params)
    c_t = peephole_step(x_t, state, params).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * c_t.tanh())


def peeping_at_the_squashed_old_cell(x_t, state, params):
    """gates that peep at tanh of the old cell

    The peephole sees the cell as it is, not squashed.
    """
    i, f = params.p_i * state.c.tanh(), params.p_f * state.c.tanh()
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.c)


def peepholes_after_the_sigmoid(x_t, state, params):
    """peepholes added after the σ

    p ⊙ c is part of what the gate's σ sees; check your parentheses.
    """
    a_i, a_f, a_g, a_o = _quarters(x_t, state, params)
    i = a_i.sigmoid() + params.p_i * state.c
    f = a_f.sigmoid() + params.p_f * state.c
    c_t = f * state.c + i * a_g.tanh()
    o = a_o.sigmoid() + params.p_o * c_t
    return LSTMState(o * c_t.tanh(), c_t)


def peephole_as_inner_product(x_t, state, params):
    """gates that see the cells of all units

    A peephole is one weight a unit: a product element by element, p * c.
    """
    i, f = (state.c @ p[:, None] for p in (params.p_i, params.p_f))
    kept = _peeping(x_t, state, params, i, f)
    return _peeping(x_t, state, params, i, f, o=kept.c @ params.p_o[:, None])


def peephole_as_bias(x_t, state, params):
    """a gate that sees the weight alone, without the cell

    A peephole is p times the cell, not one more bias.
    """
    return _peeping(x_t, state, params, params.p_i, params.p_f, o=params.p_o)


def peepholes_subtracted(x_t, state, params):
    """peepholes with the sign turned

    p ⊙ c is added.
    """
    return peephole_step(
        x_t,
        state,
        params._replace(p_i=-params.p_i, p_f=-params.p_f, p_o=-params.p_o),
    )


def all_peep_at_the_new_cell(x_t, state, params):
    """all gates peeping at the new cell

    Input and forget gate make the new cell, so they can only see the old one.
    """
    blind = _peeping(x_t, state, params).c
    i, f = params.p_i * blind, params.p_f * blind
    kept = _peeping(x_t, state, params, i, f).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept)


def peephole_detached(x_t, state, params):
    """a peephole that is cut off from the graph

    The gradient of a gate also goes back through its peephole: no detach().
    """
    i, f = (p * state.c.detach() for p in (params.p_i, params.p_f))
    kept = _peeping(x_t, state, params, i, f).c
    return _peeping(x_t, state, params, i, f, o=params.p_o * kept.detach())


def peephole_state_exchanged(x_t, state, params):
    """h and c in the wrong order

    LSTMState(h, c): what is shown comes first.
    """
    return LSTMState(*peephole_step(x_t, state, params)[::-1])


def one_peephole_for_two(x_t, state, params):
    """one peephole for input and forget gate

    Each gate has a weight of its own: p_i and p_f.
    """
    return peephole_step(x_t, state, params._replace(p_f=params.p_i))
