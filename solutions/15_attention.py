# %% [markdown]
r"""
# Exercise 15 · Attention: looking back at the source

You write two scores, the weights with their mask, the state that a decoder speaks from,
and then what one does with weights: draw the map of a sentence, and compare it with the
alignment that is known. 15 points, about 100 minutes.

Read first: [Attention](../../book/15_attention.md). Shapes and names are those of
[the notation page](../../book/notation.md): batch first, row vectors, and True in a
mask is a real token.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 15_attention` grades it on your own machine.

A query is a state of the decoder, a key is a state of the encoder, and a value is what
the decoder gets to see where it looks. Here are the axes that return in every task:

| name | shape | what it is |
| --- | --- | --- |
| `query` | (batch, target, query) | one row for each step of the decoder |
| `keys` | (batch, source, key) | one row for each symbol of the source |
| `values` | (batch, source, value) | the same rows, or others |
| `weights` | (batch, target, source) | how much step t looks at place s |
"""

# %% setup="setup"
import torch

from course_lib import checks
from course_lib.data.vocabulary import PAD, STOP

# %% [markdown]
r"""
## 15.1 A score with a matrix between (2 points)

*10 minutes, easy.* A score is a number for every pair of a query and a key. The dot
product $q_t \cdot k_s$ is the simplest one, but it needs queries and keys of one size.
Write `score_general`, which puts a matrix between them:

$$e_{ts} = q_t W_a k_s^\top$$

Nothing is divided by a root of the size, and no softmax is taken: a score is a plain
number.

<details><summary>Hint 1: two products</summary>

`query @ W_a` turns every query into something of the size of a key. What is left are
dot products.

</details>
<details><summary>Hint 2: all pairs at once</summary>

(batch, target, key) times (batch, key, source) is (batch, target, source). So the last
two axes of `keys` must change places, and the batch must stay: `keys.mT`.

</details>
"""


# %% solution="score_general"
def score_general(query, keys, W_a):
    """Score every query against every key of its source.

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        W_a: (query, key).

    Returns:
        (batch, target, source).
    """
    ### BEGIN SOLUTION
    return query @ W_a @ keys.mT
    ### END SOLUTION


# %% tests="score_general" points=2
check = checks.Task("score_general", score_general, points=2)
two_keys = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 10.0, 100.0]]])
check.example(
    "one query of two numbers, two keys of three",
    (
        torch.tensor([[[1.0, 2.0]]]),
        two_keys,
        torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    ),
    torch.tensor([[[9.0, 1620.0]]]),
)
### BEGIN HIDDEN TESTS


def general_case(size, draw):
    return (
        draw(size.batch, size.time, size.hidden),
        draw(size.batch, size.output, size.input),
        draw(size.hidden, size.input),
    )


def one_size_for_all(size, draw):
    same = size.hidden
    return general_case(size._replace(batch=same, time=same, input=same), draw)


