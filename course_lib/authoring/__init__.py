"""From the one source of an exercise, `solutions/NN.py`, to its two notebooks.

build   reads sources, packs the banks of mistakes, lets nbgrader write the release
rules   what a source must hold; each rule names file and line
twins   what the library and torch have already that an exercise asks to write
"""
