"""Wrong answers to exercise 14. Each must fail, and its hint must name it.

The functions run after the exercise's reference solution, so they may call it.
"""

import math
from collections import Counter

import torch

from course_lib.checks import mistake
from course_lib.language.decoding.beams import Hypothesis

# --- sampling_schedule ----------------------------------------------------------------


def _kinds(line=None, power=None, sigmoid=None):
    """Return a schedule in which one of the three kinds is another function."""

    def schedule(kind, step, k, c=0.0, floor=0.0):
        other = {"linear": line, "exponential": power, "inverse_sigmoid": sigmoid}[kind]
        if other is None:
            return sampling_schedule(kind, step, k, c, floor)
        return other(step, k, c, floor)

    return schedule


@mistake(
    "sampling_schedule",
    "a line without a floor",
    "A line does not fall below `floor`: max(floor, …).",
)
def line_without_floor(kind, step, k, c=0.0, floor=0.0):
    return _kinds(line=lambda i, k, c, floor: min(1.0, k - c * i))(kind, step, k, c)


@mistake(
    "sampling_schedule",
    "a line that is kept above 0 instead of above its floor",
    "The least value of a line is `floor`, not 0.",
)
def line_kept_above_zero(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(0.0, k - c * i)))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line that may rise above 1",
    "ε is a probability: min(1.0, …).",
)
def line_above_one(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: max(floor, k - c * i))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a floor that is used as a ceiling",
    "The larger of `floor` and the line is wanted: max, not min.",
)
def floor_as_ceiling(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: max(0.0, min(floor, k - c * i)))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line that rises",
    "ε falls from the truth to the model's own symbols: k - c i.",
)
def line_rises(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k + c * i)))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "the probability of the model's own symbol",
    "ε is the probability of the *right* symbol; you return 1 - ε.",
)
def probability_of_its_own(kind, step, k, c=0.0, floor=0.0):
    return 1 - sampling_schedule(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line that counts from 1",
    "`step` is the number of updates so far: the first one has i = 0.",
)
def line_counts_from_one(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k - c * (i - 1))))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a slope that is multiplied by k",
    "A line loses c in one step: k - c i, not k (1 - c i).",
)
def slope_times_start(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, k * (1 - c * i))))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line that always starts at 1",
    "A line starts at k: max(floor, k - c i).",
)
def line_starts_at_one(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, max(floor, 1 - c * i)))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line that stands on its floor",
    "The floor is a limit, it is not added: max(floor, k - c i).",
)
def floor_added(kind, step, k, c=0.0, floor=0.0):
    line = _kinds(line=lambda i, k, c, floor: min(1.0, floor + max(0.0, k - c * i)))
    return line(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a line for every kind",
    "The three kinds have three formulas: look at `kind`.",
)
def always_a_line(kind, step, k, c=0.0, floor=0.0):
    return sampling_schedule("linear", step, k, c, floor)


@mistake(
    "sampling_schedule",
    "the last two kinds exchanged",
    '"exponential" is the power k^i, "inverse_sigmoid" the fraction.',
)
def kinds_exchanged(kind, step, k, c=0.0, floor=0.0):
    other = {"exponential": "inverse_sigmoid", "inverse_sigmoid": "exponential"}
    return sampling_schedule(other.get(kind, kind), step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a floor under every kind",
    "`c` and `floor` belong to the line; a power and a sigmoid fall towards 0.",
)
def floor_under_everything(kind, step, k, c=0.0, floor=0.0):
    return max(floor, sampling_schedule(kind, step, k, c, floor))


@mistake(
    "sampling_schedule",
    "the base and the exponent exchanged",
    "It is k to the power of i, and k < 1: k**step.",
)
def base_and_exponent(kind, step, k, c=0.0, floor=0.0):
    return _kinds(power=lambda i, k, c, floor: min(1.0, i**k))(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a decay of e^(-k i)",
    "The exponential schedule is the power k^i.",
)
def decay_of_e(kind, step, k, c=0.0, floor=0.0):
    power = _kinds(power=lambda i, k, c, floor: math.exp(-k * i))
    return power(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a power that counts from 1",
    "After no update ε is k^0 = 1.",
)
def power_counts_from_one(kind, step, k, c=0.0, floor=0.0):
    return _kinds(power=lambda i, k, c, floor: k ** (i + 1))(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a product k · i for the power",
    "k^i is k**step in Python; k * step is a product.",
)
def product_for_power(kind, step, k, c=0.0, floor=0.0):
    return _kinds(power=lambda i, k, c, floor: k * i)(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "an inverse sigmoid that rises",
    "The exponential stands in the denominator as e^(+i/k), and grows.",
)
def sigmoid_rises(kind, step, k, c=0.0, floor=0.0):
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(-i / k)))
    return found(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a sigmoid without its k",
    "It is k / (k + e^(i/k)), not 1 / (1 + e^(i/k)).",
)
def sigmoid_without_k(kind, step, k, c=0.0, floor=0.0):
    found = _kinds(
        sigmoid=lambda i, k, c, floor: math.exp(-i / k) / (1 + math.exp(-i / k))
    )
    return found(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "an exponent of k · i in the sigmoid",
    "The exponent is i / k: a larger k makes the decay slower.",
)
def sigmoid_exponent_product(kind, step, k, c=0.0, floor=0.0):
    found = _kinds(
        sigmoid=lambda i, k, c, floor: k * math.exp(-i * k) / (k * math.exp(-i * k) + 1)
    )
    return found(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "a sigmoid that is divided by k outside the exponential",
    "It is e^(i/k), the exponential of the quotient.",
)
def sigmoid_divided_outside(kind, step, k, c=0.0, floor=0.0):
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(min(i, 700)) / k))
    return found(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "an integer division in the exponent",
    "i / k is a fraction: / and not //.",
)
def sigmoid_integer_division(kind, step, k, c=0.0, floor=0.0):
    def sigmoid(i, k, c, floor):
        fall = math.exp(-(i // k))
        return k * fall / (k * fall + 1)

    return _kinds(sigmoid=sigmoid)(kind, step, k, c, floor)


@mistake(
    "sampling_schedule",
    "an e^(i/k) that overflows",
    "Divide numerator and denominator by e^(i/k): math.exp(-i / k) only becomes 0.",
)
def sigmoid_overflows(kind, step, k, c=0.0, floor=0.0):
    found = _kinds(sigmoid=lambda i, k, c, floor: k / (k + math.exp(i / k)))
    return found(kind, step, k, c, floor)


# --- scheduled_inputs -----------------------------------------------------------------


def _coins(inputs, generator, *shape):
    shape = shape or inputs.shape
    return torch.rand(shape, generator=generator, device=inputs.device)


def _mix(inputs, predictions, truth):
    """Return the mixture for a mask, <start> kept."""
    truth = truth.expand(inputs.shape).clone()
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=1))


