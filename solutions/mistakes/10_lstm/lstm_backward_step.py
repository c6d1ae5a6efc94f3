"""Wrong answers to `lstm_backward_step`, each with what it is and a hint."""

import numpy as np

from course_lib.gradients.bptt.lstm import LSTMStepGrads


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


def cell_without_h(dh, dc, cache):
    """a cell's gradient without the path through h_t

    c_t also reaches the loss through h_t: add dh ⊙ o ⊙ (1 - tanh²(c_t)) to dc.
    """
    return _from_cell(dh, dc, cache)


def cell_from_h_alone(dh, dc, cache):
    """a cell's gradient from h_t alone

    What the next step sends back along the cell is dc: add it.
    """
    return _from_cell(dh, _cell(dh, 0 * dc, cache), cache)


def slope_of_the_shown_cell_forgotten(dh, dc, cache):
    """a path through h_t without the slope of tanh

    Between c_t and h_t stands a tanh: multiply by 1 - tanh²(c_t).
    """
    return _from_cell(dh, dc + dh * cache.o, cache)


def output_gate_forgotten(dh, dc, cache):
    """a path through h_t without the output gate

    h_t = o ⊙ tanh(c_t): the gradient of c_t contains o.
    """
    return _from_cell(dh, dc + dh * (1 - np.tanh(cache.c_t) ** 2), cache)


def slope_of_the_cell_itself(dh, dc, cache):
    """a slope 1 - c_t²

    c_t is not squashed yet: the slope is 1 - tanh²(c_t).
    """
    return _from_cell(dh, dc + dh * cache.o * (1 - cache.c_t**2), cache)


def slope_at_h(dh, dc, cache):
    """a slope of tanh taken at h_t

    h_t is o ⊙ tanh(c_t), not tanh(c_t): compute tanh(c_t) for the slope.
    """
    h_t = cache.o * np.tanh(cache.c_t)
    return _from_cell(dh, dc + dh * cache.o * (1 - h_t**2), cache)


def dc_through_the_output(dh, dc, cache):
    """a dc that is squashed with the path through h_t

    dc comes along the cell, without tanh and output gate: only dh goes through them.
    """
    slope = cache.o * (1 - np.tanh(cache.c_t) ** 2)
    return _from_cell(dh, (dc + dh) * slope, cache)


def output_gradient_from_the_cell(dh, dc, cache):
    """an output gate's gradient from c_t instead of tanh(c_t)

    The partner of o in h_t is tanh(c_t).
    """
    o = cache.o
    return _with_part(dh, dc, cache, 3, lambda dc_t: dh * cache.c_t * o * (1 - o))


def output_gradient_from_dc(dh, dc, cache):
    """an output gate's gradient from the gradient of the cell

    o stands in h_t, not in c_t: its gradient comes from dh.
    """
    o = cache.o
    shown = np.tanh(cache.c_t)
    return _with_part(dh, dc, cache, 3, lambda dc_t: dc_t * shown * o * (1 - o))


def forget_gradient_from_the_new_cell(dh, dc, cache):
    """a forget gate's gradient from the new cell

    f was multiplied with the old cell: its partner is c_prev.
    """
    f = cache.f
    return _with_part(dh, dc, cache, 1, lambda dc_t: dc_t * cache.c_t * f * (1 - f))


def forget_gradient_without_partner(dh, dc, cache):
    """a forget gate's gradient without the old cell

    In f ⊙ c_prev the partner of f is c_prev.
    """
    f = cache.f
    return _with_part(dh, dc, cache, 1, lambda dc_t: dc_t * f * (1 - f))


def input_gradient_without_partner(dh, dc, cache):
    """an input gate's gradient without the candidate

    In i ⊙ g the partner of i is g.
    """
    i = cache.i
    return _with_part(dh, dc, cache, 0, lambda dc_t: dc_t * i * (1 - i))


def candidate_gradient_without_partner(dh, dc, cache):
    """a candidate's gradient without the input gate

    In i ⊙ g the partner of g is i.
    """
    return _with_part(dh, dc, cache, 2, lambda dc_t: dc_t * (1 - cache.g**2))


def candidate_with_the_slope_of_sigmoid(dh, dc, cache):
    """the slope of σ for the candidate

    The candidate went through tanh: its slope is 1 - g².
    """
    g = cache.g
    return _with_part(dh, dc, cache, 2, lambda dc_t: dc_t * cache.i * g * (1 - g))


def gates_with_the_slope_of_tanh(dh, dc, cache):
    """the slope of tanh for the gates

    The gates went through σ: their slope is s (1 - s).
    """
    dc_t = _cell(dh, dc, cache)
    i, f, g, o = cache.i, cache.f, cache.g, cache.o
    parts = [
        dc_t * g * (1 - i**2),
        dc_t * cache.c_prev * (1 - f**2),
        dc_t * i * (1 - g**2),
        dh * np.tanh(cache.c_t) * (1 - o**2),
    ]
    return _from_parts(parts, dc_t * f, cache)


def slopes_forgotten(dh, dc, cache):
    """gradients of gates and candidate without their nonlinearities

    da is the gradient before σ and tanh: multiply by their slopes.
    """
    dc_t = _cell(dh, dc, cache)
    parts = [
        dc_t * cache.g,
        dc_t * cache.c_prev,
        dc_t * cache.i,
        dh * np.tanh(cache.c_t),
    ]
    return _from_parts(parts, dc_t * cache.f, cache)


