"""A picture without alternative text stops the build.

Left alone, Sphinx writes the file's name into ``alt``: noise in a screen reader, and no
accessibility checker notices.
"""

from docutils import nodes
from sphinx.util import logging

log = logging.getLogger(__name__)
ADVICE = (
    "a picture has no alternative text; in a code cell give it under "
    "mystnb: image: alt:, elsewhere with :alt:"
)


def require(app, doctree, docname) -> None:
    """Warn, with file and line, of each image whose alt text is missing or blank."""
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            log.warning(ADVICE, location=_place(image, docname), type="course_book")


def _place(node: nodes.Node | None, docname: str):
    """Return the nearest node that knows its line, or else the page."""
    while node is not None and not node.line:
        node = node.parent
    return node or docname