@mistake(
    "scheduled_inputs",
    "one coin for each whole sequence",
    "Every token has a coin of its own: coins of the shape of `inputs`.",
)
def coin_for_a_sequence(inputs, predictions, truth_prob, generator):
    coins = _coins(inputs, generator, len(inputs), 1)
    return _mix(inputs, predictions, coins < truth_prob)


@mistake(
    "scheduled_inputs",
    "one coin for the whole batch",
    "Every token has a coin of its own: coins of the shape of `inputs`.",
)
def coin_for_the_batch(inputs, predictions, truth_prob, generator):
    coins = _coins(inputs, generator, 1, 1)
    return _mix(inputs, predictions, coins < truth_prob)


@mistake(
    "scheduled_inputs",
    "one coin for each step, shared by the batch",
    "Every token has a coin of its own: coins of the shape of `inputs`.",
)
def coin_for_a_step(inputs, predictions, truth_prob, generator):
    coins = _coins(inputs, generator, 1, inputs.shape[1])
    return _mix(inputs, predictions, coins < truth_prob)


@mistake(
    "scheduled_inputs",
    "the probability turned round",
    "ε is the probability of the right symbol: it is right where coins < truth_prob.",
)
def probability_inverted(inputs, predictions, truth_prob, generator):
    return _mix(inputs, predictions, _coins(inputs, generator) > truth_prob)


@mistake(
    "scheduled_inputs",
    "a fair coin instead of ε",
    "Compare the coins with `truth_prob`, not with 0.5.",
)
def fair_coin(inputs, predictions, truth_prob, generator):
    return _mix(inputs, predictions, _coins(inputs, generator) < 0.5)


@mistake(
    "scheduled_inputs",
    "a <start> that was replaced",
    "Nothing was predicted before the first step: the first column stays.",
)
def start_replaced(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    return torch.where(truth, inputs, predictions.roll(1, dims=1))


@mistake(
    "scheduled_inputs",
    "guesses that were not moved",
    "predictions[:, t] guesses inputs[:, t + 1]: move them one column to the right.",
)
def not_moved(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions)


@mistake(
    "scheduled_inputs",
    "guesses that were not moved, and a <start> that was replaced",
    "predictions[:, t] guesses inputs[:, t + 1]: move them one column to the right, "
    "and leave the first column alone.",
)
def neither_moved_nor_kept(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    return torch.where(truth, inputs, predictions)


@mistake(
    "scheduled_inputs",
    "guesses that were moved to the left",
    "A guess belongs to the *next* symbol: one column to the right.",
)
def moved_left(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(-1, dims=1))


@mistake(
    "scheduled_inputs",
    "guesses that were moved by two columns",
    "predictions[:, t] guesses inputs[:, t + 1]: one column, not two.",
)
def moved_twice(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(2, dims=1))


@mistake(
    "scheduled_inputs",
    "guesses that were moved to another row of the batch",
    "Move along the time axis, dims=1.",
)
def moved_along_the_batch(inputs, predictions, truth_prob, generator):
    truth = _coins(inputs, generator) < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=0))


@mistake(
    "scheduled_inputs",
    "coins that come from PyTorch's own generator",
    "Hand the generator on: torch.rand(…, generator=generator).",
)
def coins_without_generator(inputs, predictions, truth_prob, generator):
    return _mix(inputs, predictions, torch.rand(inputs.shape) < truth_prob)


@mistake(
    "scheduled_inputs",
    "a new generator with a fixed seed in every call",
    "Draw from the `generator` that you are given: a fixed seed repeats its coins.",
)
def coins_of_a_fixed_seed(inputs, predictions, truth_prob, generator):
    fixed = torch.Generator().manual_seed(0)
    return _mix(inputs, predictions, _coins(inputs, fixed) < truth_prob)


