"""Wrong answers to `shift_right`, each with what it is and a hint."""

import torch
from torch.nn import functional as F


def not_shifted(targets, start_id):
    """targets that are not shifted

    At step t the decoder must not read what it is to say at step t.
    """
    return targets.clone()


def first_overwritten(targets, start_id):
    """targets without a shift, their first symbol overwritten

    y_1 is read at the second step: put <start> before it, not in its place.
    """
    out = targets.clone()
    out[:, 0] = start_id
    return out


def rolled_targets(targets, start_id):
    """a last target that comes round to the front

    roll brings the last symbol to the first place: <start> belongs there.
    """
    return targets.roll(1, dims=1)


def rolled_rows(targets, start_id):
    """rows that move to the next sequence

    Shift along the time axis; each row stays in its sequence.
    """
    return shift_right(targets.roll(1, dims=0), start_id)


def one_longer(targets, start_id):
    """one symbol too many

    Reads and says have equal length: the last target is never read.
    """
    return F.pad(targets, (1, 0), value=start_id)


def without_start(targets, start_id):
    """one symbol too few

    Before the first target comes <start>.
    """
    return targets[:, :-1].clone()


def shifted_left(targets, start_id):
    """a shift to the left

    The decoder reads the symbol before the one it says, not the one after.
    """
    return F.pad(targets[:, 1:], (0, 1), value=start_id)


def start_at_the_end(targets, start_id):
    """a start symbol at the end

    <start> comes first.
    """
    return F.pad(targets[:, :-1], (0, 1), value=start_id)


def shifted_twice(targets, start_id):
    """a shift by two

    One symbol late is enough: at step 2 the decoder reads y_1.
    """
    return shift_right(shift_right(targets, start_id), start_id)


def starts_with_padding(targets, start_id):
    """padding in place of the start symbol

    The first symbol read is start_id.
    """
    return shift_right(targets, 0)


def start_is_one(targets, start_id):
    """a start symbol written as 1

    Use the argument start_id: another vocabulary has another number.
    """
    return shift_right(targets, 1)


def row_of_starts(targets, start_id):
    """a row of start symbols above the batch

    <start> opens every sequence: it is a column.
    """
    first = torch.full_like(targets[:1], start_id)
    return torch.cat([first, targets[:-1]], dim=0)


def first_repeated(targets, start_id):
    """one symbol repeated at the beginning

    The first place holds start_id, not y_1.
    """
    return torch.cat([targets[:, :1], targets[:, :-1]], dim=1)


def reversed_targets(targets, start_id):
    """targets in reversed order

    Only their places move, by one; the order stays.
    """
    return shift_right(targets.flip(1), start_id)


def shifted_float(targets, start_id):
    """ids that have become numbers with a fraction

    Ids index an embedding: make <start> with new_full, which keeps int64.
    """
    return shift_right(targets, start_id).float()


def shift_transposed(targets, start_id):
    """time and batch exchanged

    The result is (batch, target), like the targets.
    """
    return shift_right(targets, start_id).T


def shifted_in_place(targets, start_id):
    """targets that are shifted in place

    The targets are still needed for the loss: return a new tensor.
    """
    return targets.copy_(shift_right(targets, start_id))
