# %% [markdown]
r"""
# Exercise 12 · Language models: embeddings and text

You embed symbols, cut a text into streams, compute a perplexity, draw the next symbol
with a temperature, and let a model write on. 15 points, about 95 minutes.

Read first: [Language models](../../book/12_language_models.md). Shapes and names are
those of [the notation page](../../book/notation.md): batch first, row vectors. A text
is a row of ids, int64, from 0 to vocab - 1.

Write your code where it says `YOUR CODE HERE`. Run the cell below it: the visible
examples tell you whether you are on the way. More checks run when the notebook is
graded; `python -m course_lib check 12_language_models` grades it on your own machine.
"""

# %% setup="setup"
import math

import torch

from course_lib import checks

# %% [markdown]
r"""
## 12.1 One-hot rows times a matrix (2 points)

*10 minutes, easy.* A symbol with the number $x$ is written as a row of zeros with a one
at place $x$, as long as the vocabulary. Its embedding is that row times the embedding
matrix, which has one row a symbol:

$$e = \mathrm{onehot}(x)\, W_e$$

Write `one_hot_embed` for a whole tensor of ids of any shape. The result has one axis
more, with the numbers that stand for the symbol. It has the dtype of `W`.

<details><summary>Hint 1: making the rows</summary>

`torch.nn.functional.one_hot(ids, vocab)` makes them. Tell it the length of a row: the
ids at hand need not hold the largest one.

</details>
<details><summary>Hint 2: integers do not multiply floats</summary>

One-hot rows come as int64. `.to(W.dtype)` turns them into what `W` holds.

</details>
<details><summary>Hint 3: any shape</summary>

`rows @ W` works on the last axis of `rows` and leaves all others as they are.

</details>
"""


# %% solution="one_hot_embed"
def one_hot_embed(ids, W):
    """Embed symbols: one-hot rows times the embedding matrix.

    Args:
        ids: any shape, int64.
        W: (vocab, embedding) one row a symbol.

    Returns:
        (…, embedding): the shape of ids and one axis more.
    """
    ### BEGIN SOLUTION
    rows = torch.nn.functional.one_hot(ids, W.shape[0])
    return rows.to(W.dtype) @ W
    ### END SOLUTION


# %% tests="one_hot_embed" points=2
check = checks.Task("one_hot_embed", one_hot_embed, points=2)
W = torch.tensor([[10.0, 11.0], [20.0, 21.0], [30.0, 31.0]])
check.example(
    "two symbols of a vocabulary of three",
    (torch.tensor([2, 0]), W),
    torch.tensor([[30.0, 31.0], [10.0, 11.0]]),
)
check.example(
    "a batch of one text",
    (torch.tensor([[1, 1, 2]]), W),
    torch.tensor([[[20.0, 21.0], [20.0, 21.0], [30.0, 31.0]]]),
)
### BEGIN HIDDEN TESTS


def symbols(size, draw, *shape):
    """Symbols of the vocabulary, the last one among them."""
    ids = draw.integers(0, size.output, *shape)
    ids.view(-1)[-1] = size.output - 1
    return ids


def embed_case(size, draw):
    ids = symbols(size, draw, size.batch, size.time)
    return ids, draw(size.output, size.input)


def unused_symbols(size, draw):
    """The last symbols of the vocabulary do not occur."""
    ids = draw.integers(0, size.output, size.batch, size.time)
    return ids, draw(size.output + 3, size.input)


def one_text(size, draw):
    return symbols(size, draw, size.time), draw(size.output, size.input)


def three_axes(size, draw):
    ids = symbols(size, draw, size.batch, size.hidden, size.time)
    return ids, draw(size.output, size.input)


def square_matrix(size, draw):
    ids = symbols(size, draw, size.batch, size.time)
    return ids, draw(size.output, size.output)


