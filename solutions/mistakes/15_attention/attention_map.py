"""Wrong answers to `attention_map`, each with what it is and a hint."""

import torch
import torch.nn.functional as F

from course_lib.data.vocabulary import PAD, STOP


def _whole(looks, row):
    return torch.stack([look[row] for look in looks])


def _words(said, row):
    ids = said[row].tolist()
    return ids.index(STOP) if STOP in ids else len(ids)


def _symbols(sources, row):
    return int((sources[row] != PAD).sum())


def _cut(looks, sources, said, row):
    return _whole(looks, row)[: _words(said, row), : _symbols(sources, row)]


def map_transposed(looks, sources, said, row):
    """a map lying on its side

    One row a word, one column a symbol of the source.
    """
    return _cut(looks, sources, said, row).T


def map_uncut(looks, sources, said, row):
    """a map with all its padding

    Cut it to the words before STOP and to the symbols of this source.
    """
    return _whole(looks, row)


def map_padded_columns(looks, sources, said, row):
    """a map with columns of padding

    As many columns as the source has symbols: those that are not PAD.
    """
    return _whole(looks, row)[: _words(said, row)]


def map_padded_rows(looks, sources, said, row):
    """a map with rows of padding

    As many rows as there are words before STOP.
    """
    return _whole(looks, row)[:, : _symbols(sources, row)]


def map_with_stop(looks, sources, said, row):
    """a row for STOP too

    STOP is no word: its step gets no row.
    """
    words = int((said[row] != PAD).sum())
    return _whole(looks, row)[:words, : _symbols(sources, row)]


def map_stop_taken_for_granted(looks, sources, said, row):
    """a last row lost where there is no STOP

    A sentence that was cut off has no STOP: all of its steps said a word.
    """
    words = int((said[row] != PAD).sum()) - 1
    return _whole(looks, row)[:words, : _symbols(sources, row)]


def map_stop_not_found(looks, sources, said, row):
    """a search for a STOP that is not there

    A sentence that was cut off has no STOP: ask before you look for its place.
    """
    words = said[row].tolist().index(STOP)
    return _whole(looks, row)[:words, : _symbols(sources, row)]


def map_stop_by_argmax(looks, sources, said, row):
    """an empty map where there is no STOP

    argmax of no True is 0: ask whether STOP is there at all.
    """
    words = int((said[row] == STOP).int().argmax())
    return _whole(looks, row)[:words, : _symbols(sources, row)]


def map_one_short(looks, sources, said, row):
    """a map that loses its last word

    STOP's own place is the number of words: do not take one off.
    """
    words = max(0, _words(said, row) - 1)
    return _whole(looks, row)[:words, : _symbols(sources, row)]


def map_source_one_short(looks, sources, said, row):
    """a map that loses the last symbol of the source

    Sources have no STOP: all that is not PAD counts.
    """
    return _cut(looks, sources, said, row)[:, :-1]


def map_shifted(looks, sources, said, row):
    """rows that are shifted by one step

    looks[i] belongs to said[:, i]: there is no <start> to jump over.
    """
    words = _words(said, row)
    return _whole(looks, row)[1 : words + 1, : _symbols(sources, row)]


def map_of_the_first(looks, sources, said, row):
    """the map of the first sentence

    `row` says which sentence of the batch is meant.
    """
    return _cut(looks, sources, said, 0)


def map_lengths_of_the_first(looks, sources, said, row):
    """lengths of the first sentence

    Both lengths are those of the sentence in row `row`.
    """
    return _whole(looks, row)[: _words(said, 0), : _symbols(sources, 0)]


def map_of_one_step(looks, sources, said, row):
    """the weights of one step for the whole batch

    looks is a list over steps; each of its tensors has the batch first.
    """
    return looks[row][: _words(said, row), : _symbols(sources, row)]


def map_of_one_step_uncut(looks, sources, said, row):
    """the weights of one step for the whole batch, uncut

    looks is a list over steps; each of its tensors has the batch first.
    """
    return torch.stack(looks)[row]


def map_lengths_swapped(looks, sources, said, row):
    """both lengths exchanged

    Rows are words that were said, columns are symbols of the source.
    """
    return _whole(looks, row)[: _symbols(sources, row), : _words(said, row)]


def map_columns_normalised(looks, sources, said, row):
    """columns that add up to 1

    Leave the weights as they are: it is the rows that add up to 1.
    """
    found = _cut(looks, sources, said, row)
    return found / found.sum(dim=0, keepdim=True)


def map_max_normalised(looks, sources, said, row):
    """rows divided by their largest weight

    Leave the weights as they are: the rows add up to 1.
    """
    found = _cut(looks, sources, said, row)
    return found / found.max(dim=1, keepdim=True).values


def map_softmax_again(looks, sources, said, row):
    """a second softmax

    These are weights already: leave them as they are.
    """
    return torch.softmax(_cut(looks, sources, said, row), dim=-1)


def map_hard(looks, sources, said, row):
    """a 1 at the largest weight and 0 elsewhere

    The map shows all weights, not the largest only.
    """
    found = _cut(looks, sources, said, row)
    return F.one_hot(found.argmax(dim=1), found.shape[1]).to(found.dtype)


def map_mean(looks, sources, said, row):
    """a mean over the batch

    The map is of one sentence: look[row], not look.mean(0).
    """
    whole = torch.stack([look.mean(dim=0) for look in looks])
    return whole[: _words(said, row), : _symbols(sources, row)]


def map_reversed(looks, sources, said, row):
    """words in the reverse order

    The first row is the first word.
    """
    return _cut(looks, sources, said, row).flip(0)


def map_as_list(looks, sources, said, row):
    """a list of lists

    Return a tensor: torch.stack of the rows.
    """
    return _cut(looks, sources, said, row).tolist()


def map_as_array(looks, sources, said, row):
    """a NumPy array

    Return a tensor; what draws it may turn it into an array.
    """
    return _cut(looks, sources, said, row).detach().numpy()


def map_float32(looks, sources, said, row):
    """a map of the default dtype

    torch.zeros(shape) is float32 on the CPU; stack the rows as they are.
    """
    words, symbols = _words(said, row), _symbols(sources, row)
    found = torch.zeros(words, symbols)
    for i in range(words):
        found[i] = looks[i][row, :symbols]
    return found


def map_stack_of_nothing(looks, sources, said, row):
    """a stack of no rows

    torch.stack refuses an empty list: stack all steps first, and cut then.
    """
    words, symbols = _words(said, row), _symbols(sources, row)
    return torch.stack([look[row, :symbols] for look in looks[:words]])
