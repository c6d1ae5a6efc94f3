"""Wrong answers to `sample_next`, each with what it is and a hint."""

import numpy as np
import torch


def _allowed(logits, top_k):
    """Return the scores with those that may not be drawn at minus infinity."""
    if top_k is None:
        return logits
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return logits.masked_fill(logits < least, -torch.inf)


def _draw(scores, generator):
    probs = torch.softmax(scores, dim=-1)
    return torch.multinomial(probs, 1, generator=generator).squeeze(1)


def temperature_multiplies(logits, temperature, top_k, generator):
    """a temperature that multiplies the scores

    Divide by the temperature: a low one must make likely symbols likelier.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k) * temperature, generator)


def temperature_ignored(logits, temperature, top_k, generator):
    """a temperature without effect

    Divide the scores before the softmax; dividing probabilities changes nothing, since
    they are only compared with each other.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k), generator)


def temperature_twice(logits, temperature, top_k, generator):
    """a temperature that divides twice

    Divide once, before the softmax.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k) / temperature**2, generator)


def softmax_twice(logits, temperature, top_k, generator):
    """a softmax of a softmax

    Divide the scores themselves by the temperature, and take one softmax.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(
        _allowed(torch.softmax(logits, dim=-1), top_k) / temperature, generator
    )


def always_argmax(logits, temperature, top_k, generator):
    """a symbol that is always the most likely one

    Draw with the probabilities; argmax is for temperature 0 only.
    """
    return logits.argmax(dim=-1)


def argmin_at_zero(logits, temperature, top_k, generator):
    """the least likely symbol at temperature 0

    Temperature 0 takes the largest score.
    """
    if temperature == 0:
        return logits.argmin(dim=-1)
    return sample_next(logits, temperature, top_k, generator)


def random_at_zero(logits, temperature, top_k, generator):
    """a random symbol at temperature 0

    Temperature 0 takes the largest score, without a draw.
    """
    return _draw(_allowed(logits, top_k) / (temperature or 1.0), generator)


def divides_by_zero(logits, temperature, top_k, generator):
    """a division by a temperature of 0

    Return the symbol with the largest score before you come to the division.
    """
    return _draw(_allowed(logits, top_k) / temperature, generator)


