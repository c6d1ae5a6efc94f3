"""Wrong answers to `global_local_gate_step`, each with what it is and a hint."""

import torch


def _three_gates(x_t, h_prev, params):
    """Return the global gate, r and u."""
    g = torch.sigmoid(x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g)
    return g, *_gates(x_t, h_prev, params)


def _with_update(z, r, x_t, h_prev, params):
    """Finish the step with another update gate."""
    return _mixed(z, _candidate(r, x_t, h_prev, params, "after"), h_prev)


def gates_added(x_t, h_prev, params):
    """a sum of the gates

    A unit keeps its state only if both say so: multiply.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g + u, r, x_t, h_prev, params)


def gates_averaged(x_t, h_prev, params):
    """a mean of the gates

    A unit keeps its state only if both say so: multiply.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update((g + u) / 2, r, x_t, h_prev, params)


def smaller_gate(x_t, h_prev, params):
    """the smaller of the gates

    The gates are multiplied; a minimum passes the gradient to one of them only.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.minimum(g, u), r, x_t, h_prev, params)


def either_gate(x_t, h_prev, params):
    """either gate in place of both

    g + u - g ⊙ u keeps if one of them says so; here both must: g ⊙ u.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g + u - g * u, r, x_t, h_prev, params)


def sigmoid_of_the_sum(x_t, h_prev, params):
    """one σ of the sum of both gates' inputs

    Each gate has a σ of its own; multiply afterwards.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    z = torch.sigmoid(torch.logit(g) + torch.logit(u))
    return _with_update(z, r, x_t, h_prev, params)


def sigmoid_of_the_product(x_t, h_prev, params):
    """one σ of the product of both gates' inputs

    Each gate has a σ of its own; multiply afterwards.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    z = torch.sigmoid(torch.logit(g) * torch.logit(u))
    return _with_update(z, r, x_t, h_prev, params)


def global_gate_forgotten(x_t, h_prev, params):
    """a step without its global gate

    z is the product g ⊙ u.
    """
    _, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(u, r, x_t, h_prev, params)


def local_gates_forgotten(x_t, h_prev, params):
    """a step without its local gates

    z is the product g ⊙ u.
    """
    g, r, _ = _three_gates(x_t, h_prev, params)
    return _with_update(g, r, x_t, h_prev, params)


def local_complement(x_t, h_prev, params):
    """the product for the old state and the local gate for the new one

    The shares add up to one: 1 - z with the same z.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, "after")
    return (1 - u) * n + g * u * h_prev


def product_of_complements(x_t, h_prev, params):
    """a complement that is a product of complements

    1 - g ⊙ u is not (1 - g) ⊙ (1 - u): compute z first.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, "after")
    return (1 - g) * (1 - u) * n + g * u * h_prev


def global_times_reset(x_t, h_prev, params):
    """a global gate on the reset gate

    The global gate multiplies the update gate u; r stays local.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(u, g * r, x_t, h_prev, params)


def global_times_both(x_t, h_prev, params):
    """a global gate on both gates

    The global gate multiplies the update gate u only; r stays local.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g * u, g * r, x_t, h_prev, params)


def global_times_state(x_t, h_prev, params):
    """a global gate on the new state as a whole

    g belongs into z, before the mixing; here it shrinks the candidate too.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return g * _with_update(u, r, x_t, h_prev, params)


def product_complement_swapped(x_t, h_prev, params):
    """the update gate's complement exchanged with it

    z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(1 - g * u, r, x_t, h_prev, params)


def one_gate_for_the_batch(x_t, h_prev, params):
    """one global gate for the whole batch

    Global means all units of the layer; each sequence has its own: shape (batch, 1).
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g.mean() * u, r, x_t, h_prev, params)


def squeezed_gate(x_t, h_prev, params):
    """a global gate laid along the units

    (batch,) meets the last axis; keep g as (batch, 1), so that it meets the batch.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g[:, 0] * u, r, x_t, h_prev, params)


def global_bias_forgotten(x_t, h_prev, params):
    """a global gate without its bias

    b_g is added inside the σ.
    """
    bare = params._replace(b_g=torch.zeros_like(params.b_g))
    return global_local_gate_step(x_t, h_prev, bare)


def global_gate_from_input(x_t, h_prev, params):
    """a global gate that does not see the state

    g reads x_t and h_prev.
    """
    bare = params._replace(W_hg=torch.zeros_like(params.W_hg))
    return global_local_gate_step(x_t, h_prev, bare)


def global_gate_from_state(x_t, h_prev, params):
    """a global gate that does not see the input

    g reads x_t and h_prev.
    """
    bare = params._replace(W_xg=torch.zeros_like(params.W_xg))
    return global_local_gate_step(x_t, h_prev, bare)


def global_gate_without_sigmoid(x_t, h_prev, params):
    """a global gate without its σ

    g is a gate: a number between 0 and 1.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.logit(g) * u, r, x_t, h_prev, params)


def global_gate_by_tanh(x_t, h_prev, params):
    """a tanh for the global gate

    Gates go through σ: a share cannot be negative.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.tanh(torch.logit(g)) * u, r, x_t, h_prev, params)


def local_gates_exchanged(x_t, h_prev, params):
    """the local gates in the wrong block

    The blocks stand in the order r, u, n.
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g * r, u, x_t, h_prev, params)


def product_reset_before(x_t, h_prev, params):
    """a reset gate before the product

    Here r comes after the product: r ⊙ (h_prev W_hn + b_hn).
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _mixed(g * u, _candidate(r, x_t, h_prev, params, "before"), h_prev)


def product_bias_outside(x_t, h_prev, params):
    """b_hn outside the reset gate

    r multiplies b_hn too: r ⊙ (h_prev W_hn + b_hn).
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    W_hn = params.W_h.chunk(3, dim=1)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    n = torch.tanh(n_x + r * (h_prev @ W_hn) + params.b_hn)
    return _mixed(g * u, n, h_prev)


def global_gate_detached(x_t, h_prev, params):
    """a global gate cut off from the graph

    The global gate is learnt too: no detach(), no item().
    """
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g.detach() * u, r, x_t, h_prev, params)


def product_in_place(x_t, h_prev, params):
    """a state changed in place

    `*=` and methods that end in _ change the caller's tensor.
    """
    return h_prev.copy_(global_local_gate_step(x_t, h_prev, params))
