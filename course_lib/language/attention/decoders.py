"""Decoders that look back at the source: after their step, or before it.

    LuongDecoder      looks back after its step; all steps at once, or input feeding
    BahdanauDecoder   looks back before its step, and reads what it saw

They are called as `decoders.Decoder` is.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from course_lib.language.attention.functions import attend, attentional_state
from course_lib.language.attention.scores import Score
from course_lib.language.decoders import Decoder
from course_lib.language.encoders import Bridge, Memory
from course_lib.language.models import embed
from course_lib.layers.stack import Stack
from course_lib.shapes import check_shape


class AttentiveState(NamedTuple):
    """State of a decoder with attention; every tensor has the batch first.

    Attributes:
        cell: the state of the recurrent layer.
        feed: (batch, 1, hidden) the attentional state of the step before; zeros at
            first.
        keys: (batch, source, …) what the score made of the memory.
        values: (batch, source, value) the memory.
        mask: (batch, source) bool.
    """

    cell: Any
    feed: Tensor
    keys: Tensor
    values: Tensor
    mask: Tensor


class LuongDecoder(Decoder):
    """Attention after the step: the new state is the query.

        h_t = cell(y_{t-1}, h_{t-1})             with input feeding: [y_{t-1}; h̃_{t-1}]
        h̃_t = tanh([context_t; h_t] W_c)         context_t = attend(h_t, …)
        logits_t = h̃_t W_hy + b_y

    Without input feeding no step waits for the attention of another, so all steps are
    computed at once.

    Source: Luong et al. (2015), global attention.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        layer: Stack,
        bridge: Bridge,
        generator: torch.Generator,
        score: Score,
        value_size: int,
        input_feeding: bool = False,
    ) -> None:
        """Put the parts together.

        Args:
            vocab_size: as for `Decoder`.
            embedding_dim: as for `Decoder`.
            layer: as for `Decoder`; it reads `embedding_dim` numbers, with input
                feeding `hidden_size` more.
            bridge: as for `Decoder`.
            generator: as for `Decoder`; draws W_c too.
            score: a module of `course_lib.language.attention.scores`.
            value_size: numbers of an encoder's state.
            input_feeding: whether a step reads the attentional state before it.
        """
        super().__init__(vocab_size, embedding_dim, layer, bridge, generator)
        self.score, self.input_feeding = score, input_feeding
        rows = value_size + self.hidden_size
        W_c = torch.randn(rows, self.hidden_size, generator=generator)
        self.W_c = nn.Parameter(W_c / rows**0.5)
        reads, wanted = (
            layer.cells[0].param("W_x").shape[0],
            embedding_dim + self.more(value_size),
        )
        if reads != wanted:
            raise ValueError(f"the layer reads {reads} numbers, expected {wanted}")

    def more(self, value_size: int) -> int:
        """Return how many numbers the layer reads beside the symbol."""
        return self.hidden_size if self.input_feeding else 0

    def start(self, memory: Memory) -> AttentiveState:
        """Return the state before the first step."""
        feed = memory.hs.new_zeros(len(memory.hs), 1, self.hidden_size)
        keys = self.score.prepare(memory.hs)
        cell = self.bridge(memory.last)
        return AttentiveState(cell, feed, keys, memory.hs, memory.mask)

    def step(self, symbols: Tensor, state: AttentiveState) -> tuple[Tensor, Any]:
        """Advance by one symbol; see `Decoder.step`."""
        check_shape("symbols", symbols, "batch")
        e_t = embed(symbols, self.W_e)[:, None]
        state, _ = self.advance(e_t, state)
        return self.scores(state.feed)[:, 0], state

    def forward(self, inputs: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Read the right symbols; see `Decoder.forward`.

        Returns:
            logits: (batch, target, vocab).
            weights: (batch, target, source).
        """
        check_shape("inputs", inputs, "batch target", batch=len(memory.hs))
        state, embedded = self.start(memory), embed(inputs, self.W_e)
        if not self.waits:
            state, weights = self.advance(embedded, state)
            return self.scores(state.feed), weights
        said, looks = [], []
        for e_t in embedded.split(1, dim=1):
            state, weights = self.advance(e_t, state)
            said.append(state.feed)
            looks.append(weights)
        return self.scores(torch.cat(said, dim=1)), torch.cat(looks, dim=1)

    @property
    def waits(self) -> bool:
        """Whether a step needs what the attention of the step before gave."""
        return self.input_feeding

    def look(self, query: Tensor, state: AttentiveState) -> tuple[Tensor, Tensor]:
        """Return context and weights of queries (batch, target, hidden)."""
        return attend(
            query, state.keys, state.values, state.mask, self.score.of_prepared
        )

    def advance(
        self, embedded: Tensor, state: AttentiveState
    ) -> tuple[AttentiveState, Tensor]:
        """Go over the steps in `embedded`: one of them, or all if none waits.

        Args:
            embedded: (batch, target, embedding).
            state: before the first of them.

        Returns:
            state: after the last; its feed has the attentional states of all steps.
            weights: (batch, target, source).
        """
        x = torch.cat([embedded, state.feed], 2) if self.input_feeding else embedded
        hs, cell = self.run(x, state.cell)
        context, weights = self.look(hs, state)
        feed = attentional_state(context, hs, self.W_c)
        return state._replace(cell=cell, feed=feed), weights


class BahdanauDecoder(LuongDecoder):
    """Attention before the step: the old state is the query, the context is read.

        s_t = cell([y_{t-1}; context_t], s_{t-1})    context_t = attend(s_{t-1}, …)
        h̃_t = tanh([context_t; s_t] W_c)
        logits_t = h̃_t W_hy + b_y

    Every step waits for the one before.

    Source: Bahdanau et al. (2015). Their output layer (maxout over state, symbol and
    context) is replaced by Luong's, so that the two decoders differ in one thing only.
    """

    def more(self, value_size: int) -> int:
        """Return how many numbers the layer reads beside the symbol."""
        return value_size

    @property
    def waits(self) -> bool:
        """Whether a step needs what the attention of the step before gave."""
        return True

    def advance(
        self, embedded: Tensor, state: AttentiveState
    ) -> tuple[AttentiveState, Tensor]:
        """Go one step; see `LuongDecoder.advance`."""
        s_prev = state.cell if isinstance(state.cell, Tensor) else state.cell[0]
        context, weights = self.look(s_prev[:, None], state)
        hs, cell = self.run(torch.cat([embedded, context], 2), state.cell)
        feed = attentional_state(context, hs, self.W_c)
        return state._replace(cell=cell, feed=feed), weights
