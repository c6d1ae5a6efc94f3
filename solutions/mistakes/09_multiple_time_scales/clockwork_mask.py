"""Wrong answers to `clockwork_mask`, each with what it is and a hint."""

import torch


def slow_reads_fast(periods):
    """a mask in which slow units read fast ones

    Row i is read, column j reads: at [i, j], periods[i] must be the longer one.
    """
    return (periods[:, None] <= periods[None, :]).float()


def own_group_left_out(periods):
    """a mask that leaves out a unit's own group

    Units with the same period read each other, and themselves: >=, not >.
    """
    return (periods[:, None] > periods[None, :]).float()


def strictly_slow_reads_fast(periods):
    """a mask in the wrong direction that leaves out a unit's own group

    At [i, j], periods[i] must be as long as periods[j] or longer.
    """
    return (periods[:, None] < periods[None, :]).float()


def own_group_only(periods):
    """groups that read only themselves

    A unit reads its own group and all slower ones as well.
    """
    return (periods[:, None] == periods[None, :]).float()


def other_groups_only(periods):
    """groups that do not read themselves

    A unit reads units of its own period too, and no faster ones.
    """
    return (periods[:, None] != periods[None, :]).float()


def everything(periods):
    """a mask that lets everybody read everybody

    Where the unit that is read has the shorter period there is a 0.
    """
    return torch.ones(len(periods), len(periods), device=periods.device)


def triangle_of_units(periods):
    """a triangle over single units, whatever their periods

    Compare the periods, not the places of the units: groups are blocks.
    """
    return torch.ones(len(periods), len(periods), device=periods.device).tril()


def upper_triangle_of_units(periods):
    """an upper triangle over single units, whatever their periods

    Compare the periods, not the places of the units: groups are blocks.
    """
    return torch.ones(len(periods), len(periods), device=periods.device).triu()


def periods_sorted(periods):
    """a mask for periods in rising order

    The periods may come in any order, and the mask keeps that order.
    """
    rising = periods.sort().values
    return (rising[:, None] >= rising[None, :]).float()


def only_oneself_of_the_group(periods):
    """slower groups and each unit itself, without its neighbours

    Units with the same period read each other: compare with >=.
    """
    mask = (periods[:, None] > periods[None, :]).float()
    return mask + torch.eye(len(periods), device=periods.device)


def multiples_only(periods):
    """a mask by divisibility

    Longer is enough: a unit with period 2 also reads one with period 3.
    """
    return (periods[:, None] % periods[None, :] == 0).float()


def booleans(periods):
    """True and False in place of ones and zeros

    Turn the comparison into numbers with .float().
    """
    return periods[:, None] >= periods[None, :]


def whole_numbers_in_the_mask(periods):
    """whole numbers in place of float32

    The mask will be multiplied with weights: .float().
    """
    return (periods[:, None] >= periods[None, :]).long()


def quotients(periods):
    """quotients of periods in place of ones and zeros

    A link is there or not: compare the periods, do not divide them.
    """
    return periods[:, None] / periods[None, :]


def mask_of_groups(periods):
    """a mask of groups, not of units

    There is a row and a column for every unit, (hidden, hidden).
    """
    groups = periods.unique()
    return (groups[:, None] >= groups[None, :]).float()


def minus_infinity(periods):
    """minus infinity where there is no link

    The mask is multiplied with weights: no link is 0. -inf belongs to a softmax.
    """
    mask = (periods[:, None] >= periods[None, :]).float()
    return mask.masked_fill(mask == 0, -torch.inf)