check.hidden(
    embed_case,
    checks.load_bank("12_language_models", "one_hot_embed"),
    edges={
        "a vocabulary whose last symbols do not occur": unused_symbols,
        "ids with a single axis": one_text,
        "ids with three axes": three_axes,
        "as many numbers as symbols": square_matrix,
    },
    forbid=(
        "torch.nn.Embedding",
        "torch.nn.functional.embedding",
        "torch.embedding",
        "course_lib.language.models.embed",
    ),
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 12.2 One text, many streams (3 points)

*20 minutes, medium.* A text of `length` symbols is cut into `B` streams that are read
side by side, in pieces of `T` symbols. With $P$ pieces,

$$P = \left\lfloor \frac{\text{length} - 1}{B\,T} \right\rfloor, \qquad
\text{inputs}_{k,b,t} = x_{\,b\,P\,T + k\,T + t}, \qquad
\text{targets}_{k,b,t} = x_{\,b\,P\,T + k\,T + t + 1}$$

So each stream is one stretch of the text, row $b$ of piece $k + 1$ goes on where row
$b$ of piece $k$ ended, and a target is the symbol after its input. What is left over at
the end of the text is not used. Write `batchify_text`. You may take it for granted that
the text fills at least one piece.

With `B = 2`, `T = 2` and the text 0 … 8:

| row | piece 0 | piece 1 |
| --- | --- | --- |
| 0 | 0 1 | 2 3 |
| 1 | 4 5 | 6 7 |

<details><summary>Hint 1: inputs and targets are the same, one apart</summary>

Take the first $B\,P\,T$ symbols for the inputs, and as many symbols from the second one
on for the targets. Then cut both in the same way.

</details>
<details><summary>Hint 2: contiguous first</summary>

`part.reshape(B, pieces, T)` gives each stream a stretch of its own, cut into pieces.

</details>
<details><summary>Hint 3: pieces first</summary>

The result has the axes (pieces, B, T): exchange the first two with `transpose(0, 1)`.
Reshaping to the right shape at once would put the wrong symbols there.

</details>
"""


# %% solution="batchify_text"
def batchify_text(ids, B, T):
    """Cut a text into B streams that are read side by side, T symbols at a time.

    Args:
        ids: (time,) the text, int64, at least B·T + 1 symbols.
        B: number of streams.
        T: symbols of a piece.

    Returns:
        inputs: (pieces, B, T).
        targets: (pieces, B, T), the symbol after each input.
    """
    ### BEGIN SOLUTION
    pieces = (len(ids) - 1) // (B * T)
    used = pieces * B * T

    def in_pieces(part):
        return part.reshape(B, pieces, T).transpose(0, 1)

    return in_pieces(ids[:used]), in_pieces(ids[1 : used + 1])
    ### END SOLUTION


# %% tests="batchify_text" points=3
check = checks.Task("batchify_text", batchify_text, points=3)
check.example(
    "the text 0 … 8 in two streams, two symbols at a time",
    (torch.arange(9), 2, 2),
    (
        torch.tensor([[[0, 1], [4, 5]], [[2, 3], [6, 7]]]),
        torch.tensor([[[1, 2], [5, 6]], [[3, 4], [7, 8]]]),
    ),
)
check.example(
    "a single stream of single symbols",
    (torch.tensor([5, 6, 7]), 1, 1),
    (torch.tensor([[[5]], [[6]]]), torch.tensor([[[6]], [[7]]])),
)
### BEGIN HIDDEN TESTS


def text_of(size, draw, left_over):
    """A text that fills as many pieces as `size.hidden`, and some symbols more."""
    B, T = size.batch, size.time
    return draw.integers(0, 1000, size.hidden * B * T + 1 + left_over), B, T


def text_case(size, draw):
    """What is left over would make every stream longer, where that is possible."""
    most = size.batch * size.time - 1
    return text_of(size, draw, draw.rng.randint(min(size.batch, most), most))


def filled_exactly(size, draw):
    return text_of(size, draw, 0)


def one_symbol_short(size, draw):
    return text_of(size, draw, size.batch * size.time - 1)


def a_single_piece(size, draw):
    return text_of(size._replace(hidden=1), draw, 0)


check.hidden(
    text_case,
    checks.load_bank("12_language_models", "batchify_text"),
    edges={
        "nothing left over": filled_exactly,
        "one symbol short of a further piece": one_symbol_short,
        "a text of one piece": a_single_piece,
    },
    gradients=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 12.3 Perplexity (2 points)

*10 minutes, easy.* A text is scored in batches. Batch $i$ has `tokens[i]` symbols and a
loss `nats[i]`, which is *summed* over them: $-\sum \ln p$, in nats. The perplexity of
the whole text weighs every symbol alike:

$$\exp\!\left(\frac{\sum_i \text{nats}_i}{\sum_i \text{tokens}_i}\right)$$

Write `perplexity`. It returns a plain number.

<details><summary>Hint 1: a model that guesses</summary>

With four symbols, all equally likely, each costs $\ln 4$ nats. Which perplexity must
come out?

</details>
<details><summary>Hint 2: one division</summary>

Add up both tensors first; then divide; then take the exponential, once.

</details>
"""


# %% solution="perplexity"
def perplexity(nats, tokens):
    """Return the perplexity of a text that was scored in batches.

    Args:
        nats: (batches,) summed losses, -Σ ln p.
        tokens: (batches,) int64, how many symbols each of them is summed over.

    Returns:
        a float.
    """
    ### BEGIN SOLUTION
    return torch.exp(nats.double().sum() / tokens.sum()).item()
    ### END SOLUTION


# %% tests="perplexity" points=2
check = checks.Task("perplexity", perplexity, points=2)
check.example(
    "five symbols, each of them one of four that are equally likely",
    (torch.tensor([5 * math.log(4)], dtype=torch.float64), torch.tensor([5])),
    4.0,
)
check.example(
    "one symbol that was certain and three that cost ln 16 each",
    (torch.tensor([0.0, 3 * math.log(16)], dtype=torch.float64), torch.tensor([1, 3])),
    8.0,
)
### BEGIN HIDDEN TESTS


def scored_text(size, draw, counts):
    tokens = torch.tensor(counts, device=draw.device)
    costs = 1.5 + draw(len(counts)).double().sigmoid()  # nats a symbol
    return costs * tokens, tokens


def perplexity_case(size, draw):
    return scored_text(size, draw, [draw.rng.randrange(1, 40) for _ in range(6)])


def an_empty_batch(size, draw):
    return scored_text(size, draw, [7, 0, 3])


def a_long_text(size, draw):
    return scored_text(size, draw, [40_000, 100, 17_000])


check.hidden(
    perplexity_case,
    checks.load_bank("12_language_models", "perplexity"),
    edges={
        "a batch without a symbol": an_empty_batch,
        "a text of many thousand symbols": a_long_text,
    },
    gradients=False,
    devices=False,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 12.4 Drawing the next symbol (4 points)

*25 minutes, medium.* A model has scored every symbol of the vocabulary. Write
`sample_next`, which draws one symbol for each sequence of the batch:

$$p = \mathrm{softmax}(\text{logits} / \text{temperature})$$

- With `top_k` only the `top_k` symbols with the largest scores may be drawn. Symbols
  that score the same as the last of these may be drawn too, so that the order of the
  vocabulary does not matter. `top_k=None` lets all be drawn.
- Temperature 0 takes the symbol with the largest score.
- All randomness comes from `generator`: the same seed draws the same symbols again, and
  a second call with the same generator goes on with its numbers.
- The scores that were passed in stay as they are.

`torch.multinomial(probs, 1, generator=generator)` draws from each row of `probs`.

<details><summary>Hint 1: from scores to a draw</summary>

Divide the scores, take the softmax over the vocabulary, draw. `multinomial` returns
(batch, 1); the result is (batch,).

</details>
<details><summary>Hint 2: the k-th largest score</summary>

`logits.topk(top_k, dim=-1).values[:, -1:]` is the smallest score that may still be
drawn, one a row. Which symbols score less?

</details>
<details><summary>Hint 3: never drawn</summary>

A score of −∞ becomes a probability of 0: `logits.masked_fill(mask, -torch.inf)` makes a
new tensor.

</details>
<details><summary>Hint 4: temperature 0</summary>

You cannot divide by it. Return `logits.argmax(dim=-1)` before you come to the division.

</details>
"""


# %% solution="sample_next"
def sample_next(logits, temperature, top_k, generator):
    """Draw the next symbol of each sequence.

    Args:
        logits: (batch, vocab) scores.
        temperature: 0 or more.
        top_k: how many symbols may be drawn; None: all.
        generator: torch.Generator, the source of randomness.

    Returns:
        (batch,) int64.
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        return logits.argmax(dim=-1)
    if top_k is not None:
        least = logits.topk(top_k, dim=-1).values[:, -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    probs = torch.softmax(logits / temperature, dim=-1)
    return torch.multinomial(probs, 1, generator=generator).squeeze(1)
    ### END SOLUTION


# %% tests="sample_next" points=4
check = checks.Task("sample_next", sample_next, points=4)
scores = torch.tensor([[0.0, 3.0, 1.0], [2.0, 0.5, -1.0]])
seeded = torch.Generator().manual_seed(0)
check.example(
    "a score far above all others is drawn for certain",
    (100 * scores, 1.0, 2, seeded),
    torch.tensor([1, 0]),
)
check.example(
    "of a single symbol that may be drawn there is one draw",
    (scores, 5.0, 1, seeded),
    torch.tensor([1, 0]),
)
### BEGIN HIDDEN TESTS
DRAWS = 4000  # of each row; the standard deviation of a share is at most 0.008


def draw_often(function, logits, temperature, top_k, seed):
    """Draw from every row many times; shares are compared, single draws are not.

    Half of the draws are a second call's, with the generator that the first has left.
    """
    rows, vocab = logits.shape

    def drawn(generator, times):
        many = logits.repeat_interleave(times, dim=0)
        return function(many, temperature, top_k, generator), many[::times]

    def seeded(number):
        return torch.Generator().manual_seed(number)

    source = seeded(seed)
    halves, (kept, _) = zip(*(drawn(source, DRAWS // 2) for _ in range(2)), strict=True)
    names = (
        "the share of each symbol in many draws (row, symbol)",
        "whether each symbol is ever drawn (row, symbol)",
        "whether neighbours with the same scores draw differently",
        "whether the same seed draws the same again",
        "whether another seed draws something else",
        "whether a second call with the same generator goes on with its numbers",
        "the scores after the call",
    )
    for found in halves:
        if not isinstance(found, torch.Tensor) or found.dtype != torch.int64:
            return {"result": found, **dict.fromkeys(names)}
        in_range = ((found >= 0) & (found < vocab)).all()
        if found.shape != (rows * (DRAWS // 2),) or not in_range:
            return {"result": found, **dict.fromkeys(names)}
    in_rows = torch.cat([found.reshape(rows, -1) for found in halves], dim=1)
    places = torch.arange(rows)[:, None] * vocab + in_rows
    counts = torch.bincount(places.flatten(), minlength=rows * vocab)
    counts = counts.reshape(rows, vocab)
    few = [drawn(seeded(number), 40)[0] for number in (seed, seed, seed + 1)]
    seen = (
        checks.Measured(counts / DRAWS, 0.065),
        counts > 0,
        bool((in_rows != in_rows[:, :1]).any()),
        torch.equal(few[0], few[1]),
        not torch.equal(few[0], few[2]),
        not torch.equal(*halves),
        kept,
    )
    return {"result": torch.zeros_like(found), **dict(zip(names, seen, strict=True))}


def scores_of(size, draw, spread=1.2, low=0.3, high=0.4):
    """Evenly spaced scores in another order in each row, and a temperature.

    Each symbol comes at least 25 times on average, so that none is missing by chance.
    """
    vocab = size.output + 3
    levels = torch.linspace(0, spread, vocab, dtype=torch.float64)
    rows = [
        levels[torch.tensor(draw.rng.sample(range(vocab), vocab))] for _ in range(3)
    ]
    logits = torch.stack(rows[: size.batch]) + draw(min(size.batch, 3), 1).double()
    return logits.to(draw.dtype), draw.rng.uniform(low, high)


def sample_case(size, draw):
    logits, temperature = scores_of(size, draw)
    vocab = logits.shape[1]
    top_k = draw.rng.randrange(vocab // 2 + 1, vocab)
    return logits, temperature, top_k, draw.rng.randrange(10**6)


def all_symbols(size, draw):
    logits, temperature = scores_of(size, draw)
    return logits, temperature, None, 1


def high_temperature(size, draw):
    logits, temperature = scores_of(size, draw, spread=6.0, low=3.0, high=4.0)
    return logits, temperature, None, 2


def zero_temperature(size, draw):
    logits, _ = scores_of(size, draw)
    return logits, 0.0, 2, 3


def one_symbol(size, draw):
    logits, temperature = scores_of(size, draw)
    return logits, 3 * temperature, 1, 4


def tied_scores(size, draw):
    """Three symbols share the largest score and only two may be drawn."""
    logits, _ = scores_of(size, draw)
    best = logits.amax(dim=-1, keepdim=True)
    third = logits.topk(3, dim=-1).values[:, -1:]
    return torch.where(logits < third, logits, best), 1.0, 2, 5


check.hidden(
    sample_case,
    checks.load_bank("12_language_models", "sample_next"),
    edges={
        "top_k=None": all_symbols,
        "a high temperature": high_temperature,
        "temperature 0": zero_temperature,
        "top_k=1": one_symbol,
        "several symbols with the k-th largest score": tied_scores,
    },
    gradients=False,
    devices=False,
    forbid=(
        "torch.distributions.Categorical",
        "course_lib.language.models.generate",
        "course_lib.language.decoding.drawing.draw",
    ),
    through=draw_often,
)
### END HIDDEN TESTS
check.score()

# %% [markdown]
r"""
## 12.5 Writing on (4 points)

*30 minutes, medium.* Write `generate`. It reads a beginning, the *prime*, all of it,
and then draws symbol after symbol: each is drawn from the scores that follow the one
before it, and is fed back in.

`model(ids, state)` takes ids (batch, time) and a state, `None` at the start. It returns
the scores after every one of these symbols, (batch, time, vocab), and the state after
the last. What a state is made of is the model's business: a tensor, or a pair of them.

Draw with `sample_next(logits, temperature, top_k, generator)` of the last task. The
result holds the new symbols only.

<details><summary>Hint 1: the beginning is a text like any other</summary>

One call reads the whole prime. Of its scores you need the last ones, `logits[:, -1]`:
they say what comes after the prime.

</details>
<details><summary>Hint 2: then one symbol at a time</summary>

Give the model the symbols just drawn, as a batch of texts of length one (batch, 1), and
the state that the last call returned.

</details>
<details><summary>Hint 3: one loop for both</summary>

Let `read` be the prime before the loop, and the new symbols with an axis of time
afterwards, `drawn[:, None]`. Then the loop's body is the same every time.

</details>
"""


# %% solution="generate"
def generate(model, prime, length, temperature, top_k, generator):
    """Read a beginning and write on.

    Args:
        model: model(ids, state) gives logits (batch, time, vocab) and the state after.
        prime: (batch, time) int64, at least one symbol each.
        length: how many symbols to draw, at least one.
        temperature: as for `sample_next`.
        top_k: as for `sample_next`.
        generator: torch.Generator, or None where nothing is drawn at random.

    Returns:
        (batch, length) int64, the new symbols without the prime.
    """
    ### BEGIN SOLUTION
    written = []
    read, state = prime, None
    for _ in range(length):
        logits, state = model(read, state)
        drawn = sample_next(logits[:, -1], temperature, top_k, generator)
        written.append(drawn)
        read = drawn[:, None]
    return torch.stack(written, dim=1)
    ### END SOLUTION


# %% tests="generate" points=4
check = checks.Task("generate", generate, points=4)


def adds_up(ids, state):
    """A model of ten digits: certain that the sum of all it has read comes next."""
    sums = ids.cumsum(dim=1) + (0 if state is None else state)
    scores = 20.0 * torch.nn.functional.one_hot(sums % 10, 10)
    return scores, sums[:, -1:]


check.example(
    "after 1, 2, 4 their sum 7 comes; then 7 more, and so on",
    (adds_up, torch.tensor([[1, 2, 4]]), 5, 0, None, None),
    torch.tensor([[7, 4, 8, 6, 2]]),
)
check.example(
    "two beginnings at once",
    (adds_up, torch.tensor([[3], [9]]), 3, 0, None, None),
    torch.tensor([[3, 6, 2], [9, 8, 6]]),
)
### BEGIN HIDDEN TESTS
TEXTS = 3000  # of each beginning, where symbols are drawn


def write_often(function, model, prime, length, temperature, top_k, seed):
    """Write once where nothing is random; else often, and count pairs of symbols."""
    if temperature == 0:
        return {"result": function(model, prime, length, temperature, top_k, None)}
    many = prime.repeat_interleave(TEXTS, dim=0)

    def written(seed):
        source = torch.Generator().manual_seed(seed)
        return function(model, many, length, temperature, top_k, source)

    found = written(seed)
    names = (
        "the share of each pair of neighbours",
        "the symbols that are ever drawn",
        "whether the same seed writes the same again",
    )
    if not isinstance(found, torch.Tensor) or found.dtype != torch.int64:
        return {"result": found, **dict.fromkeys(names)}
    if found.shape != (len(many), length) or not ((found >= 0) & (found < 6)).all():
        return {"result": found, **dict.fromkeys(names)}
    neighbours = (6 * found[:, :-1] + found[:, 1:]).flatten()
    pairs = torch.bincount(neighbours, minlength=36)
    seen = (
        checks.Measured(pairs.reshape(6, 6) / len(neighbours), 0.03),
        torch.bincount(found.flatten(), minlength=6) > 0,
        torch.equal(found, written(seed)),
    )
    return {"result": torch.zeros_like(found), **dict(zip(names, seen, strict=True))}


def remembering_model(size, draw):
    """A network whose guess depends on all it has read, in their order."""
    vocab, hidden = size.output + 5, 8
    W_e, W_hh = draw(vocab, hidden, scale=1.5), draw(hidden, hidden, scale=0.8)
    W_hy = draw(hidden, vocab)

    def model(ids, state):
        h_t = W_e.new_zeros(len(ids), hidden) if state is None else state
        hs = []
        for e_t in W_e[ids].unbind(dim=1):
            h_t = torch.tanh(e_t + h_t @ W_hh)
            hs.append(h_t)
        return torch.stack(hs, dim=1) @ W_hy, h_t

    return model, draw.integers(0, vocab, size.batch, size.time + 1)


def generate_case(size, draw):
    return *remembering_model(size, draw), size.hidden + 4, 0, None, None


def pair_of_states(size, draw):
    inner, prime = remembering_model(size, draw)

    def model(ids, state):
        h, count = (None, 0) if state is None else state
        logits, h = inner(ids, h)
        count = count + ids.shape[1]
        return logits * (-1) ** count, (h, count)

    return model, prime, size.hidden + 4, 0, None, None


def single_symbol_prime(size, draw):
    model, prime = remembering_model(size, draw)
    return model, prime[:, :1], size.hidden + 4, 0, None, None


def one_symbol_more(size, draw):
    return *remembering_model(size, draw), 1, 0, None, None


def six_symbols(size, draw):
    """A model that looks one symbol back; its scores are evenly spaced.

    After each symbol another one is the most probable.
    """
    levels = torch.linspace(0, 2, 6, dtype=torch.float64)
    places = draw.rng.sample(range(6), 6)
    order = [places[k:] + places[:k] for k in range(6)]
    table = levels[torch.tensor(order)].to(dtype=draw.dtype)

    def model(ids, state):
        return table[ids], state

    return model, draw.integers(0, 6, 2, 3)


def drawn_at_random(size, draw):
    return *six_symbols(size, draw), 4, 0.5, None, draw.rng.randrange(10**6)


def drawn_from_a_few(size, draw):
    return *six_symbols(size, draw), 4, 1.0, 3, draw.rng.randrange(10**6)


check.hidden(
    generate_case,
    checks.load_bank("12_language_models", "generate"),
    edges={
        "a state that is a pair": pair_of_states,
        "a beginning of one symbol": single_symbol_prime,
        "a single new symbol": one_symbol_more,
        "symbols drawn at a temperature of ½": drawn_at_random,
        "symbols drawn with top_k=3": drawn_from_a_few,
    },
    gradients=False,
    devices=False,
    uses={"sample_next": sample_next},
    through=write_often,
)
### END HIDDEN TESTS
check.score()
