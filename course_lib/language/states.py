"""A state, whatever it is made of: a tensor, a pair of them, or a tuple of tuples.

An RNN's state is a tensor, an LSTM's a pair, a decoder's holds what it looks back at
too. What generates, truncates or searches does not care: it does the same to every
tensor in it.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor


def map_state(change: Callable[[Tensor], Tensor], state: Any) -> Any:
    """Apply `change` to every tensor of a state; its form stays.

    Args:
        change: takes a tensor and gives one.
        state: a tensor, None, or a tuple, list or NamedTuple of states.

    Raises:
        TypeError: something else is in it.
    """
    if state is None:
        return None
    if isinstance(state, Tensor):
        return change(state)
    if isinstance(state, tuple | list):
        parts = [map_state(change, part) for part in state]
        return type(state)(*parts) if hasattr(state, "_fields") else type(state)(parts)
    raise TypeError(
        f"a state holds a {type(state).__name__}, expected tensors, None, or tuples "
        "and lists of them"
    )


def detach_state(state: Any) -> Any:
    """Return the same numbers, cut off from the graph that computed them."""
    return map_state(Tensor.detach, state)


def take_rows(state: Any, rows: Tensor) -> Any:
    """Return the state of some sequences: every tensor has the batch as first axis.

    Args:
        state: of a batch.
        rows: (new batch,) int64 which row each new row copies.
    """
    return map_state(lambda part: part.index_select(0, rows), state)
