"""An error as an output of a notebook, without a traceback into our own code."""

from typing import Any


def error_output(name: str, text: str) -> dict[str, Any]:
    """Return an error output with nothing but a name and a sentence."""
    line = f"{name}: {text}"
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [line]}
