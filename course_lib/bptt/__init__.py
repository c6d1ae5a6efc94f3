"""Back-propagation through time by hand, in NumPy: one module for each cell.

    rnn     the plain network: step, sequence, truncated, paths, a gradient check
    lstm    the LSTM's backward step and sequence
    gru     the GRU's

Nothing here uses autograd; the tests compare every gradient with it.
"""
