"""Metadata of the notebook asks for another kernel or language."""

import json

from ..entry import cell
from .changes import changed, wrong_and


def metadata(**values):
    """Return a change of the notebook's metadata."""
    return lambda notebook: notebook["metadata"].update(values)


ENTRIES = [
    changed(
        "kernel_unknown",
        "a kernel that does not exist",
        metadata(kernelspec={"name": "nowhere", "display_name": "x"}),
        quick=True,
    ),
    changed(
        "kernel_with_path",
        "a kernel in another folder",
        metadata(kernelspec={"name": "../../../tmp", "display_name": "x"}),
    ),
    changed("kernel_missing", "no kernel", lambda nb: nb["metadata"].clear()),
    changed("kernel_is_a_list", "a kernel that is a list", metadata(kernelspec=["x"])),
    changed(
        "kernel_of_r",
        "another language",
        metadata(
            kernelspec={"name": "ir", "display_name": "R", "language": "R"},
            language_info={"name": "R"},
        ),
    ),
    changed(
        "language_html",
        "a language that acts",
        metadata(
            language_info={
                "name": "<script>corpus_active()</script>",
                "pygments_lexer": "corpus_active",
            }
        ),
    ),
    changed(
        "widget_state",
        "state of widgets, which is HTML",
        metadata(
            widgets={
                "application/vnd.jupyter.widget-state+json": {
                    "state": {
                        "a": {
                            "model_name": "HTMLModel",
                            "state": {"value": "<script>corpus_active()</script>"},
                        }
                    },
                    "version_major": 2,
                    "version_minor": 0,
                }
            }
        ),
    ),
    changed(
        "title_html",
        "a title that acts",
        metadata(title="</title><script>corpus_active()</script>"),
    ),
    changed(
        "template_chosen",
        "a template for nbconvert",
        metadata(nbconvert={"template": "/etc/passwd"}, celltoolbar="x"),
    ),
    changed(
        "metadata_deep",
        "metadata a thousand levels deep",
        metadata(deep=json.loads("[" * 900 + "]" * 900)),
    ),
    changed("metadata_large", "ten megabytes of metadata", metadata(x="x" * 10**7)),
    changed(
        "attachments",
        "an attachment that is a script",
        lambda nb: nb["cells"][0].update(
            attachments={"a.svg": {"image/svg+xml": "<svg onload='corpus_active()'/>"}}
        ),
    ),
    wrong_and(
        "outputs_forged",
        "outputs of a passed test, saved in the file",
        lambda nb: cell(nb, "test_leaky").update(
            outputs=[
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/plain": "3.0"},
                }
            ]
        ),
    ),
    changed(
        "outputs_html",
        "a script in a saved output",
        lambda nb: cell(nb, "leaky").update(
            outputs=[
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": "<script>corpus_active()</script>"},
                }
            ]
        ),
    ),
    changed(
        "outputs_broken",
        "outputs that are no outputs",
        lambda nb: cell(nb, "leaky").update(outputs=[{"output_type": "evil"}, 3]),
    ),
    changed(
        "outputs_missing",
        "code cells without outputs",
        lambda nb: cell(nb, "leaky").pop("outputs"),
    ),
]