def kth_value_lost(logits, temperature, top_k, generator):
    """a k-th symbol that is lost

    The k-th largest score may be drawn too: exclude only what is smaller.
    """
    if temperature == 0 or top_k in (None, 1):
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    kept = logits.masked_fill(logits <= least, -torch.inf)
    # where all that is left scores the same, nothing would be
    kept = torch.where((logits > least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


def smaller_or_equal(logits, temperature, top_k, generator):
    """a k-th symbol that is lost, the first one included where k is 1

    Exclude what is smaller than the k-th largest score: <, not <=.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return _draw(
        logits.masked_fill(logits <= least, -torch.inf) / temperature, generator
    )


def one_too_many(logits, temperature, top_k, generator):
    """one symbol more than top_k

    topk(top_k) holds k scores; its last one is the least that may be drawn.
    """
    if top_k is not None:
        top_k = min(top_k + 1, logits.shape[1])
    return sample_next(logits, temperature, top_k, generator)


def smallest_kept(logits, temperature, top_k, generator):
    """the k smallest scores

    The k largest scores may be drawn.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    most = (-logits).topk(top_k, dim=-1).values[:, -1:]
    return _draw(
        logits.masked_fill(-logits < most, -torch.inf) / temperature, generator
    )


def top_k_ignored(logits, temperature, top_k, generator):
    """a top_k without effect

    Only the top_k largest scores may be drawn: the others become -∞.
    """
    return sample_next(logits, temperature, None, generator)


def top_k_of_the_batch(logits, temperature, top_k, generator):
    """a top_k over the whole batch

    The k-th largest score is another one in each row: topk along the last axis.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    distinct = torch.unique(logits)
    least = distinct.topk(min(top_k, len(distinct))).values[-1]
    kept = logits.masked_fill(logits < least, -torch.inf)
    kept = torch.where((logits >= least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


def threshold_of_the_first_row(logits, temperature, top_k, generator):
    """the least score of the first row, for all rows

    Each row has a k-th largest score of its own.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits[0].topk(top_k).values[-1]
    kept = logits.masked_fill(logits < least, -torch.inf)
    kept = torch.where((logits >= least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


def masked_with_zero(logits, temperature, top_k, generator):
    """scores of 0 where they should be -∞

    A score of 0 still has a probability: exp(0) is 1. Fill with -torch.inf.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return _draw(logits.masked_fill(logits < least, 0.0) / temperature, generator)


def places_returned(logits, temperature, top_k, generator):
    """places among the top_k in place of symbols

    multinomial gives a place in the row that you passed; topk's indices say which
    symbol that is.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    return _draw(logits.topk(top_k, dim=-1).values / temperature, generator)


def ties_cut(logits, temperature, top_k, generator):
    """k symbols only where several share the k-th place

    Symbols that score the same as the k-th may be drawn too: compare scores, and do not
    count places.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    values, symbols = logits.topk(top_k, dim=-1)
    place = _draw(values / temperature, generator)
    return symbols.gather(1, place[:, None]).squeeze(1)


def uniform(logits, temperature, top_k, generator):
    """equally likely symbols

    Weigh the symbols by their probabilities, those among the top_k too.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return (
        _draw(_allowed(logits, top_k) * 0, generator)
        if top_k is None
        else _draw(
            torch.where(_allowed(logits, top_k) == -torch.inf, -torch.inf, 0.0),
            generator,
        )
    )


def softmax_over_the_batch(logits, temperature, top_k, generator):
    """a softmax over the batch

    Each row is a distribution: softmax over the last axis.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=0)
    return torch.multinomial(probs.nan_to_num(0.0), 1, generator=generator).squeeze(1)


def generator_ignored(logits, temperature, top_k, generator):
    """a draw that does not use the generator

    Pass generator=generator to the function that draws.
    """
    return sample_next(logits, temperature, top_k, None)


def generator_of_its_own(logits, temperature, top_k, generator):
    """a generator that starts afresh at every call

    Draw from the generator that was passed; with one of your own every call draws the
    same.
    """
    return sample_next(logits, temperature, top_k, torch.Generator().manual_seed(0))


def numpy_seeded_at_every_call(logits, temperature, top_k, generator):
    """a generator that does not move on, so that every call draws the same

    Draw from the generator itself: seeded anew, or copied, it stays where it was, and
    the next call repeats this one.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=-1)
    edges = probs.double().cumsum(dim=-1).numpy()
    rng = np.random.default_rng(generator.initial_seed())
    u = rng.random((len(edges), 1)) * edges[:, -1:]
    return torch.from_numpy((edges <= u).sum(axis=1))


def global_seeded_at_every_call(logits, temperature, top_k, generator):
    """a generator that does not move on, so that every call draws the same

    Draw from the generator itself: seeded anew, or copied, it stays where it was, and
    the next call repeats this one.
    """
    torch.manual_seed(generator.initial_seed() if generator else 0)
    return sample_next(logits, temperature, top_k, None)


def generator_seeded_at_every_call(logits, temperature, top_k, generator):
    """a generator that does not move on, so that every call draws the same

    Draw from the generator itself: seeded anew, or copied, it stays where it was, and
    the next call repeats this one.
    """
    again = generator and generator.manual_seed(generator.initial_seed())
    return sample_next(logits, temperature, top_k, again)


def draws_from_a_copy(logits, temperature, top_k, generator):
    """a generator that does not move on, so that every call draws the same

    Draw from the generator itself: seeded anew, or copied, it stays where it was, and
    the next call repeats this one.
    """
    copy = generator and torch.Generator().set_state(generator.get_state())
    return sample_next(logits, temperature, top_k, copy)


def one_draw_for_all(logits, temperature, top_k, generator):
    """one draw for the whole batch

    Every row has a draw of its own: hand all rows to multinomial.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=-1)
    u = torch.rand(1, generator=generator, dtype=probs.dtype)
    return (probs.cumsum(dim=-1) < u).sum(dim=-1).clamp(max=logits.shape[1] - 1)


def first_row_for_all(logits, temperature, top_k, generator):
    """the first row's distribution for every row

    Each row is drawn from with its own probabilities.
    """
    return sample_next(logits[:1].expand_as(logits), temperature, top_k, generator)


def axis_kept(logits, temperature, top_k, generator):
    """a result with an axis too many

    multinomial returns (batch, 1); squeeze its last axis.
    """
    return sample_next(logits, temperature, top_k, generator)[:, None]


def none_not_foreseen(logits, temperature, top_k, generator):
    """a missing top_k that is not foreseen

    top_k=None lets all symbols be drawn: ask before you call topk.
    """
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    logits = logits.masked_fill(logits < least, -torch.inf)
    return sample_next(logits, temperature, None, generator)


def scores_changed(logits, temperature, top_k, generator):
    """scores that are changed where they stand

    masked_fill makes a new tensor; masked_fill_, /= and logits[...] = change the
    caller's.
    """
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    logits[logits < least] = -torch.inf
    return _draw(logits / temperature, generator)


def scores_divided(logits, temperature, top_k, generator):
    """scores that are divided where they stand

    logits / temperature is a new tensor; logits /= temperature changes the caller's.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits /= temperature
    return _draw(_allowed(logits, top_k), generator)


def squared(logits, temperature, top_k, generator):
    """probabilities that are squared

    softmax gives the probabilities; do not weigh by them a second time.
    """
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(2 * _allowed(logits, top_k) / temperature, generator)