check.hidden(
    general_case,
    checks.load_bank("15_attention", "score_general"),
    edges={"as many sequences, steps and numbers": one_size_for_all},
    forbid=("course_lib.language.attention.scores.GeneralScore",),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 15.2 A score by a small network (3 points)

*20 minutes, medium.* Now the two vectors are laid side by side, the query first, and a
network with one hidden layer reads both:

$$e_{ts} = \tanh([q_t; k_s]\, W_a) \cdot v_a$$

Write `score_concat`, without a loop over pairs.

<details><summary>Hint 1: cut the matrix instead</summary>

$[q; k]\, W_a = q W_q + k W_k$, where $W_q$ are the first rows of $W_a$, as many as a
query has numbers, and $W_k$ are the others. So every query is multiplied once, and not
once for each key.

</details>
<details><summary>Hint 2: every pair</summary>

You have (batch, target, attention) and (batch, source, attention), and want a sum for
each pair, (batch, target, source, attention). Put an axis of length 1 into each:
`a[:, :, None]` and `b[:, None]`. Broadcasting does the rest.

</details>
<details><summary>Hint 3: the last product</summary>

`(batch, target, source, attention) @ (attention,)` is (batch, target, source).

</details>
"""


# %% solution="score_concat"
def score_concat(query, keys, W_a, v_a):
    """Score every query against every key by a network that reads both.

    Args:
        query: (batch, target, query).
        keys: (batch, source, key).
        W_a: (query + key, attention), the rows of the query first.
        v_a: (attention,).

    Returns:
        (batch, target, source).
    """
    ### BEGIN SOLUTION
    W_q, W_k = W_a.split([query.shape[2], keys.shape[2]])
    pairs = (query @ W_q)[:, :, None] + (keys @ W_k)[:, None]
    return torch.tanh(pairs) @ v_a
    ### END SOLUTION


# %% tests="score_concat" points=3
check = checks.Task("score_concat", score_concat, points=3)
check.example(
    "with a query of 0 and one hidden unit that copies the key: tanh(k) · 2",
    (
        torch.zeros(1, 1, 1),
        torch.tensor([[[0.0], [1.0], [-1.0]]]),
        torch.tensor([[5.0], [1.0]]),
        torch.tensor([2.0]),
    ),
    torch.tensor([[[0.0, 1.5231884, -1.5231884]]]),
)
### BEGIN HIDDEN TESTS


def concat_case(size, draw, key=0):
    """Keys are larger than queries, where `key` does not say how large."""
    key = key or size.hidden + size.input
    return (
        draw(size.batch, size.time, size.hidden, scale=0.7),
        draw(size.batch, size.output, key, scale=0.7),
        draw(size.hidden + key, size.hidden + 1, scale=0.7),
        draw(size.hidden + 1),
    )


def equal_lengths(size, draw):
    return concat_case(size._replace(time=size.output), draw, key=size.hidden)


check.hidden(
    concat_case,
    checks.load_bank("15_attention", "score_concat"),
    edges={"source and target of one length, states of one size": equal_lengths},
    forbid=(
        "course_lib.language.attention.functions.score_bahdanau",
        "course_lib.language.attention.functions.additive",
        "course_lib.language.attention.scores.ConcatScore",
        "course_lib.language.attention.scores.BahdanauScore",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 15.3 Weights, a mask, and the context (4 points)

*30 minutes, medium.* With the dot product as the score, write `attend`. Softmax makes
weights of the scores, over the places of the source; the context is the average of the
values under them.

$$\alpha_{ts} = \frac{\exp(q_t \cdot k_s)}{\sum_{s'} \exp(q_t \cdot k_{s'})}, \qquad
\text{context}_t = \sum_s \alpha_{ts}\, v_s$$

The sums go over *real* places only: where `mask` is False there is padding, which has
weight 0 and takes no part in the sum. The scores are not divided by anything.

A source may be padding and nothing else. Then there is nothing to look at: its weights
are 0, and so is its context. No number may become infinite or NaN, however large the
scores are.

<details><summary>Hint 1: before the softmax</summary>

A place with a score of −∞ has weight exp(−∞) = 0, and the others still add up to 1.
`scores.masked_fill(…, -torch.inf)` puts the value wherever its first argument is True.
Where must it be True? And which axis does the mask lack?

</details>
<details><summary>Hint 2: a row of −∞</summary>

Softmax of −∞ alone is 0/0. Find the rows without any real place, `mask.any(dim=-1)`,
and set their weights to 0 afterwards; or let `nan_to_num` do it.

</details>
<details><summary>Hint 3: why not after the softmax?</summary>

If you set weights to 0 after the softmax, the rows no longer add up to 1. Dividing by
their sums mends that, but not where padding had by far the largest score: then all that
is left is 0/0.

</details>
"""


# %% solution="attend"
def attend(query, keys, values, mask):
    """Look back: weights over the source, and the average under them.

    Args:
        query: (batch, target, d).
        keys: (batch, source, d).
        values: (batch, source, value).
        mask: (batch, source) bool, True where a symbol of the source is real.

    Returns:
        context: (batch, target, value).
        weights: (batch, target, source); rows sum to 1, or to 0 where the source has no
            real symbol.
    """
    ### BEGIN SOLUTION
    scores = query @ keys.mT
    real = mask[:, None]
    nothing = ~real.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~real, -torch.inf).masked_fill(nothing, 0.0)
    weights = torch.softmax(scores, dim=-1).masked_fill(nothing, 0.0)
    return weights @ values, weights
    ### END SOLUTION


