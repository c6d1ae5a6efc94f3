"""From the one source of an exercise, `solutions/NN.py`, to its two notebooks.

source  the cells of a source and the tasks that it asks for
rules   what a source must hold; each rule names file and line
banks   mistakes and accepted answers, a file per task; they are packed into the tests
build   writes the notebook of the source, lets nbgrader write the release
twins   what the library and torch have already that an exercise asks to write
"""
