"""A notebook as all rooms read it.

cells      what is a test, what an answer; outputs as a notebook may hold them
errors     an error as an output, without a traceback into our code
outputs    of a cell's outputs, what is safe to show
reasons    why a name that a learner was to define has no value
resources  what nbconvert and nbgrader hand from step to step, as types
"""
