"""Wrong answers to `beam_search`, each with what it is and a hint."""

import math
from collections import Counter

import torch

from course_lib.language.decoding.beams import Hypothesis


def _score(total, length, power):
    return total / length**power


def _extensions(step, last, h, total, said, values=None):
    logits, after = step(last, h)
    values = values or (lambda logits: torch.log_softmax(logits, dim=-1))
    return [
        (total + p, (*said, y), after) for y, p in enumerate(values(logits[0]).tolist())
    ]


def _ranked(ended, going, stop_id, power, score=_score):
    """Return hypotheses, finished ones first, the best score first."""
    done = [
        Hypothesis(y, total, score(total, len(y), power), y[-1] == stop_id)
        for total, y, _ in ended + going
    ]
    return sorted(done, key=lambda one: (not one.finished, -one.score))


def _searched(
    args,
    *,
    values=None,
    keep=None,
    enough=None,
    score=_score,
    rank=None,
    begin=1,
    carry=True,
    finish=None,
):
    """Search as the reference does, with a part replaced.

    Args:
        args: those of beam_search.
        values: what of the logits is summed.
        keep: keep(found, beam_size, stop_id) gives what has ended and what goes on.
        enough: enough(ended, beam_size) stops the search.
        score: score(total, length, power).
        rank: rank(ended, going, stop_id, power) gives the result before it is cut.
        begin: how many times the empty beginning stands in the first beam.
        carry: whether the state goes on.
        finish: what is done to the list of a sequence, instead of cutting it.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)] * begin, []
        for _ in range(max_steps):
            found = []
            for total, said, h in going:
                last = start.new_tensor(said[-1:]) if said else first
                h = h if carry else h_0
                found += _extensions(step, last, h, total, said, values)
            found.sort(key=lambda one: -one[0])
            more, going = (keep or _keep)(found, beam_size, stop_id)
            ended += more
            if (enough and enough(ended, beam_size)) or not going:
                break
        if rank:
            done = rank(ended, going, stop_id, power)
        else:
            done = _ranked(ended, going, stop_id, power, score)
        results.append(finish(done) if finish else done[:beam_size])
    return results


def _keep(found, beam_size, stop_id):
    ended = [one for one in found[:beam_size] if one[1][-1] == stop_id]
    return ended, [one for one in found if one[1][-1] != stop_id][:beam_size]


def no_length_handling(*args):
    """a search without length handling

    The score divides the log-probability by length ** length_power.
    """
    return _searched(args, score=lambda total, n, power: total)


def always_the_mean(*args):
    """a mean over the length, whatever α is

    The length is raised to the power `length_power` before it divides.
    """
    return _searched(args, score=lambda total, n, power: total / n)


def multiplied_by_length(*args):
    """a score that is multiplied by length^α

    Divide by length ** length_power: log-probabilities are negative.
    """
    return _searched(args, score=lambda total, n, power: total * n**power)


def power_as_factor(*args):
    """a score that is divided by α · length

    α is an exponent: length ** length_power.
    """
    return _searched(args, score=lambda total, n, power: total / (power * n or 1))


def other_penalty(*args):
    """the length penalty ((5 + length) / 6)^α

    That penalty exists, but here the score divides by length ** length_power.
    """
    return _searched(args, score=lambda total, n, power: total / ((5 + n) / 6) ** power)


def length_without_stop(*args):
    """a length without <stop>

    The length counts all symbols of the hypothesis, <stop> too.
    """

    def rank(ended, going, stop_id, power):
        done = [
            Hypothesis(
                y, total, total / max(1, len(y) - (y[-1] == stop_id)) ** power,
                y[-1] == stop_id,
            )
            for total, y, _ in ended + going
        ]  # fmt: skip
        return sorted(done, key=lambda one: (not one.finished, -one.score))

    return _searched(args, rank=rank)


def length_with_start(*args):
    """a length that counts <start>

    The symbols of a hypothesis are those that were said; <start> was not.
    """
    return _searched(args, score=lambda total, n, power: total / (n + 1) ** power)


def finished_are_extended(*args):
    """finished beams that are extended

    What ends in stop_id is put aside: it must not be extended.
    """

    def keep(found, beam_size, stop_id):
        return [], found[:beam_size]

    def rank(ended, going, stop_id, power):
        done = []
        for total, y, _ in going:
            score = total / len(y) ** power
            done.append(Hypothesis(y, total, score, stop_id in y))
        return sorted(done, key=lambda one: (not one.finished, -one.score))

    return _searched(args, keep=keep, rank=rank)


def put_aside_and_extended(*args):
    """finished beams that are put aside and extended as well

    What ends in stop_id is put aside *instead* of going on.
    """

    def keep(found, beam_size, stop_id):
        ended = [one for one in found[:beam_size] if one[1][-1] == stop_id]
        return ended, found[:beam_size]

    return _searched(args, keep=keep)


def finished_forgotten(*args):
    """finished ones forgotten

    Keep what has ended in a list of its own; it belongs to the result.
    """

    def keep(found, beam_size, stop_id):
        return [], _keep(found, beam_size, stop_id)[1]

    return _searched(args, keep=keep)


def finished_only(*args):
    """finished ones only

    What was cut after max_steps belongs to the result too, behind what has ended.
    """

    def rank(ended, going, stop_id, power):
        return _ranked(ended, [], stop_id, power)

    return _searched(args, rank=rank)


def finished_not_first(*args):
    """finished and unfinished ones in one order

    What has ended comes first, whatever the score of what was cut.
    """

    def rank(ended, going, stop_id, power):
        return sorted(_ranked(ended, going, stop_id, power), key=lambda one: -one.score)

    return _searched(args, rank=rank)


def best_of_each_beginning(*args):
    """the best extension of every beginning

    Rank the extensions of *all* beginnings together: two may go on from one, none from
    another.
    """

    def keep(found, beam_size, stop_id):
        if len(found[0][1]) == 1:
            return _keep(found, beam_size, stop_id)
        best = {}
        for one in found:
            if one[1][-1] != stop_id:
                best.setdefault(one[1][:-1], one)
        return _keep(found, beam_size, stop_id)[0], list(best.values())

    return _searched(args, keep=keep)


def beam_that_grows(*args):
    """beam_size extensions kept of every beginning

    beam_size are kept in all, not of each beginning: the beam must not grow.
    """

    def keep(found, beam_size, stop_id):
        of_each = Counter()
        ended, going = [], []
        for one in found:
            of_each[one[1][:-1]] += 1
            if of_each[one[1][:-1]] <= beam_size:
                (ended if one[1][-1] == stop_id else going).append(one)
        return ended, going

    return _searched(args, keep=keep)


def beam_that_shrinks(*args):
    """a beam that shrinks with every end

    After an end the next best extension takes its place: beam_size go on.
    """

    def keep(found, beam_size, stop_id):
        best = found[:beam_size]
        ended = [one for one in best if one[1][-1] == stop_id]
        return ended, [one for one in best if one[1][-1] != stop_id]

    return _searched(args, keep=keep)


def beam_that_shrinks_for_good(*args):
    """a beam that shrinks for good

    After an end the next best extension takes its place: beam_size go on.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)], []
        for _ in range(max_steps):
            found = []
            for total, said, h in going:
                last = start.new_tensor(said[-1:]) if said else first
                found += _extensions(step, last, h, total, said)
            found.sort(key=lambda one: -one[0])
            best = found[: beam_size - len(ended)]
            ended += [one for one in best if one[1][-1] == stop_id]
            going = [one for one in best if one[1][-1] != stop_id]
        results.append(_ranked(ended, going, stop_id, power)[:beam_size])
    return results