# %% tests="attend" points=4
check = checks.Task("attend", attend, points=4)
ln2 = 0.6931472
check.example(
    "scores ln 2 and 0, and a place of padding: weights 2/3, 1/3 and 0",
    (
        torch.tensor([[[1.0]]]),
        torch.tensor([[[ln2], [0.0], [5.0]]]),
        torch.tensor([[[3.0, 0.0], [0.0, 6.0], [9.0, 9.0]]]),
        torch.tensor([[True, True, False]]),
    ),
    (torch.tensor([[[2.0, 2.0]]]), torch.tensor([[[2 / 3, 1 / 3, 0.0]]])),
)
### BEGIN HIDDEN TESTS


def attend_case(size, draw):
    source = size.output
    d = size.hidden
    kept = [draw.rng.randrange(1, source + 1) for _ in range(size.batch)]
    if source > 1:  # some padding, and a full row where there is room
        kept[-1] = draw.rng.randrange(1, source)
        if size.batch > 1:
            kept[0] = source
    lengths = torch.tensor(kept, device=draw.device)
    mask = torch.arange(source, device=draw.device) < lengths[:, None]
    return (
        draw(size.batch, size.time, d),
        draw(size.batch, source, d),
        draw(size.batch, source, size.input),
        mask,
    )


def all_padding(size, draw):
    query, keys, values, mask = attend_case(size, draw)
    rows = torch.arange(size.batch, device=draw.device)
    return query, keys, values, mask & (rows < size.batch - 1)[:, None]


def huge_scores(size, draw):
    """Scores of some thousands, in the last row below 0; padding has the largest."""
    query, keys, values, mask = attend_case(size, draw)
    far = 60.0 * torch.nn.functional.normalize(keys.abs() + 0.1, dim=-1)
    far[-1] *= -1
    query = query[:, :1].abs() + 1.0 + 0 * query
    toward = 90.0 * torch.ones_like(keys)
    return 10 * query, torch.where(mask[..., None], far, toward), values, mask


def holes(size, draw):
    """Padding in the middle: a mask says where, not how many."""
    query, keys, values, _ = attend_case(size._replace(output=6), draw)
    some = torch.tensor([False, True, True, False, True, False], device=draw.device)
    return query, keys, values, some.expand(size.batch, 6).clone()


