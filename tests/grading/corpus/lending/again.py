"""The attacks of the other classes, on the exercise that lends.

Its tasks have the names of exercise 1, so an attack with a wrong answer behind it is
one here as well: the cells are the same, the exercise is not.
"""

import dataclasses

from .. import files, in_kernel, insiders, outputs, resources, two_processes, values
from ..entry import ANY, Entry

# answers that are wrong in exercise 1 by their very text and may be right here
NOT_WRONG_HERE: tuple[str, ...] = ()
QUICK = ("patched_isclose", "callback_attributes", "forged_result_is_yours")


def _again(entry: Entry) -> Entry:
    """Return an attack as one on the exercise that lends."""
    golden = ANY | {task: entry.golden.get(task, 0.0) for task in entry.cells}
    return dataclasses.replace(
        entry,
        name=f"lent_{entry.name}",
        exercise="02_lending",
        golden={task: (0, _high(points)) for task, points in golden.items()},
        student="",
        quick=entry.name in QUICK,
    )


def _high(points) -> float:
    return points[1] if isinstance(points, tuple) else points


def _is_attack(entry: Entry) -> bool:
    """Whether nothing but cells makes the entry, and none of them is right."""
    plain = not (entry.honest or entry.notebook or entry.folder)
    ours = entry.exercise == "01_corpus" and not entry.student
    worth = [_high(entry.golden.get(task, 0)) for task in entry.cells]
    return plain and ours and bool(entry.cells) and not any(worth)


CLASSES = (in_kernel, values, two_processes, insiders, files, resources, outputs)
ENTRIES: list[Entry] = [
    _again(entry)
    for module in CLASSES
    for entry in module.ENTRIES
    if _is_attack(entry) and entry.name not in NOT_WRONG_HERE
]
