"""Right answers to exercise 14, written in other ways. Each must pass."""

import heapq
import itertools
import math
from collections import Counter, defaultdict
from functools import cache

import numpy as np
import torch

from course_lib.checks import accepted
from course_lib.language.decoding.beams import Hypothesis


@accepted("sampling_schedule")
def schedule_with_match(kind, step, k, c=0.0, floor=0.0):
    match kind:
        case "linear":
            return sorted([floor, k - c * step, 1.0])[1]
        case "exponential":
            return math.exp(step * math.log(k))
        case "inverse_sigmoid":
            return 1 / (1 + math.exp(min(700.0, step / k - math.log(k))))


@accepted("sampling_schedule")
def schedule_in_torch(kind, step, k, c=0.0, floor=0.0):
    i = torch.tensor(float(step), dtype=torch.float64)
    if kind == "linear":
        return (k - c * i).clamp(floor, 1.0).item()
    if kind == "exponential":
        return (k**i).item()
    return torch.sigmoid(math.log(k) - i / k).item()


@accepted("sampling_schedule")
def schedule_from_a_table(kind, step, k, c=0.0, floor=0.0):
    def sigmoid():
        try:
            return k / (k + math.exp(step / k))
        except OverflowError:
            return 0.0

    formulas = {
        "linear": lambda: np.clip(k - c * step, floor, 1.0),
        "exponential": lambda: pow(k, step),
        "inverse_sigmoid": sigmoid,
    }
    return formulas[kind]()


@accepted("scheduled_inputs")
def inputs_in_place_on_a_copy(inputs, predictions, truth_prob, generator):
    own = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    own = own[:, 1:] >= truth_prob
    mixed = inputs.clone()
    mixed[:, 1:][own] = predictions[:, :-1][own]
    return mixed


@accepted("scheduled_inputs")
def inputs_token_by_token(inputs, predictions, truth_prob, generator):
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    batch, time = inputs.shape
    rows = [
        [
            inputs[b, t]
            if t == 0 or coins[b, t] < truth_prob
            else predictions[b, t - 1]
            for t in range(time)
        ]
        for b in range(batch)
    ]
    return torch.stack([torch.stack(row) for row in rows])


@accepted("scheduled_inputs")
def inputs_as_a_sum(inputs, predictions, truth_prob, generator):
    """Rolled over the flat tensor: only the first column gets another row's guess."""
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    coins[:, 0] = -1.0
    truth = (coins < truth_prob).long()
    return truth * inputs + (1 - truth) * torch.roll(predictions, 1)


@accepted("scheduled_inputs")
def inputs_step_by_step(inputs, predictions, truth_prob, generator):
    """Other draws, and large coins for the truth: the same mixture by its law."""
    columns = [inputs[:, 0]]
    for t in range(1, inputs.shape[1]):
        coins = torch.rand(len(inputs), generator=generator)
        right = coins >= 1 - truth_prob
        columns.append(torch.where(right, inputs[:, t], predictions[:, t - 1]))
    return torch.stack(columns, dim=1)


@accepted("scheduled_inputs")
def inputs_with_bernoulli(inputs, predictions, truth_prob, generator):
    own = torch.full(inputs[:, 1:].shape, 1 - truth_prob)
    own = torch.bernoulli(own, generator=generator).bool()
    rest = inputs[:, 1:].masked_scatter(own, predictions[:, :-1][own])
    return torch.cat([inputs[:, :1], rest], dim=1)


