"""Relatives of the GRU: fewer update gates than units, or two for each unit.

A gate need not belong to one unit. One gate can be shared by a group of units, which
then remember and forget together. Or a global gate of the whole layer can be multiplied
by a local one of each unit: a unit keeps its state only if both say so.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from course_lib.cells.gru import GRUParams, init_gru
from course_lib.shapes import ShapeError, check_sequence, check_step


class GlobalLocalParams(NamedTuple):
    """Parameters of a GRU with a global gate of the layer and a local one of each unit.

    Attributes:
        W_x, W_h, b, b_hn: as in `GRUParams`; the z block makes the local gates.
        W_xg: (input, 1) from the input to the global gate.
        W_hg: (hidden, 1) from the state to the global gate.
        b_g: (1,) its bias.
    """

    W_x: Tensor
    W_h: Tensor
    b: Tensor
    b_hn: Tensor
    W_xg: Tensor
    W_hg: Tensor
    b_g: Tensor


def init_shared_gate(
    input_size: int,
    hidden_size: int,
    groups: int,
    generator: torch.Generator,
    update_bias: float = 0.0,
) -> GRUParams:
    """Draw a GRU whose units share their gates in `groups` groups of equal size.

    Returns:
        `GRUParams` with narrower gates: W_x (input, 2·groups + hidden), W_h (hidden,
        2·groups + hidden), b (2·groups + hidden,), b_hn (hidden,).

    Raises:
        ValueError: the groups cannot be of equal size.
    """
    if groups < 1 or hidden_size % groups:
        raise ValueError(f"{hidden_size} units make no {groups} groups of equal size")
    wide = init_gru(input_size, hidden_size, generator, update_bias)
    kept = torch.arange(3 * hidden_size)
    first = kept[:: hidden_size // groups][: 2 * groups]  # one column a group and gate
    kept = torch.cat([first, kept[2 * hidden_size :]])
    return GRUParams(wide.W_x[:, kept], wide.W_h[:, kept], wide.b[kept], wide.b_hn)


def shared_gate_step(x_t: Tensor, h_prev: Tensor, params: GRUParams) -> Tensor:
    """Advance by one step a GRU in which groups of neighbours share their gates.

        r, z = σ(x_t W_x + h_prev W_h + b)        one of each for a group
        n    = tanh(x_t W_xn + b_xn + r ⊙ (h_prev W_hn + b_hn))
        h_t  = (1 - z) ⊙ n + z ⊙ h_prev           with r and z spread over their group

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 2·groups + hidden), W_h (hidden, 2·groups + hidden),
            b (2·groups + hidden,), b_hn (hidden,). With as many groups as units this
            is `gru_step`.

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length, or the gates do not fit the units.

    Source: a proposal in Goodfellow, Bengio and Courville (2016), section 10.10.2.
    """
    _check(x_t, h_prev, params)
    groups = _count_groups(params)
    return _shared_step(x_t @ params.W_x + params.b, h_prev, params, groups)


def shared_gate_forward(
    x: Tensor, state: Tensor | None, params: GRUParams
) -> tuple[Tensor, Tensor]:
    """Run a GRU with shared gates over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        state: (batch, hidden) state before the first step; None means zeros.
        params: as for `shared_gate_step`.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        last: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length, or the gates do not fit the units.
    """
    h_t = _first_state(x, state, params)
    groups = _count_groups(params)
    hs = []
    for from_input in (x @ params.W_x + params.b).unbind(dim=1):
        h_t = _shared_step(from_input, h_t, params, groups)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def init_global_local(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    update_bias: float = 0.0,
) -> GlobalLocalParams:
    """Draw a GRU with a global gate; `update_bias` goes to both gates of the product.

    Returns:
        `GlobalLocalParams`.
    """
    cell = init_gru(input_size, hidden_size, generator, update_bias)
    largest = hidden_size**-0.5
    W_xg = (2 * torch.rand(input_size, 1, generator=generator) - 1) * largest
    W_hg = (2 * torch.rand(hidden_size, 1, generator=generator) - 1) * largest
    return GlobalLocalParams(*cell, W_xg, W_hg, torch.full((1,), float(update_bias)))


def global_local_gate_step(
    x_t: Tensor, h_prev: Tensor, params: GlobalLocalParams
) -> Tensor:
    """Advance by one step a GRU whose update gate is a product of two.

        g    = σ(x_t W_xg + h_prev W_hg + b_g)     global: one number for the layer
        r, u = σ(x_t W_x + h_prev W_h + b)         local: one for each unit
        z    = g ⊙ u
        n    = tanh(x_t W_xn + b_xn + r ⊙ (h_prev W_hn + b_hn))
        h_t  = (1 - z) ⊙ n + z ⊙ h_prev

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,), W_xg (input, 1), W_hg (hidden, 1), b_g (1,).

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.

    Source: a proposal in Goodfellow, Bengio and Courville (2016), section 10.10.2.
    """
    _check(x_t, h_prev, params)
    from_input = x_t @ params.W_x + params.b
    return _product_step(from_input, x_t @ params.W_xg + params.b_g, h_prev, params)


def global_local_gate_forward(
    x: Tensor, state: Tensor | None, params: GlobalLocalParams
) -> tuple[Tensor, Tensor]:
    """Run a GRU with a global and local gates over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        state: (batch, hidden) state before the first step; None means zeros.
        params: as for `global_local_gate_step`.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        last: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
    """
    h_t = _first_state(x, state, params)
    from_inputs = (x @ params.W_x + params.b).unbind(dim=1)
    global_inputs = (x @ params.W_xg + params.b_g).unbind(dim=1)
    hs = []
    for from_input, g_x in zip(from_inputs, global_inputs, strict=True):
        h_t = _product_step(from_input, g_x, h_t, params)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def _shared_step(
    from_input: Tensor, h_prev: Tensor, params: GRUParams, groups: int
) -> Tensor:
    """Advance by one step, given x_t W_x + b."""
    sizes = [2 * groups, h_prev.shape[1]]
    gates_x, n_x = from_input.split(sizes, dim=1)
    gates_h, n_h = (h_prev @ params.W_h).split(sizes, dim=1)
    gates = torch.sigmoid(gates_x + gates_h)
    r, z = gates.repeat_interleave(h_prev.shape[1] // groups, dim=1).chunk(2, dim=1)
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return (1 - z) * n + z * h_prev


def _product_step(
    from_input: Tensor, global_input: Tensor, h_prev: Tensor, params: GlobalLocalParams
) -> Tensor:
    """Advance by one step, given x_t W_x + b and x_t W_xg + b_g."""
    hidden = h_prev.shape[1]
    g = torch.sigmoid(global_input + h_prev @ params.W_hg)
    gates_x, n_x = from_input.split([2 * hidden, hidden], dim=1)
    gates_h, n_h = (h_prev @ params.W_h).split([2 * hidden, hidden], dim=1)
    r, u = torch.sigmoid(gates_x + gates_h).chunk(2, dim=1)
    z = g * u
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return (1 - z) * n + z * h_prev


def _count_groups(params: GRUParams) -> int:
    """Read the number of groups from the width of the gates."""
    hidden, columns = params.W_h.shape
    groups, odd = divmod(columns - hidden, 2)
    if odd or groups < 1 or hidden % groups:
        raise ShapeError(
            f"W_h has shape ({hidden}, {columns}), expected (hidden, 2·groups + hidden)"
            " with groups of equal size. Are the gate blocks as wide as each other?"
        )
    return groups


def _check(x_t: Tensor, h_prev: Tensor, params: GRUParams | GlobalLocalParams) -> None:
    check_step(x_t, h_prev, params.W_x, params.W_h)


def _first_state(
    x: Tensor, state: Tensor | None, params: GRUParams | GlobalLocalParams
) -> Tensor:
    hidden_size = params.W_h.shape[0]
    batch, _ = check_sequence(x, {"state": state}, params.W_x, params.W_h)
    return x.new_zeros(batch, hidden_size) if state is None else state
