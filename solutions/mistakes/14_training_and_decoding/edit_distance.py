"""Wrong answers to `edit_distance`, each with what it is and a hint."""

from collections import Counter


def _edits(a, b, replace=1, first_row=1, first_column=1, best=min):
    """Fill the whole table, with other costs."""
    d = [[first_row * j for j in range(len(b) + 1)]]
    for i, symbol in enumerate(a, start=1):
        d.append([first_column * i])
        for j, other in enumerate(b, start=1):
            same = d[i - 1][j - 1] + replace * (symbol != other)
            d[i].append(best(d[i - 1][j] + 1, d[i][j - 1] + 1, same))
    return d


def replacement_costs_two(a, b):
    """replacements that cost 2

    To replace a symbol is one edit: [a_i ≠ b_j] is 1 or 0.
    """
    return _edits(a, b, replace=2)[-1][-1]


def replacement_is_free(a, b):
    """replacements that cost nothing

    Where a_i and b_j differ, the diagonal costs 1.
    """
    return _edits(a, b, replace=0)[-1][-1]


def first_row_of_zeros(a, b):
    """a first row of zeros

    d(0, j) = j: it takes j insertions to come from nothing to j symbols.
    """
    return _edits(a, b, first_row=0)[-1][-1]


def first_column_of_zeros(a, b):
    """a first column of zeros

    d(i, 0) = i: it takes i deletions to come from i symbols to nothing.
    """
    return _edits(a, b, first_column=0)[-1][-1]


def edges_of_zeros(a, b):
    """a first row and a first column of zeros

    d(i, 0) = i and d(0, j) = j.
    """
    return _edits(a, b, first_row=0, first_column=0)[-1][-1]


def largest_way(a, b):
    """the largest of the three instead of the smallest

    The cheapest way counts: min.
    """
    return _edits(a, b, best=max)[-1][-1]


def equal_symbols_cost(a, b):
    """equal symbols that cost 1, and different ones that cost nothing

    [a_i ≠ b_j] is 1 where they differ.
    """
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            same = above[j - 1] + (symbol == other)
            row.append(min(above[j] + 1, row[j - 1] + 1, same))
        above = row
    return above[-1]


def no_insertions(a, b):
    """a table without insertions

    A symbol of b may be put in: d(i, j-1) + 1.
    """
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, above[j - 1] + (symbol != other)))
        above = row
    return above[-1]


def no_deletions(a, b):
    """a table without deletions

    A symbol of a may be taken out: d(i-1, j) + 1.
    """
    above = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            row.append(min(row[j - 1] + 1, above[j - 1] + (symbol != other)))
        above = row
    return above[-1]


def symbols_off_by_one(a, b):
    """the diagonal taken wherever two symbols are equal to the one beside

    Row i of the table belongs to a[i - 1], column j to b[j - 1].
    """
    above = list(range(len(b) + 1))
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            same = above[j - 1] + (a[i % len(a)] != b[j % len(b)])
            row.append(min(above[j] + 1, row[j - 1] + 1, same))
        above = row
    return above[-1]


def row_overwritten(a, b):
    """one row that is overwritten while it is still needed

    The diagonal needs the value that stood there before: keep it, or make a new row.
    """
    row = list(range(len(b) + 1))
    for i, symbol in enumerate(a, start=1):
        row[0] = i
        for j, other in enumerate(b, start=1):
            same = row[j - 1] + (symbol != other)
            row[j] = min(row[j] + 1, row[j - 1] + 1, same)
    return row[-1]


def place_by_place(a, b):
    """places that differ, counted one by one

    After one missing symbol all places are shifted: fill the table.
    """
    different = sum(x != y for x, y in zip(a, b, strict=False))
    return different + abs(len(a) - len(b))


def bags_of_symbols(a, b):
    """symbols counted without their order

    The order matters: fill the table.
    """
    one, other = Counter(a), Counter(b)
    return max((one - other).total(), (other - one).total())


def letters_for_words(a, b):
    """letters instead of words

    The symbols are the items of the sequences: do not join them.
    """
    return edit_distance(" ".join(map(str, a)), " ".join(map(str, b)))


def divided_by_length(a, b):
    """a distance divided by a length

    Return the number of edits, an int.
    """
    return edit_distance(a, b) / max(len(a), len(b), 1)


def corner_too_early(a, b):
    """a corner one row and one column too early

    The table has len(a) + 1 rows and len(b) + 1 columns; its last entry counts.
    """
    return edit_distance(a[:-1], b[:-1])


def whole_table(a, b):
    """the whole table

    Return its last entry only.
    """
    return _edits(a, b)


def exchanges_count_one(a, b):
    """neighbours exchanged at the cost of one

    Here an exchange is two edits: only insertions, deletions and replacements count.
    """
    d = [[max(i, j) if not i * j else 0 for j in range(len(b) + 1)]
         for i in range(len(a) + 1)]  # fmt: skip
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = d[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, same)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]
