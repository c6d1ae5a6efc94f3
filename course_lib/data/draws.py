"""Many small choices from one torch generator.

A sentence takes thirty choices, and a call of `torch.randint` for each would take most
of the time. So a torch generator is asked once, for the seed of Python's own generator.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

import torch

T = TypeVar("T")


class Draws:
    """Choices that a torch generator decides; it moves on by one draw only.

    Only `random.random` is used: its sequence is promised to be the same in all
    versions of Python.
    """

    def __init__(self, generator: torch.Generator):
        """Draw a seed from `generator`, on whatever device it lives."""
        device = generator.device
        seed = torch.randint(2**62, (1,), generator=generator, device=device)
        self.random = random.Random(seed.item()).random

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n - 1, each as likely."""
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`, each as likely."""
        return options[int(self.random() * len(options))]

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random() < probability
