"""Every plot of the book; a chapter calls one line and says what to see.

    style        one look: sizes, colours, fonts
    sequences    states, scores and losses over time
    graphs       computational graphs and what flows through them
    gradients    gradients through time
    long_term    gradients by lag, a bit that is held, success rates, a cliff
    timescales   time constants, clocks, how far each way of being slow reaches
    gates        an LSTM at work, and the gradient along its cell
    comparison   what a gate holds, and how all cells compare
    writing      perplexities beside n-grams, and rules kept by update
    decoding     translators after a mistake, and what a beam search finds
    translation  translators by the length of the source, contexts under padding
    attention    translators with attention: by length, by alignment, by clauses

A plot function returns its figure; as the last expression of a cell it is shown.
Panels are white in both themes of the book, so colours are chosen once.
"""
