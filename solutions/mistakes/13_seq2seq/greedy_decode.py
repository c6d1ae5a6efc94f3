"""Wrong answers to `greedy_decode`, each with what it is and a hint."""

import torch
from torch.nn import functional as F


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


def never_ends(step, state, start, stop_id, max_steps, pad_id):
    """a loop that runs to max_steps

    Leave the loop as soon as every sequence has stopped.
    """
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        running = running & (symbols != stop_id)
    return torch.stack(said, dim=1)


def without_limit(step, state, start, stop_id, max_steps, pad_id):
    """a loop without end that max_steps does not cut

    A sequence may never stop: end after max_steps symbols.
    """
    return greedy_decode(step, state, start, stop_id, max_steps + 7, pad_id)


def goes_on(step, state, start, stop_id, max_steps, pad_id):
    """sequences that go on speaking after they have stopped

    After its stop_id a sequence says pad_id, whatever its scores are.
    """
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


def all_at_once(step, state, start, stop_id, max_steps, pad_id):
    """a loop that waits for all to say stop_id at the same step

    They stop at different steps: remember who has stopped.
    """
    symbols, said = start, []
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        said.append(symbols)
        if (symbols == stop_id).all():
            break
    return torch.stack(said, dim=1)


def stops_with_the_first(step, state, start, stop_id, max_steps, pad_id):
    """a batch that stops with its first sequence

    The others are not finished: leave the loop when all have stopped.
    """
    symbols, said = start, []
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = logits.argmax(dim=-1)
        said.append(symbols)
        if (symbols == stop_id).any():
            break
    return torch.stack(said, dim=1)


def stops_with_row_zero(step, state, start, stop_id, max_steps, pad_id):
    """a batch that stops with sequence 0

    Each sequence ends by itself; leave the loop when all have stopped.
    """
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


def feeds_scores(step, state, start, stop_id, max_steps, pad_id):
    """scores or probabilities fed back in place of symbols

    The next step reads the symbol that was chosen: the argmax of the scores.
    """
    read, said = start, []
    for _ in range(max_steps):
        read, state = step(read, state)
        said.append(read.argmax(dim=-1))
    return _cut(said, stop_id, pad_id)


def reads_start(step, state, start, stop_id, max_steps, pad_id):
    """a decoder that reads <start> at every step

    It reads what it said last: hand `symbols` on.
    """

    def stubborn(symbols, state):
        return step(start, state)

    return greedy_decode(stubborn, state, start, stop_id, max_steps, pad_id)


def reads_one_late(step, state, start, stop_id, max_steps, pad_id):
    """a decoder that reads the symbol before last

    It reads what it said last, not what it read then.
    """
    older = [start]

    def late(symbols, state):
        older.append(symbols)
        return step(older[-2], state)

    return greedy_decode(late, state, start, stop_id, max_steps, pad_id)


def state_lost(step, state, start, stop_id, max_steps, pad_id):
    """a state that is not carried on

    step returns the state after it: hand that to the next step.
    """

    def forgetful(symbols, _):
        return step(symbols, state)

    return greedy_decode(forgetful, state, start, stop_id, max_steps, pad_id)


def least_likely(step, state, start, stop_id, max_steps, pad_id):
    """the least likely symbol

    argmax, not argmin.
    """

    def turned(symbols, state):
        logits, state = step(symbols, state)
        return -logits, state

    return greedy_decode(turned, state, start, stop_id, max_steps, pad_id)


def argmax_over_batch(step, state, start, stop_id, max_steps, pad_id):
    """the likeliest sequence of each symbol

    argmax over the vocabulary, dim=-1, not over the batch.
    """
    logits, _ = step(start, state)
    best = logits.argmax(dim=0)
    running = torch.ones_like(start, dtype=torch.bool)
    return torch.where(running, best, pad_id)[:, None]