check.hidden(
    attend_case,
    checks.load_bank("15_attention", "attend"),
    edges={
        "a source that is all padding": all_padding,
        "scores of some thousands": huge_scores,
        "padding in the middle": holes,
    },
    forbid=(
        "torch.nn.functional.scaled_dot_product_attention",
        "torch.nn.MultiheadAttention",
        "course_lib.language.attention.functions.masked_softmax",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 15.4 The attentional state (1 point)

*5 minutes, easy.* The decoder speaks from what it looked at and from its own state
together. Write `attentional_state`; there is no bias.

$$\tilde h_t = \tanh([\text{context}_t; h_t]\, W_c)$$

<details><summary>Hint: side by side</summary>

`torch.cat` along the last axis. What comes first is fixed by the rows of `W_c`: those
of the context.

</details>
"""


# %% solution="attentional_state"
def attentional_state(context, h, W_c):
    """Join what was looked at with the decoder's own state.

    Args:
        context: (batch, target, value).
        h: (batch, target, hidden).
        W_c: (value + hidden, attentional), the rows of the context first.

    Returns:
        (batch, target, attentional).
    """
    ### BEGIN SOLUTION
    return torch.tanh(torch.cat([context, h], dim=-1) @ W_c)
    ### END SOLUTION


# %% tests="attentional_state" points=1
check = checks.Task("attentional_state", attentional_state, points=1)
check.example(
    "a matrix that takes twice the context and leaves the state",
    (
        torch.tensor([[[0.5]]]),
        torch.tensor([[[7.0]]]),
        torch.tensor([[2.0], [0.0]]),
    ),
    torch.tensor([[[0.7615942]]]),
)
### BEGIN HIDDEN TESTS


def attentional_case(size, draw):
    return (
        draw(size.batch, size.time, size.input, scale=0.7),
        draw(size.batch, size.time, size.hidden, scale=0.7),
        draw(size.input + size.hidden, size.output, scale=0.7),
    )


check.hidden(
    attentional_case,
    checks.load_bank("15_attention", "attentional_state"),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 15.5 The map of one sentence (2 points)

*15 minutes, medium.* A heat map of attention has one row for each word that was said
and one column for each symbol of the source. What a decoder leaves behind is less tidy.
At every step it gave weights for the whole batch, (batch, source), and these are in a
list, `looks`. Sources are ids, padded with `PAD` (0) at the end. What was said is ids
too: the words, then `STOP` (2), then padding.

Write `attention_map`. It returns the map of the sentence in row `row` of the batch, cut
to its real size: as many columns as the source has symbols, as many rows as there are
words before `STOP`. The step that said `STOP` gets no row. A sentence that was cut off
may have no `STOP`: then every step said a word. `looks[i]` belongs to the word
`said[:, i]`; there is nothing to shift.

<details><summary>Hint 1: one sentence</summary>

`torch.stack([look[row] for look in looks])` is (steps, source).

</details>
<details><summary>Hint 2: two lengths</summary>

`(sources[row] != PAD).sum()` counts symbols. To count words before `STOP` you can turn
`said[row]` into a list and ask whether `STOP` is in it, and where.

</details>
"""


# %% solution="attention_map"
def attention_map(looks, sources, said, row):
    """Return where a decoder looked at each word of one sentence.

    Args:
        looks: one (batch, source) tensor of weights for each step.
        sources: (batch, source) int64, padded with PAD.
        said: (batch, steps) int64 ids: words, STOP, then PAD.
        row: the number of the sentence in the batch.

    Returns:
        (words, symbols) weights.
    """
    ### BEGIN SOLUTION
    ids = said[row].tolist()
    words = ids.index(STOP) if STOP in ids else len(ids)
    symbols = int((sources[row] != PAD).sum())
    return torch.stack([look[row] for look in looks])[:words, :symbols]
    ### END SOLUTION


# %% tests="attention_map" points=2
check = checks.Task("attention_map", attention_map, points=2)
check.example(
    "the second sentence of two: two symbols, one word, then STOP",
    (
        [
            torch.tensor([[0.2, 0.2, 0.6], [0.7, 0.3, 0.0]]),
            torch.tensor([[0.1, 0.8, 0.1], [0.5, 0.5, 0.0]]),
            torch.tensor([[0.4, 0.3, 0.3], [1.0, 0.0, 0.0]]),
        ],
        torch.tensor([[7, 5, 9], [8, 6, PAD]]),
        torch.tensor([[12, 10, STOP], [11, STOP, PAD]]),
        1,
    ),
    torch.tensor([[0.7, 0.3]]),
)
### BEGIN HIDDEN TESTS


def map_case(size, draw, words=None):
    """`words`: how many the chosen sentence says; None draws it."""
    batch, steps, source = size.batch, size.time + 2, size.output + 2
    row = draw.rng.randrange(batch)
    if batch > 1:
        row = max(1, row)
    symbols = [draw.rng.randrange(2, source) for _ in range(batch)]
    said_words = [draw.rng.randrange(1, steps - 1) for _ in range(batch)]
    # two words or more, so that their order matters, and not as many as symbols
    fewest = min(2, steps - 2)
    said_words[row] = draw.rng.randrange(fewest, steps - 1) if words is None else words
    if steps > 3 and words is None and symbols[row] == said_words[row]:
        said_words[row] -= 1 if said_words[row] > fewest else -1
    sources = draw.integers(4, 30, batch, source)
    said = draw.integers(4, 30, batch, steps)
    places = torch.arange(source, device=draw.device)
    real = places < torch.tensor(symbols, device=draw.device)[:, None]
    for b in range(batch):
        said[b, said_words[b] :] = PAD
        if said_words[b] < steps:
            said[b, said_words[b]] = STOP
    scores = draw(steps, batch, source, scale=1.5).masked_fill(~real, -torch.inf)
    looks = list(torch.softmax(scores, dim=-1).detach().unbind(0))
    return looks, sources.masked_fill(~real, PAD), said, row


def cut_off(size, draw):
    return map_case(size, draw, words=size.time + 2)


def nothing_said(size, draw):
    return map_case(size, draw, words=0)


check.hidden(
    map_case,
    checks.load_bank("15_attention", "attention_map"),
    edges={
        "a sentence that was cut off, without STOP": cut_off,
        "a sentence without words, STOP at once": nothing_said,
    },
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 15.6 How often does it look at the right place? (3 points)

*20 minutes, medium.* In our corpus it is known which characters say a word: `gold`
(batch, target, source) is True there. Several characters can say one word, and some
words, such as articles, are said by none.

Write `alignment_error_rate`. Each word points to the one place with its largest weight.
That is an error if this place is none of the word's gold places. The rate is the number
of errors divided by the number of words that count, over the whole batch. A word counts
if `mask` is True for it (it is no padding) *and* it has a gold place at all. You may
rely on at least one word that counts. Return a plain float.

<details><summary>Hint 1: where it points</summary>

`weights.argmax(dim=-1)` is (batch, target): a place of the source for each word.

</details>
<details><summary>Hint 2: is it gold?</summary>

`gold.gather(-1, places[..., None])` looks each place up, and leaves an axis of
length 1.

</details>
<details><summary>Hint 3: what counts</summary>

`gold.any(dim=-1) & mask`. Use it for both numbers of the fraction.

</details>
"""


# %% solution="alignment_error_rate"
def alignment_error_rate(weights, gold, mask):
    """Return the share of words whose largest weight lies on a wrong place.

    Args:
        weights: (batch, target, source).
        gold: (batch, target, source) bool, True where a symbol says the word.
        mask: (batch, target) bool, True where a word is real.

    Returns:
        a float from 0 to 1.
    """
    ### BEGIN SOLUTION
    places = weights.argmax(dim=-1, keepdim=True)
    hit = gold.gather(-1, places).squeeze(-1)
    counted = gold.any(dim=-1) & mask
    return int((counted & ~hit).sum()) / int(counted.sum())
    ### END SOLUTION


# %% tests="alignment_error_rate" points=3
check = checks.Task("alignment_error_rate", alignment_error_rate, points=3)
check.example(
    "right, wrong, no gold place, padding: one error in two words",
    (
        torch.tensor([[[0.1, 0.6, 0.3], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [1, 0, 0]]]),
        torch.tensor([[[0, 1, 1], [0, 1, 0], [0, 0, 0], [0, 0, 1]]]).bool(),
        torch.tensor([[True, True, True, False]]),
    ),
    0.5,
)
### BEGIN HIDDEN TESTS


def alignment_case(size, draw):
    """Weights that are right for most words; one place in three is gold."""
    batch, target, source = size.batch, size.time + 3, size.output + 3
    scores = draw(batch, target, source)
    gold = draw(batch, target, source) > 0.8
    silent = draw(batch, target) > 0.9  # said by no character
    gold = gold & ~silent[..., None]
    kept = [draw.rng.randrange(2, target) for _ in range(batch)]
    lengths = torch.tensor(kept, device=draw.device)
    mask = torch.arange(target, device=draw.device) < lengths[:, None]
    gold[:, 0, 0] = True  # so that some word counts
    helped = (draw(batch, target) > 0)[..., None]
    scores = scores + 2.5 * (gold & helped)
    return torch.softmax(scores, dim=-1), gold, mask


def all_right(size, draw):
    weights, gold, mask = alignment_case(size, draw)
    weights = weights + 2.0 * gold
    return weights / weights.sum(dim=-1, keepdim=True), gold, mask


def all_wrong(size, draw):
    weights, gold, mask = alignment_case(size, draw)
    wrong = torch.where(gold, 0.01 * weights, weights)
    some = ~gold.all(dim=-1)
    return wrong, gold, mask & some


def batches_of_other_lengths(size, draw):
    """Many sentences: a mean of their rates is another number."""
    return alignment_case(size._replace(batch=size.batch + 6, time=9), draw)


check.hidden(
    alignment_case,
    checks.load_bank("15_attention", "alignment_error_rate"),
    draws=5,
    edges={
        "all of them right": all_right,
        "all of them wrong": all_wrong,
        "many sentences": batches_of_other_lengths,
    },
    gradients=False,
    forbid=("course_lib.language.attention.alignments.alignment_errors",),
)
### END HIDDEN TESTS
check.score()
