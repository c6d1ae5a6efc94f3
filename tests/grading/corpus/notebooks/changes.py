"""Ways to change a notebook, from which entries are made."""

from ..entry import WRONG, Entry, Notebook, cell


def changed(name: str, why: str, change, **more) -> Entry:
    """A right answer in a changed notebook."""
    return Entry(name, why, notebook=change, **more)


def wrong_and(name: str, why: str, change, **more) -> Entry:
    """A wrong answer to `leaky` in a notebook that is changed to hide this."""
    return Entry(name, why, {"leaky": WRONG["leaky"]}, notebook=change, **more)


def role(notebook: Notebook, label: str, **values) -> None:
    """Change nbgrader's metadata of a cell."""
    cell(notebook, label)["metadata"]["nbgrader"].update(values)


def relabel(label: str, **values):
    """Return a change of nbgrader's metadata of a cell."""
    return lambda notebook: role(notebook, label, **values)


def source(label: str, text):
    """Return a change of a cell's source."""

    def change(notebook):
        cell(notebook, label)["source"] = text

    return change
