"""Sequence to sequence: one network reads, another writes from what the first kept.

The encoder's last state is the context. The decoder starts from it and from <start>,
and says one symbol a step until it says <stop>; in training it reads the right symbols
instead of its own (teacher forcing). Here are the functions of these steps; `encoders`
and `decoders` make modules of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.data.vocabulary import PAD, STOP
from course_lib.language.decoding.drawing import check_scores
from course_lib.language.models import embed
from course_lib.layers.padding import backwards, padding_mask, read_lengths
from course_lib.shapes import check_batch_first, check_ids, check_shape, out_of_range

Step = Callable[[Tensor, Any], tuple[Tensor, Any]]


def encode(
    sources: Tensor,
    lengths: Tensor | Sequence[int],
    embedding: Tensor,
    layer: Callable[[Tensor, Any], tuple[Tensor, Any]],
) -> tuple[Tensor, Tensor]:
    """Read padded sources in one direction; the context is the last *valid* state.

    Args:
        sources: (batch, source) int64, padded at the end.
        lengths: (batch,) real symbols of each.
        embedding: (vocab, embedding).
        layer: layer(x, state) gives (batch, source, hidden) and the state at the end of
            the padding, which is not what is asked for.

    Returns:
        hs: (batch, source, hidden) the state after every symbol; zeros in the padding.
        context: (batch, hidden) the state after the last real symbol.

    Raises:
        ShapeError: there are not as many lengths as sources, or one is not in
            1 … source.
        ValueError: the layer has the batch second.
    """
    check_batch_first(layer)
    batch, time = check_shape("sources", sources, "batch source")
    known = read_lengths(lengths, batch, time) or (time,) * batch
    hs, _ = layer(embed(sources, embedding), None)
    check_shape(
        "the layer's states", hs, "batch source hidden", batch=batch, source=time
    )
    last = torch.tensor(known, device=hs.device) - 1
    context = hs[torch.arange(batch, device=hs.device), last]
    return hs.masked_fill(padding_mask(known, time, hs.device), 0.0), context


def reverse_sources(sources: Tensor, lengths: Tensor | Sequence[int]) -> Tensor:
    """Turn every source round within its length; the padding stays at the end.

        x_n … x_2 x_1 <pad> …

    Args:
        sources: (batch, source) int64, padded at the end.
        lengths: (batch,) real symbols of each.

    Returns:
        (batch, source), a new tensor.

    Source: Sutskever et al. (2014).
    """
    batch, time = check_shape("sources", sources, "batch source")
    known = read_lengths(lengths, batch, time)
    return backwards(sources[..., None], known)[..., 0]


def shift_right(targets: Tensor, start_id: int) -> Tensor:
    """Return what the decoder reads so as to say the targets: one symbol earlier.

        <start> y_1 … y_{T-1}

    Args:
        targets: (batch, target) int64, what is to be said, <stop> among it.
        start_id: the symbol that opens every sequence.

    Returns:
        (batch, target), a new tensor.
    """
    batch, _ = check_shape("targets", targets, "batch target")
    check_ids("targets", targets)
    first = targets.new_full((batch, 1), start_id)
    return torch.cat([first, targets], dim=1)[:, :-1]  # of no symbols, no symbols


def masked_cross_entropy(logits: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    """Return the cross-entropy, averaged over the real tokens of the whole batch.

        L = Σ_bt mask_bt · -log softmax(logits_bt)[targets_bt] / Σ_bt mask_bt

    Args:
        logits: (batch, target, vocab) scores.
        targets: (batch, target) int64.
        mask: (batch, target) bool, True where a token is real.

    Returns:
        A scalar: nats a token. With no real token it is NaN.

    Raises:
        ShapeError: targets or mask do not have the batch and time of the scores.
        TypeError: the mask is not boolean, or the targets are no int64.
        ValueError: a real target is not in 0 … vocab - 1.
    """
    batch, time, vocab = check_shape("logits", logits, "batch target vocab")
    for name, part in (("targets", targets), ("mask", mask)):
        check_shape(name, part, "batch target", batch=batch, target=time)
    if mask.dtype != torch.bool:
        raise TypeError(
            f"mask holds {mask.dtype}, expected torch.bool: True for real tokens"
        )
    check_ids("targets", targets)
    log_probs = torch.log_softmax(logits, dim=-1)
    # whatever stands in the padding must not be looked up
    wanted = torch.where(mask, targets, 0)
    try:
        picked = log_probs.gather(-1, wanted[..., None]).squeeze(-1)
    except RuntimeError:
        raise out_of_range("targets", wanted, vocab) from None
    return -torch.where(mask, picked, 0.0).sum() / mask.sum()


@torch.no_grad()
def greedy_decode(
    step: Step,
    state: Any,
    start: Tensor,
    stop_id: int = STOP,
    max_steps: int = 50,
    pad_id: int = PAD,
) -> Tensor:
    """Say the most likely symbol at every step, and read it at the next.

    Each sequence of the batch ends by itself; after its <stop> there is padding.

    Args:
        step: step(symbols, state) reads (batch,) symbols and gives logits
            (batch, vocab) and the state after.
        state: before the first step.
        start: (batch,) int64 the first symbols read, <start>.
        stop_id: the symbol that ends a sequence; it is part of the result.
        max_steps: symbols after which a sequence is cut.
        pad_id: stands after the end.

    Returns:
        (batch, target) int64; target is the length of the longest.

    Raises:
        ValueError: max_steps is not at least 1, or scores hold NaN or no largest one.
    """
    (batch,) = check_shape("start", start, "batch")
    if max_steps < 1:
        raise ValueError(f"max_steps is {max_steps}, expected at least 1")
    symbols, said, best = start, [], []
    running = torch.ones_like(start, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(symbols, state)
        check_shape("logits", logits, "batch vocab", batch=batch)
        best.append(logits.amax(dim=-1, keepdim=True))
        symbols = torch.where(running, logits.argmax(dim=-1), pad_id)
        said.append(symbols)
        running = running & (symbols != stop_id)
        if not running.any():
            break
    check_scores(torch.stack(best))  # once: no step waits for it
    return torch.stack(said, dim=1)