@mistake(
    "scheduled_inputs",
    "normal numbers for coins",
    "Coins are uniform between 0 and 1: torch.rand, not torch.randn.",
)
def normal_coins(inputs, predictions, truth_prob, generator):
    coins = torch.randn(inputs.shape, generator=generator)
    return _mix(inputs, predictions, coins < truth_prob)


@mistake(
    "scheduled_inputs",
    "a mixture in floating point",
    "Symbols are int64. torch.where keeps the dtype; a product with a mask of floats "
    "does not.",
)
def in_floating_point(inputs, predictions, truth_prob, generator):
    return scheduled_inputs(inputs, predictions, truth_prob, generator).float()


@mistake(
    "scheduled_inputs",
    "right symbols that were overwritten",
    "`inputs` belongs to the caller: make a new tensor, with torch.where.",
)
def inputs_overwritten(inputs, predictions, truth_prob, generator):
    inputs[...] = scheduled_inputs(inputs, predictions, truth_prob, generator)
    return inputs


@mistake(
    "scheduled_inputs",
    "predictions that were overwritten",
    "`predictions` belongs to the caller: make a new tensor.",
)
def predictions_overwritten(inputs, predictions, truth_prob, generator):
    mixed = scheduled_inputs(inputs, predictions, truth_prob, generator)
    predictions[...] = mixed
    return mixed


@mistake(
    "scheduled_inputs",
    "predictions only",
    "Each symbol is the right one with probability ε: mix the two tensors.",
)
def predictions_only(inputs, predictions, truth_prob, generator):
    return scheduled_inputs(inputs, predictions, 0.0, generator)


@mistake(
    "scheduled_inputs",
    "the right symbols only",
    "Each symbol is replaced with probability 1 - ε: mix the two tensors.",
)
def truth_only(inputs, predictions, truth_prob, generator):
    return inputs.clone()


# --- beam_search ----------------------------------------------------------------------


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


@mistake(
    "beam_search",
    "a search without length handling",
    "The score divides the log-probability by length ** length_power.",
)
def no_length_handling(*args):
    return _searched(args, score=lambda total, n, power: total)


@mistake(
    "beam_search",
    "a mean over the length, whatever α is",
    "The length is raised to the power `length_power` before it divides.",
)
def always_the_mean(*args):
    return _searched(args, score=lambda total, n, power: total / n)


@mistake(
    "beam_search",
    "a score that is multiplied by length^α",
    "Divide by length ** length_power: log-probabilities are negative.",
)
def multiplied_by_length(*args):
    return _searched(args, score=lambda total, n, power: total * n**power)


@mistake(
    "beam_search",
    "a score that is divided by α · length",
    "α is an exponent: length ** length_power.",
)
def power_as_factor(*args):
    return _searched(args, score=lambda total, n, power: total / (power * n or 1))


@mistake(
    "beam_search",
    "the length penalty ((5 + length) / 6)^α",
    "That penalty exists, but here the score divides by length ** length_power.",
)
def other_penalty(*args):
    return _searched(args, score=lambda total, n, power: total / ((5 + n) / 6) ** power)


@mistake(
    "beam_search",
    "a length without <stop>",
    "The length counts all symbols of the hypothesis, <stop> too.",
)
def length_without_stop(*args):
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


@mistake(
    "beam_search",
    "a length that counts <start>",
    "The symbols of a hypothesis are those that were said; <start> was not.",
)
def length_with_start(*args):
    return _searched(args, score=lambda total, n, power: total / (n + 1) ** power)


@mistake(
    "beam_search",
    "finished beams that are extended",
    "What ends in stop_id is put aside: it must not be extended.",
)
def finished_are_extended(*args):
    def keep(found, beam_size, stop_id):
        return [], found[:beam_size]

    def rank(ended, going, stop_id, power):
        done = []
        for total, y, _ in going:
            score = total / len(y) ** power
            done.append(Hypothesis(y, total, score, stop_id in y))
        return sorted(done, key=lambda one: (not one.finished, -one.score))

    return _searched(args, keep=keep, rank=rank)


@mistake(
    "beam_search",
    "finished beams that are put aside and extended as well",
    "What ends in stop_id is put aside *instead* of going on.",
)
def put_aside_and_extended(*args):
    def keep(found, beam_size, stop_id):
        ended = [one for one in found[:beam_size] if one[1][-1] == stop_id]
        return ended, found[:beam_size]

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "finished ones forgotten",
    "Keep what has ended in a list of its own; it belongs to the result.",
)
def finished_forgotten(*args):
    def keep(found, beam_size, stop_id):
        return [], _keep(found, beam_size, stop_id)[1]

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "finished ones only",
    "What was cut after max_steps belongs to the result too, behind what has ended.",
)
def finished_only(*args):
    def rank(ended, going, stop_id, power):
        return _ranked(ended, [], stop_id, power)

    return _searched(args, rank=rank)


@mistake(
    "beam_search",
    "finished and unfinished ones in one order",
    "What has ended comes first, whatever the score of what was cut.",
)
def finished_not_first(*args):
    def rank(ended, going, stop_id, power):
        return sorted(_ranked(ended, going, stop_id, power), key=lambda one: -one.score)

    return _searched(args, rank=rank)


