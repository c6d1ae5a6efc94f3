"""Answers to exercise 2 that somebody else has written: none of them earns a point."""

from course_lib.checks import shortcut
from course_lib.gradients import unrolled


@shortcut("uses_of", "course_lib.gradients.unrolled.graph_nodes")
def uses_over_the_librarys_walk(theta, tensor):
    return sum(
        getattr(parent, "variable", None) is theta
        for node in unrolled.graph_nodes(tensor)
        for parent, _ in node.next_functions
    )
