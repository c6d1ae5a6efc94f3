"""Wrong answers to `reverse_sources`, each with what it is and a hint."""

import torch


def flipped(sources, lengths):
    """rows that are flipped with their padding

    flip(1) brings the padding to the front. Reverse within each length.
    """
    return sources.flip(1)


def rows_flipped(sources, lengths):
    """rows in reversed order

    Reverse along the time axis, not along the batch.
    """
    return sources.flip(0)


def unchanged(sources, lengths):
    """sources that are left as they are

    The last real symbol comes first.
    """
    return sources.clone()


def first_length(sources, lengths):
    """the first length used for all rows

    Each row is reversed within its own length.
    """
    return reverse_sources(sources, lengths[:1].expand_as(lengths))


def within_shortest(sources, lengths):
    """the shortest length used for all rows

    Each row is reversed within its own length.
    """
    return reverse_sources(sources, lengths.min().expand_as(lengths))


def last_stays(sources, lengths):
    """a last symbol that stays where it is

    Place s gets the symbol of place n - 1 - s, so the last one goes to the front.
    """
    return reverse_sources(sources, (lengths - 1).clamp(min=1))


def first_stays(sources, lengths):
    """a first symbol that stays where it is

    Place s gets the symbol of place n - 1 - s, from s = 0 on.
    """
    rest = reverse_sources(sources[:, 1:], (lengths - 1).clamp(min=1))
    return torch.cat([sources[:, :1], rest], dim=1)


def one_too_many(sources, lengths):
    """one step of padding that is reversed too

    The last real symbol is at n - 1: place s gets that of place n - 1 - s.
    """
    return reverse_sources(sources, (lengths + 1).clamp(max=sources.shape[1]))


def index_off_by_one(sources, lengths):
    """places n - s, which run one too far

    Places count from 0: the last real symbol is at n - 1.
    """
    steps = torch.arange(sources.shape[1], device=sources.device)
    places = torch.where(steps < lengths[:, None], lengths[:, None] - steps, steps)
    return sources.gather(1, places)


def ends_exchanged(sources, lengths):
    """first and last symbol exchanged, and no other

    All symbols change places, not only the ends.
    """
    out = sources.clone()
    rows = torch.arange(len(sources), device=sources.device)
    out[:, 0] = sources[rows, lengths - 1]
    out[rows, lengths - 1] = sources[:, 0]
    return out


def rolled(sources, lengths):
    """symbols that move round by one place

    Reversing is no rotation: x_1 x_2 x_3 becomes x_3 x_2 x_1.
    """
    steps = torch.arange(sources.shape[1], device=sources.device)
    places = (steps - 1) % lengths[:, None]
    return sources.gather(1, torch.where(steps < lengths[:, None], places, steps))


def padding_first(sources, lengths):
    """padding that comes first

    The padding stays at the end: the encoder has to begin with a real symbol.
    """
    out = reverse_sources(sources, lengths)
    width = sources.shape[1]
    steps = torch.arange(width, device=sources.device)
    # the symbols reversed twice: in order, at the right
    places = (steps - (width - lengths)[:, None]) % width
    return reverse_sources(out, lengths).gather(1, places)


def padding_zeroed(sources, lengths):
    """padding that is overwritten

    What stands in the padding stays as it is.
    """
    steps = torch.arange(sources.shape[1], device=sources.device)
    out = reverse_sources(sources, lengths)
    return torch.where(steps < lengths[:, None], out, 0)


def padding_clamped(sources, lengths):
    """padding that is filled with the first symbol

    Negative places were cut to 0. In the padding each place keeps what it has.
    """
    steps = torch.arange(sources.shape[1], device=sources.device)
    return sources.gather(1, (lengths[:, None] - 1 - steps).clamp(min=0))


def padding_wrapped(sources, lengths):
    """padding that is reversed as well, in its own place

    Negative places count from the end. In the padding each place keeps what it has.
    """
    width = sources.shape[1]
    steps = torch.arange(width, device=sources.device)
    return sources.gather(1, (lengths[:, None] - 1 - steps) % width)


def reverse_counted(sources, lengths):
    """lengths counted from the symbols that are not 0

    0 may be a real symbol, and padding need not be 0: use the lengths given.
    """
    return reverse_sources(sources, (sources != 0).sum(dim=1).clamp(min=1))


def sorted_symbols(sources, lengths):
    """symbols that are sorted

    The order of the symbols is turned round; their values do not matter.
    """
    return sources.sort(dim=1, descending=True).values


def cut_off(sources, lengths):
    """sources cut off at the longest length less one

    The result has the shape of `sources`.
    """
    return reverse_sources(sources, lengths)[:, :-1]


def made_float(sources, lengths):
    """ids that have become numbers with a fraction

    Ids index an embedding: keep int64.
    """
    return reverse_sources(sources, lengths).float()


def reversed_in_place(sources, lengths):
    """sources that are reversed in place

    Return a new tensor and leave the argument as it is.
    """
    return sources.copy_(reverse_sources(sources, lengths))