@mistake(
    "beam_search",
    "the best extension of every beginning",
    "Rank the extensions of *all* beginnings together: two may go on from one, none "
    "from another.",
)
def best_of_each_beginning(*args):
    def keep(found, beam_size, stop_id):
        if len(found[0][1]) == 1:
            return _keep(found, beam_size, stop_id)
        best = {}
        for one in found:
            if one[1][-1] != stop_id:
                best.setdefault(one[1][:-1], one)
        return _keep(found, beam_size, stop_id)[0], list(best.values())

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "beam_size extensions kept of every beginning",
    "beam_size are kept in all, not of each beginning: the beam must not grow.",
)
def beam_that_grows(*args):
    def keep(found, beam_size, stop_id):
        of_each = Counter()
        ended, going = [], []
        for one in found:
            of_each[one[1][:-1]] += 1
            if of_each[one[1][:-1]] <= beam_size:
                (ended if one[1][-1] == stop_id else going).append(one)
        return ended, going

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "a beam that shrinks with every end",
    "After an end the next best extension takes its place: beam_size go on.",
)
def beam_that_shrinks(*args):
    def keep(found, beam_size, stop_id):
        best = found[:beam_size]
        ended = [one for one in best if one[1][-1] == stop_id]
        return ended, [one for one in best if one[1][-1] != stop_id]

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "a beam that shrinks for good",
    "After an end the next best extension takes its place: beam_size go on.",
)
def beam_that_shrinks_for_good(*args):
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


@mistake(
    "beam_search",
    "ends that were not among the best extensions",
    "An extension by stop_id has ended only if it is among the beam_size best of all.",
)
def every_end_counts(*args):
    def keep(found, beam_size, stop_id):
        ended = [one for one in found if one[1][-1] == stop_id]
        return ended, _keep(found, beam_size, stop_id)[1]

    return _searched(args, keep=keep)


@mistake(
    "beam_search",
    "a search that stops when the first has ended",
    "Others may still get a better score: go on to max_steps.",
)
def stops_at_the_first(*args):
    return _searched(args, enough=lambda ended, beam_size: bool(ended))


@mistake(
    "beam_search",
    "a search that stops when beam_size have ended",
    "With α > 0 a longer one may still get a better score: go on to max_steps.",
)
def stops_when_full(*args):
    return _searched(args, enough=lambda ended, beam_size: len(ended) >= beam_size)


@mistake(
    "beam_search",
    "probabilities multiplied, without logarithms",
    "Sum log-probabilities: a product of many small numbers ends at 0.",
)
def probabilities_multiplied(*args):
    found = _searched(args, score=lambda total, n, power: math.exp(total) / n**power)
    return [
        [one._replace(log_prob=math.exp(one.log_prob)) for one in row] for row in found
    ]


@mistake(
    "beam_search",
    "probabilities added up",
    "Probabilities multiply, their logarithms add: torch.log_softmax.",
)
def probabilities_added(*args):
    return _searched(args, values=lambda logits: torch.softmax(logits, dim=-1))


@mistake(
    "beam_search",
    "logits added up",
    "Logits are no log-probabilities: torch.log_softmax first.",
)
def logits_added(*args):
    return _searched(args, values=lambda logits: logits)


@mistake(
    "beam_search",
    "a softmax before the log_softmax",
    "`step` gives logits: one log_softmax is enough.",
)
def softmax_twice(*args):
    def values(logits):
        return torch.log_softmax(torch.softmax(logits, dim=-1), dim=-1)

    return _searched(args, values=values)


@mistake(
    "beam_search",
    "logarithms to the base 2",
    "log means the natural logarithm here, as in torch.log_softmax.",
)
def logarithms_of_two(*args):
    return _searched(
        args, values=lambda logits: torch.log_softmax(logits, dim=-1) / math.log(2)
    )


@mistake(
    "beam_search",
    "the last log-probability instead of the sum",
    "A beginning's log-probability is the sum over all its symbols.",
)
def last_only(*args):
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


@mistake(
    "beam_search",
    "a state that is not carried on",
    "Each extension takes the state after its step along, and reads from there.",
)
def state_not_carried(*args):
    return _searched(args, carry=False)


@mistake(
    "beam_search",
    "states that stayed in their places while the beams changed theirs",
    "An extension goes on from the state of *its* beginning: reorder the states with "
    "the beams.",
)
def states_not_reordered(*args):
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


@mistake(
    "beam_search",
    "every beam reading the best beam's symbol",
    "Each beginning reads its own last symbol.",
)
def reads_the_best_symbol(*args):
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


@mistake(
    "beam_search",
    "a decoder that reads <start> at every step",
    "After the first step the symbol read is the last one said.",
)
def reads_start_always(*args):
    step, state, start, beam_size, stop_id, max_steps, power = args
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):

        def from_start(symbols, h, first=first):
            return step(first.expand(len(symbols)), h)

        one = from_start, h_0, first, beam_size, stop_id, max_steps, power
        results += beam_search(*one)
    return results


@mistake(
    "beam_search",
    "beams that all begin alike",
    "At the first step there is one beginning: beam_size copies of it stay alike.",
)
def beams_alike(*args):
    return _searched(args, begin=args[3])


@mistake(
    "beam_search",
    "the same state and <start> for every sequence of the batch",
    "Sequence number i begins with start[i] and state[i].",
)
def first_sequence_for_all(*args):
    step, state, start, *rest = args
    same = state[:1].expand_as(state), start[:1].expand_as(start)
    return beam_search(step, *same, *rest)


