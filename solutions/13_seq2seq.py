# %% [markdown]
r"""
# Exercise 13 · Encoder and decoder

You write the parts that turn two recurrent networks into a translator: the context of a
padded batch, the reversed source, what the decoder reads in training, its loss, and the
loop in which it speaks by itself. 16 points, about 105 minutes.

Read first: [Encoder and decoder](../../book/13_seq2seq.md). Shapes and names are those
of [the notation page](../../book/notation.md): batch first, and True in a mask means a
real token.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 13_seq2seq` grades it on your own machine.

A batch of sources is a tensor `sources`, (batch, source), of int64 ids. Shorter ones
are filled up at the end, and `lengths`, (batch,), says how many symbols of each are
real. What stands in the padding is arbitrary: often 0, but do not count on it. And
no result may depend on it.
"""

# %% setup="setup"
import torch
from torch.nn import functional as F

from course_lib import checks

# %% [markdown]
r"""
## 13.1 The context of a padded batch (4 points)

*25 minutes, medium.* An encoder embeds its source and runs a recurrent layer over it:

$$h_s = f(h_{s-1}, E_{x_s}), \qquad \text{context} = h_n$$

where $E$ is the embedding, one row a symbol, and $n$ the length of *this* source. In a
batch, each has a length of its own.

Write `encode`. You are given `layer`, a function: `layer(x, None)` runs over x,
(batch, time, embedding), and returns all states, (batch, time, hidden), and the last
one, (batch, hidden). (`layer(x, state)` goes on from a state.) It knows nothing of
lengths and runs through the padding as well.

Return all states, those in the padding replaced by zeros, and the contexts.

<details><summary>Hint 1: is the last state of the layer of any use?</summary>

Only for sources without padding. For all others it is the state after a number of steps
over padding. The state you want is among those that the layer returns first.

</details>
<details><summary>Hint 2: one state from each row</summary>

Row 0 gives its state number `lengths[0] - 1`, row 1 its state `lengths[1] - 1`. Two
index tensors of the same length pick pairs: `hs[rows, steps]`. One index tensor beside
a colon, `hs[:, steps]`, picks all of `steps` in *every* row.

</details>
<details><summary>Hint 3: which places are real</summary>

`torch.arange(time) < lengths[:, None]` is (batch, time), True where a symbol is real.
Make the numbers on the device of `sources`. Then `masked_fill` or `torch.where`; the
mask needs a third axis.

</details>
"""


# %% solution="encode"
def encode(sources, lengths, embedding, layer):
    """Read padded sources; the context is the last state that is real.

    Args:
        sources: (batch, source) int64, filled up at the end.
        lengths: (batch,) int64, 1 to source: real symbols of each.
        embedding: (vocab, embedding), one row a symbol.
        layer: layer(x, None) returns the states (batch, source, hidden) and the state
            after the last step, padding or not, (batch, hidden).

    Returns:
        hs: (batch, source, hidden), zero where there is padding.
        context: (batch, hidden).
    """
    ### BEGIN SOLUTION
    hs, _ = layer(embedding[sources], None)
    batch, time = sources.shape
    rows = torch.arange(batch, device=hs.device)
    context = hs[rows, lengths - 1]
    real = torch.arange(time, device=hs.device) < lengths[:, None]
    return torch.where(real[..., None], hs, 0.0), context
    ### END SOLUTION


# %% tests="encode" points=4
check = checks.Task("encode", encode, points=4)


def running_sum(x, state):
    """A layer whose state is the sum of all that it has read."""
    hs = x.cumsum(dim=1) + (0 if state is None else state[:, None])
    return hs, hs[:, -1]


table = torch.tensor([[5.0], [10.0], [20.0], [30.0]])
check.example(
    "a layer that adds up what it reads; the second source has two symbols",
    (torch.tensor([[1, 2, 3], [3, 3, 0]]), torch.tensor([3, 2]), table, running_sum),
    (
        torch.tensor([[[10.0], [30.0], [60.0]], [[30.0], [60.0], [0.0]]]),
        torch.tensor([[60.0], [60.0]]),
    ),
)
### BEGIN HIDDEN TESTS


