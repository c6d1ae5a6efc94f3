"""The writing half: a symbol in, scores of the next out, without attention.

`Decoder` knows the source by its context only; those of `attentive` look back at it.
All are called alike. `forward` reads the right symbols (teacher forcing), all steps of
them; `start` and `step` go one symbol at a time, for decoding. Both compute the same.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.cells import (
    OutputParams,
    gru_forward,
    lstm_forward,
    output_scores,
)
from course_lib.language.encoders import Bridge, Memory
from course_lib.language.models import embed
from course_lib.layers.gru import fast_gru
from course_lib.layers.lstm import fast_lstm
from course_lib.layers.stack import Stack, check_stack
from course_lib.shapes import check_shape

READABLE: dict[Callable, Callable] = {fast_gru: gru_forward, fast_lstm: lstm_forward}


class Decoder(nn.Module):
    """Embedding, a recurrent layer, an output layer; it starts from the context.

    Source: Sutskever et al. (2014), Cho et al. (2014), with one layer.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        layer: Stack,
        bridge: Bridge,
        generator: torch.Generator,
    ) -> None:
        """Put the parts together.

        Args:
            vocab_size: number of target symbols.
            embedding_dim: numbers that stand for one.
            layer: `course_lib.layers.lstm.LSTM` or `gru.GRU`: one layer, one direction.
            bridge: from the encoder's last state to the layer's first.
            generator: draws the embedding and the output weights.

        Raises:
            ValueError: the layer is deep, or does not read what this decoder feeds it.
        """
        super().__init__()
        check_stack(layer)
        if len(layer.cells) != 1:
            raise ValueError("a decoder takes a layer with num_layers=1, one direction")
        self.layer, self.bridge = layer, bridge
        W_e = torch.randn(vocab_size, embedding_dim, generator=generator)
        W_hy = torch.randn(self.hidden_size, vocab_size, generator=generator)
        self.W_e = nn.Parameter(W_e)
        self.W_hy = nn.Parameter(W_hy / self.hidden_size**0.5)
        self.b_y = nn.Parameter(torch.zeros(vocab_size))

    @property
    def hidden_size(self) -> int:
        """Units of the layer."""
        return self.layer.cells[0].param("W_h").shape[0]

    def start(self, memory: Memory) -> Any:
        """Return the state before the first step."""
        return self.bridge(memory.last)

    def step(self, symbols: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Advance by one symbol.

        Args:
            symbols: (batch,) int64 the symbols before.
            state: from `start` or the step before.

        Returns:
            logits: (batch, vocab).
            state: after the step.
        """
        check_shape("symbols", symbols, "batch")
        hs, state = self.run(embed(symbols, self.W_e)[:, None], state)
        return self.scores(hs)[:, 0], state

    def forward(self, inputs: Tensor, memory: Memory) -> tuple[Tensor, Tensor | None]:
        """Read the right symbols and score what comes after each.

        Args:
            inputs: (batch, target) int64, <start> first.
            memory: of the encoder.

        Returns:
            logits: (batch, target, vocab).
            weights: None; a decoder with attention gives (batch, target, source).
        """
        check_shape("inputs", inputs, "batch target", batch=len(memory.hs))
        hs, _ = self.run(embed(inputs, self.W_e), self.start(memory))
        return self.scores(hs), None

    def run(self, x: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Run the layer over (batch, target, input); return all states and the last."""
        cell = self.layer.cells[0]
        if x.shape[1] > 1:
            return self.layer(x, state)
        # what the fast forms save is saved over many steps; for one they cost more
        return READABLE.get(cell.run, cell.run)(x, state, cell.params)

    def scores(self, hs: Tensor) -> Tensor:
        """Return the logits (batch, target, vocab) of states."""
        return output_scores(hs, OutputParams(self.W_hy, self.b_y))
