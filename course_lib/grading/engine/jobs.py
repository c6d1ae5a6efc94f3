"""What the engine hands to a judge, and what it gets back: one notebook, as JSON.

These are the forms of what crosses the socket of a job. The judge believes the engine;
the engine believes nothing of a judge, so `attempts` reads each result field by field.
"""

from typing import Any, Literal, NotRequired, TypedDict

Output = dict[str, Any]  # as a notebook holds it


class Cell(TypedDict):
    """A cell of the notebook; those without code are left out."""

    index: int  # its place among all cells of the notebook
    role: Literal["learner", "locked", "test"]
    source: str
    # what learners are to define: here, or where it is a test, in all cells before it
    names: NotRequired[list[str]]


class Job(TypedDict):
    """One notebook to judge."""

    cells: list[Cell]
    seed: int  # of torch in the learner's process
    cell_limit_s: float
    limit_s: NotRequired[float]  # of the whole notebook
    environment: NotRequired[dict[str, str]]  # of the judge


class Result(TypedDict):
    """What came of one cell."""

    index: int
    outputs: list[Output]
    count: int | None  # the number in brackets before it


class Usage(TypedDict):
    """What a notebook took."""

    restarts: int  # of the learner's process


class Request(TypedDict):
    """What a client asks of a warm server; its sockets come beside it."""

    op: Literal["controller", "client", "start", "stop"]
    fds: NotRequired[int]  # how many sockets
    seed: NotRequired[int]  # where a learner's process is to start
