"""Language models: guess the next symbol of a text, and write by guessing on.

Symbols are ids; a row of the embedding matrix stands for each. A recurrent layer reads
them, an output layer scores every symbol that may come next. Training cuts a text into
streams that are read piece by piece with the state carried along (`streams` holds the
loss that does); writing feeds each guess back in.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.cells import OutputParams, output_scores
from course_lib.language.decoding.drawing import check_choice, check_scores, draw
from course_lib.shapes import check_batch_first, check_ids, check_shape, out_of_range


def one_hot_embed(ids: Tensor, W: Tensor) -> Tensor:
    """Embed symbols as the formula says: a one-hot row times a matrix.

        e_t = onehot(x_t) W

    Args:
        ids: any shape, int64, in 0 … vocab - 1.
        W: (vocab, embedding) one row a symbol.

    Returns:
        (…, embedding).

    Raises:
        TypeError: the ids are no integers.
        ValueError: an id is not in 0 … vocab - 1.
    """
    vocab, _ = check_shape("W", W, "vocab embedding")
    check_ids("ids", ids)
    try:
        rows = F.one_hot(ids, vocab)
    except RuntimeError:
        raise out_of_range("ids", ids, vocab) from None
    return rows.to(W.dtype) @ W


def embed(ids: Tensor, W: Tensor) -> Tensor:
    """Embed symbols by taking rows: the same as `one_hot_embed`, without the product.

    Args:
        ids: any shape, int64, in 0 … vocab - 1.
        W: (vocab, embedding) one row a symbol.

    Returns:
        (…, embedding).

    Raises:
        TypeError: the ids are no integers.
        ValueError: an id is not in 0 … vocab - 1.
    """
    vocab, _ = check_shape("W", W, "vocab embedding")
    check_ids("ids", ids)
    try:
        return F.embedding(ids, W)
    except IndexError:
        raise out_of_range("ids", ids, vocab) from None


def batchify_text(ids: Tensor, B: int, T: int) -> tuple[Tensor, Tensor]:
    """Cut a text into B streams that are read side by side, T symbols at a time.

    Row b of piece k + 1 goes on where row b of piece k ended, so that a state can be
    carried from piece to piece. A target is the symbol after its input. What does not
    fill a piece is left out at the end of the text, fewer than B·T + 1 symbols.

    Args:
        ids: (time,) the text, int64.
        B: number of streams.
        T: symbols of a piece.

    Returns:
        inputs: (pieces, B, T).
        targets: (pieces, B, T).

    Raises:
        ValueError: the text does not fill one piece.
    """
    (length,) = check_shape("ids", ids, "time")
    if B < 1 or T < 1:
        raise ValueError(f"B={B} and T={T} must be at least 1")
    pieces = (length - 1) // (B * T)
    if pieces < 1:
        raise ValueError(
            f"a text of {length} symbols does not fill {B} streams of {T}: that takes "
            f"{B * T + 1}. Use fewer streams or shorter pieces."
        )
    used = pieces * B * T

    def in_pieces(part: Tensor) -> Tensor:
        return part.reshape(B, pieces, T).transpose(0, 1).contiguous()

    return in_pieces(ids[:used]), in_pieces(ids[1 : used + 1])


def perplexity(
    nats: float | Sequence[float] | Tensor, tokens: int | Sequence[int] | Tensor
) -> float:
    """Return the perplexity: of how many equally likely symbols one seems to choose.

        exp(Σ nats / Σ tokens)

    Args:
        nats: summed losses, -Σ log p, one number or one a batch.
        tokens: how many symbols each of them is summed over.

    Raises:
        ValueError: there are not as many losses as counts, nothing was counted, or the
            losses are negative.
    """
    losses = torch.as_tensor(nats, dtype=torch.float64).reshape(-1)
    counts = torch.as_tensor(tokens, dtype=torch.float64).reshape(-1)
    if len(losses) != len(counts):
        raise ValueError(f"{len(losses)} losses and {len(counts)} counts do not fit")
    if not counts.sum() > 0 or (counts < 0).any():
        raise ValueError(
            f"no token was counted, or a negative number: {counts.tolist()[:8]}. So "
            "there is no perplexity; check the mask."
        )
    mean = losses.sum() / counts.sum()
    if mean < -1e-6:  # a certain guess may round to a little less than 0
        raise ValueError(
            f"the mean loss is {mean.item():g} nats, expected 0 or more: no perplexity "
            "is below 1. Did you pass log-probabilities? Losses are -log p."
        )
    return torch.exp(mean).item()


def sample_next(
    logits: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw the next symbol of each sequence.

        p = softmax(logits / temperature), among the top_k largest only

    Args:
        logits: (batch, vocab) scores.
        temperature: below 1 prefers likely symbols, above 1 evens out; 0 takes the
            most likely one.
        top_k: how many symbols may be drawn; None: all. Those that score the same as
            the k-th may be drawn too.
        generator: source of randomness, on the device of the scores.

    Returns:
        (batch,) int64.

    Raises:
        TypeError: the scores are no floating-point numbers.
        ValueError: the temperature is negative or not finite, top_k is not in
            1 … vocab, or a row has no largest score: it holds NaN or +∞, or -∞ only.
    """
    _, vocab = check_shape("logits", logits, "batch vocab")
    check_choice(temperature, top_k, vocab)
    check_scores(logits)
    return draw(logits, temperature, top_k, generator)


