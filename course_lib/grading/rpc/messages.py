"""What the judge accepts of a learner's process: the whole list, with its limits.

The sender is taken to be hostile. A message that stands in none of these tables ends
the conversation, and with it that learner's process; so does a field of another type.
The readers below take a body apart before anything else looks at it. The judge looks
its messages up here, so one without an entry is not accepted. `python -m
course_lib.grading.rpc.messages` prints the tables for the book (`book/_tables/`).
"""

from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from course_lib.grading.rpc.frames import WireError

MAX_OUTPUT_DEPTH = 12  # of what a cell displayed
MAX_COUNT = 1_000_000  # of an execution counter


@dataclass(frozen=True)
class Entry:
    """One row: what may come, when, what it may name and what it may cost."""

    comes: str
    names: str
    costs: str


REQUESTS = {
    "call": Entry(
        "while the judge waits for a call, an attribute or a gradient",
        "by its number, a function that this call lent, or a call whose result is used",
        "one run of that function on plain values; the time limit of the call",
    ),
    "pull": Entry(
        "while the judge waits for a call, an attribute or a gradient",
        "by its number, the result of such a run in this conversation",
        "one backward pass through it; the time limit of the call",
    ),
}
ANSWERS = {
    "run": Entry(
        "when a cell has run",
        "nothing",
        "8 MB of outputs, 12 levels deep, and a counter",
    ),
    "branch": Entry("when a copy of the process was left", "nothing", "nothing"),
    "shed": Entry("when the process goes on in a copy", "nothing", "nothing"),
    "names": Entry(
        "before a test",
        "some of the names that were asked for",
        "a value for each",
    ),
    "call": Entry(
        "when a function has returned",
        "arguments of this call, by their place: changed ones, and their gradients",
        "a value for each, and one for the result",
    ),
    "attribute": Entry("when an attribute was read", "nothing", "a value"),
    "pull": Entry(
        "when a backward pass is done",
        "nothing",
        "a tensor for each that was asked for, of its shape, dtype and device",
    ),
    "error": Entry(
        "in place of any answer",
        "a kind of error, which becomes a class of that name and no other",
        "the first 200 characters of its text, 300 of its place",
    ),
}
_PART = "its parts"
_ENTRY = "an entry of this message"
_MOST = ", of which a message holds 10,000"
VALUES = {
    "leaf": Entry("tensor, array, generator of numbers", _ENTRY, "its bytes"),
    "scalar": Entry("number of NumPy", _ENTRY, "its bytes"),
    "arg": Entry("argument", "an argument of this call, by its place", "nothing"),
    "yours": Entry("function of the judge", "one that this call lent", "nothing"),
    "list": Entry("list", "nothing", _PART),
    "tuple": Entry("tuple", "nothing", _PART),
    "set": Entry("set", "nothing", _PART),
    "frozenset": Entry("frozenset", "nothing", _PART),
    "dict": Entry("dict", "nothing", _PART),
    "generator": Entry("generator", "nothing", _PART),
    "iterator": Entry("iterator", "nothing", _PART),
    "named": Entry(
        "named tuple",
        "a class of the course or the notebook with these very fields, or none",
        _PART,
    ),
    "slice": Entry("slice", "nothing", "three numbers"),
    "range": Entry("range", "nothing", "three numbers, at most a million steps"),
    "size": Entry("torch.Size", "nothing", "20 numbers"),
    "complex": Entry("complex number", "nothing", "two numbers"),
    "bytes": Entry("bytes", "nothing", "its text"),
    "dtype": Entry("dtype of torch", "one of twelve", "nothing"),
    "device": Entry("device of torch", "one that torch knows", "nothing"),
    "ellipsis": Entry("...", "nothing", "nothing"),
    "other": Entry("anything else", "nothing", f"a stand-in{_MOST}"),
    "function": Entry(
        "function or class of the learner's",
        "nothing: its number is only sent back",
        f"a stand-in{_MOST}",
    ),
    "lazy": Entry(
        "generator of the learner's",
        "nothing: its number is only sent back",
        f"a stand-in that asks for each value{_MOST}",
    ),
    "module there": Entry(
        "module of the learner's",
        "nothing: its number is only sent back",
        f"a stand-in, 10,000 parameters and buffers{_MOST}",
    ),
}
# what a function that was lent may be given: nothing that acts or stands for something
NOT_PLAIN = ("arg", "yours", "other", "function", "lazy", "module there")