@mistake(
    "beam_search",
    "one step too few",
    "max_steps symbols are said before a sequence is cut.",
)
def one_step_too_few(*args):
    *first, max_steps, power = args
    if max_steps == 1:
        return [[] for _ in args[2]]
    return beam_search(*first, max_steps - 1, power)


@mistake(
    "beam_search",
    "one step too many",
    "max_steps symbols are said before a sequence is cut.",
)
def one_step_too_many(*args):
    *first, max_steps, power = args
    return beam_search(*first, max_steps + 1, power)


@mistake(
    "beam_search",
    "symbols without <stop>",
    "The symbols of a finished hypothesis end in stop_id.",
)
def symbols_without_stop(*args):
    return [
        [one._replace(symbols=one.symbols[:-1]) if one.finished else one for one in row]
        for row in beam_search(*args)
    ]


@mistake(
    "beam_search",
    "symbols that begin with <start>",
    "<start> was read, not said: leave it out.",
)
def symbols_with_start(*args):
    return [
        [one._replace(symbols=(int(first), *one.symbols)) for one in row]
        for first, row in zip(args[2], beam_search(*args), strict=True)
    ]


@mistake(
    "beam_search",
    "everything marked as finished",
    "What was cut has finished=False.",
)
def all_marked_finished(*args):
    return [[one._replace(finished=True) for one in row] for row in beam_search(*args)]


@mistake(
    "beam_search",
    "the worst score first",
    "Sort by -score: the best hypothesis stands first.",
)
def worst_first(*args):
    def finish(done):
        done = done[: args[3]]
        return sorted(done, key=lambda one: (not one.finished, one.score))

    return _searched(args, finish=finish)


@mistake(
    "beam_search",
    "an order by log-probability",
    "The order of the result is that of the scores; log_prob decides what goes on.",
)
def ordered_by_log_prob(*args):
    def rank(ended, going, stop_id, power):
        done = _ranked(ended, going, stop_id, power)
        return sorted(done, key=lambda one: (not one.finished, -one.log_prob))

    return _searched(args, rank=rank)


@mistake(
    "beam_search",
    "the best hypothesis alone",
    "Return a list of at most beam_size hypotheses for each sequence.",
)
def best_alone(*args):
    return [row[0] for row in beam_search(*args)]


@mistake(
    "beam_search",
    "a list of one hypothesis",
    "Return all that were found, at most beam_size of them, for each sequence.",
)
def list_of_one(*args):
    return [row[:1] for row in beam_search(*args)]


@mistake(
    "beam_search",
    "a result that is not cut",
    "Return at most beam_size hypotheses for each sequence.",
)
def result_not_cut(*args):
    return _searched(args, finish=lambda done: done)


@mistake(
    "beam_search",
    "a search that is greedy whatever beam_size is",
    "Keep beam_size beginnings, not only the most probable one.",
)
def greedy_only(*args):
    step, state, start, _, *rest = args
    return beam_search(step, state, start, 1, *rest)


@mistake(
    "beam_search",
    "the result of one sequence instead of a list for the batch",
    "Return one list for each sequence of the batch.",
)
def no_batch(*args):
    return beam_search(*args)[0]


# --- edit_distance --------------------------------------------------------------------


def _edits(a, b, replace=1, first_row=1, first_column=1, best=min):
    """Fill the whole table, with other costs."""
    d = [[first_row * j for j in range(len(b) + 1)]]
    for i, symbol in enumerate(a, start=1):
        d.append([first_column * i])
        for j, other in enumerate(b, start=1):
            same = d[i - 1][j - 1] + replace * (symbol != other)
            d[i].append(best(d[i - 1][j] + 1, d[i][j - 1] + 1, same))
    return d


@mistake(
    "edit_distance",
    "replacements that cost 2",
    "To replace a symbol is one edit: [a_i ≠ b_j] is 1 or 0.",
)
def replacement_costs_two(a, b):
    return _edits(a, b, replace=2)[-1][-1]


@mistake(
    "edit_distance",
    "replacements that cost nothing",
    "Where a_i and b_j differ, the diagonal costs 1.",
)
def replacement_is_free(a, b):
    return _edits(a, b, replace=0)[-1][-1]


@mistake(
    "edit_distance",
    "a first row of zeros",
    "d(0, j) = j: it takes j insertions to come from nothing to j symbols.",
)
def first_row_of_zeros(a, b):
    return _edits(a, b, first_row=0)[-1][-1]


@mistake(
    "edit_distance",
    "a first column of zeros",
    "d(i, 0) = i: it takes i deletions to come from i symbols to nothing.",
)
def first_column_of_zeros(a, b):
    return _edits(a, b, first_column=0)[-1][-1]


@mistake(
    "edit_distance",
    "a first row and a first column of zeros",
    "d(i, 0) = i and d(0, j) = j.",
)
def edges_of_zeros(a, b):
    return _edits(a, b, first_row=0, first_column=0)[-1][-1]


@mistake(
    "edit_distance",
    "the largest of the three instead of the smallest",
    "The cheapest way counts: min.",
)
def largest_way(a, b):
    return _edits(a, b, best=max)[-1][-1]


@mistake(
    "edit_distance",
    "equal symbols that cost 1, and different ones that cost nothing",
    "[a_i ≠ b_j] is 1 where they differ.",
)
def equal_symbols_cost(a, b):
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            same = above[j - 1] + (symbol == other)
            row.append(min(above[j] + 1, row[j - 1] + 1, same))
        above = row
    return above[-1]


