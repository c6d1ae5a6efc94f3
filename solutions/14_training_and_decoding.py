# %% [markdown]
r"""
# Exercise 14 · Teacher forcing, scheduled sampling, beams

You write the three schedules and the coins of scheduled sampling, a beam search, and
the two measures by which translations are compared: edit distance and BLEU. 16 points,
about 110 minutes.

Read first: [Training and decoding](../../book/14_training_and_decoding.md). Shapes and
names are those of [the notation page](../../book/notation.md): batch first.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 14_training_and_decoding` grades it on your own
machine.
"""

# %% setup="setup"
import math
from collections import Counter

import torch

from course_lib import checks
from course_lib.language.decoding.beams import Hypothesis

# %% [markdown]
r"""
## 14.1 Three schedules (2 points)

*10 minutes, easy.* In scheduled sampling the decoder reads the right symbol with
probability $\epsilon_i$, which falls with the number $i$ of updates:

$$\begin{aligned}
\texttt{"linear":} \quad & \epsilon_i = \max(\text{floor},\; k - c\,i) \\
\texttt{"exponential":} \quad & \epsilon_i = k^i \\
\texttt{"inverse\_sigmoid":} \quad & \epsilon_i = \frac{k}{k + e^{i/k}}
\end{aligned}$$

Write `sampling_schedule`, which returns $\epsilon_i$ as a number. It is a probability:
a line may start at $k > 1$, and then it stays at 1 until it has come down to it. `c`
and `floor` belong to the line; the other two kinds ignore them. Late in a long training
$e^{i/k}$ is larger than any float, and $\epsilon_i$ is 0: your function must return
that 0, and raise no error. Two values to try: $\epsilon_2 = 0.81$ for the exponential
with $k = 0.9$, and $\epsilon_0 = 0.8$ for the inverse sigmoid with $k = 4$.

<details><summary>Hint 1: two limits</summary>

`max(floor, …)` keeps a line from falling too low, and `min(1.0, …)` from being too
high.

</details>
<details><summary>Hint 2: an exponential that overflows</summary>

`math.exp(1000)` raises `OverflowError`, `math.exp(-1000)` is 0.0. Divide numerator and
denominator by $e^{i/k}$.

</details>
"""


# %% solution="sampling_schedule"
def sampling_schedule(kind, step, k, c=0.0, floor=0.0):
    """Return the probability that the decoder reads the right symbol at an update.

    Args:
        kind: "linear", "exponential" or "inverse_sigmoid".
        step: i, the number of updates so far, from 0.
        k: where a line starts, or how slow the decay is.
        c: what a line loses in one step.
        floor: what a line does not fall below.

    Returns:
        A number from 0 to 1.
    """
    ### BEGIN SOLUTION
    if kind == "linear":
        return min(1.0, max(floor, k - c * step))
    if kind == "exponential":
        return k**step
    fall = math.exp(-step / k)
    return k * fall / (k * fall + 1)
    ### END SOLUTION


# %% tests="sampling_schedule" points=2
check = checks.Task("sampling_schedule", sampling_schedule, points=2)
check.example("a line after 30 updates", ("linear", 30, 1.0, 0.01, 0.2), 0.7)
check.example("the same line at its start", ("linear", 0, 1.0, 0.01, 0.2), 1.0)
### BEGIN HIDDEN TESTS


def on_the_slope(size, draw):
    k, floor = draw.rng.uniform(0.8, 1.0), draw.rng.uniform(0.05, 0.2)
    steps = 10 * size.time
    return "linear", steps, k, draw.rng.uniform(0.2, 0.5) / steps, floor


def at_its_floor(size, draw):
    kind, steps, k, c, floor = on_the_slope(size, draw)
    return kind, 9 * steps, k, c, floor


def still_at_one(size, draw):
    c = draw.rng.uniform(0.001, 0.005)
    return "linear", size.time, draw.rng.uniform(1.3, 1.6), c, 0.1


def a_power(size, draw):
    return "exponential", 3 * size.time, draw.rng.uniform(0.9, 0.99), 0.1, 0.9


def an_inverse_sigmoid(size, draw):
    k = draw.rng.uniform(2.0, 4.0)
    return "inverse_sigmoid", round(2.5 * k), k, 0.1, 0.9


def a_long_training(size, draw):
    return "inverse_sigmoid", 100_000, draw.rng.uniform(2.0, 20.0)


