"""The result of a graded task as data, beside the message that a learner reads.

A test publishes it as an output of a private type, and only while nbgrader grades;
grading moves it into the cell's metadata, and feedback writes `results.json`. It names
checks and mistakes and holds no expected value. It is as far to be trusted as the
score: both come from the process in which the learner's code ran.
"""

import json
import os
from collections.abc import Iterable
from typing import Any, TypeVar

Output = TypeVar("Output", bound=dict[str, Any])
MIME = "application/vnd.unrolled.result+json"
MAX_CHARACTERS = 20_000
FIELDS = {
    **{"task": str, "points": float, "score": float, "seed": int, "seconds": float},
    "failures": list,
}
FAILURE_FIELDS = ("check", "concept", "mistake", "hint", "gap")


def publish(result: dict[str, Any]) -> None:
    """Emit a result as an output of the running cell, if nbgrader is grading."""
    if os.environ.get("NBGRADER_EXECUTION") != "autograde":
        return
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is not None:
        display({MIME: result}, raw=True)


def take(
    outputs: Iterable[Output],
) -> tuple[list[Output], dict[str, Any] | None]:
    """Return the outputs without results, and the one result if it is well-formed."""
    found, kept = [], []
    for output in outputs:
        if MIME in output.get("data", {}):
            found.append(output["data"][MIME])
        else:
            kept.append(output)
    return kept, found[0] if len(found) == 1 and _is_result(found[0]) else None


def _is_result(value: Any) -> bool:
    """Whether a value has the form that `Task.score` publishes, and a sane size."""
    return (
        isinstance(value, dict)
        and {key: type(item) for key, item in value.items()} == FIELDS
        and all(_is_failure(failure) for failure in value["failures"])
        and len(json.dumps(value)) <= MAX_CHARACTERS
    )


def _is_failure(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(FAILURE_FIELDS)
        and all(item is None or isinstance(item, str) for item in value.values())
    )
