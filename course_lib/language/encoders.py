"""The reading half: sources in, one state a symbol and a last state out.

What an encoder hands over is a `Memory`. A decoder without attention takes the last
state only, one with attention looks back at all of them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from course_lib.language.models import embed
from course_lib.layers.padding import backwards, padding_mask, read_lengths
from course_lib.layers.stack import Stack, check_stack
from course_lib.shapes import check_shape


class Memory(NamedTuple):
    """What an encoder kept of its sources.

    Attributes:
        hs: (batch, source, directions·hidden) the state at every symbol.
        mask: (batch, source) bool, True where a symbol is real.
        last: the last state, in the form of the layer: (batch, hidden), or
            (2, batch, hidden) of two directions, or a pair of these for an LSTM.
    """

    hs: Tensor
    mask: Tensor
    last: Any


class Encoder(nn.Module):
    """Embedding and a recurrent layer that reads in one direction or in both.

    Encoder(vocab_size, 64, GRU(64, 128, generator, bidirectional=True), generator)
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        layer: Stack,
        generator: torch.Generator,
        reverse: bool = False,
    ) -> None:
        """Put a layer above an embedding.

        Args:
            vocab_size: number of source symbols.
            embedding_dim: the input of the layer.
            layer: `course_lib.layers.lstm.LSTM` or `gru.GRU`, of one layer.
            generator: draws the embedding.
            reverse: read every source from its end, as Sutskever et al. (2014) did.
                States are put back in the order of the source.
        """
        super().__init__()
        check_stack(layer)
        if len(layer.cells) != layer.directions:
            raise ValueError("an encoder takes a layer with num_layers=1")
        self.layer, self.reverse = layer, reverse
        weights = torch.randn(vocab_size, embedding_dim, generator=generator)
        self.W_e = nn.Parameter(weights)

    def forward(self, sources: Tensor, lengths: Tensor | Sequence[int]) -> Memory:
        """Read sources.

        Args:
            sources: (batch, source) int64, padded at the end.
            lengths: (batch,) real symbols of each.
        """
        batch, time = check_shape("sources", sources, "batch source")
        known = read_lengths(lengths, batch, time) or (time,) * batch
        x = embed(sources, self.W_e)
        if self.reverse:
            x = backwards(x, known)
        hs, last = self.layer(x, None, known)
        if self.reverse:
            hs = backwards(hs, known)
        return Memory(hs, ~padding_mask(known, time, hs.device)[..., 0], last)


class Bridge(nn.Module):
    """From the encoder's last state to the decoder's first.

    One direction and equal sizes: it is the same state, the context. Otherwise each
    part of the state, both directions joined, goes through a layer: tanh(last W + b).
    """

    def __init__(
        self, layer: Stack, hidden_size: int, parts: int, generator: torch.Generator
    ) -> None:
        """Make the layers that are needed.

        Args:
            layer: of the encoder.
            hidden_size: of the decoder.
            parts: tensors of a state, 2 for an LSTM.
            generator: draws the weights.
        """
        super().__init__()
        self.directions = layer.directions
        width = self.directions * layer.cells[0].param("W_h").shape[0]
        self.needed = self.directions > 1 or width != hidden_size
        draws = [
            torch.randn(width, hidden_size, generator=generator)
            for _ in range(parts if self.needed else 0)
        ]
        self.W = nn.ParameterList([draw / width**0.5 for draw in draws])
        self.b = nn.ParameterList([torch.zeros(hidden_size) for _ in draws])

    def forward(self, last: Any) -> Any:
        """Return a state of the decoder, each part (batch, hidden)."""
        if not self.needed:
            return last
        parts = [last] if isinstance(last, Tensor) else list(last)
        if self.directions > 1:
            parts = [part.transpose(0, 1).flatten(1) for part in parts]
        new = [
            torch.tanh(part @ W + b)
            for part, W, b in zip(parts, self.W, self.b, strict=True)
        ]
        return new[0] if isinstance(last, Tensor) else type(last)(*new)
