"""Right answers to `edit_distance`, written in other ways."""

import heapq
import itertools
import math
from collections import defaultdict
from functools import cache

import numpy as np


def distance_in_numpy(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    d[:, 0], d[0, :] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        ways = d[i, j + 1] + 1, d[i + 1, j] + 1, d[i, j] + (a[i] != b[j])
        d[i + 1, j + 1] = min(ways)
    return int(d[-1, -1])


def distance_with_memory(a, b):
    @cache
    def d(i, j):
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return d(i - 1, j - 1)
        return 1 + min(d(i - 1, j), d(i, j - 1), d(i - 1, j - 1))

    return d(len(a), len(b))


def distance_as_a_shortest_path(a, b):
    """Dijkstra's search through the pairs (i, j)."""
    best, queue = defaultdict(lambda: math.inf), [(0, 0, 0)]
    while queue:
        cost, i, j = heapq.heappop(queue)
        if (i, j) == (len(a), len(b)):
            return cost
        for p, q in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
            if p > len(a) or q > len(b):
                continue
            free = p > i and q > j and a[i] == b[j]
            if cost + (not free) < best[p, q]:
                best[p, q] = cost + (not free)
                heapq.heappush(queue, (best[p, q], p, q))
