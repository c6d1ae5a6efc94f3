"""Between training and use: whose symbols the decoder reads, and which it chooses.

In training it reads the right symbols, in use its own. Scheduled sampling goes from the
one to the other, token by token. In use, the most likely symbol at each step need not
begin the most likely sequence: beam search keeps several beginnings.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.data.vocabulary import STOP
from course_lib.language.decoding.beams import Hypothesis, Search
from course_lib.language.decoding.drawing import draw_symbols
from course_lib.language.states import take_rows
from course_lib.shapes import check_shape

Step = Callable[[Tensor, Any], tuple[Tensor, Any]]


def sampling_schedule(
    kind: str, step: int, k: float, c: float = 0.0, floor: float = 0.0
) -> float:
    """Return the probability that the decoder reads the right symbol at an update.

        linear            max(floor, k - c i)
        exponential       k^i                        0 < k < 1
        inverse_sigmoid   k / (k + exp(i / k))       k ≥ 1

    Args:
        kind: one of these names.
        step: i, the number of updates so far, from 0.
        k: where a line starts (above 1: it stays at 1 for a while), or how slow the
            decay is.
        c: fall of a line in one step.
        floor: what a line does not fall below.

    Returns:
        A number from 0 to 1.

    Raises:
        ValueError: the kind is unknown or a number out of its range.

    Source: Bengio et al. (2015), "Scheduled sampling", section 2.4, where it is called
    ε_i.
    """
    if step < 0:
        raise ValueError(f"step is {step}, expected 0 or more")
    if kind == "linear":
        if not (k >= 0 and c >= 0 and 0 <= floor <= 1):
            raise ValueError(
                f"k={k}, c={c}, floor={floor}: expected k and c of 0 or more and a "
                "floor from 0 to 1"
            )
        return min(1.0, max(floor, k - c * step))
    if kind == "exponential":
        if not 0 < k < 1:
            raise ValueError(f"k is {k}, expected 0 < k < 1 for an exponential decay")
        return k**step
    if kind == "inverse_sigmoid":
        if not k >= 1:
            raise ValueError(f"k is {k}, expected 1 or more for an inverse sigmoid")
        # the same fraction, without an exponential that overflows
        fall = math.exp(-step / k)
        return k * fall / (k * fall + 1)
    raise ValueError(
        f"kind is {kind!r}, expected 'linear', 'exponential' or 'inverse_sigmoid'"
    )


def scheduled_inputs(
    inputs: Tensor,
    predictions: Tensor,
    truth_prob: float,
    generator: torch.Generator,
) -> Tensor:
    """Mix right symbols with predicted ones: one coin for every token.

        x̃_t = x_t with probability ε, else what was predicted after x_{t-1}

    The first symbol, <start>, stays.

    Args:
        inputs: (batch, target) int64 the right symbols, <start> first.
        predictions: (batch, target) int64; predictions[:, t] was said after reading
            inputs[:, t], so it is a guess of inputs[:, t + 1].
        truth_prob: ε, the probability of the right symbol.
        generator: source of the coins, on the device of `inputs`.

    Returns:
        (batch, target), a new tensor.

    Raises:
        ShapeError: the shapes differ.
        ValueError: `truth_prob` is no probability.

    Source: Bengio et al. (2015), section 2.4.
    """
    batch, time = check_shape("inputs", inputs, "batch target")
    check_shape("predictions", predictions, "batch target", batch=batch, target=time)
    _check_probability(truth_prob)
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    truth = coins < truth_prob
    truth[:, :1] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=1))


def scheduled_forward(
    step: Step,
    state: Any,
    inputs: Tensor,
    truth_prob: float,
    generator: torch.Generator,
    sample: bool = True,
) -> tuple[Tensor, Tensor]:
    """Run a decoder over a batch, each step reading the truth or its own symbol.

    Its own symbol is drawn from its scores, and no gradient flows through the draw.

    Args:
        step: step(symbols, state) gives logits (batch, vocab) and the state after.
        state: before the first step.
        inputs: (batch, target) int64 the right symbols, <start> first.
        truth_prob: ε, the probability of the right symbol, one coin a token.
        generator: source of coins and symbols, on the device of `inputs`.
        sample: draw its own symbol; False takes the most likely one.

    Returns:
        logits: (batch, target, vocab).
        read: (batch, target) the symbols that were read.
    """
    check_shape("inputs", inputs, "batch target")
    _check_probability(truth_prob)
    scores: list[Tensor] = []
    read: list[Tensor] = []
    for x_t in inputs.unbind(dim=1):
        if scores:
            coins = torch.rand(x_t.shape, generator=generator, device=x_t.device)
            own = _choose(scores[-1].detach(), sample, generator)
            x_t = torch.where(coins < truth_prob, x_t, own)
        logits, state = step(x_t, state)
        scores.append(logits)
        read.append(x_t)
    return torch.stack(scores, dim=1), torch.stack(read, dim=1)


@torch.no_grad()
def beam_search(
    step: Step,
    state: Any,
    start: Tensor,
    beam_size: int,
    stop_id: int = STOP,
    max_steps: int = 50,
    length_power: float = 1.0,
) -> list[list[Hypothesis]]:
    """Keep the likeliest beginnings, and go on with all of them at once.

        score = Σ_t log p(y_t | …) / length^α

    Each step extends every beginning by every symbol and keeps the `beam_size` best.
    One that ends in <stop> is put aside, and is not extended. A sequence is done when
    `beam_size` have ended and no beginning can still get a better score than they
    have. If it is cut after `max_steps`, what was not finished comes after what was.

    Args:
        step: step(symbols, state) reads (rows,) symbols and gives logits (rows, vocab)
            and the state after; rows is batch · beam_size.
        state: before the first step; every tensor in it has the batch as first axis.
        start: (batch,) int64 the first symbols read, <start>.
        beam_size: beginnings that are kept of every sequence; 1 with α = 0 is greedy.
        stop_id: the symbol that ends a sequence.
        max_steps: symbols after which a sequence is cut.
        length_power: α; 0 sums, which prefers short sequences, 1 takes the mean.

    Returns:
        One list a sequence of the batch, the best hypothesis first, at most `beam_size`
        of them.

    Raises:
        ValueError: beam_size or max_steps is not at least 1, α is negative, or scores
            hold NaN or no largest one.

    Source: Graves (2012) for the search; the mean log-probability is the length
    normalisation of Cho et al. (2014) and others.
    """
    (batch,) = check_shape("start", start, "batch")
    if min(beam_size, max_steps) < 1 or length_power < 0:
        raise ValueError(
            f"beam_size={beam_size}, max_steps={max_steps} and length_power="
            f"{length_power}: expected at least 1, 1 and 0"
        )
    search = Search(beam_size, stop_id, max_steps, length_power, batch)
    rows = torch.arange(batch, device=start.device).repeat_interleave(beam_size)
    state, symbols = take_rows(state, rows), start[rows]
    # all beams begin alike: but for one they are ruled out, or they would stay alike
    totals = start.new_full((batch, beam_size), -torch.inf, dtype=torch.float64)
    totals[:, 0] = 0.0
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        log_probs = torch.log_softmax(logits.double(), dim=-1)
        totals, beams, symbols = search.extend(totals, log_probs)
        if search.done(totals):
            break
        rows = beams + beam_size * torch.arange(batch, device=beams.device)[:, None]
        rows, symbols = rows.flatten(), symbols.flatten()
        state = take_rows(state, rows)
    return search.results(totals)


def _choose(logits: Tensor, sample: bool, generator: torch.Generator) -> Tensor:
    if not sample:
        return logits.argmax(dim=-1)
    return draw_symbols(torch.softmax(logits, dim=-1), generator)


def _check_probability(truth_prob: float) -> None:
    if not 0 <= truth_prob <= 1:
        raise ValueError(f"truth_prob is {truth_prob}, expected a probability")
