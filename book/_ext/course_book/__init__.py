"""What the book needs beyond Jupyter Book: a local Sphinx extension in small parts.

execution   one thread, this checkout's course_lib, a cache that notices its edits
side_by_side  pages run as many at a time as there are cores
numbers     Figure 3.1 and equation (3.1) belong to chapter 3
alt_text    a picture without alternative text stops the build
mathjax     the mathematics script, copied from a package, not from the network
downloads   a chapter's download button offers its notebook
tidy        the theme's slips in accessibility and weight, mended after the build
restart     a build with warnings is not taken up again by the next
"""

from course_book import (
    alt_text,
    downloads,
    execution,
    mathjax,
    numbers,
    restart,
    side_by_side,
    tidy,
)


def setup(app):
    """Connect each part to the moment of the build it works at."""
    app.connect("config-inited", execution.prepare, priority=100)
    app.connect("env-before-read-docs", side_by_side.run_pages)
    app.connect("env-get-updated", numbers.number_by_chapter, priority=900)
    app.connect("doctree-resolved", alt_text.require)
    app.connect("html-page-context", downloads.offer_notebook, priority=400)
    app.connect("build-finished", mathjax.copy, priority=800)
    app.connect("build-finished", tidy.mend_pages, priority=900)
    app.connect("build-finished", tidy.open_front_door, priority=900)
    app.connect("build-finished", tidy.drop_unused_files, priority=900)
    app.connect("build-finished", tidy.shrink_plots, priority=900)
    app.connect("build-finished", restart.forget_after_warnings, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