def every_end_counts(*args):
    """ends that were not among the best extensions

    An extension by stop_id has ended only if it is among the beam_size best of all.
    """

    def keep(found, beam_size, stop_id):
        ended = [one for one in found if one[1][-1] == stop_id]
        return ended, _keep(found, beam_size, stop_id)[1]

    return _searched(args, keep=keep)


def stops_at_the_first(*args):
    """a search that stops when the first has ended

    Others may still get a better score: go on to max_steps.
    """
    return _searched(args, enough=lambda ended, beam_size: bool(ended))


def stops_when_full(*args):
    """a search that stops when beam_size have ended

    With α > 0 a longer one may still get a better score: go on to max_steps.
    """
    return _searched(args, enough=lambda ended, beam_size: len(ended) >= beam_size)


def probabilities_multiplied(*args):
    """probabilities multiplied, without logarithms

    Sum log-probabilities: a product of many small numbers ends at 0.
    """
    found = _searched(args, score=lambda total, n, power: math.exp(total) / n**power)
    return [
        [one._replace(log_prob=math.exp(one.log_prob)) for one in row] for row in found
    ]


def probabilities_added(*args):
    """probabilities added up

    Probabilities multiply, their logarithms add: torch.log_softmax.
    """
    return _searched(args, values=lambda logits: torch.softmax(logits, dim=-1))


def logits_added(*args):
    """logits added up

    Logits are no log-probabilities: torch.log_softmax first.
    """
    return _searched(args, values=lambda logits: logits)


def softmax_twice(*args):
    """a softmax before the log_softmax

    `step` gives logits: one log_softmax is enough.
    """

    def values(logits):
        return torch.log_softmax(torch.softmax(logits, dim=-1), dim=-1)

    return _searched(args, values=values)


def logarithms_of_two(*args):
    """logarithms to the base 2

    log means the natural logarithm here, as in torch.log_softmax.
    """
    return _searched(
        args, values=lambda logits: torch.log_softmax(logits, dim=-1) / math.log(2)
    )


