"""1. What came in: from a submitted folder to a notebook that can be run.

folders              which folders are submissions, and why others are not
read                 read one as far as it can be read; it uses:
handed, archives, filenames, regular
                     the files that may be the notebook
timestamps, times    when it was handed in
choose               which of several notebooks is graded
rebuild              the exercise's own notebook with the learner's cells put in
recognise, stubs     which of them answers which task
"""
