"""Wrong answers to exercise 11. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import numpy as np
import torch

from course_lib.cells import GRUParams, RNNParams
from course_lib.checks import mistake
from course_lib.gradients.bptt.gru import GRUStepGrads

# --- gru_step -------------------------------------------------------------------------


def _parts(x_t, h_prev, params):
    """Return what the input and what the state give to r, z and n, biases apart."""
    return (x_t @ params.W_x).chunk(3, dim=1), (h_prev @ params.W_h).chunk(3, dim=1)


def _gates(x_t, h_prev, params):
    """Return r and z."""
    (r_x, z_x, _), (r_h, z_h, _) = _parts(x_t, h_prev, params)
    b_r, b_z, _ = params.b.chunk(3)
    return torch.sigmoid(r_x + r_h + b_r), torch.sigmoid(z_x + z_h + b_z)


def _from_state(r, h_prev, params, reset):
    """Return what the candidate gets from the state."""
    W_hn = params.W_h.chunk(3, dim=1)[2]
    if reset == "after":
        return r * (h_prev @ W_hn + params.b_hn)
    return (r * h_prev) @ W_hn + params.b_hn


def _candidate(r, x_t, h_prev, params, reset):
    """Return n."""
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    return torch.tanh(n_x + _from_state(r, h_prev, params, reset))


def _mixed(z, n, h_prev):
    return (1 - z) * n + z * h_prev


@mistake(
    "gru_step",
    "the update gate's complement exchanged with it",
    "z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev. Some papers swap them.",
)
def complement_swapped(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return z * n + (1 - z) * h_prev


@mistake(
    "gru_step",
    "the two placements exchanged",
    '"after" means that r multiplies the product: r ⊙ (h_prev W_hn + b_hn).',
)
def placements_exchanged(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    other = "before" if reset == "after" else "after"
    return _mixed(z, _candidate(r, x_t, h_prev, params, other), h_prev)


@mistake(
    "gru_step",
    "a reset gate that always comes before the product",
    'With reset="after", r multiplies h_prev @ W_hn + b_hn, not h_prev.',
)
def always_before(x_t, h_prev, params, reset):
    return gru_step(x_t, h_prev, params, "before")


@mistake(
    "gru_step",
    "a reset gate that always comes after the product",
    'With reset="before", r multiplies h_prev, and the product comes then.',
)
def always_after(x_t, h_prev, params, reset):
    return gru_step(x_t, h_prev, params, "after")


@mistake(
    "gru_step",
    "a second bias of n outside the reset gate",
    'With reset="after" r multiplies b_hn too: it stands inside the parentheses.',
)
def second_bias_outside(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    alone = params._replace(b_hn=torch.zeros_like(params.b_hn))
    b = params.b + torch.cat([params.b_hn * 0, params.b_hn * 0, params.b_hn])
    return _mixed(z, _candidate(r, x_t, h_prev, alone._replace(b=b), reset), h_prev)


@mistake(
    "gru_step",
    "a second bias of n inside the reset gate in both placements",
    'With reset="before" r multiplies the state only; b_hn is added afterwards.',
)
def second_bias_always_inside(x_t, h_prev, params, reset):
    if reset == "after":
        return gru_step(x_t, h_prev, params, reset)
    r, z = _gates(x_t, h_prev, params)
    W_hn, b_xn = params.W_h.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + b_xn
    n = torch.tanh(n_x + (r * h_prev) @ W_hn + r * params.b_hn)
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a first bias of n inside the reset gate",
    "b_xn comes with the input: r does not multiply it.",
)
def first_bias_inside(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n_x, b_xn = x_t @ params.W_x.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n = torch.tanh(n_x + r * b_xn + _from_state(r, h_prev, params, reset))
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a reset gate on the input's part of n",
    "r multiplies what comes from the state, not x_t W_xn.",
)
def reset_on_the_input(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    _, _, W_xn = params.W_x.chunk(3, dim=1)
    W_hn = params.W_h.chunk(3, dim=1)[2]
    from_state = h_prev @ W_hn + params.b_hn
    n = torch.tanh(r * (x_t @ W_xn + params.b.chunk(3)[2]) + from_state)
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a reset gate on the whole of n",
    "r multiplies what n gets from the state; the input's part is not gated.",
)
def reset_on_everything(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    W_hn, b_xn = params.W_h.chunk(3, dim=1)[2], params.b.chunk(3)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + b_xn
    n = torch.tanh(r * (n_x + h_prev @ W_hn + params.b_hn))
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a reset gate outside the tanh",
    "r acts inside the tanh, on what comes from the state.",
)
def reset_outside_the_tanh(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(torch.ones_like(r), x_t, h_prev, params, reset)
    return _mixed(z, r * n, h_prev)


@mistake(
    "gru_step",
    "a step without its reset gate",
    "r multiplies what the candidate gets from the state.",
)
def reset_forgotten(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(torch.ones_like(r), x_t, h_prev, params, reset)
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a reset gate applied both before and after the product",
    "r is used once; the argument says where.",
)
def reset_twice(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    W_hn = params.W_h.chunk(3, dim=1)[2]
    n = torch.tanh(n_x + r * ((r * h_prev) @ W_hn + params.b_hn))
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "a complement 1 - r in place of r",
    "r near 1 lets the state through to the candidate; nothing is subtracted.",
)
def reset_complement(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    return _mixed(z, _candidate(1 - r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "a state that r multiplies in the last line too",
    "The reset gate acts on the candidate only; the last line takes h_prev as it is.",
)
def reset_state_kept(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return _mixed(z, n, r * h_prev)


@mistake(
    "gru_step",
    "blocks in the order z, r, n",
    "The blocks stand in the order r, z, n; other libraries have other orders.",
)
def update_block_first(x_t, h_prev, params, reset):
    z, r = _gates(x_t, h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "blocks in the order r, n, z",
    "The blocks stand in the order r, z, n.",
)
def candidate_block_second(x_t, h_prev, params, reset):
    hidden = h_prev.shape[1]
    order = [*range(hidden), *range(2 * hidden, 3 * hidden), *range(hidden, 2 * hidden)]
    moved = [weight[..., order] for weight in params[:3]]
    return gru_step(x_t, h_prev, GRUParams(*moved, params.b_hn), reset)


@mistake(
    "gru_step",
    "the same gate for old and new",
    "The shares of old and new add up to one: (1 - z) ⊙ n + z ⊙ h_prev.",
)
def one_gate_for_both(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    return z * _candidate(r, x_t, h_prev, params, reset) + z * h_prev


@mistake(
    "gru_step",
    "W_h cut in another order than W_x",
    "All three, W_x, W_h and b, hold r, z, n in this order.",
)
def state_blocks_in_another_order(x_t, h_prev, params, reset):
    W_hr, W_hn, W_hz = params.W_h.chunk(3, dim=1)
    W_h = torch.cat([W_hr, W_hz, W_hn], dim=1)
    return gru_step(x_t, h_prev, params._replace(W_h=W_h), reset)


@mistake(
    "gru_step",
    "a gate that replaces the candidate only: n + z ⊙ h_prev",
    "The shares of old and new add up to one: (1 - z) ⊙ n.",
)
def nothing_is_replaced(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    return _candidate(r, x_t, h_prev, params, reset) + z * h_prev


@mistake(
    "gru_step",
    "a state that is kept whole: h_prev + (1 - z) ⊙ n",
    "z multiplies the old state, or a unit can never forget.",
)
def nothing_is_forgotten(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    return (1 - z) * _candidate(r, x_t, h_prev, params, reset) + h_prev


@mistake(
    "gru_step",
    "the candidate alone",
    "n is what would replace the state; the update gate mixes it with h_prev.",
)
def update_forgotten(x_t, h_prev, params, reset):
    r, _ = _gates(x_t, h_prev, params)
    return _candidate(r, x_t, h_prev, params, reset)


@mistake(
    "gru_step",
    "a logistic σ for the candidate",
    "Gates go through σ, the candidate through tanh: it must be able to be negative.",
)
def candidate_by_sigmoid(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset).atanh().sigmoid()
    return _mixed(z, n, h_prev)


@mistake(
    "gru_step",
    "tanh for the gates",
    "A gate is a share between 0 and 1: use the logistic function σ.",
)
def gates_by_tanh(x_t, h_prev, params, reset):
    r, z = (torch.tanh(torch.logit(gate)) for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "a tanh around the new state",
    "The last line has no tanh: the state must be able to stay as it is.",
)
def tanh_of_the_state(x_t, h_prev, params, reset):
    return torch.tanh(gru_step(x_t, h_prev, params, reset))


@mistake(
    "gru_step",
    "gates that do not see the state",
    "Both gates read x_t and h_prev.",
)
def gates_from_input_only(x_t, h_prev, params, reset):
    r, z = _gates(x_t, torch.zeros_like(h_prev), params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "gates that do not see the input",
    "Both gates read x_t and h_prev.",
)
def gates_from_state_only(x_t, h_prev, params, reset):
    r, z = _gates(torch.zeros_like(x_t), h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "an update gate computed from the reset state",
    "Both gates read h_prev as it is; r acts on the candidate only.",
)
def update_gate_after_reset(x_t, h_prev, params, reset):
    r, _ = _gates(x_t, h_prev, params)
    _, z = _gates(x_t, r * h_prev, params)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "gates without their biases",
    "b holds three biases, b_r, b_z and b_xn.",
)
def gates_without_bias(x_t, h_prev, params, reset):
    b_r, b_z, b_xn = params.b.chunk(3)
    bare = params._replace(b=torch.cat([0 * b_r, 0 * b_z, b_xn]))
    r, z = _gates(x_t, h_prev, bare)
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "a candidate without b_hn",
    "The candidate has two biases; b_hn is a field of its own.",
)
def second_bias_forgotten(x_t, h_prev, params, reset):
    bare = params._replace(b_hn=torch.zeros_like(params.b_hn))
    return gru_step(x_t, h_prev, bare, reset)


@mistake(
    "gru_step",
    "biases left out",
    "Add params.b to the input's product, and b_hn to the state's product in n.",
)
def all_biases_forgotten(x_t, h_prev, params, reset):
    bare = params._replace(b=0 * params.b, b_hn=0 * params.b_hn)
    return gru_step(x_t, h_prev, bare, reset)


@mistake(
    "gru_step",
    "b counted twice",
    "Add params.b once: to the input's product or to the sum, not to both.",
)
def bias_twice(x_t, h_prev, params, reset):
    return gru_step(x_t, h_prev, params._replace(b=2 * params.b), reset)


@mistake(
    "gru_step",
    "blocks of W_h that are transposed",
    "Row vectors: h_prev @ W_hn, without .T. A square block hides the slip.",
)
def blocks_transposed(x_t, h_prev, params, reset):
    W_h = torch.cat([block.T for block in params.W_h.chunk(3, dim=1)], dim=1)
    return gru_step(x_t, h_prev, params._replace(W_h=W_h), reset)


@mistake(
    "gru_step",
    "blocks cut along the wrong axis",
    "The blocks stand side by side: cut along axis 1.",
)
def wrong_axis(x_t, h_prev, params, reset):
    W_hn = params.W_h.chunk(3, dim=0)[2]
    r, z = _gates(x_t, h_prev, params)
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    return _mixed(z, torch.tanh(n_x + r * (h_prev @ W_hn + params.b_hn)), h_prev)


@mistake(
    "gru_step",
    "a gate multiplied by @",
    "⊙ multiplies number by number, `*` in PyTorch; `@` is the matrix product.",
)
def matrix_product_of_the_gate(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    return (1 - z) @ n + z @ h_prev


@mistake(
    "gru_step",
    "gates that are 0 or 1",
    "A gate is the number σ gives, between 0 and 1; rounding it stops the gradient.",
)
def hard_gates(x_t, h_prev, params, reset):
    r, z = (gate.round() for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "a σ that overflows",
    "exp(a) / (1 + exp(a)) is inf / inf for a large a; use torch.sigmoid.",
)
def overflowing_sigmoid(x_t, h_prev, params, reset):
    (r_x, z_x, _), (r_h, z_h, _) = _parts(x_t, h_prev, params)
    b_r, b_z, _ = params.b.chunk(3)
    r, z = (
        torch.exp(a) / (1 + torch.exp(a)) for a in (r_x + r_h + b_r, z_x + z_h + b_z)
    )
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "a new state written over the old one",
    "`*=`, copy_ and other methods that end in _ change the caller's tensor.",
)
def state_overwritten(x_t, h_prev, params, reset):
    return h_prev.copy_(gru_step(x_t, h_prev, params, reset))


@mistake(
    "gru_step",
    "a state cut off from its past",
    "detach() and .data stop the gradient; leave the graph as it is.",
)
def state_detached(x_t, h_prev, params, reset):
    return gru_step(x_t, h_prev.detach(), params, reset)


@mistake(
    "gru_step",
    "a gate cut off from the graph",
    "The gates are learnt: no detach() and no .data on r or z.",
)
def gates_detached(x_t, h_prev, params, reset):
    r, z = (gate.detach() for gate in _gates(x_t, h_prev, params))
    return _mixed(z, _candidate(r, x_t, h_prev, params, reset), h_prev)


@mistake(
    "gru_step",
    "ones made on the default device",
    "torch.ones(shape) is float32 on the CPU; write 1 - z, or use torch.ones_like.",
)
def ones_on_the_default_device(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, reset)
    one = torch.ones(h_prev.shape, dtype=torch.float32)
    return (one - z) * n + z * h_prev


@mistake(
    "gru_step",
    "three results in place of one",
    "Return h_t alone; the gates are inner matters of the step.",
)
def gates_returned(x_t, h_prev, params, reset):
    r, z = _gates(x_t, h_prev, params)
    return gru_step(x_t, h_prev, params, reset), r, z


# --- gru_as_leaky ---------------------------------------------------------------------


def _leaky(params, b_z, factor=2.0):
    """Return the answer with another b_z, or another factor for W_hh."""
    W_xh, W_hh, b_h = params
    no_x, no_h, none = (torch.zeros_like(weight) for weight in params)
    return GRUParams(
        W_x=torch.cat([no_x, no_x, W_xh], dim=1),
        W_h=torch.cat([no_h, no_h, factor * W_hh], dim=1),
        b=torch.cat([none, b_z, b_h]),
        b_hn=none,
    )


@mistake(
    "gru_as_leaky",
    "α itself as the bias of the update gate",
    "σ comes after the bias: b_z must be the number whose σ is α.",
)
def alpha_as_bias(params, alpha):
    return _leaky(params, alpha)


@mistake(
    "gru_as_leaky",
    "α and 1 - α exchanged",
    "z is the share of the old state, as α is: z = α.",
)
def alpha_swapped(params, alpha):
    return _leaky(params, torch.logit(1 - alpha))


@mistake(
    "gru_as_leaky",
    "σ of α as the bias",
    "You need the inverse of σ, not σ: which b_z has σ(b_z) = α?",
)
def sigmoid_for_logit(params, alpha):
    return _leaky(params, torch.sigmoid(alpha))


@mistake(
    "gru_as_leaky",
    "log α as the bias",
    "σ(b) = 1 / (1 + exp(-b)); solve σ(b) = α for b.",
)
def log_for_logit(params, alpha):
    return _leaky(params, torch.log(alpha))


@mistake(
    "gru_as_leaky",
    "α / (1 - α) as the bias, without its logarithm",
    "Solve σ(b) = α: exp(b) = α / (1 - α), so b is the logarithm of that.",
)
def odds_for_logit(params, alpha):
    return _leaky(params, alpha / (1 - alpha))


@mistake(
    "gru_as_leaky",
    "the inverse of tanh for the inverse of σ",
    "z = σ(b_z) and not tanh(b_z): use torch.logit.",
)
def atanh_for_logit(params, alpha):
    return _leaky(params, torch.atanh(alpha))


@mistake(
    "gru_as_leaky",
    "a time constant as the bias",
    "b_z is not 1 / (1 - α): it is the number whose σ is α.",
)
def time_constant_as_bias(params, alpha):
    return _leaky(params, 1 / (1 - alpha))


@mistake(
    "gru_as_leaky",
    "α kept away from 0 and 1",
    "σ(±inf) is 1 and 0 exactly: no eps, no clamp.",
)
def clamped_alpha(params, alpha):
    return _leaky(params, torch.logit(alpha, eps=1e-6))


@mistake(
    "gru_as_leaky",
    "a reset gate taken for 1",
    "With zero weights r = σ(0) = ½: what it halves must be doubled.",
)
def reset_taken_for_one(params, alpha):
    return _leaky(params, torch.logit(alpha), factor=1.0)


@mistake(
    "gru_as_leaky",
    "a W_hh that is halved",
    "r halves it already: it must be doubled.",
)
def halved(params, alpha):
    return _leaky(params, torch.logit(alpha), factor=0.5)


@mistake(
    "gru_as_leaky",
    "a reset gate opened by a large bias",
    "A good idea, but the task asks for b_r = 0: undo r = ½ in W_hn.",
)
def reset_opened(params, alpha):
    right = _leaky(params, torch.logit(alpha), factor=1.0)
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r + 40, b_z, b_xn]))


@mistake(
    "gru_as_leaky",
    "everything doubled, input and bias too",
    "r multiplies what comes from the state only: double W_hh alone.",
)
def everything_doubled(params, alpha):
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(2 * W_xh, W_hh, 2 * b_h), torch.logit(alpha))


@mistake(
    "gru_as_leaky",
    "a doubled W_xh",
    "r multiplies what comes from the state: double W_hh, leave W_xh.",
)
def input_doubled(params, alpha):
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(2 * W_xh, W_hh, b_h), torch.logit(alpha), factor=1.0)


@mistake(
    "gru_as_leaky",
    "the bias b_h moved to b_hn",
    "b_hn is halved by r; the task asks for b_hn = 0 and b_h in the last third of b.",
)
def bias_in_the_second_place(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r, b_z, 0 * b_xn]), b_hn=params.b_h)


@mistake(
    "gru_as_leaky",
    "the bias b_h doubled in b_hn",
    "It computes the same, but the task asks for b_hn = 0: put b_h into b.",
)
def bias_doubled_in_the_second_place(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r, b_z, 0 * b_xn]), b_hn=2 * params.b_h)


@mistake(
    "gru_as_leaky",
    "b_h both in b and in b_hn",
    "The leaky unit has one bias: it goes into the last third of b.",
)
def bias_twice_over(params, alpha):
    return _leaky(params, torch.logit(alpha))._replace(b_hn=params.b_h)


@mistake(
    "gru_as_leaky",
    "a candidate without its bias",
    "b_h belongs into the last third of b.",
)
def bias_lost(params, alpha):
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(W_xh, W_hh, 0 * b_h), torch.logit(alpha))


@mistake(
    "gru_as_leaky",
    "blocks in the order z, r, n",
    "α belongs into the second third of b: the order is r, z, n.",
)
def leaky_update_first(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_z, b_r, b_xn]))


@mistake(
    "gru_as_leaky",
    "a candidate in the first block",
    "The order is r, z, n: the candidate's matrices come last.",
)
def leaky_candidate_first(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    moved = [w.roll(len(params.b_h), dims=-1) for w in (right.W_x, right.W_h)]
    b_r, b_z, b_xn = right.b.chunk(3)
    return GRUParams(*moved, torch.cat([b_xn, b_r, b_z]), right.b_hn)


@mistake(
    "gru_as_leaky",
    "gates that read what the candidate reads",
    "α does not depend on the data: both gates' blocks of W_x and W_h are zero.",
)
def gates_read_too(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    W_xh, W_hh, _ = params
    return right._replace(W_x=W_xh.repeat(1, 3), W_h=2 * W_hh.repeat(1, 3))


@mistake(
    "gru_as_leaky",
    "blocks stacked on top of each other",
    "The blocks stand side by side: torch.cat with dim=1.",
)
def stacked_rows(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    W_xh, W_hh, _ = params
    no_x, no_h = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    return right._replace(
        W_x=torch.cat([no_x, no_x, W_xh]), W_h=torch.cat([no_h, no_h, 2 * W_hh])
    )


@mistake(
    "gru_as_leaky",
    "a W_hh that is transposed",
    "Same orientation here and there: no .T.",
)
def leaky_transposed(params, alpha):
    return _leaky(params._replace(W_hh=params.W_hh.T), torch.logit(alpha))


@mistake(
    "gru_as_leaky",
    "zeros made on the default device",
    "torch.zeros(shape) is float32 on the CPU; torch.zeros_like follows the weight.",
)
def zeros_on_the_default_device(params, alpha):
    right = _leaky(params, torch.logit(alpha))
    return right._replace(b_hn=torch.zeros(len(params.b_h)))


@mistake(
    "gru_as_leaky",
    "an α taken out of the graph",
    "α may be learnt: torch.tensor(…), .item() and math.log lose its gradient.",
)
def alpha_detached(params, alpha):
    return _leaky(params, torch.logit(alpha.detach()))


@mistake(
    "gru_as_leaky",
    "a list in place of a GRUParams",
    "Return GRUParams(W_x, W_h, b, b_hn).",
)
def one_tensor_missing(params, alpha):
    return tuple(_leaky(params, torch.logit(alpha)))[:3]


# --- gru_from_torch -------------------------------------------------------------------


def _torch_biases(module):
    """Return b_ih and b_hh, zeros if there are none."""
    if module.bias:
        return module.bias_ih_l0, module.bias_hh_l0
    none = module.weight_ih_l0.new_zeros(3 * module.hidden_size)
    return none, none


def _read(module, b, b_hn):
    return GRUParams(module.weight_ih_l0.T, module.weight_hh_l0.T, b, b_hn)


@mistake(
    "gru_from_torch",
    "matrices not transposed",
    "PyTorch stores (3·hidden, input): take .T of both.",
)
def torch_not_transposed(module):
    right = gru_from_torch(module)
    return right._replace(W_x=module.weight_ih_l0, W_h=module.weight_hh_l0)


@mistake(
    "gru_from_torch",
    "a W_h reshaped in place of transposed",
    "reshape keeps the order in memory and mixes the blocks; use .T.",
)
def torch_reshaped(module):
    right = gru_from_torch(module)
    W_h = module.weight_hh_l0.reshape(module.hidden_size, -1)
    return right._replace(W_h=W_h)


@mistake(
    "gru_from_torch",
    "both matrices reshaped in place of transposed",
    "reshape keeps the order in memory and mixes the blocks; use .T.",
)
def torch_both_reshaped(module):
    right = gru_from_torch(module)
    W_h = module.weight_hh_l0.reshape(module.hidden_size, -1)
    W_x = module.weight_ih_l0.reshape(module.input_size, -1)
    return right._replace(W_x=W_x, W_h=W_h)


@mistake(
    "gru_from_torch",
    "blocks transposed one by one",
    "Transpose each matrix whole; its blocks then stand side by side by themselves.",
)
def torch_blocks_transposed(module):
    right = gru_from_torch(module)
    W_h = torch.cat([block.T for block in right.W_h.chunk(3, dim=1)], dim=1)
    return right._replace(W_h=W_h)


@mistake(
    "gru_from_torch",
    "all biases merged",
    "r multiplies the state's bias of n: that one stays apart, in b_hn.",
)
def torch_biases_merged(module):
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x + b_h, torch.zeros_like(b_h[: module.hidden_size]))


@mistake(
    "gru_from_torch",
    "a second bias of n that counts in b as well",
    "What goes into b_hn must not be in the last third of b too.",
)
def torch_second_bias_twice(module):
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x + b_h, b_h[2 * module.hidden_size :])


@mistake(
    "gru_from_torch",
    "the state's biases of r and z lost",
    "Each gate has two biases, and they are added.",
)
def torch_state_biases_lost(module):
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x, b_h[2 * module.hidden_size :])


@mistake(
    "gru_from_torch",
    "the state's biases lost altogether",
    "bias_hh_l0 counts too: in the gates' part of b, and in b_hn.",
)
def torch_no_state_biases(module):
    b_x, b_h = _torch_biases(module)
    return _read(module, b_x, torch.zeros_like(b_h[: module.hidden_size]))


@mistake(
    "gru_from_torch",
    "the input's biases lost",
    "Both biases count: bias_ih_l0 in all three thirds.",
)
def torch_input_biases_lost(module):
    _, b_h = _torch_biases(module)
    gates, b_hn = b_h.split([2 * module.hidden_size, module.hidden_size])
    return _read(module, torch.cat([gates, 0 * b_hn]), b_hn)


@mistake(
    "gru_from_torch",
    "the input's bias of n and the state's exchanged",
    "r multiplies the state's bias: b_hn comes from bias_hh_l0.",
)
def torch_biases_exchanged(module):
    b_x, b_h = _torch_biases(module)
    two = 2 * module.hidden_size
    b = torch.cat([b_x[:two] + b_h[:two], b_h[two:]])
    return _read(module, b, b_x[two:])


@mistake(
    "gru_from_torch",
    "a second bias of n from the wrong third",
    "The order is r, z, n: b_hn is the last third of bias_hh_l0.",
)
def torch_wrong_third(module):
    right = gru_from_torch(module)
    _, b_h = _torch_biases(module)
    return right._replace(b_hn=b_h[: module.hidden_size])


@mistake(
    "gru_from_torch",
    "a second bias of n from the middle third",
    "The order is r, z, n: b_hn is the last third of bias_hh_l0.",
)
def torch_middle_third(module):
    right = gru_from_torch(module)
    _, b_h = _torch_biases(module)
    return right._replace(b_hn=b_h[module.hidden_size : 2 * module.hidden_size])


@mistake(
    "gru_from_torch",
    "r and z exchanged",
    "PyTorch's order is the course's: r, z, n. Nothing moves.",
)
def torch_gates_exchanged(module):
    right, hidden = gru_from_torch(module), module.hidden_size
    moved = []
    for weight in right[:3]:
        r, z, n = weight.split(hidden, dim=-1)
        moved.append(torch.cat([z, r, n], dim=-1))
    return GRUParams(*moved, right.b_hn)


@mistake(
    "gru_from_torch",
    "a bias of zeros on the default device",
    "torch.zeros is float32 on the CPU; new_zeros follows the weights.",
)
def torch_zeros_on_the_default_device(module):
    if module.bias:
        return gru_from_torch(module)
    hidden = module.hidden_size
    zeros = torch.zeros(3 * hidden, dtype=torch.float32)
    return _read(module, zeros, zeros[:hidden])


@mistake(
    "gru_from_torch",
    "no biases where the module has none",
    "GRUParams always holds b and b_hn; they are zero then.",
)
def torch_none_for_bias(module):
    if module.bias:
        return gru_from_torch(module)
    return _read(module, None, None)


@mistake(
    "gru_from_torch",
    "biases read from a module without any",
    "With bias=False there is no bias_ih_l0: look at module.bias first.",
)
def torch_biases_always_read(module):
    two = 2 * module.hidden_size
    b_x, b_h = module.bias_ih_l0, module.bias_hh_l0
    b = torch.cat([b_x[:two] + b_h[:two], b_x[two:]])
    return _read(module, b, b_h[two:])


@mistake(
    "gru_from_torch",
    "random numbers in place of the module's",
    "Read the module's own weights: module.weight_ih_l0 and the others.",
)
def torch_fresh_weights(module):
    right = gru_from_torch(module)
    return GRUParams(*(torch.zeros_like(weight) + 0.1 for weight in right))


# --- shared_gate_step -----------------------------------------------------------------


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


@mistake(
    "shared_gate_step",
    "gates that go round the units in turn",
    "repeat gives a, b, a, b; neighbours share a gate: repeat_interleave.",
)
def shared_tiled(x_t, h_prev, params):
    return _shared(x_t, h_prev, params, _tiled, _tiled)


@mistake(
    "shared_gate_step",
    "an update gate that goes round the units in turn",
    "Spread z as you spread r: neighbours share a gate.",
)
def shared_update_tiled(x_t, h_prev, params):
    return _shared(x_t, h_prev, params, _spread, _tiled)


@mistake(
    "shared_gate_step",
    "a reset gate that goes round the units in turn",
    "Spread r as you spread z: neighbours share a gate.",
)
def shared_reset_tiled(x_t, h_prev, params):
    return _shared(x_t, h_prev, params, _tiled, _spread)


@mistake(
    "shared_gate_step",
    "groups and their width exchanged",
    "The number of columns is the number of groups; a group has hidden/groups units.",
)
def shared_width_for_groups(x_t, h_prev, params):
    def spread(gate, hidden):
        width = gate.shape[1]
        return gate.repeat_interleave(width, dim=1)[:, :hidden]

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "one gate for all units",
    "There is one gate a group: the mean over the groups is another thing.",
)
def shared_mean_gate(x_t, h_prev, params):
    def spread(gate, hidden):
        return gate.mean(dim=1, keepdim=True)

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "the first group's gate for all units",
    "Each group has its own gate; column k belongs to group k.",
)
def shared_first_gate(x_t, h_prev, params):
    def spread(gate, hidden):
        return gate[:, :1]

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "gates spread over the batch",
    "The gates' axis 1 is the groups': repeat_interleave needs dim=1.",
)
def shared_over_the_batch(x_t, h_prev, params):
    def spread(gate, hidden):
        return gate.repeat_interleave(hidden // gate.shape[1], dim=0)

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "gates that are not spread",
    "A gate has one column a group, the state one a unit: spread the gate first.",
)
def shared_not_spread(x_t, h_prev, params):
    def spread(gate, hidden):
        return gate

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "blocks of equal width",
    "The gates' blocks are narrower than the candidate's: split by widths, not chunk.",
)
def shared_equal_blocks(x_t, h_prev, params):
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).chunk(3, dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).chunk(3, dim=1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return _mixed(z, n, h_prev)


@mistake(
    "shared_gate_step",
    "the two gates exchanged",
    "The blocks stand in the order r, z, n.",
)
def shared_gates_exchanged(x_t, h_prev, params):
    r, z, n_x, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(z, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(r, hidden), n, h_prev)


@mistake(
    "shared_gate_step",
    "the candidate in the first block",
    "The blocks stand in the order r, z, n: the wide one is last.",
)
def shared_candidate_first(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    moved = [weight.roll(-hidden, dims=-1) for weight in params[:3]]
    return _shared(x_t, h_prev, GRUParams(*moved, params.b_hn))


@mistake(
    "shared_gate_step",
    "the update gate's complement exchanged with it",
    "z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev.",
)
def shared_complement_swapped(x_t, h_prev, params):
    return _shared(x_t, h_prev, params, mix=lambda z, n, h: z * n + (1 - z) * h)


@mistake(
    "shared_gate_step",
    "a reset gate before the product",
    "Here r comes after the product: r ⊙ (h_prev W_hn + b_hn).",
)
def shared_reset_before(x_t, h_prev, params):
    r, z, n_x, _ = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    W_hn = params.W_h[:, -hidden:]
    n = torch.tanh(n_x + (_spread(r, hidden) * h_prev) @ W_hn + params.b_hn)
    return _mixed(_spread(z, hidden), n, h_prev)


@mistake(
    "shared_gate_step",
    "b_hn outside the reset gate",
    "r multiplies b_hn too: r ⊙ (h_prev W_hn + b_hn).",
)
def shared_bias_outside(x_t, h_prev, params):
    r, z, n_x, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(r, hidden) * n_h + params.b_hn)
    return _mixed(_spread(z, hidden), n, h_prev)


@mistake(
    "shared_gate_step",
    "a shared update gate without a reset gate",
    "Each group has two gates: r multiplies what the candidate gets from the state.",
)
def shared_without_reset(x_t, h_prev, params):
    return _shared(x_t, h_prev, params, lambda r, hidden: 1.0)


@mistake(
    "shared_gate_step",
    "inputs averaged over a group",
    "A gate is computed once a group from its own column; nothing is averaged.",
)
def shared_inputs_averaged(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    groups = (params.W_x.shape[1] - hidden) // 2
    width = hidden // groups
    mean = h_prev.unflatten(1, (groups, width)).mean(2).repeat_interleave(width, 1)
    r, z, _, _ = _shared_parts(x_t, mean, params)
    _, _, n_x, n_h = _shared_parts(x_t, h_prev, params)
    n = torch.tanh(n_x + _spread(r, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(z, hidden), n, h_prev)


@mistake(
    "shared_gate_step",
    "gates without the state's part",
    "Both gates read x_t and h_prev.",
)
def shared_gates_from_input(x_t, h_prev, params):
    r, z, n_x, _ = _shared_parts(x_t, torch.zeros_like(h_prev), params)
    _, _, _, n_h = _shared_parts(x_t, h_prev, params)
    hidden = h_prev.shape[1]
    n = torch.tanh(n_x + _spread(r, hidden) * (n_h + params.b_hn))
    return _mixed(_spread(z, hidden), n, h_prev)


@mistake(
    "shared_gate_step",
    "two groups, whatever the shapes say",
    "Read the number of groups from the widths; it may be any divisor of hidden.",
)
def shared_two_groups(x_t, h_prev, params):
    hidden = h_prev.shape[1]
    r_x, z_x, n_x = (x_t @ params.W_x + params.b).split([2, 2, hidden], dim=1)
    r_h, z_h, n_h = (h_prev @ params.W_h).split([2, 2, hidden], dim=1)
    r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
    r, z = (g.repeat_interleave(hidden // 2, dim=1) for g in (r, z))
    n = torch.tanh(n_x + r * (n_h + params.b_hn))
    return _mixed(z, n, h_prev)


@mistake(
    "shared_gate_step",
    "a state changed in place",
    "`*=` and methods that end in _ change the caller's tensor.",
)
def shared_in_place(x_t, h_prev, params):
    return h_prev.copy_(shared_gate_step(x_t, h_prev, params))


@mistake(
    "shared_gate_step",
    "gates cut off from the graph",
    "The gates are learnt: no detach(), no .data, no tolist().",
)
def shared_gates_detached(x_t, h_prev, params):
    def spread(gate, hidden):
        return _spread(gate.detach(), hidden)

    return _shared(x_t, h_prev, params, spread, spread)


@mistake(
    "shared_gate_step",
    "gates gathered in a tensor on the default device",
    "torch.empty(shape) is float32 on the CPU; repeat_interleave follows the gate.",
)
def shared_on_the_default_device(x_t, h_prev, params):
    def spread(gate, hidden):
        found = torch.empty(gate.shape[0], hidden, dtype=torch.float32)
        for unit in range(hidden):
            found[:, unit] = gate[:, unit // (hidden // gate.shape[1])]
        return found

    return _shared(x_t, h_prev, params, spread, spread)


# --- global_local_gate_step -----------------------------------------------------------


def _three_gates(x_t, h_prev, params):
    """Return the global gate, r and u."""
    g = torch.sigmoid(x_t @ params.W_xg + h_prev @ params.W_hg + params.b_g)
    return g, *_gates(x_t, h_prev, params)


def _with_update(z, r, x_t, h_prev, params):
    """Finish the step with another update gate."""
    return _mixed(z, _candidate(r, x_t, h_prev, params, "after"), h_prev)


@mistake(
    "global_local_gate_step",
    "a sum of the gates",
    "A unit keeps its state only if both say so: multiply.",
)
def gates_added(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g + u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a mean of the gates",
    "A unit keeps its state only if both say so: multiply.",
)
def gates_averaged(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update((g + u) / 2, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "the smaller of the gates",
    "The gates are multiplied; a minimum passes the gradient to one of them only.",
)
def smaller_gate(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.minimum(g, u), r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "either gate in place of both",
    "g + u - g ⊙ u keeps if one of them says so; here both must: g ⊙ u.",
)
def either_gate(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g + u - g * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "one σ of the sum of both gates' inputs",
    "Each gate has a σ of its own; multiply afterwards.",
)
def sigmoid_of_the_sum(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    z = torch.sigmoid(torch.logit(g) + torch.logit(u))
    return _with_update(z, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "one σ of the product of both gates' inputs",
    "Each gate has a σ of its own; multiply afterwards.",
)
def sigmoid_of_the_product(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    z = torch.sigmoid(torch.logit(g) * torch.logit(u))
    return _with_update(z, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a step without its global gate",
    "z is the product g ⊙ u.",
)
def global_gate_forgotten(x_t, h_prev, params):
    _, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a step without its local gates",
    "z is the product g ⊙ u.",
)
def local_gates_forgotten(x_t, h_prev, params):
    g, r, _ = _three_gates(x_t, h_prev, params)
    return _with_update(g, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "the product for the old state and the local gate for the new one",
    "The shares add up to one: 1 - z with the same z.",
)
def local_complement(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, "after")
    return (1 - u) * n + g * u * h_prev


@mistake(
    "global_local_gate_step",
    "a complement that is a product of complements",
    "1 - g ⊙ u is not (1 - g) ⊙ (1 - u): compute z first.",
)
def product_of_complements(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    n = _candidate(r, x_t, h_prev, params, "after")
    return (1 - g) * (1 - u) * n + g * u * h_prev


@mistake(
    "global_local_gate_step",
    "a global gate on the reset gate",
    "The global gate multiplies the update gate u; r stays local.",
)
def global_times_reset(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(u, g * r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a global gate on both gates",
    "The global gate multiplies the update gate u only; r stays local.",
)
def global_times_both(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g * u, g * r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a global gate on the new state as a whole",
    "g belongs into z, before the mixing; here it shrinks the candidate too.",
)
def global_times_state(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return g * _with_update(u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "the update gate's complement exchanged with it",
    "z is the share of the old state: (1 - z) ⊙ n + z ⊙ h_prev.",
)
def product_complement_swapped(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(1 - g * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "one global gate for the whole batch",
    "Global means all units of the layer; each sequence has its own: shape (batch, 1).",
)
def one_gate_for_the_batch(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g.mean() * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a global gate laid along the units",
    "(batch,) meets the last axis; keep g as (batch, 1), so that it meets the batch.",
)
def squeezed_gate(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g[:, 0] * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a global gate without its bias",
    "b_g is added inside the σ.",
)
def global_bias_forgotten(x_t, h_prev, params):
    bare = params._replace(b_g=torch.zeros_like(params.b_g))
    return global_local_gate_step(x_t, h_prev, bare)


@mistake(
    "global_local_gate_step",
    "a global gate that does not see the state",
    "g reads x_t and h_prev.",
)
def global_gate_from_input(x_t, h_prev, params):
    bare = params._replace(W_hg=torch.zeros_like(params.W_hg))
    return global_local_gate_step(x_t, h_prev, bare)


@mistake(
    "global_local_gate_step",
    "a global gate that does not see the input",
    "g reads x_t and h_prev.",
)
def global_gate_from_state(x_t, h_prev, params):
    bare = params._replace(W_xg=torch.zeros_like(params.W_xg))
    return global_local_gate_step(x_t, h_prev, bare)


@mistake(
    "global_local_gate_step",
    "a global gate without its σ",
    "g is a gate: a number between 0 and 1.",
)
def global_gate_without_sigmoid(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.logit(g) * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a tanh for the global gate",
    "Gates go through σ: a share cannot be negative.",
)
def global_gate_by_tanh(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(torch.tanh(torch.logit(g)) * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "the local gates in the wrong block",
    "The blocks stand in the order r, u, n.",
)
def local_gates_exchanged(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g * r, u, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a reset gate before the product",
    "Here r comes after the product: r ⊙ (h_prev W_hn + b_hn).",
)
def product_reset_before(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _mixed(g * u, _candidate(r, x_t, h_prev, params, "before"), h_prev)


@mistake(
    "global_local_gate_step",
    "b_hn outside the reset gate",
    "r multiplies b_hn too: r ⊙ (h_prev W_hn + b_hn).",
)
def product_bias_outside(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    W_hn = params.W_h.chunk(3, dim=1)[2]
    n_x = x_t @ params.W_x.chunk(3, dim=1)[2] + params.b.chunk(3)[2]
    n = torch.tanh(n_x + r * (h_prev @ W_hn) + params.b_hn)
    return _mixed(g * u, n, h_prev)


@mistake(
    "global_local_gate_step",
    "a global gate cut off from the graph",
    "The global gate is learnt too: no detach(), no item().",
)
def global_gate_detached(x_t, h_prev, params):
    g, r, u = _three_gates(x_t, h_prev, params)
    return _with_update(g.detach() * u, r, x_t, h_prev, params)


@mistake(
    "global_local_gate_step",
    "a state changed in place",
    "`*=` and methods that end in _ change the caller's tensor.",
)
def product_in_place(x_t, h_prev, params):
    return h_prev.copy_(global_local_gate_step(x_t, h_prev, params))


# --- gru_backward_step ----------------------------------------------------------------


def _back(dh, cache, **other):
    """Return the gradients, with some inner ones replaced.

    Args:
        dh: (batch, hidden).
        cache: the step's.
        **other: da_z, da_n, da_r, dq or straight (the direct way of dh_prev).
    """
    x_t, h_prev, r, z, n, q, params = cache
    da_z = other.get("da_z", dh * (h_prev - n) * z * (1 - z))
    da_n = other.get("da_n", dh * (1 - z) * (1 - n**2))
    da_r = other.get("da_r", da_n * q * r * (1 - r))
    dq = other.get("dq", da_n * r)
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    by_state = np.concatenate([da_r, da_z, dq], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=other.get("straight", dh * z) + by_state @ params.W_h.T,
        dW_x=x_t.T @ by_input,
        dW_h=h_prev.T @ by_state,
        db=by_input.sum(axis=0),
        db_hn=dq.sum(axis=0),
    )


def _sides(dh, cache):
    """Return the two rows of blocks: what met the input and what met the state."""
    _, h_prev, r, z, n, q, _ = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    da_r, dq = da_n * q * r * (1 - r), da_n * r
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    return by_input, np.concatenate([da_r, da_z, dq], axis=1)


@mistake(
    "gru_backward_step",
    "a dh_prev without the direct way",
    "h_t contains z ⊙ h_prev: dh * z belongs to dh_prev.",
)
def no_direct_way(dh, cache):
    return _back(dh, cache, straight=0 * dh)


@mistake(
    "gru_backward_step",
    "a direct way that is not gated",
    "The old state enters h_t multiplied by z: dh * z.",
)
def direct_way_ungated(dh, cache):
    return _back(dh, cache, straight=dh)


@mistake(
    "gru_backward_step",
    "a direct way multiplied by 1 - z",
    "h_t = (1 - z) ⊙ n + z ⊙ h_prev: z goes with the old state.",
)
def direct_way_complement(dh, cache):
    return _back(dh, cache, straight=dh * (1 - cache.z))


@mistake(
    "gru_backward_step",
    "the direct way alone for dh_prev",
    "The old state also made both gates and the candidate: add [da_r, da_z, dq] W_hᵀ.",
)
def direct_way_only(dh, cache):
    return _back(dh, cache)._replace(dh_prev=dh * cache.z)


@mistake(
    "gru_backward_step",
    "a dz of the wrong sign",
    "z multiplies h_prev with plus and n with minus: dz = dh ⊙ (h_prev - n).",
)
def update_gate_sign(dh, cache):
    z = cache.z
    return _back(dh, cache, da_z=dh * (cache.n - cache.h_prev) * z * (1 - z))


@mistake(
    "gru_backward_step",
    "a dz that forgets the candidate",
    "z stands in both terms of h_t: dz = dh ⊙ (h_prev - n).",
)
def update_gate_from_the_state_only(dh, cache):
    z = cache.z
    return _back(dh, cache, da_z=dh * cache.h_prev * z * (1 - z))


@mistake(
    "gru_backward_step",
    "a dz that forgets the old state",
    "z stands in both terms of h_t: dz = dh ⊙ (h_prev - n).",
)
def update_gate_from_the_candidate_only(dh, cache):
    z = cache.z
    return _back(dh, cache, da_z=-dh * cache.n * z * (1 - z))


@mistake(
    "gru_backward_step",
    "an update gate without the slope of its σ",
    "From dz to da_z: multiply by z (1 - z).",
)
def update_slope_forgotten(dh, cache):
    return _back(dh, cache, da_z=dh * (cache.h_prev - cache.n))


@mistake(
    "gru_backward_step",
    "a slope of tanh for the update gate's σ",
    "The slope of σ is z (1 - z); 1 - z² is tanh's.",
)
def update_slope_of_tanh(dh, cache):
    da_z = dh * (cache.h_prev - cache.n) * (1 - cache.z**2)
    return _back(dh, cache, da_z=da_z)


@mistake(
    "gru_backward_step",
    "a candidate's gradient multiplied by z",
    "n enters h_t multiplied by 1 - z.",
)
def candidate_times_z(dh, cache):
    return _back(dh, cache, da_n=dh * cache.z * (1 - cache.n**2))


@mistake(
    "gru_backward_step",
    "a candidate's gradient that is not gated",
    "n enters h_t multiplied by 1 - z.",
)
def candidate_ungated(dh, cache):
    return _back(dh, cache, da_n=dh * (1 - cache.n**2))


@mistake(
    "gru_backward_step",
    "a candidate without the slope of its tanh",
    "From dn to da_n: multiply by 1 - n².",
)
def candidate_slope_forgotten(dh, cache):
    return _back(dh, cache, da_n=dh * (1 - cache.z))


@mistake(
    "gru_backward_step",
    "a slope 1 - n without the square",
    "The derivative of tanh is 1 - tanh².",
)
def candidate_slope_without_square(dh, cache):
    return _back(dh, cache, da_n=dh * (1 - cache.z) * (1 - cache.n))


@mistake(
    "gru_backward_step",
    "a slope of σ for the candidate's tanh",
    "The candidate went through tanh: 1 - n², not n (1 - n).",
)
def candidate_slope_of_sigmoid(dh, cache):
    n = cache.n
    return _back(dh, cache, da_n=dh * (1 - cache.z) * n * (1 - n))


@mistake(
    "gru_backward_step",
    "a reset gate without the slope of its σ",
    "From dr to da_r: multiply by r (1 - r).",
)
def reset_slope_forgotten(dh, cache):
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, da_r=da_n * cache.q)


@mistake(
    "gru_backward_step",
    "a dr computed with the old state",
    "r multiplies q = h_prev W_hn + b_hn: dr = da_n ⊙ q.",
)
def reset_from_the_state(dh, cache):
    r = cache.r
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, da_r=da_n * cache.h_prev * r * (1 - r))


@mistake(
    "gru_backward_step",
    "a dr without the candidate's second bias",
    "r multiplies b_hn too: the cache's q holds it.",
)
def reset_without_bias(dh, cache):
    r = cache.r
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    q = cache.q - cache.params.b_hn
    return _back(dh, cache, da_r=da_n * q * r * (1 - r))


@mistake(
    "gru_backward_step",
    "a dr taken before the candidate's tanh",
    "r acts inside the tanh: dr starts from da_n, not from dn.",
)
def reset_without_tanh(dh, cache):
    r = cache.r
    return _back(dh, cache, da_r=dh * (1 - cache.z) * cache.q * r * (1 - r))


@mistake(
    "gru_backward_step",
    "a reset gate that has no gradient",
    "r made n: dr = da_n ⊙ q.",
)
def reset_gate_forgotten(dh, cache):
    return _back(dh, cache, da_r=0 * dh)


@mistake(
    "gru_backward_step",
    "an update gate that has no gradient",
    "z made h_t: dz = dh ⊙ (h_prev - n).",
)
def update_gate_forgotten(dh, cache):
    return _back(dh, cache, da_z=0 * dh)


@mistake(
    "gru_backward_step",
    "a dq that is not gated",
    "q enters a_n multiplied by r: dq = da_n ⊙ r.",
)
def state_part_ungated(dh, cache):
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, dq=da_n)


@mistake(
    "gru_backward_step",
    "a dq multiplied by 1 - r",
    "q enters a_n multiplied by r: dq = da_n ⊙ r.",
)
def state_part_complement(dh, cache):
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache, dq=da_n * (1 - cache.r))


@mistake(
    "gru_backward_step",
    "gradients of the placement before the product",
    "The cache's step had r after the product: W_hn met h_prev, not r ⊙ h_prev.",
)
def other_placement(dh, cache):
    x_t, h_prev, r, z, n, _, params = cache
    da_z = dh * (h_prev - n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - n**2)
    W_hr, W_hz, W_hn = np.split(params.W_h, 3, axis=1)
    d_reset = da_n @ W_hn.T
    da_r = d_reset * h_prev * r * (1 - r)
    by_input = np.concatenate([da_r, da_z, da_n], axis=1)
    to_state = dh * z + da_r @ W_hr.T + da_z @ W_hz.T + d_reset * r
    to_gates = h_prev.T @ np.concatenate([da_r, da_z], axis=1)
    return GRUStepGrads(
        dx_t=by_input @ params.W_x.T,
        dh_prev=to_state,
        dW_x=x_t.T @ by_input,
        dW_h=np.concatenate([to_gates, (r * h_prev).T @ da_n], axis=1),
        db=by_input.sum(axis=0),
        db_hn=da_n.sum(axis=0),
    )


@mistake(
    "gru_backward_step",
    "a dW_h computed from the reset state",
    "r came after the product: W_h met h_prev itself.",
)
def weights_from_the_reset_state(dh, cache):
    _, by_state = _sides(dh, cache)
    return _back(dh, cache)._replace(dW_h=(cache.r * cache.h_prev).T @ by_state)


@mistake(
    "gru_backward_step",
    "dq where da_n belongs",
    "The input's part of n is not multiplied by r: dx_t, dW_x and db use da_n.",
)
def state_blocks_for_the_input(dh, cache):
    _, by_state = _sides(dh, cache)
    return _back(dh, cache)._replace(
        dx_t=by_state @ cache.params.W_x.T,
        dW_x=cache.x_t.T @ by_state,
        db=by_state.sum(axis=0),
    )


@mistake(
    "gru_backward_step",
    "a db_hn that is not gated",
    "b_hn stands inside the parentheses that r multiplies: db_hn sums dq.",
)
def second_bias_gradient_ungated(dh, cache):
    da_n = dh * (1 - cache.z) * (1 - cache.n**2)
    return _back(dh, cache)._replace(db_hn=da_n.sum(axis=0))


@mistake(
    "gru_backward_step",
    "a db_hn of zero",
    "b_hn was added to q: its gradient is dq, summed over the batch.",
)
def second_bias_gradient_forgotten(dh, cache):
    right = _back(dh, cache)
    return right._replace(db_hn=0 * right.db_hn)


@mistake(
    "gru_backward_step",
    "blocks in the order z, r, n",
    "The blocks stand in the order r, z, n, in gradients too.",
)
def gradient_blocks_exchanged(dh, cache):
    right = _back(dh, cache)
    swapped = {}
    for name in ("dW_x", "dW_h", "db"):
        first, second, third = np.split(getattr(right, name), 3, axis=-1)
        swapped[name] = np.concatenate([second, first, third], axis=-1)
    return right._replace(**swapped)


@mistake(
    "gru_backward_step",
    "blocks in the order z, r, n throughout",
    "The blocks stand in the order r, z, n, also where you multiply by W_xᵀ and W_hᵀ.",
)
def all_blocks_exchanged(dh, cache):
    z, r = cache.z, cache.r
    da_z = dh * (cache.h_prev - cache.n) * z * (1 - z)
    da_n = dh * (1 - z) * (1 - cache.n**2)
    da_r = da_n * cache.q * r * (1 - r)
    return _back(dh, cache, da_r=da_z, da_z=da_r)


@mistake(
    "gru_backward_step",
    "blocks of W_h that are not transposed",
    "Forward it was h_prev @ W_h; back it is [da_r, da_z, dq] @ W_h.T.",
)
def gru_blocks_not_transposed(dh, cache):
    _, by_state = _sides(dh, cache)
    blocks = zip(
        np.split(by_state, 3, axis=1),
        np.split(cache.params.W_h, 3, axis=1),
        strict=True,
    )
    back = sum(grad @ block for grad, block in blocks)
    return _back(dh, cache)._replace(dh_prev=dh * cache.z + back)


@mistake(
    "gru_backward_step",
    "gradients of the matrices that are transposed",
    "A gradient has its parameter's shape: x_t.T @ [da_r, da_z, da_n].",
)
def gru_weight_gradients_transposed(dh, cache):
    right = _back(dh, cache)
    return right._replace(dW_x=right.dW_x.T, dW_h=right.dW_h.T)


@mistake(
    "gru_backward_step",
    "a dW_h computed from the new state",
    "W_h met h_prev in this step, not h_t.",
)
def gru_new_state_for_old(dh, cache):
    _, by_state = _sides(dh, cache)
    h_t = (1 - cache.z) * cache.n + cache.z * cache.h_prev
    return _back(dh, cache)._replace(dW_h=h_t.T @ by_state)


@mistake(
    "gru_backward_step",
    "parameter gradients averaged over the batch",
    "Gradients here are sums over the batch: no division.",
)
def gru_averaged_over_the_batch(dh, cache):
    right = _back(dh, cache)
    means = [grad / len(dh) for grad in right[2:]]
    return GRUStepGrads(right.dx_t, right.dh_prev, *means)


@mistake(
    "gru_backward_step",
    "bias gradients kept for each example",
    "The biases were added to every row: sum over the batch, axis 0.",
)
def gru_biases_not_summed(dh, cache):
    by_input, by_state = _sides(dh, cache)
    db_hn = np.split(by_state, 3, axis=1)[2]
    return _back(dh, cache)._replace(db=by_input, db_hn=db_hn)


@mistake(
    "gru_backward_step",
    "bias gradients with two axes",
    "b and b_hn have one axis; leave out keepdims.",
)
def gru_biases_with_two_axes(dh, cache):
    right = _back(dh, cache)
    return right._replace(db=right.db[None], db_hn=right.db_hn[None])


@mistake(
    "gru_backward_step",
    "a dh that is overwritten",
    "`dh *= …` changes the caller's array; give the product a name of its own.",
)
def gru_gradient_overwritten(dh, cache):
    found = _back(dh, cache)
    dh *= cache.z
    return found


@mistake(
    "gru_backward_step",
    "a cache that is overwritten",
    "`*=` on r, z, n or q changes the cache's arrays.",
)
def gru_cache_overwritten(dh, cache):
    found = _back(dh, cache)
    cache.z[...] *= 1 - cache.z
    return found


@mistake(
    "gru_backward_step",
    "a result in float32",
    "Stay in float64: a gradient check needs all its digits.",
)
def gru_in_float32(dh, cache):
    return GRUStepGrads(*(grad.astype(np.float32) for grad in _back(dh, cache)))
