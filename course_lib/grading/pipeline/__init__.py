"""2. nbgrader's steps around the run of a notebook, and our parts in them.

autograde   nbgrader's converter, fed with rebuilt notebooks that cannot trip it
kernel      runs one in a plain kernel; the other runner is `engine`
score       what a test's outputs are worth, and why
inert       Markdown that could act is made inert
penalties   for late work, computed anew from what they depend on
steps       all of these for workers without a gradebook
plain       options of the configuration as data
regenerate  an exercise that changes after it was graded
formgrader  the formgrader's pages run nbgrader's scripts and no other
"""
