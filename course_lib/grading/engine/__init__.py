"""3. One notebook, judged by a process that no learner's code runs in.

preprocessor      the step that stands where nbgrader runs notebooks
attempts          one notebook before the judge, again where the judge itself fails
jobs              the forms of what crosses: a job, its cells, their results
servers, clients  the two warm servers of a process, and the connections to them
fork_server, warm_up
                  a process that has imported everything once, and forks
judge, learner    what runs in the forks
interpreter, unattended
                  IPython without a kernel, at which nobody sits
"""