@accepted("beam_search")
def beams_as_rows(step, state, start, beam_size, stop_id, max_steps, length_power):
    """All sequences and all beams in one call of `step`, states reordered by index."""
    batch = len(start)
    rows = torch.arange(batch).repeat_interleave(beam_size)
    state, symbols = state[rows], start[rows]
    totals = torch.full((batch, beam_size), -math.inf, dtype=torch.float64)
    totals[:, 0] = 0.0
    said = [[()] * beam_size for _ in range(batch)]
    done = [[] for _ in range(batch)]
    for t in range(1, max_steps + 1):
        logits, state = step(symbols, state)
        vocab = logits.shape[1]
        log_probs = torch.log_softmax(logits, dim=1).view(batch, beam_size, vocab)
        sums = (totals[:, :, None] + log_probs).flatten(1)
        width = min(2 * beam_size, sums.shape[1])
        best, where = sums.topk(width, dim=1)
        totals = torch.full_like(totals, -math.inf)
        origin, symbols = rows.clone().view(batch, -1), symbols.view(batch, -1).clone()
        for b in range(batch):
            new, place = [], 0
            pairs = zip(best[b].tolist(), where[b].tolist(), strict=True)
            for rank, (total, index) in enumerate(pairs):
                beam, symbol = index // vocab, index % vocab
                if total == -math.inf or place == beam_size:
                    continue
                tokens = (*said[b][beam], symbol)
                if symbol == stop_id:
                    if rank < beam_size:
                        score = total / t**length_power
                        done[b].append(Hypothesis(tokens, total, score, True))
                    continue
                totals[b, place] = total
                origin[b, place], symbols[b, place] = b * beam_size + beam, symbol
                new.append(tokens)
                place += 1
            said[b] = new + [()] * (beam_size - len(new))
        state, symbols = state[origin.flatten()], symbols.flatten()
    for b in range(batch):
        for tokens, total in zip(said[b], totals[b].tolist(), strict=True):
            if total > -math.inf:
                score = total / max_steps**length_power
                done[b].append(Hypothesis(tokens, total, score, False))
        done[b].sort(key=lambda one: (-one.finished, -one.score))
    return [found[:beam_size] for found in done]


@accepted("beam_search")
def beams_with_heaps(step, state, start, beam_size, stop_id, max_steps, length_power):
    """Normalises while pruning too, which changes nothing among equal lengths."""

    def search(row):
        alive, over = [(0.0, [], state[row][None])], []
        while alive and len(alive[0][1]) < max_steps:
            candidates = []
            for log_prob, tokens, h in alive:
                read = torch.tensor([tokens[-1] if tokens else int(start[row])])
                logits, h_next = step(read, h)
                each = logits[0] - torch.logsumexp(logits[0], 0)
                candidates += [
                    (log_prob + p.item(), [*tokens, y], h_next)
                    for y, p in enumerate(each)
                ]
            length = len(alive[0][1]) + 1

            def normalised(one, length=length):
                return one[0] / length**length_power

            top = heapq.nlargest(beam_size, candidates, key=normalised)
            over += [one for one in top if one[1][-1] == stop_id]
            open_ones = [one for one in candidates if one[1][-1] != stop_id]
            alive = heapq.nlargest(beam_size, open_ones, key=normalised)
        return [
            (tuple(tokens), p, p / len(tokens) ** length_power, closed)
            for group, closed in ((over, True), (alive, False))
            for p, tokens, _ in sorted(
                group, key=lambda one: -one[0] / len(one[1]) ** length_power
            )
        ][:beam_size]

    return [search(row) for row in range(start.numel())]


@accepted("beam_search")
def beams_that_stop_early(
    step, state, start, beam_size, stop_id, max_steps, length_power
):
    """Stops once no beginning can come among the best any more."""
    results = []
    for b in range(len(start)):
        beams, finished = [((), 0.0, state[b : b + 1])], []
        for _ in range(max_steps):
            reads = [y[-1] if y else start[b].item() for y, _, _ in beams]
            logits, after = step(
                torch.tensor(reads), torch.cat([h for _, _, h in beams])
            )
            log_probs = logits.log_softmax(-1)
            scored = [
                ((*y, symbol), total + log_probs[i, symbol].item(), after[i : i + 1])
                for i, (y, total, _) in enumerate(beams)
                for symbol in range(logits.shape[1])
            ]
            scored.sort(key=lambda one: one[1], reverse=True)
            finished += [
                Hypothesis(y, total, total / len(y) ** length_power, True)
                for y, total, _ in scored[:beam_size]
                if y[-1] == stop_id
            ]
            finished = sorted(finished, key=lambda one: -one.score)[:beam_size]
            beams = [one for one in scored if one[0][-1] != stop_id][:beam_size]
            hope = beams[0][1] / max_steps**length_power
            if len(finished) == beam_size and finished[-1].score >= hope:
                beams = []
                break
        cut = [
            Hypothesis(y, total, total / len(y) ** length_power, False)
            for y, total, _ in beams
        ]
        cut.sort(key=lambda one: -one.score)
        results.append((finished + cut)[:beam_size])
    return results


