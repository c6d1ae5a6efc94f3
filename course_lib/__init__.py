"""The library behind the course: what chapters import and exercises are checked with.

Read the rooms in this order; each depends only on those before it (see `rooms`).

    rooms               this order as a table, and what follows from it
    shapes, device      name the axes of a tensor; choose where to compute
    data                sequences made by rule, so that the truth about them is known
    cells               one step of a recurrence, as the formula says it
    gradients           the unrolled graph, BPTT by hand, how far gradients reach
    layers              a cell run over time as a module; the fast forms
    training            models and losses; fit them, stop and resume
    language            text, translation, attention, decoding
    experiments         cells compared on tasks with a known best, by the same rules
    plots, figures      every plot of the book; the figures one can play with
    results             what is said about an answer, as data
    checks              what the exercises call: verdicts that name the mistake
    errors, checkout    what a person can mend; where the course is
    authoring           builds the notebooks of every exercise from one source
    grading             what runs behind `nbgrader autograde` and `generate_feedback`
    commands, __main__  what `unrolled` does, or `python -m course_lib`

Nothing is re-exported here: `from course_lib.cells import rnn_step` says where to read.
"""