@torch.no_grad()
def generate(
    model: Callable[[Tensor, Any], tuple[Tensor, Any]],
    prime: Tensor,
    length: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Write on: read a beginning, then feed each drawn symbol back in.

    The state is carried, so every symbol depends on all before it. Set a model that has
    dropout to `eval()` first.

    Args:
        model: model(ids, state) gives logits (batch, time, vocab) and the state after.
        prime: (batch, time) int64, at least one symbol each; all of it is read.
        length: how many symbols to draw.
        temperature: as for `sample_next`.
        top_k: as for `sample_next`.
        generator: source of randomness, on the device of the model.

    Returns:
        (batch, length) the new symbols, without the beginning.

    Raises:
        TypeError: the scores are no floating-point numbers.
        ValueError: the beginning is empty, `length` negative, or what `sample_next`
            refuses.
    """
    batch, time = check_shape("prime", prime, "batch time")
    if time < 1 or length < 0:
        raise ValueError(
            f"prime has {time} symbols and length is {length}, expected at least one "
            "symbol to begin with and a length of 0 or more"
        )
    written = prime.new_empty(batch, length)
    read, state, best = prime, None, []
    for t in range(length):
        logits, state = model(read, state)
        _, _, vocab = check_shape("logits", logits, "batch time vocab", batch=batch)
        check_choice(temperature, top_k, vocab)
        scores = logits[:, -1]
        best.append(scores.amax(dim=-1, keepdim=True))
        written[:, t] = draw(scores, temperature, top_k, generator)
        read = written[:, t : t + 1]
    if best:  # one look at the numbers, after the loop: no step waits for it
        check_scores(torch.stack(best))
    return written


class CharacterModel(nn.Module):
    """Embedding, a recurrent layer, an output layer: scores of the next symbol.

    model = CharacterModel(vocab_size, 32, GRU(32, 64, generator), 64, generator)
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        layer: nn.Module,
        hidden_size: int,
        generator: torch.Generator,
    ) -> None:
        """Put a layer between an embedding and an output layer.

        Args:
            vocab_size: number of symbols.
            embedding_dim: numbers that stand for a symbol, the input of the layer.
            layer: called as layer(x, state), gives all states and the last one: any
                of `course_lib.layers`, or PyTorch's with `batch_first=True`; of one
                direction, for the other reads what is to be guessed.
            hidden_size: the size of a state that `layer` shows.
            generator: draws the embedding and the output weights.

        Raises:
            ValueError: the layer has the batch second, or reads backward too.
        """
        super().__init__()
        check_batch_first(layer)
        if getattr(layer, "bidirectional", getattr(layer, "directions", 1) > 1):
            raise ValueError(
                "the layer reads in two directions, expected one: the backward one has "
                "read the symbol that is to be guessed. Use bidirectional=False."
            )
        self.layer = layer
        self.W_e = nn.Parameter(
            torch.randn(vocab_size, embedding_dim, generator=generator)
        )
        W_hy = torch.randn(hidden_size, vocab_size, generator=generator)
        self.W_hy = nn.Parameter(W_hy / hidden_size**0.5)
        self.b_y = nn.Parameter(torch.zeros(vocab_size))

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read symbols and score what comes after each.

        Args:
            ids: (batch, time) int64.
            state: the state before the first symbol; None means zeros.

        Returns:
            logits: (batch, time, vocab).
            last: the state after the last symbol.
        """
        batch, time = check_shape("ids", ids, "batch time")
        hs, last = self.layer(embed(ids, self.W_e), state)
        sizes = {"batch": batch, "time": time, "hidden": len(self.W_hy)}
        check_shape("the layer's states", hs, "batch time hidden", **sizes)
        return output_scores(hs, OutputParams(self.W_hy, self.b_y)), last