check.hidden(
    on_the_slope,
    checks.load_bank("14_training_and_decoding", "sampling_schedule"),
    edges={
        "a line at its floor": at_its_floor,
        "a line that starts above 1": still_at_one,
        'kind="exponential"': a_power,
        'kind="inverse_sigmoid"': an_inverse_sigmoid,
        "an inverse sigmoid after a long training": a_long_training,
    },
    gradients=False,
    devices=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 14.2 One coin for every token (3 points)

*15 minutes, medium.* The decoder reads `inputs`, the right symbols with `<start>`
first: row by row $(x_0, x_1, \ldots)$. A first pass over them has given `predictions`,
where `predictions[:, t]` was said after $x_t$ had been read. So it is a guess of
$x_{t+1}$, and that is the place where it may stand:

$$\tilde x_t = \begin{cases} x_t & \text{with probability } \epsilon \\
\text{what was predicted after } x_{t-1} & \text{otherwise} \end{cases}$$

The first symbol of each row stays. Write `scheduled_inputs`. Every token has a coin of
its own: whether one symbol is the right one says nothing about its neighbours, or about
other sequences. All randomness comes from `generator`, so that a generator in the same
state gives the same mixture again; how you draw from it is up to you. Change neither of
the two tensors that you are given.

<details><summary>Hint 1: the guesses in their places</summary>

The guess for column t stands in column t - 1 of `predictions`. Move them one to the
right; what then stands in the first column does not matter.

</details>
<details><summary>Hint 2: choosing</summary>

`torch.rand(shape, generator=generator)` gives numbers between 0 and 1, and such a
number is below $\epsilon$ with probability $\epsilon$. `torch.where(mask, a, b)` takes
from `a` where the mask is True, and makes a new tensor. Set the mask's first column to
True.

</details>
"""


# %% solution="scheduled_inputs"
def scheduled_inputs(inputs, predictions, truth_prob, generator):
    """Mix right symbols with predicted ones.

    Args:
        inputs: (batch, target) int64 the right symbols, <start> first.
        predictions: (batch, target) int64; predictions[:, t] guesses inputs[:, t + 1].
        truth_prob: ε, the probability of the right symbol.
        generator: torch.Generator, source of the coins.

    Returns:
        (batch, target) int64, a new tensor.
    """
    ### BEGIN SOLUTION
    coins = torch.rand(inputs.shape, generator=generator, device=inputs.device)
    truth = coins < truth_prob
    truth[:, 0] = True
    return torch.where(truth, inputs, predictions.roll(1, dims=1))
    ### END SOLUTION


# %% tests="scheduled_inputs" points=3
check = checks.Task("scheduled_inputs", scheduled_inputs, points=3)
right = torch.tensor([[1, 10, 20, 30], [1, 40, 50, 60]])
said = torch.tensor([[11, 21, 31, 2], [41, 51, 61, 2]])
check.example(
    "with ε = 1 everything is right",
    (right.clone(), said.clone(), 1.0, torch.Generator().manual_seed(0)),
    torch.tensor([[1, 10, 20, 30], [1, 40, 50, 60]]),
)
check.example(
    "with ε = 0 all but <start> was predicted",
    (right.clone(), said.clone(), 0.0, torch.Generator().manual_seed(0)),
    torch.tensor([[1, 11, 21, 31], [1, 41, 51, 61]]),
)
### BEGIN HIDDEN TESTS


def mixture(size, draw, truth_prob=None, time=None):
    """All symbols differ, so that each tells where it comes from."""
    shape = (40 + size.batch, time or 30 + size.time)
    names = 4 + torch.randperm(2 * math.prod(shape), generator=draw.generator)
    inputs, predictions = names.view(2, *shape).clone()
    inputs[:, 0] = 1
    if truth_prob is None:
        truth_prob = draw.rng.choice([0.2, 0.25, 0.3, 0.35])
    coins = torch.Generator().manual_seed(draw.rng.randrange(10**6))
    return inputs, predictions, truth_prob, coins


def all_right(size, draw):
    return mixture(size, draw, 1.0)


def all_predicted(size, draw):
    return mixture(size, draw, 0.0)


def start_alone(size, draw):
    return mixture(size, draw, 0.5, time=1)


def moves(mixed, right, predictions):
    """Return by how many rows and columns most of the predictions were moved."""
    places = {symbol: i for i, symbol in enumerate(predictions.flatten().tolist())}
    width, found = right.shape[1], Counter()
    for i, (one, y) in enumerate(
        zip(mixed.flatten().tolist(), right.flatten().tolist(), strict=True)
    ):
        if one != y and one in places:
            row, column = divmod(places[one], width)
            found[i // width - row, i % width - column] += 1
    return list(found.most_common(1)[0][0]) if found else []


def tossed(function, inputs, predictions, truth_prob, generator):
    """Count what stands where, for several generators; the first one is used twice."""
    seeds, state = range(4), generator.get_state()
    right, guess = inputs.clone(), predictions.roll(1, dims=1)
    said = predictions.clone()
    found = [function(inputs, predictions, truth_prob, generator)]
    for one in [state, *seeds]:
        coins = torch.Generator()
        coins.set_state(one) if one is state else coins.manual_seed(one)
        copies = right.clone(), said.clone()
        found.append(function(*copies, truth_prob, coins))
    alike = [
        isinstance(one, torch.Tensor) and one.shape == right.shape for one in found
    ]
    first = found[0].new_zeros(found[0].shape) if alike[0] else found[0]
    mixed = torch.stack([one.long() for one in found]) if all(alike) else right[None]
    truth = (mixed == right)[:, :, 1:].double()
    other = (mixed != right) & (mixed != guess)
    spread = {"unbiased": False}
    by_row = truth.mean(2).std(1, **spread).mean() if truth.numel() else 0.0
    by_step = truth.mean(1).std(1, **spread).mean() if truth.numel() else 0.0
    share = truth.mean() if truth.numel() else 0.0

    def measured(value):
        return checks.Measured(torch.as_tensor(value, dtype=torch.float64), 0.06)

    return {
        "result": first,
        "the first column": mixed[:, :, 0] - right[:, 0],
        "the move of most predictions (rows, columns)": moves(mixed[0], right, said),
        "the number of symbols that do not belong in their place": int(other.sum()),
        "the share of right symbols": measured(share),
        "how much that share varies from sequence to sequence": measured(by_row),
        "how much that share varies from step to step": measured(by_step),
        "whether the same generator gives the same mixture": bool(
            (mixed[0] == mixed[min(1, len(mixed) - 1)]).all()
        ),
        "whether other generators give other mixtures": bool(
            (mixed[0] != mixed[-1]).any()
        ),
    }


check.hidden(
    mixture,
    checks.load_bank("14_training_and_decoding", "scheduled_inputs"),
    edges={
        "ε = 1": all_right,
        "ε = 0": all_predicted,
        "nothing but <start>": start_alone,
    },
    gradients=False,
    devices=False,
    through=tossed,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 14.3 Beam search (5 points)

*45 minutes, hard.* Greedy decoding keeps one beginning of a sequence, a beam search
keeps `beam_size` of them. Each has a log-probability, the sum over its symbols. Write
`beam_search`. For each sequence of the batch:

- Begin with the empty beginning, whose log-probability is 0.
- At each step extend *every* beginning by *every* symbol of the vocabulary. A
  beginning's state goes with it.
- Of all extensions together, look at the `beam_size` most probable. Those among them
  that end in `stop_id` have *ended*: put them aside, they are not extended.
- The `beam_size` most probable of the extensions that do *not* end in `stop_id` go on.
- After `max_steps` steps, what has not ended is cut.

Each sequence found is a `Hypothesis(symbols, log_prob, score, finished)`: its symbols,
a tuple of ints, with `stop_id` last if it has ended; its log-probability; whether it
has ended; and its score, in which the length counts all its symbols, `stop_id` too:

$$\text{score} = \frac{1}{\text{length}^{\,\alpha}}
\sum_t \log p(y_t \mid y_1 \ldots y_{t-1})$$

Return for each sequence a list of at most `beam_size` of them: those that have ended
first, then those that were cut, and in each group the best score first.

`step(symbols, state)` reads symbols, (rows,) int64, and gives the logits (rows, vocab)
of what comes next and the state after. It takes any number of rows, so you may call it
for each beginning alone or for all at once. There is no need to stop before
`max_steps`; if you do, no later hypothesis may be missing from the result.

<details><summary>Hint 1: what to keep of a beginning</summary>

Its log-probability, the tuple of its symbols, and its state, (1, hidden). A plain list
of such triples is the beam. Do the sequences of the batch one after another.

</details>
<details><summary>Hint 2: one step</summary>

For each beginning: call `step` with its last symbol (at first with `start`), take
`torch.log_softmax(logits[0], dim=-1).tolist()`, and append one extension a symbol to
one common list. Sort the list by log-probability, largest first.

</details>
<details><summary>Hint 3: what has ended, and what goes on</summary>

`found[:beam_size]` may hold some that end in `stop_id`: these have ended. What goes on
is `[one for one in found if one does not end in stop_id][:beam_size]`.

</details>
<details><summary>Hint 4: the order at the end</summary>

`sort(key=lambda one: (not one.finished, -one.score))` puts False before True, so what
is finished comes first.

</details>
"""


# %% solution="beam_search"
def beam_search(step, state, start, beam_size, stop_id, max_steps, length_power):
    """Decode a batch with a beam.

    Args:
        step: step(symbols, state) gives logits (rows, vocab) and the state after.
        state: (batch, hidden) before the first step.
        start: (batch,) int64 the first symbols read, <start>.
        beam_size: beginnings that are kept of every sequence.
        stop_id: the symbol that ends a sequence.
        max_steps: symbols after which a sequence is cut.
        length_power: α.

    Returns:
        One list of Hypothesis a sequence of the batch, at most beam_size each.
    """
    ### BEGIN SOLUTION
    results = []
    for first, h_0 in zip(start.split(1), state.split(1), strict=True):
        going, ended = [(0.0, (), h_0)], []
        for _ in range(max_steps):
            found = []
            for total, said, h in going:
                last = start.new_tensor(said[-1:]) if said else first
                logits, h = step(last, h)
                log_probs = torch.log_softmax(logits[0], dim=-1).tolist()
                found += [(total + p, (*said, y), h) for y, p in enumerate(log_probs)]
            found.sort(key=lambda one: -one[0])
            ended += [one for one in found[:beam_size] if one[1][-1] == stop_id]
            going = [one for one in found if one[1][-1] != stop_id][:beam_size]
        done = [
            Hypothesis(y, total, total / len(y) ** length_power, y[-1] == stop_id)
            for total, y, _ in ended + going
        ]
        done.sort(key=lambda one: (not one.finished, -one.score))
        results.append(done[:beam_size])
    return results
    ### END SOLUTION


# %% tests="beam_search" points=5
check = checks.Task("beam_search", beam_search, points=5)
# <start> is 0, <stop> is 3; what is said depends on the symbol before only
chances = torch.tensor(
    [
        [0.0, 0.6, 0.4, 0.0],
        [0.0, 0.3, 0.3, 0.4],
        [0.0, 0.05, 0.05, 0.9],
        [0.0, 0.0, 0.0, 1.0],
    ],
    dtype=torch.float64,
)


def from_the_table(symbols, state):
    return torch.log(chances[symbols]), state


table_start = torch.zeros(1, 2), torch.tensor([0])
check.example(
    "a beam of one is greedy: it takes the 0.6 and is left with 0.6 · 0.4",
    (from_the_table, *table_start, 1, 3, 2, 0.0),
    [[Hypothesis((1, 3), math.log(0.24), math.log(0.24), True)]],
)
check.example(
    "a beam of two finds 0.4 · 0.9 behind the less probable beginning",
    (from_the_table, *table_start, 2, 3, 2, 0.0),
    [
        [
            Hypothesis((2, 3), math.log(0.36), math.log(0.36), True),
            Hypothesis((1, 3), math.log(0.24), math.log(0.24), True),
        ]
    ],
)
### BEGIN HIDDEN TESTS


def network(size, draw, stops=0.0, sharp=1.5):
    """A recurrent step in float64, whose scores depend on all that was read."""
    vocab, hidden = size.output + 2, size.hidden + 1
    double = {"dtype": torch.float64, "generator": draw.generator}
    E, A = torch.randn(vocab, hidden, **double), torch.randn(hidden, hidden, **double)
    W, state = torch.randn(hidden, vocab, **double), torch.randn(3, hidden, **double)
    stop_id = draw.rng.randrange(vocab)
    start = torch.tensor([draw.rng.randrange(vocab) for _ in range(3)])
    bonus = torch.zeros(vocab, dtype=torch.float64)
    bonus[stop_id] = stops

    def step(symbols, state):
        state = torch.tanh(state @ A + E[symbols])
        return sharp * (state @ W) + bonus, state

    return step, state, start, stop_id


def beam_case(size, draw, beam_size=3, max_steps=5, power=None, **how):
    step, state, start, stop_id = network(size, draw, **{"stops": 1.0, **how})
    batch = 1 if size.batch == 1 else 2
    power = draw.rng.choice([0.5, 0.7, 1.3]) if power is None else power
    return step, state[:batch], start[:batch], beam_size, stop_id, max_steps, power


def greedy_beam(size, draw):
    return beam_case(size, draw, beam_size=1, power=0.0)


def sums_only(size, draw):
    return beam_case(size, draw, power=0.0, stops=1.0)


def wider_than_the_vocabulary(size, draw):
    return beam_case(size._replace(output=1), draw, beam_size=5, max_steps=3)


def nothing_ends(size, draw):
    return beam_case(size, draw, max_steps=3, stops=-30.0)


def one_step(size, draw):
    return beam_case(size, draw, max_steps=1, stops=2.0)


def the_best_ends_late(size, draw):
    """Short sequences end early with middling scores, a long one is nearly certain."""
    slow = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64).log()
    sure = torch.tensor([0.96, 0.02, 0.02], dtype=torch.float64).log()
    last = torch.tensor([0.02, 0.96, 0.02], dtype=torch.float64).log()
    noise = torch.randn(8, 3, dtype=torch.float64, generator=draw.generator) / 20

    def step(symbols, state):
        at = int(state[0, 0])
        rows = [slow if at < 2 else last if at == 5 else sure] * len(symbols)
        logits = torch.stack(rows) + noise[at]
        return logits, state + 1

    state = torch.zeros(1, 2, dtype=torch.float64)
    return step, state, torch.tensor([2]), 2, 1, 6, 1.0


