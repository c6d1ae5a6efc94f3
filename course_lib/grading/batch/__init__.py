"""6. A class: workers run notebooks, a journal keeps results, one writer writes.

grade            the command
submissions      the submissions on their way; summary: what became of them
jobs             what crosses between `grade` and its workers
journal          what is done, safe from a kill
pool, template   workers as processes of this machine; what they are forked from
dask             workers of a Dask cluster
grader           what a worker does with one submission
writer, tables   the one writer: files, and rows in transactions
feedback_pages   the pages of a class, by several processes
"""
