"""Wrong answers to `gru_as_leaky`, each with what it is and a hint."""

import torch

from course_lib.cells import GRUParams, RNNParams


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


def alpha_as_bias(params, alpha):
    """α itself as the bias of the update gate

    σ comes after the bias: b_z must be the number whose σ is α.
    """
    return _leaky(params, alpha)


def alpha_swapped(params, alpha):
    """α and 1 - α exchanged

    z is the share of the old state, as α is: z = α.
    """
    return _leaky(params, torch.logit(1 - alpha))


def sigmoid_for_logit(params, alpha):
    """σ of α as the bias

    You need the inverse of σ, not σ: which b_z has σ(b_z) = α?
    """
    return _leaky(params, torch.sigmoid(alpha))


def log_for_logit(params, alpha):
    """log α as the bias

    σ(b) = 1 / (1 + exp(-b)); solve σ(b) = α for b.
    """
    return _leaky(params, torch.log(alpha))


def odds_for_logit(params, alpha):
    """α / (1 - α) as the bias, without its logarithm

    Solve σ(b) = α: exp(b) = α / (1 - α), so b is the logarithm of that.
    """
    return _leaky(params, alpha / (1 - alpha))


def atanh_for_logit(params, alpha):
    """the inverse of tanh for the inverse of σ

    z = σ(b_z) and not tanh(b_z): use torch.logit.
    """
    return _leaky(params, torch.atanh(alpha))


def time_constant_as_bias(params, alpha):
    """a time constant as the bias

    b_z is not 1 / (1 - α): it is the number whose σ is α.
    """
    return _leaky(params, 1 / (1 - alpha))


def clamped_alpha(params, alpha):
    """α kept away from 0 and 1

    σ(±inf) is 1 and 0 exactly: no eps, no clamp.
    """
    return _leaky(params, torch.logit(alpha, eps=1e-6))


def reset_taken_for_one(params, alpha):
    """a reset gate taken for 1

    With zero weights r = σ(0) = ½: what it halves must be doubled.
    """
    return _leaky(params, torch.logit(alpha), factor=1.0)


def halved(params, alpha):
    """a W_hh that is halved

    r halves it already: it must be doubled.
    """
    return _leaky(params, torch.logit(alpha), factor=0.5)


def reset_opened(params, alpha):
    """a reset gate opened by a large bias

    A good idea, but the task asks for b_r = 0: undo r = ½ in W_hn.
    """
    right = _leaky(params, torch.logit(alpha), factor=1.0)
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r + 40, b_z, b_xn]))


def everything_doubled(params, alpha):
    """everything doubled, input and bias too

    r multiplies what comes from the state only: double W_hh alone.
    """
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(2 * W_xh, W_hh, 2 * b_h), torch.logit(alpha))


def input_doubled(params, alpha):
    """a doubled W_xh

    r multiplies what comes from the state: double W_hh, leave W_xh.
    """
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(2 * W_xh, W_hh, b_h), torch.logit(alpha), factor=1.0)


def bias_in_the_second_place(params, alpha):
    """the bias b_h moved to b_hn

    b_hn is halved by r; the task asks for b_hn = 0 and b_h in the last third of b.
    """
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r, b_z, 0 * b_xn]), b_hn=params.b_h)


def bias_doubled_in_the_second_place(params, alpha):
    """the bias b_h doubled in b_hn

    It computes the same, but the task asks for b_hn = 0: put b_h into b.
    """
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_r, b_z, 0 * b_xn]), b_hn=2 * params.b_h)


def bias_twice_over(params, alpha):
    """b_h both in b and in b_hn

    The leaky unit has one bias: it goes into the last third of b.
    """
    return _leaky(params, torch.logit(alpha))._replace(b_hn=params.b_h)


def bias_lost(params, alpha):
    """a candidate without its bias

    b_h belongs into the last third of b.
    """
    W_xh, W_hh, b_h = params
    return _leaky(RNNParams(W_xh, W_hh, 0 * b_h), torch.logit(alpha))


def leaky_update_first(params, alpha):
    """blocks in the order z, r, n

    α belongs into the second third of b: the order is r, z, n.
    """
    right = _leaky(params, torch.logit(alpha))
    b_r, b_z, b_xn = right.b.chunk(3)
    return right._replace(b=torch.cat([b_z, b_r, b_xn]))


def leaky_candidate_first(params, alpha):
    """a candidate in the first block

    The order is r, z, n: the candidate's matrices come last.
    """
    right = _leaky(params, torch.logit(alpha))
    moved = [w.roll(len(params.b_h), dims=-1) for w in (right.W_x, right.W_h)]
    b_r, b_z, b_xn = right.b.chunk(3)
    return GRUParams(*moved, torch.cat([b_xn, b_r, b_z]), right.b_hn)


def gates_read_too(params, alpha):
    """gates that read what the candidate reads

    α does not depend on the data: both gates' blocks of W_x and W_h are zero.
    """
    right = _leaky(params, torch.logit(alpha))
    W_xh, W_hh, _ = params
    return right._replace(W_x=W_xh.repeat(1, 3), W_h=2 * W_hh.repeat(1, 3))


def stacked_rows(params, alpha):
    """blocks stacked on top of each other

    The blocks stand side by side: torch.cat with dim=1.
    """
    right = _leaky(params, torch.logit(alpha))
    W_xh, W_hh, _ = params
    no_x, no_h = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    return right._replace(
        W_x=torch.cat([no_x, no_x, W_xh]), W_h=torch.cat([no_h, no_h, 2 * W_hh])
    )


def leaky_transposed(params, alpha):
    """a W_hh that is transposed

    Same orientation here and there: no .T.
    """
    return _leaky(params._replace(W_hh=params.W_hh.T), torch.logit(alpha))


def zeros_on_the_default_device(params, alpha):
    """zeros made on the default device

    torch.zeros(shape) is float32 on the CPU; torch.zeros_like follows the weight.
    """
    right = _leaky(params, torch.logit(alpha))
    return right._replace(b_hn=torch.zeros(len(params.b_h)))


def alpha_detached(params, alpha):
    """an α taken out of the graph

    α may be learnt: torch.tensor(…), .item() and math.log lose its gradient.
    """
    return _leaky(params, torch.logit(alpha.detach()))


def one_tensor_missing(params, alpha):
    """a list in place of a GRUParams

    Return GRUParams(W_x, W_h, b, b_hn).
    """
    return tuple(_leaky(params, torch.logit(alpha)))[:3]
