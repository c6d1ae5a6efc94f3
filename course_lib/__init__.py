"""The library behind the course: what chapters import and exercises are checked with.

Read the modules in this order; each depends only on those before it.

    shapes, device      name the axes of a tensor; choose where to compute
    vocabulary          symbols and their numbers; padding, and masks of it
    data                sequences made by rule, so that the truth about them is known
    cells               one step of a recurrence, as the formula says it
    unroll              a step applied over time; the computational graph it leaves
    bptt                the gradient of all that, by hand, in NumPy
    gradients           how far a gradient reaches; starts, clipping
    layers              a cell run over time as a module; the fast forms
    checkpoints         a training on disk, so that it can be stopped and resumed
    models, training    an output layer above it; fit it, with a history
    experiments         cells compared on memory tasks, by the same rules
    language            text, translation, attention, decoding
    plots, figures      every plot of the book; the figures one can play with
    results             the result of a graded task as data
    undefined, hints    a function that no cell defined; what errors mean
    terminal            output for terminals that lack a sign
    checks              what the exercises call: verdicts that name the mistake
    assignments         builds the notebooks of every exercise from one source
    grading             what runs behind `nbgrader autograde` and `generate_feedback`

Nothing is re-exported here: `from course_lib.cells import rnn_step` says where to read.
"""
