"""Wrong answers to `tally`, each with what it is and a hint."""


def ones(symbols):
    """a set of ones

    Count every occurrence, not only the first.
    """
    return dict.fromkeys(symbols, 1)
