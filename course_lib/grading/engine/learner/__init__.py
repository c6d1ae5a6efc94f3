"""The learner's process.

learner  runs the learner's cells, and answers the judge's calls
forbid   what the exercise forbids is taken away from it
"""
