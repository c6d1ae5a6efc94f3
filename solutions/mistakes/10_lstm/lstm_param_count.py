"""Wrong answers to `lstm_param_count`, each with what it is and a hint."""


def count_without_bias(input_size, hidden_size, peepholes=False):
    """a count without biases

    Each of the four quarters has a bias for each unit.
    """
    weights = 4 * hidden_size * (input_size + hidden_size)
    return weights + 3 * hidden_size * peepholes


def count_of_pytorch(input_size, hidden_size, peepholes=False):
    """the count of nn.LSTM, with two biases

    nn.LSTM keeps two biases a quarter; our cell has one.
    """
    weights = 4 * hidden_size * (input_size + hidden_size + 2)
    return weights + 3 * hidden_size * peepholes


def count_of_a_gru(input_size, hidden_size, peepholes=False):
    """a count of three quarters

    Three gates and a candidate: four.
    """
    weights = 3 * hidden_size * (input_size + hidden_size + 1)
    return weights + 3 * hidden_size * peepholes


def count_of_an_rnn(input_size, hidden_size, peepholes=False):
    """the count of a plain RNN

    An LSTM has four such layers side by side.
    """
    return hidden_size * (input_size + hidden_size + 1) + 3 * hidden_size * peepholes


def count_of_single_biases(input_size, hidden_size, peepholes=False):
    """one bias for all units of a quarter

    A bias has one number for each unit.
    """
    weights = 4 * (hidden_size * (input_size + hidden_size) + 1)
    return weights + 3 * hidden_size * peepholes


def count_with_sizes_exchanged(input_size, hidden_size, peepholes=False):
    """input and hidden size exchanged

    W_x has D rows, W_h has H rows, and both have 4 H columns.
    """
    return lstm_param_count(hidden_size, input_size, peepholes)


def count_without_recurrence(input_size, hidden_size, peepholes=False):
    """a count without W_h

    Each quarter reads h_prev too.
    """
    return 4 * hidden_size * (input_size + 1) + 3 * hidden_size * peepholes


def peepholes_not_counted(input_size, hidden_size, peepholes=False):
    """peepholes that are not counted

    With peepholes there are three more vectors: p_i, p_f and p_o.
    """
    return lstm_param_count(input_size, hidden_size)


def peepholes_as_matrices(input_size, hidden_size, peepholes=False):
    """peepholes counted as full matrices

    A peephole is one weight a unit, not a matrix.
    """
    return lstm_param_count(input_size, hidden_size) + 3 * hidden_size**2 * peepholes


def four_peepholes(input_size, hidden_size, peepholes=False):
    """four peepholes a unit

    The candidate does not peep: three.
    """
    return lstm_param_count(input_size, hidden_size) + 4 * hidden_size * peepholes


def peepholes_always(input_size, hidden_size, peepholes=False):
    """peepholes that are always counted

    Count p_i, p_f and p_o only if `peepholes` is true.
    """
    return lstm_param_count(input_size, hidden_size, True)


def count_by_part(input_size, hidden_size, peepholes=False):
    """a tuple of counts

    Return one integer, the sum.
    """
    width = 4 * hidden_size
    return input_size * width, hidden_size * width, width


def three_peepholes_in_all(input_size, hidden_size, peepholes=False):
    """three peepholes in all

    Three for each unit: p_i, p_f and p_o are vectors.
    """
    return lstm_param_count(input_size, hidden_size) + 3 * bool(peepholes)