def one_argmax(step, state, start, stop_id, max_steps, pad_id):
    """one symbol for the whole batch

    argmax without dim finds one place in all of the scores: give dim=-1.
    """

    def choose(logits, said):
        return (logits.argmax() % logits.shape[1]).expand(len(start))

    return _cut(_speak(step, state, start, max_steps, choose), stop_id, pad_id)


def stop_dropped(step, state, start, stop_id, max_steps, pad_id):
    """results without stop_id

    The stop symbol is said like any other, and belongs to the result.
    """
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return torch.where(found == stop_id, pad_id, found)


def left_too_early(step, state, start, stop_id, max_steps, pad_id):
    """a loop left before its last symbols are kept

    Append first, then ask whether all have stopped.
    """
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


def sees_stop_late(step, state, start, stop_id, max_steps, pad_id):
    """a loop that sees a stop one step too late

    Look for stop_id among the symbols of this step, before you leave or go on.
    """
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


def one_column_more(step, state, start, stop_id, max_steps, pad_id):
    """a last column in which nobody speaks

    Leave the loop in the step in which the last sequence stops.
    """
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    done = (found == stop_id).any(dim=1).all()
    more = bool(done) and found.shape[1] < max_steps
    return F.pad(found, (0, int(more)), value=pad_id)


def stop_repeated(step, state, start, stop_id, max_steps, pad_id):
    """a stop symbol repeated to the end of the row

    After its stop_id a sequence says pad_id.
    """
    return greedy_decode(step, state, start, stop_id, max_steps, stop_id)


def padding_is_zero(step, state, start, stop_id, max_steps, pad_id):
    """padding written as 0

    Use the argument pad_id: another vocabulary has another number.
    """

    def shifted(symbols, state):  # so that a pad_id of 0 is not right by chance
        return step(symbols, state)

    found = greedy_decode(shifted, state, start, stop_id, max_steps, pad_id)
    return torch.where(found == pad_id, 0, found)


def replaced_too_early(step, state, start, stop_id, max_steps, pad_id):
    """padding that starts in place of stop_id

    stop_id itself is said; only what comes after it is replaced.
    """
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


def start_kept(step, state, start, stop_id, max_steps, pad_id):
    """results that begin with <start>

    The start symbol is read, not said.
    """
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return torch.cat([start[:, None], found], dim=1)


def one_step_less(step, state, start, stop_id, max_steps, pad_id):
    """one step less than max_steps

    max_steps symbols may be said: range(max_steps).
    """
    return greedy_decode(step, state, start, stop_id, max_steps - 1, pad_id)


def one_step_more(step, state, start, stop_id, max_steps, pad_id):
    """one step more than max_steps

    At most max_steps symbols are said: range(max_steps).
    """
    return greedy_decode(step, state, start, stop_id, max_steps + 1, pad_id)


def time_first(step, state, start, stop_id, max_steps, pad_id):
    """time and batch exchanged

    Stack along dim=1: the result is (batch, target).
    """
    return greedy_decode(step, state, start, stop_id, max_steps, pad_id).T


def last_symbols(step, state, start, stop_id, max_steps, pad_id):
    """the symbols of the last step alone

    Keep what is said at every step.
    """
    return greedy_decode(step, state, start, stop_id, max_steps, pad_id)[:, -1]


def list_of_rows(step, state, start, stop_id, max_steps, pad_id):
    """a list of rows of unequal length

    Return one tensor, (batch, target), with pad_id behind the shorter rows.
    """
    found = greedy_decode(step, state, start, stop_id, max_steps, pad_id)
    return [row[row != pad_id].tolist() for row in found]


def start_overwritten(step, state, start, stop_id, max_steps, pad_id):
    """a start that is overwritten in place

    Leave the arguments as they are: give what is said a tensor of its own.
    """
    found = greedy_decode(step, state, start.clone(), stop_id, max_steps, pad_id)
    start.copy_(found[:, -1])
    return found