check.hidden(
    beam_case,
    checks.load_bank("14_training_and_decoding", "beam_search"),
    edges={
        "a beam of one that sums": greedy_beam,
        "α = 0, early ends": sums_only,
        "a beam wider than the vocabulary": wider_than_the_vocabulary,
        "nothing ends": nothing_ends,
        "a single step": one_step,
        "the best hypothesis ends late": the_best_ends_late,
    },
    draws=10,
    gradients=False,
    devices=False,
    forbid=("course_lib.language.decoding.beams.Search",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 14.4 Edit distance (2 points)

*15 minutes, medium.* How many symbols must be put in, taken out or replaced to turn one
sequence into another? Write `edit_distance`. With $d(i, j)$ for the distance of the
first $i$ symbols of a from the first $j$ of b,

$$d(i, j) = \min\bigl(d(i-1, j) + 1,\;\; d(i, j-1) + 1,\;\;
d(i-1, j-1) + [a_i \neq b_j]\bigr)$$

where $[\ldots]$ is 1 if the condition holds and 0 otherwise, $d(i, 0) = i$ and $d(0, j)
= j$. Symbols can be words or numbers; nothing is split. Fill a table: a function that
calls itself three times for every pair would not end for two long sentences.

<details><summary>Hint 1: the table</summary>

It has `len(a) + 1` rows and `len(b) + 1` columns, and the answer stands in its last
corner. Row i belongs to the first i symbols, so symbol number i is `a[i - 1]`.

</details>
<details><summary>Hint 2: one row is enough</summary>

A row needs the row above it only. The first is `list(range(len(b) + 1))`; every later
one begins with `[i]` and grows by `append`.

</details>
"""


# %% solution="edit_distance"
def edit_distance(a, b):
    """Return how many insertions, deletions and replacements turn a into b.

    Args:
        a: sequence of symbols.
        b: sequence of symbols.

    Returns:
        An int.
    """
    ### BEGIN SOLUTION
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            replaced = above[j - 1] + (symbol != other)
            row.append(min(above[j] + 1, row[j - 1] + 1, replaced))
        above = row
    return above[-1]
    ### END SOLUTION


# %% tests="edit_distance" points=2
check = checks.Task("edit_distance", edit_distance, points=2)
check.example(
    "one word put in, one replaced",
    (["we", "see", "a", "dog"], ["we", "often", "see", "a", "cat"]),
    2,
)
check.example("letters do not count, words do", (["cats", "see"], ["cat", "see"]), 1)
### BEGIN HIDDEN TESTS

WORDS = ["she", "he", "see", "sees", "a", "an", "cat", "cats", "and", "in"]
EXCHANGE = ["to", "up", "on", "them"]
EXCHANGED = ["to", "on", "up", "them"]


def changed(draw, words, ins=0.25, out=0.25, other=0.25):
    """Put words in, take words out and replace some."""
    found = []
    for word in words:
        if draw.rng.random() < ins:
            found.append(draw.rng.choice(WORDS))
        if draw.rng.random() < other:
            found.append(draw.rng.choice(WORDS))
        elif draw.rng.random() >= out:
            found.append(word)
    return found


def edit_case(size, draw):
    """Words put in and taken out at the ends, and two that change places."""
    one = [draw.rng.choice(WORDS) for _ in range(3 * size.time + 6)]
    two = changed(draw, one)
    if draw.rng.random() < 0.5:
        return ["dog", *one, *EXCHANGE], [*two, *EXCHANGED, "dogs"]
    return [*EXCHANGE, *one, "dog"], ["dogs", *EXCHANGED, *two]


def unrelated(size, draw):
    lengths = size.time + 5, size.time + 2
    return tuple([draw.rng.choice(WORDS) for _ in range(n)] for n in lengths)


def numbers(size, draw):
    one = draw.integers(0, 5, 2 * size.time + 4).tolist()
    return [*one[::-1], 9], one


def exchanged(size, draw):
    one = [*WORDS]
    draw.rng.shuffle(one)
    return one, [one[place ^ 1] for place in range(len(one))]


def from_nothing(size, draw):
    return [], edit_case(size, draw)[0]


def to_nothing(size, draw):
    return edit_case(size, draw)[0], []


def the_same(size, draw):
    one, _ = edit_case(size, draw)
    return one, list(one)


def long_sentences(size, draw):
    one = [draw.rng.choice(WORDS) for _ in range(60)]
    return one, changed(draw, one)


check.hidden(
    edit_case,
    checks.load_bank("14_training_and_decoding", "edit_distance"),
    edges={
        "unrelated sentences": unrelated,
        "numbers": numbers,
        "neighbours exchanged": exchanged,
        "from the empty sequence": from_nothing,
        "to the empty sequence": to_nothing,
        "two equal sequences": the_same,
        "sentences of sixty words": long_sentences,
    },
    draws=16,
    gradients=False,
    devices=False,
    limit_s=2.0,
    forbid=(
        "rapidfuzz.distance.Levenshtein.distance",
        "rapidfuzz.distance.Levenshtein",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 14.5 BLEU (4 points)

*25 minutes, hard.* BLEU compares the outputs for a whole corpus with right
translations, the references; every sentence has one or more. For n = 1 … N let $p_n$ be

$$p_n = \frac{\sum_{\text{outputs}} \text{clipped matches of n-grams}}
{\sum_{\text{outputs}} \text{n-grams}}$$

An n-gram of an output that occurs in a reference matches, but at most as often as it
occurs in *one* of the references: the one that has most of it. Both sums go over all
outputs before they are divided. With $c$ for the number of symbols of all outputs, and
$r$ for the sum over sentences of the length of the reference that is nearest in length
to the output (the shorter one of two that are equally near),

$$\text{BLEU} = 100 \cdot \min\bigl(1, e^{1 - r/c}\bigr) \cdot
(p_1\, p_2 \cdots p_N)^{1/N}$$

If any $p_n$ is 0, or has no n-gram to divide by, BLEU is 0. Write `bleu`.

<details><summary>Hint 1: counting n-grams</summary>

`Counter(tuple(s[i : i + n]) for i in range(len(s) - n + 1))`. A sentence of fewer than
n symbols has none.

</details>
<details><summary>Hint 2: clipping</summary>

For Counters, `a | b` takes the larger count of each key and `a & b` the smaller one.
Join the references with the one, meet the output with the other, and take `.total()`.

</details>
<details><summary>Hint 3: the mean of the precisions</summary>

It is the geometric one: the N-th root of the product, `math.prod(…) ** (1 / N)`. A
single zero makes it zero.

</details>
"""


# %% solution="bleu"
def bleu(outputs, references, max_n):
    """Return corpus BLEU.

    Args:
        outputs: one list of symbols a sentence.
        references: for each sentence a list of one or more lists of symbols.
        max_n: N, the length of the longest n-grams.

    Returns:
        A float from 0 to 100.
    """

    ### BEGIN SOLUTION
    def ngrams(symbols, n):
        return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n + 1))

    matches, totals, c, r = [0] * max_n, [0] * max_n, 0, 0
    for output, right in zip(outputs, references, strict=True):
        c += len(output)
        r += min((abs(len(one) - len(output)), len(one)) for one in right)[1]
        for n in range(1, max_n + 1):
            most = Counter()
            for one in right:
                most |= ngrams(one, n)
            matches[n - 1] += (ngrams(output, n) & most).total()
            totals[n - 1] += ngrams(output, n).total()
    if min(matches) == 0:
        return 0.0
    p = [m / t for m, t in zip(matches, totals, strict=True)]
    return 100 * min(1.0, math.exp(1 - r / c)) * math.prod(p) ** (1 / max_n)
    ### END SOLUTION


