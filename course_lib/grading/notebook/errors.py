"""An error as an output of a notebook, without a traceback into our own code."""

from typing import TypedDict


class ErrorOutput(TypedDict):
    """An error output of the notebook format."""

    output_type: str
    ename: str
    evalue: str
    traceback: list[str]


def error_output(name: str, text: str) -> ErrorOutput:
    """Return an error output with nothing but a name and a sentence."""
    line = f"{name}: {text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [line]}
