"""Interactive figures: Python computes and draws, the page's script only shows.

Each module makes one figure and returns it as a ``Figure``, the last expression of a
cell. The facts a figure states (what reaches what, how large a term is) are plain
functions of the module, so that tests can check them.

    parts        what figures are made of
    graph        graphs as names and pairs of names
    unrolling    chapter 02: the rolled graph and the same graph unrolled
    bptt_paths   chapter 05: how much each path adds to the gradient of W_hh
    radius       chapter 08: spectral radius and input gain against gradients by lag
    leak         chapter 09: what a leaky unit keeps, by its α
    gates        chapter 10: one LSTM unit whose gates the reader sets
    update       chapter 11: a leaky unit becomes a gated one
    temperature  chapter 12: one draw, at any temperature
    poems        chapter 12: poems and what the rules say of them, as a table
    translator   chapter 13: an encoder and a decoder at work, and each step
    schedules    chapter 14: three ways to stop reading the right symbols
    heat_map     chapter 15: where a translator looks, word by word, as a table
"""