# %% tests="bleu" points=4
check = checks.Task("bleu", bleu, points=4)
check.example(
    "p = 5/5 and 3/4, one word too few: 100 · exp(1 - 6/5) · √0.75",
    (
        [["she", "reads", "a", "red", "book"]],
        [[["she", "reads", "a", "long", "red", "book"]]],
        2,
    ),
    100 * math.exp(-0.2) * math.sqrt(1.0 * 0.75),
)
check.example(
    'two references; the second "the" is clipped: one match of two',
    ([["the", "the"]], [[["the", "cat"], ["a", "dog"]]], 1),
    50.0,
)
### BEGIN HIDDEN TESTS


FEW_WORDS = ["she", "he", "see", "sees", "a", "an"]


def reworded(draw, words):
    """Put other words in the places of some, and leave one or two out."""
    found = [
        word if draw.rng.random() < 0.8 else draw.rng.choice(FEW_WORDS)
        for word in words
    ]
    for _ in range(draw.rng.choice([1, 2])):
        del found[draw.rng.randrange(len(found))]
    return found


def right_for(draw, length, number):
    """References that share most of their n-grams; some words come twice."""
    first = [draw.rng.choice(FEW_WORDS) for _ in range(length)]
    return [first] + [reworded(draw, first) for _ in range(number - 1)]


