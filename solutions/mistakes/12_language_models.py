"""Wrong answers to exercise 12. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.checks import mistake

# --- one_hot_embed --------------------------------------------------------------------


@mistake(
    "one_hot_embed",
    "a matrix used the wrong way round",
    "W has one row a symbol: multiply by W, not by its transpose.",
)
def matrix_transposed(ids, W):
    return F.one_hot(ids, W.shape[0]).to(W.dtype) @ W.T


@mistake(
    "one_hot_embed",
    "rows only as long as the largest id asks for",
    "Pass the size of the vocabulary to one_hot: not all symbols occur in every text.",
)
def rows_too_short(ids, W):
    return F.one_hot(ids).to(W.dtype) @ W


@mistake(
    "one_hot_embed",
    "ids that count from one",
    "Symbol 0 has the first row of W.",
)
def counts_from_one(ids, W):
    return torch.roll(W, 1, dims=0)[ids]


@mistake(
    "one_hot_embed",
    "columns of W in place of rows",
    "A symbol is a row of W: onehot(x) stands on the left of the product.",
)
def columns_taken(ids, W):
    return W[:, ids % W.shape[1]].movedim(0, -1)


@mistake(
    "one_hot_embed",
    "one-hot rows without the product",
    "Multiply the one-hot rows by W.",
)
def no_product(ids, W):
    return F.one_hot(ids, W.shape[0]).to(W.dtype)


@mistake(
    "one_hot_embed",
    "a text of which only the sum of its symbols is left",
    "Every symbol keeps its place: the result has one axis more than ids.",
)
def bag_of_symbols(ids, W):
    return F.one_hot(ids, W.shape[0]).to(W.dtype).sum(dim=-2) @ W


@mistake(
    "one_hot_embed",
    "a result of one long row of symbols",
    "The result has the axes of ids and one more; one_hot needs no flat ids.",
)
def flattened(ids, W):
    return F.one_hot(ids.flatten(), W.shape[0]).to(W.dtype) @ W


@mistake(
    "one_hot_embed",
    "symbols with the axes of ids exchanged",
    "Axes stay in their order, batch first.",
)
def time_first(ids, W):
    return W[ids.transpose(0, -1)]


@mistake(
    "one_hot_embed",
    "a product in float32 whatever W holds",
    "Use the dtype of W, not .float().",
)
def always_float32(ids, W):
    return F.one_hot(ids, W.shape[0]).float() @ W.float()


@mistake(
    "one_hot_embed",
    "a product of the ids themselves",
    "The number of a symbol is a name; make a row of zeros with a single one of it.",
)
def ids_as_numbers(ids, W):
    return ids.to(W.dtype).unsqueeze(-1) * W[0]


@mistake(
    "one_hot_embed",
    "rows that were cut off from W's graph",
    "A copy of the numbers has no gradient: do without detach, .data and torch.tensor.",
)
def no_gradient(ids, W):
    return W.detach()[ids]


@mistake(
    "one_hot_embed",
    "rows whose numbers were scaled to a length of one",
    "The embedding is the row of W as it stands.",
)
def normalised_rows(ids, W):
    return F.normalize(W[ids], dim=-1)


@mistake(
    "one_hot_embed",
    "a product of integers with floats",
    "one_hot gives int64: turn the rows into the dtype of W first.",
)
def integer_rows(ids, W):
    return F.one_hot(ids, W.shape[0]) @ W


@mistake(
    "one_hot_embed",
    "rows made in float32 and on the CPU",
    "Make them like W: W.new_zeros(...) takes its dtype and its device.",
)
def zeros_of_the_default_kind(ids, W):
    rows = torch.zeros(*ids.shape, W.shape[0])
    return rows.scatter(-1, ids[..., None], 1.0) @ W


# --- batchify_text --------------------------------------------------------------------


def _pieces(ids, B, T):
    return (len(ids) - 1) // (B * T)


def _cut(part, B, T):
    return part.reshape(B, -1, T).transpose(0, 1)


def _both(ids, B, T):
    used = _pieces(ids, B, T) * B * T
    return ids[:used], ids[1 : used + 1]


@mistake(
    "batchify_text",
    "targets that are the inputs themselves",
    "A target is the symbol after its input: shift by one.",
)
def targets_not_shifted(ids, B, T):
    inputs, _ = _both(ids, B, T)
    return _cut(inputs, B, T), _cut(inputs, B, T)


@mistake(
    "batchify_text",
    "targets that are the symbols before their inputs",
    "The model guesses what comes next, not what came before.",
)
def targets_before(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    return targets, inputs


@mistake(
    "batchify_text",
    "targets two symbols ahead",
    "A target is the next symbol, one ahead.",
)
def targets_two_ahead(ids, B, T):
    inputs, targets = _both(ids, B, T)
    after = ids[len(inputs) + 1 : len(inputs) + 2]
    after = ids[:1] if not len(after) else after
    return _cut(inputs, B, T), _cut(torch.cat([targets[1:], after]), B, T)


@mistake(
    "batchify_text",
    "a last target that is the first symbol of the text",
    "Do not roll the text round: its last symbol has no successor and is no input.",
)
def rolled_round(ids, B, T):
    used = len(ids) // (B * T) * B * T
    targets = torch.roll(ids, -1)
    return _cut(ids[:used], B, T), _cut(targets[:used], B, T)


@mistake(
    "batchify_text",
    "the used part of the text rolled round",
    "The symbol after the last input is still in the text: take ids[1:used + 1].",
)
def used_part_rolled(ids, B, T):
    inputs, _ = _both(ids, B, T)
    return _cut(inputs, B, T), _cut(torch.roll(inputs, -1), B, T)


@mistake(
    "batchify_text",
    "targets that are shifted within each stream",
    "A stream's last target is the first symbol of the next stream, not its own first.",
)
def streams_rolled(ids, B, T):
    inputs, _ = _both(ids, B, T)
    shifted = torch.roll(inputs.reshape(B, -1), -1, dims=1)
    return _cut(inputs, B, T), _cut(shifted, B, T)


@mistake(
    "batchify_text",
    "targets that are shifted within each piece",
    "Shift the text before it is cut: a piece's last target is the next piece's first.",
)
def pieces_rolled(ids, B, T):
    inputs = _cut(_both(ids, B, T)[0], B, T)
    return inputs, torch.roll(inputs, -1, dims=2)


@mistake(
    "batchify_text",
    "targets whose last one in each piece is left at zero",
    "The next symbol of a piece's last one is in the text: shift the text, then cut.",
)
def last_target_missing(ids, B, T):
    inputs = _cut(_both(ids, B, T)[0], B, T)
    targets = torch.zeros_like(inputs)
    targets[:, :, :-1] = inputs[:, :, 1:]
    return inputs, targets


@mistake(
    "batchify_text",
    "targets that are shifted across the streams",
    "The next symbol lies along the time axis, not in the next row.",
)
def rows_rolled(ids, B, T):
    inputs = _cut(_both(ids, B, T)[0], B, T)
    return inputs, torch.roll(inputs, -1, dims=1)


@mistake(
    "batchify_text",
    "streams that are not contiguous",
    "Row b of the next piece must go on where row b ended: reshape to (B, pieces, T).",
)
def not_contiguous(ids, B, T):
    inputs, targets = _both(ids, B, T)
    return inputs.reshape(-1, B, T), targets.reshape(-1, B, T)


@mistake(
    "batchify_text",
    "streams that take every B-th symbol",
    "A stream is one stretch of the text, so that its symbols are neighbours.",
)
def every_bth_symbol(ids, B, T):
    inputs, targets = _both(ids, B, T)
    return tuple(
        part.reshape(-1, B).T.reshape(B, -1, T).transpose(0, 1)
        for part in (inputs, targets)
    )


@mistake(
    "batchify_text",
    "pieces that take every so many symbols",
    "Reshape to (B, pieces, T), in this order: time is the last axis.",
)
def time_before_pieces(ids, B, T):
    inputs, targets = _both(ids, B, T)
    return tuple(part.reshape(B, T, -1).permute(2, 0, 1) for part in (inputs, targets))


@mistake(
    "batchify_text",
    "axes in the order (B, pieces, T)",
    "Pieces come first: transpose(0, 1).",
)
def streams_first(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    return inputs.transpose(0, 1), targets.transpose(0, 1)


@mistake(
    "batchify_text",
    "axes in the order (pieces, T, B)",
    "Batch first: a piece has the axes (B, T).",
)
def time_first_in_a_piece(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    return inputs.transpose(1, 2), targets.transpose(1, 2)


@mistake(
    "batchify_text",
    "the beginning of the text left out",
    "What is left over is at the end: begin with the first symbol.",
)
def beginning_dropped(ids, B, T):
    used = _pieces(ids, B, T) * B * T
    return _cut(ids[-used - 1 : -1], B, T), _cut(ids[-used:], B, T)


@mistake(
    "batchify_text",
    "one piece more than the text has targets for",
    "The last symbol is a target only, so length - 1 symbols can be inputs.",
)
def last_symbol_as_input(ids, B, T):
    pieces = len(ids) // (B * T)
    used = pieces * B * T
    return (
        ids[:used].reshape(B, pieces, T).transpose(0, 1),
        ids[1 : used + 1].reshape(B, pieces, T).transpose(0, 1),
    )


@mistake(
    "batchify_text",
    "a last piece that is always left out",
    "A piece that is filled exactly counts: divide length - 1, and nothing less.",
)
def last_piece_dropped(ids, B, T):
    pieces = (len(ids) - 2) // (B * T)
    used = pieces * B * T
    inputs, targets = ids[:used], ids[1 : used + 1]
    return tuple(
        part.reshape(B, pieces, T).transpose(0, 1) for part in (inputs, targets)
    )


@mistake(
    "batchify_text",
    "streams cut before the pieces",
    "Streams are as long as the pieces they hold, so that together they are the text "
    "from its beginning without a gap.",
)
def streams_cut_first(ids, B, T):
    length = (len(ids) - 1) // B
    used = length // T * T
    inputs, targets = ids[: B * length], ids[1 : B * length + 1]
    return tuple(
        part.reshape(B, length)[:, :used].reshape(B, -1, T).transpose(0, 1)
        for part in (inputs, targets)
    )


@mistake(
    "batchify_text",
    "pieces in the opposite order",
    "Piece 0 is the beginning of every stream.",
)
def pieces_reversed(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    return inputs.flip(0), targets.flip(0)


@mistake(
    "batchify_text",
    "streams in a random order",
    "Shuffle nothing: a state is carried from piece to piece.",
)
def pieces_shuffled(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(1))
    return inputs[order], targets[order]


@mistake(
    "batchify_text",
    "inputs and targets of the first piece only",
    "Return all pieces, along the first axis.",
)
def first_piece_only(ids, B, T):
    inputs, targets = batchify_text(ids, B, T)
    return inputs[0], targets[0]


@mistake(
    "batchify_text",
    "B and T exchanged",
    "The arguments are B, the streams, and then T, the symbols of a piece.",
)
def sizes_exchanged(ids, B, T):
    return batchify_text(ids, T, B)


# --- perplexity -----------------------------------------------------------------------


@mistake(
    "perplexity",
    "a mean of the batches' perplexities",
    "Batches have unequal lengths: add up all nats and all tokens before you divide.",
)
def mean_of_perplexities(nats, tokens):
    return torch.exp(nats / tokens).mean().item()


@mistake(
    "perplexity",
    "a mean of the batches' means",
    "A short batch weighs as much as a long one so; divide the sums instead.",
)
def mean_of_means(nats, tokens):
    return torch.exp((nats / tokens).mean()).item()


@mistake(
    "perplexity",
    "a power of two where the losses are in nats",
    "Nats belong to e: the exponential, not 2 to a power.",
)
def base_two(nats, tokens):
    return (2 ** (nats.sum() / tokens.sum())).item()


@mistake(
    "perplexity",
    "a power of ten where the losses are in nats",
    "Nats belong to e: the exponential, not 10 to a power.",
)
def base_ten(nats, tokens):
    return (10 ** (nats.sum() / tokens.sum())).item()


@mistake(
    "perplexity",
    "nats turned into bits before the exponential",
    "exp undoes ln; a loss in bits belongs to 2 to a power.",
)
def bits_in_exp(nats, tokens):
    return torch.exp(nats.sum() / tokens.sum() / torch.log(torch.tensor(2.0))).item()


@mistake(
    "perplexity",
    "a loss a symbol, without the exponential",
    "The perplexity is the exponential of the mean loss.",
)
def no_exponential(nats, tokens):
    return (nats.sum() / tokens.sum()).item()


@mistake(
    "perplexity",
    "a loss divided by the number of batches",
    "Divide by the number of symbols.",
)
def divided_by_batches(nats, tokens):
    return torch.exp(nats.sum() / len(nats)).item()


@mistake(
    "perplexity",
    "losses that are taken for means and weighed by their tokens",
    "nats holds sums already: do not multiply them by the tokens.",
)
def weighed_twice(nats, tokens):
    return torch.exp((nats * tokens).sum() / tokens.sum()).item()


@mistake(
    "perplexity",
    "a probability in place of its reciprocal",
    "The losses are -ln p: the sign is right already.",
)
def sign_turned(nats, tokens):
    return torch.exp(-nats.sum() / tokens.sum()).item()


@mistake(
    "perplexity",
    "an exponential taken of each batch's sum",
    "First the sums, then one division, then one exponential.",
)
def exp_before_division(nats, tokens):
    return (torch.exp(nats).sum() / tokens.sum()).item()


@mistake(
    "perplexity",
    "a perplexity for every batch",
    "One number for the whole text: sum over the batches.",
)
def one_a_batch(nats, tokens):
    return torch.exp(nats / tokens)


@mistake(
    "perplexity",
    "a mean of the batches' perplexities weighed by their tokens",
    "Average the losses, not their exponentials.",
)
def weighed_perplexities(nats, tokens):
    each = torch.exp(nats / tokens.clamp(min=1))
    return ((each * tokens).sum() / tokens.sum()).item()


@mistake(
    "perplexity",
    "a first symbol that is not counted in each batch",
    "tokens counts the losses that were summed: nothing is taken off.",
)
def one_token_less(nats, tokens):
    return torch.exp(nats.sum() / (tokens - 1).clamp(min=0).sum().clamp(min=1)).item()


@mistake(
    "perplexity",
    "batches of equal length taken for granted",
    "Divide by the tokens there are, not by the longest batch times their number.",
)
def padded_tokens(nats, tokens):
    return torch.exp(nats.sum() / (tokens.max() * len(tokens))).item()


@mistake(
    "perplexity",
    "the last batch only",
    "All batches belong to the text.",
)
def last_batch(nats, tokens):
    return torch.exp(nats[-1] / tokens[-1]).item()


# --- sample_next ----------------------------------------------------------------------


def _allowed(logits, top_k):
    """Return the scores with those that may not be drawn at minus infinity."""
    if top_k is None:
        return logits
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return logits.masked_fill(logits < least, -torch.inf)


def _draw(scores, generator):
    probs = torch.softmax(scores, dim=-1)
    return torch.multinomial(probs, 1, generator=generator).squeeze(1)


@mistake(
    "sample_next",
    "a temperature that multiplies the scores",
    "Divide by the temperature: a low one must make likely symbols likelier.",
)
def temperature_multiplies(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k) * temperature, generator)


@mistake(
    "sample_next",
    "a temperature without effect",
    "Divide the scores before the softmax; dividing probabilities changes nothing, "
    "since they are only compared with each other.",
)
def temperature_ignored(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k), generator)


@mistake(
    "sample_next",
    "a temperature that divides twice",
    "Divide once, before the softmax.",
)
def temperature_twice(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_allowed(logits, top_k) / temperature**2, generator)


@mistake(
    "sample_next",
    "a softmax of a softmax",
    "Divide the scores themselves by the temperature, and take one softmax.",
)
def softmax_twice(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(
        _allowed(torch.softmax(logits, dim=-1), top_k) / temperature, generator
    )


@mistake(
    "sample_next",
    "a symbol that is always the most likely one",
    "Draw with the probabilities; argmax is for temperature 0 only.",
)
def always_argmax(logits, temperature, top_k, generator):
    return logits.argmax(dim=-1)


@mistake(
    "sample_next",
    "the least likely symbol at temperature 0",
    "Temperature 0 takes the largest score.",
)
def argmin_at_zero(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmin(dim=-1)
    return sample_next(logits, temperature, top_k, generator)


@mistake(
    "sample_next",
    "a random symbol at temperature 0",
    "Temperature 0 takes the largest score, without a draw.",
)
def random_at_zero(logits, temperature, top_k, generator):
    return _draw(_allowed(logits, top_k) / (temperature or 1.0), generator)


@mistake(
    "sample_next",
    "a division by a temperature of 0",
    "Return the symbol with the largest score before you come to the division.",
)
def divides_by_zero(logits, temperature, top_k, generator):
    return _draw(_allowed(logits, top_k) / temperature, generator)


@mistake(
    "sample_next",
    "a k-th symbol that is lost",
    "The k-th largest score may be drawn too: exclude only what is smaller.",
)
def kth_value_lost(logits, temperature, top_k, generator):
    if temperature == 0 or top_k in (None, 1):
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    kept = logits.masked_fill(logits <= least, -torch.inf)
    # where all that is left scores the same, nothing would be
    kept = torch.where((logits > least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


@mistake(
    "sample_next",
    "a k-th symbol that is lost, the first one included where k is 1",
    "Exclude what is smaller than the k-th largest score: <, not <=.",
)
def smaller_or_equal(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return _draw(
        logits.masked_fill(logits <= least, -torch.inf) / temperature, generator
    )


@mistake(
    "sample_next",
    "one symbol more than top_k",
    "topk(top_k) holds k scores; its last one is the least that may be drawn.",
)
def one_too_many(logits, temperature, top_k, generator):
    if top_k is not None:
        top_k = min(top_k + 1, logits.shape[1])
    return sample_next(logits, temperature, top_k, generator)


@mistake(
    "sample_next",
    "the k smallest scores",
    "The k largest scores may be drawn.",
)
def smallest_kept(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    most = (-logits).topk(top_k, dim=-1).values[:, -1:]
    return _draw(
        logits.masked_fill(-logits < most, -torch.inf) / temperature, generator
    )


@mistake(
    "sample_next",
    "a top_k without effect",
    "Only the top_k largest scores may be drawn: the others become -∞.",
)
def top_k_ignored(logits, temperature, top_k, generator):
    return sample_next(logits, temperature, None, generator)


@mistake(
    "sample_next",
    "a top_k over the whole batch",
    "The k-th largest score is another one in each row: topk along the last axis.",
)
def top_k_of_the_batch(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    distinct = torch.unique(logits)
    least = distinct.topk(min(top_k, len(distinct))).values[-1]
    kept = logits.masked_fill(logits < least, -torch.inf)
    kept = torch.where((logits >= least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


@mistake(
    "sample_next",
    "the least score of the first row, for all rows",
    "Each row has a k-th largest score of its own.",
)
def threshold_of_the_first_row(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits[0].topk(top_k).values[-1]
    kept = logits.masked_fill(logits < least, -torch.inf)
    kept = torch.where((logits >= least).any(-1, keepdim=True), kept, logits)
    return _draw(kept / temperature, generator)


@mistake(
    "sample_next",
    "scores of 0 where they should be -∞",
    "A score of 0 still has a probability: exp(0) is 1. Fill with -torch.inf.",
)
def masked_with_zero(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    return _draw(logits.masked_fill(logits < least, 0.0) / temperature, generator)


@mistake(
    "sample_next",
    "places among the top_k in place of symbols",
    "multinomial gives a place in the row that you passed; topk's indices say which "
    "symbol that is.",
)
def places_returned(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    return _draw(logits.topk(top_k, dim=-1).values / temperature, generator)


@mistake(
    "sample_next",
    "k symbols only where several share the k-th place",
    "Symbols that score the same as the k-th may be drawn too: compare scores, and do "
    "not count places.",
)
def ties_cut(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    values, symbols = logits.topk(top_k, dim=-1)
    place = _draw(values / temperature, generator)
    return symbols.gather(1, place[:, None]).squeeze(1)


@mistake(
    "sample_next",
    "equally likely symbols",
    "Weigh the symbols by their probabilities, those among the top_k too.",
)
def uniform(logits, temperature, top_k, generator):
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


@mistake(
    "sample_next",
    "a softmax over the batch",
    "Each row is a distribution: softmax over the last axis.",
)
def softmax_over_the_batch(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=0)
    return torch.multinomial(probs.nan_to_num(0.0), 1, generator=generator).squeeze(1)


@mistake(
    "sample_next",
    "a draw that does not use the generator",
    "Pass generator=generator to the function that draws.",
)
def generator_ignored(logits, temperature, top_k, generator):
    return sample_next(logits, temperature, top_k, None)


@mistake(
    "sample_next",
    "a generator that starts afresh at every call",
    "Draw from the generator that was passed; with one of your own every call draws "
    "the same.",
)
def generator_of_its_own(logits, temperature, top_k, generator):
    return sample_next(logits, temperature, top_k, torch.Generator().manual_seed(0))


@mistake(
    "sample_next",
    "a generator that does not move on, so that every call draws the same",
    "Draw from the generator itself: seeded anew, or copied, it stays where it was, "
    "and the next call repeats this one.",
)
def numpy_seeded_at_every_call(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=-1)
    edges = probs.double().cumsum(dim=-1).numpy()
    rng = np.random.default_rng(generator.initial_seed())
    u = rng.random((len(edges), 1)) * edges[:, -1:]
    return torch.from_numpy((edges <= u).sum(axis=1))


@mistake(
    "sample_next",
    "a generator that does not move on, so that every call draws the same",
    "Draw from the generator itself: seeded anew, or copied, it stays where it was, "
    "and the next call repeats this one.",
)
def global_seeded_at_every_call(logits, temperature, top_k, generator):
    torch.manual_seed(generator.initial_seed() if generator else 0)
    return sample_next(logits, temperature, top_k, None)


@mistake(
    "sample_next",
    "a generator that does not move on, so that every call draws the same",
    "Draw from the generator itself: seeded anew, or copied, it stays where it was, "
    "and the next call repeats this one.",
)
def generator_seeded_at_every_call(logits, temperature, top_k, generator):
    again = generator and generator.manual_seed(generator.initial_seed())
    return sample_next(logits, temperature, top_k, again)


@mistake(
    "sample_next",
    "a generator that does not move on, so that every call draws the same",
    "Draw from the generator itself: seeded anew, or copied, it stays where it was, "
    "and the next call repeats this one.",
)
def draws_from_a_copy(logits, temperature, top_k, generator):
    copy = generator and torch.Generator().set_state(generator.get_state())
    return sample_next(logits, temperature, top_k, copy)


@mistake(
    "sample_next",
    "one draw for the whole batch",
    "Every row has a draw of its own: hand all rows to multinomial.",
)
def one_draw_for_all(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    probs = torch.softmax(_allowed(logits, top_k) / temperature, dim=-1)
    u = torch.rand(1, generator=generator, dtype=probs.dtype)
    return (probs.cumsum(dim=-1) < u).sum(dim=-1).clamp(max=logits.shape[1] - 1)


@mistake(
    "sample_next",
    "the first row's distribution for every row",
    "Each row is drawn from with its own probabilities.",
)
def first_row_for_all(logits, temperature, top_k, generator):
    return sample_next(logits[:1].expand_as(logits), temperature, top_k, generator)


@mistake(
    "sample_next",
    "a result with an axis too many",
    "multinomial returns (batch, 1); squeeze its last axis.",
)
def axis_kept(logits, temperature, top_k, generator):
    return sample_next(logits, temperature, top_k, generator)[:, None]


@mistake(
    "sample_next",
    "a missing top_k that is not foreseen",
    "top_k=None lets all symbols be drawn: ask before you call topk.",
)
def none_not_foreseen(logits, temperature, top_k, generator):
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    logits = logits.masked_fill(logits < least, -torch.inf)
    return sample_next(logits, temperature, None, generator)


@mistake(
    "sample_next",
    "scores that are changed where they stand",
    "masked_fill makes a new tensor; masked_fill_, /= and logits[...] = change the "
    "caller's.",
)
def scores_changed(logits, temperature, top_k, generator):
    if temperature == 0 or top_k is None:
        return sample_next(logits, temperature, top_k, generator)
    least = logits.topk(top_k, dim=-1).values[:, -1:]
    logits[logits < least] = -torch.inf
    return _draw(logits / temperature, generator)


@mistake(
    "sample_next",
    "scores that are divided where they stand",
    "logits / temperature is a new tensor; logits /= temperature changes the caller's.",
)
def scores_divided(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    logits /= temperature
    return _draw(_allowed(logits, top_k), generator)


@mistake(
    "sample_next",
    "probabilities that are squared",
    "softmax gives the probabilities; do not weigh by them a second time.",
)
def squared(logits, temperature, top_k, generator):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(2 * _allowed(logits, top_k) / temperature, generator)


# --- generate -------------------------------------------------------------------------


def _write(model, prime, length, draw, state=None):
    """Write on with `draw(logits)`, from a state."""
    written, read = [], prime
    for _ in range(length):
        logits, state = model(read, state)
        written.append(draw(logits[:, -1]))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a state that is not carried",
    "Pass the state that the last call returned, not None.",
)
def state_not_carried(model, prime, length, temperature, top_k, generator):
    written, read = [], prime
    for _ in range(length):
        logits, _ = model(read, None)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a state that is forgotten after the prime",
    "The first new symbol is read with the state that the prime has left.",
)
def state_lost_after_the_prime(model, prime, length, temperature, top_k, generator):
    logits, _ = model(prime, None)
    first = sample_next(logits[:, -1], temperature, top_k, generator)[:, None]
    if length == 1:
        return first
    rest = generate(model, first, length - 1, temperature, top_k, generator)
    return torch.cat([first, rest], dim=1)


@mistake(
    "generate",
    "a state that stays what the prime left",
    "Every call returns a new state; the next one starts from it.",
)
def state_of_the_prime_kept(model, prime, length, temperature, top_k, generator):
    logits, state = model(prime, None)
    written = [sample_next(logits[:, -1], temperature, top_k, generator)]
    for _ in range(length - 1):
        logits, _ = model(written[-1][:, None], state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a prime of which only the last symbol is read",
    "Read the whole prime first: model(prime, None).",
)
def only_the_last_of_the_prime(model, prime, length, temperature, top_k, generator):
    return generate(model, prime[:, -1:], length, temperature, top_k, generator)


@mistake(
    "generate",
    "a prime of which only the first symbol is read",
    "Read the whole prime first: model(prime, None).",
)
def only_the_first_of_the_prime(model, prime, length, temperature, top_k, generator):
    return generate(model, prime[:, :1], length, temperature, top_k, generator)


@mistake(
    "generate",
    "a prime whose last symbol is dropped",
    "The last symbol of the prime is read like all others.",
)
def last_of_the_prime_dropped(model, prime, length, temperature, top_k, generator):
    short = prime[:, :-1] if prime.shape[1] > 1 else prime
    return generate(model, short, length, temperature, top_k, generator)


@mistake(
    "generate",
    "a last symbol of the prime that is read twice",
    "The scores after the prime are there already: draw from them before you read on.",
)
def last_of_the_prime_twice(model, prime, length, temperature, top_k, generator):
    again = torch.cat([prime, prime[:, -1:]], dim=1)
    return generate(model, again, length, temperature, top_k, generator)


@mistake(
    "generate",
    "scores after the first symbol of the prime",
    "What comes after the prime is in the last row of its scores: logits[:, -1].",
)
def first_scores(model, prime, length, temperature, top_k, generator):
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, 0], temperature, top_k, generator))
        read = written[-1][:, None]
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a first symbol that is drawn and left out",
    "The symbol drawn from the prime's scores is the first of the result.",
)
def first_left_out(model, prime, length, temperature, top_k, generator):
    text = generate(model, prime, length + 1, temperature, top_k, generator)
    return text[:, 1:]


@mistake(
    "generate",
    "a result that begins with the prime",
    "Return the new symbols only.",
)
def prime_returned(model, prime, length, temperature, top_k, generator):
    text = generate(model, prime, length, temperature, top_k, generator)
    return torch.cat([prime, text], dim=1)


@mistake(
    "generate",
    "a length that counts the prime",
    "length is the number of new symbols.",
)
def length_of_all(model, prime, length, temperature, top_k, generator):
    text = generate(model, prime, length, temperature, top_k, generator)
    return torch.cat([prime, text], dim=1)[:, :length]


@mistake(
    "generate",
    "one symbol too many",
    "Draw exactly `length` symbols.",
)
def one_too_long(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length + 1, temperature, top_k, generator)


@mistake(
    "generate",
    "one symbol too few",
    "The symbol drawn from the prime's scores is one of the `length`; so is the last.",
)
def one_too_short(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, top_k, generator)[:, :-1]


@mistake(
    "generate",
    "a prime that is read again at every step",
    "After the prime, read the new symbols one by one; the state holds the rest.",
)
def prime_read_again(model, prime, length, temperature, top_k, generator):
    written, state = [], None
    for _ in range(length):
        logits, state = model(prime, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "the prime's last symbol fed in at every step",
    "Feed back the symbol that was drawn last.",
)
def same_symbol_fed(model, prime, length, temperature, top_k, generator):
    logits, state = model(prime, None)
    written = [sample_next(logits[:, -1], temperature, top_k, generator)]
    for _ in range(length - 1):
        logits, state = model(prime[:, -1:], state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a whole text read again on top of the state",
    "Either carry the state and read the new symbol, or read all and start from None.",
)
def text_and_state(model, prime, length, temperature, top_k, generator):
    text, state = prime, None
    for _ in range(length):
        logits, state = model(text, state)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        text = torch.cat([text, drawn[:, None]], dim=1)
    return text[:, prime.shape[1] :]


@mistake(
    "generate",
    "scores fed in where a symbol is read",
    "Feed in the symbols that were drawn, int64, as a batch of texts of length one.",
)
def scores_fed(model, prime, length, temperature, top_k, generator):
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = logits[:, -1:]
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "symbols fed in without an axis of time",
    "The model reads (batch, time): give the drawn symbols an axis of length one.",
)
def no_axis_of_time(model, prime, length, temperature, top_k, generator):
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        read = sample_next(logits[:, -1], temperature, top_k, generator)
        written.append(read)
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a most likely symbol fed in instead of the drawn one",
    "What is fed back is the symbol that was drawn, the same that is returned.",
)
def argmax_fed(model, prime, length, temperature, top_k, generator):
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        read = logits[:, -1].argmax(dim=-1, keepdim=True)
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "a symbol fed in that is drawn a second time",
    "Draw once a step: return and feed in the same symbol.",
)
def drawn_twice(model, prime, length, temperature, top_k, generator):
    written, read, state = [], prime, None
    for _ in range(length):
        logits, state = model(read, state)
        written.append(sample_next(logits[:, -1], temperature, top_k, generator))
        again = sample_next(logits[:, -1], temperature, top_k, generator)
        read = again[:, None]
    return torch.stack(written, dim=1)


@mistake(
    "generate",
    "the most likely symbol at every step",
    "Draw with sample_next and the temperature; argmax is for temperature 0 only.",
)
def greedy_always(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, 0, top_k, generator)


@mistake(
    "generate",
    "a temperature that is not handed on",
    "Pass the temperature to sample_next.",
)
def temperature_not_handed_on(model, prime, length, temperature, top_k, generator):
    warm = temperature and 1.0
    return generate(model, prime, length, warm, top_k, generator)


@mistake(
    "generate",
    "a top_k that is not handed on",
    "Pass top_k to sample_next.",
)
def top_k_not_handed_on(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, None, generator)


@mistake(
    "generate",
    "a generator that is not handed on",
    "Pass the generator to sample_next.",
)
def generator_not_handed_on(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, top_k, None)


@mistake(
    "generate",
    "a generator that starts again at every step",
    "Use the generator as it comes; seeded anew it makes the same draw each time.",
)
def seeded_at_every_step(model, prime, length, temperature, top_k, generator):
    def draw(scores):
        if generator is not None:
            generator.manual_seed(generator.initial_seed())
        return sample_next(scores, temperature, top_k, generator)

    return _write(model, prime, length, draw)


@mistake(
    "generate",
    "a result with time as its first axis",
    "Batch first: stack along dim=1.",
)
def time_first_in_the_result(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, top_k, generator).T


@mistake(
    "generate",
    "a text in the opposite order",
    "The first symbol drawn comes first.",
)
def reversed_text(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, top_k, generator).flip(1)


@mistake(
    "generate",
    "the first beginning written on for all of them",
    "Every row of the batch is a text of its own.",
)
def first_row_only(model, prime, length, temperature, top_k, generator):
    first = prime[:1].expand_as(prime)
    return generate(model, first, length, temperature, top_k, generator)


@mistake(
    "generate",
    "a last symbol only",
    "Collect the symbol of every step.",
)
def last_symbol_only(model, prime, length, temperature, top_k, generator):
    return generate(model, prime, length, temperature, top_k, generator)[:, -1]