@mistake(
    "edit_distance",
    "a table without insertions",
    "A symbol of b may be put in: d(i, j-1) + 1.",
)
def no_insertions(a, b):
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, above[j - 1] + (symbol != other)))
        above = row
    return above[-1]


@mistake(
    "edit_distance",
    "a table without deletions",
    "A symbol of a may be taken out: d(i-1, j) + 1.",
)
def no_deletions(a, b):
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            row.append(min(row[j - 1] + 1, above[j - 1] + (symbol != other)))
        above = row
    return above[-1]


@mistake(
    "edit_distance",
    "the diagonal taken wherever two symbols are equal to the one beside",
    "Row i of the table belongs to a[i - 1], column j to b[j - 1].",
)
def symbols_off_by_one(a, b):
    above = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            same = above[j - 1] + (a[i % len(a)] != b[j % len(b)])
            row.append(min(above[j] + 1, row[j - 1] + 1, same))
        above = row
    return above[-1]


@mistake(
    "edit_distance",
    "one row that is overwritten while it is still needed",
    "The diagonal needs the value that stood there before: keep it, or make a new row.",
)
def row_overwritten(a, b):
    row = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row[0] = i
        for j, other in enumerate(b, start=1):
            same = row[j - 1] + (symbol != other)
            row[j] = min(row[j] + 1, row[j - 1] + 1, same)
    return row[-1]


@mistake(
    "edit_distance",
    "places that differ, counted one by one",
    "After one missing symbol all places are shifted: fill the table.",
)
def place_by_place(a, b):
    different = sum(x != y for x, y in zip(a, b, strict=False))
    return different + abs(len(a) - len(b))


@mistake(
    "edit_distance",
    "symbols counted without their order",
    "The order matters: fill the table.",
)
def bags_of_symbols(a, b):
    one, other = Counter(a), Counter(b)
    return max((one - other).total(), (other - one).total())


@mistake(
    "edit_distance",
    "letters instead of words",
    "The symbols are the items of the sequences: do not join them.",
)
def letters_for_words(a, b):
    return edit_distance(" ".join(map(str, a)), " ".join(map(str, b)))


@mistake(
    "edit_distance",
    "a distance divided by a length",
    "Return the number of edits, an int.",
)
def divided_by_length(a, b):
    return edit_distance(a, b) / max(len(a), len(b), 1)


@mistake(
    "edit_distance",
    "a corner one row and one column too early",
    "The table has len(a) + 1 rows and len(b) + 1 columns; its last entry counts.",
)
def corner_too_early(a, b):
    return edit_distance(a[:-1], b[:-1])


@mistake(
    "edit_distance",
    "the whole table",
    "Return its last entry only.",
)
def whole_table(a, b):
    return _edits(a, b)


@mistake(
    "edit_distance",
    "neighbours exchanged at the cost of one",
    "Here an exchange is two edits: only insertions, deletions and replacements count.",
)
def exchanges_count_one(a, b):
    d = [[max(i, j) if not i * j else 0 for j in range(len(b) + 1)]
         for i in range(len(a) + 1)]  # fmt: skip
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = d[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, same)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


# --- bleu -----------------------------------------------------------------------------


def _ngrams(symbols, n):
    return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n + 1))


def _most(right, n):
    most = Counter()
    for one in right:
        most |= _ngrams(one, n)
    return most


def _clipped(output, right, n):
    return (_ngrams(output, n) & _most(right, n)).total()


def _number(output, right, n):
    return _ngrams(output, n).total()


def _nearest(output, right):
    return min((abs(len(one) - len(output)), len(one)) for one in right)[1]


def _brevity(c, r):
    return min(1.0, math.exp(1 - r / c)) if c else 0.0


def _root(p):
    return math.prod(p) ** (1 / len(p))


def _bleu(
    outputs,
    references,
    max_n,
    *,
    matched=_clipped,
    number=_number,
    length=_nearest,
    brevity=_brevity,
    mean=_root,
    orders=None,
    scale=100,
    zero=0.0,
):
    """Compute BLEU with a part replaced."""
    pairs = list(zip(outputs, references, strict=True))
    orders = orders or range(1, max_n + 1)
    m = [sum(matched(o, right, n) for o, right in pairs) for n in orders]
    t = [sum(number(o, right, n) for o, right in pairs) for n in orders]
    if zero is not None and (min(m) <= 0 or min(t) <= 0):
        return zero
    c = sum(len(o) for o in outputs)
    r = sum(length(o, right) for o, right in pairs)
    p = [x / y if y else 0.0 for x, y in zip(m, t, strict=True)]
    return scale * brevity(c, r) * mean(p)


@mistake(
    "bleu",
    "a BLEU without brevity penalty",
    "Outputs that are too short in all are multiplied by exp(1 - r/c).",
)
def no_brevity_penalty(outputs, references, max_n):
    return _bleu(outputs, references, max_n, brevity=lambda c, r: float(c > 0))


@mistake(
    "bleu",
    "a brevity penalty for long outputs",
    "The penalty is 1 where c ≥ r: min(1, exp(1 - r/c)).",
)
def penalty_turned_round(outputs, references, max_n):
    def brevity(c, r):
        return min(1.0, math.exp(1 - c / r)) if c else 0.0

    return _bleu(outputs, references, max_n, brevity=brevity)


