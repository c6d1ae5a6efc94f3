"""Wrong answers to `gru_step`, each with what it is and a hint."""

import torch

from course_lib.cells import GRUParams


def complement_swapped(x_t, h_prev, params, reset):
    """the update gate's complement exchanged with it

    z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev. Some papers swap them.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return z * n + (1 - z) * h_prev


def placements_exchanged(x_t, h_prev, params, reset):
    """the two placements exchanged

    "after" means that r multiplies the product: r ⊙ (h_prev W_hn + b_hn).
    """
    r, z = _gates(x_t, h_prev, params)
    other = "before" if reset == "after" else "after"
    return _mixed(z, _candidate(r, x_t, h_prev, params, other), h_prev)


def always_before(x_t, h_prev, params, reset):
    """a reset gate that always comes before the product

    With reset="after", r multiplies h_prev @ W_hn + b_hn, not h_prev.
    """
    return gru_step(x_t, h_prev, params, "before")


def always_after(x_t, h_prev, params, reset):
    """a reset gate that always comes after the product

    With reset="before", r multiplies h_prev, and the product comes then.
    """
    return gru_step(x_t, h_prev, params, "after")


def second_bias_outside(x_t, h_prev, params, reset):
    """a second bias of n outside the reset gate

    With reset="after" r multiplies b_hn too: it stands inside the parentheses.
    """
    r, z = _gates(x_t, h_prev, params)
    alone = params._replace(b_hn=torch.zeros_like(params.b_hn))
    b = params.b + torch.cat([params.b_hn * 0, params.b_hn * 0, params.b_hn])
    return _mixed(z, _candidate(r, x_t, h_prev, alone._replace(b=b), reset), h_prev)


def second_bias_always_inside(x_t, h_prev, params, reset):
    """a second bias of n inside the reset gate in both placements

    With reset="before" r multiplies the state only; b_hn is added afterwards.
    """
    if reset == "after":
        return gru_step(x_t, h_prev, params, reset)
    r, z = _gates(x_t, h_prev, params)
    W_hn, b_xn = params.W_h.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + b_xn
    n = torch.tanh(n_x + (r * h_prev) @ W_hn + r * params.b_hn)
    return _mixed(z, n, h_prev)


def first_bias_inside(x_t, h_prev, params, reset):
    """a first bias of n inside the reset gate

    b_xn comes with the input: r does not multiply it.
    """
    r, z = _gates(x_t, h_prev, params)
    n_x, b_xn = x_t @ params.W_x.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n = torch.tanh(n_x + r * b_xn + _from_state(r, h_prev, params, reset))
    return _mixed(z, n, h_prev)


def reset_on_the_input(x_t, h_prev, params, reset):
    """a reset gate on the input's part of n

    r multiplies what comes from the state, not x_t W_xn.
    """
    r, z = _gates(x_t, h_prev, params)
    _, _, W_xn = params.W_x.chunk(3, dim=1)
    W_hn = params.W_h.chunk(3, dim=1)[2]
    from_state = h_prev @ W_hn + params.b_hn
    n = torch.tanh(r * (x_t @ W_xn + params.b.chunk(3)[2]) + from_state)
    return _mixed(z, n, h_prev)


def reset_on_everything(x_t, h_prev, params, reset):
    """a reset gate on the whole of n

    r multiplies what n gets from the state; the input's part is not gated.
    """
    r, z = _gates(x_t, h_prev, params)
    W_hn, b_xn = params.W_h.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + b_xn
    n = torch.tanh(r * (n_x + h_prev @ W_hn + params.b_hn))
    return _mixed(z, n, h_prev)


def reset_outside_the_tanh(x_t, h_prev, params, reset):
    """a reset gate outside the tanh

    r acts inside the tanh, on what comes from the state.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(torch.ones_like(r), x_t, h_prev, params, reset)
    return _mixed(z, r * n, h_prev)


