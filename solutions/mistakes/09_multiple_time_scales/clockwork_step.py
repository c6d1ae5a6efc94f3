"""Wrong answers to `clockwork_step`, each with what it is and a hint."""

import torch

from course_lib.cells import rnn_step


def _masked(params, mask):
    return params._replace(W_hh=params.W_hh * mask.to(params.W_hh))


def _tick(x_t, h_prev, params, periods, ticks):
    """Update the units that `ticks` names, with the right mask."""
    new = rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods)))
    return torch.where(ticks, new, h_prev)


def updates_all(t, x_t, h_prev, params, periods):
    """a step that updates all units

    A unit whose clock does not tick keeps its state: choose with torch.where.
    """
    return rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods)))


def counted_from_one(t, x_t, h_prev, params, periods):
    """steps counted from 1

    t is given as it is to be used: t % periods == 0.
    """
    return _tick(x_t, h_prev, params, periods, (t + 1) % periods == 0)


def modulus_turned_round(t, x_t, h_prev, params, periods):
    """the remainder of the period by t

    It is t that is divided by the period: t % periods.
    """
    return _tick(x_t, h_prev, params, periods, periods % t == 0)


def ticks_once(t, x_t, h_prev, params, periods):
    """a clock that ticks once, at t = period

    It ticks at every multiple of the period: compare a remainder.
    """
    return _tick(x_t, h_prev, params, periods, periods == t)


def ticks_from_its_period_on(t, x_t, h_prev, params, periods):
    """a clock that ticks at all steps from its period on

    It ticks at multiples of the period only: compare a remainder.
    """
    return _tick(x_t, h_prev, params, periods, t >= periods)


def choice_turned_round(t, x_t, h_prev, params, periods):
    """updates exactly where the clock does not tick

    torch.where takes its second argument where the condition holds.
    """
    return _tick(x_t, h_prev, params, periods, t % periods != 0)


def nothing_at_zero(t, x_t, h_prev, params, periods):
    """a first step at which nothing is updated

    0 is a multiple of every period: at t = 0 all clocks tick.
    """
    return _tick(x_t, h_prev, params, periods, (t % periods == 0) & (t > 0))


def resting_units_zero(t, x_t, h_prev, params, periods):
    """zeros in the units that rest

    A unit that rests keeps its value, h_prev; it is not switched off.
    """
    new = updates_all(t, x_t, h_prev, params, periods)
    return new * (t % periods == 0)


def mask_forgotten(t, x_t, h_prev, params, periods):
    """a step without the mask

    Multiply params.W_hh with clockwork_mask(periods), elementwise.
    """
    return torch.where(t % periods == 0, rnn_step(x_t, h_prev, params), h_prev)


def mask_transposed(t, x_t, h_prev, params, periods):
    """a mask turned round: slow units read fast ones

    Use the mask as it is; its rows are read and its columns read.
    """
    new = rnn_step(x_t, h_prev, _masked(params, clockwork_mask(periods).T))
    return torch.where(t % periods == 0, new, h_prev)


def resting_units_not_read(t, x_t, h_prev, params, periods):
    """a mask on the state in place of the matrix

    The mask says which links exist: it is multiplied with W_hh.
    """
    ticks = t % periods == 0
    masked = _masked(params, clockwork_mask(periods))
    return torch.where(ticks, rnn_step(x_t, h_prev * ticks, masked), h_prev)


def one_group_after_the_other(t, x_t, h_prev, params, periods):
    """fast units that read what slow ones have just become

    All units read the old state, h_prev, whatever is updated in this step.
    """
    h_t = h_prev
    for period in periods.unique().flip(0):
        turn = (periods == period) & (t % periods == 0)
        h_t = torch.where(turn, updates_all(t, x_t, h_t, params, periods), h_t)
    return h_t


def slowest_clock(t, x_t, h_prev, params, periods):
    """one clock for all units, the slowest

    Each unit has a clock of its own: keep the remainders of all periods.
    """
    if t % int(periods.max()) == 0:
        return updates_all(t, x_t, h_prev, params, periods)
    return h_prev.clone()


def added_to_the_old(t, x_t, h_prev, params, periods):
    """a new value added to the old one

    A unit whose clock ticks takes the new value in place of the old one.
    """
    return h_prev + resting_units_zero(t, x_t, h_prev, params, periods)


def ticks_along_the_batch(t, x_t, h_prev, params, periods):
    """ticks laid along the batch, not along the units

    The remainders are one a unit, and units are the last axis: no [:, None].
    """
    new = updates_all(t, x_t, h_prev, params, periods)
    return torch.where((t % periods == 0)[:, None], new, h_prev)


def input_for_the_fast(t, x_t, h_prev, params, periods):
    """an input that only fast units see

    At its tick a unit reads the input too: the mask is for W_hh only.
    """
    fast = (periods == 1).to(params.W_xh)
    params = params._replace(W_xh=params.W_xh * fast)
    return _tick(x_t, h_prev, params, periods, t % periods == 0)


def clockwork_bias_omitted(t, x_t, h_prev, params, periods):
    """a step without its bias

    The tanh's argument ends with + b_h.
    """
    params = params._replace(b_h=torch.zeros_like(params.b_h))
    return _tick(x_t, h_prev, params, periods, t % periods == 0)


def clockwork_no_tanh(t, x_t, h_prev, params, periods):
    """a step without its tanh

    What you have is the tanh's argument.
    """
    W_hh = params.W_hh * clockwork_mask(periods).to(params.W_hh)
    new = x_t @ params.W_xh + h_prev @ W_hh + params.b_h
    return torch.where(t % periods == 0, new, h_prev)


def clockwork_state_overwritten(t, x_t, h_prev, params, periods):
    """a new state written over the old one

    Assigning to h_prev[...] changes the caller's tensor; torch.where does not.
    """
    new = updates_all(t, x_t, h_prev, params, periods)
    return h_prev.copy_(torch.where(t % periods == 0, new, h_prev))


def weights_overwritten(t, x_t, h_prev, params, periods):
    """a mask written into W_hh itself

    `*=` changes the caller's weights; multiply into a new tensor.
    """
    with torch.no_grad():
        params.W_hh.mul_(clockwork_mask(periods).to(params.W_hh))
    return torch.where(t % periods == 0, rnn_step(x_t, h_prev, params), h_prev)


def resting_units_detached(t, x_t, h_prev, params, periods):
    """resting units cut off from their past

    The gradient travels through the units that rest: do not detach them.
    """
    new = updates_all(t, x_t, h_prev, params, periods)
    return torch.where(t % periods == 0, new, h_prev.detach())
