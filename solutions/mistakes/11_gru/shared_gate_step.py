"""Wrong answers to `shared_gate_step`, each with what it is and a hint."""

import torch

from course_lib.cells import GRUParams


def _shared_parts(x_t, h_prev, params):
    """Return r and z, one a group, and the two parts of the candidate."""
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    blocks = [groups, groups, hidden]
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).split(blocks, dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).split(blocks, dim=1)
    return torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h), n_x, n_h


def _spread(gate, hidden):
    return gate.repeat_interleave(hidden // gate.shape[1], dim=1)


def _tiled(gate, hidden):
    return gate.repeat(1, hidden // gate.shape[1])


def _shared(x_t, h_prev, params, spread_r=_spread, spread_z=_spread, mix=_mixed):
    """Return the step with other ways to spread the gates, or to mix."""
    r, z, n_x, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + spread_r(r, hidden) * (n_h + params.b_hn))
    return mix(spread_z(z, hidden), n, h_prev)


def shared_tiled(x_t, h_prev, params):
    """gates that go round the units in turn

    repeat gives a, b, a, b; neighbours share a gate: repeat_interleave.
    """
    return _shared(x_t, h_prev, params, _tiled, _tiled)


def shared_update_tiled(x_t, h_prev, params):
    """an update gate that goes round the units in turn

    Spread z as you spread r: neighbours share a gate.
    """
    return _shared(x_t, h_prev, params, _spread, _tiled)


def shared_reset_tiled(x_t, h_prev, params):
    """a reset gate that goes round the units in turn

    Spread r as you spread z: neighbours share a gate.
    """
    return _shared(x_t, h_prev, params, _tiled, _spread)


def shared_width_for_groups(x_t, h_prev, params):
    """groups and their width exchanged

    The number of columns is the number of groups; a group has hidden/groups units.
    """

    def spread(gate, hidden):
        width = gate.shape[1]
        return gate.repeat_interleave(width, dim=1)[:, :hidden]

    return _shared(x_t, h_prev, params, spread, spread)


def shared_mean_gate(x_t, h_prev, params):
    """one gate for all units

    There is one gate a group: the mean over the groups is another thing.
    """

    def spread(gate, hidden):
        return gate.mean(dim=1, keepdim=True)

    return _shared(x_t, h_prev, params, spread, spread)


def shared_first_gate(x_t, h_prev, params):
    """the first group's gate for all units

    Each group has its own gate; column k belongs to group k.
    """

    def spread(gate, hidden):
        return gate[:, :1]

    return _shared(x_t, h_prev, params, spread, spread)


def shared_over_the_batch(x_t, h_prev, params):
    """gates spread over the batch

    The gates' axis 1 is the groups': repeat_interleave needs dim=1.
    """

    def spread(gate, hidden):
        return gate.repeat_interleave(hidden // gate.shape[1], dim=0)

    return _shared(x_t, h_prev, params, spread, spread)


def shared_not_spread(x_t, h_prev, params):
    """gates that are not spread

    A gate has one column a group, the state one a unit: spread the gate first.
    """

    def spread(gate, hidden):
        return gate

    return _shared(x_t, h_prev, params, spread, spread)


def shared_equal_blocks(x_t, h_prev, params):
    """blocks of equal width

    The gates' blocks are narrower than the candidate's: split by widths, not chunk.
    """
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).chunk(3, dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).chunk(3, dim=1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return _mixed(z, n, h_prev)


def shared_gates_exchanged(x_t, h_prev, params):
    """the two gates exchanged

    The blocks stand in the order r, z, n.
    """
    r, z, n_x, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(z, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(r, hidden), n, h_prev)


def shared_candidate_first(x_t, h_prev, params):
    """the candidate in the first block

    The blocks stand in the order r, z, n: the wide one is last.
    """
    hidden = h_prev.shape[1]
    moved = [weight.roll(-hidden, dims=-1) for weight in params[:3]]
    return _shared(x_t, h_prev, GRUParams(*moved, params.b_hn))


def shared_complement_swapped(x_t, h_prev, params):
    """the update gate's complement exchanged with it

    z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev.
    """
    return _shared(x_t, h_prev, params, mix=lambda z, n, h: z * n + (1 - z) * h)


def shared_reset_before(x_t, h_prev, params):
    """a reset gate before the product

    Here r comes after the product: r ⊙ (h_prev W_hn + b_hn).
    """
    r, z, n_x, _ = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    W_hn = params.W_h[:, -hidden:]
    n = torch.tanh(n_x + (_spread(r, hidden) * h_prev) @ W_hn + params.b_hn)
    return _mixed(_spread(z, hidden), n, h_prev)


def shared_bias_outside(x_t, h_prev, params):
    """b_hn outside the reset gate

    r multiplies b_hn too: r ⊙ (h_prev W_hn + b_hn).
    """
    r, z, n_x, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(r, hidden) * n_h + params.b_hn)
    return _mixed(_spread(z, hidden), n, h_prev)


def shared_without_reset(x_t, h_prev, params):
    """a shared update gate without a reset gate

    Each group has two gates: r multiplies what the candidate gets from the state.
    """
    return _shared(x_t, h_prev, params, lambda r, hidden: 1.0)


def shared_inputs_averaged(x_t, h_prev, params):
    """inputs averaged over a group

    A gate is computed once a group from its own column; nothing is averaged.
    """
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    width = hidden // groups
    mean = h_prev.unflatten(1, (groups, width)).mean(2).repeat_interleave(width, 1)
    r, z, _, _ = _shared_parts(x_t, mean, params)
    _, _, n_x, n_h = _shared_parts(x_t, h_prev, params)
    n = torch.tanh(n_x + _spread(r, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(z, hidden), n, h_prev)


def shared_gates_from_input(x_t, h_prev, params):
    """gates without the state's part

    Both gates read x_t and h_prev.
    """
    r, z, n_x, _ = _shared_parts(x_t, torch.zeros_like(h_prev), params)
    _, _, _, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(r, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(z, hidden), n, h_prev)


def shared_two_groups(x_t, h_prev, params):
    """two groups, whatever the shapes say

    Read the number of groups from the widths; it may be any divisor of hidden.
    """
    hidden = h_prev.shape[1]
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).split([2, 2, hidden], dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).split([2, 2, hidden], dim=1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    r, z = (g.repeat_interleave(hidden // 2, dim=1) for g in (r, z))
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return _mixed(z, n, h_prev)


def shared_in_place(x_t, h_prev, params):
    """a state changed in place

    `*=` and methods that end in _ change the caller's tensor.
    """
    return h_prev.copy_(shared_gate_step(x_t, h_prev, params))


def shared_gates_detached(x_t, h_prev, params):
    """gates cut off from the graph

    The gates are learnt: no detach(), no .data, no tolist().
    """

    def spread(gate, hidden):
        return _spread(gate.detach(), hidden)

    return _shared(x_t, h_prev, params, spread, spread)


def shared_on_the_default_device(x_t, h_prev, params):
    """gates gathered in a tensor on the default device

    torch.empty(shape) is float32 on the CPU; repeat_interleave follows the gate.
    """

    def spread(gate, hidden):
        found = torch.empty(gate.shape[0], hidden, dtype=torch.float32)
        for unit in range(hidden):
            found[:, unit] = gate[:, unit // (hidden // gate.shape[1])]
        return found

    return _shared(x_t, h_prev, params, spread, spread)
