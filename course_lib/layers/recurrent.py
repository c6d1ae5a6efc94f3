"""Any cell of the course as a module: a forward function and its parameters."""

from collections.abc import Callable
from typing import Any, NamedTuple

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
