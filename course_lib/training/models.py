"""Modules to train: a cell's parameters, the unrolling and an output layer together."""

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.cells import (
    OutputParams,
    RNNParams,
    init_rnn,
    output_scores,
    rnn_forward,
)
from course_lib.shapes import check_batch_first, check_shape


class RNNModel(nn.Module):
    """A plain RNN that gives scores at every time step."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        generator: torch.Generator,
    ):
        """Draw the parameters from `generator`; the biases start at zero."""
        super().__init__()
        start = init_rnn(input_size, hidden_size, generator)
        W_hy = torch.randn(hidden_size, output_size, generator=generator)
        self.W_xh, self.W_hh, self.b_h = map(nn.Parameter, start)
        self.W_hy = nn.Parameter(W_hy / hidden_size**0.5)
        self.b_y = nn.Parameter(torch.zeros(output_size))

    @property
    def cell(self) -> RNNParams:
        """The parameters of a step."""
        return RNNParams(self.W_xh, self.W_hh, self.b_h)

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read a batch of sequences.

        Args:
            x: (batch, time, input) inputs.
            h_0: (batch, hidden) state before the first step; None means zeros.

        Returns:
            logits: (batch, time, output) scores after every step.
            h_T: (batch, hidden) the last state.
        """
        hs, h_T = rnn_forward(x, h_0, self.cell)
        return output_scores(hs, OutputParams(self.W_hy, self.b_y)), h_T


class SequenceModel(nn.Module):
    """Any recurrent layer with an output layer: scores at every step, or at the last.

    model = SequenceModel(Recurrent(rnn_forward, params), 32, 1, generator, "last")
    """

    def __init__(
        self,
        layer: nn.Module,
        hidden_size: int,
        output_size: int,
        generator: torch.Generator,
        where: str = "every",
    ):
        """Put an output layer above `layer`.

        Args:
            layer: called as layer(x, state), gives all states and the last one: any
                of `course_lib.layers`, or PyTorch's with `batch_first=True`.
            hidden_size: the size of a state that `layer` shows.
            output_size: scores a step.
            generator: draws the weights of the output layer; its bias starts at zero.
            where: "every" step or the "last" one has scores.

        Raises:
            ValueError: the layer has the batch second, or `where` is unknown.
        """
        super().__init__()
        check_batch_first(layer)
        if where not in ("every", "last"):
            raise ValueError(f"where is {where!r}, expected 'every' or 'last'")
        self.layer, self.where = layer, where
        W_hy = torch.randn(hidden_size, output_size, generator=generator)
        self.W_hy = nn.Parameter(W_hy / hidden_size**0.5)
        self.b_y = nn.Parameter(torch.zeros(output_size))

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read a batch of sequences.

        Args:
            x: (batch, time, input) inputs.
            state: the state before the first step; None means zeros.

        Returns:
            logits: (batch, time, output), or (batch, output) for the last step.
            last: the state after the last step.
        """
        hs, last = self.layer(x, state)
        batch, time = x.shape[:2]
        sizes = {"batch": batch, "time": time, "hidden": len(self.W_hy)}
        check_shape("the layer's states", hs, "batch time hidden", **sizes)
        if self.where == "last":
            hs = hs[:, -1]
        return output_scores(hs, OutputParams(self.W_hy, self.b_y)), last
