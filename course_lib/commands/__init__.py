"""What `python -m course_lib` does, one module a command; `__main__` holds the words.

check     grade a learner's own notebook as an instructor would
demo      grade a small demonstration class
doctor    prove each wall and limit of the sandbox by running against it
export    the gradebook as CSV that parses, for Canvas and for Moodle
serve     the built book, and JupyterLab on the exercises
terminal  signs that a terminal lacks are shown by signs that it has

`build`, `grade` and `feedback` stand in `authoring` and `grading.batch`.
"""
