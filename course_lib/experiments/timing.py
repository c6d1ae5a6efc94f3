"""Time functions against each other, so that the machine's mood meets all of them.

The sides take turns within every round, and what counts is the ratio within a round: an
absolute time says more about the machine than about the code.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def take_turns(
    functions: Mapping[str, Callable[[], Any]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[float]]:
    """Call all functions in turn, `rounds` times after two rounds of warming up.

    Args:
        functions: what to time, by name; called without arguments.
        rounds: how often each is timed, at least 2.
        clock: CPU-seconds of this process by default, which other processes disturb
            less than `time.perf_counter`.

    Returns:
        The seconds of each, one a round.
    """
    if rounds < 2:
        raise ValueError(f"rounds is {rounds}, expected at least 2")
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(-2, rounds):
        for name, function in functions.items():
            start = clock()
            function()
            if turn >= 0:
                seconds[name].append(clock() - start)
    return seconds


def ratios(seconds: Mapping[str, list[float]], to: str) -> dict[str, list[float]]:
    """Return [lower quartile, median, upper quartile] of the ratios to one side.

    Args:
        seconds: what `take_turns` returns.
        to: the name of the side that is 1.
    """
    if to not in seconds:
        raise ValueError(f"there is no side {to!r}, expected one of {list(seconds)}")
    return {
        name: statistics.quantiles(
            [v / n for v, n in zip(values, seconds[to], strict=True)], n=4
        )
        for name, values in seconds.items()
    }