def last_only(*args):
    """the last log-probability instead of the sum

    A beginning's log-probability is the sum over all its symbols.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)], []
        for _ in range(max_steps):
            found = []
            for _, said, h in going:
                last = start.new_tensor(said[-1:]) if said else first
                found += _extensions(step, last, h, 0.0, said)
            found.sort(key=lambda one: -one[0])
            more, going = _keep(found, beam_size, stop_id)
            ended += more
        results.append(_ranked(ended, going, stop_id, power)[:beam_size])
    return results


def state_not_carried(*args):
    """a state that is not carried on

    Each extension takes the state after its step along, and reads from there.
    """
    return _searched(args, carry=False)


def states_not_reordered(*args):
    """states that stayed in their places while the beams changed theirs

    An extension goes on from the state of *its* beginning: reorder the states with the
    beams.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)], []
        states = [h_0] * beam_size
        for _ in range(max_steps):
            found = []
            for place, (total, said, _) in enumerate(going):
                last = start.new_tensor(said[-1:]) if said else first
                more = _extensions(step, last, states[place], total, said)
                states[place] = more[0][2]
                found += more
            if len(going) == 1:
                states = [states[0]] * beam_size
            found.sort(key=lambda one: -one[0])
            more, going = _keep(found, beam_size, stop_id)
            ended += more
        results.append(_ranked(ended, going, stop_id, power)[:beam_size])
    return results


def reads_the_best_symbol(*args):
    """every beam reading the best beam's symbol

    Each beginning reads its own last symbol.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)], []
        for _ in range(max_steps):
            found = []
            for total, said, h in going:
                last = start.new_tensor(going[0][1][-1:]) if said else first
                found += _extensions(step, last, h, total, said)
            found.sort(key=lambda one: -one[0])
            more, going = _keep(found, beam_size, stop_id)
            ended += more
        results.append(_ranked(ended, going, stop_id, power)[:beam_size])
    return results


def reads_start_always(*args):
    """a decoder that reads <start> at every step

    After the first step the symbol read is the last one said.
    """
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):

        def from_start(symbols, h, first=first):
            return step(first.expand(len(symbols)), h)

        one = from_start, h_0, first, beam_size, stop_id, max_steps, power
        results += beam_search(*one)
    return results


def beams_alike(*args):
    """beams that all begin alike

    At the first step there is one beginning: beam_size copies of it stay alike.
    """
    return _searched(args, begin=args[3])


def first_sequence_for_all(*args):
    """the same state and <start> for every sequence of the batch

    Sequence number i begins with start[i] and state[i].
    """
    step, state, start, *rest = args
    same = state[:1].expand_as(state), start[:1].expand_as(start)
    return beam_search(step, *same, *rest)


def one_step_too_few(*args):
    """one step too few

    max_steps symbols are said before a sequence is cut.
    """
    *first, max_steps, power = args
    if max_steps == 1:
        return [[] for _ in args[2]]
    return beam_search(*first, max_steps - 1, power)


def one_step_too_many(*args):
    """one step too many

    max_steps symbols are said before a sequence is cut.
    """
    *first, max_steps, power = args
    return beam_search(*first, max_steps + 1, power)


def symbols_without_stop(*args):
    """symbols without <stop>

    The symbols of a finished hypothesis end in stop_id.
    """
    return [
        [one._replace(symbols=one.symbols[:-1]) if one.finished else one for one in row]
        for row in beam_search(*args)
    ]


def symbols_with_start(*args):
    """symbols that begin with <start>

    <start> was read, not said: leave it out.
    """
    return [
        [one._replace(symbols=(int(first), *one.symbols)) for one in row]
        for first, row in zip(args[2], beam_search(*args), strict=True)
    ]


def all_marked_finished(*args):
    """everything marked as finished

    What was cut has finished=False.
    """
    return [[one._replace(finished=True) for one in row] for row in beam_search(*args)]


def worst_first(*args):
    """the worst score first

    Sort by -score: the best hypothesis stands first.
    """

    def finish(done):
        done = done[: args[3]]
        return sorted(done, key=lambda one: (not one.finished, one.score))

    return _searched(args, finish=finish)


def ordered_by_log_prob(*args):
    """an order by log-probability

    The order of the result is that of the scores; log_prob decides what goes on.
    """

    def rank(ended, going, stop_id, power):
        done = _ranked(ended, going, stop_id, power)
        return sorted(done, key=lambda one: (not one.finished, -one.log_prob))

    return _searched(args, rank=rank)


def best_alone(*args):
    """the best hypothesis alone

    Return a list of at most beam_size hypotheses for each sequence.
    """
    return [row[0] for row in beam_search(*args)]


def list_of_one(*args):
    """a list of one hypothesis

    Return all that were found, at most beam_size of them, for each sequence.
    """
    return [row[:1] for row in beam_search(*args)]


def result_not_cut(*args):
    """a result that is not cut

    Return at most beam_size hypotheses for each sequence.
    """
    return _searched(args, finish=lambda done: done)


def greedy_only(*args):
    """a search that is greedy whatever beam_size is

    Keep beam_size beginnings, not only the most probable one.
    """
    step, state, start, _, *rest = args
    return beam_search(step, state, start, 1, *rest)


def no_batch(*args):
    """the result of one sequence instead of a list for the batch

    Return one list for each sequence of the batch.
    """
    return beam_search(*args)[0]
