"""Back-propagation through time by hand, in NumPy: one module for each cell.

    rnn     the plain network: step, sequence, truncated, paths
    lstm    the LSTM's backward step and sequence
    gru     the GRU's

`truncated_bptt` alone uses autograd; the tests compare every gradient with it.
"""
