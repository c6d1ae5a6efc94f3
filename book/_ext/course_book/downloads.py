"""The download button of a chapter also offers a notebook, ready to run.

Chapters are text files. MyST-NB writes each as an executed notebook; this hands out the
same notebook without its outputs, from the site itself.
"""

from pathlib import Path

import nbformat


def offer_notebook(app, pagename, templatename, context, doctree) -> None:
    """Put the page's notebook beside its source and tell the theme about it."""
    is_text = context.get("page_source_suffix") == ".md"
    run = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if app.builder.format != "html" or not is_text or not run.is_file():
        return
    notebook = nbformat.read(run, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    context["ipynb_source"] = f"{pagename}.ipynb"