def reset_forgotten(x_t, h_prev, params, reset):
    """a step without its reset gate

    r multiplies what the candidate gets from the state.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(torch.ones_like(r), x_t, h_prev, params, reset)
    return _mixed(z, n, h_prev)


def reset_twice(x_t, h_prev, params, reset):
    """a reset gate applied both before and after the product

    r is used once; the argument says where.
    """
    r, z = _gates(x_t, h_prev, params)
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    W_hn = params.W_h.chunk(3, dim=1)[2]
    n = torch.tanh(n_x + r * ((r * h_prev) @ W_hn + params.b_hn))
    return _mixed(z, n, h_prev)


def reset_complement(x_t, h_prev, params, reset):
    """a complement 1 - r in place of r

    r near 1 lets the state through to the candidate; nothing is subtracted.
    """
    r, z = _gates(x_t, h_prev, params)
    return _mixed(z, _candidate(1 - r, x_t, h_prev, params, reset), h_prev)


def reset_state_kept(x_t, h_prev, params, reset):
    """a state that r multiplies in the last line too

    The reset gate acts on the candidate only; the last line takes h_prev as it is.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return _mixed(z, n, r * h_prev)


def update_block_first(x_t, h_prev, params, reset):
    """blocks in the order z, r, n

    The blocks stand in the order r, z, n; other libraries have other orders.
    """
    z, r = _gates(x_t, h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def candidate_block_second(x_t, h_prev, params, reset):
    """blocks in the order r, n, z

    The blocks stand in the order r, z, n.
    """
    hidden = h_prev.shape[1]
    order = [*range(hidden), *range(2 * hidden, 3 * hidden), *range(hidden, 2 * hidden)]
    moved = [weight[..., order] for weight in params[:3]]
    return gru_step(x_t, h_prev, GRUParams(*moved, params.b_hn), reset)


def one_gate_for_both(x_t, h_prev, params, reset):
    """the same gate for old and new

    The shares of old and new add up to one: (1 - z) ⊙ n + z ⊙ h_prev.
    """
    r, z = _gates(x_t, h_prev, params)
    return z * _candidate(r, x_t, h_prev, params, reset) + z * h_prev


def state_blocks_in_another_order(x_t, h_prev, params, reset):
    """W_h cut in another order than W_x

    All three, W_x, W_h and b, hold r, z, n in this order.
    """
    W_hr, W_hn, W_hz = params.W_h.chunk(3, dim=1)
    W_h = torch.cat([W_hr, W_hz, W_hn], dim=1)
    return gru_step(x_t, h_prev, params._replace(W_h=W_h), reset)


def nothing_is_replaced(x_t, h_prev, params, reset):
    """a gate that replaces the candidate only: n + z ⊙ h_prev

    The shares of old and new add up to one: (1 - z) ⊙ n.
    """
    r, z = _gates(x_t, h_prev, params)
    return _candidate(r, x_t, h_prev, params, reset) + z * h_prev


def nothing_is_forgotten(x_t, h_prev, params, reset):
    """a state that is kept whole: h_prev + (1 - z) ⊙ n

    z multiplies the old state, or a unit can never forget.
    """
    r, z = _gates(x_t, h_prev, params)
    return (1 - z) * _candidate(r, x_t, h_prev, params, reset) + h_prev


def update_forgotten(x_t, h_prev, params, reset):
    """the candidate alone

    n is what would replace the state; the update gate mixes it with h_prev.
    """
    r, _ = _gates(x_t, h_prev, params)
    return _candidate(r, x_t, h_prev, params, reset)


def candidate_by_sigmoid(x_t, h_prev, params, reset):
    """a logistic σ for the candidate

    Gates go through σ, the candidate through tanh: it must be able to be negative.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset).atanh().sigmoid()
    return _mixed(z, n, h_prev)


def gates_by_tanh(x_t, h_prev, params, reset):
    """tanh for the gates

    A gate is a share between 0 and 1: use the logistic function σ.
    """
    r, z = (torch.tanh(torch.logit(gate)) for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def tanh_of_the_state(x_t, h_prev, params, reset):
    """a tanh around the new state

    The last line has no tanh: the state must be able to stay as it is.
    """
    return torch.tanh(gru_step(x_t, h_prev, params, reset))


def gates_from_input_only(x_t, h_prev, params, reset):
    """gates that do not see the state

    Both gates read x_t and h_prev.
    """
    r, z = _gates(x_t, torch.zeros_like(h_prev), params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def gates_from_state_only(x_t, h_prev, params, reset):
    """gates that do not see the input

    Both gates read x_t and h_prev.
    """
    r, z = _gates(torch.zeros_like(x_t), h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def update_gate_after_reset(x_t, h_prev, params, reset):
    """an update gate computed from the reset state

    Both gates read h_prev as it is; r acts on the candidate only.
    """
    r, _ = _gates(x_t, h_prev, params)
    _, z = _gates(x_t, r * h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def gates_without_bias(x_t, h_prev, params, reset):
    """gates without their biases

    b holds three biases, b_r, b_z and b_xn.
    """
    b_r, b_z, b_xn = params.b.chunk(3)
    bare = params._replace(b=torch.cat([0 * b_r, 0 * b_z, b_xn]))
    r, z = _gates(x_t, h_prev, bare)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def second_bias_forgotten(x_t, h_prev, params, reset):
    """a candidate without b_hn

    The candidate has two biases; b_hn is a field of its own.
    """
    bare = params._replace(b_hn=torch.zeros_like(params.b_hn))
    return gru_step(x_t, h_prev, bare, reset)


def all_biases_forgotten(x_t, h_prev, params, reset):
    """biases left out

    Add params.b to the input's product, and b_hn to the state's product in n.
    """
    bare = params._replace(b=0 * params.b, b_hn=0 * params.b_hn)
    return gru_step(x_t, h_prev, bare, reset)


def bias_twice(x_t, h_prev, params, reset):
    """b counted twice

    Add params.b once: to the input's product or to the sum, not to both.
    """
    return gru_step(x_t, h_prev, params._replace(b=2 * params.b), reset)


def blocks_transposed(x_t, h_prev, params, reset):
    """blocks of W_h that are transposed

    Row vectors: h_prev @ W_hn, without .T. A square block hides the slip.
    """
    W_h = torch.cat([block.T for block in params.W_h.chunk(3, dim=1)], dim=1)
    return gru_step(x_t, h_prev, params._replace(W_h=W_h), reset)


def wrong_axis(x_t, h_prev, params, reset):
    """blocks cut along the wrong axis

    The blocks stand side by side: cut along axis 1.
    """
    W_hn = params.W_h.chunk(3, dim=0)[2]
    r, z = _gates(x_t, h_prev, params)
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    return _mixed(z, torch.tanh(n_x + r * (h_prev @ W_hn + params.b_hn)), h_prev)


def matrix_product_of_the_gate(x_t, h_prev, params, reset):
    """a gate multiplied by @

    ⊙ multiplies number by number, `*` in PyTorch; `@` is the matrix product.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return (1 - z) @ n + z @ h_prev


def hard_gates(x_t, h_prev, params, reset):
    """gates that are 0 or 1

    A gate is the number σ gives, between 0 and 1; rounding it stops the gradient.
    """
    r, z = (gate.round() for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def overflowing_sigmoid(x_t, h_prev, params, reset):
    """a σ that overflows

    exp(a) / (1 + exp(a)) is inf / inf for a large a; use torch.sigmoid.
    """
    (r_x, z_x, _), (r_h, z_h, _) = _parts(x_t, h_prev, params)
    b_r, b_z, _ = params.b.chunk(3)
    r, z = (
        torch.exp(a) / (1 + torch.exp(a)) for a in (r_x + r_h + b_r, z_x + z_h + b_z)
    )
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def state_overwritten(x_t, h_prev, params, reset):
    """a new state written over the old one

    `*=`, copy_ and other methods that end in _ change the caller's tensor.
    """
    return h_prev.copy_(gru_step(x_t, h_prev, params, reset))


def state_detached(x_t, h_prev, params, reset):
    """a state cut off from its past

    detach() and .data stop the gradient; leave the graph as it is.
    """
    return gru_step(x_t, h_prev.detach(), params, reset)


def gates_detached(x_t, h_prev, params, reset):
    """a gate cut off from the graph

    The gates are learnt: no detach() and no .data on r or z.
    """
    r, z = (gate.detach() for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


def ones_on_the_default_device(x_t, h_prev, params, reset):
    """ones made on the default device

    torch.ones(shape) is float32 on the CPU; write 1 - z, or use torch.ones_like.
    """
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    one = torch.ones(h_prev.shape, dtype=torch.float32)
    return (one - z) * n + z * h_prev


def gates_returned(x_t, h_prev, params, reset):
    """three results in place of one

    Return h_t alone; the gates are inner matters of the step.
    """
    r, z = _gates(x_t, h_prev, params)
    return gru_step(x_t, h_prev, params, reset), r, z