@mistake(
    "bleu",
    "a brevity factor that rewards long outputs",
    "The factor never exceeds 1: min(1, exp(1 - r/c)).",
)
def penalty_without_limit(outputs, references, max_n):
    def brevity(c, r):
        return math.exp(1 - r / c) if c else 0.0

    return _bleu(outputs, references, max_n, brevity=brevity)


@mistake(
    "bleu",
    "a brevity penalty of c / r",
    "The penalty is exp(1 - r/c), not the quotient itself.",
)
def penalty_is_the_quotient(outputs, references, max_n):
    return _bleu(outputs, references, max_n, brevity=lambda c, r: min(1.0, c / r))


@mistake(
    "bleu",
    "a brevity penalty of each sentence",
    "c and r are added up over all sentences before they are compared.",
)
def penalty_by_sentence(outputs, references, max_n):
    found = [
        _brevity(len(o), _nearest(o, right))
        for o, right in zip(outputs, references, strict=True)
    ]
    mean = sum(found) / len(found)
    return _bleu(outputs, references, max_n, brevity=lambda c, r: mean)


@mistake(
    "bleu",
    "the shortest reference's length for r",
    "r takes of each sentence the reference *nearest* in length to the output.",
)
def shortest_reference(outputs, references, max_n):
    def length(output, right):
        return min(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


@mistake(
    "bleu",
    "the longest reference's length for r",
    "r takes of each sentence the reference *nearest* in length to the output.",
)
def longest_reference(outputs, references, max_n):
    def length(output, right):
        return max(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


@mistake(
    "bleu",
    "the first reference's length for r",
    "r takes of each sentence the reference *nearest* in length to the output.",
)
def first_length(outputs, references, max_n):
    return _bleu(outputs, references, max_n, length=lambda o, right: len(right[0]))


@mistake(
    "bleu",
    "the lengths of all references added up",
    "r takes one reference of each sentence, the nearest in length.",
)
def all_lengths(outputs, references, max_n):
    def length(output, right):
        return sum(map(len, right))

    return _bleu(outputs, references, max_n, length=length)


@mistake(
    "bleu",
    "the longer of two references that are equally near",
    "Of two equally near lengths the shorter one counts.",
)
def longer_of_two(outputs, references, max_n):
    def length(output, right):
        return min((abs(len(one) - len(output)), -len(one)) for one in right)[1] * -1

    return _bleu(outputs, references, max_n, length=length)


@mistake(
    "bleu",
    "matches that are not clipped",
    "An n-gram matches at most as often as it occurs in one reference.",
)
def not_clipped(outputs, references, max_n):
    def matched(output, right, n):
        most = _most(right, n)
        return sum(k for gram, k in _ngrams(output, n).items() if gram in most)

    return _bleu(outputs, references, max_n, matched=matched)


@mistake(
    "bleu",
    "each n-gram counted once",
    "An n-gram that occurs twice in the output and in a reference matches twice.",
)
def sets_of_ngrams(outputs, references, max_n):
    def matched(output, right, n):
        return len(_ngrams(output, n).keys() & _most(right, n).keys())

    return _bleu(outputs, references, max_n, matched=matched)


@mistake(
    "bleu",
    "n-grams counted once above and below the line",
    "Both sums count every occurrence, the upper one clipped.",
)
def sets_everywhere(outputs, references, max_n):
    def matched(output, right, n):
        return len(_ngrams(output, n).keys() & _most(right, n).keys())

    def number(output, right, n):
        return len(_ngrams(output, n))

    return _bleu(outputs, references, max_n, matched=matched, number=number)


@mistake(
    "bleu",
    "matches clipped at the sum over the references",
    "The limit is the count in the reference that has most of it: a | b, not a + b.",
)
def clipped_at_the_sum(outputs, references, max_n):
    def matched(output, right, n):
        total = Counter()
        for one in right:
            total += _ngrams(one, n)
        return (_ngrams(output, n) & total).total()

    return _bleu(outputs, references, max_n, matched=matched)


@mistake(
    "bleu",
    "matches in the first reference only",
    "An n-gram may occur in any of the references.",
)
def first_reference_only(outputs, references, max_n):
    def matched(output, right, n):
        return (_ngrams(output, n) & _ngrams(right[0], n)).total()

    return _bleu(outputs, references, max_n, matched=matched)


@mistake(
    "bleu",
    "the matches of the best reference",
    "Every n-gram has its own limit, which may stand in another reference.",
)
def best_reference(outputs, references, max_n):
    def matched(output, right, n):
        return max((_ngrams(output, n) & _ngrams(one, n)).total() for one in right)

    return _bleu(outputs, references, max_n, matched=matched)


@mistake(
    "bleu",
    "an arithmetic mean of the precisions",
    "The mean is geometric: the N-th root of the product.",
)
def arithmetic_mean(outputs, references, max_n):
    return _bleu(outputs, references, max_n, mean=lambda p: sum(p) / len(p))


@mistake(
    "bleu",
    "a product without its root",
    "Take the N-th root of the product: ** (1 / max_n).",
)
def no_root(outputs, references, max_n):
    return _bleu(outputs, references, max_n, mean=math.prod)


@mistake(
    "bleu",
    "an N-th root where N is always 4",
    "The root is the max_n-th, not the fourth.",
)
def root_of_four(outputs, references, max_n):
    return _bleu(outputs, references, max_n, mean=lambda p: math.prod(p) ** 0.25)


@mistake(
    "bleu",
    "the longest n-grams only",
    "All orders from 1 to N count.",
)
def longest_only(outputs, references, max_n):
    return _bleu(outputs, references, max_n, orders=[max_n])


@mistake(
    "bleu",
    "n-grams up to N - 1",
    "range(1, max_n) ends before max_n.",
)
def one_order_too_few(outputs, references, max_n):
    return _bleu(outputs, references, max_n, orders=range(1, max(max_n, 2)))


@mistake(
    "bleu",
    "a mean of the sentences' scores",
    "Matches and n-grams are added up over the corpus before they are divided.",
)
def mean_of_sentences(outputs, references, max_n):
    found = [
        _bleu([o], [right], max_n) for o, right in zip(outputs, references, strict=True)
    ]
    return sum(found) / len(found)


@mistake(
    "bleu",
    "precisions averaged over the sentences",
    "Add up matches and n-grams over the corpus first, then divide.",
)
def mean_of_precisions(outputs, references, max_n):
    pairs = list(zip(outputs, references, strict=True))
    p = []
    for n in range(1, max_n + 1):
        each = [
            _clipped(o, right, n) / _number(o, right, n) if _number(o, right, n) else 0
            for o, right in pairs
        ]
        p.append(sum(each) / len(each))
    c = sum(len(o) for o in outputs)
    r = sum(_nearest(o, right) for o, right in pairs)
    return 100 * _brevity(c, r) * _root(p)


@mistake(
    "bleu",
    "a share of the references' n-grams",
    "A precision divides by the n-grams of the *outputs*.",
)
def recall(outputs, references, max_n):
    def number(output, right, n):
        return _ngrams(right[0], n).total()

    return _bleu(outputs, references, max_n, number=number)


@mistake(
    "bleu",
    "a division by the outputs' symbols, for every n",
    "Of length L there are L - n + 1 n-grams.",
)
def divided_by_symbols(outputs, references, max_n):
    return _bleu(outputs, references, max_n, number=lambda o, right, n: len(o))


@mistake(
    "bleu",
    "n-grams without the last one",
    "range(len(s) - n) ends one too early: there are len(s) - n + 1 n-grams.",
)
def last_ngram_lost(outputs, references, max_n):
    def lost(symbols, n):
        return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n))

    def matched(output, right, n):
        most = Counter()
        for one in right:
            most |= lost(one, n)
        return (lost(output, n) & most).total()

    def number(output, right, n):
        return lost(output, n).total()

    return _bleu(outputs, references, max_n, matched=matched, number=number)


