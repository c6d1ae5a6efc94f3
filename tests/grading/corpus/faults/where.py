"""Where a fault stands: in a call of the answer, or in its cell."""

from ..entry import Entry, before_right


def in_call(name: str, why: str, code: str, **more) -> Entry:
    """The fault happens when the test calls the function."""
    lines = "\n".join("    " + line for line in code.strip().splitlines())
    return Entry(name, why, {"leaky": f"def leaky(x, decay):\n{lines}\n"}, **more)


def in_cell(name: str, why: str, code: str, **more) -> Entry:
    """The fault happens while the cell runs, before the function is defined."""
    golden = more.pop("golden", {"leaky": 0})
    return before_right(name, why, code, golden=golden, **more)
