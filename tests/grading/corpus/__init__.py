"""Submissions that attack, fail, or are right in odd ways, with golden verdicts.

    entry          what an entry is
    making         a course, and the submitted folder of an entry in it
    in_kernel      attacks on the test from inside its own process
    values         values that lie, cannot cross, or carry other gradients
    two_processes  attacks on the wire between test and answer
    insiders       attacks by somebody who has read the engine's source
    files          the disk, other processes, the network
    notebooks      cells, metadata and JSON of the notebook file
    folders        what lies in the submitted folder
    faults         errors, ends and hangs
    resources      memory, disk, processes, output, survivors
    outputs        active content, and hidden text on its way to a learner
    odd_but_right  right answers that look unusual
    lending        attacks with what a test lent
    lent_again     the other classes' attacks, on an exercise that lends
    rnn            some of these against exercise 03

`tests/grading/corpus_run.py` grades them and compares.
"""

from . import (
    faults,
    files,
    folders,
    in_kernel,
    insiders,
    lending,
    notebooks,
    odd_but_right,
    outputs,
    resources,
    rnn,
    two_processes,
    values,
)
from .entry import Entry, Place
from .lending import again

CLASSES: dict[str, list[Entry]] = {
    module.__name__.rpartition(".")[2]: module.ENTRIES
    for module in (
        in_kernel,
        values,
        two_processes,
        insiders,
        files,
        notebooks,
        folders,
        faults,
        resources,
        outputs,
        odd_but_right,
        rnn,
        lending,
    )
} | {"lent_again": again.ENTRIES}
ENTRIES: list[Entry] = [entry for entries in CLASSES.values() for entry in entries]

__all__ = ["CLASSES", "ENTRIES", "Entry", "Place", "class_of", "quick"]


def class_of(entry: Entry) -> str:
    """Return the class of attack that an entry belongs to."""
    return next(name for name, entries in CLASSES.items() if entry in entries)


def quick() -> list[Entry]:
    """Return the selection that runs in every test: all classes, little time."""
    return [entry for entry in ENTRIES if entry.quick]