def ragged(size, draw, low=1):
    """Return lengths from `low` to `size.time`, the longest and shorter ones in it."""
    if size.batch == 1:
        lengths = [draw.rng.randint(min(low, size.time), max(size.time - 1, 1))]
    else:
        shorter = range(min(low, size.time), size.time)
        lengths = [draw.rng.choice(shorter or [size.time]) for _ in range(size.batch)]
        lengths[draw.rng.randrange(size.batch)] = size.time
    return torch.tensor(lengths, device=draw.device)


def padded(size, draw, vocab, lengths, filler=None):
    """Return ids from 1 on, padded with 0, or with what `filler` says."""
    real = torch.arange(size.time, device=draw.device) < lengths[:, None]
    ids = draw.integers(1, vocab, size.batch, size.time)
    return torch.where(real, ids, 0 if filler is None else filler)


def encode_case(size, draw):
    vocab, lengths = size.output + 4, ragged(size, draw)
    W, U = draw(size.input, size.hidden), draw(size.hidden, size.hidden)
    b = draw(size.hidden)

    def layer(x, state):
        h = x.new_zeros(len(x), len(b)) if state is None else state
        hs = []
        for x_t in x.unbind(dim=1):
            h = torch.tanh(x_t @ W + h @ U + b)
            hs.append(h)
        return torch.stack(hs, dim=1), h

    sources = padded(size, draw, vocab, lengths)
    return sources, lengths, draw(vocab, size.input), layer


def other_padding(size, draw):
    """The padding holds symbols, and the symbol 0 is one like any other."""
    sources, lengths, embedding, layer = encode_case(size, draw)
    vocab = len(embedding)
    filler = draw.integers(1, vocab, size.batch, size.time)
    sources = padded(size, draw, vocab, lengths, filler)
    ids = torch.where(sources == vocab - 1, 0, sources)
    ids[:, 0] = 0
    return ids, lengths, embedding, layer


def no_padding(size, draw):
    _, lengths, embedding, layer = encode_case(size, draw)
    full = torch.full_like(lengths, size.time)
    filler = draw.integers(1, len(embedding), size.batch, size.time)
    return filler, full, embedding, layer


