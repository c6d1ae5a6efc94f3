"""Right answers to `beam_search`, written in other ways."""

import heapq
import math

import torch

from course_lib.language.decoding.beams import Hypothesis


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
