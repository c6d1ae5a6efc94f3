"""Keep of a cell's outputs what is safe to show, and as much as anyone will read.

Text and PNG or JPEG pictures stay. HTML, SVG, JavaScript and widgets could act in the
browser of whoever reads the page, learner or instructor, so only their text form stays.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from course_lib.grading.notebook.resources import Resources, Stepped

MAX_CHARACTERS = 20_000
MAX_PICTURE_BYTES = 3_000_000
MAX_OUTPUTS = 50
PICTURES = ("image/png", "image/jpeg")
OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")  # what a progress bar drew over


class SafeOutputs(NbGraderPreprocessor):
    """Applied when a notebook is graded, so that formgrader shows nothing active."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Stepped:
        """Make all outputs safe and drop the state of widgets, which is HTML."""
        nb.metadata.pop("widgets", None)
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> Stepped:
        """Replace the outputs of one cell."""
        if cell.cell_type == "code":
            cell.outputs = safe(cell.outputs)
        return cell, resources


def safe(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs that hold plain text and pictures only."""
    kept = [_safe(output) for output in outputs[:MAX_OUTPUTS]]
    if len(outputs) > MAX_OUTPUTS:
        text = f"({len(outputs) - MAX_OUTPUTS} more outputs are not shown)\n"
        kept.append(new_output("stream", name="stdout", text=text))
    return kept


def plain(text: str | list[str]) -> str:
    """Return text without colours, overdrawn lines, or more than a reader can use."""
    text = OVERWRITTEN.sub("", strip_ansi("".join(text)))
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n… {left_out} characters left out …\n{text[-half:]}"


def pictures(attachments: object) -> NotebookNode:
    """Return of a cell's attachments the PNG and JPEG pictures, by name."""
    found = attachments.items() if isinstance(attachments, dict) else ()
    kept = {name: _pictures(data) for name, data in found if isinstance(data, dict)}
    return NotebookNode({name: data for name, data in kept.items() if data})


def _safe(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output.text = plain(output.text)
    elif output.output_type == "error":
        output.ename, output.evalue = plain(output.ename), plain(output.evalue)
        output.traceback = [plain(part) for part in output.traceback]
    else:
        output.data = _safe_data(output.data)
        output.metadata = NotebookNode()
    return output


def _safe_data(data: Mapping[str, Any]) -> NotebookNode:
    kept = _pictures(data)
    if "text/plain" in data:
        kept["text/plain"] = plain(data["text/plain"])
    if not kept:
        kept["text/plain"] = f"(output of type {', '.join(map(plain, data))})"
    return NotebookNode(kept)


def _pictures(data: Mapping[str, Any]) -> dict[str, str]:
    return {kind: data[kind] for kind in PICTURES if _is_picture(data.get(kind))}


def _is_picture(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_PICTURE_BYTES * 4 / 3:
        return False
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
