"""What the fast layers share: time first, a column of ones, blocks of steps.

The tricks of `lstm` and `gru`, and why each helps (measured on a CPU):

- The inputs of many steps meet `W_x` in one product, before the loop over these steps:
  one large product uses the machine better than many small ones (Appleyard, Kočiský and
  Blunsom, 2016, "Optimizing performance of recurrent neural networks on GPUs").
- A column of ones beside x makes the bias a row of `W_x`. Product and bias are then one
  pass over the result, and the bias gets its gradient from the product for `W_x`.
- The backward pass is written by hand. What a step multiplies its gradient with (its
  slopes) does not depend on that gradient, so it is computed for many steps at once;
  the loop keeps one product and a few multiplications a step. The gradients of the
  weights are products over the time steps (same source).
- Both passes go in blocks of about `ROWS` rows (steps × batch). The working memory of a
  block stays in the cache, and that of the backward pass does not grow with time.
- Buffers are allocated once; each step writes into its slice (`out=`). The slices come
  from `unbind`, one call for all: under autograd, `x[t]` in a loop makes backward
  quadratic in time. `inference_mode` inside spares the bookkeeping of every small call.
- Backward multiplies with W^T at every step. It is copied into its own memory first: a
  small product with a transposed view takes up to twice the time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

# steps × batch in a block: large enough for the products, small enough for the cache
ROWS = 256


def in_precision_of(weight: Tensor, *tensors: Tensor) -> list[Tensor]:
    """Under autocast, bring tensors to the precision of the parameters.

    Products that write into buffers are not autocast; the layers run in the precision
    that their parameters have, and say so by the dtype of their result.
    """
    kind = weight.device.type
    if kind == "meta" or not torch.is_autocast_enabled(kind):
        return list(tensors)
    return [tensor.to(weight.dtype) for tensor in tensors]


def block_size(batch: int, time: int) -> int:
    """Return how many steps make a block."""
    return min(time, max(1, ROWS // max(1, batch)))


def refuse_graph(fast: str, readable: str) -> None:
    """Say that there is no second derivative, instead of a gradient without history."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            f"{fast} can be differentiated once, its backward pass is not part of a "
            f"graph; where create_graph=True is needed, use {readable}"
        )


def with_ones(x: Tensor, padding: Tensor | None) -> Tensor:
    """Copy (batch, time, input) into (time, batch, input + 1); the last column is 1.

    Where `padding` (batch, time, 1) is True, zeros take the place of what stood there.
    """
    batch, time, inputs = x.shape
    xs = x.new_empty(time, batch, inputs + 1)
    xs[..., :-1] = x.transpose(0, 1)
    xs[..., -1] = 1
    if padding is not None:
        xs.masked_fill_(padding.transpose(0, 1), 0)
    return xs


def gates(a: Tensor) -> list[tuple[Tensor, ...]]:
    """Return views of each step of (time, batch, 4·hidden): whole, and its quarters."""
    quarters = (quarter.unbind(0) for quarter in a.chunk(4, dim=2))
    return list(zip(a.unbind(0), *quarters, strict=True))


def minus_product(x: Tensor, y: Tensor, z: Tensor, out: Tensor) -> Tensor:
    """Write x - y ⊙ z into `out` in one pass."""
    return torch.addcmul(x, y, z, value=-1, out=out)


def step_gradients(dhs: Tensor | None, like: Tensor, padding: Tensor | None) -> list:
    """Return the gradient that arrives at h_0 (zeros), h_1, … h_T from outside.

    Args:
        dhs: (batch, time, hidden), or None if no state is used by what follows.
        like: (time + 1, batch, hidden) the states h_0 … h_T.
        padding: (batch, time, 1) True where there is padding, or None.
    """
    zero = torch.zeros_like(like[0])
    if dhs is None:
        return [zero] * len(like)
    if padding is not None:
        dhs = dhs.masked_fill(padding, 0)
    return [zero, *dhs.unbind(1)]


def add_rows(
    total: Tensor, part: Tensor | None, rows: slice | Sequence[int] | None
) -> None:
    """Add the gradient of the last states of sequences to the rows that end here."""
    if part is not None and rows is not None:
        total[rows] += part[rows]
