"""Wrong answers to `encode`, each with what it is and a hint."""

import math

import torch


def _read(sources, lengths, embedding, layer):
    """Return the states, padding included, and where the symbols are real."""
    hs, _ = layer(embedding[sources], None)
    steps = torch.arange(sources.shape[1], device=sources.device)
    return hs, (steps < lengths[:, None])[..., None]


def _states_at(hs, steps):
    return hs[torch.arange(len(hs), device=hs.device), steps]


def padded_last_state(sources, lengths, embedding, layer):
    """a context that is the last state of the padded batch

    A short source has gone on over its padding by then: take its state lengths - 1.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, -1]


def last_after_zeroing(sources, lengths, embedding, layer):
    """a context that is the last row of states already replaced by zeros

    The last place is padding for most sources. Take the state at lengths - 1.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs[:, -1]


def layer_alone(sources, lengths, embedding, layer):
    """what the layer returns, with nothing done about the padding

    Two things are left: the context at lengths - 1, and zeros in the padding.
    """
    return layer(embedding[sources], None)


def padding_kept(sources, lengths, embedding, layer):
    """states in the padding that are left as they are

    Replace hs by zeros where a step is not smaller than the length.
    """
    hs, _ = _read(sources, lengths, embedding, layer)
    return hs, _states_at(hs, lengths - 1)


def one_too_late(sources, lengths, embedding, layer):
    """a context one step too late

    Steps count from 0: the last real state is number lengths - 1.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    late = lengths.clamp(max=hs.shape[1] - 1)
    return torch.where(real, hs, 0.0), _states_at(hs, late)


def past_the_end(sources, lengths, embedding, layer):
    """an index that runs past the last state of the longest source

    Steps count from 0: the last real state is number lengths - 1, not lengths.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths)


def one_too_early(sources, lengths, embedding, layer):
    """a context one step too early

    The last real symbol counts too: take the state at lengths - 1.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 2)


def first_state(sources, lengths, embedding, layer):
    """a context that is the first state

    The first state has read one symbol. Take the one after the last real symbol.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, 0]


def mean_of_states(sources, lengths, embedding, layer):
    """a context that is the mean of the states

    Asked is the state after the last real symbol, not a mean.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs.sum(dim=1) / lengths[:, None]


def mean_with_padding(sources, lengths, embedding, layer):
    """a context that is the mean over all steps, padding counted

    Asked is the state after the last real symbol, not a mean.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs.mean(dim=1)


def largest_state(sources, lengths, embedding, layer):
    """a context that is the largest value over time

    Asked is the state after the last real symbol; nothing is pooled.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    low = torch.where(real, hs, -torch.inf)
    return torch.where(real, hs, 0.0), low.amax(dim=1)


def sum_of_states(sources, lengths, embedding, layer):
    """a context that is the sum of the states

    Asked is one state of each source, the last real one.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs.sum(dim=1)


def all_pairs(sources, lengths, embedding, layer):
    """every step in `lengths` picked from every row

    hs[:, steps] takes all steps from each row. Two index tensors make pairs.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, lengths - 1]


def one_length(sources, lengths, embedding, layer):
    """one length, the first one, used for all sources

    Each row has a length of its own: index rows and steps together.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths[:1] - 1)


def shortest_length(sources, lengths, embedding, layer):
    """the shortest length used for all sources

    Each row has a length of its own: index rows and steps together.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths.min()[None] - 1)


def counted_lengths(sources, lengths, embedding, layer):
    """lengths counted from the symbols that are not 0

    0 may be a real symbol, and padding need not be 0: use the lengths given.
    """
    return encode(sources, (sources != 0).sum(dim=1).clamp(min=1), embedding, layer)


def mask_from_symbols(sources, lengths, embedding, layer):
    """a mask made from the symbols that are not 0

    0 may be a real symbol, and padding need not be 0: compare steps with lengths.
    """
    hs, _ = _read(sources, lengths, embedding, layer)
    context = _states_at(hs, lengths - 1)
    return hs * (sources != 0)[..., None], context


def inputs_masked(sources, lengths, embedding, layer):
    """inputs that are masked in place of the states

    A state moves on even if it reads zeros. Mask what comes out of the layer.
    """
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps < lengths[:, None])[..., None]
    return layer(torch.where(real, embedding[sources], 0.0), None)


def mask_inverted(sources, lengths, embedding, layer):
    """a mask the wrong way round

    True is for real steps: arange(time) < lengths. The others become zero.
    """
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, 0.0, hs), _states_at(hs, lengths - 1)


def mask_too_long(sources, lengths, embedding, layer):
    """a mask that keeps one step of the padding

    Step number `lengths` is padding already: compare with <, not <=.
    """
    hs, _ = _read(sources, lengths, embedding, layer)
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps <= lengths[:, None])[..., None]
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 1)


def mask_too_short(sources, lengths, embedding, layer):
    """a mask that drops the last real step

    Step lengths - 1 is real: compare with < lengths.
    """
    hs, _ = _read(sources, lengths, embedding, layer)
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps < lengths[:, None] - 1)[..., None]
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 1)


def sorted_batch(sources, lengths, embedding, layer):
    """sources sorted by length and not put back

    Row b of the result belongs to row b of `sources`: undo the sorting.
    """
    order = lengths.argsort(descending=True, stable=True)
    return encode(sources[order], lengths[order], embedding, layer)


def read_backwards(sources, lengths, embedding, layer):
    """sources that are read from the end

    Here the source is read forwards; reversing is the next task.
    """
    return encode(sources.flip(1), lengths, embedding, layer)


def scaled_embedding(sources, lengths, embedding, layer):
    """embeddings that are scaled

    Take the rows of `embedding` as they are.
    """
    width = embedding.shape[1] + 1  # so that it shows at width 1 too
    return encode(sources, lengths, embedding * math.sqrt(width), layer)


def shifted_rows(sources, lengths, embedding, layer):
    """an embedding without its first row

    Symbol k is row k of `embedding`; ids need no shift.
    """
    return encode(sources - 1, lengths, embedding, layer)


def context_with_time(sources, lengths, embedding, layer):
    """a context that has a time axis

    The context is (batch, hidden): index the time axis away.
    """
    hs, context = encode(sources, lengths, embedding, layer)
    return hs, context[:, None]


def order_swapped(sources, lengths, embedding, layer):
    """states and context in the wrong order

    Return the states first, then the context.
    """
    hs, context = encode(sources, lengths, embedding, layer)
    return context, hs


def context_alone(sources, lengths, embedding, layer):
    """a context without the states

    Return both: states and context.
    """
    return encode(sources, lengths, embedding, layer)[1]


def cut_to_shortest(sources, lengths, embedding, layer):
    """states cut off at the shortest length

    The states keep the width of the batch; shorter sources get zeros.
    """
    hs, context = encode(sources, lengths, embedding, layer)
    # one step less where there is no padding, so that it is seen there too
    return hs[:, : int(lengths.min())], context


def detached(sources, lengths, embedding, layer):
    """a context from which no gradient comes back

    Do not detach: the encoder learns through the context.
    """
    hs, context = encode(sources, lengths, embedding, layer)
    return hs, context.detach()


def embedding_changed(sources, lengths, embedding, layer):
    """an embedding whose row 0 was set to zero in place

    Leave the arguments as they are: mask the states, not the embedding.
    """
    embedding.data[0] = 0.0
    return encode(sources, lengths, embedding, layer)
