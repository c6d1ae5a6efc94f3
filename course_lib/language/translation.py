"""Encoder and decoder together: a translator, its loss, and what it says.

A `Translator` is trained on a batch of `course_lib.data.phrases` and decodes one symbol
at a time, greedily or with a beam. `make_translator` draws one of any kind, so that
kinds can be compared with the rest equal.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.data.phrases import PhraseBatch
from course_lib.data.vocabulary import START
from course_lib.language.attention.decoders import BahdanauDecoder, LuongDecoder
from course_lib.language.attention.scores import BahdanauScore, Score
from course_lib.language.decoders import Decoder
from course_lib.language.decoding.choices import scheduled_forward, scheduled_inputs
from course_lib.language.encoders import Bridge, Encoder
from course_lib.language.seq2seq import greedy_decode, masked_cross_entropy
from course_lib.layers.gru import GRU
from course_lib.layers.lstm import LSTM


class Translator(nn.Module):
    """An encoder and a decoder.

    model = make_translator(300, 400, 128, generator, score=DotScore)
    logits, weights = model(sources, lengths, inputs)
    state = model.start(sources, lengths)
    logits, state = model.step(symbols, state)
    """

    def __init__(self, encoder: Encoder, decoder: Decoder) -> None:
        """Put the two halves together."""
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(
        self, sources: Tensor, lengths: Tensor | Sequence[int], inputs: Tensor
    ) -> tuple[Tensor, Tensor | None]:
        """Read sources, then the right symbols (teacher forcing).

        Args:
            sources: (batch, source) int64, padded at the end.
            lengths: (batch,) real symbols of each.
            inputs: (batch, target) int64, <start> first.

        Returns:
            logits: (batch, target, vocab) scores of what comes after each input.
            weights: (batch, target, source) where each step looked, or None.
        """
        return self.decoder(inputs, self.encoder(sources, lengths))

    def start(self, sources: Tensor, lengths: Tensor | Sequence[int]) -> Any:
        """Read sources; return the decoder's first state."""
        return self.decoder.start(self.encoder(sources, lengths))

    def step(self, symbols: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Advance by one symbol: (batch,) in, logits (batch, vocab) and state out."""
        return self.decoder.step(symbols, state)


def make_translator(
    source_size: int,
    target_size: int,
    hidden_size: int,
    generator: torch.Generator,
    *,
    embedding_dim: int = 64,
    layer: type[GRU] | type[LSTM] = GRU,
    bidirectional: bool = True,
    reverse: bool = False,
    score: Callable[[int, int, torch.Generator], Score] | None = None,
    input_feeding: bool = False,
) -> Translator:
    """Draw a translator.

    Args:
        source_size: number of source symbols.
        target_size: number of target symbols.
        hidden_size: units of the decoder, and numbers of an encoder's state: with two
            directions each has half of them.
        generator: draws all parameters.
        embedding_dim: numbers that stand for a symbol.
        layer: `GRU` or `LSTM`, of both halves.
        bidirectional: whether the encoder reads both ways.
        reverse: whether it reads the source from its end.
        score: a class of `language.scores`; None: no attention. `BahdanauScore`
            brings Bahdanau's decoder, the others Luong's.
        input_feeding: of Luong's decoder.

    Raises:
        ValueError: two directions cannot share an odd `hidden_size`, or an option does
            nothing for this kind.
    """
    if bidirectional and hidden_size % 2:
        raise ValueError(f"hidden_size is {hidden_size}, expected an even number")
    additive = score is BahdanauScore
    if input_feeding and (score is None or additive):
        raise ValueError("input_feeding is for Luong's attention: pass another score")
    units = hidden_size // 2 if bidirectional else hidden_size
    reader = layer(embedding_dim, units, generator, bidirectional=bidirectional)
    encoder = Encoder(source_size, embedding_dim, reader, generator, reverse)
    bridge = Bridge(reader, hidden_size, 2 if layer is LSTM else 1, generator)
    more = hidden_size if additive or input_feeding else 0
    writer = layer(embedding_dim + more, hidden_size, generator)
    parts = target_size, embedding_dim, writer, bridge, generator
    if score is None:
        return Translator(encoder, Decoder(*parts))
    scores = score(hidden_size, hidden_size, generator)
    kind = BahdanauDecoder if additive else LuongDecoder
    return Translator(encoder, kind(*parts, scores, hidden_size, input_feeding))


def translation_loss(model: Translator, batch: PhraseBatch) -> Tensor:
    """Return the mean loss a real target symbol, in nats, <stop> among them."""
    inputs, targets = batch.targets[:, :-1], batch.targets[:, 1:]
    logits, _ = model(batch.sources, batch.source_lengths, inputs)
    return masked_cross_entropy(logits, targets, batch.target_mask[:, 1:])


def scheduled_loss(
    model: Translator,
    batch: PhraseBatch,
    truth_prob: float,
    generator: torch.Generator,
    passes: int = 0,
) -> Tensor:
    """Return the loss of `translation_loss` where the decoder reads its own at times.

    Args:
        model: the translator.
        batch: phrases.
        truth_prob: ε, the probability of the right symbol, one coin a token.
        generator: source of randomness, on the device of the batch.
        passes: 0 goes step by step, each reading the truth or what was just drawn, as
            Bengio et al. (2015) do. 2 first reads the truth, takes the most likely
            symbols, and reads a mixture: as fast as two batches, but no symbol was
            guessed after a wrong one.
    """
    if passes not in (0, 2):
        raise ValueError(f"passes is {passes}, expected 0 (step by step) or 2")
    inputs, targets = batch.targets[:, :-1], batch.targets[:, 1:]
    sources, lengths = batch.sources, batch.source_lengths
    if passes:
        with torch.no_grad():
            guesses = model(sources, lengths, inputs)[0].argmax(dim=-1)
        mixed = scheduled_inputs(inputs, guesses, truth_prob, generator)
        logits, _ = model(sources, lengths, mixed)
    else:
        state = model.start(sources, lengths)
        logits, _ = scheduled_forward(model.step, state, inputs, truth_prob, generator)
    return masked_cross_entropy(logits, targets, batch.target_mask[:, 1:])


def translate(
    model: Translator,
    sources: Tensor,
    lengths: Tensor | Sequence[int],
    max_steps: int = 60,
) -> Tensor:
    """Translate greedily.

    Args:
        model: the translator.
        sources: (batch, source) int64, padded at the end.
        lengths: (batch,) real symbols of each.
        max_steps: symbols after which a translation is cut.

    Returns:
        (batch, target) int64, <stop> at the end, then padding;
        `Vocabulary.decode(row)` gives the words of a row.
    """
    with torch.no_grad():
        state = model.start(sources, lengths)
    start = sources.new_full((len(sources),), START)
    return greedy_decode(model.step, state, start, max_steps=max_steps)