check.hidden(
    encode_case,
    checks.load_bank("13_seq2seq", "encode"),
    edges={
        "padding of any kind, and a real symbol 0": other_padding,
        "a batch without padding": no_padding,
    },
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 13.2 The source from its end (2 points)

*15 minutes, medium.* The published trick is to read every source from its last symbol
to its first. Write `reverse_sources`: the real symbols of each source in reversed
order, the padding where it was, at the end.

$$(x_1, x_2, x_3, \square, \square) \mapsto (x_3, x_2, x_1, \square, \square)$$

What stands in the padding stays as it is.

<details><summary>Hint 1: what goes wrong with flip</summary>

`sources.flip(1)` reverses the padding too: it comes first then, and the encoder begins
by reading nothing.

</details>
<details><summary>Hint 2: where each symbol comes from</summary>

Place s of a source with n symbols gets the symbol of place n - 1 - s, if s is smaller
than n; else that of place s. This is a (batch, source) tensor of places.

</details>
<details><summary>Hint 3: collecting them</summary>

`sources.gather(1, places)` takes from each row what stands at its places.

</details>
"""


# %% solution="reverse_sources"
def reverse_sources(sources, lengths):
    """Reverse each source within its length.

    Args:
        sources: (batch, source) int64, filled up at the end.
        lengths: (batch,) int64, 1 to source: real symbols of each.

    Returns:
        (batch, source) int64, a new tensor; padding stays where it is.
    """
    ### BEGIN SOLUTION
    steps = torch.arange(sources.shape[1], device=sources.device)
    mirrored = lengths[:, None] - 1 - steps
    return sources.gather(1, torch.where(mirrored >= 0, mirrored, steps))
    ### END SOLUTION


# %% tests="reverse_sources" points=2
check = checks.Task("reverse_sources", reverse_sources, points=2)
check.example(
    "three symbols, then two",
    (torch.tensor([[5, 6, 7, 0], [8, 9, 0, 0]]), torch.tensor([3, 2])),
    torch.tensor([[7, 6, 5, 0], [9, 8, 0, 0]]),
)
### BEGIN HIDDEN TESTS


def reverse_case(size, draw):
    """Three symbols or more, so that reversing is not the same as exchanging two.

    One source has two symbols of padding or more, and another one none.
    """
    width = size.time + 4
    lengths = draw.integers(3, width, size.batch)
    long = draw.rng.randrange(size.batch)
    lengths[long] = width
    lengths[long - 1] = 3
    steps = torch.arange(width, device=draw.device)
    ids = draw.integers(1, 1000, size.batch, width)
    return torch.where(steps < lengths[:, None], ids, 0), lengths


def reverse_other_padding(size, draw):
    sources, lengths = reverse_case(size, draw)
    sources = torch.where(sources == 0, draw.integers(1, 1000, *sources.shape), sources)
    sources[:, 1] = 0
    return sources, lengths


def reverse_short(size, draw):
    sources, lengths = reverse_case(size, draw)
    sources[:, 1:] = 0
    return sources, torch.ones_like(lengths)


check.hidden(
    reverse_case,
    checks.load_bank("13_seq2seq", "reverse_sources"),
    edges={
        "padding of any kind, and a real symbol 0": reverse_other_padding,
        "sources of one symbol": reverse_short,
    },
    gradients=False,
    forbid=("course_lib.layers.padding.backwards",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 13.3 What the decoder reads (2 points)

*10 minutes, easy.* In training, the decoder reads the right symbols and is to say, at
each step, the one that comes next. To say $y_1$ it has read `<start>` only.

| step | 1 | 2 | 3 | 4 |
| --- | --- | --- | --- | --- |
| says | $y_1$ | $y_2$ | $y_3$ | `<stop>` |
| reads | `<start>` | $y_1$ | $y_2$ | $y_3$ |

Write `shift_right`, which makes the second row of the first. Both have the same length,
so the last symbol is never read.

<details><summary>Hint 1: which column is new, which one goes</summary>

A column of `start_id` comes in front; the last column has no place any more.

</details>
<details><summary>Hint 2: a column of the right dtype and device</summary>

`targets.new_full((batch, 1), start_id)`, and `torch.cat(..., dim=1)`.

</details>
"""


# %% solution="shift_right"
def shift_right(targets, start_id):
    """Return what the decoder reads so as to say the targets.

    Args:
        targets: (batch, target) int64, what is to be said.
        start_id: the symbol that opens every sequence.

    Returns:
        (batch, target) int64, a new tensor: start_id, then all targets but the last.
    """
    ### BEGIN SOLUTION
    first = targets.new_full((len(targets), 1), start_id)
    return torch.cat([first, targets[:, :-1]], dim=1)
    ### END SOLUTION


# %% tests="shift_right" points=2
check = checks.Task("shift_right", shift_right, points=2)
check.example(
    "two sequences; <start> is 1 and <stop> is 2",
    (torch.tensor([[7, 8, 2], [9, 2, 0]]), 1),
    torch.tensor([[1, 7, 8], [1, 9, 2]]),
)
### BEGIN HIDDEN TESTS


def shift_case(size, draw):
    targets = draw.integers(3, 1000, size.batch, size.time + 1)
    return targets, draw.rng.randrange(1000, 2000)


def one_symbol(size, draw):
    return draw.integers(3, 1000, size.batch, 1), draw.rng.randrange(1000, 2000)


check.hidden(
    shift_case,
    checks.load_bank("13_seq2seq", "shift_right"),
    edges={"targets of one symbol": one_symbol},
    gradients=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 13.4 The loss without the padding (3 points)

*20 minutes, medium.* The loss is the mean, over all real tokens of the batch, of the
negative log-probability of the right symbol:

$$L = -\,\frac{\sum_{b,t} m_{bt}\, \log \mathrm{softmax}(\text{logits}_{bt})_{y_{bt}}}
{\sum_{b,t} m_{bt}}$$

where $m$ is the mask: 1 for real tokens and 0 for padding. So a long sequence counts
more than a short one. The padding counts nothing at all, neither in the sum nor in the
number of tokens. Its scores may be infinite, and its symbols need not be in the
vocabulary.

Write `masked_cross_entropy`.

<details><summary>Hint 1: first the softmax</summary>

`torch.log_softmax(logits, dim=-1)` is stable where the logarithm of a softmax is not.
Which axis is that of the symbols?

</details>
<details><summary>Hint 2: the right symbol's place</summary>

`log_probs.gather(-1, targets[..., None])` picks one number for every token. A symbol
that is not in the vocabulary cannot be looked up: put a legal one in the padding first.

</details>
<details><summary>Hint 3: why not multiply by the mask</summary>

0 times infinity is not 0. `torch.where(mask, picked, 0.0)` chooses, it does not
multiply. Then divide by the number of tokens that are real.

</details>
"""


# %% solution="masked_cross_entropy"
def masked_cross_entropy(logits, targets, mask):
    """Return the mean negative log-probability of the real tokens.

    Args:
        logits: (batch, target, vocab) scores.
        targets: (batch, target) int64, the right symbols; anything in the padding.
        mask: (batch, target) bool, True where a token is real; at least one is.

    Returns:
        A scalar tensor, in nats a token.
    """
    ### BEGIN SOLUTION
    log_probs = torch.log_softmax(logits, dim=-1)
    wanted = torch.where(mask, targets, 0)[..., None]
    picked = log_probs.gather(-1, wanted).squeeze(-1)
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()
    ### END SOLUTION


# %% tests="masked_cross_entropy" points=3
check = checks.Task("masked_cross_entropy", masked_cross_entropy, points=3)
even = torch.zeros(1, 2, 4)
check.example(
    "four symbols, equally likely: log 4, padding or not",
    (even, torch.tensor([[3, 0]]), torch.tensor([[True, False]])),
    torch.tensor(4.0).log(),
)
### BEGIN HIDDEN TESTS


def loss_case(size, draw):
    """Return scores, targets padded with 0, and the mask."""
    vocab, width = size.output + 3, size.time + 1
    lengths = draw.integers(1, width, size.batch)
    if size.batch > 1:
        lengths[draw.rng.randrange(size.batch)] = width
    mask = torch.arange(width, device=draw.device) < lengths[:, None]
    targets = draw.integers(1, vocab, size.batch, width)
    return draw(size.batch, width, vocab, scale=0.5), targets * mask, mask


def symbol_zero(size, draw):
    logits, targets, mask = loss_case(size, draw)
    vocab = logits.shape[2]
    targets = draw.integers(1, vocab, *targets.shape)
    targets[:, 0] = 0
    return logits, targets, mask


def no_legal_symbols(size, draw):
    logits, targets, mask = loss_case(size, draw)
    vocab = logits.shape[2]
    strange = draw.integers(vocab, vocab + 50, *targets.shape)
    return logits, torch.where(mask, targets, strange), mask


def infinite_scores(size, draw):
    logits, targets, mask = loss_case(size, draw)
    return torch.where(mask[..., None], logits, torch.inf), targets, mask


def far_apart(size, draw):
    logits, targets, mask = loss_case(size, draw)
    return 4000 * logits, targets, mask


check.hidden(
    loss_case,
    checks.load_bank("13_seq2seq", "masked_cross_entropy"),
    edges={
        "a real symbol 0, and other symbols in the padding": symbol_zero,
        "padding that is not in the vocabulary": no_legal_symbols,
        "infinite scores in the padding": infinite_scores,
        "scores that are far apart": far_apart,
    },
    forbid=("course_lib.training.losses.sequence_loss",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 13.5 Speaking (5 points)

*35 minutes, hard.* Now the decoder reads what it has said. At every step:

- the symbols said before, (batch,), go in with the state; before the first step these
  are `start`;
- out come scores, (batch, vocab), and a new state;
- each sequence says its likeliest symbol, and reads it at the next step.

A sequence that has said `stop_id` is finished; `stop_id` is part of the result. The
others go on. A finished sequence says `pad_id` at every later step. All ends when every
sequence is finished, and after `max_steps` symbols in any case.

Write `greedy_decode`. The argument `step` is a function,
`logits, state = step(symbols, state)`. A state can be anything: hand on what you get.

<details><summary>Hint 1: what has to be remembered</summary>

The symbols said last, the state, a list of what was said, and one truth value a
sequence: is it still speaking? `torch.ones_like(start, dtype=torch.bool)`.

</details>
<details><summary>Hint 2: finished sequences</summary>

They stay in the batch and are stepped like the others. Only what they say is replaced:
`torch.where(running, logits.argmax(dim=-1), pad_id)`.

</details>
<details><summary>Hint 3: the order within the loop</summary>

Step, choose, replace, append. Then find who has stopped, from the symbols of *this*
step, `running = running & (symbols != stop_id)`, and leave the loop if nobody is
running. At the end, `torch.stack(said, dim=1)`.

</details>
"""


# %% solution="greedy_decode"
def greedy_decode(step, state, start, stop_id, max_steps, pad_id):
    """Say the likeliest symbol at every step, until all have stopped.

    Args:
        step: logits, state = step(symbols, state), for symbols (batch,) and logits
            (batch, vocab).
        state: before the first step.
        start: (batch,) int64, the first symbols read.
        stop_id: ends a sequence; it is part of the result.
        max_steps: symbols after which all ends, at least 1.
        pad_id: what a finished sequence says.

    Returns:
        (batch, target) int64; target is the length of the longest.
    """
    ### BEGIN SOLUTION
    symbols, said = start, []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        running = running & (symbols != stop_id)
        if not running.any():
            break
    return torch.stack(said, dim=1)
    ### END SOLUTION


# %% tests="greedy_decode" points=5
check = checks.Task("greedy_decode", greedy_decode, points=5)


def count_up(symbols, state):
    """Say the next number of six, from any state."""
    return F.one_hot((symbols + 1) % 6, 6).float(), state


check.example(
    "counting up to 5, which is <stop>; the padding is 0",
    (count_up, None, torch.tensor([1, 3]), 5, 10, 0),
    torch.tensor([[2, 3, 4, 5], [4, 5, 0, 0]]),
)
### BEGIN HIDDEN TESTS


def script(size, draw, ends, vocab):
    """Return a step whose scores depend on place, row and what was read.

    Row b stops after `ends[b]` symbols and then goes on speaking.
    """
    stop, pad, start = draw.rng.sample(range(vocab), 3)
    steps = max(ends) + 8
    scores = draw(size.batch, steps, vocab, vocab)
    scores[..., stop] -= 50.0
    scores[..., pad] -= 50.0
    for row, end in enumerate(ends):
        scores[row, end - 1, :, stop] += 100.0

    def step(symbols, state):
        place, rows = state
        # stacked, so that symbols of another shape are refused in words
        at = place.clamp(max=steps - 1)
        row, symbol = torch.stack([rows, symbols])
        return scores[row, at, symbol], (place + 1, rows)

    rows = torch.arange(size.batch, device=draw.device)
    state = torch.zeros_like(rows), rows
    return step, state, torch.full_like(rows, start), stop, pad


def decode_case(size, draw):
    longest = size.time + 4
    ends = [draw.rng.randint(2, longest - 1) for _ in range(size.batch)]
    if size.batch > 1:
        last = draw.rng.randrange(1, size.batch)
        ends[last - 1], ends[last] = 2, longest  # so row 0 is not the last to stop
    step, state, start, stop, pad = script(size, draw, ends, size.output + 5)
    return step, state, start, stop, longest + 3, pad


def never_stops(size, draw):
    """One sequence is cut: its <stop> would come five symbols too late."""
    limit = size.time + 3
    ends = [draw.rng.randint(1, limit - 1) for _ in range(size.batch)]
    ends[draw.rng.randrange(size.batch)] = limit + 5
    step, state, start, stop, pad = script(size, draw, ends, size.output + 5)
    return step, state, start, stop, limit, pad


def stops_at_once(size, draw):
    step, state, start, stop, pad = script(size, draw, [1] * size.batch, 7)
    return step, state, start, stop, 6, pad


def stops_at_the_limit(size, draw):
    limit = size.time + 2
    step, state, start, stop, pad = script(size, draw, [limit] * size.batch, 7)
    return step, state, start, stop, limit, pad


check.hidden(
    decode_case,
    checks.load_bank("13_seq2seq", "greedy_decode"),
    edges={
        "a sequence that does not stop": never_stops,
        "sequences that stop at once": stops_at_once,
        "sequences that stop at the last step": stops_at_the_limit,
    },
    gradients=False,
    limit_s=5.0,
    forbid=("course_lib.language.decoding.beams.Search",),
)
### END HIDDEN TESTS
check.score()
