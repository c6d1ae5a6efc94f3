"""The judge's process.

judge            runs the locked cells, and asks learners' processes for calls
conversation     its end of a conversation with one of them
replay, calls    a learner's cells and calls, alive again after a fault
forbidden_names  what an answer's text uses that the exercise forbids
"""
