"""Wrong answers to `batchify_text`, each with what it is and a hint."""

import torch


def _pieces(ids, B, T):
    return (len(ids) - 1) // (B * T)


def _cut(part, B, T):
    return part.reshape(B, -1, T).transpose(0, 1)


def _both(ids, B, T):
    used = _pieces(ids, B, T) * B * T
    return ids[:used], ids[1 : used + 1]


def targets_not_shifted(ids, B, T):
    """targets that are the inputs themselves

    A target is the symbol after its input: shift by one.
    """
    inputs, _ = _both(ids, B, T)
    return _cut(inputs, B, T), _cut(inputs, B, T)


def targets_before(ids, B, T):
    """targets that are the symbols before their inputs

    The model guesses what comes next, not what came before.
    """
    inputs, targets = batchify_text(ids, B, T)
    return targets, inputs


def targets_two_ahead(ids, B, T):
    """targets two symbols ahead

    A target is the next symbol, one ahead.
    """
    inputs, targets = _both(ids, B, T)
    after = ids[len(inputs) + 1 : len(inputs) + 2]
    after = ids[:1] if not len(after) else after
    return _cut(inputs, B, T), _cut(torch.cat([targets[1:], after]), B, T)


def rolled_round(ids, B, T):
    """a last target that is the first symbol of the text

    Do not roll the text round: its last symbol has no successor and is no input.
    """
    used = len(ids) // (B * T) * B * T
    targets = torch.roll(ids, -1)
    return _cut(ids[:used], B, T), _cut(targets[:used], B, T)


def used_part_rolled(ids, B, T):
    """the used part of the text rolled round

    The symbol after the last input is still in the text: take ids[1:used + 1].
    """
    inputs, _ = _both(ids, B, T)
    return _cut(inputs, B, T), _cut(torch.roll(inputs, -1), B, T)


def streams_rolled(ids, B, T):
    """targets that are shifted within each stream

    A stream's last target is the first symbol of the next stream, not its own first.
    """
    inputs, _ = _both(ids, B, T)
    shifted = torch.roll(inputs.reshape(B, -1), -1, dims=1)
    return _cut(inputs, B, T), _cut(shifted, B, T)


def pieces_rolled(ids, B, T):
    """targets that are shifted within each piece

    Shift the text before it is cut: a piece's last target is the next piece's first.
    """
    inputs = _cut(_both(ids, B, T)[0], B, T)
    return inputs, torch.roll(inputs, -1, dims=2)


def last_target_missing(ids, B, T):
    """targets whose last one in each piece is left at zero

    The next symbol of a piece's last one is in the text: shift the text, then cut.
    """
    inputs = _cut(_both(ids, B, T)[0], B, T)
    targets = torch.zeros_like(inputs)
    targets[:, :, :-1] = inputs[:, :, 1:]
    return inputs, targets


def rows_rolled(ids, B, T):
    """targets that are shifted across the streams

    The next symbol lies along the time axis, not in the next row.
    """
    inputs = _cut(_both(ids, B, T)[0], B, T)
    return inputs, torch.roll(inputs, -1, dims=1)


def not_contiguous(ids, B, T):
    """streams that are not contiguous

    Row b of the next piece must go on where row b ended: reshape to (B, pieces, T).
    """
    inputs, targets = _both(ids, B, T)
    return inputs.reshape(-1, B, T), targets.reshape(-1, B, T)


def every_bth_symbol(ids, B, T):
    """streams that take every B-th symbol

    A stream is one stretch of the text, so that its symbols are neighbours.
    """
    inputs, targets = _both(ids, B, T)
    return tuple(
        part.reshape(-1, B).T.reshape(B, -1, T).transpose(0, 1)
        for part in (inputs, targets)
    )


def time_before_pieces(ids, B, T):
    """pieces that take every so many symbols

    Reshape to (B, pieces, T), in this order: time is the last axis.
    """
    inputs, targets = _both(ids, B, T)
    return tuple(part.reshape(B, T, -1).permute(2, 0, 1) for part in (inputs, targets))


def streams_first(ids, B, T):
    """axes in the order (B, pieces, T)

    Pieces come first: transpose(0, 1).
    """
    inputs, targets = batchify_text(ids, B, T)
    return inputs.transpose(0, 1), targets.transpose(0, 1)


def time_first_in_a_piece(ids, B, T):
    """axes in the order (pieces, T, B)

    Batch first: a piece has the axes (B, T).
    """
    inputs, targets = batchify_text(ids, B, T)
    return inputs.transpose(1, 2), targets.transpose(1, 2)


def beginning_dropped(ids, B, T):
    """the beginning of the text left out

    What is left over is at the end: begin with the first symbol.
    """
    used = _pieces(ids, B, T) * B * T
    return _cut(ids[-used - 1 : -1], B, T), _cut(ids[-used:], B, T)


def last_symbol_as_input(ids, B, T):
    """one piece more than the text has targets for

    The last symbol is a target only, so length - 1 symbols can be inputs.
    """
    pieces = len(ids) // (B * T)
    used = pieces * B * T
    return (
        ids[:used].reshape(B, pieces, T).transpose(0, 1),
        ids[1 : used + 1].reshape(B, pieces, T).transpose(0, 1),
    )


def last_piece_dropped(ids, B, T):
    """a last piece that is always left out

    A piece that is filled exactly counts: divide length - 1, and nothing less.
    """
    pieces = (len(ids) - 2) // (B * T)
    used = pieces * B * T
    inputs, targets = ids[:used], ids[1 : used + 1]
    return tuple(
        part.reshape(B, pieces, T).transpose(0, 1) for part in (inputs, targets)
    )


def streams_cut_first(ids, B, T):
    """streams cut before the pieces

    Streams are as long as the pieces they hold, so that together they are the text from
    its beginning without a gap.
    """
    length = (len(ids) - 1) // B
    used = length // T * T
    inputs, targets = ids[: B * length], ids[1 : B * length + 1]
    return tuple(
        part.reshape(B, length)[:, :used].reshape(B, -1, T).transpose(0, 1)
        for part in (inputs, targets)
    )


def pieces_reversed(ids, B, T):
    """pieces in the opposite order

    Piece 0 is the beginning of every stream.
    """
    inputs, targets = batchify_text(ids, B, T)
    return inputs.flip(0), targets.flip(0)


def pieces_shuffled(ids, B, T):
    """streams in a random order

    Shuffle nothing: a state is carried from piece to piece.
    """
    inputs, targets = batchify_text(ids, B, T)
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(1))
    return inputs[order], targets[order]


def first_piece_only(ids, B, T):
    """inputs and targets of the first piece only

    Return all pieces, along the first axis.
    """
    inputs, targets = batchify_text(ids, B, T)
    return inputs[0], targets[0]


def sizes_exchanged(ids, B, T):
    """B and T exchanged

    The arguments are B, the streams, and then T, the symbols of a piece.
    """
    return batchify_text(ids, T, B)
