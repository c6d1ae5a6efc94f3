"""What `unrolled` does, or `python -m course_lib`: one module per command.

check     grade a learner's own notebook as an instructor would
demo      grade a small demonstration class
doctor    prove each wall and limit of the sandbox by running against it
export    the gradebook as CSV that parses, for Canvas and for Moodle
serve     the built book, and JupyterLab on the exercises
terminal  signs that a terminal lacks are shown by signs that it has
words     the words of every command, and what each runs

`build`, `grade` and `feedback` stand in `authoring` and `grading.batch`.
"""
