"""Let the formgrader run nbgrader's own scripts and nothing else.

Its pages are part of the instructor's Jupyter session, and nbgrader 0.9.6 puts names
and texts into them as they are. `inert` and `outputs` leave nothing active in a graded
notebook; this is a second wall, which also holds for names, addresses, files and what
was graded before. Each answer of the formgrader carries a Content-Security-Policy: a
script runs if a template marked it with a number that no learner knows.
"""

import base64
import hashlib
import html
import re
import secrets
import sys
from collections.abc import Callable
from typing import Any, Protocol

from jinja2 import BaseLoader, Environment
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from course_lib.grading.notebook.resources import Resources

NONCE = secrets.token_urlsafe(16)
PACKAGE = "nbgrader.server_extensions.formgrader"
# the event handlers that stand in nbgrader's templates
HANDLERS = ("toggle_name(true);", "toggle_name(false);", "toggleAllNames()")
# where the templates take MathJax from
MATHJAX = "https://cdnjs.cloudflare.com"
NAMES = ("student_id", "assignment_id", "notebook_id")  # stand in scripts and in text
PEOPLE = ("student", "first_name", "last_name", "notebook_path")  # stand in text
UNSAFE = re.compile('[<>"\\\\\x00-\x1f\u2028\u2029]')


def _hashed(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


POLICY = "; ".join(
    [
        "default-src 'self'",
        # MathJax 2 loads its parts, and evaluates its configuration
        f"script-src 'nonce-{NONCE}' 'strict-dynamic' 'unsafe-eval'",
        f"script-src-attr 'unsafe-hashes' {' '.join(map(_hashed, HANDLERS))}",
        f"connect-src 'self' {MATHJAX} https://api.cdnjs.com",
        "style-src 'self' 'unsafe-inline'",
        f"font-src 'self' data: {MATHJAX}",
        "img-src 'self' data:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ]
)


class Marked(BaseLoader):
    """Loads templates and marks the scripts in them."""

    def __init__(self, loader: BaseLoader):
        """Take the loader that finds the templates."""
        self.loader = loader

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return a template's text, its file, and whether that is up to date."""
        text, file, is_new = self.loader.get_source(environment, template)
        return text.replace("<script", f'<script nonce="{NONCE}"'), file, is_new


class SubmissionPage(HTMLExporter):
    """The formgrader's exporter; names that stand in the page are escaped."""

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        if environment.loader is not None:
            environment.loader = Marked(environment.loader)
        return environment

    # nbconvert's own exporters give a text, though their base promises a notebook
    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Resources | None = None, **kw: Any
    ) -> tuple[str, Resources]:
        """Fill in the template."""
        return super().from_notebook_node(nb, _escaped(resources or {}), **kw)


class Handler(Protocol):
    """What is used of nbgrader's handlers, as they are after `protect_formgrader`."""

    settings: dict[str, Any]

    def unprotected(self) -> None:
        """Set the headers that nbgrader sets."""

    def add_header(self, name: str, value: str) -> None:
        """Add a header to the answer."""


def protect_formgrader() -> None:
    """Change nbgrader's handlers in this process, if it is one that has them.

    nbgrader has no setting for it. Its configuration is read in Jupyter's own process
    before the formgrader answers, so this is called in time.
    """
    if f"{PACKAGE}.base" not in sys.modules:
        return
    handler = sys.modules[f"{PACKAGE}.base"].BaseHandler
    if hasattr(handler, "unprotected"):
        return
    handler.unprotected = handler.set_default_headers
    handler.set_default_headers = _set_default_headers
    handler.render = _render
    handler.exporter = property(_exporter)


def quoted(name: str) -> str:
    r"""Return a name that can end neither a text, nor an attribute, nor a script.

    It reads the same in a script, for `\\u003c` is `<` there.
    """
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", name)


def _escaped(resources: Resources) -> Resources:
    safe = resources.copy()
    for key in PEOPLE:
        if isinstance(safe.get(key), str):
            safe[key] = html.escape(safe[key])
    return safe


def _set_default_headers(self: Handler) -> None:
    self.unprotected()
    # beside the policy of the server or the hub: the stricter one wins
    self.add_header("Content-Security-Policy", POLICY)


def _render(self: Handler, name: str, **values: Any) -> str:
    environment: Environment = self.settings["nbgrader_jinja2_env"]
    if environment.loader is not None and not isinstance(environment.loader, Marked):
        environment.loader = Marked(environment.loader)
    values |= {key: quoted(values[key]) for key in NAMES if key in values}
    if "resources" in values:
        values["resources"] = _escaped(values["resources"])
    return environment.get_template(name).render(**values)


def _exporter(self: Handler) -> SubmissionPage:
    exporter: HTMLExporter = self.settings["nbgrader_exporter"]
    if isinstance(exporter, SubmissionPage):
        return exporter
    # by an id nbgrader's script finds a score: no heading of a learner's gets one
    ours = SubmissionPage(config=exporter.config, exclude_anchor_links=True)
    self.settings["nbgrader_exporter"] = ours
    return ours