def half_a_slope(dh, dc, cache):
    """a slope 1 - s without the s

    The slope of σ is s (1 - s).
    """
    dc_t = _cell(dh, dc, cache)
    i, f, o = cache.i, cache.f, cache.o
    parts = _parts(dh, dc_t, cache)
    divided = [parts[0] / i, parts[1] / f, parts[2], parts[3] / o]
    return _from_parts(divided, dc_t * f, cache)


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


def sigmoid_of_the_gates(dh, dc, cache):
    """slopes of σ taken at the gates' values

    The cache holds the gates after σ: the slope is s (1 - s), without another σ.
    """
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


def gradient_order_figo(dh, dc, cache):
    """quarters put together in the order f, i, g, o

    The order is that of W_x: i, f, g, o.
    """
    dc_t = _cell(dh, dc, cache)
    da_i, da_f, da_g, da_o = _parts(dh, dc_t, cache)
    return _from_parts([da_f, da_i, da_g, da_o], dc_t * cache.f, cache)


def gradient_order_ifog(dh, dc, cache):
    """quarters put together in the order i, f, o, g

    The order is that of W_x: i, f, g, o.
    """
    dc_t = _cell(dh, dc, cache)
    da_i, da_f, da_g, da_o = _parts(dh, dc_t, cache)
    return _from_parts([da_i, da_f, da_o, da_g], dc_t * cache.f, cache)


def cell_passed_unchanged(dh, dc, cache):
    """a dc_prev without the forget gate

    c_prev was multiplied by f on the way: so is its gradient.
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dc_prev=_cell(dh, dc, cache))


def only_dc_passed_on(dh, dc, cache):
    """a dc_prev made of dc alone

    The whole gradient of c_t goes on, the part through h_t included: f ⊙ dc_t.
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dc_prev=dc * cache.f)


def cell_times_the_input_gate(dh, dc, cache):
    """a dc_prev multiplied by the input gate

    The factor before c_prev is f.
    """
    dc_t = _cell(dh, dc, cache)
    return _from_cell(dh, dc_t, cache)._replace(dc_prev=dc_t * cache.i)


def cell_times_a_slope(dh, dc, cache):
    """a dc_prev with a slope of σ

    f is only a factor for c_prev; the slope of σ belongs to the gate's own gradient.
    """
    dc_t, f = _cell(dh, dc, cache), cache.f
    return _from_cell(dh, dc_t, cache)._replace(dc_prev=dc_t * f * (1 - f))


def cell_added_to_h(dh, dc, cache):
    """a dh_prev to which the cell's gradient is added

    c_prev and h_prev are two variables; each has its own gradient.
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dh_prev=grads.dh_prev + grads.dc_prev)


def gradients_exchanged(dh, dc, cache):
    """dh_prev and dc_prev exchanged

    LSTMStepGrads: dx_t, dh_prev, dc_prev, then the parameters.
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dh_prev=grads.dc_prev, dc_prev=grads.dh_prev)


def new_h_for_old(dh, dc, cache):
    """a dW_h computed from the new h

    W_h was multiplied with h_prev in this step.
    """
    dc_t = _cell(dh, dc, cache)
    h_t = cache.o * np.tanh(cache.c_t)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(dW_h=h_t.T @ da)


def cell_for_h(dh, dc, cache):
    """a dW_h computed from the old cell

    W_h was multiplied with h_prev, not with c_prev.
    """
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(dW_h=cache.c_prev.T @ da)


def matrix_gradients_transposed(dh, dc, cache):
    """matrix gradients that are transposed

    A gradient has its parameter's shape: x_t.T @ da is (input, 4·hidden).
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    return grads._replace(dW_x=grads.dW_x.T, dW_h=grads.dW_h.T)


def bias_not_summed(dh, dc, cache):
    """a bias gradient kept for each example

    b was added to every row of the batch: sum da over axis 0.
    """
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(db=da)


def step_averaged(dh, dc, cache):
    """parameter gradients averaged over the batch

    Gradients here are sums over the batch: no division.
    """
    grads = _from_cell(dh, _cell(dh, dc, cache), cache)
    means = [grad / len(dh) for grad in grads[3:]]
    return LSTMStepGrads(*grads[:3], *means)


def dc_overwritten(dh, dc, cache):
    """a dc that is overwritten

    `dc += …` changes the caller's array; give the sum a name of its own.
    """
    dc += dh * cache.o * (1 - np.tanh(cache.c_t) ** 2)
    return _from_cell(dh, dc, cache)


def quarters_below_each_other(dh, dc, cache):
    """quarters stacked on top of each other

    The quarters lie side by side: np.concatenate(..., axis=1).
    """
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


def bias_summed_over_the_columns(dh, dc, cache):
    """a bias gradient summed over the 4·hidden columns

    Axis 0 is the batch: sum over it, and keep one number a column.
    """
    dc_t = _cell(dh, dc, cache)
    da = np.concatenate(_parts(dh, dc_t, cache), axis=1)
    return _from_cell(dh, dc_t, cache)._replace(db=da.sum(axis=1))
