"""A model, what it is to make small, and the loop that makes it so.

models       a cell's parameters, the unrolling and an output layer together
losses       what a network is trained to make small
fit          one loop, with a history and a progress bar
checkpoints  a training on disk, so that it can be stopped and resumed
"""
