"""Interactive figures: Python computes and draws, the page's script only shows.

Each module makes one figure and returns it as a ``Figure``, the last expression of a
cell. The facts a figure states (what reaches what, how large a term is) are plain
functions of the module, so that tests can check them.

    svg          what all figures share: elements, labels, nodes, edges, the frame
    curves       curves that follow sliders: what chapters 08 to 11 have in common
    unrolling    chapter 02: the rolled graph and the same graph unrolled
    bptt_paths   chapter 05: how much each path adds to the gradient of W_hh
    radius       chapter 08: spectral radius and input gain against gradients by lag
    leak         chapter 09: what a leaky unit keeps, by its α
    gates        chapter 10: one LSTM unit whose gates the reader sets
    update       chapter 11: a leaky unit becomes a gated one
"""