@mistake(
    "bleu",
    "short outputs with a negative number of n-grams",
    "A sentence of fewer than n symbols has no n-gram: not len - n + 1 < 0 of them.",
)
def negative_numbers(outputs, references, max_n):
    def number(output, right, n):
        return len(output) - n + 1

    return _bleu(outputs, references, max_n, number=number)


@mistake(
    "bleu",
    "short outputs left out altogether",
    "A sentence with fewer than N symbols still counts for shorter n-grams, c and r.",
)
def short_left_out(outputs, references, max_n):
    pairs = [
        (o, right)
        for o, right in zip(outputs, references, strict=True)
        if len(o) >= max_n
    ]
    return _bleu([o for o, _ in pairs], [r for _, r in pairs], max_n) if pairs else 0.0


@mistake(
    "bleu",
    "a score from 0 to 1",
    "BLEU is given from 0 to 100 here.",
)
def from_zero_to_one(outputs, references, max_n):
    return _bleu(outputs, references, max_n, scale=1)


@mistake(
    "bleu",
    "n-grams of letters",
    "The symbols are the items of the lists: do not join them.",
)
def ngrams_of_letters(outputs, references, max_n):
    said = [" ".join(one) for one in outputs]
    return bleu(said, [[" ".join(y) for y in right] for right in references], max_n)


@mistake(
    "bleu",
    "a logarithm of zero",
    "Where nothing matches, return 0.0 before any logarithm or division.",
)
def logarithm_of_zero(outputs, references, max_n):
    def mean(p):
        return math.exp(sum(math.log(x) for x in p) / len(p))

    return _bleu(outputs, references, max_n, mean=mean, zero=None)


@mistake(
    "bleu",
    "a division by zero where nothing was said",
    "Outputs may all be empty: return 0.0 then.",
)
def division_by_zero(outputs, references, max_n):
    if not any(outputs):
        return 100 * math.exp(1 - 1 / sum(map(len, outputs)))
    return bleu(outputs, references, max_n)


@mistake(
    "bleu",
    "precisions that are smoothed by one",
    "Nothing is added to the counts here; a precision of 0 makes BLEU 0.",
)
def smoothed(outputs, references, max_n):
    def matched(output, right, n):
        return _clipped(output, right, n) + 1 / len(outputs)

    def number(output, right, n):
        return _number(output, right, n) + 1 / len(outputs)

    return _bleu(outputs, references, max_n, matched=matched, number=number)


@mistake(
    "bleu",
    "orders without a match left out",
    "A precision of 0 makes BLEU 0: leave none out.",
)
def zeros_left_out(outputs, references, max_n):
    def mean(p):
        p = [x for x in p if x]
        return _root(p) if p else 0.0

    return _bleu(outputs, references, max_n, mean=mean, zero=None)
