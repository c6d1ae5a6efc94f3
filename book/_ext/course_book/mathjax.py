"""MathJax, served by the book itself: the parts its pages use, from a pip package.

The package holds all of MathJax, 24 MB; TeX input and HTML output need 2 MB of it.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "sphinx-mathjax-offline"
PARTS = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "input/tex/extensions",
    "output/chtml.js",
    "output/chtml/fonts",
    "a11y/assistive-mml.js",
)


def copy(app, error) -> None:
    """Copy MathJax beside the pages, once."""
    if error or app.builder.format != "html":
        return
    source = _package() / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copy2(source / part, target / part)


def _package() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"the package {PACKAGE} is missing, which holds MathJax for offline "
            "reading: run pip install -r requirements.txt"
        )
    return Path(spec.origin).parent