def cut(draw, words):
    """An output without a run of half the words, and with one word said twice.

    It is shorter than the reference and those that leave out two words.
    """
    gone = len(words) // 2
    place = draw.rng.randrange(len(words) - gone + 1)
    kept = words[:place] + words[place + gone :]
    twice = draw.rng.randrange(len(kept))
    return kept[: twice + 1] + kept[twice:]


def bleu_case(size, draw, number=3, max_n=3):
    references = [
        right_for(draw, 8 + 2 * k + size.time, number) for k in range(size.batch + 2)
    ]
    outputs = [cut(draw, one[0]) for one in references]
    if number > 1:  # far from the output, and shorter than all others
        references[-1].append(references[-1][0][:2])
    return outputs, references, max_n


def one_reference(size, draw):
    return bleu_case(size, draw, number=1, max_n=2)


def long_outputs(size, draw):
    outputs, references, _ = bleu_case(size, draw)
    pairs = zip(outputs, references, strict=True)
    return [said + one[0] + ["she"] for said, one in pairs], references, 2


def short_sentences(size, draw):
    """Some outputs have no 3-gram, or no symbol at all."""
    outputs, references, max_n = bleu_case(size, draw)
    more = [["she"], ["he", "a"], []]
    return outputs + more, references + [[one or ["a"]] for one in more], max_n


def equally_near(size, draw):
    """A shorter and a longer reference, both as far from the output."""
    words = [str(n) for n in range(12)]
    return [words[:8]], [[words[:10], words[:6]]], 2


def perfect(size, draw):
    references = [right_for(draw, 6, 2) for _ in range(2)]
    return [one[1] or one[0] for one in references], references, 1


def no_match(size, draw):
    words = ["she", "sees", "a", "cat"]
    return [words[::-1]], [[words]], 2


def nothing_said(size, draw):
    return [[], []], [[["a", "cat"]], [["he"]]], 2


check.hidden(
    bleu_case,
    checks.load_bank("14_training_and_decoding", "bleu"),
    edges={
        "one reference each": one_reference,
        "outputs longer than the references": long_outputs,
        "outputs with fewer than n symbols": short_sentences,
        "two references equally near in length": equally_near,
        "perfect outputs": perfect,
        "2-grams without a match": no_match,
        "empty outputs only": nothing_said,
    },
    gradients=False,
    devices=False,
    forbid=(
        "course_lib.language.metrics.bleu_parts",
        "course_lib.language.metrics.clipped_matches",
    ),
)
### END HIDDEN TESTS
check.score()
