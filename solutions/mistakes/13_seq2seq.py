"""Wrong answers to exercise 13. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import math

import torch
from torch.nn import functional as F

from course_lib.checks import mistake

# --- encode ---------------------------------------------------------------------------


def _read(sources, lengths, embedding, layer):
    """Return the states, padding included, and where the symbols are real."""
    hs, _ = layer(embedding[sources], None)
    steps = torch.arange(sources.shape[1], device=sources.device)
    return hs, (steps < lengths[:, None])[..., None]


def _states_at(hs, steps):
    return hs[torch.arange(len(hs), device=hs.device), steps]


@mistake(
    "encode",
    "a context that is the last state of the padded batch",
    "A short source has gone on over its padding by then: take its state lengths - 1.",
)
def padded_last_state(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, -1]


@mistake(
    "encode",
    "a context that is the last row of states already replaced by zeros",
    "The last place is padding for most sources. Take the state at lengths - 1.",
)
def last_after_zeroing(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs[:, -1]


@mistake(
    "encode",
    "what the layer returns, with nothing done about the padding",
    "Two things are left: the context at lengths - 1, and zeros in the padding.",
)
def layer_alone(sources, lengths, embedding, layer):
    return layer(embedding[sources], None)


@mistake(
    "encode",
    "states in the padding that are left as they are",
    "Replace hs by zeros where a step is not smaller than the length.",
)
def padding_kept(sources, lengths, embedding, layer):
    hs, _ = _read(sources, lengths, embedding, layer)
    return hs, _states_at(hs, lengths - 1)


@mistake(
    "encode",
    "a context one step too late",
    "Steps count from 0: the last real state is number lengths - 1.",
)
def one_too_late(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    late = lengths.clamp(max=hs.shape[1] - 1)
    return torch.where(real, hs, 0.0), _states_at(hs, late)


@mistake(
    "encode",
    "an index that runs past the last state of the longest source",
    "Steps count from 0: the last real state is number lengths - 1, not lengths.",
)
def past_the_end(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths)


@mistake(
    "encode",
    "a context one step too early",
    "The last real symbol counts too: take the state at lengths - 1.",
)
def one_too_early(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 2)


@mistake(
    "encode",
    "a context that is the first state",
    "The first state has read one symbol. Take the one after the last real symbol.",
)
def first_state(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, 0]


@mistake(
    "encode",
    "a context that is the mean of the states",
    "Asked is the state after the last real symbol, not a mean.",
)
def mean_of_states(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs.sum(dim=1) / lengths[:, None]


@mistake(
    "encode",
    "a context that is the mean over all steps, padding counted",
    "Asked is the state after the last real symbol, not a mean.",
)
def mean_with_padding(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs.mean(dim=1)


@mistake(
    "encode",
    "a context that is the largest value over time",
    "Asked is the state after the last real symbol; nothing is pooled.",
)
def largest_state(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    low = torch.where(real, hs, -torch.inf)
    return torch.where(real, hs, 0.0), low.amax(dim=1)


@mistake(
    "encode",
    "a context that is the sum of the states",
    "Asked is one state of each source, the last real one.",
)
def sum_of_states(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    hs = torch.where(real, hs, 0.0)
    return hs, hs.sum(dim=1)


@mistake(
    "encode",
    "every step in `lengths` picked from every row",
    "hs[:, steps] takes all steps from each row. Two index tensors make pairs.",
)
def all_pairs(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), hs[:, lengths - 1]


@mistake(
    "encode",
    "one length, the first one, used for all sources",
    "Each row has a length of its own: index rows and steps together.",
)
def one_length(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths[:1] - 1)


@mistake(
    "encode",
    "the shortest length used for all sources",
    "Each row has a length of its own: index rows and steps together.",
)
def shortest_length(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, hs, 0.0), _states_at(hs, lengths.min()[None] - 1)


@mistake(
    "encode",
    "lengths counted from the symbols that are not 0",
    "0 may be a real symbol, and padding need not be 0: use the lengths given.",
)
def counted_lengths(sources, lengths, embedding, layer):
    return encode(sources, (sources != 0).sum(dim=1).clamp(min=1), embedding, layer)


@mistake(
    "encode",
    "a mask made from the symbols that are not 0",
    "0 may be a real symbol, and padding need not be 0: compare steps with lengths.",
)
def mask_from_symbols(sources, lengths, embedding, layer):
    hs, _ = _read(sources, lengths, embedding, layer)
    context = _states_at(hs, lengths - 1)
    return hs * (sources != 0)[..., None], context


@mistake(
    "encode",
    "inputs that are masked in place of the states",
    "A state moves on even if it reads zeros. Mask what comes out of the layer.",
)
def inputs_masked(sources, lengths, embedding, layer):
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps < lengths[:, None])[..., None]
    return layer(torch.where(real, embedding[sources], 0.0), None)


@mistake(
    "encode",
    "a mask the wrong way round",
    "True is for real steps: arange(time) < lengths. The others become zero.",
)
def mask_inverted(sources, lengths, embedding, layer):
    hs, real = _read(sources, lengths, embedding, layer)
    return torch.where(real, 0.0, hs), _states_at(hs, lengths - 1)


@mistake(
    "encode",
    "a mask that keeps one step of the padding",
    "Step number `lengths` is padding already: compare with <, not <=.",
)
def mask_too_long(sources, lengths, embedding, layer):
    hs, _ = _read(sources, lengths, embedding, layer)
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps <= lengths[:, None])[..., None]
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 1)


@mistake(
    "encode",
    "a mask that drops the last real step",
    "Step lengths - 1 is real: compare with < lengths.",
)
def mask_too_short(sources, lengths, embedding, layer):
    hs, _ = _read(sources, lengths, embedding, layer)
    steps = torch.arange(sources.shape[1], device=sources.device)
    real = (steps < lengths[:, None] - 1)[..., None]
    return torch.where(real, hs, 0.0), _states_at(hs, lengths - 1)


@mistake(
    "encode",
    "sources sorted by length and not put back",
    "Row b of the result belongs to row b of `sources`: undo the sorting.",
)
def sorted_batch(sources, lengths, embedding, layer):
    order = lengths.argsort(descending=True, stable=True)
    return encode(sources[order], lengths[order], embedding, layer)


@mistake(
    "encode",
    "sources that are read from the end",
    "Here the source is read forwards; reversing is the next task.",
)
def read_backwards(sources, lengths, embedding, layer):
    return encode(sources.flip(1), lengths, embedding, layer)


@mistake(
    "encode",
    "embeddings that are scaled",
    "Take the rows of `embedding` as they are.",
)
def scaled_embedding(sources, lengths, embedding, layer):
    width = embedding.shape[1] + 1  # so that it shows at width 1 too
    return encode(sources, lengths, embedding * math.sqrt(width), layer)


@mistake(
    "encode",
    "an embedding without its first row",
    "Symbol k is row k of `embedding`; ids need no shift.",
)
def shifted_rows(sources, lengths, embedding, layer):
    return encode(sources - 1, lengths, embedding, layer)


@mistake(
    "encode",
    "a context that has a time axis",
    "The context is (batch, hidden): index the time axis away.",
)
def context_with_time(sources, lengths, embedding, layer):
    hs, context = encode(sources, lengths, embedding, layer)
    return hs, context[:, None]


@mistake(
    "encode",
    "states and context in the wrong order",
    "Return the states first, then the context.",
)
def order_swapped(sources, lengths, embedding, layer):
    hs, context = encode(sources, lengths, embedding, layer)
    return context, hs


@mistake(
    "encode",
    "a context without the states",
    "Return both: states and context.",
)
def context_alone(sources, lengths, embedding, layer):
    return encode(sources, lengths, embedding, layer)[1]


@mistake(
    "encode",
    "states cut off at the shortest length",
    "The states keep the width of the batch; shorter sources get zeros.",
)
def cut_to_shortest(sources, lengths, embedding, layer):
    hs, context = encode(sources, lengths, embedding, layer)
    # one step less where there is no padding, so that it is seen there too
    return hs[:, : int(lengths.min())], context


@mistake(
    "encode",
    "a context from which no gradient comes back",
    "Do not detach: the encoder learns through the context.",
)
def detached(sources, lengths, embedding, layer):
    hs, context = encode(sources, lengths, embedding, layer)
    return hs, context.detach()


@mistake(
    "encode",
    "an embedding whose row 0 was set to zero in place",
    "Leave the arguments as they are: mask the states, not the embedding.",
)
def embedding_changed(sources, lengths, embedding, layer):
    embedding.data[0] = 0.0
    return encode(sources, lengths, embedding, layer)


# --- reverse_sources ------------------------------------------------------------------


@mistake(
    "reverse_sources",
    "rows that are flipped with their padding",
    "flip(1) brings the padding to the front. Reverse within each length.",
)
def flipped(sources, lengths):
    return sources.flip(1)


@mistake(
    "reverse_sources",
    "rows in reversed order",
    "Reverse along the time axis, not along the batch.",
)
def rows_flipped(sources, lengths):
    return sources.flip(0)


@mistake(
    "reverse_sources",
    "sources that are left as they are",
    "The last real symbol comes first.",
)
def unchanged(sources, lengths):
    return sources.clone()


@mistake(
    "reverse_sources",
    "the first length used for all rows",
    "Each row is reversed within its own length.",
)
def first_length(sources, lengths):
    return reverse_sources(sources, lengths[:1].expand_as(lengths))


@mistake(
    "reverse_sources",
    "the shortest length used for all rows",
    "Each row is reversed within its own length.",
)
def within_shortest(sources, lengths):
    return reverse_sources(sources, lengths.min().expand_as(lengths))


@mistake(
    "reverse_sources",
    "a last symbol that stays where it is",
    "Place s gets the symbol of place n - 1 - s, so the last one goes to the front.",
)
def last_stays(sources, lengths):
    return reverse_sources(sources, (lengths - 1).clamp(min=1))


@mistake(
    "reverse_sources",
    "a first symbol that stays where it is",
    "Place s gets the symbol of place n - 1 - s, from s = 0 on.",
)
def first_stays(sources, lengths):
    rest = reverse_sources(sources[:, 1:], (lengths - 1).clamp(min=1))
    return torch.cat([sources[:, :1], rest], dim=1)


@mistake(
    "reverse_sources",
    "one step of padding that is reversed too",
    "The last real symbol is at n - 1: place s gets that of place n - 1 - s.",
)
def one_too_many(sources, lengths):
    return reverse_sources(sources, (lengths + 1).clamp(max=sources.shape[1]))


@mistake(
    "reverse_sources",
    "places n - s, which run one too far",
    "Places count from 0: the last real symbol is at n - 1.",
)
def index_off_by_one(sources, lengths):
    steps = torch.arange(sources.shape[1], device=sources.device)
    places = torch.where(steps < lengths[:, None], lengths[:, None] - steps, steps)
    return sources.gather(1, places)


@mistake(
    "reverse_sources",
    "first and last symbol exchanged, and no other",
    "All symbols change places, not only the ends.",
)
def ends_exchanged(sources, lengths):
    out = sources.clone()
    rows = torch.arange(len(sources), device=sources.device)
    out[:, 0] = sources[rows, lengths - 1]
    out[rows, lengths - 1] = sources[:, 0]
    return out


@mistake(
    "reverse_sources",
    "symbols that move round by one place",
    "Reversing is no rotation: x_1 x_2 x_3 becomes x_3 x_2 x_1.",
)
def rolled(sources, lengths):
    steps = torch.arange(sources.shape[1], device=sources.device)
    places = (steps - 1) % lengths[:, None]
    return sources.gather(1, torch.where(steps < lengths[:, None], places, steps))


@mistake(
    "reverse_sources",
    "padding that comes first",
    "The padding stays at the end: the encoder has to begin with a real symbol.",
)
def padding_first(sources, lengths):
    out = reverse_sources(sources, lengths)
    width = sources.shape[1]
    steps = torch.arange(width, device=sources.device)
    # the symbols reversed twice: in order, at the right
    places = (steps - (width - lengths)[:, None]) % width
    return reverse_sources(out, lengths).gather(1, places)


@mistake(
    "reverse_sources",
    "padding that is overwritten",
    "What stands in the padding stays as it is.",
)
def padding_zeroed(sources, lengths):
    steps = torch.arange(sources.shape[1], device=sources.device)
    out = reverse_sources(sources, lengths)
    return torch.where(steps < lengths[:, None], out, 0)


@mistake(
    "reverse_sources",
    "padding that is filled with the first symbol",
    "Negative places were cut to 0. In the padding each place keeps what it has.",
)
def padding_clamped(sources, lengths):
    steps = torch.arange(sources.shape[1], device=sources.device)
    return sources.gather(1, (lengths[:, None] - 1 - steps).clamp(min=0))


@mistake(
    "reverse_sources",
    "padding that is reversed as well, in its own place",
    "Negative places count from the end. In the padding each place keeps what it has.",
)
def padding_wrapped(sources, lengths):
    width = sources.shape[1]
    steps = torch.arange(width, device=sources.device)
    return sources.gather(1, (lengths[:, None] - 1 - steps) % width)


@mistake(
    "reverse_sources",
    "lengths counted from the symbols that are not 0",
    "0 may be a real symbol, and padding need not be 0: use the lengths given.",
)
def reverse_counted(sources, lengths):
    return reverse_sources(sources, (sources != 0).sum(dim=1).clamp(min=1))


@mistake(
    "reverse_sources",
    "symbols that are sorted",
    "The order of the symbols is turned round; their values do not matter.",
)
def sorted_symbols(sources, lengths):
    return sources.sort(dim=1, descending=True).values


@mistake(
    "reverse_sources",
    "sources cut off at the longest length less one",
    "The result has the shape of `sources`.",
)
def cut_off(sources, lengths):
    return reverse_sources(sources, lengths)[:, :-1]


@mistake(
    "reverse_sources",
    "ids that have become numbers with a fraction",
    "Ids index an embedding: keep int64.",
)
def made_float(sources, lengths):
    return reverse_sources(sources, lengths).float()


@mistake(
    "reverse_sources",
    "sources that are reversed in place",
    "Return a new tensor and leave the argument as it is.",
)
def reversed_in_place(sources, lengths):
    return sources.copy_(reverse_sources(sources, lengths))


# --- shift_right ----------------------------------------------------------------------


@mistake(
    "shift_right",
    "targets that are not shifted",
    "At step t the decoder must not read what it is to say at step t.",
)
def not_shifted(targets, start_id):
    return targets.clone()


@mistake(
    "shift_right",
    "targets without a shift, their first symbol overwritten",
    "y_1 is read at the second step: put <start> before it, not in its place.",
)
def first_overwritten(targets, start_id):
    out = targets.clone()
    out[:, 0] = start_id
    return out


@mistake(
    "shift_right",
    "a last target that comes round to the front",
    "roll brings the last symbol to the first place: <start> belongs there.",
)
def rolled_targets(targets, start_id):
    return targets.roll(1, dims=1)


@mistake(
    "shift_right",
    "rows that move to the next sequence",
    "Shift along the time axis; each row stays in its sequence.",
)
def rolled_rows(targets, start_id):
    return shift_right(targets.roll(1, dims=0), start_id)


@mistake(
    "shift_right",
    "one symbol too many",
    "Reads and says have equal length: the last target is never read.",
)
def one_longer(targets, start_id):
    return F.pad(targets, (1, 0), value=start_id)


@mistake(
    "shift_right",
    "one symbol too few",
    "Before the first target comes <start>.",
)
def without_start(targets, start_id):
    return targets[:, :-1].clone()


@mistake(
    "shift_right",
    "a shift to the left",
    "The decoder reads the symbol before the one it says, not the one after.",
)
def shifted_left(targets, start_id):
    return F.pad(targets[:, 1:], (0, 1), value=start_id)


@mistake(
    "shift_right",
    "a start symbol at the end",
    "<start> comes first.",
)
def start_at_the_end(targets, start_id):
    return F.pad(targets[:, :-1], (0, 1), value=start_id)


@mistake(
    "shift_right",
    "a shift by two",
    "One symbol late is enough: at step 2 the decoder reads y_1.",
)
def shifted_twice(targets, start_id):
    return shift_right(shift_right(targets, start_id), start_id)


@mistake(
    "shift_right",
    "padding in place of the start symbol",
    "The first symbol read is start_id.",
)
def starts_with_padding(targets, start_id):
    return shift_right(targets, 0)


@mistake(
    "shift_right",
    "a start symbol written as 1",
    "Use the argument start_id: another vocabulary has another number.",
)
def start_is_one(targets, start_id):
    return shift_right(targets, 1)


@mistake(
    "shift_right",
    "a row of start symbols above the batch",
    "<start> opens every sequence: it is a column.",
)
def row_of_starts(targets, start_id):
    first = torch.full_like(targets[:1], start_id)
    return torch.cat([first, targets[:-1]], dim=0)


@mistake(
    "shift_right",
    "one symbol repeated at the beginning",
    "The first place holds start_id, not y_1.",
)
def first_repeated(targets, start_id):
    return torch.cat([targets[:, :1], targets[:, :-1]], dim=1)


@mistake(
    "shift_right",
    "targets in reversed order",
    "Only their places move, by one; the order stays.",
)
def reversed_targets(targets, start_id):
    return shift_right(targets.flip(1), start_id)


@mistake(
    "shift_right",
    "ids that have become numbers with a fraction",
    "Ids index an embedding: make <start> with new_full, which keeps int64.",
)
def shifted_float(targets, start_id):
    return shift_right(targets, start_id).float()


@mistake(
    "shift_right",
    "time and batch exchanged",
    "The result is (batch, target), like the targets.",
)
def shift_transposed(targets, start_id):
    return shift_right(targets, start_id).T


@mistake(
    "shift_right",
    "targets that are shifted in place",
    "The targets are still needed for the loss: return a new tensor.",
)
def shifted_in_place(targets, start_id):
    return targets.copy_(shift_right(targets, start_id))


# --- masked_cross_entropy -------------------------------------------------------------


def _nats(logits, targets, mask):
    """Return -log p of the right symbol, zero in the padding."""
    log_probs = torch.log_softmax(logits, dim=-1)
    wanted = torch.where(mask, targets, 0)[..., None]
    return torch.where(mask, -log_probs.gather(-1, wanted).squeeze(-1), 0.0)


@mistake(
    "masked_cross_entropy",
    "a mean over all places, padding counted",
    "Divide by the number of real tokens, mask.sum().",
)
def divided_by_all(logits, targets, mask):
    return _nats(logits, targets, mask).mean()


@mistake(
    "masked_cross_entropy",
    "a loss in which the padding is included",
    "Where the mask is False nothing is added, and nothing is counted.",
)
def not_masked(logits, targets, mask):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@mistake(
    "masked_cross_entropy",
    "a cross_entropy that takes time for the symbols",
    "F.cross_entropy wants the symbols on axis 1: flatten batch and time, and mask.",
)
def axes_not_flattened(logits, targets, mask):
    return F.cross_entropy(logits, targets)


@mistake(
    "masked_cross_entropy",
    "the padding's loss over the number of real tokens",
    "The sum is over real tokens only, like the number below it.",
)
def only_divided(logits, targets, mask):
    return _nats(logits, targets, torch.ones_like(mask)).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "a mask the wrong way round",
    "True is for real tokens: these are summed.",
)
def loss_of_padding(logits, targets, mask):
    return masked_cross_entropy(logits, targets, ~mask)


@mistake(
    "masked_cross_entropy",
    "a mean of the means of the sequences",
    "All tokens of the batch count alike: one sum over one number.",
)
def mean_of_means(logits, targets, mask):
    return (_nats(logits, targets, mask).sum(dim=1) / mask.sum(dim=1)).mean()


@mistake(
    "masked_cross_entropy",
    "a mean over time of the means of the steps",
    "All tokens of the batch count alike: one sum over one number.",
)
def mean_of_steps(logits, targets, mask):
    nats = _nats(logits, targets, mask).sum(dim=0)
    return (nats / mask.sum(dim=0).clamp(min=1)).mean()


@mistake(
    "masked_cross_entropy",
    "a sum that is not divided",
    "Divide by the number of real tokens.",
)
def summed(logits, targets, mask):
    return _nats(logits, targets, mask).sum()


@mistake(
    "masked_cross_entropy",
    "a mean over sequences, a sum over time",
    "Divide by the number of real tokens, not by the batch.",
)
def divided_by_batch(logits, targets, mask):
    return _nats(logits, targets, mask).sum() / len(logits)


@mistake(
    "masked_cross_entropy",
    "a number for every sequence",
    "The loss of the batch is one number: sum over both axes.",
)
def one_a_sequence(logits, targets, mask):
    return _nats(logits, targets, mask).sum(dim=1) / mask.sum(dim=1)


@mistake(
    "masked_cross_entropy",
    "a number for every token",
    "The loss of the batch is one number: the sum over its real tokens, divided.",
)
def one_a_token(logits, targets, mask):
    return _nats(logits, targets, mask)


@mistake(
    "masked_cross_entropy",
    "a minus sign that is missing",
    "The loss is the negative log-probability.",
)
def sign_missing(logits, targets, mask):
    return -masked_cross_entropy(logits, targets, mask)


@mistake(
    "masked_cross_entropy",
    "a softmax over the time axis",
    "The symbols of one token compete: dim=-1.",
)
def softmax_over_time(logits, targets, mask):
    log_probs = torch.log_softmax(logits, dim=1)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None])
    return -torch.where(mask, picked.squeeze(-1), 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "a softmax over the batch",
    "The symbols of one token compete: dim=-1.",
)
def softmax_over_batch(logits, targets, mask):
    log_probs = torch.log_softmax(logits, dim=0)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None])
    return -torch.where(mask, picked.squeeze(-1), 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "scores that never went through a softmax",
    "Scores are no log-probabilities: take log_softmax first.",
)
def no_softmax(logits, targets, mask):
    picked = logits.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "a softmax taken twice",
    "cross_entropy and log_softmax take scores, not probabilities.",
)
def softmax_twice(logits, targets, mask):
    return masked_cross_entropy(torch.softmax(logits, dim=-1), targets, mask)


@mistake(
    "masked_cross_entropy",
    "probabilities without a logarithm",
    "Sum the logarithms of the probabilities.",
)
def no_logarithm(logits, targets, mask):
    return -(torch.exp(-_nats(logits, targets, mask)) * mask).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "a loss in bits",
    "The logarithm is the natural one: nats.",
)
def in_bits(logits, targets, mask):
    return masked_cross_entropy(logits, targets, mask) / math.log(2)


@mistake(
    "masked_cross_entropy",
    "a perplexity",
    "The loss is the mean itself, without exp.",
)
def perplexity_instead(logits, targets, mask):
    return masked_cross_entropy(logits, targets, mask).exp()


@mistake(
    "masked_cross_entropy",
    "scores set to zero in the padding, whose loss still counts",
    "Zero scores cost log(vocab) each. Mask the losses, not the scores.",
)
def scores_masked(logits, targets, mask):
    zeroed = torch.where(mask[..., None], logits, 0.0)
    return F.cross_entropy(zeroed.flatten(0, 1), targets.flatten())


@mistake(
    "masked_cross_entropy",
    "the logarithm of a softmax, which underflows",
    "Use log_softmax: the probability of a poor symbol is rounded to 0 before the log.",
)
def unstable_log(logits, targets, mask):
    probs = torch.softmax(logits, dim=-1)
    picked = probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, picked.log(), 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "a logarithm with a small number added",
    "Use log_softmax: an added 1e-9 cuts every loss off at 21 nats.",
)
def padded_log(logits, targets, mask):
    probs = torch.softmax(logits, dim=-1)
    picked = probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -torch.where(mask, (picked + 1e-9).log(), 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "losses multiplied by the mask",
    "0 times infinity is not 0: choose with torch.where.",
)
def multiplied(logits, targets, mask):
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, torch.where(mask, targets, 0)[..., None]).squeeze(-1)
    return -(picked * mask).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "symbols of the padding that are looked up",
    "They need not be in the vocabulary: put a legal one there first.",
)
def looked_up(logits, targets, mask):
    log_probs = torch.log_softmax(logits, dim=-1)
    picked = log_probs.gather(-1, targets[..., None]).squeeze(-1)
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()


@mistake(
    "masked_cross_entropy",
    "padding recognised by the symbol 0",
    "Only the mask knows what is real: a real symbol may be 0.",
)
def zero_ignored(logits, targets, mask):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)


@mistake(
    "masked_cross_entropy",
    "a loss in which symbol 0 never counts",
    "The mask says what is real; a symbol 0 counts where the mask is True.",
)
def mask_and_zero(logits, targets, mask):
    return masked_cross_entropy(logits, targets, mask & (targets != 0))


@mistake(
    "masked_cross_entropy",
    "targets shifted once more",
    "Scores at step t are for targets at step t; the shift was made before.",
)
def shifted_again(logits, targets, mask):
    return masked_cross_entropy(logits[:, :-1], targets[:, 1:], mask[:, 1:])


@mistake(
    "masked_cross_entropy",
    "the loss of the first steps alone",
    "Sum over all steps.",
)
def first_step_only(logits, targets, mask):
    return masked_cross_entropy(logits[:, :1], targets[:, :1], mask[:, :1])


@mistake(
    "masked_cross_entropy",
    "a loss without a gradient",
    "Return a tensor with its graph: no item(), no detach().",
)
def loss_detached(logits, targets, mask):
    return masked_cross_entropy(logits, targets, mask).detach()


@mistake(
    "masked_cross_entropy",
    "scores overwritten in place",
    "Leave the arguments as they are: torch.where makes a new tensor.",
)
def scores_overwritten(logits, targets, mask):
    with torch.no_grad():
        logits.masked_fill_(~mask[..., None], 0.0)
    return masked_cross_entropy(logits, targets, mask)


@mistake(
    "masked_cross_entropy",
    "targets overwritten in place",
    "Leave the arguments as they are: torch.where makes a new tensor.",
)
def targets_overwritten(logits, targets, mask):
    targets.masked_fill_(~mask, -100)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


# --- greedy_decode --------------------------------------------------------------------


def _speak(step, state, start, max_steps, choose):
    """Run the loop; choose(logits, last) gives what is said, and None ends it."""
    symbols, said = start, []
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = choose(logits, said)
        said.append(symbols)
    return said


def _cut(said, stop_id, pad_id):
    """Put padding behind every stop, and drop columns in which nobody speaks."""
    ids = torch.stack(said, dim=1)
    ended = (ids == stop_id).cumsum(dim=1)
    after = (ended - (ids == stop_id).long()) > 0
    ids = ids.masked_fill(after, pad_id)
    return ids[:, : int((~after).any(dim=0).sum())]


@mistake(
    "greedy_decode",
    "a loop that runs to max_steps",
    "Leave the loop as soon as every sequence has stopped.",
)
def never_ends(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        running = running & (symbols != stop_id)
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "a loop without end that max_steps does not cut",
    "A sequence may never stop: end after max_steps symbols.",
)
def without_limit(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps + 7, pad_id)


@mistake(
    "greedy_decode",
    "sequences that go on speaking after they have stopped",
    "After its stop_id a sequence says pad_id, whatever its scores are.",
)
def goes_on(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        said.append(symbols)
        running = running & (symbols != stop_id)
        if not running.any():
            break
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "a loop that waits for all to say stop_id at the same step",
    "They stop at different steps: remember who has stopped.",
)
def all_at_once(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        said.append(symbols)
        if (symbols == stop_id).all():
            break
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "a batch that stops with its first sequence",
    "The others are not finished: leave the loop when all have stopped.",
)
def stops_with_the_first(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        said.append(symbols)
        if (symbols == stop_id).any():
            break
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "a batch that stops with sequence 0",
    "Each sequence ends by itself; leave the loop when all have stopped.",
)
def stops_with_row_zero(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        running = running & (symbols != stop_id)
        if not running[0]:
            break
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "scores or probabilities fed back in place of symbols",
    "The next step reads the symbol that was chosen: the argmax of the scores.",
)
def feeds_scores(step, state, start, stop_id, max_steps, pad_id):
    read, said = start, []
    for _ in range(max_steps):
        read, state = step(read, state)
        said.append(read.argmax(dim=-1))
    return _cut(said, stop_id, pad_id)


@mistake(
    "greedy_decode",
    "a decoder that reads <start> at every step",
    "It reads what it said last: hand `symbols` on.",
)
def reads_start(step, state, start, stop_id, max_steps, pad_id):
    def stubborn(symbols, state):
        return step(start, state)

    return greedy_decode(stubborn, state, start, stop_id, max_steps, pad_id)


@mistake(
    "greedy_decode",
    "a decoder that reads the symbol before last",
    "It reads what it said last, not what it read then.",
)
def reads_one_late(step, state, start, stop_id, max_steps, pad_id):
    older = [start]

    def late(symbols, state):
        older.append(symbols)
        return step(older[-2], state)

    return greedy_decode(late, state, start, stop_id, max_steps, pad_id)


@mistake(
    "greedy_decode",
    "a state that is not carried on",
    "step returns the state after it: hand that to the next step.",
)
def state_lost(step, state, start, stop_id, max_steps, pad_id):
    def forgetful(symbols, _):
        return step(symbols, state)

    return greedy_decode(forgetful, state, start, stop_id, max_steps, pad_id)


@mistake(
    "greedy_decode",
    "the least likely symbol",
    "argmax, not argmin.",
)
def least_likely(step, state, start, stop_id, max_steps, pad_id):
    def turned(symbols, state):
        logits, state = step(symbols, state)
        return -logits, state

    return greedy_decode(turned, state, start, stop_id, max_steps, pad_id)


@mistake(
    "greedy_decode",
    "the likeliest sequence of each symbol",
    "argmax over the vocabulary, dim=-1, not over the batch.",
)
def argmax_over_batch(step, state, start, stop_id, max_steps, pad_id):
    logits, _ = step(start, state)
    best = logits.argmax(dim=0)
    running = torch.ones_like(start, dtype=torch.bool)
    return torch.where(running, best, pad_id)[:, None]


@mistake(
    "greedy_decode",
    "one symbol for the whole batch",
    "argmax without dim finds one place in all of the scores: give dim=-1.",
)
def one_argmax(step, state, start, stop_id, max_steps, pad_id):
    def choose(logits, said):
        return (logits.argmax() % logits.shape[1]).expand(len(start))

    return _cut(_speak(step, state, start, max_steps, choose), stop_id, pad_id)


@mistake(
    "greedy_decode",
    "results without stop_id",
    "The stop symbol is said like any other, and belongs to the result.",
)
def stop_dropped(step, state, start, stop_id, max_steps, pad_id):
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return torch.where(found == stop_id, pad_id, found)


@mistake(
    "greedy_decode",
    "a loop left before its last symbols are kept",
    "Append first, then ask whether all have stopped.",
)
def left_too_early(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, [start[:, None][:, :0]]
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        running = running & (symbols != stop_id)
        if not running.any():
            break
        said.append(symbols[:, None])
    return torch.cat(said, dim=1)


@mistake(
    "greedy_decode",
    "a loop that sees a stop one step too late",
    "Look for stop_id among the symbols of this step, before you leave or go on.",
)
def sees_stop_late(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        running_before = running
        running = running & (symbols != stop_id)
        logits, state = step(symbols, state)
        symbols = torch.where(running_before, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        if not running.any():
            break
    return torch.stack(said, dim=1)


@mistake(
    "greedy_decode",
    "a last column in which nobody speaks",
    "Leave the loop in the step in which the last sequence stops.",
)
def one_column_more(step, state, start, stop_id, max_steps, pad_id):
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    done = (found == stop_id).any(dim=1).all()
    more = bool(done) and found.shape[1] < max_steps
    return F.pad(found, (0, int(more)), value=pad_id)


@mistake(
    "greedy_decode",
    "a stop symbol repeated to the end of the row",
    "After its stop_id a sequence says pad_id.",
)
def stop_repeated(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps, stop_id)


@mistake(
    "greedy_decode",
    "padding written as 0",
    "Use the argument pad_id: another vocabulary has another number.",
)
def padding_is_zero(step, state, start, stop_id, max_steps, pad_id):
    def shifted(symbols, state):  # so that a pad_id of 0 is not right by chance
        return step(symbols, state)

    found = greedy_decode(shifted, state, start, stop_id, max_steps, pad_id)
    return torch.where(found == pad_id, 0, found)


@mistake(
    "greedy_decode",
    "padding that starts in place of stop_id",
    "stop_id itself is said; only what comes after it is replaced.",
)
def replaced_too_early(step, state, start, stop_id, max_steps, pad_id):
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        running = running & (symbols != stop_id)
        said.append(torch.where(running, symbols, pad_id))
        if not running.any():
            break
    return torch.stack(said[:-1] or said, dim=1)


@mistake(
    "greedy_decode",
    "results that begin with <start>",
    "The start symbol is read, not said.",
)
def start_kept(step, state, start, stop_id, max_steps, pad_id):
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return torch.cat([start[:, None], found], dim=1)


@mistake(
    "greedy_decode",
    "one step less than max_steps",
    "max_steps symbols may be said: range(max_steps).",
)
def one_step_less(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps - 1, pad_id)


@mistake(
    "greedy_decode",
    "one step more than max_steps",
    "At most max_steps symbols are said: range(max_steps).",
)
def one_step_more(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps + 1, pad_id)


@mistake(
    "greedy_decode",
    "time and batch exchanged",
    "Stack along dim=1: the result is (batch, target).",
)
def time_first(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps, pad_id).T


@mistake(
    "greedy_decode",
    "the symbols of the last step alone",
    "Keep what is said at every step.",
)
def last_symbols(step, state, start, stop_id, max_steps, pad_id):
    return greedy_decode(step, state, start, stop_id, max_steps, pad_id)[:, -1]


@mistake(
    "greedy_decode",
    "a list of rows of unequal length",
    "Return one tensor, (batch, target), with pad_id behind the shorter rows.",
)
def list_of_rows(step, state, start, stop_id, max_steps, pad_id):
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return [row[row != pad_id].tolist() for row in found]


@mistake(
    "greedy_decode",
    "a start that is overwritten in place",
    "Leave the arguments as they are: give what is said a tensor of its own.",
)
def start_overwritten(step, state, start, stop_id, max_steps, pad_id):
    found = greedy_decode(step, state, start.clone(), stop_id, max_steps, pad_id)
    start.copy_(found[:, -1])
    return found
