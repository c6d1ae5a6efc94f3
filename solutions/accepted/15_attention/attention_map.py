"""Right answers to `attention_map`, written in other ways."""

import torch

from course_lib.data.vocabulary import PAD, STOP


def map_with_cumsum(looks, sources, said, row):
    running = (said[row] == STOP).cumsum(0) == 0
    real = sources[row] != PAD
    return torch.stack(looks)[:, row][running][:, real]


def map_with_a_loop(looks, sources, said, row):
    symbols = sum(1 for i in sources[row].tolist() if i != 0)
    rows = []
    for look, symbol in zip(looks, said[row].tolist(), strict=True):
        if symbol == STOP:
            break
        rows.append(look[row][:symbols])
    return torch.stack(rows) if rows else looks[0].new_zeros(0, symbols)


def map_of_words_that_are_none_special(looks, sources, said, row):
    spoken = (said[row] != STOP) & (said[row] != PAD)
    whole = torch.stack(list(looks), dim=1)[row]
    return whole[: spoken.sum(), : (sources[row] > 0).sum()]