class CallBody(TypedDict):
    """The body of a request to call something, as whoever asks writes it.

    The learner's process believes the judge's. The judge believes nothing of one that
    comes the other way, see `Call`.
    """

    target: list[Any]  # see `proxies.Callee`
    of: Any  # the tree of the module whose method it is
    args: Any  # the tree of a list and a dict of words
    grad: bool  # whether gradients are recorded
    forbid: list[str]  # dotted names that raise meanwhile
    elsewhere: bool  # whether arguments lie as if on another device


class ReplyBody(TypedDict):
    """The body of the answer to a call, as whoever ran it writes it; see `Reply`."""

    result: Any
    changed: list[list[Any]]  # [place of a leaf, tree]
    grads: list[list[Any]]  # [place of a leaf, tree]
    parts: list[list[Any]]  # [place of a list or dict, tree]
    graph: int | None  # the number under which the graph is kept
    behind: NotRequired[bool]  # whether it depends on more than the arguments


def _unreadable() -> WireError:
    return WireError("sent something unreadable")


@dataclass(frozen=True)
class Call:
    """A request of the learner's process to run a function that was lent."""

    number: int
    args: Any
    grad: bool

    @classmethod
    def read(cls, body: Any) -> "Call":
        """Take the body of a request apart.

        Raises:
            WireError: it names anything but a number.
        """
        if not isinstance(body, dict) or body.get("of") is not None:
            raise _unreadable()
        target = body.get("target")
        if type(target) is not list or [type(part) for part in target] != [str, int]:
            raise _unreadable()
        if target[0] != "number":
            raise WireError("asked for a function that is not there")
        return cls(target[1], body.get("args"), body.get("grad") is True)


@dataclass(frozen=True)
class Reply:
    """What a call of a learner's function gave, and did to its arguments."""

    result: Any
    changed: list[Any]
    grads: list[Any]
    parts: list[Any]
    graph: int | None
    behind: bool

    @classmethod
    def read(cls, body: Any, sent: int) -> "Reply":
        """Take the body of an answer apart; `sent` arguments can have changed."""
        if not isinstance(body, dict):
            raise _unreadable()
        changed, grads, parts = (
            body.get(key, []) for key in ("changed", "grads", "parts")
        )
        for pairs in (changed, grads, parts):
            if type(pairs) is not list or not all(map(_is_change, pairs)):
                raise _unreadable()
        if any(place >= sent for pairs in (changed, grads) for place, _ in pairs):
            raise WireError("sent changes that do not fit")
        graph = body.get("graph")
        graph = graph if type(graph) is int else None
        behind = body.get("behind") is True
        return cls(body.get("result"), changed, grads, parts, graph, behind)


def _is_change(pair: Any) -> bool:
    return (
        type(pair) is list and len(pair) == 2 and type(pair[0]) is int and pair[0] >= 0
    )


def pull_of(body: Any) -> tuple[int, Any]:
    """Return number of the result and tree of gradients of a request to pull."""
    if type(body) is not list or len(body) != 2 or type(body[0]) is not int:
        raise _unreadable()
    return body[0], body[1]


def names_of(body: Any, asked: list[str]) -> dict[str, Any]:
    """Return the trees of names that were asked for, as far as they came."""
    if type(body) is not list or not all(
        type(pair) is list and len(pair) == 2 and type(pair[0]) is str for pair in body
    ):
        raise _unreadable()
    return {name: tree for name, tree in body if name in asked}


def outputs_of(body: Any) -> tuple[list[Any], int]:
    """Return the outputs of a cell and its number; their content is `cells.clean`'s."""
    if type(body) is not list or len(body) != 2:
        raise _unreadable()
    outputs, count = body
    if type(outputs) is not list or type(count) is not int:
        raise _unreadable()
    if not 0 <= count <= MAX_COUNT or not _is_shallow(outputs):
        raise _unreadable()
    if not all(type(output) is dict for output in outputs):
        raise _unreadable()
    return outputs, count


def _is_shallow(value: Any) -> bool:
    """Whether a value of JSON is nested no deeper than outputs are."""
    level = [value]
    for _ in range(MAX_OUTPUT_DEPTH):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return True
    return False


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def markdown() -> str:
    """Return the tables as the book shows them."""
    titles = {
        "A request to the judge": REQUESTS,
        "An answer to the judge's request": ANSWERS,
        "A value in either": VALUES,
    }
    lines = []
    for title, table in titles.items():
        first = "is" if table is VALUES else "comes"
        lines += [f"| {title} | {first} | may name | may cost |", "|---|---|---|---|"]
        lines += [
            f"| `{kind}` | {row.comes} | {row.names} | {row.costs} |"
            for kind, row in table.items()
        ]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
