"""Layers above layers, and both directions: what `nn.LSTM` adds to a cell.

A `Stack` holds one `Recurrent` for each layer and direction. Any forward function that
takes lengths will do: `run(x, state, params, lengths)`.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib.layers.padding import backwards, read_lengths
from course_lib.layers.recurrent import Recurrent
from course_lib.shapes import check_shape


class Stack(nn.Module):
    """Recurrent layers, each reading the states of the one below.

    A layer of two directions joins their states: forward first, then backward, which
    reads every sequence from its last real step to its first.

    A single layer of one direction has the state of its cell: (batch, hidden). With
    several, states are stacked as PyTorch's: (layers × directions, batch, hidden), in
    the order layer 0 forward, layer 0 backward, layer 1 forward, …
    """

    torch_kind: ClassVar[type[nn.LSTM] | type[nn.GRU]]  # what a subclass copies

    def __init__(
        self, cells: Sequence[Recurrent], num_layers: int = 1, dropout: float = 0.0
    ) -> None:
        """Stack cells.

        Args:
            cells: one for each layer and direction, in the order of the states.
            num_layers: how many layers they make; twice as many cells: two directions.
            dropout: share of the states dropped between layers, in training.

        Raises:
            ValueError: the cells make neither one nor two directions, or dropout is
                not a probability.
        """
        super().__init__()
        if num_layers < 1 or len(cells) not in (num_layers, 2 * num_layers):
            raise ValueError(
                f"{len(cells)} cells make no stack of {num_layers} layers, expected "
                "one or two a layer"
            )
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout is {dropout}, expected a share from 0 to 1")
        # a ModuleList does not say of what modules it is
        self.cells = cast("Sequence[Recurrent]", nn.ModuleList(cells))
        self.dropout = dropout
        self.directions = len(cells) // num_layers

    def forward(
        self,
        x: Tensor,
        state: Any = None,
        lengths: Tensor | Sequence[int] | None = None,
    ) -> tuple[Tensor, Any]:
        """Read a batch of sequences.

        Args:
            x: (batch, time, input) inputs; what stands in the padding is not read.
            state: the state before the first step, see the class; None means zeros.
            lengths: real steps of each sequence, in any order; None: no padding.

        Returns:
            hs: (batch, time, directions·hidden) states of the uppermost layer; zeros
                in the padding.
            last: the state after the last real step (backward: after the first), in
                the form that `state` has.

        Raises:
            ShapeError: an axis has the wrong length, or a length is not in 1 … time.
        """
        batch, time, _ = check_shape("x", x, "batch time input")
        lengths = read_lengths(lengths, batch, time)
        states, last = self._split(state), []
        for at in range(0, len(self.cells), self.directions):
            if at and self.dropout:
                x = functional.dropout(x, self.dropout, self.training)
            sides = []
            for k in range(at, at + self.directions):
                hs, end = _run(self.cells[k], x, states[k], lengths, back=k > at)
                sides.append(hs)
                last.append(end)
            x = torch.cat(sides, dim=-1) if len(sides) > 1 else sides[0]
        return x, self._join(last)

    def _split(self, state: Any) -> list[Any]:
        """Return the state of each cell."""
        number = len(self.cells)
        if state is None or number == 1:
            return [state] * number
        parts = [state] if isinstance(state, Tensor) else list(state)
        for part in parts:
            check_shape("state", part, "cells batch hidden", cells=number)
        if isinstance(state, Tensor):
            return list(state.unbind(0))
        return list(zip(*(part.unbind(0) for part in parts), strict=True))

    def _join(self, states: list[Any]) -> Any:
        """Undo `_split`."""
        if len(states) == 1:
            return states[0]
        if isinstance(states[0], Tensor):
            return torch.stack(states)
        return type(states[0])(*map(torch.stack, zip(*states, strict=True)))

    @classmethod
    def copy_of(cls, module: nn.LSTM | nn.GRU, run: Callable, read: Callable) -> Self:
        """Copy a PyTorch module, layer by layer.

        Args:
            module: an `nn.LSTM` or `nn.GRU` of any number of layers and directions.
            run: the forward function of the cells.
            read: turns a module of one layer and direction into a cell's parameters.
        """
        if not isinstance(module, cls.torch_kind):
            raise ValueError(f"{module} is no {cls.torch_kind.__name__}")
        cells = []
        for layer in range(module.num_layers):
            for side in ("", "_reverse")[: 1 + module.bidirectional]:
                params = read(_single(module, f"_l{layer}{side}"))
                copies = (p.detach().clone(memory_format=_PLAIN) for p in params)
                cells.append(Recurrent(run, type(params)(*copies)))
        stack = cls.__new__(cls)
        Stack.__init__(stack, cells, module.num_layers, module.dropout)
        return stack


def check_stack(layer: object) -> None:
    """Refuse a layer that is no `Stack`, such as a module of PyTorch.

    Raises:
        TypeError: say how to make one.
    """
    if not isinstance(layer, Stack):
        kind = type(layer).__name__
        raise TypeError(
            f"the layer is a {kind}, expected course_lib.layers.gru.GRU or lstm.LSTM. "
            "Copy an nn.GRU or nn.LSTM with from_torch(module)."
        )


def grid(
    make: Callable[[int], Recurrent],
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bidirectional: bool,
) -> list[Recurrent]:
    """Make the cells of a stack; `make` takes the number of features a cell reads."""
    directions = 1 + bidirectional
    sizes = [input_size] + [directions * hidden_size] * (num_layers - 1)
    return [make(size) for size in sizes for _ in range(directions)]


_PLAIN = torch.contiguous_format


def _run(
    cell: Recurrent, x: Tensor, state: Any, lengths: Sequence[int] | None, back: bool
) -> tuple[Tensor, Any]:
    """Run one cell, forward or backward in time."""
    if not back:
        return cell.run(x, state, cell.params, lengths)
    hs, last = cell.run(backwards(x, lengths), state, cell.params, lengths)
    return backwards(hs, lengths), last


def _single(module: nn.LSTM | nn.GRU, tail: str) -> nn.LSTM | nn.GRU:
    """Return a module of one layer and direction that shares the parameters of one."""
    if getattr(module, "proj_size", 0):
        raise ValueError(f"{module} projects its state, the course's cells do not")
    single = type(module)(1, 1, bias=module.bias)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        if hasattr(module, name + tail):
            setattr(single, name + "_l0", getattr(module, name + tail))
    return single
