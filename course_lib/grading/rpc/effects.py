"""Arguments after a call: what it did to its copies is done to the originals."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from course_lib.grading.rpc.values import MAX_DEPTH

Container = Any  # a list or a dict, of that very class


def overwrite(old: Any, new: Any) -> None:
    """Change an argument in place into what the call made of it."""
    if type(old) is list and type(new) is list:
        old[:] = new
    elif type(old) is dict and type(new) is dict:
        old.clear()
        old.update(new)
    elif isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor):
        if (old.shape, old.dtype) == (new.shape, new.dtype):
            old.data.copy_(new)
        else:
            old.data = new.detach()
    elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if (old.shape, old.dtype) == (new.shape, new.dtype):
            old[...] = new
    elif isinstance(old, torch.Generator) and isinstance(new, torch.Generator):
        old.set_state(new.get_state())
    elif isinstance(old, np.random.Generator) and isinstance(new, type(old)):
        old.bit_generator.state = new.bit_generator.state


def containers(value: Any, depth: int = 0) -> Iterator[Container]:
    """Yield the lists and dicts in some arguments, in an order both sides agree on."""
    if depth > MAX_DEPTH:
        return
    if type(value) in (list, dict):
        yield value
    if isinstance(value, dict):
        value = list(dict.values(value))
    if isinstance(value, list | tuple):
        for part in value:
            yield from containers(part, depth + 1)


def same_parts(now: Container, before: Container) -> bool:
    """Whether a container still holds the very parts it held."""
    if len(now) != len(before):
        return False
    if isinstance(now, dict):
        return list(now) == list(before) and all(now[k] is before[k] for k in before)
    return all(a is b for a, b in zip(now, before, strict=True))
