"""The theme's known slips in accessibility and weight, mended in the built pages.

The patterns belong to sphinx-book-theme 1.1.4 and pydata-sphinx-theme 0.15.4, which the
requirements pin; tests/book/test_book_site.py asserts the effect of each.
"""

import re
import shutil
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from sphinx.util import logging

logger = logging.getLogger(__name__)

MENDS = [
    # a label that differs from the words one sees misleads whoever speaks commands
    (r'(<button[^>]*search-button-field[^>]*?) aria-label="[^"]*"', r"\1"),
    (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
    (r'(<button[^>]*theme-switch-button[^>]*?) aria-label="[^"]*"', r"\1"),
    # a notebook is to be saved, not shown as text in a new tab
    (r'(<a href="[^"]*_sources/[^"]*") target="_blank"', r"\1 download"),
    # docutils gives bibliography entries a role that does not exist any more
    (r'role="doc-biblioentry"', 'role="listitem"'),
    # the logo stood outside every landmark
    (
        r'<div class="sidebar-primary-items__start',
        '<div role="region" aria-label="Book" class="sidebar-primary-items__start',
    ),
    # 1.4 MB of icons as a script; the same icons are in the web fonts
    (
        r'<script( defer(="")?)? src="[^"]*'
        r'(scripts/fontawesome\.js|fontawesome/[^"]*/js/all\.min\.js)[^"]*"></script>',
        "",
    ),
    (r'<link rel="preload" as="script" href="[^"]*fontawesome[^"]*" */>', ""),
    # two icon fonts that no page draws from, fetched before anything else
    (r'<link rel="preload"[^>]*fa-(brands|regular)-400\.woff2" */>', ""),
]
REDIRECT = re.compile(r'\A<meta http-equiv="Refresh" content="0; url=([^"]+)" />\s*\Z')
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={url}">
<title>Unrolled</title>
</head>
<body><main><h1>Unrolled</h1><p><a href="{url}">Open the book</a></p></main></body>
</html>
"""
UNUSED = (
    "**/*.map",
    "**/*macros.html",
    "**/fontawesome.js",
    "**/fontawesome/**/js",
    "**/webfonts/*.ttf",
    "locales",
)


def mend_pages(app, error) -> None:
    """Apply every mend to every page."""
    if error or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = mended = page.read_text(encoding="utf-8")
        for pattern, replacement in MENDS:
            mended = re.sub(pattern, replacement, mended)
        if mended != text:
            page.write_text(mended, encoding="utf-8")


def open_front_door(app, error) -> None:
    """Make the bare redirect at the top of the site a page with language and title."""
    door = Path(app.outdir) / "index.html"
    if error or app.builder.format != "html" or not door.is_file():
        return
    if found := REDIRECT.match(door.read_text(encoding="utf-8")):
        door.write_text(FRONT_DOOR.format(url=found[1]), encoding="utf-8")


def drop_unused_files(app, error) -> None:
    """Remove files that no page loads."""
    if error or app.builder.format != "html":
        return
    for pattern in UNUSED:
        for path in list((Path(app.outdir) / "_static").glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def shrink_plots(app, error) -> None:
    """Give plots a palette: flat colours need one byte a pixel, not four.

    matplotlib writes 32 bits a pixel. 96 colours chosen for the plot cannot be told
    from them, and the file is a third as long.
    """
    if error or app.builder.format != "html":
        return
    for path in (Path(app.outdir) / "_images").glob("*.png"):
        try:
            shrink(path)
        except UnidentifiedImageError:
            logger.warning("%s is not a PNG, whatever its name says", path.name)


def shrink(path: Path) -> None:
    """Give one plot a palette."""
    with Image.open(path) as image:
        if image.mode not in ("RGB", "RGBA"):
            return  # done in an earlier build
        flat = image.convert("RGB")  # the ground is opaque
        small = flat.quantize(96, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
