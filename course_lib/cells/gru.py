"""The gated recurrent unit: a leaky unit whose leak is computed at every step.

Two gates, numbers between 0 and 1, are read from the input and the state. The update
gate z says how much of the old state stays; the reset gate r says how much of it the
new candidate n may see. Two placements of r have been published, and both are here.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from course_lib.cells.rnn import RNNParams
from course_lib.shapes import can_look, check_sequence, check_step

PLACEMENTS = ("after", "before")


class GRUParams(NamedTuple):
    """Parameters of a GRU; gates stand side by side, in the order r, z, n.

    Attributes:
        W_x: (input, 3·hidden) from the input.
        W_h: (hidden, 3·hidden) from the state.
        b: (3·hidden,) the biases b_r, b_z and b_xn.
        b_hn: (hidden,) the candidate's second bias, which goes with the state: r
            multiplies it if it is applied after the product.
    """

    W_x: Tensor
    W_h: Tensor
    b: Tensor
    b_hn: Tensor


def init_gru(
    input_size: int,
    hidden_size: int,
    generator: torch.Generator,
    update_bias: float = 0.0,
) -> GRUParams:
    """Draw the parameters of a GRU.

    Weights are uniform within ± 1/√hidden, as PyTorch's are. Biases are zero, but for
    the update gate's third: a positive one makes an untrained unit remember longer.

    Args:
        input_size: features a step.
        hidden_size: units.
        generator: source of randomness.
        update_bias: bias of the update gate.

    Returns:
        `GRUParams` with W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
        b_hn (hidden,).
    """
    largest, width = hidden_size**-0.5, 3 * hidden_size
    W_x = torch.rand(input_size, width, generator=generator)
    W_h = torch.rand(hidden_size, width, generator=generator)
    b = torch.zeros(width)
    b[hidden_size : 2 * hidden_size] = update_bias
    return GRUParams(
        W_x=(2 * W_x - 1) * largest,
        W_h=(2 * W_h - 1) * largest,
        b=b,
        b_hn=torch.zeros(hidden_size),
    )


def gru_step(
    x_t: Tensor, h_prev: Tensor, params: GRUParams, reset: str = "after"
) -> Tensor:
    """Advance a GRU by one time step.

        r   = σ(x_t W_xr + h_prev W_hr + b_r)
        z   = σ(x_t W_xz + h_prev W_hz + b_z)
        n   = tanh(x_t W_xn + b_xn + r ⊙ (h_prev W_hn + b_hn))      reset="after"
        n   = tanh(x_t W_xn + b_xn + (r ⊙ h_prev) W_hn + b_hn)      reset="before"
        h_t = (1 - z) ⊙ n + z ⊙ h_prev

    Args:
        x_t: (batch, input) input at time t.
        h_prev: (batch, hidden) state at time t - 1.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).
        reset: whether r is applied "after" the product with W_hn, or "before" it.

    Returns:
        h_t: (batch, hidden).

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: `reset` is neither "after" nor "before".

    Source: Cho et al. (2014): "after" is the formula of the first version of the paper
    on arXiv, of cuDNN and of PyTorch, "before" that of the published version.
    """
    check_step(x_t, h_prev, params.W_x, params.W_h)
    _check_placement(reset)
    from_input = x_t @ params.W_x + params.b
    return _step(from_input, h_prev, _by_use(params), params.b_hn, reset)


def gru_forward(
    x: Tensor, state: Tensor | None, params: GRUParams, reset: str = "after"
) -> tuple[Tensor, Tensor]:
    """Run a GRU over a batch of sequences.

    Args:
        x: (batch, time, input) inputs.
        state: (batch, hidden) state before the first step; None means zeros.
        params: W_x (input, 3·hidden), W_h (hidden, 3·hidden), b (3·hidden,),
            b_hn (hidden,).
        reset: as for `gru_step`.

    Returns:
        hs: (batch, time, hidden) the state after every step.
        last: (batch, hidden) the state after the last one.

    Raises:
        ShapeError: an axis has the wrong length.
        ValueError: `reset` is neither "after" nor "before".
    """
    hidden_size = params.W_h.shape[0]
    batch, _ = check_sequence(x, {"state": state}, params.W_x, params.W_h)
    h_t = x.new_zeros(batch, hidden_size) if state is None else state
    _check_placement(reset)
    # what does not depend on the state: one product for all steps
    from_inputs, weights = x @ params.W_x + params.b, _by_use(params)
    hs = []
    for from_input in from_inputs.unbind(dim=1):
        h_t = _step(from_input, h_t, weights, params.b_hn, reset)
        hs.append(h_t)
    return torch.stack(hs, dim=1), h_t


def gru_from_torch(module: nn.GRU | nn.GRUCell) -> GRUParams:
    """Read the parameters of a one-layer PyTorch GRU in this course's orientation.

    PyTorch stores transposes and two biases a gate. For r and z only their sum counts.
    For n both are needed: the reset gate multiplies the second one alone.

    Raises:
        ValueError: the module has several layers or two directions.
    """
    if getattr(module, "num_layers", 1) != 1 or getattr(module, "bidirectional", False):
        raise ValueError(
            f"{module} has several layers or directions; convert one at a time"
        )
    tail = "_l0" if isinstance(module, nn.GRU) else ""
    W_x = getattr(module, "weight_ih" + tail).T
    W_h = getattr(module, "weight_hh" + tail).T
    hidden = W_h.shape[0]
    if not module.bias:
        return GRUParams(W_x, W_h, W_h.new_zeros(3 * hidden), W_h.new_zeros(hidden))
    b_i, b_h = getattr(module, "bias_ih" + tail), getattr(module, "bias_hh" + tail)
    b = b_i + torch.cat([b_h[: 2 * hidden], torch.zeros_like(b_h[2 * hidden :])])
    return GRUParams(W_x, W_h, b, b_h[2 * hidden :])


def gru_as_leaky(params: RNNParams, alpha: float | Tensor) -> GRUParams:
    """Return the GRU that is a leaky unit: its update gate is α at every step.

        h_t = α ⊙ h_prev + (1 - α) ⊙ tanh(x_t W_xh + h_prev W_hh + b_h)

    Both gates have zero weights. Then z = σ(b_z) is α if b_z = log(α / (1 - α)), and
    r = σ(0) is ½, which a doubled W_hh undoes, exactly and in both placements.

    Args:
        params: W_xh (input, hidden), W_hh (hidden, hidden), b_h (hidden,).
        alpha: a number or (hidden,), from 0 to 1: how much of the old state stays.

    Returns:
        `GRUParams`; b_z is infinite where α is 0 or 1.

    Raises:
        ValueError: α is not between 0 and 1.
    """
    W_xh, W_hh, b_h = params
    alpha = torch.as_tensor(alpha, dtype=b_h.dtype, device=b_h.device)
    if can_look(alpha) and not bool(((alpha >= 0) & (alpha <= 1)).all()):
        raise ValueError(f"alpha is {alpha.tolist()}, expected numbers from 0 to 1")
    no_x, no_h = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    none = torch.zeros_like(b_h)
    return GRUParams(
        W_x=torch.cat([no_x, no_x, W_xh], dim=1),
        W_h=torch.cat([no_h, no_h, 2 * W_hh], dim=1),
        b=torch.cat([none, torch.logit(alpha).expand_as(b_h), b_h]),
        b_hn=none,
    )


def placements_agree(params: GRUParams) -> bool:
    """Whether both placements of the reset gate give the same for every input.

    (r ⊙ h) W_hn is Σ_i r_i h_i W_ij and r ⊙ (h W_hn) is r_j Σ_i h_i W_ij. They agree
    if the units i and j have the same reset gate wherever W_ij is not zero; and b_hn,
    which r multiplies in one of them only, must be zero.
    """
    hidden = params.W_h.shape[0]
    by_gate = torch.cat([params.W_x, params.W_h, params.b[None]])[:, :hidden].T
    differ = (by_gate[:, None] != by_gate[None]).any(dim=-1)
    W_hn = params.W_h[:, 2 * hidden :]
    return not bool((differ & (W_hn != 0)).any() or params.b_hn.any())


def gru_param_count(input_size: int, hidden_size: int) -> int:
    """Count the numbers that a GRU learns: three blocks, and the second bias of n."""
    block = (input_size + hidden_size + 1) * hidden_size
    return 3 * block + hidden_size


def _check_placement(reset: str) -> None:
    if reset not in PLACEMENTS:
        raise ValueError(f"reset is {reset!r}, expected 'after' or 'before'")


def _by_use(params: GRUParams) -> tuple[Tensor, Tensor, Tensor]:
    """Return W_h whole, and split into what makes the gates and the candidate."""
    # split once, not at every step: the gradient of a slice is as large as W_h
    hidden = params.W_h.shape[0]
    return params.W_h, *params.W_h.split([2 * hidden, hidden], dim=1)


def _step(
    from_input: Tensor,
    h_prev: Tensor,
    weights: tuple[Tensor, Tensor, Tensor],
    b_hn: Tensor,
    reset: str,
) -> Tensor:
    """Advance by one step, given x_t W_x + b."""
    W_h, W_gates, W_hn = weights
    gates_x, n_x = from_input.tensor_split([2 * h_prev.shape[1]], dim=1)
    if reset == "after":
        gates_h, n_h = (h_prev @ W_h).tensor_split([2 * h_prev.shape[1]], dim=1)
        r, z = torch.sigmoid(gates_x + gates_h).chunk(2, dim=1)
        n = torch.tanh(n_x + r * (n_h + b_hn))
    else:
        r, z = torch.sigmoid(gates_x + h_prev @ W_gates).chunk(2, dim=1)
        n = torch.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev
