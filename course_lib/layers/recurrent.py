"""Any cell of the course as a module: a forward function and its parameters."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn


class Recurrent(nn.Module):
    """A cell run over time by its own forward function, with trainable parameters.

        layer = Recurrent(rnn_forward, init_rnn(8, 32, generator))
        hs, h_T = layer(x)

    Each tensor of the parameters becomes an `nn.Parameter` of the same name. Settings
    that are not trained (a delay, a period) are bound with `functools.partial`.
    """

    def __init__(
        self, forward: Callable[..., tuple[Tensor, Any]], params: NamedTuple
    ) -> None:
        """Keep `forward(x, state, params)` and register the fields of `params`."""
        super().__init__()
        self.run, self.kind = forward, type(params)
        for name, value in params._asdict().items():
            self.register_parameter(name, nn.Parameter(value))

    @property
    def params(self) -> NamedTuple:
        """The parameters as the forward function takes them."""
        return self.kind(*(getattr(self, name) for name in self.kind._fields))

    def param(self, name: str) -> Tensor:
        """Return one of the parameters by name; AttributeError if there is none."""
        return getattr(self, name)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Read a batch of sequences.

        Args:
            x: (batch, time, input) inputs.
            state: the state before the first step; None means zeros.

        Returns:
            hs: (batch, time, hidden) the state after every step.
            last: the state after the last one, in the form that `state` has.
        """
        return self.run(x, state, self.params)


def make_recurrent(
    forward: Callable[..., tuple[Tensor, Any]],
    init: Callable[..., NamedTuple],
    hidden_size: int,
    input_size: int,
    generator: torch.Generator,
) -> tuple[Recurrent, int]:
    """Draw a `Recurrent` of a cell, in the form that `experiments.train` asks for.

        make_layer = partial(make_recurrent, lstm_forward, init_lstm, 32)

    Args:
        forward: forward(x, state, params).
        init: init(input_size, hidden_size, generator) draws the parameters.
        hidden_size: units.
        input_size: features a step.
        generator: source of randomness.

    Returns:
        The layer, and the size of the state that it shows.
    """
    return Recurrent(forward, init(input_size, hidden_size, generator)), hidden_size