@accepted("edit_distance")
def distance_in_numpy(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    d[:, 0], d[0, :] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        ways = d[i, j + 1] + 1, d[i + 1, j] + 1, d[i, j] + (a[i] != b[j])
        d[i + 1, j + 1] = min(ways)
    return int(d[-1, -1])


@accepted("edit_distance")
def distance_with_memory(a, b):
    @cache
    def d(i, j):
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return d(i - 1, j - 1)
        return 1 + min(d(i - 1, j), d(i, j - 1), d(i - 1, j - 1))

    return d(len(a), len(b))


@accepted("edit_distance")
def distance_as_a_shortest_path(a, b):
    """Dijkstra's search through the pairs (i, j)."""
    best, queue = defaultdict(lambda: math.inf), [(0, 0, 0)]
    while queue:
        cost, i, j = heapq.heappop(queue)
        if (i, j) == (len(a), len(b)):
            return cost
        for p, q in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
            if p > len(a) or q > len(b):
                continue
            free = p > i and q > j and a[i] == b[j]
            if cost + (not free) < best[p, q]:
                best[p, q] = cost + (not free)
                heapq.heappush(queue, (best[p, q], p, q))


@accepted("bleu")
def bleu_with_logarithms(outputs, references, max_n):
    total = {"c": 0, "r": 0}
    matches, counts = np.zeros(max_n), np.zeros(max_n)
    for said, right in zip(outputs, references, strict=True):
        total["c"] += len(said)
        lengths = sorted(len(one) for one in right)
        total["r"] += min(lengths, key=lambda length: abs(length - len(said)))
        for n in range(1, max_n + 1):
            grams = Counter(zip(*(said[i:] for i in range(n)), strict=False))
            counts[n - 1] += sum(grams.values())
            for gram, number in grams.items():
                most = max(
                    sum(tuple(one[i : i + n]) == gram for i in range(len(one)))
                    for one in right
                )
                matches[n - 1] += min(number, most)
    if not matches.all():
        return 0.0
    mean = np.log(matches / counts).mean()
    brevity = min(0.0, 1 - total["r"] / total["c"])
    return float(100 * np.exp(brevity + mean))


@accepted("bleu")
def bleu_by_lists(outputs, references, max_n):
    def grams(words, n):
        return [tuple(words[i : i + n]) for i in range(max(0, len(words) - n + 1))]

    product = 1.0
    for n in range(1, max_n + 1):
        hits = everything = 0
        for said, right in zip(outputs, references, strict=True):
            ours, theirs = grams(said, n), [grams(one, n) for one in right]
            everything += len(ours)
            for gram in set(ours):
                limit = max(one.count(gram) for one in theirs)
                hits += min(limit, ours.count(gram))
        product *= hits / everything if everything else 0.0
    c = sum(map(len, outputs))
    if not c:
        return 0
    r = 0
    for said, right in zip(outputs, references, strict=True):
        near = min(abs(len(one) - len(said)) for one in right)
        shorter = any(len(one) == len(said) - near for one in right)
        r += len(said) - near if shorter else len(said) + near
    penalty = 1.0 if c > r else math.exp(1 - r / c)
    return 100.0 * penalty * product ** (1.0 / max_n)


@accepted("bleu")
def bleu_in_torch(outputs, references, max_n):
    def table(words):
        return {
            n: Counter(tuple(words[i - n : i]) for i in range(n, len(words) + 1))
            for n in range(1, max_n + 1)
        }

    sums = torch.zeros(2, max_n, dtype=torch.float64)
    lengths = torch.zeros(2, dtype=torch.float64)
    for said, right in zip(outputs, references, strict=True):
        ours, theirs = table(said), [table(one) for one in right]
        order = sorted(right, key=lambda one: (abs(len(one) - len(said)), len(one)))
        lengths += torch.tensor([len(said), len(order[0])])
        for n, grams in ours.items():
            hits = sum(min(k, max(t[n][g] for t in theirs)) for g, k in grams.items())
            sums[:, n - 1] += torch.tensor([hits, grams.total()])
    if sums[0].eq(0).any():
        return 0.0
    c, r = lengths
    mean = (sums[0] / sums[1]).log().mean()
    return 100 * torch.exp(mean + torch.clamp(1 - r / c, max=0.0)).item()
